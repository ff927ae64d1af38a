/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signalfd instead of handlers: nothing of ours runs inside of a signal. Main thread.
 */
#include "app/signals.h"

#include "base/mask.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int signals_descriptor = -1;
static sigset_t signals_before; /* the mask that the program was started with */

static sigset_t ending(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	return set;
}

int signals_start(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t all, set = ending();
	sigaction(SIGPIPE, &ignore, NULL);
	mask_of_threads(&all);
	sigprocmask(SIG_BLOCK, &all, &signals_before);
	signals_descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return signals_descriptor;
}

void signals_threads_started(void)
{
	sigset_t set = ending(), mask = signals_before;
	for (int number = 1; number < SIGRTMIN; number++) {
		if (sigismember(&set, number) == 1)
			sigaddset(&mask, number);
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

int signals_fd(void)
{
	return signals_descriptor;
}

int signals_taken(void)
{
	struct signalfd_siginfo info;
	if (signals_descriptor < 0 || read(signals_descriptor, &info, sizeof info) != (ssize_t)sizeof info)
		return 0;
	return (int)info.ssi_signo;
}
