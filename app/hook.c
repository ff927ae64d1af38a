/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting and reaping hook commands. The hook thread; hook_say is the collector's, the rest the main thread's.
 */
#include "app/hook.h"

#include "backend/queue.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mask.h"
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often those that run are looked after. */
#define LOOK_MS 50
#define STOP_PATIENCE_MS 1000

struct running {
	pid_t pid; /* 0: this place is free */
	mono_time until;
};

struct hook {
	char *command;
	duration patience;
	struct queue *queue; /* of documents, char *; "" wakes at the end */
	pthread_t thread;
	atomic_bool is_stopping;
	atomic_bool dropped_is_told;
	/* From here on the hook thread only. */
	struct running running[HOOK_RUNNING_MOST];
	size_t n_running;
	bool failure_is_told, lateness_is_told;
};

/* ---- handing over ---- */

void hook_say(void *context, enum alert alert, const struct row *row, const struct snapshot *snapshot)
{
	struct hook *hook = context;
	struct buffer out = {0};
	report_alert_json(&out, alert, row, snapshot);
	char *document = buffer_take(&out);
	if (queue_put(hook->queue, document, false))
		return;
	free(document);
	if (!atomic_exchange(&hook->dropped_is_told, true))
		log_write(LOG_LEVEL_WARNING, "hook_command is too slow: %d alerts wait, more are dropped",
			  HOOK_WAITING_MOST);
}

/* ---- one command ---- */

static void tell_failure(struct hook *hook, const char *what, int number)
{
	if (!hook->failure_is_told)
		log_write(LOG_LEVEL_WARNING, "hook_command (%s) %s %d; this is told once", hook->command, what, number);
	hook->failure_is_told = true;
}

/* The reading end of a pipe that holds the whole document, so that nobody has to feed it; -1 where that cannot be. */
static int pipe_with(const char *document)
{
	int ends[2];
	size_t length = strlen(document);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	/* Of this end only: the command is not to meet a pipe that does not block. */
	(void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
	ssize_t n = write(ends[1], document, length);
	close(ends[1]);
	if (n == (ssize_t)length)
		return ends[0];
	close(ends[0]);
	errno = EMSGSIZE;
	return -1;
}

static int actions_fill(posix_spawn_file_actions_t *actions, int input)
{
	int code = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
	if (code == 0)
		code = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (code == 0)
		code = posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	if (code == 0) /* a library may have forgotten to mark one of its own */
		code = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#endif
	return code;
}

/* A session of its own: no signal of our terminal reaches it, and it can be ended with all that it started. */
static int attributes_fill(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	int code = posix_spawnattr_setflags(attributes,
					    POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (code == 0)
		code = posix_spawnattr_setsigmask(attributes, &none);
	if (code == 0)
		code = posix_spawnattr_setsigdefault(attributes, &all);
	return code;
}

static int spawn(pid_t *pid, const char *command, int input)
{
	char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int code = posix_spawn_file_actions_init(&actions);
	if (code != 0)
		return code;
	code = posix_spawnattr_init(&attributes);
	if (code == 0) {
		code = actions_fill(&actions, input);
		if (code == 0)
			code = attributes_fill(&attributes);
		if (code == 0)
			code = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return code;
}

/* There is a free place. */
static void start_one(struct hook *hook, const char *document)
{
	struct running *place = hook->running;
	int input = pipe_with(document);
	if (input < 0) {
		tell_failure(hook, "cannot be given its input: error", errno);
		return;
	}
	while (place->pid)
		place++;
	int code = spawn(&place->pid, hook->command, input);
	close(input);
	if (code != 0) {
		place->pid = 0;
		tell_failure(hook, "cannot be started: error", code);
		return;
	}
	place->until = mono_add(clock_mono(), hook->patience);
	hook->n_running++;
}

/* ---- those that run ---- */

static void end_late(struct hook *hook, const struct running *running)
{
	(void)kill(-running->pid, SIGKILL);
	if (!hook->lateness_is_told)
		log_write(LOG_LEVEL_WARNING, "hook_command (%s) was ended after %d s; this is told once", hook->command,
			  (int)(hook->patience.ms / 1000));
	hook->lateness_is_told = true;
}

/* Only by the numbers of our own: others in this process have children too (ssh). */
static void look_after(struct hook *hook, mono_time now)
{
	for (size_t i = 0; i < ARRAY_LEN(hook->running); i++) {
		struct running *running = &hook->running[i];
		int status = 0;
		if (!running->pid)
			continue;
		bool is_late = mono_reached(now, running->until);
		pid_t ended = waitpid(running->pid, &status, WNOHANG);
		if (ended == 0 && is_late)
			end_late(hook, running);
		if (ended == 0)
			continue;
		if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) != 0)
			tell_failure(hook, "ended with code", WEXITSTATUS(status));
		else if (ended > 0 && WIFSIGNALED(status) && !is_late)
			tell_failure(hook, "was ended by signal", WTERMSIG(status));
		running->pid = 0;
		hook->n_running--;
	}
}

/* The next document, if there is a place for it. */
static char *next_document(struct hook *hook)
{
	if (hook->n_running < HOOK_RUNNING_MOST)
		return queue_wait(hook->queue, hook->n_running ? LOOK_MS : -1);
	(void)poll(NULL, 0, LOOK_MS);
	return NULL;
}

static bool is_over(struct hook *hook, mono_time *deadline)
{
	if (!atomic_load(&hook->is_stopping))
		return false;
	if (deadline->ms == 0)
		*deadline = mono_add(clock_mono(), (duration){STOP_PATIENCE_MS});
	return queue_length(hook->queue) == 0 || mono_reached(clock_mono(), *deadline);
}

static void *run(void *argument)
{
	struct hook *hook = argument;
	mono_time deadline = {0};
	do {
		char *document = next_document(hook);
		if (document && document[0])
			start_one(hook, document);
		free(document);
		look_after(hook, clock_mono());
	} while (!is_over(hook, &deadline));
	size_t n = queue_length(hook->queue); /* the last of them only wakes */
	if (n > 1)
		log_write(LOG_LEVEL_WARNING, "hook_command was not told of everything: %zu alerts were left at the end",
			  n - 1);
	return NULL;
}

/* ---- start and stop ---- */

static void hook_free(struct hook *hook)
{
	queue_free(hook->queue, free);
	free(hook->command);
	free(hook);
}

struct hook *hook_start(const char *command, duration patience)
{
	struct hook *hook = mem_new(1, sizeof *hook);
	sigset_t all, before;
	hook->command = mem_dup(command);
	hook->patience = patience.ms > 0 ? patience : (duration){HOOK_PATIENCE_MS};
	hook->queue = queue_new(HOOK_WAITING_MOST);
	mask_of_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool is_running = hook->queue && pthread_create(&hook->thread, NULL, run, hook) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (is_running)
		return hook;
	log_write(LOG_LEVEL_WARNING, "no thread or descriptor is left for hook_command");
	hook_free(hook);
	return NULL;
}

void hook_stop(struct hook *hook)
{
	if (!hook)
		return;
	atomic_store(&hook->is_stopping, true);
	(void)queue_put(hook->queue, mem_dup(""), true);
	pthread_join(hook->thread, NULL);
	hook_free(hook);
}
