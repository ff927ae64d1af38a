/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lifecycle events of guests at either end, and which event goes where. Pure.
 */
#include "model/fleet_private.h"

static void lifecycle_at_source(struct fleet *fleet, struct migration *migration, const struct event *event)
{
	static const struct domain_state running = {DOMAIN_RUNNING, REASON_MIGRATION_CANCELED};

	switch (event->domain.what) {
	case DOMAIN_EVENT_SUSPENDED_MIGRATED:
		fleet_adopt_source_state(fleet, migration, (struct domain_state){DOMAIN_PAUSED, REASON_MIGRATION},
					 event->at);
		return;
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY: fleet_step(fleet, migration, PHASE_POSTCOPY, event->at); return;
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED:
		fleet_step(fleet, migration, PHASE_POSTCOPY_FAILED, event->at);
		return;
	case DOMAIN_EVENT_RESUMED_MIGRATED:
		/* the source's processors run again: the migration failed or was cancelled after it had stopped them */
		fleet_job_gone(fleet, migration, running, JOB_END_UNTOLD, event->at);
		return;
	case DOMAIN_EVENT_STOPPED_MIGRATED: fleet_step(fleet, migration, PHASE_COMPLETED, event->at); return;
	case DOMAIN_EVENT_STOPPED_FAILED:
	case DOMAIN_EVENT_STOPPED:
		if (migration->phase == PHASE_POSTCOPY || migration->phase == PHASE_POSTCOPY_FAILED)
			fleet_guest_gone(fleet, migration, event->at);
		else
			fleet_step(fleet, migration, PHASE_FAILED, event->at);
		return;
	case DOMAIN_EVENT_OTHER:
	case DOMAIN_EVENT_STARTED_MIGRATED:
	case DOMAIN_EVENT_STARTED:
	case DOMAIN_EVENT_SUSPENDED:
	case DOMAIN_EVENT_RESUMED_POSTCOPY:
	case DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED:
	case DOMAIN_EVENT_RESUMED:
		fleet_adopt_source_state(fleet, migration, event->domain.state, event->at);
		fleet_judge_left(fleet, migration, event->at);
		return;
	}
}

/* In post-copy neither end has all of the memory. The source keeps its job, and knows only that the other end does not answer. */
static void destination_stopped(struct fleet *fleet, struct migration *migration, const struct host *host,
				const struct event *event)
{
	bool is_torn = migration->phase == PHASE_POSTCOPY || migration->phase == PHASE_POSTCOPY_FAILED;

	if (!is_torn || migration->destination_host != host->number)
		return;
	migration->destination_state = event->domain.state;
	fleet_step(fleet, migration, PHASE_LOST, event->at);
}

static void lifecycle_at_destination(struct fleet *fleet, struct migration *migration, const struct host *host,
				     const struct event *event)
{
	switch (event->domain.what) {
	case DOMAIN_EVENT_STARTED_MIGRATED: fleet_pair(fleet, migration, host); return;
	case DOMAIN_EVENT_RESUMED_MIGRATED:
		fleet_pair(fleet, migration, host);
		fleet_step(fleet, migration, PHASE_COMPLETED, event->at);
		return;
	case DOMAIN_EVENT_RESUMED_POSTCOPY:
		fleet_pair(fleet, migration, host);
		fleet_step(fleet, migration, PHASE_POSTCOPY, event->at);
		return;
	case DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED:
		fleet_pair(fleet, migration, host);
		fleet_step(fleet, migration, PHASE_POSTCOPY_FAILED, event->at);
		return;
	case DOMAIN_EVENT_OTHER:
	case DOMAIN_EVENT_STARTED:
	case DOMAIN_EVENT_SUSPENDED_MIGRATED:
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY:
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED:
	case DOMAIN_EVENT_SUSPENDED:
	case DOMAIN_EVENT_RESUMED:
	case DOMAIN_EVENT_STOPPED_MIGRATED: return;
	case DOMAIN_EVENT_STOPPED_FAILED:
	case DOMAIN_EVENT_STOPPED: destination_stopped(fleet, migration, host, event); return;
	}
}

static bool is_stop(enum domain_event what)
{
	return what == DOMAIN_EVENT_STOPPED || what == DOMAIN_EVENT_STOPPED_FAILED ||
	       what == DOMAIN_EVENT_STOPPED_MIGRATED;
}

/* One that came after the inventory tells of its migrations itself. */
static void note_domain(struct host *host, const struct event *event)
{
	bool is_new = !fleet_host_domain(host, &event->domain.uuid);

	fleet_host_domain_set(host, &event->domain.uuid, event->domain.name, event->domain.state);
	if (is_new)
		fleet_host_domain(host, &event->domain.uuid)->was_asked = true;
}

static void apply_domain(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *leaving = fleet_open(fleet, &host->uuid, &event->domain.uuid);
	struct migration *arriving = leaving ? NULL : fleet_open_towards(fleet, &host->uuid, &event->domain.uuid);

	if (is_stop(event->domain.what))
		fleet_host_domain_remove(host, &event->domain.uuid);
	else
		note_domain(host, event);
	if (leaving)
		lifecycle_at_source(fleet, leaving, event);
	else if (arriving)
		lifecycle_at_destination(fleet, arriving, host, event);
}

void fleet_dispatch(struct fleet *fleet, struct host *host, const struct event *event)
{
	if (event->kind == EVENT_LINK) {
		fleet_apply_link(fleet, host, event);
		return;
	}
	if (event->kind == EVENT_HOST) {
		fleet_apply_host(fleet, host, event);
		return;
	}
	if (!fleet_host_speaks(fleet, host))
		return;
	switch (event->kind) {
	case EVENT_INVENTORY: fleet_apply_inventory(fleet, host, event); break;
	case EVENT_DOMAIN: apply_domain(fleet, host, event); break;
	case EVENT_FACTS: fleet_apply_facts(fleet, host, event); break;
	case EVENT_JOB: fleet_apply_job(fleet, host, event); break;
	case EVENT_NO_JOB: fleet_apply_no_job(fleet, host, event); break;
	case EVENT_INCOMING: fleet_apply_incoming(fleet, host, event); break;
	case EVENT_PASS: fleet_apply_pass(fleet, host, event); break;
	case EVENT_COMPLETED: fleet_apply_completed(fleet, host, event); break;
	case EVENT_LATE: fleet_apply_late(fleet, host, event); break;
	case EVENT_LINK:
	case EVENT_HOST:
	case EVENT_REPLY:
	case EVENT_LEDGER:
	case EVENT_ADOPTED:
	case EVENT_SHARED:
	case EVENT_STORE:
	case EVENT_PICTURE:
	case EVENT_PICTURE_HOST:
	case EVENT_NOTICE:
	case EVENT_KIND_COUNT: break;
	}
}
