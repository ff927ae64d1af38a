# SPDX-License-Identifier: GPL-2.0-or-later
# report/: sources and headers, one per line.
noinst_LIBRARIES += libvd_report.a
libvd_report_a_SOURCES =
