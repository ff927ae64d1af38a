/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See measure.h. One thread; the program that is measured is another process.
 */
#include "tests/bench/measure.h"

#include <poll.h>
#include <pty.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What virt-drain writes at the end of each frame: the end of a synchronized update. */
static const char frame_end[] = "\033[?2026l";

static double clock_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double measure_now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

double measure_thread_cpu_us(void)
{
	return clock_us(CLOCK_THREAD_CPUTIME_ID);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void measure_head(const char *title)
{
	printf("\n%s\n%-56s %6s %9s %9s %9s %9s   %s\n", title, "milliseconds", "n", "median", "90 %", "99 %", "most",
	       "to hold");
}

void measure_print(const char *what, double *us, size_t n, const char *target)
{
	if (n == 0) {
		printf("%-56s nothing was measured\n", what);
		return;
	}
	qsort(us, n, sizeof *us, ascending);
	printf("%-56s %6zu %9.3f %9.3f %9.3f %9.3f   %s\n", what, n, us[n / 2] / 1000, us[n * 9 / 10] / 1000,
	       us[n * 99 / 100] / 1000, us[n - 1] / 1000, target);
	fflush(stdout);
}

void measure_ratio(const char *what, double value, double bound, const char *unit)
{
	printf("%-56s %9.2f %-10s to hold %7.2f   ratio %5.2f\n", what, value, unit, bound, value / bound);
	fflush(stdout);
}

struct pty pty_fork(unsigned short width, unsigned short height)
{
	struct winsize size = {.ws_row = height, .ws_col = width};
	struct pty pty;

	fflush(stdout);
	pty.pid = forkpty(&pty.fd, NULL, NULL, &size);
	if (pty.pid < 0) {
		perror("forkpty");
		exit(1);
	}
	if (pty.pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
	}
	return pty;
}

struct pty pty_start(unsigned short width, unsigned short height, const char *const *argv)
{
	struct pty pty = pty_fork(width, height);

	if (pty.pid == 0) {
		execv(argv[0], (char **)(uintptr_t)argv); /* which changes nothing of it */
		_exit(127);
	}
	return pty;
}

/* Reads until `end` has come, or nothing has for `ms`. Returns the bytes; *is_found tells which it was. */
static size_t read_until(int fd, const char *end, int ms, int *is_found)
{
	static char text[65536 + 256];
	size_t kept = 0, all = 0, overlap = strlen(end) - 1;
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	*is_found = 0;
	while (!*is_found && poll(&polled, 1, ms) > 0) {
		ssize_t n = read(fd, text + kept, 65536);

		if (n <= 0)
			break;
		all += (size_t)n;
		*is_found = memmem(text, kept + (size_t)n, end, overlap + 1) != NULL;
		size_t tail = kept + (size_t)n < overlap ? kept + (size_t)n : overlap;
		memmove(text, text + kept + (size_t)n - tail, tail);
		kept = tail;
	}
	return all;
}

size_t pty_read_frame(const struct pty *pty, int ms)
{
	int is_found;

	return read_until(pty->fd, frame_end, ms, &is_found);
}

void pty_drain(const struct pty *pty, int ms)
{
	double end = measure_now_us() + ms * 1e3;

	for (double left; (left = end - measure_now_us()) > 0;)
		if (pty_read_frame(pty, (int)(left / 1e3) + 1) == 0 && waitpid(pty->pid, NULL, WNOHANG) != 0)
			return;
}

int pty_await(const struct pty *pty, const char *text, int ms)
{
	int is_found;

	read_until(pty->fd, text, ms, &is_found);
	return is_found;
}

void pty_press(const struct pty *pty, const char *key)
{
	if (write(pty->fd, key, strlen(key)) != (ssize_t)strlen(key))
		perror("key");
}

void pty_end(struct pty *pty)
{
	pty_press(pty, "q");
	while (pty_read_frame(pty, 2000) > 0)
		;
	close(pty->fd); /* whoever has not ended by then is hung up */
	waitpid(pty->pid, NULL, 0);
}
