/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clocks of this machine and the identity of a boot and a process. Any thread.
 */
#include "base/clock.h"

#include "base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_ms(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

mono_time clock_mono(void)
{
	return (mono_time){clock_ms(CLOCK_MONOTONIC)};
}

wall_time clock_wall(void)
{
	return (wall_time){clock_ms(CLOCK_REALTIME)};
}

struct stamp clock_stamp(void)
{
	return (struct stamp){.mono = clock_mono(), .wall = clock_wall()};
}

/* Reads a small file of /proc; returns its length, 0 where it cannot be read. */
static size_t read_small(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n;
	do
		n = read(fd, buffer, size - 1);
	while (n < 0 && errno == EINTR);
	close(fd);
	buffer[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

const char *clock_boot_id(void)
{
	/* Two threads may both read the file; the first to finish publishes its copy, the other throws its
	 * own away. */
	static char *published;
	char *known = __atomic_load_n(&published, __ATOMIC_ACQUIRE);
	if (known)
		return known;
	char text[64] = "";
	read_small("/proc/sys/kernel/random/boot_id", text, sizeof text);
	text[strcspn(text, "\n")] = '\0';
	char *mine = mem_dup(text);
	if (__atomic_compare_exchange_n(&published, &known, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return mine;
	free(mine);
	return known;
}

uint64_t clock_process_start(int pid)
{
	char path[40], text[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (pid <= 0 || read_small(path, text, sizeof text) == 0)
		return 0;
	/* Field 2 is the command in brackets and may hold blanks and brackets itself: count from the last one
	 * (proc(5)). */
	const char *at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	return at ? strtoull(at, NULL, 10) : 0;
}
