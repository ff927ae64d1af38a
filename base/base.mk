# SPDX-License-Identifier: GPL-2.0-or-later
# base/: sources and headers, one per line.
noinst_LIBRARIES += libvd_base.a
libvd_base_a_SOURCES =
