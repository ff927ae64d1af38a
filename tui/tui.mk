# SPDX-License-Identifier: GPL-2.0-or-later
# tui/: sources and headers, one per line.
noinst_LIBRARIES += libvd_tui.a
libvd_tui_a_SOURCES = \
	tui/glyphs.c tui/glyphs.h \
	tui/layout.c tui/layout.h \
	tui/rect.h \
	tui/surface.c tui/surface.h \
	tui/theme.c tui/theme.h \
	tui/theme_file.c
