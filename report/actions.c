/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger for people and for scripts: who did what to which guest, what was known then, and what came of it. Pure.
 */
#include "base/array.h"
#include "base/text.h"
#include "model/own_limit.h"
#include "report/json.h"
#include "report/report.h"
#include "report/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_CELLS 80
#define INDENT "  "

const char *report_outcome(const struct intent *intent)
{
	return intent_is_closed(intent) ? intent_stage_name(intent->stage) : "open";
}

/* ---- JSON ---- */

/* What `value` of an order is: its key in JSON and its unit in words. No JSON: the action has none; no unit: it is written otherwise. */
static const struct {
	const char *json, *unit;
} values[ACTION_COUNT] = {
	[ACTION_BANDWIDTH] = {"bandwidth_mib_per_s", "MiB/s"},
	[ACTION_DOWNTIME] = {"max_downtime_ms", "ms"},
	[ACTION_TIMEOUT] = {"timeout_ms", NULL},
};

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void put_uuid(struct json *json, const char *key, const struct uuid *uuid)
{
	char text[UUID_TEXT_SIZE];
	json_text(json, key, uuid_is_nil(uuid) ? NULL : uuid_text(uuid, text));
}

/* The same instant twice: for people, and on the monotonic clock of the boot that boot_id names. */
static void put_stamp(struct json *json, const char *key, struct stamp stamp)
{
	char mono[32];
	json_time(json, key, stamp.wall);
	snprintf(mono, sizeof mono, "%s_mono_ms", key);
	json_duration(json, mono, (duration){stamp.wall.ms ? stamp.mono.ms : -1});
}

static void put_order(struct json *json, const struct intent *intent)
{
	const struct order *order = &intent->order;
	bool is_force = order->action == ACTION_FORCE_COMPLETE;
	json_text(json, "action", action_name(order->action));
	json_text(json, "method", is_force ? force_method_name(order->method) : NULL);
	json_text(json, "method_used", is_force && intent->sent.wall.ms ? force_method_name(intent->used) : NULL);
	json_bool(json, "fell_back", intent->fell_back);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (values[i].json && i == (size_t)order->action)
			json_number(json, values[i].json, order->value);
		else if (values[i].json)
			json_null(json, values[i].json);
	}
	json_text(json, "timeout_action",
		  order->action == ACTION_TIMEOUT ? limit_action_name(order->limit_action) : NULL);
	json_text(json, "name", intent->domain_name);
	put_uuid(json, "uuid", &order->target.domain);
	json_text(json, "source", text_or_null(intent->source));
	put_uuid(json, "source_uuid", &order->target.host);
	json_text(json, "destination", text_or_null(intent->destination));
	json_number(json, "attempt", order->target.attempt);
}

static void put_owner(struct json *json, const struct ledger_owner *owner)
{
	json_text(json, "user", owner->user);
	if (owner->login_uid >= 0)
		json_number(json, "login_uid", (uint64_t)owner->login_uid);
	else
		json_null(json, "login_uid");
	json_text(json, "tty", text_or_null(owner->tty));
	json_text(json, "ssh_client", text_or_null(owner->ssh_client));
	json_number(json, "pid", (uint64_t)owner->pid);
	json_text(json, "boot_id", text_or_null(owner->boot_id));
	json_text(json, "program_version", owner->version);
}

static void put_seen(struct json *json, const struct order_seen *seen)
{
	if (!seen->is_told) {
		json_null(json, "seen");
		return;
	}
	json_open(json, "seen", '{');
	if (seen->has_remaining)
		json_number(json, "remaining_bytes", seen->remaining.n);
	else
		json_null(json, "remaining_bytes");
	json_duration(json, "elapsed_ms", seen->elapsed);
	json_duration(json, "pause_price_ms", seen->pause_price);
	json_text(json, "verdict", text_or_null(seen->verdict));
	json_close(json, '}');
}

static void put_asking(struct json *json, const struct ledger_row *row)
{
	json_text(json, "confirmation", text_or_null(row->intent.order.confirmation));
	json_bool(json, "insisted", row->intent.order.insist);
	put_seen(json, &row->intent.order.seen);
}

static void put_end(struct json *json, const struct intent *intent)
{
	json_text(json, "outcome", report_outcome(intent));
	json_text(json, "result", intent->result == ERR_OK ? NULL : err_text(intent->result));
	json_text(json, "text", text_or_null(intent->text));
	json_bool(json, "owes", intent->owes);
}

static void put_action(struct json *json, const struct ledger_row *row)
{
	const struct intent *intent = &row->intent;
	json_open(json, NULL, '{');
	json_number(json, "id", intent->id);
	put_order(json, intent);
	put_owner(json, &row->owner);
	put_asking(json, row);
	json_bool(json, "is_late", row->is_late);
	put_stamp(json, "asked", intent->asked);
	put_stamp(json, "recorded", row->recorded);
	put_stamp(json, "sent", intent->sent);
	put_stamp(json, "closed", intent->closed);
	json_text(json, "stage", intent_stage_name(intent->stage));
	put_end(json, intent);
	json_close(json, '}');
}

void report_action_line(struct buffer *out, const struct ledger_row *row)
{
	struct json json = {.out = out};
	const struct intent *intent = &row->intent;
	bool is_ended = intent_is_closed(intent);
	json_open(&json, NULL, '{');
	json_text(&json, "event", is_ended ? "ended" : "asked");
	json_number(&json, "order", intent->order.serial);
	if (intent->id > 0 && intent->id < INTENT_ID_LOCAL)
		json_number(&json, "id", intent->id);
	else
		json_null(&json, "id");
	put_order(&json, intent);
	if (is_ended) {
		put_end(&json, intent);
	} else {
		put_owner(&json, &row->owner);
		put_asking(&json, row);
	}
	json_close(&json, '}');
}

void report_actions_json(struct buffer *out, const struct report_actions *actions)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_number(&json, "version", 1);
	json_time(&json, "time", actions->now);
	json_open(&json, "actions", '[');
	for (size_t i = 0; i < actions->n_rows; i++)
		put_action(&json, &actions->row[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	buffer_puts(out, "\n");
}

/* ---- text ---- */

/* "force-complete post-copy", "bandwidth 80 MiB/s", "timeout 45m (then: abort)" */
static char *action_text(const struct intent *intent, char *buffer, size_t size)
{
	const struct order *order = &intent->order;
	const char *name = action_name(order->action);
	char limit[TEXT_NUMBER_MAX];
	bool was_sent = intent->sent.wall.ms != 0;
	if (order->action == ACTION_FORCE_COMPLETE)
		snprintf(buffer, size, "%s %s", name, force_method_name(was_sent ? intent->used : order->method));
	else if (order->action == ACTION_TIMEOUT)
		snprintf(buffer, size, "%s %s (then: %s)", name, own_limit_text(order->value, limit, sizeof limit),
			 limit_action_name(order->limit_action));
	else if (values[order->action].unit)
		snprintf(buffer, size, "%s %" PRIu64 " %s", name, order->value, values[order->action].unit);
	else
		snprintf(buffer, size, "%s", name);
	return buffer;
}

static void add_head(struct table *table, const struct ledger_row *row)
{
	char text[128];
	text_iso_utc(text, sizeof text, row->intent.asked.wall);
	text[strlen("2026-01-31T12:41:07")] = '\0';
	table_add(table, text);
	table_add(table, action_text(&row->intent, text, sizeof text));
	table_add(table, row->owner.user);
	snprintf(text, sizeof text, "%s%s", report_outcome(&row->intent), row->intent.owes ? ", owed" : "");
	table_add(table, text);
	table_add(table, row->intent.domain_name);
}

/* Words of a text in lines of at most 80 cells behind an indentation; a longer word stays whole. */
static void put_wrapped(struct buffer *out, const char *text)
{
	size_t used = LINE_CELLS;
	for (const char *word = text; *word;) {
		char piece[512];
		size_t length = strcspn(word, " ");
		snprintf(piece, sizeof piece, "%.*s", (int)length, word);
		size_t cells = text_width(piece);
		if (used + 1 + cells > LINE_CELLS) {
			buffer_printf(out, "%s" INDENT, word == text ? "" : "\n");
			used = strlen(INDENT);
		} else {
			buffer_puts(out, " ");
			used++;
		}
		buffer_add(out, word, length);
		used += cells;
		word += length;
		word += strspn(word, " ");
	}
	buffer_puts(out, "\n");
}

static void say_span(struct buffer *out, const char *what, struct stamp from, struct stamp to)
{
	char text[TEXT_NUMBER_MAX];
	duration span = mono_since(to.mono, from.mono);
	if (to.wall.ms && span.ms >= 0)
		buffer_printf(out, ", %s after %s", what, text_short_duration(text, sizeof text, span));
}

/* "host1 to host2, attempt 2; key y on /dev/pts/3 from 192.0.2.7 50022; sent after 12 ms, closed after 8.3 s" */
static void put_steps(struct buffer *out, const struct ledger_row *row)
{
	const struct intent *intent = &row->intent;
	struct buffer line = {0};
	buffer_printf(&line, "%s to %s, attempt %" PRIu32 "; %s", intent->source[0] ? intent->source : "?",
		      intent->destination[0] ? intent->destination : "?", intent->order.target.attempt,
		      intent->order.confirmation);
	if (intent->order.insist)
		buffer_puts(&line, row->is_late ? ", insisted: recorded late" : ", insisted");
	if (row->owner.tty[0])
		buffer_printf(&line, ", on %s", row->owner.tty);
	if (row->owner.ssh_client[0])
		buffer_printf(&line, ", from %s", row->owner.ssh_client);
	if (intent->order.action == ACTION_FORCE_COMPLETE && intent->sent.wall.ms &&
	    intent->order.method != intent->used)
		buffer_printf(&line, ", asked for %s", force_method_name(intent->order.method));
	say_span(&line, "sent", intent->asked, intent->sent);
	say_span(&line, "closed", intent->asked, intent->closed);
	put_wrapped(out, line.text);
	buffer_done(&line);
}

static void put_known(struct buffer *out, const struct order_seen *seen)
{
	char number[32];
	struct buffer line = {0};
	if (!seen->is_told)
		return;
	buffer_printf(&line, "seen then: %s elapsed", text_duration(number, sizeof number, seen->elapsed));
	if (seen->has_remaining)
		buffer_printf(&line, ", %s left", report_amount(number, sizeof number, seen->remaining));
	if (seen->verdict[0])
		buffer_printf(&line, ", %s", seen->verdict);
	if (seen->pause_price.ms >= 0)
		buffer_printf(&line, ", a pause for about %s",
			      text_short_duration(number, sizeof number, seen->pause_price));
	put_wrapped(out, line.text);
	buffer_done(&line);
}

static void put_story(struct buffer *out, const struct ledger_row *row)
{
	put_steps(out, row);
	put_known(out, &row->intent.order.seen);
	if (row->intent.text[0])
		put_wrapped(out, row->intent.text);
	if (row->intent.owes)
		put_wrapped(out, "owed: it paused this guest, which has not been seen running since");
}

void report_actions_table(struct buffer *out, const struct report_actions *actions)
{
	static const char *const heads[] = {"ASKED (UTC)", "ACTION", "BY", "OUTCOME", "GUEST"};
	struct table table = {.n_columns = ARRAY_LEN(heads), .width = {1, 1, 1, 1, 1}};
	struct buffer lines = {0};
	if (actions->n_rows == 0) {
		buffer_puts(out, "no action is recorded\n");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		table_add(&table, heads[i]);
	for (size_t i = 0; i < actions->n_rows; i++)
		add_head(&table, &actions->row[i]);
	table_write(&table, &lines);
	const char *line = lines.text;
	for (size_t i = 0; i <= actions->n_rows; i++) {
		size_t length = strcspn(line, "\n") + 1;
		buffer_add(out, line, length);
		line += length;
		if (i > 0)
			put_story(out, &actions->row[i - 1]);
	}
	buffer_done(&lines);
}
