/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests that a migration left behind: which are found, which only look so, and what is known of the other end. A script of events is told
 * to a fleet, a snapshot is read.
 */
#include "model/fleet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOURCE, DESTINATION, THIRD, N_HOSTS };

/* Longer than any grace, shorter than what a lost guest gets. */
#define AFTER_GRACE_MS 5000

static const struct uuid guest = {{0x11, [15] = 1}};
static const struct domain_state running = {DOMAIN_RUNNING, REASON_OTHER}, left = {DOMAIN_PAUSED, REASON_MIGRATION},
				 unpaused = {DOMAIN_RUNNING, REASON_UNPAUSED},
				 arrived = {DOMAIN_RUNNING, REASON_MIGRATED};
static int64_t now_ms;

static struct stamp now(void)
{
	return (struct stamp){{now_ms}, {now_ms + 1000000}};
}

static void tell(struct fleet *fleet, struct event *event)
{
	fleet_apply(fleet, event);
	event_free(event);
}

static void tell_link(struct fleet *fleet, uint32_t host, enum link_state state)
{
	struct event *event = event_new(EVENT_LINK, host, now());

	event->link.state = state;
	tell(fleet, event);
}

/* What runs on a host: the guest in that state, or nothing. */
static void tell_inventory(struct fleet *fleet, uint32_t host, struct domain_state state)
{
	struct event *event = event_new(EVENT_INVENTORY, host, now());

	event->inventory.domain = mem_new(1, sizeof *event->inventory.domain);
	event->inventory.n_domains = state.run != DOMAIN_UNKNOWN;
	if (state.run != DOMAIN_UNKNOWN)
		event->inventory.domain[0] = (struct inventory_domain){guest, mem_dup("web-1"), state};
	tell(fleet, event);
}

static const struct domain_state nothing = {DOMAIN_UNKNOWN, REASON_OTHER};

static struct fleet *fleet_where_the_guest_is(struct domain_state state)
{
	struct fleet_settings settings = {.drain = "host0"};
	struct fleet *fleet = fleet_new(&settings);
	static const char *const names[N_HOSTS] = {"host0", "host1", "host2"};

	now_ms = 100000;
	for (uint32_t i = 0; i < N_HOSTS; i++) {
		struct event *event = event_new(EVENT_HOST, i, now());
		event->host_facts.uuid = (struct uuid){{0xaa, [15] = (unsigned char)(i + 1)}};
		fleet_add_host(fleet, &(struct fleet_host){i, names[i], "qemu:///", NULL});
		tell_link(fleet, i, LINK_UP);
		tell(fleet, event);
		tell_inventory(fleet, i, i == SOURCE ? state : nothing);
	}
	return fleet;
}

static void tell_domain(struct fleet *fleet, uint32_t host, enum domain_event what, struct domain_state state)
{
	struct event *event = event_new(EVENT_DOMAIN, host, now());

	event->domain.uuid = guest;
	event->domain.name = mem_dup("web-1");
	event->domain.what = what;
	event->domain.state = state;
	tell(fleet, event);
}

static void tell_no_job(struct fleet *fleet, uint32_t host, struct domain_state state)
{
	struct event *event = event_new(EVENT_NO_JOB, host, now());

	event->no_job.uuid = guest;
	event->no_job.state = state;
	tell(fleet, event);
}

static void tell_incoming(struct fleet *fleet, uint32_t host)
{
	struct event *event = event_new(EVENT_INCOMING, host, now());

	event->incoming.uuid = guest;
	event->incoming.state = left;
	tell(fleet, event);
}

static void tell_job(struct fleet *fleet, int64_t elapsed, struct domain_state state)
{
	struct event *event = event_new(EVENT_JOB, SOURCE, now());

	event->job.uuid = guest;
	event->job.state = state;
	event->job.stats.elapsed.ms = elapsed;
	event->job.stats.data_processed.n = (uint64_t)elapsed * 1000;
	event->job.stats.memory_total.n = UINT64_C(1) << 30;
	job_mark(&event->job.stats, JOB_ELAPSED);
	job_mark(&event->job.stats, JOB_DATA_PROCESSED);
	job_mark(&event->job.stats, JOB_MEMORY_TOTAL);
	tell(fleet, event);
}

static void pass_ms(struct fleet *fleet, int64_t ms)
{
	for (; ms > 0; ms -= 1000) {
		now_ms += ms < 1000 ? ms : 1000;
		fleet_tick(fleet, now());
	}
}

/* The newest row of the guest; attempt 0 if there is none. */
static struct row row_of(const struct fleet *fleet)
{
	struct snapshot *snapshot = fleet_freeze(fleet, now(), NULL);
	struct row row = {.id.attempt = 0};

	for (size_t i = 0; i < snapshot->n_rows; i++)
		if (snapshot->row[i].id.attempt > row.id.attempt)
			row = snapshot->row[i];
	row.name = row.destination = NULL; /* they go with the snapshot */
	snapshot_free(snapshot);
	return row;
}

static enum phase phase_of(const struct fleet *fleet)
{
	return row_of(fleet).phase;
}

static enum far_end far_end_of(const struct fleet *fleet)
{
	return row_of(fleet).facts.far_end;
}

static size_t count_notices(const struct fleet *fleet, enum severity severity, const char *words)
{
	size_t n, found = 0;
	const struct notice *notice = fleet_notices_after(fleet, 0, &n);

	for (size_t i = 0; i < n; i++)
		found += notice[i].severity == severity && strstr(notice[i].text, words) != NULL;
	return found;
}

/* From host0 to host1, copied to the last byte, and the client is gone. */
static struct fleet *fleet_after_an_abandoned_migration(void)
{
	struct fleet *fleet = fleet_where_the_guest_is(running);

	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STARTED_MIGRATED, left);
	tell_incoming(fleet, DESTINATION);
	tell_job(fleet, 1000, running);
	pass_ms(fleet, 2000);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_MIGRATED, left);
	tell_job(fleet, 3000, left);
	pass_ms(fleet, 2000);
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STOPPED_FAILED,
		    (struct domain_state){DOMAIN_SHUT_OFF, REASON_FAILED});
	tell_no_job(fleet, SOURCE, left);
	return fleet;
}

static struct fleet *fleet_with_a_stranger(void)
{
	struct fleet *fleet = fleet_where_the_guest_is(left);

	tell_no_job(fleet, SOURCE, left);
	return fleet;
}

/* ---- found ---- */

static void a_migration_that_left_its_guest_paused_is_an_orphan_after_a_grace(void **state)
{
	struct fleet *fleet = fleet_after_an_abandoned_migration();

	(void)state;
	fleet_tick(fleet, now());
	assert_int_equal(phase_of(fleet), PHASE_PAUSED);
	assert_int_equal(count_notices(fleet, SEVERITY_CRITICAL, "orphan"), 0);
	pass_ms(fleet, AFTER_GRACE_MS);
	struct row row = row_of(fleet);
	assert_int_equal(row.phase, PHASE_ORPHAN);
	assert_int_equal(row.id.attempt, 1);
	assert_int_equal(row.freshness, FRESH);
	assert_true(row.is_frozen);
	assert_int_equal(row.frozen.ms, 2000 + AFTER_GRACE_MS);
	pass_ms(fleet, 20000);
	assert_int_equal(row_of(fleet).frozen.ms, 2000 + AFTER_GRACE_MS + 20000);
	assert_int_equal(count_notices(fleet, SEVERITY_CRITICAL, "orphan"), 1);
	assert_int_equal(count_notices(fleet, SEVERITY_CRITICAL, "stood still"), 0);
	fleet_free(fleet);
}

static void a_guest_whose_migration_nobody_saw_gets_a_row_of_its_own(void **state)
{
	struct fleet *fleet = fleet_with_a_stranger();
	struct snapshot *snapshot = fleet_freeze(fleet, now(), NULL);

	(void)state;
	assert_int_equal(snapshot->n_rows, 0);
	assert_int_equal(snapshot->n_suspects, 1);
	snapshot_free(snapshot);
	pass_ms(fleet, AFTER_GRACE_MS);
	snapshot = fleet_freeze(fleet, now(), NULL);
	assert_int_equal(snapshot->n_rows, 1);
	assert_int_equal(snapshot->n_suspects, 0);
	const struct row *row = &snapshot->row[0];
	assert_int_equal(row->phase, PHASE_ORPHAN);
	assert_true(uuid_equal(&row->id.domain, &guest));
	assert_int_equal(row->id.attempt, 1);
	assert_string_equal(row->name, "web-1");
	assert_string_equal(row->source, "host0");
	assert_int_equal(row->frozen.ms, AFTER_GRACE_MS);
	assert_int_equal(row->age.ms, -1);
	assert_int_equal(snapshot->drain.moving, 0);
	assert_int_equal(snapshot->drain.left, 1);
	snapshot_free(snapshot);
	assert_int_equal(count_notices(fleet, SEVERITY_CRITICAL, "orphan"), 1);
	fleet_free(fleet);
}

static void it_is_found_again_after_its_host_was_away(void **state)
{
	struct fleet *fleet = fleet_with_a_stranger();

	(void)state;
	tell_link(fleet, SOURCE, LINK_DOWN);
	pass_ms(fleet, AFTER_GRACE_MS);
	assert_int_equal(row_of(fleet).id.attempt, 0);
	tell_link(fleet, SOURCE, LINK_UP);
	tell_inventory(fleet, SOURCE, left);
	pass_ms(fleet, AFTER_GRACE_MS);
	assert_int_equal(row_of(fleet).id.attempt, 0); /* what was told before the gap proves nothing */
	tell_no_job(fleet, SOURCE, left);
	pass_ms(fleet, AFTER_GRACE_MS);
	assert_int_equal(phase_of(fleet), PHASE_ORPHAN);
	tell_link(fleet, SOURCE, LINK_DOWN);
	pass_ms(fleet, AFTER_GRACE_MS);
	assert_int_equal(phase_of(fleet), PHASE_ORPHAN);
	assert_int_equal(row_of(fleet).freshness, UNREACHABLE);
	assert_false(row_of(fleet).facts.is_reachable);
	fleet_free(fleet);
}

/* ---- not one ---- */

static void no_orphan(struct fleet *fleet)
{
	pass_ms(fleet, 4 * AFTER_GRACE_MS);
	struct row row = row_of(fleet);
	assert_true(row.id.attempt == 0 || row.phase != PHASE_ORPHAN);
	assert_int_equal(count_notices(fleet, SEVERITY_CRITICAL, "orphan"), 0);
	fleet_free(fleet);
}

static void an_incoming_guest_is_none(void **state)
{
	struct fleet *fleet = fleet_where_the_guest_is(nothing);

	(void)state;
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STARTED_MIGRATED, left);
	tell_incoming(fleet, DESTINATION);
	tell_inventory(fleet, DESTINATION, left);
	no_orphan(fleet);
}

static void an_incoming_guest_that_was_there_without_a_job_before_is_none(void **state)
{
	struct fleet *fleet = fleet_where_the_guest_is(running);

	(void)state;
	tell_no_job(fleet, SOURCE, running);
	/* it left and comes back, and that it left was never told */
	tell_inventory(fleet, SOURCE, left);
	no_orphan(fleet);
}

static void the_final_switch_over_is_none(void **state)
{
	struct fleet *fleet = fleet_where_the_guest_is(running);

	(void)state;
	tell_job(fleet, 1000, running);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_MIGRATED, left);
	tell_inventory(fleet, SOURCE, left);
	no_orphan(fleet);
}

static void the_switch_over_of_a_migration_that_was_not_seen_is_none(void **state)
{
	struct fleet *fleet = fleet_where_the_guest_is(running);

	(void)state;
	tell_no_job(fleet, SOURCE, running);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_MIGRATED, left);
	no_orphan(fleet);
}

static void one_that_goes_on_within_the_grace_is_none(void **state)
{
	struct fleet *fleet = fleet_with_a_stranger();

	(void)state;
	pass_ms(fleet, 1000);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_RESUMED, unpaused);
	no_orphan(fleet);
}

static void post_copy_is_none(void **state)
{
	struct fleet *fleet = fleet_where_the_guest_is(running);
	struct domain_state split = {DOMAIN_PAUSED, REASON_POSTCOPY};

	(void)state;
	tell_job(fleet, 1000, running);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_POSTCOPY, split);
	tell_no_job(fleet, SOURCE, split);
	no_orphan(fleet);
	fleet = fleet_where_the_guest_is(split);
	tell_no_job(fleet, SOURCE, split);
	no_orphan(fleet);
	/* the reason is wrong, the phase was right: the guest ran at the destination */
	fleet = fleet_where_the_guest_is(running);
	tell_job(fleet, 1000, running);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_POSTCOPY, split);
	tell_no_job(fleet, SOURCE, left);
	no_orphan(fleet);
}

static void one_that_its_owner_paused_is_none(void **state)
{
	struct domain_state by_owner = {DOMAIN_PAUSED, REASON_USER};
	struct fleet *fleet = fleet_where_the_guest_is(by_owner);

	(void)state;
	tell_no_job(fleet, SOURCE, by_owner);
	no_orphan(fleet);
}

static void one_whose_host_is_stale_is_none(void **state)
{
	struct fleet *fleet = fleet_with_a_stranger();

	(void)state;
	tell_link(fleet, SOURCE, LINK_STALE);
	no_orphan(fleet);
}

static void a_guest_that_runs_elsewhere_left_a_copy_and_no_orphan(void **state)
{
	struct fleet *fleet = fleet_after_an_abandoned_migration();

	(void)state;
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_RESUMED_MIGRATED, arrived);
	fleet_tick(fleet, now());
	assert_int_equal(phase_of(fleet), PHASE_COMPLETED);
	/* it moves on to a host that nobody watches: what stands at its first source is still a leftover */
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STOPPED_MIGRATED,
		    (struct domain_state){DOMAIN_SHUT_OFF, REASON_MIGRATED});
	tell_no_job(fleet, SOURCE, left);
	no_orphan(fleet);
}

static void a_copy_that_runs_or_stands_elsewhere_forbids_it(void **state)
{
	struct fleet *fleet = fleet_with_a_stranger();

	(void)state;
	tell_inventory(fleet, THIRD, running);
	no_orphan(fleet);
	fleet = fleet_with_a_stranger();
	tell_inventory(fleet, THIRD, left);
	no_orphan(fleet);
	/* one that ran where nobody can see any more */
	fleet = fleet_with_a_stranger();
	tell_inventory(fleet, THIRD, running);
	tell_link(fleet, THIRD, LINK_DOWN);
	no_orphan(fleet);
}

static void one_waits_until_the_copy_has_gone(void **state)
{
	struct fleet *fleet = fleet_where_the_guest_is(running);

	(void)state;
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STARTED_MIGRATED, left);
	tell_job(fleet, 1000, left);
	tell_no_job(fleet, SOURCE, left);
	pass_ms(fleet, AFTER_GRACE_MS);
	assert_int_equal(phase_of(fleet), PHASE_PAUSED);
	tell_inventory(fleet, DESTINATION, nothing);
	fleet_tick(fleet, now());
	assert_int_equal(phase_of(fleet), PHASE_ORPHAN);
	fleet_free(fleet);
}

/* ---- its end ---- */

static struct fleet *fleet_with_an_orphan(void)
{
	struct fleet *fleet = fleet_after_an_abandoned_migration();

	pass_ms(fleet, AFTER_GRACE_MS);
	assert_int_equal(phase_of(fleet), PHASE_ORPHAN);
	return fleet;
}

static void it_ends_when_the_guest_runs_again(void **state)
{
	struct fleet *fleet = fleet_with_an_orphan();

	(void)state;
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_RESUMED, unpaused);
	assert_int_equal(phase_of(fleet), PHASE_NOT_MOVED);
	assert_false(row_of(fleet).is_frozen);
	fleet_free(fleet);
	fleet = fleet_with_an_orphan();
	tell_inventory(fleet, SOURCE, unpaused);
	assert_int_equal(phase_of(fleet), PHASE_NOT_MOVED);
	fleet_free(fleet);
}

static void it_ends_when_the_guest_is_gone(void **state)
{
	struct fleet *fleet = fleet_with_an_orphan();

	(void)state;
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_STOPPED, (struct domain_state){DOMAIN_SHUT_OFF, REASON_OTHER});
	assert_int_equal(phase_of(fleet), PHASE_FAILED);
	fleet_free(fleet);
	fleet = fleet_with_an_orphan();
	tell_inventory(fleet, SOURCE, nothing);
	pass_ms(fleet, 15000);
	assert_int_equal(phase_of(fleet), PHASE_LOST);
	fleet_free(fleet);
}

static void its_next_job_is_another_attempt(void **state)
{
	struct fleet *fleet = fleet_with_an_orphan();

	(void)state;
	tell_job(fleet, 9000, left); /* elapsed and bytes are beyond the last ones: they alone would say the same job */
	assert_int_equal(row_of(fleet).id.attempt, 2);
	assert_int_equal(phase_of(fleet), PHASE_PAUSED);
	fleet_free(fleet);
}

/* ---- the other end ---- */

static void the_other_end_is_clear_once_it_was_looked_at(void **state)
{
	struct fleet *fleet = fleet_with_an_orphan();

	(void)state;
	assert_int_equal(far_end_of(fleet), FAR_END_AWAITED);
	tell_inventory(fleet, THIRD, nothing);
	assert_int_equal(far_end_of(fleet), FAR_END_AWAITED);
	tell_inventory(fleet, DESTINATION, nothing);
	assert_int_equal(far_end_of(fleet), FAR_END_CLEAR);
	tell_link(fleet, DESTINATION, LINK_STALE);
	assert_int_equal(far_end_of(fleet), FAR_END_SILENT);
	tell_link(fleet, DESTINATION, LINK_DOWN);
	assert_int_equal(far_end_of(fleet), FAR_END_SILENT);
	tell_link(fleet, DESTINATION, LINK_UP);
	assert_int_equal(far_end_of(fleet), FAR_END_SILENT);
	tell_inventory(fleet, DESTINATION, nothing);
	assert_int_equal(far_end_of(fleet), FAR_END_CLEAR);
	tell_inventory(fleet, THIRD, left);
	assert_int_equal(far_end_of(fleet), FAR_END_COPY);
	fleet_free(fleet);
}

static void of_a_stranger_nobody_knows_the_other_end(void **state)
{
	struct fleet *fleet = fleet_with_a_stranger();

	(void)state;
	pass_ms(fleet, AFTER_GRACE_MS);
	tell_inventory(fleet, DESTINATION, nothing);
	assert_int_equal(far_end_of(fleet), FAR_END_UNKNOWN);
	fleet_free(fleet);
}

static void tell_picture(struct fleet *fleet, enum phase phase, const char *destination)
{
	struct event *event = event_new(EVENT_PICTURE, HOST_NONE, now());
	struct migration_record *record = &event->picture;

	record->id = (struct migration_id){{{0xaa, [15] = 1}}, guest, 4};
	record->name = mem_dup("web-1");
	record->source = mem_dup("host0");
	record->destination = mem_dup(destination);
	record->phase = (int)phase;
	record->first_seen.ms = now().wall.ms - 60000;
	record->last_seen.ms = now().wall.ms - 20000;
	record->elapsed.ms = 40000;
	record->frozen.ms = 7000;
	record->downtime.ms = -1;
	tell(fleet, event);
}

static void the_cache_remembers_where_it_was_to_go(void **state)
{
	static const enum phase phases[] = {PHASE_ORPHAN, PHASE_PAUSED, PHASE_PRECOPY};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		struct fleet *fleet = fleet_where_the_guest_is(left);
		tell_picture(fleet, phases[i], "host1");
		tell_no_job(fleet, SOURCE, left);
		pass_ms(fleet, AFTER_GRACE_MS);
		struct row row = row_of(fleet);
		assert_int_equal(row.phase, PHASE_ORPHAN);
		assert_int_equal(row.id.attempt, 4);
		assert_false(row.from_cache);
		assert_true(row.frozen.ms >= 7000);
		assert_true(row.facts.is_known);
		assert_int_equal(row.facts.far_end, FAR_END_AWAITED);
		tell_inventory(fleet, DESTINATION, nothing);
		assert_int_equal(far_end_of(fleet), FAR_END_CLEAR);
		fleet_free(fleet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_migration_that_left_its_guest_paused_is_an_orphan_after_a_grace),
		cmocka_unit_test(a_guest_whose_migration_nobody_saw_gets_a_row_of_its_own),
		cmocka_unit_test(it_is_found_again_after_its_host_was_away),
		cmocka_unit_test(an_incoming_guest_is_none),
		cmocka_unit_test(an_incoming_guest_that_was_there_without_a_job_before_is_none),
		cmocka_unit_test(the_final_switch_over_is_none),
		cmocka_unit_test(the_switch_over_of_a_migration_that_was_not_seen_is_none),
		cmocka_unit_test(one_that_goes_on_within_the_grace_is_none),
		cmocka_unit_test(post_copy_is_none),
		cmocka_unit_test(one_that_its_owner_paused_is_none),
		cmocka_unit_test(one_whose_host_is_stale_is_none),
		cmocka_unit_test(a_guest_that_runs_elsewhere_left_a_copy_and_no_orphan),
		cmocka_unit_test(a_copy_that_runs_or_stands_elsewhere_forbids_it),
		cmocka_unit_test(one_waits_until_the_copy_has_gone),
		cmocka_unit_test(it_ends_when_the_guest_runs_again),
		cmocka_unit_test(it_ends_when_the_guest_is_gone),
		cmocka_unit_test(its_next_job_is_another_attempt),
		cmocka_unit_test(the_other_end_is_clear_once_it_was_looked_at),
		cmocka_unit_test(of_a_stranger_nobody_knows_the_other_end),
		cmocka_unit_test(the_cache_remembers_where_it_was_to_go),
	};

	return cmocka_run_group_tests_name("orphan", tests, NULL, NULL);
}
