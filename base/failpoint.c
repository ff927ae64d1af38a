/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Failpoints: the environment is read each time, they lie on no path that is often walked.
 */
#include "base/failpoint.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_EVERY_MS 20

bool failpoint_is_armed(const char *name)
{
	const char *armed = getenv("VIRT_DRAIN_FAILPOINT");
	return armed && strcmp(armed, name) == 0;
}

void failpoint(const char *name)
{
	if (failpoint_is_armed(name))
		(void)kill(getpid(), SIGKILL);
}

void failpoint_barrier(const char *name)
{
	char reached[4096];
	const char *barrier = getenv("VIRT_DRAIN_BARRIER"), *at = getenv("VIRT_DRAIN_BARRIER_AT");
	if (!barrier || strcmp(at ? at : "before-call", name) != 0)
		return;
	snprintf(reached, sizeof reached, "%s.reached", barrier);
	int fd = open(reached, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	while (access(barrier, F_OK) != 0)
		(void)poll(NULL, 0, LOOK_EVERY_MS);
}
