/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a terminal is without curses: modes, a size, the signals that belong to it, and the standard error that must not be written on
 * it. Main thread. Mutable file statics: there is one terminal. Neighbours: term.c, output.c, restore.c.
 */
#include "tui/tty.h"

#include "base/log.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* No wall has more; curses counts lines and columns in a short, and 65,535 of both would be all the memory of the machine. */
#define SIDE_MAX 10000
#define CELLS_MAX 1000000

static struct {
	struct sigaction winch, tstp, cont;
	sigset_t wait_mask;
	struct termios modes;
	bool has_modes;
	int errors_fd; /* the real standard error, while ours goes to the log */
} state = {.errors_fd = -1};

static volatile sig_atomic_t signal_bits;

static void on_signal(int number)
{
	signal_bits |= number == SIGWINCH ? TTY_RESIZED : number == SIGTSTP ? TTY_STOP_ASKED : TTY_CONTINUED;
}

unsigned tty_signals(void)
{
	sigset_t blocked;

	/* ppoll tells of a ready descriptor before it delivers what is pending: after a stop in mid-frame the keys that were typed
	 * meanwhile would come before the news that we were stopped */
	sigprocmask(SIG_SETMASK, &state.wait_mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
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

void tty_keep_modes(void)
{
	state.has_modes = tcgetattr(STDIN_FILENO, &state.modes) == 0;
}

void tty_set_modes(void)
{
	/* not TCSADRAIN, which waits for a terminal that takes nothing */
	if (state.has_modes)
		tcsetattr(STDIN_FILENO, TCSANOW, &state.modes);
}

void tty_forget_keys(void)
{
	tcflush(STDIN_FILENO, TCIFLUSH);
}

/* What libraries print must not land between our cells. */
bool tty_hide_errors(void)
{
	int log = log_fd(), to = log >= 0 ? log : open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (isatty(STDERR_FILENO) && to >= 0) {
		state.errors_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
		dup2(to, STDERR_FILENO);
	}
	if (log < 0 && to >= 0)
		close(to);
	return state.errors_fd >= 0;
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
	int w = size.ws_col < SIDE_MAX ? size.ws_col : SIDE_MAX, h = size.ws_row < SIDE_MAX ? size.ws_row : SIDE_MAX;
	*width = w;
	*height = h < CELLS_MAX / w ? h : CELLS_MAX / w;
	return true;
}
