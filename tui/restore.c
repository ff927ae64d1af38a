/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal after a crash. The handler only writes, sets modes and hands the signal on. Neighbours: term.c knows the bytes.
 */
#include "tui/restore.h"

#include "base/array.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGTRAP, SIGQUIT};

static struct {
	int fd;
	struct termios modes;
	volatile sig_atomic_t has_modes, is_armed;
	char bytes[512];
	size_t n_bytes;
	struct sigaction before[ARRAY_LEN(deadly)];
	char stack[16384]; /* a crash may be the end of the main thread's own stack */
} state = {.fd = -1};

void restore_remember(int fd)
{
	state.fd = fd;
	state.has_modes = tcgetattr(fd, &state.modes) == 0;
}

void restore_prepare(const char *bytes, size_t n)
{
	state.n_bytes = n < sizeof state.bytes ? n : sizeof state.bytes;
	memcpy(state.bytes, bytes, state.n_bytes);
}

void restore_now(void)
{
	size_t written = 0;

	while (written < state.n_bytes) {
		ssize_t n = write(state.fd, state.bytes + written, state.n_bytes - written);

		if (n > 0)
			written += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	if (state.has_modes)
		tcsetattr(state.fd, TCSANOW, &state.modes);
}

/* The signal is blocked while this runs; raised again it comes after the return, to whoever had it before. */
static void on_deadly(int number)
{
	if (state.is_armed) {
		state.is_armed = 0;
		restore_now();
	}
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++) {
		if (deadly[i] == number)
			sigaction(number, &state.before[i], NULL);
	}
	raise(number);
}

void restore_arm(void)
{
	stack_t stack = {.ss_sp = state.stack, .ss_size = sizeof state.stack};
	struct sigaction action = {.sa_handler = on_deadly, .sa_flags = SA_ONSTACK};

	sigaltstack(&stack, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
		sigaction(deadly[i], &action, &state.before[i]);
	state.is_armed = 1;
	mem_on_exhausted(restore_now);
}

void restore_disarm(void)
{
	stack_t off = {.ss_flags = SS_DISABLE};

	state.is_armed = 0;
	mem_on_exhausted(NULL);
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
		sigaction(deadly[i], &state.before[i], NULL);
	sigaltstack(&off, NULL);
}
