/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command that acts says: a sentence, or with --json one document. Main thread.
 */
#include "app/act.h"
#include "base/clock.h"
#include "report/report.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Up to this a pipe takes it whole (pipe(7)). */
static_assert(sizeof(struct words) <= PIPE_BUF, "words must pass through a pipe in one piece");

void words_say(const struct words *words)
{
	bool is_error = words->code && !words->is_document;
	FILE *to = is_error ? stderr : stdout;
	fprintf(to, "%s%s%s", is_error ? "virt-drain: " : "", words->text, words->is_document ? "" : "\n");
	fflush(to);
}

static void deliver(struct acting *acting, const struct words *words)
{
	if (acting->answer_fd < 0) {
		words_say(words);
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

/* The sentence as it is, or what there is to know around it. */
static void tell(struct acting *acting, const struct intent *intent, const struct row *row, enum err result,
		 const char *text, int code)
{
	struct words words = {.code = code, .is_document = acting->run->settings->json};
	struct report_answer answer = {
		.action = acting->action,
		.asked = acting->run->line->domain,
		.intent = intent,
		.row = row,
		.result = result,
		.text = text,
		.exit_code = code,
		.now = clock_wall(),
	};
	struct buffer out = {0};
	if (words.is_document)
		report_answer_json(&out, &answer);
	snprintf(words.text, sizeof words.text, "%s", words.is_document ? out.text : text);
	buffer_done(&out);
	deliver(acting, &words);
}

int act_fail(struct acting *acting, const struct intent *intent, const struct err_info *why)
{
	int code = err_exit_code(why->code);
	tell(acting, intent, NULL, why->code, why->text, code);
	return code;
}

/* Where it lets go of the terminal, it says who waits and how to take it back. */
static void name_waiter(const struct acting *acting, const struct intent *intent, char *buffer, size_t size)
{
	buffer[0] = '\0';
	if (intent->stage == INTENT_ARMED && acting->answer_fd >= 0)
		snprintf(buffer, size, " (process %d waits for it; virt-drain disarm takes it back)", (int)getpid());
}

void act_tell_acceptance(struct acting *acting, const struct intent *intent, const struct row *row)
{
	const struct settings *settings = acting->run->settings;
	char uuid[UUID_TEXT_SIZE], waiter[80], text[800];
	if (acting->is_told)
		return;
	acting->is_told = true;
	name_waiter(acting, intent, waiter, sizeof waiter);
	snprintf(text, sizeof text, "%s (%s), %s to %s: %s accepted: %s%s", intent->domain_name,
		 uuid_text(&acting->target.domain, uuid), intent->source[0] ? intent->source : "?",
		 intent->destination[0] ? intent->destination : "?", action_name(intent->order.action), intent->text,
		 waiter);
	if (!settings->json || !settings->wait)
		tell(acting, intent, row, ERR_OK, text, 0);
}

/* The effect was seen, and the migration ended otherwise all the same. */
static const char *why_unwanted(const struct intent *intent)
{
	if (intent->stage != INTENT_PROVEN)
		return intent->text;
	return intent->used == METHOD_POSTCOPY ? "post-copy took effect, but did not complete"
					       : "the guest was paused, but the migration did not complete";
}

/* "web: completed, downtime 312 ms", "web: the bandwidth limit is 80 MiB/s now" */
static void end_text(const struct intent *intent, const struct row *row, bool is_wanted, char *buffer, size_t size)
{
	bool is_ending = action_is_ending(intent->order.action) && row && phase_is_outcome(row->phase);
	char number[TEXT_NUMBER_MAX], downtime[TEXT_NUMBER_MAX + 16] = "";
	if (is_ending && row->downtime.ms >= 0)
		snprintf(downtime, sizeof downtime, ", downtime %s",
			 text_short_duration(number, sizeof number, row->downtime));
	if (!is_ending)
		snprintf(buffer, size, "%s: %s", intent->domain_name, intent->text);
	else if (is_wanted)
		snprintf(buffer, size, "%s: %s%s", intent->domain_name, phase_name(row->phase), downtime);
	else
		snprintf(buffer, size, "%s: %s%s (%s)", intent->domain_name, phase_name(row->phase), downtime,
			 why_unwanted(intent));
}

/* A force is done when the migration completed, what was armed when it fired or was taken back, the others when they are proven. */
static bool is_as_wanted(const struct intent *intent, const struct row *row)
{
	if (intent->order.action == ACTION_FORCE_COMPLETE)
		return row && row->phase == PHASE_COMPLETED;
	if (intent->stage == INTENT_DISARMED)
		return intent->result == ERR_OK;
	return intent->stage == INTENT_PROVEN;
}

int act_tell_end(struct acting *acting, const struct intent *intent, const struct row *row)
{
	char text[800];
	bool is_wanted = is_as_wanted(intent, row);
	enum err result = is_wanted ? ERR_OK : intent->result ? intent->result : ERR_FAILED;
	int code = is_wanted ? 0 : err_exit_code(result);
	end_text(intent, row, is_wanted, text, sizeof text);
	acting->is_told = true;
	tell(acting, intent, row, result, text, code);
	return code;
}
