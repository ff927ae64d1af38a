/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filter and order of a snapshot's rows. The values to order by are fetched once per row, then the indices are sorted. Pure.
 */
#include "model/query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Text fields that the filter's words are looked for in. */
static const enum field_id searched[] = {
	FIELD_NAME, FIELD_UUID, FIELD_SOURCE, FIELD_DESTINATION, FIELD_PHASE, FIELD_OWNER,
};

static bool row_has_word(const struct row *row, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(searched); i++) {
		struct value value = field_by_id(searched[i])->get(row);

		if (value.type == VALUE_TEXT && strcasestr(value.text, word))
			return true;
	}
	return false;
}

bool query_matches(const struct query *query, const struct row *row)
{
	char words[sizeof query->filter];
	char *rest = words, *word;

	memcpy(words, query->filter, sizeof words);
	words[sizeof words - 1] = '\0';
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word && !row_has_word(row, word))
			return false;
	}
	return true;
}

struct sort_item {
	struct value value;
	uint32_t index;
};

struct sort_context {
	const struct row *row;
	bool descending;
};

static int compare_items(const void *left, const void *right, void *closure)
{
	const struct sort_item *a = left, *b = right;
	const struct sort_context *context = closure;
	int order = value_compare(&a->value, &b->value, context->descending);

	if (order)
		return order;
	const struct migration_id *x = &context->row[a->index].id, *y = &context->row[b->index].id;
	order = uuid_compare(&x->host, &y->host);
	if (!order)
		order = uuid_compare(&x->domain, &y->domain);
	return order ? order : (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

size_t query_run(const struct query *query, const struct snapshot *snapshot, uint32_t *index)
{
	struct sort_item *item = mem_new(snapshot->n_rows + 1, sizeof *item);
	struct sort_context context = {snapshot->row, query->descending};
	const struct field *field = field_by_id(query->order);
	size_t n = 0;

	for (uint32_t i = 0; i < snapshot->n_rows; i++) {
		if (query_matches(query, &snapshot->row[i]))
			item[n++] = (struct sort_item){field->get(&snapshot->row[i]), i};
	}
	qsort_r(item, n, sizeof *item, compare_items, &context);
	for (size_t i = 0; i < n; i++)
		index[i] = item[i].index;
	free(item);
	return n;
}
