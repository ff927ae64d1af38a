/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts, guests, the running jobs and the list of what happened. Pure.
 */
#include "backend/sim/world.h"

#include "backend/sim/draw.h"
#include "backend/sim/job.h"
#include "backend/sim/script.h"
#include "backend/sim/share.h"
#include "base/array.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define MIB (UINT64_C(1) << 20)
#define VIDEO_MEMORY (16 * MIB) /* memory_total counts it: it is larger than the guest's memory */

struct sim_world *sim_world_new(uint64_t seed, uint64_t page_size, int64_t tick_ms)
{
	struct sim_world *world = mem_new(1, sizeof *world);

	assert(page_size % SIM_REAL_PAGE == 0 && MIB % page_size == 0);
	assert(tick_ms >= 1 && tick_ms <= 100);
	world->page_size = page_size;
	world->tick_ms = tick_ms;
	world->chance = seed;
	return world;
}

void sim_world_free(struct sim_world *world)
{
	if (!world)
		return;
	for (size_t i = 0; i < world->n_jobs; i++)
		sim_job_free(world->job[i]);
	for (size_t i = 0; i < world->n_guests; i++)
		free(world->guest[i].name);
	for (size_t i = 0; i < world->n_hosts; i++) {
		free(world->host[i].name);
		free(world->host[i].uri);
	}
	sim_script_free(world->script);
	free(world->job);
	free(world->guest);
	free(world->host);
	free(world->event);
	free(world);
}

/* The last four bytes are the number of the host or guest, so that it can be found by its UUID. */
#define NUMBER_AT 12

static struct uuid draw_uuid(uint64_t *chance, size_t number)
{
	struct uuid uuid;

	for (size_t i = 0; i < NUMBER_AT; i++)
		uuid.byte[i] = (unsigned char)sim_draw_below(chance, 256);
	for (size_t i = 0; i < 4; i++)
		uuid.byte[NUMBER_AT + i] = (unsigned char)(number >> (24 - 8 * i));
	uuid.byte[6] = (unsigned char)((uuid.byte[6] & 0x0f) | 0x40); /* RFC 4122: version 4, */
	uuid.byte[8] = (unsigned char)((uuid.byte[8] & 0x3f) | 0x80); /* variant 1 */
	return uuid;
}

uint32_t sim_world_add_host(struct sim_world *world, const char *name, bytes_per_s link)
{
	char uri[320];

	world->host = array_reserve(world->host, &world->hosts_capacity, world->n_hosts + 1, sizeof *world->host);
	snprintf(uri, sizeof uri, "sim://%s/", name);
	world->host[world->n_hosts] = (struct sim_host){
		.uuid = draw_uuid(&world->chance, world->n_hosts),
		.name = mem_dup(name),
		.uri = mem_dup(uri),
		.link = link,
		.is_watched = true,
	};
	return (uint32_t)world->n_hosts++;
}

static void add_writer(struct sim_world *world, struct sim_guest *guest, const struct sim_writer_plan *plan)
{
	uint64_t pages_per_mib = MIB / world->page_size;

	if (!plan->mib_per_s)
		return;
	struct sim_writer *writer = &guest->writer[guest->n_writers++];
	*writer = (struct sim_writer){
		.pattern = plan->pattern,
		.n_pages = plan->set_mib * pages_per_mib,
		.pages_per_ms = (double)(plan->mib_per_s * pages_per_mib) / 1000,
		.period_ms = (int64_t)plan->period_s * 1000,
		.busy_ms = (int64_t)plan->busy_s * 1000,
	};
	assert(writer->n_pages && writer->n_pages <= guest->n_used);
	/* Sets lie at the two ends of used memory: they overlap only where they must. */
	writer->first = guest->n_writers == 1 ? 0 : guest->n_used - writer->n_pages;
}

uint32_t sim_world_add_guest(struct sim_world *world, const struct sim_guest_plan *plan)
{
	world->guest = array_reserve(world->guest, &world->guests_capacity, world->n_guests + 1, sizeof *world->guest);
	struct sim_guest *guest = &world->guest[world->n_guests];
	*guest = (struct sim_guest){
		.uuid = draw_uuid(&world->chance, world->n_guests),
		.name = mem_dup(plan->name),
		.owner = plan->owner,
		.host = plan->host,
		.state = {DOMAIN_RUNNING, REASON_OTHER},
		.max_memory = {plan->memory_mib * MIB},
		.n_pages = (plan->memory_mib * MIB + VIDEO_MEMORY) / world->page_size,
		.n_used = plan->used_mib * MIB / world->page_size,
		.chance = sim_draw(&world->chance),
		.terms = plan->terms,
	};
	assert(plan->used_mib <= plan->memory_mib);
	for (size_t i = 0; i < SIM_WRITERS_MAX; i++)
		add_writer(world, guest, &plan->writer[i]);
	return (uint32_t)world->n_guests++;
}

uint32_t sim_guest_number(const struct sim_world *world, const struct sim_guest *guest)
{
	return (uint32_t)(guest - world->guest);
}

struct sim_guest *sim_world_find(const struct sim_world *world, const struct uuid *uuid)
{
	size_t number = 0;

	for (size_t i = NUMBER_AT; i < sizeof uuid->byte; i++)
		number = number << 8 | uuid->byte[i];
	if (number >= world->n_guests || !uuid_equal(&world->guest[number].uuid, uuid))
		return NULL;
	return &world->guest[number];
}

void sim_world_forget_ended(struct sim_world *world)
{
	size_t kept = 0;

	for (size_t i = 0; i < world->n_jobs; i++) {
		struct sim_job *job = world->job[i];
		if (job->stage != SIM_OVER) {
			world->job[kept++] = job;
			continue;
		}
		world->guest[job->guest].job = NULL;
		sim_job_free(job);
	}
	world->n_jobs = kept;
}

static void tick(struct sim_world *world)
{
	world->now_ms += world->tick_ms;
	if (world->script)
		sim_script_run(world->script, world);
	sim_share_links(world);
	for (size_t i = 0; i < world->n_jobs; i++)
		sim_job_step(world, world->job[i]);
	sim_world_forget_ended(world);
}

void sim_world_step(struct sim_world *world, duration dt)
{
	for (world->owed_ms += dt.ms; world->owed_ms >= world->tick_ms; world->owed_ms -= world->tick_ms)
		tick(world);
}

struct sim_event *sim_world_say(struct sim_world *world, enum sim_event_kind kind, uint32_t host, uint32_t guest)
{
	world->event = array_reserve(world->event, &world->events_capacity, world->n_events + 1, sizeof *world->event);
	struct sim_event *event = &world->event[world->n_events++];
	*event = (struct sim_event){.kind = kind, .at_ms = world->now_ms, .host = host, .guest = guest};
	return event;
}

void sim_world_say_lifecycle(struct sim_world *world, uint32_t host, uint32_t guest, enum domain_event what,
			     struct domain_state state)
{
	struct sim_event *event = sim_world_say(world, SIM_LIFECYCLE, host, guest);

	event->what = what;
	event->state = state;
}

bool sim_world_take(struct sim_world *world, struct sim_event *out)
{
	if (world->first_event == world->n_events) {
		world->first_event = world->n_events = 0;
		return false;
	}
	*out = world->event[world->first_event++];
	return true;
}
