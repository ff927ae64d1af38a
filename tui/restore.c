/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal after a crash. The handler only writes, sets modes and hands the signal on. Neighbours: term.c knows the bytes.
 */
#include "tui/restore.h"

#include "base/array.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "config.h"
#ifdef HAVE_EXECINFO_H
#include <execinfo.h>
#endif

#define PATIENCE_MS 500 /* for a terminal that takes nothing */
#define REPORT_S 5      /* for a report that does not come to its end */
#define FRAMES_MAX 40

static const struct {
	int number;
	const char *name; /* NULL: no crash, nothing to report */
} deadly[] = {
	{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGABRT, "SIGABRT"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"},
	{SIGSYS, "SIGSYS"},   {SIGTRAP, "SIGTRAP"}, {SIGQUIT, NULL},      {SIGALRM, NULL},    {SIGUSR1, NULL},
	{SIGUSR2, NULL},      {SIGVTALRM, NULL},    {SIGPROF, NULL},      {SIGXCPU, NULL},    {SIGXFSZ, NULL},
	{SIGIO, NULL},        {SIGPWR, NULL},       {SIGSTKFLT, NULL},
};

static struct {
	int fd, report_fd;
	struct termios modes;
	volatile sig_atomic_t has_modes, is_armed, signal;
	char bytes[512], note[1000];
	size_t n_bytes;
	struct sigaction before[ARRAY_LEN(deadly)];
	char stack[65536]; /* a crash may be the end of the main thread's own stack */
} state = {.fd = -1, .report_fd = -1};

void restore_remember(void)
{
	state.has_modes = tcgetattr(STDOUT_FILENO, &state.modes) == 0;
}

void restore_modes(void)
{
	/* not TCSADRAIN, which waits for a terminal that takes nothing */
	if (state.has_modes)
		tcsetattr(STDOUT_FILENO, TCSANOW, &state.modes);
}

void restore_prepare(int fd, const char *bytes, size_t n)
{
	state.fd = fd;
	state.n_bytes = n < sizeof state.bytes ? n : sizeof state.bytes;
	memcpy(state.bytes, bytes, state.n_bytes);
}

void restore_report(int fd, const char *note)
{
	state.report_fd = note ? fd : -1;
	snprintf(state.note, sizeof state.note, "%s", note ? note : "");
#ifdef HAVE_EXECINFO_H
	/* the first call loads a library, which a handler must not */
	void *frame[1];
	backtrace(frame, 1);
#endif
}

static void write_bytes(int fd, const char *bytes, size_t n)
{
	struct pollfd polled = {.fd = fd, .events = POLLOUT};

	while (n > 0) {
		ssize_t written = write(fd, bytes, n);

		if (written > 0) {
			bytes += written;
			n -= (size_t)written;
		} else if (written == 0 || (errno == EAGAIN && poll(&polled, 1, PATIENCE_MS) != 1) ||
			   (errno != EAGAIN && errno != EINTR))
			return;
	}
}

static void write_text(int fd, const char *text)
{
	write_bytes(fd, text, strlen(text));
}

void restore_now(void)
{
	write_bytes(state.fd, state.bytes, state.n_bytes);
	restore_modes();
}

static void tell(int fd, const char *signal_name)
{
	write_text(fd, state.note);
	write_text(fd, "Please report these lines; they say where it was (");
	write_text(fd, signal_name);
	write_text(fd, "):\n");
#ifdef HAVE_EXECINFO_H
	void *frame[FRAMES_MAX];
	backtrace_symbols_fd(frame, backtrace(frame, FRAMES_MAX), fd);
#endif
}

/* Nobody waits for the report any more: the program dies of what it would have died of. */
static void on_late(int number)
{
	sigset_t set;

	(void)number;
	sigemptyset(&set);
	sigaddset(&set, state.signal);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(state.signal);
}

/* What is broken may break the report too, which ends it at once, or hold a lock that it needs: it gets a few seconds. */
static void report(const char *signal_name)
{
	struct sigaction late = {.sa_handler = on_late, .sa_flags = SA_ONSTACK};
	sigset_t alarm_only;

	sigemptyset(&late.sa_mask);
	sigaction(SIGALRM, &late, NULL);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
	alarm(REPORT_S);
	tell(state.report_fd, signal_name);
	if (state.report_fd != STDERR_FILENO)
		tell(STDERR_FILENO, signal_name);
	alarm(0);
}

/* The signal is blocked while this runs; raised again it comes after the return, to whoever had it before. */
static void on_deadly(int number)
{
	const char *name = NULL;

	for (size_t i = 0; i < ARRAY_LEN(deadly); i++) {
		if (deadly[i].number == number) {
			sigaction(number, &state.before[i], NULL);
			name = deadly[i].name;
		}
	}
	if (state.is_armed) {
		state.is_armed = 0;
		state.signal = number;
		restore_now();
		if (name && state.report_fd >= 0)
			report(name);
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
		sigaction(deadly[i].number, &action, &state.before[i]);
	state.is_armed = 1;
	mem_on_exhausted(restore_now);
}

void restore_disarm(void)
{
	stack_t off = {.ss_flags = SS_DISABLE};

	state.is_armed = 0;
	mem_on_exhausted(NULL);
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
		sigaction(deadly[i].number, &state.before[i], NULL);
	sigaltstack(&off, NULL);
}
