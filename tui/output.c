/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes to the terminal. Mutable file statics, as term.c. Neighbours: term.c has curses write here, restore.c writes past it after a crash.
 */
#include "tui/output.h"

#include "base/array.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* A frame of fewer bytes arrives in one piece, and the marks around it would be half of it. */
#define SYNC_FROM 256

static struct {
	int terminal; /* a description of our own, which does not block */
	int curses;   /* what curses writes to: the terminal, then memory */
	int memory;
	FILE *stream; /* of curses */
	char *waiting;
	size_t n, capacity;
} out = {.terminal = -1, .curses = -1, .memory = -1};

static bool is_same_terminal(int a, int b)
{
	unsigned device_a, device_b;

	return ioctl(a, TIOCGDEV, &device_a) == 0 && ioctl(b, TIOCGDEV, &device_b) == 0 && device_a == device_b;
}

/* Not O_NONBLOCK on standard output, because the shell and all others on this terminal share that description. Who became another user
 * (su) may not open the device by its name; /dev/tty is open to all. Where neither works the terminal can block us. */
static int open_terminal(void)
{
	static const char *const names[] = {"/proc/self/fd/1", "/dev/tty"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int fd = open(names[i], O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		if (fd >= 0 && is_same_terminal(fd, STDOUT_FILENO))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void output_close(void)
{
	close_fd(&out.terminal);
	close_fd(&out.memory);
	if (out.stream)
		fclose(out.stream);
	else
		close_fd(&out.curses);
	out.stream = NULL;
	out.curses = -1;
	free(out.waiting);
	out.waiting = NULL;
	out.n = out.capacity = 0;
}

static enum err fail(struct err_info *why)
{
	int number = errno;
	char text[128];

	output_close();
	return err_set(why, ERR_IO, "system", number, "cannot open the terminal: %s",
		       strerror_r(number, text, sizeof text));
}

enum err output_open(struct err_info *why)
{
	out.terminal = open_terminal();
	out.curses = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	out.memory = memfd_create("virt-drain-frame", MFD_CLOEXEC);
	if (out.terminal < 0 || out.curses < 0 || out.memory < 0)
		return fail(why);
	out.stream = fdopen(out.curses, "w");
	return out.stream ? ERR_OK : fail(why);
}

FILE *output_stream(void)
{
	return out.stream;
}

enum err output_gather(struct err_info *why)
{
	return dup3(out.memory, out.curses, O_CLOEXEC) >= 0 ? ERR_OK : fail(why);
}

int output_fd(void)
{
	return out.terminal;
}

static void append(const char *text, size_t n)
{
	out.waiting = array_reserve(out.waiting, &out.capacity, out.n + n, 1);
	memcpy(out.waiting + out.n, text, n);
	out.n += n;
}

/* Moves what curses has written behind what waits. Both descriptors share the offset, which is how much that is. */
static void gather(void)
{
	off_t size = lseek(out.memory, 0, SEEK_CUR);

	if (size <= 0)
		return;
	out.waiting = array_reserve(out.waiting, &out.capacity, out.n + (size_t)size, 1);
	ssize_t n = pread(out.memory, out.waiting + out.n, (size_t)size, 0);
	out.n += n > 0 ? (size_t)n : 0;
	if (ftruncate(out.memory, 0) == 0)
		lseek(out.memory, 0, SEEK_SET);
}

void output_put(const char *text)
{
	gather();
	append(text, strlen(text));
}

void output_frame(bool sync)
{
	static const char begin[] = "\033[?2026h", end[] = "\033[?2026l";
	size_t before = out.n, mark = sizeof begin - 1;

	gather();
	size_t n = out.n - before;
	if (!sync || n < SYNC_FROM)
		return;
	append(begin, mark);
	memmove(out.waiting + before + mark, out.waiting + before, n);
	memcpy(out.waiting + before, begin, mark);
	append(end, sizeof end - 1);
}

bool output_flush(void)
{
	size_t at = 0;
	bool is_gone = false;

	gather();
	while (at < out.n && !is_gone) {
		ssize_t n = write(out.terminal, out.waiting + at, out.n - at);

		if (n > 0)
			at += (size_t)n;
		else if (n == 0 || errno == EAGAIN)
			break;
		else
			is_gone = errno != EINTR;
	}
	out.n -= at;
	if (at > 0)
		memmove(out.waiting, out.waiting + at, out.n);
	return !is_gone;
}

bool output_is_behind(void)
{
	return out.n > 0;
}

void output_drain(int ms)
{
	mono_time now = clock_mono(), end = mono_add(now, (duration){ms});
	bool is_there = output_flush();

	while (is_there && out.n > 0 && !mono_reached(now, end)) {
		struct pollfd polled = {.fd = out.terminal, .events = POLLOUT};

		poll(&polled, 1, (int)mono_since(end, now).ms);
		is_there = output_flush();
		now = clock_mono();
	}
	out.n = 0;
}
