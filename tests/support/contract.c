/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cases of the contract. Each has a driver of its own; host 0 is the source, host 1 the destination.
 */
#include "tests/support/contract_play.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int open_case(void **state)
{
	*state = play_open(*state, false);
	return 0;
}

static int open_read_only_case(void **state)
{
	*state = play_open(*state, true);
	return 0;
}

static int close_case(void **state)
{
	play_close(*state);
	return 0;
}

/* ---- what is told ---- */

static void a_host_is_up_then_known_then_counted(void **state)
{
	struct play *play = *state;
	size_t n_hosts = play->driver->ops->n_hosts(play->driver);

	assert_true(n_hosts >= 2);
	for (uint32_t host = 0; host < n_hosts; host++) {
		const struct event *inventory = play_await(play, (struct want){.kind = EVENT_INVENTORY, .host = host});
		const struct event *up =
			play_find(play, (struct want){.kind = EVENT_LINK, .host = host, .what = LINK_UP});
		const struct event *facts = play_find(play, (struct want){.kind = EVENT_HOST, .host = host});
		assert_non_null(up);
		assert_non_null(facts);
		assert_true(play_index(play, up) < play_index(play, facts));
		assert_true(play_index(play, facts) < play_index(play, inventory));
		assert_false(uuid_is_nil(&facts->host_facts.uuid));
		for (size_t i = 0; i < play_index(play, facts); i++)
			assert_true(play->seen[i]->host != host || play->seen[i]->kind == EVENT_LINK);
	}
}

static void hosts_have_names_and_numbers_from_zero(void **state)
{
	const struct play *play = *state;

	for (size_t i = 0; i < play->driver->ops->n_hosts(play->driver); i++) {
		struct fleet_host host = play->driver->ops->host(play->driver, i);
		assert_true(host.name && *host.name);
		assert_true(host.uri && *host.uri);
	}
	assert_true(strlen(play->driver->ops->name) > 0);
}

/* The state of a guest in an inventory; DOMAIN_UNKNOWN if it is not in it. */
static struct domain_state state_in(const struct event *inventory, const struct uuid *guest)
{
	for (size_t i = 0; i < inventory->inventory.n_domains; i++)
		if (uuid_equal(&inventory->inventory.domain[i].uuid, guest))
			return inventory->inventory.domain[i].state;
	return (struct domain_state){DOMAIN_UNKNOWN, REASON_OTHER};
}

/* A real guest is seen starting before it runs. */
static const struct event *await_inventory_with(struct play *play, uint32_t host, const struct uuid *guest)
{
	struct want want = {.kind = EVENT_INVENTORY, .host = host};

	for (;;) {
		const struct event *inventory = play_await(play, want);
		if (state_in(inventory, guest).run == DOMAIN_RUNNING)
			return inventory;
		want.after = play_index(play, inventory) + 1;
	}
}

static void a_running_guest_is_in_the_inventory(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_idle_guest(play);
	const struct event *inventory = await_inventory_with(play, 0, &guest);

	assert_int_equal(state_in(inventory, &guest).run, DOMAIN_RUNNING);
	play_listen(play, play->world->quiet_ms);
	assert_null(play_find(play, (struct want){.kind = EVENT_JOB, .host = ANY, .guest = &guest}));
}

static void a_migration_that_somebody_starts_is_told_by_both_ends(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, false);
	play_await(play, (struct want){.kind = EVENT_FACTS, .host = 0, .guest = &guest});
	const struct event *incoming =
		play_await(play, (struct want){.kind = EVENT_INCOMING, .host = 1, .guest = &guest});
	assert_true(domain_state_may_be_incoming(incoming->incoming.state));
	const struct event *started = play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 1, .guest = &guest, .what = DOMAIN_EVENT_STARTED_MIGRATED});
	assert_int_equal(started->domain.state.run, DOMAIN_PAUSED);
	assert_null(play_find(play, (struct want){.kind = EVENT_JOB, .host = 1, .guest = &guest}));
	assert_null(play_find(play, (struct want){.kind = EVENT_INCOMING, .host = 0, .guest = &guest}));
}

static void facts_come_once_per_job_and_tell_the_memory(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	struct want want = {.kind = EVENT_FACTS, .host = 0, .guest = &guest};

	play_migrate(play, &guest, false);
	assert_true(play_await(play, want)->facts.max_memory.n >= UINT64_C(64) << 20);
	play_listen(play, play->world->quiet_ms);
	assert_int_equal(play_count(play, want), 1);
}

static void statistics_say_what_is_known_and_no_more(void **state)
{
	static const enum job_field always[] = {
		JOB_ELAPSED,      JOB_DATA_TOTAL,       JOB_DATA_PROCESSED,   JOB_DATA_REMAINING,
		JOB_MEMORY_TOTAL, JOB_MEMORY_PROCESSED, JOB_MEMORY_REMAINING, JOB_PASS,
		JOB_PAGE_SIZE,    JOB_DOWNTIME,         JOB_MEMORY_CONSTANT,  JOB_MEMORY_NORMAL};
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	struct want want = {.kind = EVENT_JOB, .host = 0, .guest = &guest};
	uint64_t pass = 0;

	play_migrate(play, &guest, false);
	while (pass < 3) {
		const struct event *event = play_await(play, want);
		const struct job_stats *stats = &event->job.stats;
		want.after = play_index(play, event) + 1;
		if (!stats->memory_total.n)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(always); i++)
			assert_true(job_has(stats, always[i]));
		assert_true(stats->pass >= pass);
		pass = stats->pass;
		if (pass <= 1)
			assert_false(job_has(stats, JOB_DIRTY_RATE));
		assert_false(job_has(stats, JOB_THROTTLE));
		assert_int_equal(stats->page_size.n, 4096);
		assert_true(stats->memory_remaining.n <= stats->memory_total.n);
		assert_true(stats->memory_total.n >= UINT64_C(96) << 20);
	}
}

static void passes_are_told_in_order(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	struct want want = {.kind = EVENT_PASS, .host = 0, .guest = &guest};
	uint64_t last = 0;

	play_migrate(play, &guest, false);
	while (last < 4) {
		const struct event *event = play_await(play, want);
		assert_int_equal(event->pass.number, last + 1);
		last = event->pass.number;
		want.after = play_index(play, event) + 1;
	}
}

static void no_second_sample_waits_while_one_was_not_taken(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, false);
	play_listen(play, play->world->quiet_ms);
	play->withholds = true;
	play_await(play, (struct want){.kind = EVENT_JOB, .host = 0, .guest = &guest, .after = play->n_seen});
	struct want more = {.kind = EVENT_JOB, .host = 0, .guest = &guest, .after = play->n_seen};
	play_listen(play, play->world->quiet_ms);
	assert_int_equal(play_count(play, more), 0);
	play->withholds = false;
	play->driver->ops->taken(play->driver, 0, &guest);
	play_await(play, more);
}

/* ---- how it ends ---- */

static void assert_completed(struct play *play, const struct uuid *guest)
{
	const struct event *completed =
		play_await(play, (struct want){.kind = EVENT_COMPLETED, .host = 0, .guest = guest});

	assert_true(job_has(&completed->completed.stats, JOB_DOWNTIME));
	assert_true(job_has(&completed->completed.stats, JOB_ELAPSED));
	assert_true(completed->completed.stats.downtime.ms > 0);
	assert_true(completed->completed.stats.downtime.ms <= completed->completed.stats.elapsed.ms);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 0, .guest = guest, .what = DOMAIN_EVENT_STOPPED_MIGRATED});
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 1, .guest = guest, .what = DOMAIN_EVENT_RESUMED_MIGRATED});
	play_await_truth(play, guest, 1, true);
}

static void a_guest_that_idles_arrives_by_itself(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_idle_guest(play);
	struct contract_migration terms = {.destination = 1, .bandwidth_mib = 40};

	play_await(play, (struct want){.kind = EVENT_INVENTORY, .host = 0});
	assert_true(play->world->ops->migrate(play->world->world, &guest, &terms));
	play_await(play,
		   (struct want){
			   .kind = EVENT_DOMAIN, .host = 0, .guest = &guest, .what = DOMAIN_EVENT_SUSPENDED_MIGRATED});
	assert_completed(play, &guest);
}

static void an_aborted_guest_stays_and_its_job_is_told_gone(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, false);
	struct intent_reply reply = play_act(play, ACTION_ABORT, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_true(reply.was_called);
	assert_false(reply.froze_guest);
	const struct event *gone = play_await(play, (struct want){.kind = EVENT_NO_JOB, .host = 0, .guest = &guest});
	assert_int_equal(gone->no_job.state.run, DOMAIN_RUNNING);
	play_await_truth(play, &guest, 0, true);
	assert_null(play_find(play, (struct want){.kind = EVENT_COMPLETED, .host = ANY, .guest = &guest}));
}

static void a_paused_guest_arrives_and_its_downtime_is_told(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, true);
	struct intent_reply reply = play_act(play, ACTION_FORCE_COMPLETE, METHOD_PAUSE, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_int_equal(reply.used, METHOD_PAUSE);
	assert_true(reply.was_called && reply.froze_guest);
	assert_false(reply.fell_back || reply.resumed_at_once);
	const struct event *stopped = play_await(play, (struct want){.kind = EVENT_DOMAIN,
								     .host = 0,
								     .guest = &guest,
								     .what = DOMAIN_EVENT_SUSPENDED_MIGRATED});
	assert_int_equal(stopped->domain.state.reason, REASON_MIGRATION);
	assert_completed(play, &guest);
}

static void an_abort_after_a_pause_lets_the_guest_go_on_at_its_source(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, false);
	assert_int_equal(play_act(play, ACTION_FORCE_COMPLETE, METHOD_PAUSE, 0, &guest).result, ERR_OK);
	assert_int_equal(play_act(play, ACTION_ABORT, METHOD_AUTO, 0, &guest).result, ERR_OK);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 0, .guest = &guest, .what = DOMAIN_EVENT_RESUMED_MIGRATED});
	play_await(play, (struct want){.kind = EVENT_NO_JOB, .host = 0, .guest = &guest});
	play_await_truth(play, &guest, 0, true);
}

static void a_frozen_guest_is_rescued_by_lifting_the_limit(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, false);
	assert_int_equal(play_act(play, ACTION_FORCE_COMPLETE, METHOD_PAUSE, 0, &guest).result, ERR_OK);
	struct intent_reply reply = play_act(play, ACTION_BANDWIDTH, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_completed(play, &guest);
}

static void a_new_bandwidth_limit_is_read_back(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, true);
	play->value = 3;
	struct intent_reply reply = play_act(play, ACTION_BANDWIDTH, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_true(reply.is_read_back);
	assert_string_equal(reply.text, "the bandwidth limit is 3 MiB/s now");
	assert_int_equal(play_act(play, ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, 0, &guest).result, ERR_OK);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 1, .guest = &guest, .what = DOMAIN_EVENT_RESUMED_POSTCOPY});
	play->value = 40;
	reply = play_act(play, ACTION_BANDWIDTH, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_true(reply.is_read_back);
	play_await_truth(play, &guest, 1, true);
}

/* A reading that was out already may come before the new one. */
static void a_new_maximum_downtime_is_read_back_at_once(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	const struct event *job = NULL;
	bool is_there = false;

	play_migrate(play, &guest, false);
	play->value = 1234;
	struct intent_reply reply = play_act(play, ACTION_DOWNTIME, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_true(reply.was_called);
	assert_false(reply.froze_guest);
	for (size_t i = 0, after = play->n_seen; i < 3 && !is_there; i++) {
		job = play_await(play, (struct want){.kind = EVENT_JOB, .host = 0, .guest = &guest, .after = after});
		is_there = job_has(&job->job.stats, JOB_DOWNTIME_LIMIT) && job->job.stats.downtime_limit.ms == 1234;
		after = play_index(play, job) + 1;
	}
	assert_true(is_there);
}

static void postcopy_runs_the_guest_at_the_destination_and_completes(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, true);
	struct intent_reply reply = play_act(play, ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_int_equal(reply.used, METHOD_POSTCOPY);
	assert_false(reply.fell_back);
	const struct event *stopped = play_await(play, (struct want){.kind = EVENT_DOMAIN,
								     .host = 0,
								     .guest = &guest,
								     .what = DOMAIN_EVENT_SUSPENDED_POSTCOPY});
	assert_int_equal(stopped->domain.state.reason, REASON_POSTCOPY);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 1, .guest = &guest, .what = DOMAIN_EVENT_RESUMED_POSTCOPY});
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 0, .guest = &guest, .what = DOMAIN_EVENT_STOPPED_MIGRATED});
	play_await_truth(play, &guest, 1, true);
}

static void a_frozen_guest_is_rescued_by_postcopy(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, true);
	assert_int_equal(play_act(play, ACTION_FORCE_COMPLETE, METHOD_PAUSE, 0, &guest).result, ERR_OK);
	assert_int_equal(play_act(play, ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, 0, &guest).result, ERR_OK);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 1, .guest = &guest, .what = DOMAIN_EVENT_RESUMED_POSTCOPY});
	play_await_truth(play, &guest, 1, true);
}

static void automatic_force_takes_postcopy_where_it_may(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, true);
	struct intent_reply reply = play_act(play, ACTION_FORCE_COMPLETE, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_int_equal(reply.used, METHOD_POSTCOPY);
	assert_false(reply.fell_back || reply.froze_guest);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 0, .guest = &guest, .what = DOMAIN_EVENT_STOPPED_MIGRATED});
	play_await_truth(play, &guest, 1, true);
}

static void automatic_force_falls_back_to_a_pause_where_postcopy_is_not_permitted(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, false);
	struct intent_reply reply = play_act(play, ACTION_FORCE_COMPLETE, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_int_equal(reply.used, METHOD_PAUSE);
	assert_true(reply.fell_back && reply.froze_guest);
	assert_completed(play, &guest);
}

static void a_guest_that_its_owner_paused_arrives_paused(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	struct contract_migration terms = {.destination = 1, .bandwidth_mib = 2};

	assert_true(play->world->ops->pause(play->world->world, &guest));
	play_await(play, (struct want){.kind = EVENT_INVENTORY, .host = 0});
	assert_true(play->world->ops->migrate(play->world->world, &guest, &terms));
	play_await(play, (struct want){.kind = EVENT_JOB, .host = 0, .guest = &guest});
	play_await(play, (struct want){.kind = EVENT_PASS, .host = 0, .guest = &guest});
	struct intent_reply reply = play_act(play, ACTION_FORCE_COMPLETE, METHOD_PAUSE, 0, &guest);
	assert_int_equal(reply.result, ERR_INVALID_STATE);
	assert_false(reply.was_called || reply.froze_guest);
	assert_int_equal(play_act(play, ACTION_BANDWIDTH, METHOD_AUTO, 0, &guest).result, ERR_OK);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 0, .guest = &guest, .what = DOMAIN_EVENT_STOPPED_MIGRATED});
	play_await_truth(play, &guest, 1, false);
}

static const struct event *await_left(struct play *play, const struct uuid *guest, size_t after)
{
	struct want want = {.kind = EVENT_NO_JOB, .host = 0, .guest = guest, .after = after};

	for (;;) {
		const struct event *event = play_await(play, want);
		if (domain_state_is_stopped_for_migration(event->no_job.state))
			return event;
		want.after = play_index(play, event) + 1;
	}
}

static void a_guest_that_was_left_paused_is_told_again_and_again(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	await_inventory_with(play, 0, &guest);
	assert_true(play->world->ops->abandon(play->world->world, &guest));
	size_t first = play_index(play, await_left(play, &guest, 0));
	await_left(play, &guest, first + 1);
	assert_null(play_find(play, (struct want){.kind = EVENT_JOB, .host = ANY, .guest = &guest, .after = first}));
	assert_null(play_find(play, (struct want){.kind = EVENT_INCOMING, .host = 0, .guest = &guest}));
}

static void an_orphan_is_resumed_once(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	await_inventory_with(play, 0, &guest);
	assert_true(play->world->ops->abandon(play->world->world, &guest));
	await_left(play, &guest, 0);
	struct intent_reply reply = play_act(play, ACTION_RESUME, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_OK);
	assert_true(reply.was_called);
	assert_false(reply.froze_guest);
	play_await_truth(play, &guest, 0, true);
	play_await(play, (struct want){.kind = EVENT_DOMAIN, .host = 0, .guest = &guest, .what = DOMAIN_EVENT_RESUMED});
	reply = play_act(play, ACTION_RESUME, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_NOT_FOUND);
	assert_false(reply.was_called);
}

static void a_guest_that_migrates_or_that_its_owner_paused_is_not_resumed(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play), idle = play_idle_guest(play);

	play_migrate(play, &guest, false);
	assert_int_equal(play_act(play, ACTION_RESUME, METHOD_AUTO, 0, &guest).result, ERR_INVALID_STATE);
	assert_int_equal(play_act(play, ACTION_FORCE_COMPLETE, METHOD_PAUSE, 0, &guest).result, ERR_OK);
	struct intent_reply reply = play_act(play, ACTION_RESUME, METHOD_AUTO, 0, &guest);
	assert_true(reply.result == ERR_INVALID_STATE ||
		    reply.result == ERR_NOT_FOUND); /* it may have arrived by now */
	assert_false(reply.was_called);
	await_inventory_with(play, 0, &idle);
	assert_true(play->world->ops->pause(play->world->world, &idle));
	reply = play_act(play, ACTION_RESUME, METHOD_AUTO, 0, &idle);
	assert_int_equal(reply.result, ERR_NOT_FOUND);
	assert_false(reply.was_called);
	play_await_truth(play, &idle, 0, false);
}

/* ---- what is refused ---- */

static void a_chosen_postcopy_that_is_not_permitted_is_refused_and_nothing_happens(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	struct contract_truth truth;

	play_migrate(play, &guest, false);
	struct intent_reply reply = play_act(play, ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, 0, &guest);
	assert_int_equal(reply.result, ERR_NO_POSTCOPY);
	assert_false(reply.fell_back || reply.froze_guest);
	assert_true(reply.text[0]);
	play_listen(play, play->world->quiet_ms);
	assert_true(play->world->ops->truth(play->world->world, &guest, &truth));
	assert_true(truth.host == 0 && truth.is_running);
	play_await(play, (struct want){.kind = EVENT_JOB, .host = 0, .guest = &guest, .after = play->n_seen});
}

static void postcopy_cannot_be_aborted(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, true);
	assert_int_equal(play_act(play, ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, 0, &guest).result, ERR_OK);
	play_await(
		play,
		(struct want){.kind = EVENT_DOMAIN, .host = 1, .guest = &guest, .what = DOMAIN_EVENT_RESUMED_POSTCOPY});
	struct intent_reply reply = play_act(play, ACTION_ABORT, METHOD_AUTO, 0, &guest);
	assert_int_equal(reply.result, ERR_INVALID_STATE);
	assert_false(reply.was_called);
	play_await_truth(play, &guest, 1, true);
}

struct asking {
	enum action action;
	enum force_method method;
};

static const struct asking askings[] = {
	{ACTION_FORCE_COMPLETE, METHOD_AUTO},
	{ACTION_FORCE_COMPLETE, METHOD_PAUSE},
	{ACTION_FORCE_COMPLETE, METHOD_POSTCOPY},
	{ACTION_ABORT, METHOD_AUTO},
	{ACTION_BANDWIDTH, METHOD_AUTO},
	{ACTION_DOWNTIME, METHOD_AUTO},
	{ACTION_RESUME, METHOD_AUTO},
};

/* Every action on this guest is refused with this, uncalled and in words. */
static void assert_all_refused(struct play *play, uint32_t host, const struct uuid *guest, enum err code)
{
	for (size_t i = 0; i < ARRAY_LEN(askings); i++) {
		struct intent_reply reply = play_act(play, askings[i].action, askings[i].method, host, guest);
		assert_int_equal(reply.result, code);
		assert_false(reply.was_called || reply.froze_guest || reply.fell_back);
		assert_true(reply.text[0]);
	}
}

static void a_read_only_driver_refuses_every_action(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	struct contract_truth truth;

	play_migrate(play, &guest, true);
	size_t began = play->n_seen;
	assert_all_refused(play, 0, &guest, ERR_NOT_PERMITTED);
	play_listen(play, play->world->quiet_ms);
	assert_true(play->world->ops->truth(play->world->world, &guest, &truth));
	assert_true(truth.host == 0 && truth.is_running);
	assert_null(play_find(play, (struct want){.kind = EVENT_NO_JOB, .host = ANY, .guest = &guest, .after = began}));
}

static void a_guest_that_nobody_knows_is_not_found(void **state)
{
	struct play *play = *state;
	struct uuid nobody = {{0xde, 0xad, 0xbe, 0xef, 1, 2, 0x43, 4, 0x85, 6, 7, 8, 0xff, 0xff, 0xff, 0xfe}};

	play_await(play, (struct want){.kind = EVENT_INVENTORY, .host = 0});
	assert_all_refused(play, 0, &nobody, ERR_NOT_FOUND);
}

static void a_guest_that_does_not_migrate_is_not_found_either_and_left_alone(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_idle_guest(play);
	struct contract_truth truth;

	await_inventory_with(play, 0, &guest);
	assert_all_refused(play, 0, &guest, ERR_NOT_FOUND);
	assert_true(play->world->ops->truth(play->world->world, &guest, &truth));
	assert_true(truth.host == 0 && truth.is_running);
}

/* A job that was seen to have sent more in more time than any can have by now. */
static void a_job_that_began_after_the_confirmed_one_is_left_alone(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	struct contract_truth truth;

	play_migrate(play, &guest, true);
	size_t began = play->n_seen;
	play->job = (struct job_stats){.elapsed = {INT64_MAX}, .data_processed = {UINT64_MAX}};
	job_mark(&play->job, JOB_ELAPSED);
	job_mark(&play->job, JOB_DATA_PROCESSED);
	assert_all_refused(play, 0, &guest, ERR_NOT_FOUND);
	assert_true(play->world->ops->truth(play->world->world, &guest, &truth));
	assert_true(truth.host == 0 && truth.is_running);
	assert_null(play_find(play, (struct want){.kind = EVENT_NO_JOB, .host = ANY, .guest = &guest, .after = began}));
}

static void nothing_is_done_at_the_receiving_end(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, true);
	play_await(play, (struct want){.kind = EVENT_INCOMING, .host = 1, .guest = &guest});
	assert_all_refused(play, 1, &guest, ERR_INVALID_STATE);
}

/* ---- manners ---- */

static void every_intent_is_answered_exactly_once(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);
	uint64_t id[ARRAY_LEN(askings)];

	play->value = 1000;
	play_migrate(play, &guest, true);
	for (size_t i = 0; i < ARRAY_LEN(askings); i++)
		id[i] = play_submit(play, askings[i].action, askings[i].method, 0, &guest);
	for (size_t i = 0; i < ARRAY_LEN(askings); i++)
		play_await(play, (struct want){.kind = EVENT_REPLY, .host = ANY, .intent = id[i]});
	play_listen(play, play->world->quiet_ms);
	for (size_t i = 0; i < ARRAY_LEN(askings); i++)
		assert_int_equal(play_count(play, (struct want){.kind = EVENT_REPLY, .host = ANY, .intent = id[i]}), 1);
}

static void nothing_is_said_after_the_stop(void **state)
{
	struct play *play = *state;
	struct uuid guest = play_busy_guest(play);

	play_migrate(play, &guest, false);
	play_stop(play);
	play_listen(play, 0);
	size_t before = play->n_seen;
	play_listen(play, play->world->quiet_ms);
	assert_int_equal(play->n_seen, before);
}

#define CASE(test)                                                                                                     \
	{                                                                                                              \
#test, test, open_case, close_case, NULL                                                               \
	}
#define READ_ONLY_CASE(test)                                                                                           \
	{                                                                                                              \
#test, test, open_read_only_case, close_case, NULL                                                     \
	}

static const struct CMUnitTest cases[] = {
	CASE(a_host_is_up_then_known_then_counted),
	CASE(hosts_have_names_and_numbers_from_zero),
	CASE(a_running_guest_is_in_the_inventory),
	CASE(a_migration_that_somebody_starts_is_told_by_both_ends),
	CASE(facts_come_once_per_job_and_tell_the_memory),
	CASE(statistics_say_what_is_known_and_no_more),
	CASE(passes_are_told_in_order),
	CASE(no_second_sample_waits_while_one_was_not_taken),
	CASE(a_guest_that_idles_arrives_by_itself),
	CASE(an_aborted_guest_stays_and_its_job_is_told_gone),
	CASE(a_paused_guest_arrives_and_its_downtime_is_told),
	CASE(an_abort_after_a_pause_lets_the_guest_go_on_at_its_source),
	CASE(a_frozen_guest_is_rescued_by_lifting_the_limit),
	CASE(a_new_bandwidth_limit_is_read_back),
	CASE(a_new_maximum_downtime_is_read_back_at_once),
	CASE(postcopy_runs_the_guest_at_the_destination_and_completes),
	CASE(a_frozen_guest_is_rescued_by_postcopy),
	CASE(automatic_force_takes_postcopy_where_it_may),
	CASE(automatic_force_falls_back_to_a_pause_where_postcopy_is_not_permitted),
	CASE(a_guest_that_its_owner_paused_arrives_paused),
	CASE(a_guest_that_was_left_paused_is_told_again_and_again),
	CASE(an_orphan_is_resumed_once),
	CASE(a_guest_that_migrates_or_that_its_owner_paused_is_not_resumed),
	CASE(a_chosen_postcopy_that_is_not_permitted_is_refused_and_nothing_happens),
	CASE(postcopy_cannot_be_aborted),
	READ_ONLY_CASE(a_read_only_driver_refuses_every_action),
	CASE(a_guest_that_nobody_knows_is_not_found),
	CASE(a_guest_that_does_not_migrate_is_not_found_either_and_left_alone),
	CASE(a_job_that_began_after_the_confirmed_one_is_left_alone),
	CASE(nothing_is_done_at_the_receiving_end),
	CASE(every_intent_is_answered_exactly_once),
	CASE(nothing_is_said_after_the_stop),
};

int contract_run(const struct contract_world *world)
{
	struct CMUnitTest tests[ARRAY_LEN(cases)];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		tests[i] = cases[i];
		tests[i].initial_state = (void *)(uintptr_t)world;
	}
	return cmocka_run_group_tests_name(world->name, tests, NULL, NULL);
}
