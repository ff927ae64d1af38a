/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking over the simulation's shoulder. One thread.
 */
#include "tests/support/sim_witness.h"

#include "backend/sim/job.h"
#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOSTS_MAX 16

struct of_guest {
	bool *is_missing; /* pages whose last version is at the source only */
	enum domain_event last[HOSTS_MAX];
	struct job_stats final;
	struct sim_job *job; /* whose pages are watched */
};

struct sim_witness {
	struct sim_world *world;
	struct of_guest *of;
	uint64_t sum;
	size_t n_completed;
};

static void written(void *context, uint32_t guest, uint64_t page, bool at_destination)
{
	struct of_guest *of = &((struct sim_witness *)context)->of[guest];

	if (at_destination && of->is_missing[page])
		fail_msg("page %lu was written at the destination before it was there", (unsigned long)page);
	if (!at_destination)
		of->is_missing[page] = true;
}

static void sent(void *context, uint32_t guest, uint64_t page)
{
	((struct sim_witness *)context)->of[guest].is_missing[page] = false;
}

struct sim_witness *witness_new(struct sim_world *world)
{
	struct sim_witness *witness = mem_new(1, sizeof *witness);

	assert_true(world->n_hosts <= HOSTS_MAX);
	witness->world = world;
	witness->of = mem_new(world->n_guests, sizeof *witness->of);
	for (size_t i = 0; i < world->n_guests; i++)
		witness->of[i].is_missing = mem_new(world->guest[i].n_pages, sizeof(bool));
	world->probe = (struct sim_probe){written, sent, witness};
	return witness;
}

void witness_free(struct sim_witness *witness)
{
	for (size_t i = 0; i < witness->world->n_guests; i++)
		free(witness->of[i].is_missing);
	free(witness->of);
	free(witness);
}

/* A new job: nothing of the guest is at its destination yet. */
static void notice_new_jobs(struct sim_witness *witness)
{
	for (size_t i = 0; i < witness->world->n_guests; i++) {
		struct sim_guest *guest = &witness->world->guest[i];
		if (guest->job && guest->job != witness->of[i].job)
			for (uint64_t page = 0; page < guest->n_pages; page++)
				witness->of[i].is_missing[page] = true;
		witness->of[i].job = guest->job;
	}
}

static void check_bitmap(const struct bitmap *map)
{
	size_t n = 0;

	for (size_t bit = 0; bit < map->n_bits; bit++)
		n += bitmap_has(map, bit);
	assert_int_equal(n, map->n_set);
}

static void check_copy(const struct sim_copy *copy)
{
	uint64_t accounted = copy->normal * (SIM_REAL_PAGE + 8) + copy->zero * 8;

	assert_int_equal(copy->processed, accounted);
	assert_true(copy->throttle <= 99);
	check_bitmap(&copy->todo);
	check_bitmap(&copy->written);
}

static void check_place(const struct sim_guest *guest)
{
	const struct sim_job *job = guest->job;
	bool here = guest->state.run == DOMAIN_RUNNING;
	bool there = job && job->destination_state.run == DOMAIN_RUNNING;

	assert_false(here && there);
	if (!job && guest->state.run == DOMAIN_PAUSED)
		assert_int_equal(guest->state.reason, REASON_USER);
	if (!job || here || there || job->was_paused)
		return;
	/* It stands still for its migration, and the clock of its downtime runs. */
	assert_true(job->stopped_at >= 0);
}

static void check_links(const struct sim_world *world)
{
	double out[HOSTS_MAX] = {0}, in[HOSTS_MAX] = {0};

	for (size_t i = 0; i < world->n_jobs; i++) {
		out[world->job[i]->source] += world->job[i]->rate;
		in[world->job[i]->destination] += world->job[i]->rate;
	}
	for (size_t i = 0; i < world->n_hosts; i++) {
		assert_true(out[i] <= (double)world->host[i].link.n / 1000 * 1.000001);
		assert_true(in[i] <= (double)world->host[i].link.n / 1000 * 1.000001);
	}
}

static void arrive(struct sim_witness *witness, const struct sim_event *event)
{
	const struct sim_guest *guest = &witness->world->guest[event->guest];

	for (uint64_t page = 0; page < guest->n_pages; page++)
		if (witness->of[event->guest].is_missing[page])
			fail_msg("guest %s arrived without page %lu", guest->name, (unsigned long)page);
	witness->of[event->guest].final = event->stats;
	witness->n_completed++;
}

static void add(struct sim_witness *witness, uint64_t number)
{
	witness->sum = (witness->sum ^ number) * UINT64_C(0x100000001b3); /* FNV-1a, a number at a time */
}

static void take_events(struct sim_witness *witness)
{
	struct sim_event event;

	while (sim_world_take(witness->world, &event)) {
		add(witness, (uint64_t)event.kind << 32 | event.what);
		add(witness, (uint64_t)event.at_ms);
		add(witness, (uint64_t)event.host << 32 | event.guest);
		add(witness, event.number ^ event.stats.memory_processed.n);
		if (event.kind == SIM_LIFECYCLE)
			witness->of[event.guest].last[event.host] = event.what;
		if (event.kind == SIM_COMPLETED)
			arrive(witness, &event);
	}
}

void witness_step(struct sim_witness *witness, int64_t ms)
{
	struct sim_world *world = witness->world;

	for (int64_t at = 0; at < ms; at += world->tick_ms) {
		notice_new_jobs(witness);
		sim_world_step(world, (duration){world->tick_ms});
		take_events(witness);
		check_links(world);
		for (size_t i = 0; i < world->n_guests; i++)
			check_place(&world->guest[i]);
		for (size_t i = 0; i < world->n_jobs; i++)
			check_copy(&world->job[i]->copy);
	}
}

uint64_t witness_sum(const struct sim_witness *witness)
{
	return witness->sum;
}

size_t witness_completed(const struct sim_witness *witness)
{
	return witness->n_completed;
}

void witness_reach(struct sim_witness *witness, uint32_t guest, int stage, int64_t ms)
{
	const struct sim_guest *of = &witness->world->guest[guest];

	for (int64_t at = 0; at < ms; at += witness->world->tick_ms) {
		if (of->job ? (int)of->job->stage == stage : stage == SIM_OVER)
			return;
		witness_step(witness, witness->world->tick_ms);
	}
	fail_msg("%s did not reach stage %d, it is in %d", of->name, stage, of->job ? (int)of->job->stage : SIM_OVER);
}

enum domain_event witness_last(const struct sim_witness *witness, uint32_t guest, uint32_t host)
{
	return witness->of[guest].last[host];
}

struct job_stats witness_final(const struct sim_witness *witness, uint32_t guest)
{
	return witness->of[guest].final;
}
