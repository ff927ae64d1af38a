/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is active where: the simulated fleet's domains sorted by host, made for one turn of inventories and thrown away. Pure.
 */
#ifndef BACKEND_SIM_ROLL_H
#define BACKEND_SIM_ROLL_H

#include "backend/sim/world.h"

struct sim_roll_entry {
	uint32_t guest;
	bool is_incoming;
	struct domain_state state; /* on that host */
};

struct sim_roll {
	size_t *first; /* of each host, and one more: the end */
	struct sim_roll_entry *entry;
};

void sim_roll_init(struct sim_roll *roll, const struct sim_world *world);
void sim_roll_done(struct sim_roll *roll);

/* EVENT_INVENTORY of a host; the caller owns it. `number` is the host's number in events. */
struct event *sim_roll_inventory(const struct sim_roll *roll, const struct sim_world *world, uint32_t host,
				 uint32_t number, struct stamp now);

#endif
