/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limit of one migration: what can be one, which migration another process meant, and that the policy obeys it.
 */
#include "model/fleet.h"
#include "model/own_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000)

static void a_limit_is_read_as_people_write_it(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} right[] = {{"45m", 2700000}, {"1h30m", 5400000}, {"90", 90000}, {"90s", 90000},    {"2h", 7200000},
		     {"none", 0},      {"off", 0},         {"0", 0},      {"2d", 172800000}, {"1500ms", 1500}};
	static const char *const wrong[] = {"",    "soon", "-5m",      "30m1h",
					    "5 m", "366d", "nonesuch", "99999999999999999999"};
	struct err_info why;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(right); i++) {
		uint64_t value = 77;
		char text[TEXT_NUMBER_MAX];

		assert_int_equal(action_value_parse(ACTION_TIMEOUT, right[i].text, &value, &why), ERR_OK);
		assert_int_equal(value, right[i].ms);
		/* what we write reads as the same again */
		action_value_text(ACTION_TIMEOUT, value, text, sizeof text);
		assert_int_equal(action_value_parse(ACTION_TIMEOUT, text, &value, &why), ERR_OK);
		assert_int_equal(value, right[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		uint64_t value = 77;

		assert_int_equal(action_value_parse(ACTION_TIMEOUT, wrong[i], &value, &why), ERR_USAGE);
		assert_int_equal(value, 77);
		assert_non_null(strstr(why.text, "or none for no limit"));
	}
}

static void a_limit_that_has_passed_is_refused_unless_nothing_follows(void **state)
{
	const duration elapsed = {12 * MINUTE + 30000};
	struct err_info why;

	(void)state;
	assert_int_equal(own_limit_check(10 * MINUTE, LIMIT_ABORT, elapsed, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "would be aborted at once at a limit of 10m: give at least 14m"));
	assert_int_equal(own_limit_check((uint64_t)elapsed.ms, LIMIT_FORCE, elapsed, &why), ERR_USAGE);
	assert_int_equal(own_limit_check((uint64_t)elapsed.ms + 1, LIMIT_FORCE, elapsed, &why), ERR_OK);
	assert_int_equal(own_limit_check(10 * MINUTE, LIMIT_NONE, elapsed, &why), ERR_OK);
	assert_int_equal(own_limit_check(0, LIMIT_ABORT, elapsed, &why), ERR_OK);
	assert_int_equal(own_limit_check(UINT64_MAX, LIMIT_NONE, elapsed, &why), ERR_USAGE);
}

static void a_key_moves_the_limit_by_whole_minutes_and_not_into_the_past(void **state)
{
	const duration more = {5 * MINUTE}, less = {-5 * MINUTE};

	(void)state;
	assert_int_equal(own_limit_step((duration){20 * MINUTE}, (duration){MINUTE}, more), 25 * MINUTE);
	assert_int_equal(own_limit_step((duration){20 * MINUTE}, (duration){MINUTE}, less), 15 * MINUTE);
	assert_int_equal(own_limit_step((duration){20 * MINUTE}, (duration){17 * MINUTE + 1}, less), 19 * MINUTE);
	assert_int_equal(own_limit_step((duration){20 * MINUTE + 999}, (duration){0}, more), 25 * MINUTE);
	assert_int_equal(own_limit_step((duration){MINUTE}, (duration){0}, less), 2 * MINUTE);
	/* without one it is reckoned from now */
	assert_int_equal(own_limit_step((duration){0}, (duration){10 * MINUTE}, more), 15 * MINUTE);
	assert_int_equal(own_limit_step((duration){0}, (duration){10 * MINUTE}, less), 15 * MINUTE);
}

static const struct uuid host = {{0xaa}}, guest = {{0x11}}, other_guest = {{0x12}};

static void an_order_of_another_process_is_about_one_job_only(void **state)
{
	struct shared_order order = {.host = host, .domain = guest, .job_began = {1000000}, .asked = {1600000}};

	(void)state;
	assert_true(shared_is_about(&order, &host, &guest, (wall_time){1000000}));
	assert_true(
		shared_is_about(&order, &host, &guest, (wall_time){1000000 - 30000})); /* a drift over ten minutes */
	assert_false(shared_is_about(&order, &host, &guest, (wall_time){1000000 - 3600000})); /* a clock step */
	assert_false(shared_is_about(&order, &host, &guest, (wall_time){1000000 + 3600000}));
	assert_false(shared_is_about(&order, &host, &other_guest, (wall_time){1000000}));
	assert_false(shared_is_about(&order, &other_guest, &guest, (wall_time){1000000}));
	/* a job that began after the order, however soon, is another */
	order.asked.ms = 1002000;
	assert_false(shared_is_about(&order, &host, &guest, (wall_time){1003500}));
	order.job_began.ms = 0;
	assert_false(shared_is_about(&order, &host, &guest, (wall_time){0}));
}

/* ---- a fleet of one migration that began 600 s ago, by our clock and by libvirt's */

static int64_t now_ms;

static struct stamp now(void)
{
	return (struct stamp){{now_ms}, {now_ms + 1000000000}};
}

static struct fleet_change tell(struct fleet *fleet, struct event *event)
{
	struct fleet_change change = fleet_apply(fleet, event);

	event_free(event);
	return change;
}

static void tell_job(struct fleet *fleet, int64_t elapsed)
{
	struct event *event = event_new(EVENT_JOB, 0, now());

	event->job.uuid = guest;
	event->job.state = (struct domain_state){DOMAIN_RUNNING, REASON_OTHER};
	event->job.stats = (struct job_stats){.elapsed = {elapsed}, .memory_total = {UINT64_C(4) << 30}, .pass = 1};
	job_mark(&event->job.stats, JOB_ELAPSED);
	job_mark(&event->job.stats, JOB_MEMORY_TOTAL);
	tell(fleet, event);
}

static struct fleet *fleet_of_one(struct fleet_settings settings)
{
	struct event *event;

	now_ms = 5000000;
	settings.completion_timeout_per_gib = (duration){800000};
	struct fleet *fleet = fleet_new(&settings);
	fleet_add_host(fleet, &(struct fleet_host){0, "host1", "qemu:///1", NULL});
	event = event_new(EVENT_LINK, 0, now());
	event->link.state = LINK_UP;
	tell(fleet, event);
	event = event_new(EVENT_HOST, 0, now());
	event->host_facts.uuid = host;
	tell(fleet, event);
	return fleet;
}

static const struct migration_id id = {{{0xaa}}, {{0x11}}, 1};

/* What the other process wrote: `shared` is about the job that began 600 s before 5000000. */
static void tell_shared(struct fleet *fleet, uint64_t order_id, uint64_t ms, enum limit_action action, bool is_ours)
{
	struct event *event = event_new(EVENT_SHARED, HOST_NONE, now());
	wall_time began = {5000000 - 600000 + 1000000000};

	event->shared.order = mem_new(1, sizeof *event->shared.order);
	event->shared.n_orders = 1;
	*event->shared.order = (struct shared_order){.id = order_id,
						     .action = ACTION_TIMEOUT,
						     .host = host,
						     .domain = guest,
						     .job_began = began,
						     .asked = now().wall,
						     .stage = INTENT_PROVEN,
						     .value = ms,
						     .limit_action = action,
						     .pid = 4711,
						     .is_ours = is_ours,
						     .is_alive = true};
	tell(fleet, event);
}

/* Lets time pass with statistics every second; true if the policy wanted something meanwhile. */
static bool pass(struct fleet *fleet, int64_t seconds, struct order *wanted)
{
	bool has_wanted = false;

	for (int64_t i = 0; i < seconds; i++) {
		now_ms += 1000;
		tell_job(fleet, 600000 + now_ms - 5000000);
		struct fleet_change change = fleet_tick(fleet, now());
		if (change.n_wanted && wanted)
			*wanted = change.wanted[0];
		has_wanted |= change.n_wanted > 0;
	}
	return has_wanted;
}

static void end(struct fleet *fleet)
{
	fleet_free(fleet);
}

static void the_policy_obeys_the_limit_that_another_process_has_set(void **state)
{
	struct fleet *fleet = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_NONE});
	struct order wanted = {.action = ACTION_COUNT};

	(void)state;
	tell_job(fleet, 600000);
	tell_shared(fleet, 3, 660000, LIMIT_ABORT, false);
	assert_int_equal(fleet_find(fleet, &id)->timeout.ms, 660000);
	assert_false(pass(fleet, 59, NULL));
	assert_true(pass(fleet, 10, &wanted));
	assert_int_equal(wanted.action, ACTION_ABORT);
	assert_false(pass(fleet, 60, NULL));
	end(fleet);
}

static void a_limit_that_was_read_before_its_migration_is_known_holds_too(void **state)
{
	struct fleet *fleet = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_ABORT});

	(void)state;
	tell_shared(fleet, 3, 660000, LIMIT_FORCE, false);
	tell_job(fleet, 600000);
	struct order wanted = {.action = ACTION_COUNT};
	assert_true(pass(fleet, 70, &wanted));
	assert_int_equal(wanted.action, ACTION_FORCE_COMPLETE);
	end(fleet);
}

static void a_later_limit_takes_the_announcement_back_and_none_takes_all_back(void **state)
{
	struct fleet *fleet = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_NONE});

	(void)state;
	tell_job(fleet, 600000);
	tell_shared(fleet, 3, 660000, LIMIT_ABORT, false);
	assert_false(pass(fleet, 55, NULL));
	assert_true(fleet_find(fleet, &id)->policy_announced.ms != 0);
	tell_shared(fleet, 4, 900000, LIMIT_ABORT, false);
	assert_true(fleet_find(fleet, &id)->policy_announced.ms == 0);
	assert_false(pass(fleet, 60, NULL));
	/* what is older changes nothing, whenever it comes */
	tell_shared(fleet, 3, 660000, LIMIT_ABORT, false);
	assert_int_equal(fleet_find(fleet, &id)->timeout.ms, 900000);
	tell_shared(fleet, 5, 0, LIMIT_ABORT, false);
	assert_int_equal(fleet_find(fleet, &id)->timeout.ms, 0);
	assert_false(pass(fleet, 600, NULL));
	end(fleet);
}

static void as_configured_is_what_this_process_has_configured(void **state)
{
	struct fleet *idle = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_NONE});

	(void)state;
	tell_job(idle, 600000);
	tell_shared(idle, 3, 660000, LIMIT_AS_CONFIGURED, false);
	assert_false(pass(idle, 120, NULL));
	end(idle);
	struct fleet *strict = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_ABORT});
	tell_job(strict, 600000);
	tell_shared(strict, 3, 660000, LIMIT_AS_CONFIGURED, false);
	assert_true(pass(strict, 80, NULL));
	end(strict);
	struct fleet *elsewhere =
		fleet_of_one((struct fleet_settings){.limit_action = LIMIT_ABORT, .is_policy_elsewhere = true});
	tell_job(elsewhere, 600000);
	tell_shared(elsewhere, 3, 660000, LIMIT_ABORT, false);
	assert_false(pass(elsewhere, 120, NULL));
	end(elsewhere);
}

static void another_job_of_the_same_guest_keeps_the_computed_limit(void **state)
{
	struct fleet *fleet = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_ABORT});

	(void)state;
	tell_shared(fleet, 3, 660000, LIMIT_ABORT, false);
	tell_job(fleet, 100); /* it began now, not ten minutes ago */
	assert_int_equal(fleet_find(fleet, &id)->own_limit.order, 0);
	assert_int_equal(fleet_find(fleet, &id)->timeout.ms, 4 * 800000);
	end(fleet);
}

static void a_limit_is_proven_when_the_fleet_has_it(void **state)
{
	struct fleet *fleet = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_NONE});
	struct intent intent = {
		.id = 9,
		.stage = INTENT_RECORDED,
		.order = {.action = ACTION_TIMEOUT, .value = 2700000, .limit_action = LIMIT_ABORT, .target = id}};

	(void)state;
	tell_job(fleet, 600000);
	intent.asked = now();
	assert_false(intent_judge(&intent, fleet_find(fleet, &id), now(), (duration){15000}));
	fleet_take_limit(fleet, &intent);
	assert_true(intent_judge(&intent, fleet_find(fleet, &id), now(), (duration){15000}));
	assert_int_equal(intent.stage, INTENT_PROVEN);
	assert_string_equal(intent.text, "our limit is 45m now, then: it will be aborted");
	/* with the limit of an order that cannot be */
	struct order order = {.action = ACTION_TIMEOUT, .value = 5000, .limit_action = LIMIT_ABORT, .target = id};
	struct err_info why;
	assert_int_equal(fleet_check_limit(fleet, &order, now().mono, &why), ERR_USAGE);
	order.limit_action = LIMIT_AS_CONFIGURED;
	assert_int_equal(fleet_check_limit(fleet, &order, now().mono, &why), ERR_OK);
	end(fleet);
}

static void a_stepped_clock_stays_the_hand_at_an_own_limit_too(void **state)
{
	struct fleet *fleet = fleet_of_one((struct fleet_settings){.limit_action = LIMIT_NONE});

	(void)state;
	tell_job(fleet, 600000);
	tell_shared(fleet, 3, 660000, LIMIT_ABORT, false);
	for (int i = 0; i < 120; i++) {
		now_ms += 1000;
		tell_job(fleet, 3600000 + 600000 + now_ms - 5000000);
		assert_int_equal(fleet_tick(fleet, now()).n_wanted, 0);
	}
	assert_true(fleet_find(fleet, &id)->is_policy_done);
	end(fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_is_read_as_people_write_it),
		cmocka_unit_test(a_limit_that_has_passed_is_refused_unless_nothing_follows),
		cmocka_unit_test(a_key_moves_the_limit_by_whole_minutes_and_not_into_the_past),
		cmocka_unit_test(an_order_of_another_process_is_about_one_job_only),
		cmocka_unit_test(the_policy_obeys_the_limit_that_another_process_has_set),
		cmocka_unit_test(a_limit_that_was_read_before_its_migration_is_known_holds_too),
		cmocka_unit_test(a_later_limit_takes_the_announcement_back_and_none_takes_all_back),
		cmocka_unit_test(as_configured_is_what_this_process_has_configured),
		cmocka_unit_test(another_job_of_the_same_guest_keeps_the_computed_limit),
		cmocka_unit_test(a_limit_is_proven_when_the_fleet_has_it),
		cmocka_unit_test(a_stepped_clock_stays_the_hand_at_an_own_limit_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
