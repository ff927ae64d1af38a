/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a keyboard, a mouse and a clipboard, through curses and term_key to the commands of the screen: keys have known numbers,
 * what was pasted or clicked never begins or confirms an action, and an order names the guest that its dialog was opened for.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/snapshot_builder.h"
#include "tui/restore.h"
#include "tui/term.h"
#include "tui/ui.h"
#include "tui/view.h"

#include <string.h>
#include <unistd.h>

#define WIDTH 80
#define HEIGHT 24
#define TYPED_MAX 1000

static const char end_of_paste[] = "\033[201~";

static bool is_known(uint32_t key)
{
	bool is_surrogate = key >= 0xd800 && key <= 0xdfff;

	return key <= KEY_UNKNOWN && key != KEY_BEYOND_UNICODE && !is_surrogate;
}

static void press(struct ui *ui, const struct snapshot *snapshot, const struct key_event *event, struct stamp now)
{
	bool was_open = ui->dialog.is_open, is_data = event->is_pasted || event->key >= KEY_CLICK;
	struct migration_id target = ui->dialog.target;
	unsigned next;

	MUST(is_known(event->key));
	next = ui_key(ui, snapshot, event, now);
	MUST(!is_data ||
	     (!(next & (NEXT_SUBMIT | NEXT_QUIT | NEXT_SUSPEND | NEXT_PREPARE)) && ui->dialog.is_open == was_open));
	if (next & NEXT_SUBMIT) {
		/* no key does it that is not meant to: a capital or small letter, in a dialog that was there before */
		MUST(was_open && event->key > KEY_SPACE && event->key < KEY_RUBOUT);
		MUST(migration_id_equal(&ui->order.target, &target));
		ui_submitted(ui, &ui->order, 1, now.mono);
	}
}

static void read_keys(struct ui *ui, const struct snapshot *snapshot, struct stamp *now)
{
	struct key_event event;

	while (term_key(&event)) {
		press(ui, snapshot, &event, *now);
		/* at times faster than the guard against bursts */
		now->mono.ms += event.key % 2 ? 1000 : 100;
	}
}

static void type(int master, const void *keys, size_t size)
{
	MUST(write(master, keys, size) == (ssize_t)size);
}

static int open_terminal(void)
{
	static struct theme theme;
	int master = fuzz_terminal("xterm-256color", WIDTH, HEIGHT);

	theme_default(&theme);
	MUST(term_open(&(struct term_settings){.mouse = true, .theme = &theme}, NULL) == ERR_OK);
	restore_disarm();
	return master;
}

static void throw_away_output(int master)
{
	char output[4096];

	while (read(master, output, sizeof output) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct snapshot *snapshot;
	static struct surface surface;
	static int master = -1;
	struct tui_settings settings = {.columns = "", .order = FIELD_ELAPSED, .descending = true, .stop_fd = -1};
	struct stamp now = snapshot_now();
	struct ui ui;

	if (size > TYPED_MAX)
		return 0;
	if (master < 0) {
		master = open_terminal();
		snapshot = snapshot_build_drain();
		surface_init(&surface);
	}
	MUST(ui_init(&ui, &settings, &glyphs_utf8, NULL) == ERR_OK);
	ui_resize(&ui, WIDTH, HEIGHT);
	ui_adopt(&ui, snapshot, now.mono);
	type(master, data, size);
	read_keys(&ui, snapshot, &now);
	struct view view = view_make(&ui, snapshot, now);
	surface_reset(&surface, WIDTH, HEIGHT);
	view_draw(&surface, &view);
	type(master, end_of_paste, sizeof end_of_paste - 1);
	read_keys(&ui, snapshot, &now);
	throw_away_output(master);
	ui_done(&ui);
	return 0;
}
