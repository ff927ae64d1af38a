/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command that acts has to say, for scripts: the intent as far as it came, and what became of the migration. Pure.
 */
#include "report/json.h"
#include "report/report.h"

static void put_target(struct json *json, const struct report_answer *answer)
{
	const struct intent *intent = answer->intent;
	char uuid[UUID_TEXT_SIZE];
	json_open(json, "target", '{');
	json_text(json, "asked", answer->asked);
	json_text(json, "name", intent && intent->domain_name[0] ? intent->domain_name : NULL);
	json_text(json, "uuid", intent ? uuid_text(&intent->order.target.domain, uuid) : NULL);
	json_text(json, "source", intent && intent->source[0] ? intent->source : NULL);
	json_text(json, "source_uuid", intent ? uuid_text(&intent->order.target.host, uuid) : NULL);
	json_text(json, "destination", intent && intent->destination[0] ? intent->destination : NULL);
	json_close(json, '}');
}

/* The method that was used, else the one that was asked for. */
static const char *method_of(const struct report_answer *answer)
{
	const struct intent *intent = answer->intent;
	if (!intent || action_entry(answer->action)->takes != TAKES_METHOD)
		return NULL;
	bool was_sent = intent->sent.wall.ms != 0;
	return force_method_name(was_sent ? intent->used : intent->order.method);
}

void report_answer_json(struct buffer *out, const struct report_answer *answer)
{
	const struct intent *intent = answer->intent;
	const struct row *row = answer->row;
	bool has_ended = row && phase_is_outcome(row->phase);
	bool has_id = intent && intent->id != 0 && intent->id < INTENT_ID_LOCAL;
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_number(&json, "version", 1);
	json_time(&json, "time", answer->now);
	if (has_id)
		json_number(&json, "id", intent->id);
	else
		json_null(&json, "id");
	json_text(&json, "action", action_name(answer->action));
	json_text(&json, "method", method_of(answer));
	put_target(&json, answer);
	json_text(&json, "stage", intent ? intent_stage_name(intent->stage) : NULL);
	json_text(&json, "result", answer->result == ERR_OK ? NULL : err_text(answer->result));
	json_text(&json, "text", answer->text);
	json_text(&json, "outcome", has_ended ? phase_name(row->phase) : NULL);
	json_duration(&json, "downtime_ms", has_ended ? row->downtime : (duration){-1});
	json_number(&json, "exit_code", (uint64_t)answer->exit_code);
	json_close(&json, '}');
	buffer_puts(out, "\n");
}
