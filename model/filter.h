/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of `/` and --filter: which rows are meant. A text is read once into a small program without pointers (a plain value),
 * which then judges rows without allocating. Pure. Neighbours: filter_read.c reads texts, filter_value.c the values in them; model/field.c
 * has the only names that there are.
 *
 *	filter     = and { "or" and }
 *	and        = not { [ "and" ] not }              side by side is "and"
 *	not        = "not" not | "(" filter ")" | comparison | word
 *	comparison = FIELD ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" ) value
 *	value      = "none" | word                      none: the figure is absent; else as the field's type wants it
 *	word       = characters without blanks, ( ) = < > ~ and quotes | '"' text, a quote doubled '"'
 *
 * A word alone is looked for in name, UUID, hosts, phase and owner, without case. FIELD is a name of model/field.h, or a beginning of it
 * that no other field has. Every comparison with an absent figure is false but those with none; `not` turns what its operand says, so
 * that F and not F together are always all rows.
 */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include "model/field.h"

#define FILTER_TEXT_MAX 201 /* bytes of a filter's text, with its NUL */
#define FILTER_NODES_MAX 48

enum filter_compare {
	COMPARE_EQUAL,
	COMPARE_OTHER,
	COMPARE_LESS,
	COMPARE_AT_MOST,
	COMPARE_MORE,
	COMPARE_AT_LEAST,
	COMPARE_CONTAINS,
	COMPARE_COUNT
};

enum filter_kind { FILTER_WORD, FILTER_COMPARISON, FILTER_NOT, FILTER_AND, FILTER_OR };

struct filter_node {
	uint8_t kind;        /* enum filter_kind */
	uint8_t compare;     /* enum filter_compare */
	uint8_t field;       /* enum field_id */
	bool is_none;        /* compared with none */
	uint8_t left, right; /* operands, which stand before it; left alone of FILTER_NOT */
	uint16_t text;       /* where the word, or the text that is compared with, begins in the filter's words */
	int64_t duration_ms; /* what a duration is compared with, */
	uint64_t number;     /* and other figures */
};

/* Zero-initialised matches every row. */
struct filter {
	struct filter_node node[FILTER_NODES_MAX]; /* the last one is the whole */
	size_t n_nodes;                            /* 0: all rows */
	char words[FILTER_TEXT_MAX];               /* each ends with NUL */
};

/* What is wrong with a text. */
struct filter_fault {
	bool is_unfinished; /* nothing is wrong yet, something is missing at the end */
	size_t column;      /* from 1, in characters: where it went wrong */
	size_t sound;       /* bytes of the text before the part that cannot be used */
	char text[200];     /* what is wrong and what would be right, for people */
};

/* The text must be cleaned, as names are, so that it can be shown. Errors: ERR_USAGE with *fault (may be NULL) filled; *out untouched. A text
 * without words is all rows. */
enum err filter_read(const char *text, struct filter *out, struct filter_fault *fault) ATTR_WARN_UNUSED;

/* For a text that is still typed: the longest beginning of it that is a filter, which is the whole where nothing is wrong. Returns its length
 * in bytes; *fault is that of the whole text, its text "" where there is none. */
size_t filter_read_typed(const char *text, struct filter *out, struct filter_fault *fault);

/* May this be --filter? Errors: ERR_USAGE, the sentence begins with the column. */
enum err filter_check(const char *text, struct err_info *why) ATTR_WARN_UNUSED;

bool filter_matches(const struct filter *filter, const struct row *row);

/* Writes `word` so that it is read as a word, quoted where it must be; cut at `size` (nothing is written where not even quotes fit). */
char *filter_quote(char *buffer, size_t size, const char *word);

/* "=", "!=", ... */
const char *filter_compare_sign(enum filter_compare compare);
/* May fields of this type be compared so? */
bool filter_may_compare(enum value_type type, enum filter_compare compare);

/* How a value of this type is written: "an amount such as 100M". */
const char *filter_value_form(enum value_type type);

/* For filter_read.c: a value's text into the node, by the type of its field; ERR_USAGE with a sentence. The text of text fields is not
 * its business. */
enum err filter_value_read(const struct field *field, const char *text, struct filter_node *node,
			   struct err_info *why) ATTR_WARN_UNUSED;

#endif
