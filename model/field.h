/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One figure of a migration is one row here: order, filter, JSON, CSV, columns and help all read it. Pure.
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include "model/snapshot.h"

enum field_id {
	FIELD_NAME,
	FIELD_UUID,
	FIELD_ATTEMPT,
	FIELD_SOURCE,
	FIELD_DESTINATION,
	FIELD_OWNER,
	FIELD_PHASE,
	FIELD_VERDICT,
	FIELD_ETA,
	FIELD_ETA_LOW,
	FIELD_ETA_HIGH,
	FIELD_PASS,
	FIELD_REMAINING,
	FIELD_MEMORY_TOTAL,
	FIELD_MEMORY_REMAINING,
	FIELD_DATA_TOTAL,
	FIELD_DATA_REMAINING,
	FIELD_DATA_PROCESSED,
	FIELD_DIRTY_RATE, /* bytes per second */
	FIELD_DIRTY_RATE_PAGES,
	FIELD_PAGE_SIZE,
	FIELD_THROUGHPUT,
	FIELD_ELAPSED,
	FIELD_TIMEOUT,
	FIELD_EXPECTED_DOWNTIME,
	FIELD_MAX_DOWNTIME,
	FIELD_THROTTLE,
	FIELD_POSTCOPY_REQUESTS,
	FIELD_FROZEN,
	FIELD_DOWNTIME,
	FIELD_OUTCOME,
	FIELD_AGE,
	FIELD_PAUSE_PRICE,
	FIELD_PAUSE_PRICE_LOW,
	FIELD_PAUSE_PRICE_HIGH,
	FIELD_BEST_PAUSE_PRICE,
	FIELD_BEST_PAUSE_IN,
	FIELD_POSTCOPY_PRICE,
	FIELD_ABORT_WASTE,
	FIELD_NEEDED_DOWNTIME,
	FIELD_NEEDED_BANDWIDTH,
	FIELD_OTHER_END,
	FIELD_NO_PROGRESS,
	FIELD_COUNT
};

enum value_type {
	VALUE_ABSENT, /* drawn "–", JSON null, sorts last in both directions */
	VALUE_TEXT,
	VALUE_COUNT,
	VALUE_BYTES,
	VALUE_RATE, /* bytes per second */
	VALUE_PAGES_PER_S,
	VALUE_DURATION,
	VALUE_PERCENT,
};

struct value {
	enum value_type type;
	union {
		const char *text;
		uint64_t number; /* all but text and duration */
		duration duration;
	};
};

struct field {
	enum field_id id;
	const char *name;     /* for --sort, columns and filters: "dirty" */
	const char *json;     /* the JSON key with its unit: "dirty_rate_bytes_per_s"; NULL: not in JSON */
	enum value_type type; /* of present values */
	struct value (*get)(const struct row *row);
	const char *help; /* one line */
};

const struct field *field_by_id(enum field_id id);
const struct field *field_by_name(const char *name); /* NULL if there is none */

/* The field that `length` bytes of text mean: its name or the one of its column, without case, or a beginning of the name that no other field
 * has (one that begins all others with it is meant itself). NULL: `candidates` lists those that it may be, "" if there are none. */
const struct field *field_find(const char *text, size_t length, char *candidates, size_t size);

/* What the head of its column says if that is another name: "time"; NULL if not. */
const char *field_other_name(const struct field *field);

/* The n-th of the words that a field of few words says, from 0; NULL behind the last, and of every other field. */
const char *field_word(const struct field *field, int n);

/* Order of two values of one field: negative, 0, positive; absent last whichever the direction. */
int value_compare(const struct value *a, const struct value *b, bool descending);

/* The value as cells show it: "–" for absent is written as "-" here; the screen may draw it otherwise. */
char *value_text(const struct value *value, char *buffer, size_t size);

#endif
