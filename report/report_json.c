/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures, lines and history as JSON. The figures of a migration come from the field table, so a new one is here by itself. Pure.
 */
#include "base/array.h"
#include "model/outlook.h"
#include "report/history.h"
#include "report/json.h"
#include "report/report.h"

#include <stdlib.h>

#define JSON_VERSION 1

static void put_intent(struct json *json, const struct row *row)
{
	const struct intent *intent = &row->intent;
	if (!row->has_intent) {
		json_null(json, "intent");
		return;
	}
	json_open(json, "intent", '{');
	json_text(json, "action", action_name(intent->order.action));
	json_text(json, "method",
		  intent->order.action == ACTION_FORCE_COMPLETE ? force_method_name(intent->used) : NULL);
	json_text(json, "stage", intent_stage_name(intent->stage));
	json_text(json, "text", intent->text);
	json_close(json, '}');
}

/* A force that waits for its moment; the process is null where it is the one that tells this. */
static void put_armed(struct json *json, const struct row *row)
{
	if (!row->is_armed) {
		json_null(json, "armed");
		return;
	}
	bool is_pause = row->armed_method != METHOD_POSTCOPY;
	json_open(json, "armed", '{');
	json_text(json, "action", action_name(ACTION_FORCE_COMPLETE));
	json_text(json, "method", force_method_name(row->armed_method));
	if (row->armed_pid)
		json_number(json, "process", (uint64_t)row->armed_pid);
	else
		json_null(json, "process");
	json_duration(json, "expected_freeze_ms", is_pause ? row_foretold(row)->pause_best.best : (duration){-1});
	json_close(json, '}');
}

const char *report_freshness(enum freshness freshness)
{
	switch (freshness) {
	case FRESH: return "fresh";
	case STALE: return "stale";
	case UNREACHABLE: return "unreachable";
	}
	return NULL;
}

/* The members of a migration's object, without its brackets. */
static void put_migration(struct json *json, const struct row *row)
{
	char uuid[UUID_TEXT_SIZE], reason[OUTLOOK_MAX];
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);
		if (!field->json)
			continue;
		struct value value = field->get(row);
		json_value(json, field->json, &value);
	}
	json_text(json, "source_uuid", uuid_text(&row->id.host, uuid));
	json_text(json, "freshness", report_freshness(row->freshness));
	json_text(json, "late_reason", row->late_reason);
	json_bool(json, "is_frozen", row->is_frozen);
	json_bool(json, "is_from_cache", row->from_cache);
	json_time(json, "started", row->first_seen);
	json_time(json, "ended", row->ended);
	json_bool(json, "timeout_is_about", row->timeout_is_about);
	json_bool(json, "timeout_is_own", row->own_limit.order != 0);
	json_text(json, "timeout_action", limit_action_name(row->limit_action));
	json_bool(json, "timeout_action_is_observed", row->is_policy_observing);
	json_text(json, "reason", *forecast_reason(row_foretold(row), reason, sizeof reason) ? reason : NULL);
	put_armed(json, row);
	put_intent(json, row);
}

static void put_host(struct json *json, const struct host_row *host)
{
	char uuid[UUID_TEXT_SIZE];
	json_text(json, "name", host->name);
	json_text(json, "uri", host->uri);
	json_text(json, "group", host->group);
	json_text(json, "hostname", host->hostname);
	json_text(json, "uuid", uuid_is_nil(&host->uuid) ? NULL : uuid_text(&host->uuid, uuid));
	json_text(json, "state", link_state_name(host->state));
	json_text(json, "reason", host->reason);
	json_duration(json, "state_age_ms", host->state_age);
	json_duration(json, "age_ms", host->age);
	json_duration(json, "retry_in_ms", host->retry_in);
	json_duration(json, "latency_ms", host->latency);
	if (host->guests_known)
		json_number(json, "guests", host->guests);
	else
		json_null(json, "guests");
	json_number(json, "outgoing", host->outgoing);
	json_number(json, "incoming", host->incoming);
	json_text(json, "same_as", host->same_as);
	json_bool(json, "is_from_cache", host->from_cache);
}

/* When what moves now will be gone. */
static void put_drain_end(struct json *json, const struct drain_end *end)
{
	json_duration(json, "eta_ms", end->is_known ? end->empty.best : (duration){-1});
	json_duration(json, "eta_low_ms", end->is_known ? end->empty.low : (duration){-1});
	json_duration(json, "eta_high_ms", end->is_known ? end->empty.high : (duration){-1});
	json_text(json, "decided_by", end->guest);
	json_number(json, "never", end->never);
	json_number(json, "unknown", end->unknown);
	json_number(json, "marginal", end->marginal);
}

static void put_drain(struct json *json, const struct drain_sums *drain)
{
	json_open(json, "drain", '{');
	json_text(json, "host", drain->has_host ? drain->host : NULL);
	if (drain->has_host && drain->host_known)
		json_number(json, "left", drain->left);
	else
		json_null(json, "left");
	json_number(json, "moving", drain->moving);
	json_number(json, "moved", drain->moved);
	json_number(json, "not_moved", drain->not_moved);
	json_number(json, "frozen", drain->frozen);
	json_number(json, "remaining_bytes", drain->remaining.n);
	json_number(json, "throughput_bytes_per_s", drain->sending.n);
	put_drain_end(json, &drain->end);
	if (drain->has_dirtying)
		json_number(json, "dirty_rate_bytes_per_s", drain->dirtying.n);
	else
		json_null(json, "dirty_rate_bytes_per_s");
	json_close(json, '}');
}

static struct json begin_document(struct buffer *out, wall_time now)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_number(&json, "version", JSON_VERSION);
	json_time(&json, "time", now);
	return json;
}

static void end_document(struct json *json)
{
	json_close(json, '}');
	buffer_puts(json->out, "\n");
}

void report_json(struct buffer *out, const struct snapshot *snapshot, const struct query *query)
{
	struct json json = begin_document(out, snapshot->at.wall);
	uint32_t *index = mem_new(snapshot->n_rows, sizeof *index);
	size_t n = query_run(query, snapshot, index);
	json_bool(&json, "is_read_only", snapshot->is_read_only);
	json_bool(&json, "is_simulated", snapshot->is_simulated);
	json_bool(&json, "is_recording", snapshot->is_recording);
	put_drain(&json, &snapshot->drain);
	json_open(&json, "hosts", '[');
	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		json_open(&json, NULL, '{');
		put_host(&json, &snapshot->host[i]);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_text(&json, "filter", query->filter[0] ? query->filter : NULL);
	json_number(&json, "filtered_out", snapshot->n_rows - n);
	json_open(&json, "migrations", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&json, NULL, '{');
		put_migration(&json, &snapshot->row[index[i]]);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	end_document(&json);
	free(index);
}

static struct json begin_line(struct buffer *out, const char *type, wall_time at)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_text(&json, "type", type);
	json_time(&json, "time", at);
	return json;
}

static const char *severity_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFO: return "info";
	case SEVERITY_GOOD: return "good";
	case SEVERITY_WARNING: return "warning";
	case SEVERITY_CRITICAL: return "critical";
	}
	return NULL;
}

void report_notice_json(struct buffer *out, const struct notice *notice)
{
	char uuid[UUID_TEXT_SIZE];
	struct json json = begin_line(out, "notice", notice->at.wall);
	bool has_migration = notice->about.attempt > 0;
	json_text(&json, "severity", severity_name(notice->severity));
	json_text(&json, "subject", notice->subject[0] ? notice->subject : NULL);
	json_text(&json, "uuid", has_migration ? uuid_text(&notice->about.domain, uuid) : NULL);
	if (has_migration)
		json_number(&json, "attempt", notice->about.attempt);
	else
		json_null(&json, "attempt");
	json_text(&json, "text", notice->text);
	end_document(&json);
}

void report_migration_json(struct buffer *out, const struct row *row, wall_time now)
{
	struct json json = begin_line(out, "migration", now);
	put_migration(&json, row);
	end_document(&json);
}

void report_host_json(struct buffer *out, const struct host_row *host, wall_time now)
{
	struct json json = begin_line(out, "host", now);
	put_host(&json, host);
	end_document(&json);
}

void report_alert_json(struct buffer *out, enum alert alert, const struct row *row, const struct snapshot *snapshot)
{
	struct json json = begin_document(out, snapshot->at.wall);
	json_text(&json, "event", alert_name(alert));
	json_bool(&json, "simulated", snapshot->is_simulated);
	json_bool(&json, "recording", snapshot->is_recording);
	json_open(&json, "migration", '{');
	put_migration(&json, row);
	json_close(&json, '}');
	end_document(&json);
}

void report_history_json(struct buffer *out, const struct report_history *history)
{
	struct json json = begin_document(out, history->now);
	json_open(&json, "migrations", '[');
	for (size_t i = 0; i < history->n_records; i++) {
		struct arena arena = {0};
		struct row row = row_of_record(&history->record[i], &arena, history->now);
		json_open(&json, NULL, '{');
		put_migration(&json, &row);
		json_close(&json, '}');
		arena_done(&arena);
	}
	json_close(&json, ']');
	end_document(&json);
}
