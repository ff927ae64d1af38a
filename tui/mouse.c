/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mouse reports: "BUTTON;COLUMN;LINEM" ('m' when it is released) behind ESC [ <, as xterm's control sequences (SGR, mode 1006) have
 * it. The older form cannot tell columns beyond 223 from characters, so it is read over.
 */
#include "tui/mouse.h"

#include <stdlib.h>

#define X10_LENGTH 3
#define CELLS_MAX 100000 /* no screen is so large: whatever says so is no report */

enum { BUTTON_LEFT = 0, BUTTON_WHEEL_UP = 64, BUTTON_WHEEL_DOWN = 65, MODIFIERS = 4 | 8 | 16 };

void mouse_begin(struct mouse_report *report, enum mouse_form form)
{
	*report = (struct mouse_report){.is_open = true, .form = form};
}

/* A number at *at, and what has to stand behind it (0: the end); false where it is none. */
static bool take_number(const char **at, char behind, long *out)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	*out = strtol(*at, &end, 10);
	*at = end + (behind != '\0');
	return *end == behind && *out <= CELLS_MAX;
}

static bool read_press(const char *text, struct key_event *event)
{
	long button, column, line;
	bool is_good = take_number(&text, ';', &button) && take_number(&text, ';', &column) &&
		       take_number(&text, '\0', &line) && column > 0 && line > 0;

	if (!is_good)
		return false;
	button &= ~(long)MODIFIERS;
	if (button != BUTTON_LEFT && button != BUTTON_WHEEL_UP && button != BUTTON_WHEEL_DOWN)
		return false;
	event->key = button == BUTTON_LEFT ? KEY_CLICK : button == BUTTON_WHEEL_UP ? KEY_WHEEL_UP : KEY_WHEEL_DOWN;
	event->x = (int)column - 1;
	event->y = (int)line - 1;
	return true;
}

bool mouse_take(struct mouse_report *report, uint32_t character, struct key_event *event)
{
	bool is_part = (character >= '0' && character <= '9') || character == ';';

	if (report->form == MOUSE_X10) {
		report->is_open = ++report->n < X10_LENGTH;
		return false;
	}
	if (is_part && report->n + 1 < sizeof report->text) {
		report->text[report->n++] = (char)character;
		return false;
	}
	report->is_open = false;
	return character == 'M' && read_press(report->text, event);
}
