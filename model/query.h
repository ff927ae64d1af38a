/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rows are shown and in which order. A query is a value; running it writes indices of the snapshot's rows. Pure.
 */
#ifndef MODEL_QUERY_H
#define MODEL_QUERY_H

#include "model/field.h"

struct query {
	enum field_id order;
	bool descending;
	/* words; every word must be part of name, UUID, host names, phase or owner, without case; "" is all */
	char filter[128];
};

/* Writes the indices of matching rows into `index` (room for snapshot->n_rows) in order; returns how many. Ties are broken by
 * source, domain and attempt, so that equal rows never dance. */
size_t query_run(const struct query *query, const struct snapshot *snapshot, uint32_t *index);

bool query_matches(const struct query *query, const struct row *row);

#endif
