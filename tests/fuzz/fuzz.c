/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzzers share: broken promises, a file and a terminal made of memory. Mutable file statics: a process runs one fuzzer.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fuzz_broken(const char *file, int line, const char *promise)
{
	fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, promise);
	abort();
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];

	if (fd < 0) {
		fd = memfd_create("input", MFD_CLOEXEC);
		MUST(fd >= 0 && fchmod(fd, 0600) == 0);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	MUST(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	return path;
}

bool fuzz_is_sentence(const char *text)
{
	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	}
	return text[0] != '\0';
}

int fuzz_terminal(const char *kind, unsigned short width, unsigned short height)
{
	struct winsize size = {.ws_col = width, .ws_row = height};
	char name[64];
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	MUST(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0);
	int slave = open(name, O_RDWR | O_NOCTTY);
	MUST(slave >= 0 && ioctl(slave, TIOCSWINSZ, &size) == 0);
	MUST(dup2(slave, STDIN_FILENO) >= 0 && dup2(slave, STDOUT_FILENO) >= 0);
	close(slave);
	MUST(setenv("TERM", kind, 1) == 0 && setlocale(LC_CTYPE, "C.UTF-8"));
	return master;
}
