/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rows are shown and in which order. A query is a value; running it writes indices of the snapshot's rows. Pure.
 */
#ifndef MODEL_QUERY_H
#define MODEL_QUERY_H

#include "model/filter.h"

struct query {
	enum field_id order;
	bool descending;
	char filter[FILTER_TEXT_MAX]; /* a text that filter_read takes; "" is all */
};

/* Writes the indices of matching rows into `index` (room for snapshot->n_rows) in order; returns how many. Ties are broken by
 * source, domain and attempt, so that equal rows never dance. */
size_t query_run(const struct query *query, const struct snapshot *snapshot, uint32_t *index);

#endif
