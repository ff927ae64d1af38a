/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model test of acting: at least a million random steps without a broken law, and three mutations of the program that are each
 * caught. SEED=n plays that one episode again and prints its whole trace; STEPS=n plays so many steps; docs/testing.md.
 */
#include "tests/model/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STEPS_AT_LEAST UINT64_C(1000000)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SLOW
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(IS_SLOW)
#define STEPS_HERE (STEPS_AT_LEAST / 10)
#else
#define STEPS_HERE STEPS_AT_LEAST
#endif
#define CHAOS_STEPS 1000

static const char *const mutation_name[] = {
	[MUTATION_NONE] = "none",
	[MUTATION_RULE] = "rule dropped",
	[MUTATION_RECHECK] = "re-check dropped",
	[MUTATION_ADOPTION] = "adoption dropped",
};

enum err __real_action_check(enum action action, enum force_method method, const struct action_facts *facts,
			     struct err_info *why);
enum err __wrap_action_check(enum action action, enum force_method method, const struct action_facts *facts,
			     struct err_info *why);

/* MUTATION_RULE: no phase forbids anything. */
enum err __wrap_action_check(enum action action, enum force_method method, const struct action_facts *facts,
			     struct err_info *why)
{
	enum err code = __real_action_check(action, method, facts, why);

	return model.mutation == MUTATION_RULE && code == ERR_INVALID_STATE ? ERR_OK : code;
}

static int n_tests, n_failed;

static void check(bool is_ok, const char *sentence)
{
	n_tests++;
	n_failed += !is_ok;
	printf("%sok %d - %s\n", is_ok ? "" : "not ", n_tests, sentence);
	fflush(stdout);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void print_broken(void)
{
	printf("# broken at step %" PRIu64 ": %s\n", model.step, model.broken);
	printf("# the last of what happened:\n");
	trace_print();
	printf("# play it again: SEED=%" PRIu64 " %s\n", model.seed, "tests/model/test_acting");
}

/* Steps that were made; stops at the first broken law. */
static uint64_t play_until(uint64_t seed, uint64_t n_steps)
{
	uint64_t n = 0;

	while (n < n_steps && !model.is_broken) {
		(void)!episode_play(seed++, CHAOS_STEPS);
		n += model.step;
	}
	return n;
}

static void the_laws_hold(uint64_t seed, uint64_t n_steps)
{
	uint64_t n = play_until(seed, n_steps);

	printf("# %" PRIu64 " steps in %" PRIu64 " episodes, seeds from %" PRIu64 "\n", n, model.counts.n_episodes,
	       seed);
	if (model.is_broken)
		print_broken();
	check(!model.is_broken, "no law is broken, whatever happens");
}

static void a_mutation_is_caught(enum mutation mutation, uint64_t seed, uint64_t n_steps)
{
	char sentence[200];
	struct counts kept = model.counts;

	model.mutation = mutation;
	model.is_broken = false;
	play_until(seed, n_steps);
	if (model.is_broken)
		printf("# mutation \"%s\" caught at step %" PRIu64 ", seed %" PRIu64 ": %s\n", mutation_name[mutation],
		       model.step, model.seed, model.broken);
	snprintf(sentence, sizeof sentence, "the mutation \"%s\" is caught", mutation_name[mutation]);
	check(model.is_broken, sentence);
	model.mutation = MUTATION_NONE;
	model.counts = kept;
}

/* ---- that it was not vacuous */

static bool count(const char *what, uint64_t n)
{
	printf("#   %-40s %" PRIu64 "%s\n", what, n, n ? "" : "   <-- never");
	return n > 0;
}

/* What cannot be: an armed force ends in no other way, a limit is no call that could fail. */
static bool can_end(enum action action, enum intent_stage stage)
{
	if (action == ACTION_ARM)
		return stage == INTENT_PROVEN || stage == INTENT_DISARMED;
	return stage != INTENT_DISARMED && (action != ACTION_TIMEOUT || stage != INTENT_FAILED);
}

static bool count_actions(void)
{
	static const enum intent_stage stages[] = {INTENT_PROVEN, INTENT_REFUSED, INTENT_FAILED, INTENT_UNPROVEN,
						   INTENT_DISARMED};
	bool is_ok = true;

	for (size_t a = 0; a < ACTION_COUNT; a++) {
		char text[80];
		const char *name = action_name((enum action)a);

		/* it needs a ledger that tells of other processes' armed forces, which memory.c is not */
		if (a == ACTION_DISARM)
			continue;
		snprintf(text, sizeof text, "%s: accepted", name);
		is_ok &= count(text, model.counts.asked[a]);
		snprintf(text, sizeof text, "%s: refused at once", name);
		is_ok &= count(text, model.counts.refused[a]);
		snprintf(text, sizeof text, "%s: adopted", name);
		is_ok &= count(text, model.counts.adopted[a]);
		for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
			if (!can_end((enum action)a, stages[i]))
				continue;
			snprintf(text, sizeof text, "%s: %s", name, intent_stage_name(stages[i]));
			is_ok &= count(text, model.counts.closed[a][stages[i]]);
		}
	}
	return is_ok;
}

static bool count_the_rest(void)
{
	static const char *const tally[TALLY_COUNT] = {
		[TALLY_RACES] = "calls that a change overtook",
		[TALLY_FELL_BACK] = "post-copy refused, paused instead",
		[TALLY_AT_ONCE] = "resumed at once",
		[TALLY_DEBT_PAID] = "debts paid",
		[TALLY_POLICY] = "orders of the policy",
		[TALLY_FIRED] = "armed forces that fired",
		[TALLY_INSISTED] = "calls without a ledger, insisted upon",
		[TALLY_FLAGGED] = "left standing, and told",
		[TALLY_NO_EFFECT] = "aborts that came too late and returned 0",
		[TALLY_BACKUP_SPARED] = "calls that a backup forbade",
		[TALLY_UNKNOWABLE] = "owner's pauses that could have been ours",
		[TALLY_OVERFLOW] = "events that found no room",
		[TALLY_PICTURES] = "pictures out of the cache",
	};
	static const char *const deed[DEED_COUNT] = {"suspend",   "resume",    "abort",
						     "post-copy", "bandwidth", "downtime"};
	static const char *const fate[] = {NULL, "migrations that moved", "migrations that stayed", "guests lost"};
	bool is_ok = true;

	for (size_t i = 0; i < TALLY_COUNT; i++)
		is_ok &= count(tally[i], model.counts.tally[i]);
	for (size_t i = 0; i < DEED_COUNT; i++)
		is_ok &= count(deed[i], model.counts.deed[i]);
	for (size_t i = 1; i < sizeof fate / sizeof fate[0]; i++)
		is_ok &= count(fate[i], model.counts.fate[i]);
	for (size_t i = 0; i < n_fault_names; i++)
		is_ok &= count(fault_name[i], model.counts.fault[i]);
	for (size_t i = 0; i < n_crash_names; i++)
		is_ok &= count(crash_name[i], model.counts.crash[i]);
	return count("orderly ends", model.counts.n_quits) && is_ok;
}

int main(void)
{
	uint64_t seed = from_environment("SEED", 0);
	uint64_t n_steps = from_environment("STEPS", STEPS_HERE);

	if (seed) {
		model.is_talking = true;
		bool is_ok = episode_play(seed, CHAOS_STEPS);
		if (!is_ok)
			print_broken();
		check(is_ok, "no law is broken in the episode of this seed");
	} else {
		the_laws_hold(1, n_steps);
		if (n_steps >= STEPS_AT_LEAST) {
			bool is_full = count_actions();
			is_full &= count_the_rest();
			check(is_full, "everything that can happen did");
		}
		for (int i = MUTATION_RULE; i <= MUTATION_ADOPTION; i++)
			a_mutation_is_caught((enum mutation)i, 1, n_steps);
	}
	printf("1..%d\n", n_tests);
	return n_failed != 0;
}
