/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migrations of the page-by-page simulator: drawn at random, the same for the same seed.
 */
#include "backend/sim/calls.h"
#include "backend/sim/draw.h"
#include "backend/sim/watch.h"
#include "tests/bench/forecast.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MIB_BYTES (1u << 20)
#define PAGE 16384u
#define TICK_MS 100     /* QEMU sends a limited bandwidth in slices of that, and looks at the threshold between them */
#define LONGEST_S 900.0 /* then it is one that does not end */
#define PASSES_MOST 60

struct sim_case {
	struct sim_guest_plan plan;
	struct sim_terms terms;
	double bandwidth;   /* MiB/s */
	double pause_share; /* of the time that it takes; below 0: nobody pauses it */
	bool is_steady;
	char text[96];
};

static double uniform(uint64_t *chance, double low, double high)
{
	return low + (high - low) * (double)(sim_draw(chance) >> 11) / (double)(UINT64_C(1) << 53);
}

static double log_uniform(uint64_t *chance, double low, double high)
{
	return exp(uniform(chance, log(low), log(high)));
}

static unsigned at_least_one(double value)
{
	return value < 1 ? 1 : (unsigned)value;
}

static struct sim_case draw_case(uint64_t *chance)
{
	static const char *const patterns[] = {"hot", "sweep", "random"};
	double bandwidth = uniform(chance, 16, 48);
	unsigned used = at_least_one(bandwidth * log_uniform(chance, 5, 40));
	unsigned memory = at_least_one(used * uniform(chance, 1.05, 2));
	double dirty = bandwidth * log_uniform(chance, 0.05, 5);
	unsigned set = at_least_one(log_uniform(chance, 0.2 * bandwidth, used));
	enum sim_pattern pattern = (enum sim_pattern)sim_draw_below(chance, 3);
	struct sim_case c = {
		.bandwidth = bandwidth,
		.plan = {.name = "guest", .memory_mib = memory, .used_mib = used},
		.terms = {.bandwidth = {(uint64_t)(bandwidth * MIB_BYTES)}},
		.pause_share = -1,
	};

	c.plan.writer[0] = (struct sim_writer_plan){pattern, set, at_least_one(dirty), 0, 0};
	bool has_second = sim_draw_below(chance, 5) == 0, is_phased = sim_draw_below(chance, 7) == 0;
	if (has_second)
		c.plan.writer[1] = (struct sim_writer_plan){SIM_SWEEP, at_least_one(used / 2),
							    at_least_one(0.15 * bandwidth), 0, 0};
	if (is_phased) {
		c.plan.writer[0].period_s = (unsigned)uniform(chance, 15, 80);
		c.plan.writer[0].busy_s = (unsigned)(c.plan.writer[0].period_s * uniform(chance, 0.3, 0.7));
	}
	c.terms.auto_converge = sim_draw_below(chance, 10) == 0;
	c.is_steady = !is_phased && !c.terms.auto_converge;
	if (sim_draw_below(chance, 2))
		c.pause_share = uniform(chance, 0.1, 0.9);
	snprintf(c.text, sizeof c.text, "%s%s%s%s m%u/%u b%.0f d%.2f w%u", patterns[pattern],
		 has_second ? "+sweep" : "", is_phased ? "+phases" : "", c.terms.auto_converge ? "+auto" : "", used,
		 memory, bandwidth, dirty / bandwidth, set);
	return c;
}

struct scene {
	struct sim_world *world;
	struct sim_watch *watch;
	struct trial *trial;
};

static bool take(void *context, struct event *event)
{
	struct scene *scene = context;

	trial_apply(scene->trial, event);
	event_free(event);
	return true;
}

static struct stamp stamp_of(const struct sim_world *world)
{
	return (struct stamp){{1000000 + world->now_ms}, {1000000 + world->now_ms}};
}

static struct scene scene_new(const struct sim_case *c, uint64_t seed, struct trial *trial)
{
	struct scene scene = {.world = sim_world_new(seed, PAGE, TICK_MS), .trial = trial};
	struct fleet_settings settings = {.completion_timeout_per_gib = {800000}};

	sim_world_add_host(scene.world, "one", (bytes_per_s){UINT64_C(10) << 30});
	sim_world_add_host(scene.world, "two", (bytes_per_s){UINT64_C(10) << 30});
	for (uint32_t i = 0; i < 2; i++)
		scene.world->host[i].is_watched = true;
	sim_world_add_guest(scene.world, &c->plan);
	trial_begin(trial, &settings);
	fleet_add_host(trial->fleet, &(struct fleet_host){0, "one", "sim://one", NULL});
	fleet_add_host(trial->fleet, &(struct fleet_host){1, "two", "sim://two", NULL});
	scene.watch = sim_watch_new(scene.world, (duration){1000});
	return scene;
}

/* Returns when it has ended, or is one that does not. True: it was paused on the way. */
static bool play(struct scene *scene, const struct sim_case *c, double pause_at)
{
	struct err_info why;
	int64_t began = scene->world->now_ms;
	bool is_paused = false;

	if (sim_call_migrate(scene->world, 0, 1, &c->terms, &why) != ERR_OK)
		return false;
	while (scene->world->n_jobs) {
		double now = (double)(scene->world->now_ms - began) / 1000;

		sim_world_step(scene->world, (duration){TICK_MS});
		sim_watch_turn(scene->watch, stamp_of(scene->world));
		sim_watch_taken(scene->watch, &scene->world->guest[0].uuid);
		sim_world_forget_ended(scene->world);
		if (pause_at >= 0 && now >= pause_at && !is_paused && scene->trial->phase == PHASE_PRECOPY)
			is_paused = sim_call_suspend(scene->world, 0, &why) == ERR_OK;
		if (pause_at < 0 && (now > LONGEST_S || scene->trial->n_passes > PASSES_MOST))
			return false;
	}
	trial_tick(scene->trial, stamp_of(scene->world));
	return is_paused;
}

static bool run_case(const struct sim_case *c, uint64_t seed, double pause_at, struct trial *trial)
{
	struct scene scene = scene_new(c, seed, trial);

	sim_watch_start(scene.watch, (struct event_sink){take, &scene}, 0, stamp_of(scene.world));
	bool is_paused = play(&scene, c, pause_at);
	sim_watch_free(scene.watch);
	sim_world_free(scene.world);
	return is_paused;
}

void forecast_simulated(struct scores *scores, uint64_t seed, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t chance = seed + i;
		struct sim_case c = draw_case(&chance);
		struct trial_name name = {c.text, i % 2 == 0, c.is_steady};
		struct trial trial;

		run_case(&c, seed + i, -1, &trial);
		bool ended = trial.phase == PHASE_COMPLETED;
		double total = trial.total < 120 ? trial.total : 120;
		score_trial(scores, name, &trial, ended, ended);
		trial_end(&trial);
		if (c.pause_share < 0)
			continue;
		if (run_case(&c, seed + i, 1 + (c.pause_share * total), &trial))
			score_pause(scores, name, &trial);
		trial_end(&trial);
	}
}
