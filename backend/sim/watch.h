/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the simulated driver has told of the world, and what it must tell next: links, inventories, statistics of migrating domains,
 * lifecycle events, as a driver that watches through libvirt finds them out. Time comes in as an argument; driver thread, or
 * a test.
 */
#ifndef BACKEND_SIM_WATCH_H
#define BACKEND_SIM_WATCH_H

#include "backend/driver.h"
#include "backend/sim/world.h"

struct sim_watch; /* opaque */

/* `world` is borrowed; its unwatched hosts are its last ones, and none may be added any more. `refresh`: between two statistics
 * of a domain. */
struct sim_watch *sim_watch_new(struct sim_world *world, duration refresh);
void sim_watch_free(struct sim_watch *watch);

size_t sim_watch_n_hosts(const struct sim_watch *watch);

/* Connects: every host's link, facts and inventory are said. */
void sim_watch_start(struct sim_watch *watch, struct event_sink sink, uint32_t host_base, struct stamp now);

/* Says what happened in the world since the last call, and what is due. */
void sim_watch_turn(struct sim_watch *watch, struct stamp now);

/* The last statistics of this domain were taken: the next may be said. */
void sim_watch_taken(struct sim_watch *watch, const struct uuid *domain);

/* The reply to an intent. */
void sim_watch_reply(struct sim_watch *watch, const struct intent *intent, const struct intent_reply *reply,
		     struct stamp now);

#endif
