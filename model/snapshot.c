/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding in and releasing of snapshots. Pure.
 */
#include "model/snapshot.h"

#include <stdlib.h>

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	arena_done(&snapshot->arena);
	free(snapshot);
}

const struct row *snapshot_find(const struct snapshot *snapshot, const struct migration_id *id)
{
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		if (migration_id_equal(&snapshot->row[i].id, id))
			return &snapshot->row[i];
	}
	return NULL;
}

size_t snapshot_next_open(const struct snapshot *snapshot, size_t from)
{
	if (snapshot->is_simulated || snapshot->is_recording)
		return snapshot->n_answers;
	while (from < snapshot->n_answers) {
		const struct intent *intent = &snapshot->answer[from].intent;

		if (!intent_is_settled(intent))
			break;
		from++;
	}
	return from;
}
