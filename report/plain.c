/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables without frames and lines of whole words: for pipes, and for people who listen instead of look. Pure.
 */
#include "report/report.h"

#include "base/array.h"
#include "model/outlook.h"
#include "report/table.h"
#include "report/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *report_amount(char *buffer, size_t size, bytes amount)
{
	char number[TEXT_NUMBER_MAX];
	text_bytes(number, sizeof number, amount);
	size_t length = strlen(number);
	char unit = number[length - 1];
	if (isdigit((unsigned char)unit))
		snprintf(buffer, size, "%s bytes", number);
	else
		snprintf(buffer, size, "%.*s %ciB", (int)length - 1, number, unit);
	return buffer;
}

/* What our limit has to do with the end; "" while it is far away and nothing is known. */
static char *limit_text(char *buffer, size_t size, const struct row *row)
{
	if (outlook_limit(row, (duration){0}, false, buffer, size) == MOOD_UNKNOWN)
		buffer[0] = '\0';
	return buffer;
}

/* What a reader must know of a row beside its figures; "" if nothing. */
static void note_of(struct buffer *note, const struct row *row)
{
	char text[TEXT_NUMBER_MAX], text_long[OUTLOOK_MAX];
	const char *between = "";
	if (row->from_cache) {
		buffer_puts(note, "old: not seen yet since the start");
		between = ", ";
	}
	if (!row->from_cache && row->freshness != FRESH) {
		buffer_puts(note, row->freshness == STALE ? "stale" : "unreachable");
		if (row->age.ms >= 0)
			buffer_printf(note, " since %s", text_short_duration(text, sizeof text, row->age));
		if (row->late_reason)
			buffer_printf(note, " (%s)", row->late_reason);
		between = ", ";
	}
	if (row->is_frozen) {
		buffer_printf(note, "%sguest %s for %s", between,
			      row->phase == PHASE_ORPHAN ? "left paused with no job" : "frozen",
			      text_short_duration(text, sizeof text, row->frozen));
		between = ", ";
	}
	if (*limit_text(text_long, sizeof text_long, row)) {
		buffer_printf(note, "%s%s", between, text_long);
		between = ", ";
	}
	if (row->downtime.ms >= 0) {
		buffer_printf(note, "%sdowntime %s", between, text_short_duration(text, sizeof text, row->downtime));
		between = ", ";
	}
	if (row->has_intent && !intent_is_closed(&row->intent)) {
		buffer_printf(note, "%s%s: %s", between, action_name(row->intent.order.action), row->intent.text);
		between = ", ";
	}
	if (row->owner)
		buffer_printf(note, "%sowned by %s", between, row->owner);
}

static char *elapsed_text(char *buffer, size_t size, const struct row *row)
{
	char elapsed[TEXT_NUMBER_MAX], limit[TEXT_NUMBER_MAX];
	text_duration(elapsed, sizeof elapsed, row->elapsed);
	if (row->timeout.ms > 0)
		snprintf(buffer, size, "%s/%s%s", elapsed, row->timeout_is_about ? "~" : "",
			 text_duration(limit, sizeof limit, row->timeout));
	else
		snprintf(buffer, size, "%s", elapsed);
	return buffer;
}

/* "~4 min (3:10 to 5:00)", "never", "-" */
static char *eta_text(char *buffer, size_t size, const struct row *row)
{
	const struct forecast *forecast = row_foretold(row);
	if (forecast->verdict == VERDICT_HOPELESS)
		snprintf(buffer, size, "never");
	else if (estimate_known(&forecast->eta))
		outlook_end_range(&forecast->eta, buffer, size);
	else
		snprintf(buffer, size, "-");
	return buffer;
}

static void add_verdict(struct table *table, const struct row *row)
{
	char text[OUTLOOK_MAX];
	outlook_verdict(row_foretold(row), OUTLOOK_MAX, text, sizeof text);
	table_add(table, *text ? text : "-");
}

static void add_row(struct table *table, const struct row *row)
{
	static const enum field_id figures[] = {FIELD_PASS, FIELD_REMAINING, FIELD_DIRTY_RATE, FIELD_THROUGHPUT};
	char text[OUTLOOK_MAX];
	struct buffer note = {0};
	table_add(table, row->name);
	table_add(table, row->source ? row->source : "?");
	table_add(table, row->destination ? row->destination : "?");
	table_add(table, phase_name(row->phase));
	add_verdict(table, row);
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		table_add_field(table, row, figures[i]);
	table_add(table, elapsed_text(text, sizeof text, row));
	table_add(table, eta_text(text, sizeof text, row));
	note_of(&note, row);
	table_add(table, note.text ? note.text : "");
	buffer_done(&note);
}

static void put_rows(struct buffer *out, const struct snapshot *snapshot, const struct query *query)
{
	static const char *const heads[] = {"GUEST", "FROM",    "TO",     "PHASE",      "VERDICT", "PASS",
					    "LEFT",  "DIRTY/s", "SEND/s", "TIME/LIMIT", "ETA",     "NOTE"};
	struct table table = {.n_columns = ARRAY_LEN(heads), .width = {1, 1, 1, 1, 1, -1, -1, -1, -1, -1, 1, 1}};
	uint32_t *index = mem_new(snapshot->n_rows, sizeof *index);
	size_t n = query_run(query, snapshot, index);
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(heads); i++)
		table_add(&table, heads[i]);
	for (size_t i = 0; i < n; i++)
		add_row(&table, &snapshot->row[index[i]]);
	table_write(&table, out);
	if (snapshot->n_rows == 0)
		buffer_puts(out, "no migration\n");
	if (query->filter[0])
		buffer_printf(out, "%zu of %zu migrations: %s\n", n, snapshot->n_rows, query->filter);
	free(index);
}

static void put_drain(struct buffer *out, const struct drain_sums *drain)
{
	char remaining[32], sending[32], sentence[OUTLOOK_MAX];
	if (drain->has_host && drain->host_known)
		buffer_printf(out, "drain of %s: %u left, %u moving, %u moved, %u not moved", drain->host, drain->left,
			      drain->moving, drain->moved, drain->not_moved);
	else if (drain->has_host)
		buffer_printf(out, "drain of %s: its guests are not known yet", drain->host);
	else
		buffer_printf(out, "%u moving, %u moved, %u not moved", drain->moving, drain->moved, drain->not_moved);
	if (drain->frozen > 0)
		buffer_printf(out, ", %u frozen", drain->frozen);
	if (drain->moving > 0)
		buffer_printf(out, "; %s to send at %s per second",
			      report_amount(remaining, sizeof remaining, drain->remaining),
			      report_amount(sending, sizeof sending, (bytes){drain->sending.n}));
	buffer_puts(out, "\n");
	if (drain->moving > 0)
		buffer_printf(out, "%s\n", outlook_drain(drain, (duration){0}, sentence, sizeof sentence));
}

static const char *kind_text(const struct snapshot *snapshot)
{
	return snapshot->is_simulated ? ", simulated" : snapshot->is_recording ? ", a recording" : "";
}

static void put_hosts(struct buffer *out, const struct snapshot *snapshot, const char *indent)
{
	char text[TEXT_NUMBER_MAX];
	buffer_printf(out, "%u of %zu hosts up\n", snapshot->hosts_up, snapshot->n_hosts);
	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		const struct host_row *host = &snapshot->host[i];
		if (host->state == LINK_UP)
			continue;
		buffer_printf(out, "%s%s %s for %s", indent, host->name, link_state_name(host->state),
			      text_short_duration(text, sizeof text, host->state_age));
		if (host->reason)
			buffer_printf(out, ": %s", host->reason);
		buffer_puts(out, "\n");
	}
}

void report_table(struct buffer *out, const struct snapshot *snapshot, const struct query *query)
{
	char when[TEXT_NUMBER_MAX + 8];
	buffer_printf(out, "%s%s%s\n", text_iso_utc(when, sizeof when, snapshot->at.wall), kind_text(snapshot),
		      snapshot->is_read_only ? ", read-only" : "");
	put_hosts(out, snapshot, "  ");
	put_drain(out, &snapshot->drain);
	buffer_puts(out, "\n");
	put_rows(out, snapshot, query);
}

void report_notice_line(struct buffer *out, const struct notice *notice)
{
	char when[TEXT_NUMBER_MAX];
	const char *word = notice->severity == SEVERITY_CRITICAL  ? "critical: "
			   : notice->severity == SEVERITY_WARNING ? "warning: "
								  : "";
	buffer_printf(out, "%s %s%s%s", text_clock(when, sizeof when, notice->at.wall), word, notice->subject,
		      notice->subject[0] ? ": " : "");
	words_add(out, notice->text);
	buffer_puts(out, "\n");
}

static void put_figure(struct buffer *out, const struct row *row, enum field_id id, const char *before,
		       const char *after)
{
	char text[32];
	struct value value = field_by_id(id)->get(row);
	if (value.type != VALUE_ABSENT)
		buffer_printf(out, ", %s%s%s", before, report_amount(text, sizeof text, (bytes){value.number}), after);
}

/* "; converging: finishes in ~4 min (3:10 to 5:00)" */
static void put_outlook(struct buffer *out, const struct row *row)
{
	enum verdict verdict = row_foretold(row)->verdict;
	char text[OUTLOOK_MAX];
	outlook_end(row, (duration){0}, text, sizeof text);
	if (verdict != VERDICT_NONE)
		buffer_printf(out, "; %s", verdict_name(verdict));
	if (*text)
		buffer_printf(out, "%s%s", verdict != VERDICT_NONE ? ": " : "; ", text);
}

/* What there is to say beside names and phase. */
static void put_figures(struct buffer *out, const struct row *row)
{
	char elapsed[TEXT_NUMBER_MAX];
	struct buffer note = {0};
	if (job_has(&row->stats, JOB_PASS) && row->stats.pass > 0)
		buffer_printf(out, ", pass %llu", (unsigned long long)row->stats.pass);
	put_figure(out, row, FIELD_REMAINING, "", " left");
	put_figure(out, row, FIELD_DIRTY_RATE, "dirties ", " per second");
	put_figure(out, row, FIELD_THROUGHPUT, "sends ", " per second");
	buffer_printf(out, ", %s elapsed", text_duration(elapsed, sizeof elapsed, row->elapsed));
	if (row->timeout.ms > 0)
		buffer_printf(out, " of %s%s", row->timeout_is_about ? "about " : "",
			      text_duration(elapsed, sizeof elapsed, row->timeout));
	put_outlook(out, row);
	note_of(&note, row);
	buffer_printf(out, "%s%s", note.text ? "; " : "", note.text ? note.text : "");
	buffer_done(&note);
}

static void put_migration(struct buffer *out, const struct row *row)
{
	struct buffer figures = {0};
	buffer_printf(out, "%s: %s, %s to %s", row->name, phase_name(row->phase),
		      row->source ? row->source : "an unknown host",
		      row->destination ? row->destination : "an unknown host");
	put_figures(&figures, row);
	words_add(out, figures.text);
	buffer_puts(out, "\n");
	buffer_done(&figures);
}

void report_migration_line(struct buffer *out, const struct row *row, wall_time now)
{
	char when[TEXT_NUMBER_MAX];
	buffer_printf(out, "%s ", text_clock(when, sizeof when, now));
	put_migration(out, row);
}

static void put_migrations(struct buffer *out, const struct snapshot *snapshot, const struct query *query)
{
	uint32_t *index = mem_new(snapshot->n_rows, sizeof *index);
	size_t n = query_run(query, snapshot, index);
	if (query->filter[0])
		buffer_printf(out, "%zu of %zu migrations, where %s\n", n, snapshot->n_rows, query->filter);
	else if (n == 0)
		buffer_puts(out, "no migration\n");
	for (size_t i = 0; i < n; i++)
		put_migration(out, &snapshot->row[index[i]]);
	free(index);
}

void report_sentences(struct buffer *out, const struct snapshot *snapshot, const struct query *query)
{
	char when[TEXT_NUMBER_MAX];
	struct buffer sums = {0};
	buffer_printf(out, "%s%s%s\n", text_clock(when, sizeof when, snapshot->at.wall), kind_text(snapshot),
		      snapshot->is_read_only ? ", read-only" : "");
	put_hosts(&sums, snapshot, "");
	put_drain(&sums, &snapshot->drain);
	words_add(out, sums.text);
	buffer_done(&sums);
	put_migrations(out, snapshot, query);
}
