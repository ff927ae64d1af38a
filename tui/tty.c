/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a terminal is without curses: a descriptor that takes bytes, a size, the signals that belong to it, and the standard error that
 * must not be written on it. Main thread. Mutable file statics: there is one terminal. Neighbours: term.c, restore.c.
 */
#include "tui/tty.h"

#include "base/array.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct {
	struct sigaction winch, tstp, cont;
	sigset_t wait_mask;
	int errors_fd; /* the real standard error, while ours goes to the log */
} state = {.errors_fd = -1};

static volatile sig_atomic_t signal_bits;

static void on_signal(int number)
{
	signal_bits |= number == SIGWINCH ? TTY_RESIZED : number == SIGTSTP ? TTY_STOP_ASKED : TTY_CONTINUED;
}

unsigned tty_signals(void)
{
	unsigned bits = (unsigned)signal_bits;

	signal_bits = 0;
	return bits;
}

const sigset_t *tty_wait_mask(void)
{
	return &state.wait_mask;
}

/* The three come only while the loop waits, so that none is missed between looking and waiting. */
void tty_take_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t ours;

	sigemptyset(&action.sa_mask);
	sigaction(SIGWINCH, &action, &state.winch);
	sigaction(SIGTSTP, &action, &state.tstp);
	sigaction(SIGCONT, &action, &state.cont);
	sigemptyset(&ours);
	sigaddset(&ours, SIGWINCH);
	sigaddset(&ours, SIGTSTP);
	sigaddset(&ours, SIGCONT);
	/* not pthread_sigmask: there is no pthread in this room, and for the calling thread Linux makes both the same */
	sigprocmask(SIG_BLOCK, &ours, &state.wait_mask);
	sigdelset(&state.wait_mask, SIGWINCH);
	sigdelset(&state.wait_mask, SIGTSTP);
	sigdelset(&state.wait_mask, SIGCONT);
}

void tty_give_signals_back(void)
{
	sigaction(SIGWINCH, &state.winch, NULL);
	sigaction(SIGTSTP, &state.tstp, NULL);
	sigaction(SIGCONT, &state.cont, NULL);
	sigprocmask(SIG_SETMASK, &state.wait_mask, NULL);
}

static void write_all(const char *text, size_t n)
{
	while (n > 0) {
		ssize_t written = write(STDOUT_FILENO, text, n);

		if (written <= 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (written > 0) {
			text += written;
			n -= (size_t)written;
		}
	}
}

void tty_write(const char *text)
{
	write_all(text, strlen(text));
}

/* Terminals that are known to lack, or to print, the private modes of xterm. */
bool tty_is_modern(void)
{
	static const char *const plain[] = {"linux", "vt", "dumb", "ansi", "cons", "sun", "unknown"};
	const char *name = getenv("TERM");

	for (size_t i = 0; name && i < ARRAY_LEN(plain); i++) {
		if (strncmp(name, plain[i], strlen(plain[i])) == 0)
			return false;
	}
	return name != NULL;
}

/* What libraries print must not land between our cells. */
void tty_hide_errors(void)
{
	int log = log_fd(), to = log >= 0 ? log : open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (isatty(STDERR_FILENO) && to >= 0) {
		state.errors_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
		dup2(to, STDERR_FILENO);
	}
	if (log < 0 && to >= 0)
		close(to);
}

void tty_show_errors(void)
{
	if (state.errors_fd < 0)
		return;
	dup2(state.errors_fd, STDERR_FILENO);
	close(state.errors_fd);
	state.errors_fd = -1;
}

bool tty_size(int *width, int *height)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
		return false;
	*width = size.ws_col;
	*height = size.ws_row;
	return true;
}
