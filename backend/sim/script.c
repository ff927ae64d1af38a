/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenes and the other tool. Pure.
 */
#include "backend/sim/script.h"

#include "backend/sim/calls.h"
#include "model/migration.h"

#include <stdlib.h>
#include <string.h>

#define BETWEEN_STARTS_MS 700 /* a drain starts its first migrations one after the other */
#define BETWEEN_DRAINS_MS 30000
#define STARTS_PER_TICK 25 /* of a tool that keeps a number going */

void sim_script_free(struct sim_script *script)
{
	free(script);
}

static uint32_t guest_named(const struct sim_world *world, const char *name)
{
	for (uint32_t i = 0; i < world->n_guests; i++)
		if (strcmp(world->guest[i].name, name) == 0)
			return i;
	return HOST_NONE;
}

/* A refusal means that somebody was faster: nothing to be done about it. */
static void do_to_guest(struct sim_world *world, const struct sim_scene *scene)
{
	uint32_t guest = guest_named(world, scene->guest);
	enum err ignored = ERR_OK;

	if (guest == HOST_NONE)
		return;
	switch (scene->deed) {
	case SIM_DO_MIGRATE:
		ignored = sim_call_migrate(world, guest, scene->host, &world->guest[guest].terms, NULL);
		break;
	case SIM_DO_SUSPEND: ignored = sim_call_suspend(world, guest, NULL); break;
	case SIM_DO_POSTCOPY: ignored = sim_call_postcopy(world, guest, NULL); break;
	case SIM_DO_KILL_DESTINATION: sim_fault_destination(world, guest); break;
	case SIM_DO_KILL_CLIENT: sim_fault_client(world, guest); break;
	case SIM_DO_HANG: sim_fault_hang(world, guest, true); break;
	case SIM_DO_THAW: sim_fault_hang(world, guest, false); break;
	case SIM_DO_LINK_DOWN:
	case SIM_DO_LINK_UP:
	case SIM_DO_CUT:
	case SIM_DO_HEAL:
	case SIM_DEED_COUNT: break;
	}
	(void)ignored;
}

static void do_to_host(struct sim_world *world, const struct sim_scene *scene)
{
	if (scene->deed == SIM_DO_LINK_DOWN || scene->deed == SIM_DO_LINK_UP)
		sim_fault_link(world, scene->host, scene->deed == SIM_DO_LINK_DOWN ? scene->text : NULL);
	else
		sim_fault_cut(world, scene->host, scene->deed == SIM_DO_CUT);
}

/* The next host in turn that can receive; HOST_NONE if none can. */
static uint32_t choose_destination(struct sim_script *script, const struct sim_world *world, uint32_t source)
{
	for (size_t i = 0; i < world->n_hosts; i++) {
		uint32_t at = script->next_destination;
		const struct sim_host *host = &world->host[at];
		script->next_destination = (uint32_t)((at + 1) % world->n_hosts);
		if (at != source && host->is_watched && !host->is_cut && !host->trouble)
			return at;
	}
	return HOST_NONE;
}

static bool can_start(const struct sim_script *script, const struct sim_world *world, const struct sim_guest *guest)
{
	if (guest->job || guest->state.run == DOMAIN_SHUT_OFF || world->now_ms < guest->retry_at_ms)
		return false;
	return !script->drains || guest->host == script->drained;
}

/* False if there was nothing to start. */
static bool start_one(struct sim_script *script, struct sim_world *world)
{
	for (size_t i = 0; i < world->n_guests; i++) {
		uint32_t at = script->next_guest;
		const struct sim_guest *guest = &world->guest[at];
		script->next_guest = (uint32_t)((at + 1) % world->n_guests);
		if (!can_start(script, world, guest))
			continue;
		uint32_t to = choose_destination(script, world, guest->host);
		return to != HOST_NONE && sim_call_migrate(world, at, to, &guest->terms, NULL) == ERR_OK;
	}
	return false;
}

static bool lives_somebody_on(const struct sim_world *world, uint32_t host)
{
	for (size_t i = 0; i < world->n_guests; i++)
		if (world->guest[i].host == host)
			return true;
	return false;
}

static void next_drain(struct sim_script *script, const struct sim_world *world)
{
	do
		script->drained = (uint32_t)((script->drained + 1) % world->n_hosts);
	while (!world->host[script->drained].is_watched);
	script->next_start_ms = world->now_ms + BETWEEN_DRAINS_MS;
	script->next_guest = 0;
}

static void drain(struct sim_script *script, struct sim_world *world)
{
	if (world->now_ms < script->next_start_ms || world->n_jobs >= script->n_parallel)
		return;
	script->next_start_ms = world->now_ms + BETWEEN_STARTS_MS;
	if (!start_one(script, world) && !world->n_jobs && !lives_somebody_on(world, script->drained))
		next_drain(script, world);
}

static void keep_going(struct sim_script *script, struct sim_world *world)
{
	for (int i = 0; i < STARTS_PER_TICK && world->n_jobs < script->n_parallel; i++)
		if (!start_one(script, world))
			return;
}

void sim_script_run(struct sim_script *script, struct sim_world *world)
{
	while (script->next_scene < script->n_scenes && script->scene[script->next_scene].at_ms <= world->now_ms) {
		const struct sim_scene *scene = &script->scene[script->next_scene++];
		if (scene->guest)
			do_to_guest(world, scene);
		else
			do_to_host(world, scene);
	}
	if (script->n_parallel && script->drains)
		drain(script, world);
	else if (script->n_parallel)
		keep_going(script, world);
}
