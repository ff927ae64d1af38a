/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated driver with its thread: making, stopping, and what the contract of drivers cannot ask for.
 */
#include "backend/queue.h"
#include "backend/sim/calls.h"
#include "backend/sim/inside.h"
#include "backend/sim/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATIENCE_MS 20000
#define MIB (UINT64_C(1) << 20)

static void release(void *item)
{
	event_free(item);
}

static bool put(void *queue, struct event *event)
{
	return queue_put(queue, event, true);
}

/* The next event of a kind, the caller's; others are thrown away. */
static struct event *await(struct driver *driver, struct queue *queue, enum event_kind kind)
{
	for (;;) {
		struct event *event = queue_wait(queue, PATIENCE_MS);
		if (!event) {
			fail_msg("no event of kind %d", (int)kind);
			abort();
		}
		if (event->kind == EVENT_JOB)
			driver->ops->taken(driver, event->host, &event->job.uuid);
		if (event->kind == kind)
			return event;
		event_free(event);
	}
}

static void an_unknown_scenario_makes_no_driver(void **state)
{
	struct driver *driver = NULL;
	struct err_info why = {0};

	(void)state;
	assert_int_equal(driver_sim_new(&driver, &(struct sim_settings){.scenario = "nowhere"}, &why), ERR_USAGE);
	assert_null(driver);
	assert_non_null(strstr(why.text, "nowhere"));
}

static void it_can_be_freed_unstarted_and_stopped_twice(void **state)
{
	struct driver *driver = NULL;
	struct queue *queue = queue_new(100000);

	(void)state;
	assert_int_equal(driver_sim_new(&driver, &(struct sim_settings){.scenario = "stuck"}, NULL), ERR_OK);
	driver->ops->free(driver);
	assert_int_equal(driver_sim_new(&driver, &(struct sim_settings){0}, NULL), ERR_OK);
	assert_int_equal(driver->ops->n_hosts(driver), 6);
	assert_string_equal(driver->ops->host(driver, 0).name, "cobalt-1");
	assert_int_equal(driver->ops->start(driver, (struct event_sink){put, queue}, 0, NULL), ERR_OK);
	event_free(await(driver, queue, EVENT_JOB));
	driver->ops->stop(driver);
	driver->ops->stop(driver);
	driver->ops->free(driver);
	queue_free(queue, release);
}

static void begin(struct sim_world *world, void *context)
{
	struct sim_terms terms = {.bandwidth = {MIB}};

	assert_int_equal(sim_call_migrate(world, 0, 1, &terms, NULL), ERR_OK);
	*(struct intent *)context =
		(struct intent){.id = 3,
				.order = {.action = ACTION_ABORT,
					  .target = {.host = world->host[0].uuid, .domain = world->guest[0].uuid}}};
}

static void hang(struct sim_world *world, void *context)
{
	(void)context;
	sim_fault_hang(world, 0, true);
}

static void thaw(struct sim_world *world, void *context)
{
	*(bool *)context = world->guest[0].job != NULL;
	sim_fault_hang(world, 0, false);
}

static void an_action_on_a_silent_qemu_waits_and_is_done_when_it_answers(void **state)
{
	struct sim_world *world = sim_world_new(1, SIM_REAL_PAGE, 20);
	struct sim_settings settings = {.refresh = {50}, .speed = 5};
	struct queue *queue = queue_new(100000);
	struct driver *driver;
	struct intent intent;
	bool had_job = false;

	(void)state;
	sim_world_add_host(world, "one", (bytes_per_s){125000000});
	sim_world_add_host(world, "two", (bytes_per_s){125000000});
	sim_world_add_guest(
		world, &(struct sim_guest_plan){
			       .name = "g", .memory_mib = 64, .used_mib = 60, .writer = {{SIM_RANDOM, 32, 20, 0, 0}}});
	assert_int_equal(sim_driver_over(world, &settings, &driver, NULL), ERR_OK);
	assert_int_equal(driver->ops->start(driver, (struct event_sink){put, queue}, 0, NULL), ERR_OK);
	sim_driver_visit(driver, begin, &intent);
	event_free(await(driver, queue, EVENT_PASS));
	sim_driver_visit(driver, hang, NULL);
	driver->ops->submit(driver, &intent);
	event_free(await(driver, queue, EVENT_LATE));
	sim_driver_visit(driver, thaw, &had_job);
	assert_true(had_job); /* the abort had not got through */
	struct event *reply = await(driver, queue, EVENT_REPLY);
	assert_int_equal(reply->reply.intent_id, 3);
	assert_int_equal(reply->reply.result, ERR_OK);
	event_free(reply);
	event_free(await(driver, queue, EVENT_NO_JOB));
	driver->ops->free(driver);
	queue_free(queue, release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_scenario_makes_no_driver),
		cmocka_unit_test(it_can_be_freed_unstarted_and_stopped_twice),
		cmocka_unit_test(an_action_on_a_silent_qemu_waits_and_is_done_when_it_answers),
	};

	return cmocka_run_group_tests_name("simulated driver's thread", tests, NULL, NULL);
}
