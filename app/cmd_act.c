/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions of the table from the command line. Without --wait the answer comes as soon as the daemon has accepted, while a copy of the
 * program that has let go of the terminal stays until the intent is closed: a guest that we froze is owed to be seen running.
 * Main thread.
 */
#include "app/commands.h"
#include "app/discovery.h"
#include "app/signals.h"
#include "base/clock.h"
#include "model/outlook.h"
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 10000       /* for hosts that neither answer nor fail */
#define DEBT_PATIENCE_MS 600000 /* a debt that nobody can pay is left to the ledger after this */

/* What is said, and with which exit code. Goes to the terminal, or through a pipe to the process that has it. */
struct words {
	int code;
	char text[600];
};

struct acting {
	const struct run *run;
	struct session session;
	int answer_fd;   /* pipe to the process that waits for acceptance; -1: this one has the terminal */
	uint64_t serial; /* of the submitted order; 0: none yet */
	struct migration_id target;
	bool is_accepted;
	mono_time debt_since; /* since when only a debt is left; 0 */
};

static void say(const struct words *words)
{
	FILE *to = words->code ? stderr : stdout;
	fprintf(to, "%s%s\n", words->code ? "virt-drain: " : "", words->text);
	fflush(to);
}

static void deliver(struct acting *acting, const struct words *words)
{
	if (acting->answer_fd < 0) {
		say(words);
		return;
	}
	ssize_t n = write(acting->answer_fd, words, sizeof *words);
	(void)n;
	close(acting->answer_fd);
	acting->answer_fd = -1;
	/* From here on nobody listens. */
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere >= 0) {
		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
		close(nowhere);
	}
}

static int fail(struct acting *acting, const struct err_info *why)
{
	struct words words = {.code = err_exit_code(why->code)};
	snprintf(words.text, sizeof words.text, "%s", why->text);
	deliver(acting, &words);
	return words.code;
}

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

/* Looks for the migration and submits the order when it is sure which one is meant. True: over, *code is the exit code. */
static bool find_and_submit(struct acting *acting, struct discovery *discovery, const struct snapshot *snapshot,
			    int *code)
{
	const struct settings *settings = acting->run->settings;
	const char *domain = acting->run->line->domain;
	const struct row *row;
	struct err_info why;
	enum discovery_state state = discovery_step(discovery, snapshot, (duration){PATIENCE_MS});
	enum err err = target_find(&row, snapshot, domain, &why);
	bool is_sure = state >= DISCOVERY_LISTED || (!err && target_is_exact(domain));
	if (!is_sure || (err == ERR_NOT_FOUND && !discovery->is_complete))
		return false;
	if (err == ERR_NOT_FOUND && snapshot->hosts_up == 0)
		err = err_set(&why, ERR_UNREACHABLE, "virt-drain", 0, "no host could be reached");
	if (err || is_abandoned(acting)) {
		*code = err ? fail(acting, &why) : 1;
		return true;
	}
	struct order order = {
		.action = action_of(acting->run),
		.method = (enum force_method)settings->force_method,
		.value = acting->run->line->value,
		.limit_action = limit_action_of(acting->run, row),
		.target = row->id,
		.insist = settings->insist,
		.confirmation = "command line",
		.seen = outlook_seen(row, (duration){0}),
	};
	acting->target = row->id;
	acting->serial = backend_submit(acting->session.backend, &order);
	return false;
}

static const struct intent *answer_to(const struct acting *acting, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_answers; i++) {
		if (snapshot->answer[i].intent.order.serial == acting->serial)
			return &snapshot->answer[i].intent;
	}
	return NULL;
}

static void tell_acceptance(struct acting *acting, const struct intent *intent)
{
	char uuid[UUID_TEXT_SIZE];
	struct words words = {0};
	if (acting->is_accepted)
		return;
	acting->is_accepted = true;
	snprintf(words.text, sizeof words.text, "%s (%s), %s to %s: %s accepted: %s", intent->domain_name,
		 uuid_text(&acting->target.domain, uuid), intent->source[0] ? intent->source : "?",
		 intent->destination[0] ? intent->destination : "?", action_name(intent->order.action), intent->text);
	deliver(acting, &words);
}

/* Where it lets go of the terminal, it says who waits and how to take it back. */
static void tell_armed(struct acting *acting, const struct intent *intent)
{
	struct intent told = *intent;
	size_t used = strlen(told.text);
	if (acting->answer_fd >= 0)
		snprintf(told.text + used, sizeof told.text - used,
			 " (process %d waits for it; virt-drain disarm takes it back)", (int)getpid());
	tell_acceptance(acting, &told);
}

/* The effect was seen, and the migration ended otherwise all the same. */
static const char *why_unwanted(const struct intent *intent)
{
	if (intent->stage != INTENT_PROVEN)
		return intent->text;
	return intent->used == METHOD_POSTCOPY ? "post-copy took effect, but did not complete"
					       : "the guest was paused, but the migration did not complete";
}

static int tell_outcome(struct acting *acting, const struct intent *intent, const struct row *row)
{
	struct words words = {0};
	char text[TEXT_NUMBER_MAX];
	bool is_wanted = intent->order.action == ACTION_FORCE_COMPLETE ? row && row->phase == PHASE_COMPLETED
								       : intent->stage == INTENT_PROVEN;
	words.code = is_wanted ? 0 : err_exit_code(intent->result ? intent->result : ERR_FAILED);
	if (!action_is_ending(intent->order.action))
		row = NULL;
	int used = snprintf(words.text, sizeof words.text, "%s: %s", intent->domain_name,
			    row && phase_is_outcome(row->phase) ? phase_name(row->phase) : intent->text);
	if (row && row->downtime.ms >= 0 && used > 0 && used < (int)sizeof words.text)
		used += snprintf(words.text + used, sizeof words.text - (size_t)used, ", downtime %s",
				 text_short_duration(text, sizeof text, row->downtime));
	if (!is_wanted && row && phase_is_outcome(row->phase) && used > 0 && used < (int)sizeof words.text)
		snprintf(words.text + used, sizeof words.text - (size_t)used, " (%s)", why_unwanted(intent));
	deliver(acting, &words);
	return words.code;
}

/* A guest that we froze and nobody has seen running keeps us here, but not for ever. */
static bool is_kept_by_debt(struct acting *acting, const struct intent *intent, mono_time now)
{
	if (!intent->owes)
		return false;
	if (acting->debt_since.ms == 0)
		acting->debt_since = now;
	return mono_since(now, acting->debt_since).ms < DEBT_PATIENCE_MS;
}

/* What a virt-drain that died left open came to us: whoever has let go of the terminal sees to it too. */
static bool is_kept_by_adopted(struct acting *acting, const struct snapshot *snapshot)
{
	bool has_terminal = acting->run->settings->wait || acting->run->settings->demo;
	for (size_t i = 0; !has_terminal && i < snapshot->n_answers; i++) {
		const struct intent *intent = &snapshot->answer[i].intent;
		if (intent->maker == 0 || intent_is_settled(intent))
			continue;
		if (acting->debt_since.ms == 0)
			acting->debt_since = snapshot->at.mono;
		return mono_since(snapshot->at.mono, acting->debt_since).ms < DEBT_PATIENCE_MS;
	}
	return false;
}

/* The force that the armed order became; 0: none. */
static uint64_t serial_of_shot(const struct acting *acting, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_answers; i++) {
		if (snapshot->answer[i].intent.order.fired_by == acting->serial)
			return snapshot->answer[i].intent.order.serial;
	}
	return 0;
}

/* An armed order: told when it is armed; when it has fired, the force is followed in its place. True: over. */
static bool follow_armed(struct acting *acting, const struct intent *intent, const struct snapshot *snapshot, int *code)
{
	struct words words = {0};
	if (intent->stage == INTENT_ARMED)
		tell_armed(acting, intent);
	if (intent->stage == INTENT_PROVEN && serial_of_shot(acting, snapshot)) {
		snprintf(words.text, sizeof words.text, "%s: %s", intent->domain_name, intent->text);
		if (acting->run->settings->wait)
			deliver(acting, &words);
		acting->serial = serial_of_shot(acting, snapshot);
		return false;
	}
	if (intent->stage != INTENT_DISARMED)
		return false;
	*code = words.code = intent->result ? err_exit_code(intent->result) : 0;
	snprintf(words.text, sizeof words.text, "%s: %s", intent->domain_name, intent->text);
	deliver(acting, &words);
	return true;
}

/* Follows the order. True: over, *code is the exit code. */
static bool follow(struct acting *acting, const struct snapshot *snapshot, int *code)
{
	const struct intent *intent = answer_to(acting, snapshot);
	if (!intent)
		return false;
	const struct row *row = snapshot_find(snapshot, &acting->target);
	bool was_sent =
		intent->stage == INTENT_SENT || intent->stage == INTENT_PROVEN || intent->stage == INTENT_UNPROVEN;
	bool is_waiting =
		intent->order.action == ACTION_ARM &&
		(intent->stage == INTENT_ARMED || intent->stage == INTENT_PROVEN || intent->stage == INTENT_DISARMED);
	if (is_waiting && follow_armed(acting, intent, snapshot, code))
		return true;
	if (is_waiting)
		return acting->is_accepted && !acting->run->settings->wait && acting->run->settings->demo;
	if (was_sent)
		tell_acceptance(acting, intent);
	if (acting->is_accepted && !acting->run->settings->wait && acting->run->settings->demo)
		return true;
	if (!intent_is_closed(intent) || is_kept_by_debt(acting, intent, snapshot->at.mono))
		return false;
	if (intent->stage == INTENT_REFUSED || intent->stage == INTENT_FAILED) {
		struct err_info why;
		err_set(&why, intent->result, "virt-drain", 0, "%s: %s", intent->domain_name, intent->text);
		*code = fail(acting, &why);
		return true;
	}
	if (!acting->run->settings->wait)
		return !is_kept_by_adopted(acting, snapshot);
	if (action_is_ending(intent->order.action) && intent->stage == INTENT_PROVEN && row &&
	    !phase_is_outcome(row->phase))
		return false;
	*code = tell_outcome(acting, intent, row);
	return true;
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
			is_over = follow(acting, snapshot, &code);
		snapshot_free(snapshot);
	}
	return code;
}

static int run_action(const struct run *run, int answer_fd)
{
	struct acting acting = {.run = run, .answer_fd = answer_fd};
	struct err_info why;
	if (session_start(&acting.session, run, &why) != ERR_OK)
		return fail(&acting, &why);
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
	say(&words);
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
