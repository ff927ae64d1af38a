/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fleets that can be chosen, and the other people who work on them.
 */
#include "backend/sim/job.h"
#include "backend/sim/scenario.h"
#include "backend/sim/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE 60000

static struct sim_world *open_scenario(const char *name, uint64_t seed)
{
	struct sim_world *world = NULL;
	struct err_info why = {0};

	if (sim_scenario_new(name, seed, &world, &why) != ERR_OK)
		fail_msg("%s: %s", name, why.text);
	return world;
}

static void step(struct sim_world *world, int64_t ms)
{
	struct sim_event event;

	sim_world_step(world, (duration){ms});
	while (sim_world_take(world, &event))
		;
}

static const struct sim_guest *named(const struct sim_world *world, const char *name)
{
	for (size_t i = 0; i < world->n_guests; i++)
		if (strcmp(world->guest[i].name, name) == 0)
			return &world->guest[i];
	fail_msg("no guest is called %s", name);
	return NULL;
}

static size_t living_on(const struct sim_world *world, uint32_t host)
{
	size_t n = 0;

	for (size_t i = 0; i < world->n_guests; i++)
		n += world->guest[i].host == host;
	return n;
}

static void an_unknown_scenario_is_refused_with_those_that_exist(void **state)
{
	static const char *const wrong[] = {"drian",
					    "",
					    "fleet",
					    "fleet:3:4",
					    "fleet:3:4:5x",
					    "fleet:-3:4:2",
					    "fleet: 3:4:2",
					    "fleet:0:4:0",
					    "fleet:3:4:5",
					    "fleet:1:4:2",
					    "fleet:3:4:2:1",
					    "fleet:99999:1:0",
					    "fleet:9999999:1:0",
					    "drain ",
					    "fleet:3:4:"};
	struct sim_world *world = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct err_info why = {0};
		assert_int_equal(sim_scenario_new(wrong[i], 1, &world, &why), ERR_USAGE);
		assert_null(world);
		assert_non_null(strstr(why.text, "scenario"));
	}
	struct err_info why;
	assert_int_equal(sim_scenario_new("drian", 1, &world, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "drain"));
	assert_non_null(strstr(why.text, "stuck"));
	assert_non_null(strstr(why.text, "fleet:"));
}

static void without_a_name_it_is_a_drain(void **state)
{
	struct sim_world *world = open_scenario(NULL, 1);

	(void)state;
	assert_int_equal(world->script->drained, 0);
	assert_true(world->script->drains);
	assert_in_range(living_on(world, 0), 18, 24);
	size_t n_watched = 0;
	for (size_t i = 0; i < world->n_hosts; i++)
		n_watched += world->host[i].is_watched;
	assert_int_equal(n_watched, 6);
	assert_false(world->host[world->n_hosts - 1].is_watched); /* unwatched ones are the last */
	sim_world_free(world);
}

static void a_drain_moves_several_at_once_and_gets_stuck_where_it_must(void **state)
{
	struct sim_world *world = open_scenario("drain", 5);

	(void)state;
	size_t before = living_on(world, 0);
	step(world, 6000);
	assert_in_range(world->n_jobs, 5, 6);
	step(world, 5 * MINUTE);
	assert_true(living_on(world, 0) + 10 < before);
	/* These two never end by themselves; the rest did not wait for them. */
	assert_non_null(named(world, "db-main")->job);
	assert_non_null(named(world, "db-replica")->job);
	assert_true(named(world, "db-main")->job->copy.pass > 3);
	assert_int_equal(named(world, "edge-proxy")->host, world->n_hosts - 1);
	sim_world_free(world);
}

static void the_fleet_does_not_depend_on_how_time_is_told(void **state)
{
	struct sim_world *a = open_scenario("drain", 5), *b = open_scenario("drain", 5);
	struct sim_event one, other;
	size_t n = 0;

	(void)state;
	sim_world_step(a, (duration){MINUTE});
	for (int64_t at = 0; at < MINUTE; at += 96)
		sim_world_step(b, (duration){96});
	while (sim_world_take(a, &one)) {
		n++;
		assert_true(sim_world_take(b, &other));
		assert_int_equal(one.kind, other.kind);
		assert_int_equal(one.at_ms, other.at_ms);
		assert_int_equal(one.guest, other.guest);
		assert_int_equal(one.stats.memory_processed.n, other.stats.memory_processed.n);
	}
	assert_false(sim_world_take(b, &other));
	assert_true(n > 20);
	sim_world_free(a);
	sim_world_free(b);
}

static void one_host_is_lost_for_a_while(void **state)
{
	struct sim_world *world = open_scenario("drain", 5);
	int64_t lost = 0;

	(void)state;
	for (int64_t at = 0; at < 2 * MINUTE; at += 1000) {
		step(world, 1000);
		for (size_t i = 0; i < world->n_hosts; i++)
			lost += world->host[i].trouble ? 1000 : 0;
	}
	assert_in_range(lost, 20000, 40000);
	sim_world_free(world);
}

static void a_host_that_is_empty_is_followed_by_the_next(void **state)
{
	struct sim_world *world = sim_world_new(1, SIM_REAL_PAGE, 20);

	(void)state;
	for (int i = 0; i < 3; i++)
		sim_world_add_host(world, "host", (bytes_per_s){1250000000});
	for (uint32_t i = 0; i < 4; i++)
		sim_world_add_guest(
			world, &(struct sim_guest_plan){.name = "g", .host = i % 2, .memory_mib = 64, .used_mib = 32});
	world->script = calloc(1, sizeof *world->script);
	world->script->drains = true;
	world->script->n_parallel = 2;
	for (int64_t at = 0; at < MINUTE && world->script->drained == 0; at += 1000)
		step(world, 1000);
	assert_int_equal(world->script->drained, 1);
	assert_int_equal(living_on(world, 0), 0);
	sim_world_free(world);
}

static void what_is_stuck_stays_stuck(void **state)
{
	struct sim_world *world = open_scenario("stuck", 5);

	(void)state;
	step(world, 3 * MINUTE);
	assert_true(world->n_jobs >= 7);
	assert_int_equal(named(world, "torn")->job->stage, SIM_BROKEN);
	assert_int_equal(named(world, "frozen")->state.run, DOMAIN_PAUSED);
	assert_int_equal(named(world, "disk-storm")->job->stage, SIM_MIRROR);
	assert_true(named(world, "silent")->is_hung);
	assert_true(named(world, "throttled")->job->copy.throttle > 0);
	assert_null(named(world, "at-home")->job);
	assert_null(named(world, "left")->job);
	assert_int_equal(named(world, "left")->host, 2);
	assert_true(domain_state_is_stopped_for_migration(named(world, "left")->state));
	sim_world_free(world);
}

static void a_fleet_has_its_size_and_keeps_its_migrations_going(void **state)
{
	struct sim_world *world = open_scenario("fleet:30:200:40", 5);
	size_t n_restarted = 0;

	(void)state;
	assert_int_equal(world->n_hosts, 30);
	assert_int_equal(world->n_guests, 200);
	for (int i = 0; i < 120; i++) {
		struct sim_event event;
		sim_world_step(world, (duration){1000});
		while (sim_world_take(world, &event))
			n_restarted += event.kind == SIM_JOB_BEGAN;
		assert_in_range(world->n_jobs, i > 1 ? 36 : 0, 40);
	}
	assert_true(n_restarted > 60);
	sim_world_free(world);
}

static void a_fleet_without_migrations_rests(void **state)
{
	struct sim_world *world = open_scenario("fleet:1:5:0", 5);

	(void)state;
	step(world, MINUTE);
	assert_int_equal(world->n_jobs, 0);
	sim_world_free(world);
}

static void names_are_as_odd_as_hosts_allow(void **state)
{
	struct sim_world *world = open_scenario("drain", 5);
	size_t n_changed = 0, n_wide = 0, longest = 0;

	(void)state;
	for (size_t i = 0; i < world->n_guests; i++) {
		const char *name = world->guest[i].name;
		char clean[512];
		n_changed += text_clean(clean, sizeof clean, name, strlen(name));
		n_wide += text_width(clean) != strlen(clean) && strlen(clean) == strlen(name);
		if (strlen(name) > longest)
			longest = strlen(name);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(name, world->guest[j].name);
	}
	assert_true(n_changed >= 2);
	assert_true(n_wide >= 2);
	assert_true(longest > 150);
	sim_world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_scenario_is_refused_with_those_that_exist),
		cmocka_unit_test(without_a_name_it_is_a_drain),
		cmocka_unit_test(a_drain_moves_several_at_once_and_gets_stuck_where_it_must),
		cmocka_unit_test(the_fleet_does_not_depend_on_how_time_is_told),
		cmocka_unit_test(one_host_is_lost_for_a_while),
		cmocka_unit_test(a_host_that_is_empty_is_followed_by_the_next),
		cmocka_unit_test(what_is_stuck_stays_stuck),
		cmocka_unit_test(a_fleet_has_its_size_and_keeps_its_migrations_going),
		cmocka_unit_test(a_fleet_without_migrations_rests),
		cmocka_unit_test(names_are_as_odd_as_hosts_allow),
	};

	return cmocka_run_group_tests_name("simulated scenarios", tests, NULL, NULL);
}
