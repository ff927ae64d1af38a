/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Domains by host: one count, one pass. Pure.
 */
#include "backend/sim/roll.h"

#include "backend/sim/job.h"
#include "base/array.h"

#include <stdlib.h>

static bool is_active(struct domain_state state)
{
	return state.run != DOMAIN_SHUT_OFF;
}

/* `next` counts (entry NULL) or places. */
static void walk(const struct sim_world *world, size_t *next, struct sim_roll_entry *entry)
{
	for (uint32_t i = 0; i < world->n_guests; i++) {
		const struct sim_guest *guest = &world->guest[i];
		if (!is_active(guest->state))
			continue;
		size_t at = next[guest->host]++;
		if (entry)
			entry[at] = (struct sim_roll_entry){i, false, guest->state};
	}
	for (size_t i = 0; i < world->n_jobs; i++) {
		const struct sim_job *job = world->job[i];
		if (!is_active(job->destination_state))
			continue;
		size_t at = next[job->destination]++;
		if (entry)
			entry[at] = (struct sim_roll_entry){job->guest, true, job->destination_state};
	}
}

void sim_roll_init(struct sim_roll *roll, const struct sim_world *world)
{
	size_t *next = mem_new(world->n_hosts, sizeof *next);
	size_t n = 0;

	roll->first = mem_new(world->n_hosts + 1, sizeof *roll->first);
	walk(world, next, NULL);
	for (size_t i = 0; i < world->n_hosts; i++) {
		roll->first[i] = n;
		n += next[i];
		next[i] = roll->first[i];
	}
	roll->first[world->n_hosts] = n;
	roll->entry = mem_new(n, sizeof *roll->entry);
	walk(world, next, roll->entry);
	free(next);
}

void sim_roll_done(struct sim_roll *roll)
{
	free(roll->first);
	free(roll->entry);
	*roll = (struct sim_roll){0};
}

struct event *sim_roll_inventory(const struct sim_roll *roll, const struct sim_world *world, uint32_t host,
				 uint32_t number, struct stamp now)
{
	struct event *event = event_new(EVENT_INVENTORY, number, now);
	size_t n = roll->first[host + 1] - roll->first[host];

	event->inventory.domain = mem_new(n, sizeof *event->inventory.domain);
	event->inventory.n_domains = n;
	for (size_t i = 0; i < n; i++) {
		const struct sim_roll_entry *entry = &roll->entry[roll->first[host] + i];
		const struct sim_guest *guest = &world->guest[entry->guest];
		event->inventory.domain[i] = (struct inventory_domain){guest->uuid, mem_dup(guest->name), entry->state};
	}
	return event;
}
