/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other people who work on the simulated fleet: a tool that drains host after host or keeps a number of migrations
 * going, and a list of things that happen at their time. Pure; owned by the world.
 */
#ifndef BACKEND_SIM_SCRIPT_H
#define BACKEND_SIM_SCRIPT_H

#include "backend/sim/world.h"

enum sim_deed {
	SIM_DO_MIGRATE, /* guest to host, on the guest's own terms */
	SIM_DO_SUSPEND,
	SIM_DO_POSTCOPY,
	SIM_DO_KILL_DESTINATION,
	SIM_DO_KILL_CLIENT,
	SIM_DO_HANG,
	SIM_DO_THAW,
	SIM_DO_LINK_DOWN, /* host, text says why */
	SIM_DO_LINK_UP,
	SIM_DO_CUT,
	SIM_DO_HEAL,
	SIM_DEED_COUNT
};

struct sim_scene {
	int64_t at_ms;
	enum sim_deed deed;
	uint32_t host;
	const char *guest; /* name; NULL where the deed concerns a host */
	const char *text;
};

struct sim_script {
	const struct sim_scene *scene; /* in the order of time; static */
	size_t n_scenes, next_scene;
	/* The tool. */
	bool drains; /* moves all guests off the host `drained`, then off the next, and so on */
	uint32_t drained;
	size_t n_parallel; /* how many migrations it has going at once; 0: there is no tool */
	int64_t next_start_ms;
	uint32_t next_guest, next_destination;
};

void sim_script_free(struct sim_script *script); /* NULL is fine */

/* Does what is due at world->now_ms. */
void sim_script_run(struct sim_script *script, struct sim_world *world);

#endif
