# SPDX-License-Identifier: GPL-2.0-or-later
# tests/term: programs that look at the bytes which reach a terminal; libvterm is the terminal. The scripts beside them use tmux.
vt_support = tests/support/vt.c tests/support/vt.h tests/support/wire.c tests/support/wire.h
vt_libs = libvd_tui.a libvd_report.a libvd_model.a libvd_base.a $(CURSES_LIBS) $(LIBCONFIG_LIBS) $(VTERM_LIBS) $(CMOCKA_LIBS) -lutil -lm

term_programs = tests/term/test_manners
tests_term_test_manners_SOURCES = tests/term/test_manners.c $(vt_support)
tests_term_test_manners_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
tests_term_test_manners_LDADD = $(vt_libs)
term_programs += tests/term/test_paint
tests_term_test_paint_SOURCES = tests/term/test_paint.c $(vt_support)
tests_term_test_paint_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
tests_term_test_paint_LDADD = $(vt_libs)

if HAVE_VTERM
check_PROGRAMS += $(term_programs)
TESTS += $(term_programs)
else
TESTS += tests/term/without-vterm.sh
endif
