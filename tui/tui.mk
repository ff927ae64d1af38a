# SPDX-License-Identifier: GPL-2.0-or-later
# tui/: sources and headers, one per line.
noinst_LIBRARIES += libvd_tui.a
libvd_tui_a_SOURCES = \
	tui/clipboard.c tui/clipboard.h \
	tui/column_menu.c tui/column_menu.h \
	tui/columns.c tui/columns.h \
	tui/columns_fit.c \
	tui/dialog.c tui/dialog.h \
	tui/dialog_marked.c \
	tui/dialog_value.c \
	tui/glyphs.c tui/glyphs.h \
	tui/graph.c \
	tui/hit.c tui/hit.h \
	tui/key.h \
	tui/keymap.c tui/keymap.h \
	tui/layout.c tui/layout.h \
	tui/mouse.c tui/mouse.h \
	tui/output.c tui/output.h \
	tui/press.c tui/press.h \
	tui/press_act.c \
	tui/press_dialog.c \
	tui/press_leave.c \
	tui/press_look.c \
	tui/press_move.c \
	tui/press_rows.c \
	tui/press_save.c \
	tui/press_theme.c \
	tui/price.c tui/price.h \
	tui/prompt.c tui/prompt.h \
	tui/rect.h \
	tui/restore.c tui/restore.h \
	tui/run.c \
	tui/save.c tui/save.h \
	tui/shown.c tui/shown.h \
	tui/surface.c tui/surface.h \
	tui/term.c tui/term.h \
	tui/theme.c tui/theme.h \
	tui/theme_file.c \
	tui/theme_find.c \
	tui/theme_live.c tui/theme_live.h \
	tui/tty.c tui/tty.h \
	tui/tui.h \
	tui/ui.c tui/ui.h \
	tui/ui_answers.c \
	tui/ui_marks.c \
	tui/view.h \
	tui/view_box.c tui/view_box.h \
	tui/view_detail.c \
	tui/view_drain.c \
	tui/view_outlook.c \
	tui/view_passes.c \
	tui/view_dialog.c \
	tui/view_frame.c \
	tui/view_help.c \
	tui/view_hosts.c \
	tui/view_leaving.c \
	tui/view_log.c \
	tui/view_main.c \
	tui/view_marked.c \
	tui/view_menu.c \
	tui/view_table.c \
	tui/view_themes.c \
	tui/watch.c tui/watch.h
