/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy at our limit, for each migration at each tick: what it says goes into the log, what it wants becomes an order. Pure.
 */
#include "model/fleet_private.h"

#include "model/outlook.h"

#include <stdio.h>

/* The time that we have seen it run ourselves, and a little before that. What libvirt told when we first saw it may come from a clock
 * that had been stepped: a migration that was found under way is given its limit from then on. */
static duration watched(const struct migration *migration, mono_time now)
{
	int64_t seed = migration->job_seed.ms;

	return (duration){mono_since(now, migration->first_seen.mono).ms + (seed < 0                 ? 0
									    : seed > POLICY_TRUST_MS ? POLICY_TRUST_MS
												     : seed)};
}

/* Who gives it a limit of its own decides upon the elapsed time that is shown; the other limits are reckoned from what we saw ourselves. */
static duration reckoned(const struct migration *migration, mono_time now)
{
	return migration->own_limit.order ? migration_elapsed(migration, now) : watched(migration, now);
}

static struct policy_facts facts_of(const struct fleet *fleet, const struct migration *migration, mono_time now)
{
	const struct host *host = fleet_host_of(fleet, &migration->id.host);
	const struct job_stats *stats = &migration->stats;
	duration age = mono_since(now, migration->last_sample), elapsed = reckoned(migration, now);
	/* what libvirt had told before we came is in the one, or in neither */
	int64_t untrusted = migration_elapsed(migration, now).ms - elapsed.ms;

	return (struct policy_facts){
		.action = fleet->settings.is_policy_elsewhere ? LIMIT_NONE : fleet_limit_action(fleet, migration),
		.is_observing = fleet->settings.is_policy_observing,
		.is_read_only = fleet->settings.is_read_only,
		.phase = migration->phase,
		.is_fresh = host && fleet_host_is_reachable(host) && !migration->from_cache &&
			    !migration->domain_call_late && age.ms <= fleet->settings.stale_after.ms,
		.has_open_intent = migration->has_intent && !intent_is_closed(&migration->intent),
		.limit = migration->timeout,
		.elapsed = elapsed,
		.has_job_elapsed = job_has(stats, JOB_ELAPSED),
		.job_elapsed = {stats->elapsed.ms + age.ms - untrusted},
		.is_announced = migration->policy_announced.ms != 0,
		.announced_ago = mono_since(now, migration->policy_announced),
		.is_done = migration->is_policy_done,
	};
}

/* "aborted: 40.2G are wasted", "force-completed: the guest stands still ~6.2 s (5.1 to 7.6)" */
static void deed_text(const struct fleet *fleet, const struct migration *migration, char *buffer, size_t size)
{
	const struct forecast *told = &migration->forecast.told;
	char price[OUTLOOK_MAX];

	if (fleet_limit_action(fleet, migration) == LIMIT_ABORT)
		snprintf(buffer, size, "aborted: %s are wasted", text_bytes(price, sizeof price, told->wasted));
	else
		snprintf(buffer, size, "force-completed: if it is paused for that, the guest %s",
			 outlook_pause(told, price, sizeof price));
}

static void announce(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	char wait[TEXT_NUMBER_MAX], deed[OUTLOOK_MAX];
	int64_t left = migration->timeout.ms - reckoned(migration, now.mono).ms;

	migration->policy_announced = now.mono;
	deed_text(fleet, migration, deed, sizeof deed);
	fleet_say(fleet, now, SEVERITY_WARNING, migration, "reaches our limit in %s: then it %s %s",
		  text_short_duration(wait, sizeof wait, (duration){left > POLICY_NOTICE_MS ? left : POLICY_NOTICE_MS}),
		  fleet->settings.is_policy_observing ? "would be (policy: observe)" : "will be", deed);
	fleet_mark_changed(fleet, migration);
}

static void want(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	bool is_abort = fleet_limit_action(fleet, migration) == LIMIT_ABORT;

	migration->is_policy_done = migration->has_policy_acted = true;
	fleet->wanted =
		array_reserve(fleet->wanted, &fleet->wanted_capacity, fleet->n_wanted + 1, sizeof *fleet->wanted);
	fleet->wanted[fleet->n_wanted++] = (struct order){
		.action = is_abort ? ACTION_ABORT : ACTION_FORCE_COMPLETE,
		.method = METHOD_AUTO,
		.target = migration->id,
		.confirmation = ORDER_BY_POLICY,
		.seen = fleet_seen(fleet, &migration->id, now.mono),
		.job_began = {now.wall.ms - reckoned(migration, now.mono).ms},
	};
	fleet_say(fleet, now, SEVERITY_WARNING, migration, "our limit is reached: it is %s",
		  is_abort ? "aborted" : "force-completed");
}

static void say_would(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	char deed[OUTLOOK_MAX];

	migration->is_policy_done = true;
	deed_text(fleet, migration, deed, sizeof deed);
	fleet_say(fleet, now, SEVERITY_WARNING, migration,
		  "our limit is reached: it would have been %s (policy: observe, nothing was done)", deed);
}

static void say_clocks(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	migration->is_policy_done = true;
	fleet_say(fleet, now, SEVERITY_WARNING, migration,
		  "our limit is reached by our clock, and the source's clock was stepped meanwhile: nothing is done, "
		  "decide "
		  "yourself");
}

void fleet_judge_limit(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	struct policy_facts facts = facts_of(fleet, migration, now.mono);

	switch (policy_judge(&facts)) {
	case POLICY_WAIT: break;
	case POLICY_ANNOUNCE: announce(fleet, migration, now); break;
	case POLICY_ACT: want(fleet, migration, now); break;
	case POLICY_WOULD_ACT: say_would(fleet, migration, now); break;
	case POLICY_CLOCKS: say_clocks(fleet, migration, now); break;
	}
}
