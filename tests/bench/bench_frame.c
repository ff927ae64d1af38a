/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a frame costs, and how long a key takes to reach the screen: the views without a terminal, then the whole loop on a pseudo
 * terminal with 10,000 migrations that change every second. Prints a table with the figures to hold; asserts nothing.
 */
#include "backend/backend.h"
#include "tests/bench/measure.h"
#include "tests/support/snapshot_builder.h"
#include "tui/term.h"
#include "tui/tui.h"
#include "tui/view.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define ROWS 10000
#define FRAMES 300
#define KEYS 400

/* A backend with nothing behind it: a thread of its own makes a snapshot every second, as the collector would. */
struct backend {
	int wake;
	pthread_mutex_t lock;
	struct snapshot *ready;
};

static void *make_snapshots(void *argument)
{
	struct backend *backend = argument;
	struct timespec second = {.tv_sec = 1};
	uint64_t one = 1;

	for (;;) {
		struct snapshot *snapshot = snapshot_build_many(ROWS);

		pthread_mutex_lock(&backend->lock);
		struct snapshot *old = backend->ready;
		backend->ready = snapshot;
		pthread_mutex_unlock(&backend->lock);
		snapshot_free(old);
		if (write(backend->wake, &one, sizeof one) != (ssize_t)sizeof one)
			return NULL;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
	}
}

int backend_wake_fd(const struct backend *backend)
{
	return backend->wake;
}

struct snapshot *backend_take(struct backend *backend)
{
	uint64_t count;

	if (read(backend->wake, &count, sizeof count) != (ssize_t)sizeof count)
		return NULL;
	pthread_mutex_lock(&backend->lock);
	struct snapshot *snapshot = backend->ready;
	backend->ready = NULL;
	pthread_mutex_unlock(&backend->lock);
	return snapshot;
}

uint64_t backend_look(struct backend *backend, const struct migration_id *migration)
{
	(void)backend;
	(void)migration;
	return 1;
}

void backend_prepare(struct backend *backend, const struct migration_id *migration)
{
	(void)backend;
	(void)migration;
}

uint64_t backend_submit(struct backend *backend, const struct order *order)
{
	(void)backend;
	(void)order;
	return 1;
}

static void bench_views(int width, int height)
{
	struct tui_settings settings = {.columns = "", .order = FIELD_REMAINING, .descending = true, .stop_fd = -1};
	struct snapshot *snapshot = snapshot_build_many(ROWS);
	struct surface surface;
	struct ui ui;
	double adopt[FRAMES], draw[FRAMES], draw_cpu[FRAMES];
	char what[64];

	if (ui_init(&ui, &settings, &glyphs_utf8, NULL) != ERR_OK)
		return;
	ui_resize(&ui, width, height);
	surface_init(&surface);
	snprintf(ui.query.filter, sizeof ui.query.filter, "guest");
	for (int i = 0; i < FRAMES; i++) {
		double start = measure_now_us();
		ui_adopt(&ui, snapshot, snapshot_now().mono);
		double adopted = measure_now_us(), cpu = measure_thread_cpu_us();
		struct view view = view_make(&ui, snapshot, snapshot_now());
		surface_reset(&surface, width, height);
		view_draw(&surface, &view);
		draw_cpu[i] = measure_thread_cpu_us() - cpu;
		draw[i] = measure_now_us() - adopted;
		adopt[i] = adopted - start;
	}
	snprintf(what, sizeof what, "frame build %dx%d, %d rows", width, height, ROWS);
	measure_print(what, draw, FRAMES, "under 2 ms");
	measure_print("  processor time of it", draw_cpu, FRAMES, "");
	snprintf(what, sizeof what, "filter and order %d rows, once per snapshot", ROWS);
	measure_print(what, adopt, FRAMES, "");
	surface_done(&surface);
	ui_done(&ui);
	snapshot_free(snapshot);
}

/* Reading the text included, as query_run does it once per snapshot. */
static void bench_filters(void)
{
	static const char *const texts[] = {
		"guest",
		"dirty > 100M and source = host1",
		"not (verdict ~ converge or pass < 3)",
	};
	struct snapshot *snapshot = snapshot_build_many(ROWS);
	struct filter filter;
	double us[FRAMES];
	volatile size_t n_meant = 0;

	for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
		for (int i = 0; i < FRAMES; i++) {
			double start = measure_now_us();
			if (filter_read(texts[k], &filter, NULL) != ERR_OK)
				return;
			for (size_t row = 0; row < snapshot->n_rows; row++)
				n_meant = n_meant + filter_matches(&filter, &snapshot->row[row]);
			us[i] = measure_now_us() - start;
		}
		measure_print(k ? texts[k] : "filter alone, 10000 rows: a word", us, FRAMES, "under 5 ms");
	}
	snapshot_free(snapshot);
}

static void run_screen(void)
{
	struct backend backend = {.wake = eventfd(0, EFD_NONBLOCK), .lock = PTHREAD_MUTEX_INITIALIZER};
	struct tui_settings settings = {.theme = "default", .columns = "", .order = FIELD_NAME, .stop_fd = -1};
	pthread_t maker;

	if (pthread_create(&maker, NULL, make_snapshots, &backend) != 0)
		_exit(1);
	setlocale(LC_ALL, "");
	_exit(tui_run(&backend, &settings, NULL) == ERR_OK ? 0 : 1);
}

static void bench_keys(unsigned short width, unsigned short height)
{
	double us[KEYS], size_of[KEYS];
	char what[80];
	struct pty pty = pty_fork(width, height);

	if (pty.pid == 0)
		run_screen();
	pty_drain(&pty, 3000); /* the start, and the first snapshots */
	for (int i = 0; i < KEYS; i++) {
		while (pty_read_frame(&pty, i % 3) > 0)
			;
		double start = measure_now_us();
		pty_press(&pty, i % 100 < 50 ? "j" : "k");
		size_of[i] = (double)pty_read_frame(&pty, 1000) * 1000;
		us[i] = measure_now_us() - start;
	}
	pty_end(&pty);
	snprintf(what, sizeof what, "key to painted frame %dx%d, %d rows", width, height, ROWS);
	measure_print(what, us, KEYS, "99 % under 10 ms");
	measure_print("  bytes written for it (no times)", size_of, KEYS, "");
}

int main(void)
{
	measure_head("The screen, with rows that are made by the bench");
	bench_views(80, 24);
	bench_views(200, 60);
	bench_filters();
	bench_keys(80, 24);
	bench_keys(200, 60);
	return 0;
}
