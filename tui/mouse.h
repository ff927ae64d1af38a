/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a terminal reports of the mouse, character by character. Not left to curses, because its reader waits in read() for the rest
 * of a report, and one that is cut off or was pasted would stop the screen. Pure, main thread; used by term.c.
 */
#ifndef TUI_MOUSE_H
#define TUI_MOUSE_H

#include "tui/key.h"

/* What begins a report; the first asks for MOUSE_SGR, which has no length but an end, the other for MOUSE_X10, three characters. */
#define MOUSE_SGR_BEGIN "\033[<"
#define MOUSE_X10_BEGIN "\033[M"
enum mouse_form { MOUSE_SGR, MOUSE_X10 };

/* A report that has begun. Zero-initialised: none has. */
struct mouse_report {
	bool is_open;
	enum mouse_form form;
	char text[24];
	size_t n;
};

void mouse_begin(struct mouse_report *report, enum mouse_form form);

/* The next character of an open report, which it may end. True where it ends a press that means something: then *event has key, x and
 * y (from 0); else *event is untouched. A character that cannot belong to the report ends it and is lost with it. */
bool mouse_take(struct mouse_report *report, uint32_t character, struct key_event *event);

#endif
