/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions of the table from the command line. Without --wait the answer comes as soon as the daemon has accepted, while a copy of the
 * program that has let go of the terminal stays until the intent is closed: a guest that we froze is owed to be seen running.
 * Main thread.
 */
#include "app/act.h"
#include "app/discovery.h"
#include "app/signals.h"
#include "base/clock.h"
#include "model/outlook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 10000 /* for hosts that neither answer nor fail, and for guests */

static enum action action_of(const struct run *run)
{
	enum action action = ACTION_ABORT; /* main sends none but those that act */
	command_action(run->line->command, &action);
	return action;
}

/* Did the process that waits for the answer go away before anything was asked for? Then nothing shall be. */
static bool is_abandoned(const struct acting *acting)
{
	struct pollfd pipe_end = {.fd = acting->answer_fd};
	return acting->answer_fd >= 0 && poll(&pipe_end, 1, 0) > 0 && (pipe_end.revents & POLLERR);
}

/* What is not said stays as it is. */
static enum limit_action limit_action_of(const struct run *run, const struct row *row)
{
	if (command_line_has(run->line, "timeout-action"))
		return (enum limit_action)run->settings->own_limit_action;
	return row->own_limit.order ? row->own_limit.action : LIMIT_AS_CONFIGURED;
}

static void submit(struct acting *acting, const struct row *row)
{
	struct order order = {
		.action = acting->action,
		.method = (enum force_method)acting->run->settings->force_method,
		.value = acting->run->line->value,
		.limit_action = limit_action_of(acting->run, row),
		.target = row->id,
		.insist = acting->run->settings->insist,
		.confirmation = "command line",
		.seen = outlook_seen(row, (duration){0}),
	};
	acting->target = row->id;
	acting->serial = backend_submit(acting->session.backend, &order);
}

/* An orphan's other end is looked at with the next picture of that host. */
static bool is_awaiting_far_end(const struct acting *acting, const struct discovery *discovery,
				const struct snapshot *snapshot, const struct row *row)
{
	duration patience = {PATIENCE_MS + acting->run->settings->heartbeat.ms};
	return acting->action == ACTION_RESUME && row->phase == PHASE_ORPHAN && row->facts.far_end == FAR_END_AWAITED &&
	       !mono_reached(snapshot->at.mono, mono_add(discovery->start, patience));
}

/* Looks for the migration and submits the order when it is sure which one is meant. True: over, *code is the exit code. */
static bool find_and_submit(struct acting *acting, struct discovery *discovery, const struct snapshot *snapshot,
			    int *code)
{
	const char *domain = acting->run->line->domain;
	const struct row *row;
	struct err_info why;
	enum discovery_state state = discovery_step(discovery, snapshot, (duration){PATIENCE_MS});
	enum err err = target_find(&row, snapshot, domain, &why);
	bool is_sure = state >= DISCOVERY_LISTED || (!err && target_is_exact(domain));
	if (!is_sure || (err == ERR_NOT_FOUND && !discovery->is_complete) ||
	    (!err && is_awaiting_far_end(acting, discovery, snapshot, row)))
		return false;
	if (err == ERR_NOT_FOUND && snapshot->hosts_up == 0)
		err = err_set(&why, ERR_UNREACHABLE, "virt-drain", 0, "no host could be reached");
	if (err || is_abandoned(acting)) {
		*code = err ? act_fail(acting, NULL, &why) : 1;
		return true;
	}
	submit(acting, row);
	return false;
}

static int act(struct acting *acting)
{
	struct discovery discovery = {.start = clock_mono(), .refresh = acting->run->settings->refresh};
	int code = 0;
	for (bool is_over = false; !is_over;) {
		if (session_wait(&acting->session, (mono_time){-1}) == SESSION_SIGNAL)
			return 128 + signals_taken();
		struct snapshot *snapshot = backend_take(acting->session.backend);
		if (!snapshot)
			continue;
		if (acting->serial == 0)
			is_over = find_and_submit(acting, &discovery, snapshot, &code);
		else
			is_over = act_follow(acting, snapshot, &code);
		snapshot_free(snapshot);
	}
	return code;
}

static int run_action(const struct run *run, int answer_fd)
{
	struct acting acting = {.run = run, .action = action_of(run), .answer_fd = answer_fd};
	struct err_info why;
	if (session_start(&acting.session, run, &why) != ERR_OK)
		return act_fail(&acting, NULL, &why);
	int code = act(&acting);
	session_stop(&acting.session);
	return code;
}

/* The process with the terminal: waits for the answer of the one that acts. */
static int await_answer(int fd)
{
	struct words words;
	ssize_t n;
	do
		n = read(fd, &words, sizeof words);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof words) {
		fprintf(stderr, "virt-drain: ended without an answer; what was done is in the ledger\n");
		return 1;
	}
	words.text[sizeof words.text - 1] = '\0';
	words_say(&words);
	return words.code;
}

int cmd_act(const struct run *run)
{
	int ends[2];
	/* The simulated fleet ends with the program: there is nothing to stay for. */
	if (run->settings->wait || run->settings->demo)
		return run_action(run, -1);
	pid_t child = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1; /* before any thread runs */
	if (child < 0) {
		struct err_info why;
		char text[128];
		int number = errno;
		err_set(&why, ERR_FAILED, "system", number, "cannot start a process: %s",
			strerror_r(number, text, sizeof text));
		return complain_and_exit_code(&why);
	}
	if (child > 0) {
		close(ends[1]);
		return await_answer(ends[0]);
	}
	close(ends[0]);
	setsid();
	return run_action(run, ends[1]);
}
