/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judging rows by a filter that was read.
 */
#include "model/filter.h"

#include "base/array.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

_Static_assert(FIELD_COUNT <= UINT8_MAX && FILTER_NODES_MAX <= UINT8_MAX, "a node has bytes for them");

/* Text fields that a word alone is looked for in. */
static const enum field_id searched[] = {
	FIELD_NAME, FIELD_UUID, FIELD_SOURCE, FIELD_DESTINATION, FIELD_PHASE, FIELD_OWNER,
};

static bool has_word(const struct row *row, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(searched); i++) {
		struct value value = field_by_id(searched[i])->get(row);

		if (value.type == VALUE_TEXT && strcasestr(value.text, word))
			return true;
	}
	return false;
}

/* What the order of two figures says to a comparison. */
static bool order_is(int order, enum filter_compare compare)
{
	switch (compare) {
	case COMPARE_EQUAL: return order == 0;
	case COMPARE_OTHER: return order != 0;
	case COMPARE_LESS: return order < 0;
	case COMPARE_AT_MOST: return order <= 0;
	case COMPARE_MORE: return order > 0;
	case COMPARE_AT_LEAST: return order >= 0;
	case COMPARE_CONTAINS:
	case COMPARE_COUNT: break;
	}
	return false;
}

static bool compares(const struct filter *filter, const struct filter_node *node, const struct row *row)
{
	struct value value = field_by_id((enum field_id)node->field)->get(row);
	enum filter_compare compare = (enum filter_compare)node->compare;
	const char *text = filter->words + node->text;
	bool is_absent = value.type == VALUE_ABSENT;

	if (node->is_none)
		return is_absent == (compare == COMPARE_EQUAL);
	if (is_absent)
		return false;
	if (value.type == VALUE_TEXT && compare == COMPARE_CONTAINS)
		return strcasestr(value.text, text) != NULL;
	if (value.type == VALUE_TEXT)
		return order_is(strcasecmp(value.text, text), compare);
	if (value.type == VALUE_DURATION)
		return order_is((value.duration.ms > node->duration_ms) - (value.duration.ms < node->duration_ms),
				compare);
	return order_is((value.number > node->number) - (value.number < node->number), compare);
}

static bool judge(const struct filter *filter, size_t i, const struct row *row)
{
	const struct filter_node *node = &filter->node[i];

	switch ((enum filter_kind)node->kind) {
	case FILTER_WORD: return has_word(row, filter->words + node->text);
	case FILTER_COMPARISON: return compares(filter, node, row);
	case FILTER_NOT: return !judge(filter, node->left, row);
	case FILTER_AND: return judge(filter, node->left, row) && judge(filter, node->right, row);
	case FILTER_OR: return judge(filter, node->left, row) || judge(filter, node->right, row);
	}
	return false;
}

bool filter_matches(const struct filter *filter, const struct row *row)
{
	return filter->n_nodes == 0 || judge(filter, filter->n_nodes - 1, row);
}

const char *filter_compare_sign(enum filter_compare compare)
{
	static const char *const signs[COMPARE_COUNT] = {
		[COMPARE_EQUAL] = "=", [COMPARE_OTHER] = "!=",    [COMPARE_LESS] = "<",     [COMPARE_AT_MOST] = "<=",
		[COMPARE_MORE] = ">",  [COMPARE_AT_LEAST] = ">=", [COMPARE_CONTAINS] = "~",
	};

	return signs[compare];
}

bool filter_may_compare(enum value_type type, enum filter_compare compare)
{
	bool is_text = type == VALUE_TEXT;

	return compare == COMPARE_EQUAL || compare == COMPARE_OTHER || is_text == (compare == COMPARE_CONTAINS);
}
