/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop: one ppoll of keys, snapshots, the wish to stop, and the next deadline. A key is answered at once, figures at most ten
 * times a second, and nothing is written that has not changed. Main thread. Neighbours: term.c, ui.c, view_main.c, the backend.
 */
#include "base/clock.h"
#include "tui/save.h"
#include "tui/term.h"
#include "tui/theme_live.h"
#include "tui/tty.h"
#include "tui/view.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>

#define FRAME_MS 100 /* between two frames that only bring new figures */
#define RESIZE_MS 50 /* between two frames while somebody drags the window */

struct run {
	struct backend *backend;
	const struct tui_settings *settings;
	struct ui ui;
	struct theme_live live;
	struct surface surface;
	struct snapshot *snapshot; /* owned: the newest; NULL before the first */
	struct snapshot *standing; /* owned: what a frozen view shows, once there is a newer one; else NULL */
	struct migration_id looked_at;
	bool wants_paint, wants_all;
	mono_time paint_at; /* with wants_paint: not before */
	mono_time painted;
	bool is_over, is_gone;
};

static const struct snapshot *picture(const struct run *run)
{
	return run->standing ? run->standing : run->snapshot;
}

static void ask_paint(struct run *run, mono_time at)
{
	if (!run->wants_paint || at.ms < run->paint_at.ms)
		run->paint_at = at;
	run->wants_paint = true;
}

/* The curve of the selected migration is asked for when the selection has come to rest on a frame. */
static void look(struct run *run)
{
	struct migration_id none = {.attempt = 0};
	const struct migration_id *id = run->ui.has_selection ? &run->ui.selected : &none;

	if (migration_id_equal(id, &run->looked_at))
		return;
	run->looked_at = *id;
	backend_look(run->backend, id);
}

static void paint(struct run *run)
{
	struct stamp now = clock_stamp();
	int width, height;

	term_size(&width, &height);
	ui_resize(&run->ui, width, height);
	surface_reset(&run->surface, width, height);
	struct view view = view_make(&run->ui, picture(run), now);
	view_draw(&run->surface, &view);
	term_paint(&run->surface, run->wants_all);
	run->wants_paint = run->wants_all = false;
	run->painted = now.mono;
	look(run);
}

static void submit(struct run *run, mono_time now)
{
	bool goes_on;

	do {
		struct order order = run->ui.order;
		goes_on = ui_submitted(&run->ui, &order, backend_submit(run->backend, &order), now);
	} while (goes_on);
}

static void prepare(struct run *run)
{
	const struct dialog *dialog = &run->ui.dialog;

	if (dialog->n_marked == 0)
		backend_prepare(run->backend, &dialog->target);
	for (size_t i = 0; i < dialog->n_marked; i++)
		backend_prepare(run->backend, &dialog->marked[i].id);
}

/* Each cell that there is may look different now. */
static void restyle(struct run *run, mono_time now)
{
	term_restyle();
	ask_paint(run, now);
}

static void save(struct run *run)
{
	struct stamp now = clock_stamp();
	struct view view = view_make(&run->ui, picture(run), now);
	struct err_info why;
	char where[PATH_MAX];

	if (save_view(&view, run->ui.prompt.text, where, sizeof where, &why) == ERR_OK)
		ui_saved(&run->ui, where, now.mono);
	else
		ui_not_saved(&run->ui, &why);
}

static void copy(struct run *run, mono_time now)
{
	struct err_info why;
	enum err code = term_copy(run->ui.copy, &why);

	ui_copied(&run->ui, code, &why, now);
}

static void follow(struct run *run, unsigned next)
{
	mono_time now = clock_mono();

	if (!run->ui.is_frozen) {
		snapshot_free(run->standing);
		run->standing = NULL;
	}
	if (next & NEXT_SUBMIT)
		submit(run, now);
	if (next & NEXT_PREPARE)
		prepare(run);
	if (theme_live_follow(&run->live, &run->ui, next))
		restyle(run, now);
	if (next & NEXT_SAVE)
		save(run);
	if (next & NEXT_COPY)
		copy(run, now);
	if (next & NEXT_BELL)
		term_bell();
	if (next & NEXT_SUSPEND)
		term_suspend();
	if (next & (NEXT_SUSPEND | NEXT_REPAINT))
		run->wants_all = true;
	if (next & (NEXT_PAINT | NEXT_SUSPEND | NEXT_REPAINT))
		ask_paint(run, now);
	run->is_over |= (next & NEXT_QUIT) != 0;
}

/* A question that the terminal has not taken yet is one that nobody can have read. */
static bool is_asked_blindly(const struct run *run)
{
	return term_is_behind() && (ui_scope(&run->ui) & SCOPE_DIALOG) != 0;
}

static void read_keys(struct run *run)
{
	struct key_event event;

	while (!run->is_over && term_key(&event)) {
		if (!is_asked_blindly(run))
			follow(run, ui_key(&run->ui, picture(run), &event, clock_stamp()));
	}
}

static void read_snapshot(struct run *run)
{
	struct snapshot *snapshot = backend_take(run->backend);

	if (!snapshot)
		return;
	if (run->ui.is_frozen && !run->standing)
		run->standing = run->snapshot;
	else
		snapshot_free(run->snapshot);
	run->snapshot = snapshot;
	mono_time now = clock_mono(), next_frame = mono_add(run->painted, (duration){FRAME_MS});
	unsigned next = ui_adopt(&run->ui, snapshot, now);
	follow(run, next & ~(unsigned)NEXT_PAINT);
	ask_paint(run, mono_reached(now, next_frame) ? now : next_frame);
}

static void read_signals(struct run *run)
{
	unsigned bits = tty_signals();

	if (bits & TTY_STOP_ASKED)
		follow(run, ui_stop_asked(&run->ui, run->snapshot, clock_stamp()));
	if (bits & TTY_CONTINUED) {
		term_continue();
		follow(run, NEXT_REPAINT);
	}
	if (bits & TTY_RESIZED)
		ask_paint(run, mono_add(run->painted, (duration){RESIZE_MS}));
}

/* Time until something is due: a frame that waits, or the next second of the clock in the corner. */
static struct timespec time_to_wait(struct run *run)
{
	struct stamp now = clock_stamp();
	int64_t ms = 1000 - now.wall.ms % 1000;

	if (run->wants_paint && !term_is_behind() && run->paint_at.ms - now.mono.ms < ms)
		ms = run->paint_at.ms - now.mono.ms;
	ms = ms < 0 ? 0 : ms;
	return (struct timespec){ms / 1000, ms % 1000 * 1000000};
}

static bool is_due(const struct run *run)
{
	return run->wants_paint && !term_is_behind() && mono_reached(clock_mono(), run->paint_at);
}

static void look_at_files(struct run *run)
{
	struct stamp now = clock_stamp();
	bool has_news;

	if (theme_live_look(&run->live, &run->ui, now, &has_news))
		restyle(run, now.mono);
	if (has_news)
		ask_paint(run, now.mono);
}

/* Waits, and deals with what came. No frame is made before the terminal has taken the last one: a slow one gets fewer frames, not later
 * ones, and one that is stuck stops nothing else. */
static void turn(struct run *run)
{
	struct pollfd polled[] = {
		{.fd = term_input_fd(), .events = POLLIN},
		{.fd = backend_wake_fd(run->backend), .events = POLLIN},
		{.fd = run->settings->stop_fd, .events = POLLIN},
		{.fd = term_is_behind() ? term_output_fd() : -1, .events = POLLOUT},
	};
	struct timespec wait = time_to_wait(run);
	int n = ppoll(polled, sizeof polled / sizeof polled[0], &wait, tty_wait_mask());

	read_signals(run);
	if (n == 0)
		ask_paint(run, clock_mono());
	if (n > 0) {
		/* before the keys: what was waiting may be out by now */
		if (polled[3].revents & POLLOUT)
			run->is_gone |= !term_flush();
		run->is_gone |= ((polled[0].revents | polled[3].revents) & (POLLHUP | POLLERR | POLLNVAL)) != 0;
		run->is_over |= run->is_gone || (polled[2].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
		if (!run->is_over && polled[1].revents & POLLIN)
			read_snapshot(run);
		if (!run->is_over && polled[0].revents & POLLIN)
			read_keys(run);
	}
	if (!run->is_over)
		look_at_files(run);
	if (!run->is_over && is_due(run))
		paint(run);
	run->is_gone |= !term_flush();
	run->is_over |= run->is_gone;
}

enum err tui_run(struct backend *backend, const struct tui_settings *settings, struct err_info *why)
{
	struct run run = {.backend = backend, .settings = settings};
	bool is_utf8 = term_is_utf8() && settings->glyphs != GLYPHS_ASCII;
	enum err code = ui_init(&run.ui, settings, is_utf8 ? &glyphs_utf8 : &glyphs_ascii, why);

	if (code != ERR_OK)
		return code;
	theme_live_begin(&run.live, settings, &run.ui, clock_stamp());
	struct term_settings term = {
		.mouse = settings->mouse, .theme = &run.live.theme, .crash_note = settings->crash_note};
	code = term_open(&term, why);
	if (code == ERR_OK) {
		surface_init(&run.surface);
		paint(&run);
		while (!run.is_over)
			turn(&run);
		term_close();
		surface_done(&run.surface);
		snapshot_free(run.snapshot);
		snapshot_free(run.standing);
	}
	ui_done(&run.ui);
	if (run.is_gone)
		return err_set(why, ERR_IO, "virt-drain", 0, "the terminal is gone");
	return code;
}
