/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What events mean: identity, pairing, outcomes, freshness. A script of events is told to a fleet, a snapshot is read.
 */
#include "base/array.h"
#include "model/fleet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GIB (UINT64_C(1) << 30)

enum { SOURCE, DESTINATION };

static const struct uuid guest = {{0x11, [15] = 1}};
static int64_t now_ms; /* of the fake clock */

static struct stamp now(void)
{
	return (struct stamp){{now_ms}, {now_ms + 1000000}};
}

static struct uuid host_uuid(uint32_t host)
{
	struct uuid uuid = {{0xaa, [15] = (unsigned char)host}};

	return uuid;
}

static struct fleet_change tell(struct fleet *fleet, struct event *event)
{
	struct fleet_change change = fleet_apply(fleet, event);

	event_free(event);
	return change;
}

static void tell_link(struct fleet *fleet, uint32_t host, enum link_state state)
{
	struct event *event = event_new(EVENT_LINK, host, now());

	event->link.state = state;
	event->link.reason = state == LINK_DOWN ? mem_dup("refused") : NULL;
	tell(fleet, event);
}

static void tell_host(struct fleet *fleet, uint32_t host, struct uuid uuid)
{
	struct event *event = event_new(EVENT_HOST, host, now());

	event->host_facts.uuid = uuid;
	tell(fleet, event);
}

static void tell_inventory(struct fleet *fleet, uint32_t host, size_t n, struct domain_state state)
{
	struct event *event = event_new(EVENT_INVENTORY, host, now());

	event->inventory.domain = mem_new(n + 1, sizeof *event->inventory.domain);
	event->inventory.n_domains = n;
	for (size_t i = 0; i < n; i++) {
		event->inventory.domain[i] = (struct inventory_domain){guest, mem_dup("web-1"), state};
		event->inventory.domain[i].uuid.byte[15] = (unsigned char)(i + 1);
	}
	tell(fleet, event);
}

static const struct domain_state running = {DOMAIN_RUNNING, REASON_OTHER};
static const struct domain_state incoming = {DOMAIN_PAUSED, REASON_MIGRATION};

static struct fleet *fleet_with_two_hosts(const char *drain)
{
	struct fleet_settings settings = {.completion_timeout_per_gib = {800000}, .drain = drain};
	struct fleet *fleet = fleet_new(&settings);

	now_ms = 100000;
	fleet_add_host(fleet, &(struct fleet_host){SOURCE, "host1", "qemu:///1", NULL});
	fleet_add_host(fleet, &(struct fleet_host){DESTINATION, "host2", "qemu:///2", NULL});
	for (uint32_t i = SOURCE; i <= DESTINATION; i++) {
		tell_link(fleet, i, LINK_UP);
		tell_host(fleet, i, host_uuid(i));
	}
	tell_inventory(fleet, SOURCE, 1, running);
	tell_inventory(fleet, DESTINATION, 0, running);
	return fleet;
}

static struct event *job_event(int64_t elapsed, uint64_t processed, uint64_t remaining, uint64_t pass)
{
	struct event *event = event_new(EVENT_JOB, SOURCE, now());
	struct job_stats *stats = &event->job.stats;

	event->job.uuid = guest;
	event->job.asked = event->at.mono;
	event->job.state = running;
	*stats = (struct job_stats){
		.elapsed = {elapsed},
		.data_processed = {processed},
		.memory_processed = {processed},
		.data_remaining = {remaining},
		.memory_remaining = {remaining},
		.memory_total = {4 * GIB},
		.pass = pass,
		.dirty_rate = {1000},
		.page_size = {4096},
	};
	for (int i = 0; i < JOB_FIELD_COUNT; i++) {
		if (i != JOB_DOWNTIME && i != JOB_THROTTLE && i != JOB_DISK_TOTAL)
			job_mark(stats, (enum job_field)i);
	}
	return event;
}

static struct fleet_change tell_job(struct fleet *fleet, int64_t elapsed, uint64_t processed, uint64_t pass)
{
	return tell(fleet, job_event(elapsed, processed, 4 * GIB - processed % (4 * GIB), pass));
}

static void tell_domain(struct fleet *fleet, uint32_t host, enum domain_event what, struct domain_state state)
{
	struct event *event = event_new(EVENT_DOMAIN, host, now());

	event->domain.uuid = guest;
	event->domain.what = what;
	event->domain.state = state;
	tell(fleet, event);
}

static void tell_no_job(struct fleet *fleet, struct domain_state state, enum job_end how)
{
	struct event *event = event_new(EVENT_NO_JOB, SOURCE, now());

	event->no_job.uuid = guest;
	event->no_job.state = state;
	event->no_job.how = how;
	tell(fleet, event);
}

/* The only row, or the newest of several. The snapshot is freed by the next call. */
static struct snapshot *shown;

static const struct row *row_of(struct fleet *fleet)
{
	snapshot_free(shown);
	shown = fleet_freeze(fleet, now(), NULL);
	return shown->n_rows ? &shown->row[shown->n_rows - 1] : NULL;
}

static void end(struct fleet *fleet)
{
	snapshot_free(shown);
	shown = NULL;
	fleet_free(fleet);
}

static void statistics_begin_a_migration_with_attempt_one(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 2000, 1000, 1);
	const struct row *row = row_of(fleet);
	assert_int_equal(shown->n_rows, 1);
	assert_int_equal(row->id.attempt, 1);
	assert_int_equal(row->phase, PHASE_PRECOPY);
	assert_string_equal(row->name, "web-1");
	assert_string_equal(row->source, "host1");
	assert_null(row->destination);
	assert_int_equal(row->elapsed.ms, 2000);
	assert_int_equal(row->timeout.ms, 4 * 800000);
	assert_false(job_has(&row->stats, JOB_DIRTY_RATE)); /* it means nothing in the first pass */
	now_ms += 1000;
	tell_job(fleet, 3000, 2000, 2);
	assert_true(job_has(&row_of(fleet)->stats, JOB_DIRTY_RATE));
	end(fleet);
}

static void both_ends_are_paired_by_uuid(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STARTED_MIGRATED, incoming);
	assert_string_equal(row_of(fleet)->destination, "host2");
	assert_int_equal(shown->host[SOURCE].outgoing, 1);
	assert_int_equal(shown->host[DESTINATION].incoming, 1);
	end(fleet);
}

static void the_destination_is_found_when_it_was_seen_first(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_inventory(fleet, DESTINATION, 1, incoming);
	tell_job(fleet, 100, 1000, 1);
	assert_string_equal(row_of(fleet)->destination, "host2");
	end(fleet);
}

static void a_running_clone_elsewhere_is_no_destination(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_inventory(fleet, DESTINATION, 1, running);
	tell_job(fleet, 100, 1000, 1);
	assert_null(row_of(fleet)->destination);
	assert_int_equal(row_of(fleet)->phase, PHASE_PRECOPY);
	end(fleet);
}

static void a_migration_completes_with_its_true_downtime(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts("host1");
	struct event *completed;

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STARTED_MIGRATED, incoming);
	now_ms += 5000;
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_MIGRATED, incoming);
	assert_int_equal(row_of(fleet)->phase, PHASE_PAUSED);
	assert_true(row_of(fleet)->is_frozen);
	now_ms += 80;
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_STOPPED_MIGRATED,
		    (struct domain_state){DOMAIN_SHUT_OFF, REASON_MIGRATED});
	completed = event_new(EVENT_COMPLETED, SOURCE, now());
	completed->completed.uuid = guest;
	completed->completed.stats.downtime.ms = 61;
	job_mark(&completed->completed.stats, JOB_DOWNTIME);
	tell(fleet, completed);
	const struct row *row = row_of(fleet);
	assert_int_equal(row->phase, PHASE_COMPLETED);
	assert_int_equal(row->downtime.ms, 61);
	assert_int_equal(row->frozen.ms, 80);
	assert_int_equal(shown->drain.moved, 1);
	assert_int_equal(shown->drain.left, 0);
	end(fleet);
}

static void a_finished_migration_is_not_revived_by_a_late_sample(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 1000, 1000, 1);
	now_ms += 3000;
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_RESUMED_MIGRATED, running);
	assert_int_equal(row_of(fleet)->phase, PHASE_COMPLETED);
	now_ms += 50;
	tell_job(fleet, 4050, 9000, 3);
	assert_int_equal(row_of(fleet)->phase, PHASE_COMPLETED);
	assert_int_equal(shown->n_rows, 1);
	end(fleet);
}

static void a_second_try_is_a_new_attempt(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 9000, 50000, 2);
	tell_no_job(fleet, running, JOB_END_UNTOLD);
	assert_int_equal(row_of(fleet)->phase, PHASE_NOT_MOVED);
	now_ms += 4000;
	tell_job(fleet, 300, 100, 1);
	assert_int_equal(row_of(fleet)->id.attempt, 2);
	assert_int_equal(row_of(fleet)->phase, PHASE_PRECOPY);
	assert_int_equal(shown->n_rows, 2);
	end(fleet);
}

static void a_job_replaced_between_two_samples_is_a_new_attempt(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 9000, 50000, 2);
	now_ms += 1000;
	tell_job(fleet, 300, 100, 1);
	assert_int_equal(row_of(fleet)->id.attempt, 2);
	assert_int_equal(shown->row[0].phase, PHASE_NOT_MOVED);
	end(fleet);
}

static void a_job_that_has_sent_more_than_the_one_before_it_is_a_new_attempt(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 1300, 100, 1);
	now_ms += 3000;
	tell_job(fleet, 900, 50000, 1);
	assert_int_equal(row_of(fleet)->id.attempt, 2);
	/* nobody looked for a while, and it has run for longer by now than the one before it */
	now_ms += 60000;
	tell_job(fleet, 20000, 90000, 1);
	assert_int_equal(row_of(fleet)->id.attempt, 3);
	end(fleet);
}

static void a_clock_step_of_the_source_moves_neither_elapsed_nor_attempt(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 3000, 1000, 1);
	now_ms += 1000;
	tell_job(fleet, 604000, 2000, 1);
	assert_int_equal(row_of(fleet)->elapsed.ms, 4000);
	now_ms += 1000;
	tell_job(fleet, 0, 3000, 1);
	assert_int_equal(row_of(fleet)->elapsed.ms, 5000);
	assert_int_equal(shown->n_rows, 1);
	end(fleet);
}

static void tell_late(struct fleet *fleet, bool is_late)
{
	struct event *event = event_new(EVENT_LATE, SOURCE, now());

	event->late.uuid = guest;
	event->late.is_late = is_late;
	tell(fleet, event);
}

static const struct host_row *source_of(struct fleet *fleet)
{
	row_of(fleet);
	return &shown->host[SOURCE];
}

static void it_is_known_which_guests_have_told_whether_they_migrate(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_inventory(fleet, SOURCE, 2, running); /* the second came after the first inventory, and tells itself */
	assert_int_equal(source_of(fleet)->unasked, 1);
	tell_late(fleet, true);
	assert_int_equal(source_of(fleet)->unasked, 0);
	assert_int_equal(source_of(fleet)->mute, 1);
	tell_no_job(fleet, running, JOB_END_UNTOLD);
	assert_int_equal(source_of(fleet)->mute, 0);
	tell_inventory(fleet, SOURCE, 2, running);
	assert_int_equal(source_of(fleet)->unasked, 0);
	/* after a gap everything is asked again */
	tell_link(fleet, SOURCE, LINK_DOWN);
	tell_link(fleet, SOURCE, LINK_UP);
	tell_inventory(fleet, SOURCE, 2, running);
	assert_int_equal(source_of(fleet)->unasked, 2);
	tell_job(fleet, 100, 1000, 1);
	assert_int_equal(source_of(fleet)->unasked, 1);
	end(fleet);
}

static void our_own_abort_ends_as_cancelled(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	struct intent intent = {.stage = INTENT_SENT, .sent = {{1}, {1}}, .order = {.serial = 1}};

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	intent.order.action = ACTION_ABORT;
	intent.order.target = row_of(fleet)->id;
	fleet_note_intent(fleet, &intent);
	assert_true(row_of(fleet)->facts.is_cancelling);
	tell_no_job(fleet, running, JOB_END_UNTOLD);
	assert_int_equal(row_of(fleet)->phase, PHASE_CANCELLED);
	end(fleet);
}

/* A force whose reply waits, and the limit that somebody sets meanwhile. */
static void an_order_that_changes_a_figure_hides_no_force(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	struct intent force = {.stage = INTENT_SENT, .order = {.serial = 1, .action = ACTION_FORCE_COMPLETE}};
	struct intent limit = {.stage = INTENT_SENT, .order = {.serial = 2, .action = ACTION_BANDWIDTH}};

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	force.order.target = limit.order.target = row_of(fleet)->id;
	fleet_note_intent(fleet, &force);
	fleet_note_intent(fleet, &limit);
	assert_true(row_of(fleet)->facts.is_forcing);
	assert_int_equal(row_of(fleet)->intent.order.serial, 1);
	force.stage = INTENT_PROVEN;
	fleet_note_intent(fleet, &force);
	assert_false(row_of(fleet)->facts.is_forcing);
	fleet_note_intent(fleet, &limit);
	assert_int_equal(row_of(fleet)->intent.order.serial, 2);
	end(fleet);
}

static void a_force_beside_an_abort_does_not_hide_it(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	struct intent force = {.stage = INTENT_SENT, .order = {.serial = 1, .action = ACTION_FORCE_COMPLETE}};
	struct intent abort = {.stage = INTENT_SENT, .order = {.serial = 2, .action = ACTION_ABORT}};

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	force.order.target = abort.order.target = row_of(fleet)->id;
	fleet_note_intent(fleet, &abort);
	fleet_note_intent(fleet, &force);
	assert_true(row_of(fleet)->facts.is_cancelling);
	force.stage = INTENT_FAILED;
	fleet_note_intent(fleet, &force);
	assert_true(row_of(fleet)->facts.is_cancelling);
	end(fleet);
}

static void a_seen_cause_is_kept(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_no_job(fleet, running, JOB_END_FAILED);
	assert_int_equal(row_of(fleet)->phase, PHASE_FAILED);
	end(fleet);
}

static void a_guest_that_vanishes_is_lost_only_after_a_grace(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_inventory(fleet, SOURCE, 0, running);
	fleet_tick(fleet, now());
	assert_int_equal(row_of(fleet)->phase, PHASE_PRECOPY);
	now_ms += 11000;
	fleet_tick(fleet, now());
	assert_int_equal(row_of(fleet)->phase, PHASE_LOST);
	end(fleet);
}

static void a_guest_that_is_seen_running_elsewhere_completed(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_inventory(fleet, SOURCE, 0, running);
	now_ms += 500;
	tell_inventory(fleet, DESTINATION, 1, (struct domain_state){DOMAIN_RUNNING, REASON_MIGRATED});
	fleet_tick(fleet, now());
	assert_int_equal(row_of(fleet)->phase, PHASE_COMPLETED);
	assert_string_equal(row_of(fleet)->destination, "host2");
	end(fleet);
}

static void postcopy_is_seen_from_either_end_and_stops_the_frozen_clock(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_MIGRATED, incoming);
	now_ms += 20;
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_RESUMED_POSTCOPY,
		    (struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY});
	now_ms += 500;
	assert_int_equal(row_of(fleet)->phase, PHASE_POSTCOPY);
	assert_int_equal(row_of(fleet)->frozen.ms, 20);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED,
		    (struct domain_state){DOMAIN_PAUSED, REASON_POSTCOPY_FAILED});
	assert_int_equal(row_of(fleet)->phase, PHASE_POSTCOPY_FAILED);
	end(fleet);
}

/* Statistics do not tell it; who finds a migration under way must not take a frozen guest for a running one until the next inventory. */
static void a_migration_that_is_found_has_the_phase_that_its_guest_shows(void **state)
{
	static const struct {
		enum domain_reason reason;
		bool runs_there;
		enum phase phase;
	} cases[] = {{REASON_USER, false, PHASE_PRECOPY},
		     {REASON_MIGRATION, false, PHASE_PAUSED},
		     {REASON_POSTCOPY, true, PHASE_POSTCOPY},
		     {REASON_POSTCOPY_FAILED, true, PHASE_POSTCOPY_FAILED}};
	static const struct domain_state postcopy = {DOMAIN_RUNNING, REASON_POSTCOPY};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fleet *fleet = fleet_with_two_hosts(NULL);
		struct event *event = job_event(60000, 1000, GIB, 2);

		tell_inventory(fleet, SOURCE, 1, (struct domain_state){DOMAIN_PAUSED, cases[i].reason});
		tell_inventory(fleet, DESTINATION, 1, cases[i].runs_there ? postcopy : incoming);
		event->job.state = (struct domain_state){DOMAIN_UNKNOWN, REASON_OTHER};
		tell(fleet, event);
		assert_int_equal(row_of(fleet)->phase, cases[i].phase);
		end(fleet);
	}
}

/* The destination calls it post-copy as long as its guest runs, whatever became of the source. */
static void a_broken_postcopy_is_broken_until_its_source_says_otherwise(void **state)
{
	static const struct domain_state broken = {DOMAIN_PAUSED, REASON_POSTCOPY_FAILED};
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_inventory(fleet, DESTINATION, 1, incoming);
	tell_inventory(fleet, DESTINATION, 1, (struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY});
	assert_int_equal(row_of(fleet)->phase, PHASE_POSTCOPY);
	tell_inventory(fleet, SOURCE, 1, broken);
	for (int i = 0; i < 3; i++) {
		tell_inventory(fleet, DESTINATION, 1, (struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY});
		assert_int_equal(row_of(fleet)->phase, PHASE_POSTCOPY_FAILED);
	}
	tell_inventory(fleet, SOURCE, 1, (struct domain_state){DOMAIN_PAUSED, REASON_POSTCOPY});
	assert_int_equal(row_of(fleet)->phase, PHASE_POSTCOPY);
	end(fleet);
}

/* The source keeps its job, and would call it recoverable for ever. */
static void a_guest_whose_destination_ends_in_postcopy_is_lost(void **state)
{
	static const struct domain_state off = {DOMAIN_SHUT_OFF, REASON_FAILED};
	static const struct domain_state broken = {DOMAIN_PAUSED, REASON_POSTCOPY_FAILED};
	size_t n;

	(void)state;
	for (int is_broken = 0; is_broken < 2; is_broken++) {
		struct fleet *fleet = fleet_with_two_hosts(NULL);

		tell_job(fleet, 100, 1000, 1);
		tell_domain(fleet, DESTINATION, DOMAIN_EVENT_RESUMED_POSTCOPY,
			    (struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY});
		if (is_broken)
			tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED, broken);
		tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STOPPED_FAILED, off);
		assert_int_equal(row_of(fleet)->phase, PHASE_LOST);
		const struct notice *notice = fleet_notices_after(fleet, 0, &n);
		assert_non_null(strstr(notice[n - 1].text, "the guest is lost"));
		assert_int_equal(notice[n - 1].severity, SEVERITY_CRITICAL);
		tell_inventory(fleet, SOURCE, 1, broken);
		tell_job(fleet, 200, 1000, 1);
		assert_int_equal(row_of(fleet)->phase, PHASE_LOST);
		end(fleet);
	}
}

static void a_destination_that_ends_in_precopy_loses_nothing(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STARTED_MIGRATED, incoming);
	tell_domain(fleet, DESTINATION, DOMAIN_EVENT_STOPPED_FAILED,
		    (struct domain_state){DOMAIN_SHUT_OFF, REASON_FAILED});
	assert_int_equal(row_of(fleet)->phase, PHASE_PRECOPY);
	end(fleet);
}

static void a_broken_postcopy_whose_memory_moves_again_is_told_once(void **state)
{
	static const struct domain_state broken = {DOMAIN_PAUSED, REASON_POSTCOPY_FAILED};
	static const uint64_t processed[] = {1000, 1000, 1001, 1002, 1003};
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	size_t before, after;

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED, broken);
	fleet_notices_after(fleet, 0, &before);
	for (size_t i = 0; i < ARRAY_LEN(processed); i++) {
		struct event *event = job_event(200 + (int64_t)i, processed[i], GIB, 1);

		event->job.state = broken;
		tell(fleet, event);
		fleet_notices_after(fleet, 0, &after);
		assert_int_equal(after, before + (processed[i] > 1000));
	}
	assert_int_equal(row_of(fleet)->phase, PHASE_POSTCOPY_FAILED);
	end(fleet);
}

static void a_late_running_sample_does_not_thaw_a_frozen_guest(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_MIGRATED, incoming);
	tell_job(fleet, 150, 1100, 1);
	assert_int_equal(row_of(fleet)->phase, PHASE_PAUSED);
	end(fleet);
}

static void rows_grow_stale_and_unreachable_and_come_back(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	assert_int_equal(row_of(fleet)->freshness, FRESH);
	now_ms += 4000;
	assert_int_equal(row_of(fleet)->freshness, STALE);
	assert_int_equal(row_of(fleet)->age.ms, 4000);
	tell_link(fleet, SOURCE, LINK_DOWN);
	assert_int_equal(row_of(fleet)->freshness, UNREACHABLE);
	assert_int_equal(row_of(fleet)->phase, PHASE_PRECOPY);
	assert_false(row_of(fleet)->facts.is_reachable);
	tell_link(fleet, SOURCE, LINK_CONNECTING);
	tell_link(fleet, SOURCE, LINK_UP);
	tell_inventory(fleet, SOURCE, 1, running);
	tell_job(fleet, 5000, 2000, 1);
	assert_int_equal(row_of(fleet)->freshness, FRESH);
	assert_int_equal(shown->n_rows, 1);
	end(fleet);
}

static void a_job_that_ended_while_its_host_was_away_is_noticed(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_link(fleet, SOURCE, LINK_DOWN);
	now_ms += 60000;
	tell_link(fleet, SOURCE, LINK_UP);
	tell_inventory(fleet, SOURCE, 1, running);
	now_ms += 16000;
	fleet_tick(fleet, now());
	assert_int_equal(row_of(fleet)->phase, PHASE_NOT_MOVED);
	end(fleet);
}

static void a_long_freeze_is_told_once(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	size_t before, after;

	(void)state;
	tell_job(fleet, 100, 1000, 1);
	tell_domain(fleet, SOURCE, DOMAIN_EVENT_SUSPENDED_MIGRATED, incoming);
	fleet_notices_after(fleet, 0, &before);
	for (int i = 0; i < 10; i++) {
		now_ms += 3000;
		fleet_tick(fleet, now());
	}
	const struct notice *notice = fleet_notices_after(fleet, 0, &after);
	assert_int_equal(after, before + 1);
	assert_int_equal(notice[after - 1].severity, SEVERITY_CRITICAL);
	end(fleet);
}

static void a_host_named_twice_is_counted_once(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	fleet_add_host(fleet, &(struct fleet_host){2, "alias", "qemu:///alias", NULL});
	tell_link(fleet, 2, LINK_UP);
	tell_host(fleet, 2, host_uuid(SOURCE));
	tell_job(fleet, 100, 1000, 1);
	struct event *again = job_event(100, 1000, GIB, 1);
	again->host = 2;
	tell(fleet, again);
	assert_non_null(row_of(fleet));
	assert_int_equal(shown->n_rows, 1);
	assert_string_equal(shown->host[2].same_as, "host1");
	end(fleet);
}

static void a_picture_becomes_the_living_job_or_an_old_one(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	struct event *picture = event_new(EVENT_PICTURE, HOST_NONE, now());

	(void)state;
	picture->picture = (struct migration_record){.id = {host_uuid(SOURCE), guest, 7},
						     .name = mem_dup("web-1"),
						     .source = mem_dup("host1"),
						     .phase = PHASE_PRECOPY,
						     .first_seen = {now().wall.ms - 60000},
						     .last_seen = {now().wall.ms - 20000},
						     .elapsed = {40000},
						     .downtime = {-1}};
	tell(fleet, picture);
	assert_true(row_of(fleet)->from_cache);
	assert_int_equal(row_of(fleet)->age.ms, 20000);
	tell_job(fleet, 60000, 1000, 2);
	assert_int_equal(row_of(fleet)->id.attempt, 7);
	assert_false(row_of(fleet)->from_cache);
	now_ms += 1000;
	tell_no_job(fleet, running, JOB_END_UNTOLD);
	now_ms += 1000;
	tell_job(fleet, 10, 10, 1);
	assert_int_equal(row_of(fleet)->id.attempt, 8);
	end(fleet);
}

static void who_comes_back_to_its_source_has_left_it(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	tell_job(fleet, 3000, 1000, 1);
	struct intent abort = {.id = 1,
			       .order = {.action = ACTION_ABORT, .target = row_of(fleet)->id},
			       .stage = INTENT_SENT,
			       .sent = now()};
	fleet_note_intent(fleet, &abort);
	/* meanwhile it moved to a host that nobody watches, and is on its way back */
	tell_link(fleet, SOURCE, LINK_DOWN);
	now_ms += 60000;
	tell_link(fleet, SOURCE, LINK_UP);
	tell_host(fleet, SOURCE, host_uuid(SOURCE));
	tell_inventory(fleet, SOURCE, 1, incoming);
	struct event *event = event_new(EVENT_INCOMING, SOURCE, now());
	event->incoming.uuid = guest;
	event->incoming.state = incoming;
	tell(fleet, event);
	assert_int_equal(row_of(fleet)->phase, PHASE_LOST);
	tell_no_job(fleet, running, JOB_END_UNTOLD);
	assert_int_equal(row_of(fleet)->phase, PHASE_LOST);
	end(fleet);
}

static void a_picture_is_not_continued_by_the_job_after_it(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	struct event *picture = event_new(EVENT_PICTURE, HOST_NONE, now());

	(void)state;
	picture->picture = (struct migration_record){.id = {host_uuid(SOURCE), guest, 7},
						     .name = mem_dup("web-1"),
						     .phase = PHASE_PRECOPY,
						     .first_seen = {now().wall.ms - 35000},
						     .last_seen = {now().wall.ms - 10000},
						     .elapsed = {25000},
						     .downtime = {-1},
						     .stats = {.elapsed = {25000}, .data_processed = {10}}};
	job_mark(&picture->picture.stats, JOB_ELAPSED);
	job_mark(&picture->picture.stats, JOB_DATA_PROCESSED);
	tell(fleet, picture);
	/* half a minute after the other, when that was not to be seen any more */
	tell_job(fleet, 4000, 1000, 1);
	assert_int_equal(row_of(fleet)->id.attempt, 8);
	end(fleet);
}

static void a_picture_of_a_host_that_is_not_watched_is_left_out(void **state)
{
	struct fleet_settings settings = {0};
	struct fleet *fleet = fleet_new(&settings);
	struct uuid known = host_uuid(SOURCE), other = host_uuid(9);

	(void)state;
	now_ms = 100000;
	fleet_add_host(fleet, &(struct fleet_host){SOURCE, "host1", "qemu:///1", NULL});
	struct event *host = event_new(EVENT_PICTURE_HOST, HOST_NONE, now());
	host->picture_host = (struct host_record){.uuid = known, .name = mem_dup("host1"), .uri = mem_dup("qemu:///1")};
	tell(fleet, host);
	for (int i = 0; i < 2; i++) {
		struct event *picture = event_new(EVENT_PICTURE, HOST_NONE, now());
		picture->picture = (struct migration_record){
			.id = {i ? other : known, guest, 1}, .phase = PHASE_PRECOPY, .downtime = {-1}};
		tell(fleet, picture);
	}
	assert_non_null(row_of(fleet));
	assert_int_equal(shown->n_rows, 1);
	/* and when another machine answers at that address, its row goes too */
	tell_link(fleet, SOURCE, LINK_UP);
	tell_host(fleet, SOURCE, host_uuid(5));
	assert_null(row_of(fleet));
	end(fleet);
}

static void hostile_names_are_shown_escaped_and_kept_raw(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	struct event *event = event_new(EVENT_DOMAIN, SOURCE, now());

	(void)state;
	event->domain.uuid = guest;
	event->domain.name = mem_dup("a\x1b[2Jb");
	event->domain.state = running;
	tell(fleet, event);
	tell_job(fleet, 100, 1000, 1);
	const struct row *row = row_of(fleet);
	assert_null(strchr(row->name, '\x1b'));
	assert_string_equal(row->name_raw, "a\x1b[2Jb");
	for (size_t i = 0; i < shown->n_notices; i++) {
		assert_null(strchr(shown->notice[i].subject, '\x1b'));
		assert_null(strchr(shown->notice[i].text, '\x1b'));
	}
	end(fleet);
}

static void throughput_is_smoothed_from_bytes_and_falls_when_nothing_moves(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);

	(void)state;
	for (int i = 0; i < 10; i++) {
		tell_job(fleet, 1000 * (i + 1), (uint64_t)(i + 1) * 10000000, 1);
		now_ms += 1000;
	}
	assert_in_range(row_of(fleet)->throughput.n, 9900000, 10100000);
	for (int i = 0; i < 10; i++) {
		tell_job(fleet, 11000 + 1000 * i, 100000000, 1);
		now_ms += 1000;
	}
	assert_true(row_of(fleet)->throughput.n < 1000000);
	end(fleet);
}

static void only_the_newest_notices_are_kept(void **state)
{
	struct fleet *fleet = fleet_with_two_hosts(NULL);
	size_t n;

	(void)state;
	for (int i = 0; i < NOTICES_KEPT + 100; i++)
		fleet_notice(fleet, now(), SEVERITY_INFO, NULL, "x", "y");
	const struct notice *notice = fleet_notices_after(fleet, 0, &n);
	assert_int_equal(n, NOTICES_KEPT);
	for (size_t i = 1; i < n; i++)
		assert_int_equal(notice[i].serial, notice[i - 1].serial + 1);
	fleet_notices_after(fleet, notice[n - 1].serial, &n);
	assert_int_equal(n, 0);
	end(fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statistics_begin_a_migration_with_attempt_one),
		cmocka_unit_test(both_ends_are_paired_by_uuid),
		cmocka_unit_test(the_destination_is_found_when_it_was_seen_first),
		cmocka_unit_test(a_running_clone_elsewhere_is_no_destination),
		cmocka_unit_test(a_migration_completes_with_its_true_downtime),
		cmocka_unit_test(a_finished_migration_is_not_revived_by_a_late_sample),
		cmocka_unit_test(a_second_try_is_a_new_attempt),
		cmocka_unit_test(a_job_replaced_between_two_samples_is_a_new_attempt),
		cmocka_unit_test(a_job_that_has_sent_more_than_the_one_before_it_is_a_new_attempt),
		cmocka_unit_test(a_clock_step_of_the_source_moves_neither_elapsed_nor_attempt),
		cmocka_unit_test(it_is_known_which_guests_have_told_whether_they_migrate),
		cmocka_unit_test(our_own_abort_ends_as_cancelled),
		cmocka_unit_test(an_order_that_changes_a_figure_hides_no_force),
		cmocka_unit_test(a_force_beside_an_abort_does_not_hide_it),
		cmocka_unit_test(a_seen_cause_is_kept),
		cmocka_unit_test(a_guest_that_vanishes_is_lost_only_after_a_grace),
		cmocka_unit_test(a_guest_that_is_seen_running_elsewhere_completed),
		cmocka_unit_test(postcopy_is_seen_from_either_end_and_stops_the_frozen_clock),
		cmocka_unit_test(a_guest_whose_destination_ends_in_postcopy_is_lost),
		cmocka_unit_test(a_destination_that_ends_in_precopy_loses_nothing),
		cmocka_unit_test(a_migration_that_is_found_has_the_phase_that_its_guest_shows),
		cmocka_unit_test(a_broken_postcopy_is_broken_until_its_source_says_otherwise),
		cmocka_unit_test(a_broken_postcopy_whose_memory_moves_again_is_told_once),
		cmocka_unit_test(a_late_running_sample_does_not_thaw_a_frozen_guest),
		cmocka_unit_test(rows_grow_stale_and_unreachable_and_come_back),
		cmocka_unit_test(a_job_that_ended_while_its_host_was_away_is_noticed),
		cmocka_unit_test(a_long_freeze_is_told_once),
		cmocka_unit_test(a_host_named_twice_is_counted_once),
		cmocka_unit_test(a_picture_becomes_the_living_job_or_an_old_one),
		cmocka_unit_test(who_comes_back_to_its_source_has_left_it),
		cmocka_unit_test(a_picture_is_not_continued_by_the_job_after_it),
		cmocka_unit_test(a_picture_of_a_host_that_is_not_watched_is_left_out),
		cmocka_unit_test(hostile_names_are_shown_escaped_and_kept_raw),
		cmocka_unit_test(throughput_is_smoothed_from_bytes_and_falls_when_nothing_moves),
		cmocka_unit_test(only_the_newest_notices_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
