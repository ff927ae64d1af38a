/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sharing of the links between migrations: equal parts, then what is left of them, round by round. Pure.
 */
#include "backend/sim/share.h"

#define ROUNDS 4

static bool is_hungry(const struct sim_world *world, const struct sim_job *job)
{
	return job->rate < sim_job_demand(job) && !world->host[job->source].is_cut &&
	       !world->host[job->destination].is_cut;
}

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

static void begin(struct sim_world *world)
{
	for (size_t i = 0; i < world->n_jobs; i++) {
		struct sim_host *from = &world->host[world->job[i]->source];
		struct sim_host *to = &world->host[world->job[i]->destination];
		world->job[i]->rate = 0;
		from->left_out = (double)from->link.n / 1000;
		to->left_in = (double)to->link.n / 1000;
	}
}

static void count_hungry(struct sim_world *world)
{
	for (size_t i = 0; i < world->n_jobs; i++) {
		world->host[world->job[i]->source].hungry_out = 0;
		world->host[world->job[i]->destination].hungry_in = 0;
	}
	for (size_t i = 0; i < world->n_jobs; i++) {
		if (!is_hungry(world, world->job[i]))
			continue;
		world->host[world->job[i]->source].hungry_out++;
		world->host[world->job[i]->destination].hungry_in++;
	}
}

static void give(struct sim_world *world)
{
	for (size_t i = 0; i < world->n_jobs; i++) {
		struct sim_job *job = world->job[i];
		struct sim_host *from = &world->host[job->source], *to = &world->host[job->destination];
		if (!is_hungry(world, job))
			continue;
		/* Each hungry one takes its part of what is left and leaves the others theirs, whatever the order. */
		double part = smaller(from->left_out / from->hungry_out, to->left_in / to->hungry_in);
		part = smaller(part, sim_job_demand(job) - job->rate);
		job->rate += part;
		from->left_out -= part;
		to->left_in -= part;
		from->hungry_out--;
		to->hungry_in--;
	}
}

void sim_share_links(struct sim_world *world)
{
	begin(world);
	for (int round = 0; round < ROUNDS; round++) {
		count_hungry(world);
		give(world);
	}
}
