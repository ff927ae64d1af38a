/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filter and order of a snapshot's rows. The values to order by are fetched once per row, then the indices are sorted. Pure.
 */
#include "model/query.h"

#include <assert.h>
#include <stdlib.h>

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
	struct filter filter = {.n_nodes = 0};
	enum err err = filter_read(query->filter, &filter, NULL);
	size_t n = 0;

	assert(err == ERR_OK); /* struct query says so */
	(void)err;
	for (uint32_t i = 0; i < snapshot->n_rows; i++) {
		if (filter_matches(&filter, &snapshot->row[i]))
			item[n++] = (struct sort_item){field->get(&snapshot->row[i]), i};
	}
	qsort_r(item, n, sizeof *item, compare_items, &context);
	for (size_t i = 0; i < n; i++)
		index[i] = item[i].index;
	free(item);
	return n;
}
