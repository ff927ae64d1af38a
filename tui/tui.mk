# SPDX-License-Identifier: GPL-2.0-or-later
# tui/: sources and headers, one per line.
noinst_LIBRARIES += libvd_tui.a
libvd_tui_a_SOURCES =
