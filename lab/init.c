/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab-init: process 1 of a pid namespace. It starts the command given to it, if there is one, and then only buries the
 * dead: without it each QEMU that libvirt probes would stay a zombie, and libvirtd would wait 40 s for it.
 * It never ends by itself; its parent kills it, and the kernel kills the rest of the namespace with it.
 * One thread. Neighbours: lab/keeper.c starts it for the lab, lab/up.sh for each host.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void start(char **command, const sigset_t *signals_before)
{
	pid_t child = fork();

	if (child == 0) {
		sigprocmask(SIG_SETMASK, signals_before, NULL);
		execv(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (child < 0)
		perror("lab-init: fork");
}

int main(int argc, char **argv)
{
	sigset_t child_died;
	sigset_t before;
	int signal_number;

	sigemptyset(&child_died);
	sigaddset(&child_died, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_died, &before);
	if (argc > 1)
		start(argv + 1, &before);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		sigwait(&child_died, &signal_number);
	}
}
