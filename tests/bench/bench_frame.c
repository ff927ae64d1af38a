/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a frame costs, and how long a key takes to reach the screen: the views without a terminal, then the whole loop on a pseudo
 * terminal with 10,000 migrations that change every second. Prints a table with the targets; asserts nothing.
 */
#include "backend/backend.h"
#include "tests/support/snapshot_builder.h"
#include "tui/term.h"
#include "tui/tui.h"
#include "tui/view.h"

#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
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

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
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

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(const char *what, double *us, size_t n, const char *target)
{
	qsort(us, n, sizeof *us, ascending);
	printf("%-58s %9.3f %9.3f %9.3f   %s\n", what, us[n / 2] / 1000, us[n * 99 / 100] / 1000, us[n - 1] / 1000,
	       target);
}

static void bench_views(int width, int height)
{
	struct tui_settings settings = {.columns = "", .order = FIELD_REMAINING, .descending = true, .stop_fd = -1};
	struct snapshot *snapshot = snapshot_build_many(ROWS);
	struct surface surface;
	struct ui ui;
	double adopt[FRAMES], draw[FRAMES];
	char what[64];

	if (ui_init(&ui, &settings, &glyphs_utf8, NULL) != ERR_OK)
		return;
	ui_resize(&ui, width, height);
	surface_init(&surface);
	snprintf(ui.query.filter, sizeof ui.query.filter, "guest");
	for (int i = 0; i < FRAMES; i++) {
		double start = now_us();
		ui_adopt(&ui, snapshot, snapshot_now().mono);
		double adopted = now_us();
		struct view view = view_make(&ui, snapshot, snapshot_now());
		surface_reset(&surface, width, height);
		view_draw(&surface, &view);
		adopt[i] = adopted - start;
		draw[i] = now_us() - adopted;
	}
	snprintf(what, sizeof what, "frame build %dx%d, %d rows", width, height, ROWS);
	report(what, draw, FRAMES, "under 2 ms");
	snprintf(what, sizeof what, "filter and order %d rows, once per snapshot", ROWS);
	report(what, adopt, FRAMES, "");
	surface_done(&surface);
	ui_done(&ui);
	snapshot_free(snapshot);
}

static void run_screen(void)
{
	struct backend backend = {.wake = eventfd(0, EFD_NONBLOCK), .lock = PTHREAD_MUTEX_INITIALIZER};
	struct tui_settings settings = {.theme = "default", .columns = "", .order = FIELD_NAME, .stop_fd = -1};
	pthread_t maker;

	if (pthread_create(&maker, NULL, make_snapshots, &backend) != 0)
		_exit(1);
	setenv("TERM", "xterm-256color", 1);
	setlocale(LC_ALL, "C.UTF-8");
	_exit(tui_run(&backend, &settings, NULL) == ERR_OK ? 0 : 1);
}

/* Reads until a frame has ended, or `ms` have passed; returns the bytes. */
static size_t read_frame(int fd, int ms)
{
	static const char end[] = "\033[?2026l";
	char text[65536 + sizeof end];
	size_t kept = 0, all = 0;
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	while (poll(&polled, 1, ms) > 0) {
		ssize_t n = read(fd, text + kept, 65536);

		if (n <= 0)
			break;
		all += (size_t)n;
		if (memmem(text, kept + (size_t)n, end, sizeof end - 1))
			break;
		size_t tail = kept + (size_t)n < sizeof end - 1 ? kept + (size_t)n : sizeof end - 1;
		memmove(text, text + kept + (size_t)n - tail, tail);
		kept = tail;
	}
	return all;
}

static void bench_keys(unsigned short width, unsigned short height)
{
	struct winsize size = {.ws_row = height, .ws_col = width};
	double us[KEYS], size_of[KEYS];
	char what[80];
	int fd;
	pid_t child = forkpty(&fd, NULL, NULL, &size);

	if (child == 0)
		run_screen();
	for (int i = 0; i < 20; i++)
		read_frame(fd, 300); /* the start, and the first snapshots */
	for (int i = 0; i < KEYS; i++) {
		while (read_frame(fd, i % 3) > 0)
			;
		double start = now_us();
		if (write(fd, i % 100 < 50 ? "j" : "k", 1) != 1)
			break;
		size_of[i] = (double)read_frame(fd, 1000);
		us[i] = now_us() - start;
	}
	snprintf(what, sizeof what, "key to painted frame %dx%d, %d rows", width, height, ROWS);
	report(what, us, KEYS, "99 % under 10 ms");
	qsort(size_of, KEYS, sizeof *size_of, ascending);
	printf("%-58s %9.0f %9.0f %9.0f   bytes\n", "  written for it", size_of[KEYS / 2], size_of[KEYS * 99 / 100],
	       size_of[KEYS - 1]);
	if (write(fd, "q", 1) == 1)
		while (read_frame(fd, 200) > 0)
			;
	waitpid(child, NULL, 0);
	close(fd);
}

int main(void)
{
	printf("%-58s %9s %9s %9s   %s\n", "milliseconds", "median", "99 %", "most", "target");
	bench_views(80, 24);
	bench_views(200, 60);
	bench_keys(80, 24);
	bench_keys(200, 60);
	return 0;
}
