/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen without a terminal: keys in, text and role letters out. For tests of the dashboard.
 */
#ifndef TESTS_SUPPORT_SCREEN_H
#define TESTS_SUPPORT_SCREEN_H

#include "tui/surface.h"
#include "tui/ui.h"

struct screen {
	struct ui ui;
	struct surface surface;
	struct snapshot *snapshot; /* owned: the newest; NULL: none yet */
	struct snapshot *standing; /* owned: what a frozen view shows, once there is a newer one */
	struct stamp now;
	unsigned next; /* what the last key or snapshot asked for */
};

/* The usual settings; `change` (may be NULL) alters them. The screen takes the snapshot. */
void screen_open(struct screen *screen, struct snapshot *snapshot, int width, int height,
		 void (*change)(struct tui_settings *settings));
void screen_close(struct screen *screen);
void screen_use_ascii(struct screen *screen);

/* Presses a key, a second after the last. */
unsigned screen_press(struct screen *screen, uint32_t key);
/* The same without time passing. */
unsigned screen_press_at_once(struct screen *screen, uint32_t key);
void screen_paste(struct screen *screen, const char *text);
/* A newer snapshot takes the place of the old one. */
unsigned screen_take(struct screen *screen, struct snapshot *snapshot);
/* The selected row becomes the one of this name; fails the test if it is not shown. */
void screen_select(struct screen *screen, const char *name);

void screen_draw(struct screen *screen);
/* The text of one line, or of all; without blanks at the end. Caller frees. */
char *screen_line(struct screen *screen, int y);
char *screen_text(struct screen *screen);
/* All text, then all role letters ('>' before lines on the ground of the cursor), as golden files have it. Caller frees. */
char *screen_dump(struct screen *screen);
/* True if the text is somewhere on the screen. */
bool screen_shows(struct screen *screen, const char *text);

#endif
