/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot, its changes and the past as text: a table without frames, lines of whole words,, JSON with the keys of
 * virt-drain(1), and comma-separated values. Everything is appended to a buffer of the caller. Pure; any thread.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/buffer.h"
#include "model/alert.h"
#include "model/query.h"
#include "model/record.h"
#include "model/snapshot.h"

/* The picture as a table, with a line on the drain and on each host that is not up. */
void report_table(struct buffer *out, const struct snapshot *snapshot, const struct query *query);

/* The same for people who listen: a line of whole words for each migration, and no columns. */
void report_sentences(struct buffer *out, const struct snapshot *snapshot, const struct query *query);

/* The picture as one JSON document and a newline. */
void report_json(struct buffer *out, const struct snapshot *snapshot, const struct query *query);

/* The migrations of the picture as comma-separated values: a line with the JSON keys of the figures, then one line for each. What is not known is
 * empty; texts stand in quotes. */
void report_csv(struct buffer *out, const struct snapshot *snapshot, const struct query *query);

/* One line of a stream each, newline included: in whole words, or as a JSON object with "type" first. */
void report_notice_line(struct buffer *out, const struct notice *notice);
void report_notice_json(struct buffer *out, const struct notice *notice);
void report_migration_line(struct buffer *out, const struct row *row, wall_time now);
void report_migration_json(struct buffer *out, const struct row *row, wall_time now);
void report_host_json(struct buffer *out, const struct host_row *host, wall_time now);

/* One alert as one JSON document and a newline: "event", what the picture is of, and the migration. */
void report_alert_json(struct buffer *out, enum alert alert, const struct row *row, const struct snapshot *snapshot);

/* What is remembered, newest first, as a table or as one JSON document with the keys of a picture's migrations. */
struct report_history {
	const struct migration_record *record;
	size_t n_records;
	wall_time now;
};

void report_history_table(struct buffer *out, const struct report_history *history);
void report_history_json(struct buffer *out, const struct report_history *history);

/* What was done, newest first: a paragraph of at most 80 cells a line per action, or one JSON document with a list of "actions". */
struct report_actions {
	const struct ledger_row *row;
	size_t n_rows;
	wall_time now;
};

void report_actions_table(struct buffer *out, const struct report_actions *actions);
void report_actions_json(struct buffer *out, const struct report_actions *actions);

/* What a command that acts has to say, as one JSON document and a newline. */
struct report_answer {
	enum action action;
	const char *asked;           /* DOMAIN as it was written */
	const struct intent *intent; /* NULL: none was made */
	const struct row *row;       /* its migration; NULL where it is not there */
	enum err result;
	const char *text;
	int exit_code;
	wall_time now;
};

void report_answer_json(struct buffer *out, const struct report_answer *answer);

/* What became of an action in a word: "proven", "refused", "failed", "unproven", "disarmed", and "open" while it is under way. */
const char *report_outcome(const struct intent *intent);

/* One action as one line of ASCII, a JSON object without a newline, for the system's log: with "event" first, "asked" or "ended". */
void report_action_line(struct buffer *out, const struct ledger_row *row);

/* "fresh", "stale", "unreachable" */
const char *report_freshness(enum freshness freshness);

/* "2.10 GiB", "512 bytes": an amount in words. */
char *report_amount(char *buffer, size_t size, bytes amount);

#endif
