/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen without a terminal.
 */
#include "tests/support/screen.h"

#include "tests/support/snapshot_builder.h"
#include "tui/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void screen_open(struct screen *screen, struct snapshot *snapshot, int width, int height,
		 void (*change)(struct tui_settings *settings))
{
	struct tui_settings settings = {.theme = "default",
					.columns = "",
					.order = FIELD_ELAPSED,
					.descending = true,
					.bell = BELL_CRITICAL,
					.stop_fd = -1};

	if (change)
		change(&settings);
	*screen = (struct screen){.now = snapshot_now()};
	assert_int_equal(ui_init(&screen->ui, &settings, &glyphs_utf8, NULL), ERR_OK);
	ui_resize(&screen->ui, width, height);
	surface_init(&screen->surface);
	if (snapshot)
		screen_take(screen, snapshot);
}

static const struct snapshot *picture(const struct screen *screen)
{
	return screen->standing ? screen->standing : screen->snapshot;
}

void screen_close(struct screen *screen)
{
	snapshot_free(screen->standing);
	snapshot_free(screen->snapshot);
	surface_done(&screen->surface);
	ui_done(&screen->ui);
}

void screen_use_ascii(struct screen *screen)
{
	screen->ui.glyphs = &glyphs_ascii;
}

unsigned screen_take(struct screen *screen, struct snapshot *snapshot)
{
	if (screen->ui.is_frozen && !screen->standing)
		screen->standing = screen->snapshot;
	else
		snapshot_free(screen->snapshot);
	screen->snapshot = snapshot;
	screen->next = ui_adopt(&screen->ui, snapshot, screen->now.mono);
	return screen->next;
}

unsigned screen_press_at_once(struct screen *screen, uint32_t key)
{
	struct key_event event = {.key = key};

	screen->next = ui_key(&screen->ui, picture(screen), &event, screen->now);
	if (!screen->ui.is_frozen) {
		snapshot_free(screen->standing);
		screen->standing = NULL;
	}
	return screen->next;
}

unsigned screen_press(struct screen *screen, uint32_t key)
{
	screen->now.mono.ms += 1000;
	screen->now.wall.ms += 1000;
	return screen_press_at_once(screen, key);
}

void screen_paste(struct screen *screen, const char *text)
{
	for (; *text; text++) {
		struct key_event event = {.key = (unsigned char)*text, .is_pasted = true};

		screen->next |= ui_key(&screen->ui, picture(screen), &event, screen->now);
	}
}

void screen_select(struct screen *screen, const char *name)
{
	for (size_t i = 0; i < screen->ui.n_shown; i++) {
		if (strcmp(picture(screen)->row[screen->ui.index[i]].name, name) == 0) {
			ui_select(&screen->ui, picture(screen), i);
			return;
		}
	}
	fail_msg("no row %s is shown", name);
}

void screen_draw(struct screen *screen)
{
	struct view view = view_make(&screen->ui, picture(screen), screen->now);

	surface_reset(&screen->surface, screen->ui.width, screen->ui.height);
	view_draw(&screen->surface, &view);
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 63));
	out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

char *screen_line(struct screen *screen, int y)
{
	char *text = mem_new((size_t)screen->surface.width * CELL_PARTS * 4 + 1, 1);
	size_t used = 0, end = 0;

	for (int x = 0; x < screen->surface.width; x++) {
		const struct cell *cell = surface_at(&screen->surface, x, y);

		for (int i = 0; i < CELL_PARTS && cell->part[i]; i++)
			used += put_utf8(text + used, cell->part[i]);
		if (cell->part[0] != ' ')
			end = used;
	}
	text[end] = '\0';
	return text;
}

static void roles_of(struct screen *screen, int y, char *out)
{
	int end = 0;

	out[0] = surface_at(&screen->surface, 0, y)->ground == GROUND_CURSOR ? '>' : ' ';
	for (int x = 0; x < screen->surface.width; x++) {
		const struct cell *cell = surface_at(&screen->surface, x, y);
		bool is_blank = cell->part[0] == ' ' && cell->role != ROLE_BAR_TEXT;

		out[x + 1] = is_blank ? ' ' : role_entry((enum role)cell->role)->letter;
		end = is_blank ? end : x + 1;
	}
	out[end + 1] = '\0';
}

char *screen_dump(struct screen *screen)
{
	size_t size = (size_t)(screen->surface.width * 16 + 8) * (size_t)screen->surface.height + 16, used = 0;
	char *out = mem_new(size, 1), *roles = mem_new((size_t)screen->surface.width + 3, 1);

	for (int y = 0; y < screen->surface.height; y++) {
		char *line = screen_line(screen, y);

		used += (size_t)snprintf(out + used, size - used, "%s\n", line);
		free(line);
	}
	used += (size_t)snprintf(out + used, size - used, "==\n");
	for (int y = 0; y < screen->surface.height && screen->surface.width > 0; y++) {
		roles_of(screen, y, roles);
		used += (size_t)snprintf(out + used, size - used, "%s\n", roles);
	}
	free(roles);
	return out;
}

char *screen_text(struct screen *screen)
{
	screen_draw(screen);
	char *dump = screen_dump(screen);
	char *end = strstr(dump, "==\n");

	if (end)
		*end = '\0';
	return dump;
}

bool screen_shows(struct screen *screen, const char *text)
{
	char *all = screen_text(screen);
	bool found = strstr(all, text) != NULL;

	free(all);
	return found;
}
