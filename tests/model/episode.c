/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One episode: chaos for so many steps, each chosen by chance; then all faults end, and after a while everything has to have come to rest.
 */
#include "tests/model/model.h"

#include <stdarg.h>
#include <stdio.h>

#define REST_MS 240000

struct model model;

/* SplitMix64 (Steele, Lea, Flood, 2014): any seed will do, neighbours too. */
static uint64_t chance_next(void)
{
	uint64_t z = model.chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t chance_below(uint64_t n)
{
	return chance_next() % n;
}

bool chance_one_in(uint64_t n)
{
	return chance_below(n) == 0;
}

void trace(const char *format, ...)
{
	char *line = model.trace[model.n_traced++ % TRACE_KEPT];
	va_list arguments;
	int n = snprintf(line, sizeof model.trace[0], "step %llu, %lld ms: ", (unsigned long long)model.step,
			 (long long)model.now);

	va_start(arguments, format);
	vsnprintf(line + n, sizeof model.trace[0] - (size_t)n, format, arguments);
	va_end(arguments);
	if (model.is_talking)
		printf("# %s\n", line);
}

void trace_print(void)
{
	uint64_t first = model.n_traced > TRACE_KEPT ? model.n_traced - TRACE_KEPT : 0;

	for (uint64_t i = first; i < model.n_traced; i++)
		printf("#   %s\n", model.trace[i % TRACE_KEPT]);
}

static void begin(uint64_t seed)
{
	model.chance = model.seed = seed;
	model.now = 1000000;
	model.wall = INT64_C(1700000000000);
	model.step = model.n_traced = 0;
	model.is_calm = model.has_full_disk = model.is_broken = false;
	model.n_asked = 0;
	model.last_pid = 100;
	world_init();
	memory_init();
	for (size_t i = 0; i < N_PROCESSES; i++)
		process_start(&model.process[i], i > 0 && chance_one_in(4));
}

static void end(void)
{
	for (size_t i = 0; i < N_PROCESSES; i++) {
		model.process[i].is_dying = true;
		process_bury(&model.process[i]);
	}
}

static void turn_all(void)
{
	for (size_t i = 0; i < N_PROCESSES; i++)
		if (model.process[i].is_alive)
			process_turn(&model.process[i]);
}

static void live_or_die(struct process *process)
{
	if (!process->is_alive) {
		if (chance_one_in(20))
			process_start(process, chance_one_in(8));
	} else if (chance_one_in(400)) {
		process_crash(process, "anywhere");
		process_bury(process);
	} else if (chance_one_in(1500)) {
		process_quit(process);
	}
}

static void step(void)
{
	uint64_t what = chance_below(100);
	struct process *process = &model.process[chance_below(N_PROCESSES)];

	model.step++;
	world_pass((int64_t)chance_below(chance_one_in(20) ? 3000 : 300));
	if (what < 22)
		outside_act();
	else if (what < 25)
		outside_fault();
	else if (what < 70 && process->is_alive)
		process_operate(process);
	outside_mend();
	live_or_die(process);
	turn_all();
}

/* Nothing is open any more, and nobody stands for us: nothing will follow. */
static bool is_at_rest(void)
{
	for (size_t i = 0; i < N_GUESTS; i++)
		if (model.world.guest[i].job.stage != STAGE_NONE || model.world.guest[i].stopper == BY_US)
			return false;
	for (size_t i = 0; i < model.n_asked; i++)
		if (model.asked[i].row && !intent_is_settled(&model.asked[i].intent))
			return false;
	return true;
}

/* Whoever may look after what is left is there; what cannot end by itself ends. */
static void rest(void)
{
	outside_heal();
	if (!model.process[0].is_alive || model.process[0].is_read_only) {
		if (model.process[0].is_alive)
			process_quit(&model.process[0]);
		process_start(&model.process[0], false);
	}
	for (int64_t until = model.now + REST_MS; model.now < until && !model.is_broken && !is_at_rest();) {
		model.step++;
		world_pass(500 + (int64_t)chance_below(500));
		turn_all();
	}
	if (!model.is_broken)
		law_end();
}

bool episode_play(uint64_t seed, uint64_t n_steps)
{
	begin(seed);
	while (model.step < n_steps && !model.is_broken)
		step();
	if (!model.is_broken)
		rest();
	model.counts.n_episodes++;
	end();
	return !model.is_broken;
}
