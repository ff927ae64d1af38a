/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drain in one line: what is left on the host that is being emptied, what moves, what moved and what did not; without
 * such a host, the sums of all. Pure.
 */
#include "model/fleet_private.h"
#include "model/outlook.h"

#include <string.h>

static const struct host *drained_host(const struct fleet *fleet)
{
	for (size_t i = 0; fleet->drain && i < fleet->n_hosts; i++) {
		if (strcmp(fleet->host[i].name, fleet->drain) == 0)
			return &fleet->host[i];
	}
	return NULL;
}

static void sum_row(struct drain_sums *sums, const struct row *row, bool counts)
{
	bytes remaining;
	bytes_per_s dirty;

	if (!phase_has_job(row->phase) || row->from_cache || !counts)
		return;
	sums->moving++;
	sums->frozen += row->is_frozen;
	sums->postcopy += row->phase == PHASE_POSTCOPY || row->phase == PHASE_POSTCOPY_FAILED;
	if (job_remaining(&row->stats, &remaining))
		sums->remaining.n = u64_add(sums->remaining.n, remaining.n);
	if (row->has_throughput)
		sums->sending.n = u64_add(sums->sending.n, row->throughput.n);
	if (job_dirty_bytes(&row->stats, &dirty)) {
		sums->dirtying.n = u64_add(sums->dirtying.n, dirty.n);
		sums->has_dirtying = true;
	}
}

static void count_departures(const struct fleet *fleet, const struct host *host, struct drain_sums *sums)
{
	for (size_t i = 0; i < fleet->n_departures; i++) {
		const struct departure *departure = &fleet->departure[i];
		bool is_there = fleet_host_domain(host, &departure->domain) != NULL;

		if (fleet_open(fleet, &host->uuid, &departure->domain))
			continue; /* on its way again */
		if (departure->outcome == PHASE_COMPLETED)
			sums->moved += !is_there;
		else
			sums->not_moved++;
	}
}

static void count_ended_rows(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		enum phase phase = snapshot->row[i].phase;

		snapshot->drain.moved += phase == PHASE_COMPLETED;
		snapshot->drain.not_moved += phase_is_outcome(phase) && phase != PHASE_COMPLETED;
	}
}

/* Guests that are still on the host and do not move; one that arrives here does not count yet. */
static uint32_t count_left(const struct fleet *fleet, const struct host *host)
{
	uint32_t left = 0;

	for (size_t i = 0; i < host->n_domains; i++) {
		const struct fleet_domain *domain = &host->domain[i];
		const struct migration *migration = fleet_open(fleet, &host->uuid, &domain->uuid);

		left += !domain->is_incoming &&
			(!migration || migration->from_cache || !phase_has_job(migration->phase));
	}
	return left;
}

static void fill_host(const struct fleet *fleet, const struct host *host, struct snapshot *snapshot)
{
	struct drain_sums *sums = &snapshot->drain;

	sums->host = fleet_clean(&snapshot->arena, host->name);
	sums->host_known = host->has_inventory || host->n_domains > 0;
	sums->left = count_left(fleet, host);
	count_departures(fleet, host, sums);
}

void fleet_fill_drain(const struct fleet *fleet, struct snapshot *snapshot)
{
	const struct host *host = drained_host(fleet);
	struct drain_sums *sums = &snapshot->drain;

	sums->has_host = host != NULL;
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];

		sum_row(sums, row, !host || uuid_equal(&row->id.host, &host->uuid));
	}
	drain_end_of(snapshot->row, snapshot->n_rows, host ? &host->uuid : NULL, &sums->end);
	if (host)
		fill_host(fleet, host, snapshot);
	else
		count_ended_rows(snapshot);
}
