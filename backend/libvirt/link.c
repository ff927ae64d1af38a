/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link machine. An open cannot be cancelled, so it is left behind when it loses patience; it still counts, and if it comes back
 * well after all (a frozen daemon was thawed) it becomes the connection. Pure.
 */
#include "backend/libvirt/link.h"

#include <stdio.h>
#include <string.h>

#define NEVER ((mono_time){INT64_MAX})

const struct link_limits link_limits_default = {
	.heartbeat = {5000},
	.doubt_after = {700},
	.stale_after = {1500},
	.dead_after = {6000},
	.slow_above = {500},
	.open_patience = {10000},
	.retry_first = {1000},
	.retry_max = {30000},
	.opens_max = 3,
};

static bool link_set(struct link *link, enum link_state state, const char *reason, mono_time now)
{
	bool is_same_reason = strncmp(link->reason, reason, sizeof link->reason - 1) == 0;

	snprintf(link->reason, sizeof link->reason, "%s", reason);
	if (link->state == state && is_same_reason)
		return false;
	if (link->state != state)
		link->since = now;
	link->state = state;
	return true;
}

/* 1, 2, 4 ... 30 s, each within a quarter to both sides, so that a fleet does not come back in step. */
static mono_time link_retry_at(const struct link *link, const struct link_limits *limits, mono_time now,
			       uint32_t random)
{
	int64_t wait = limits->retry_first.ms;

	for (unsigned i = 1; i < link->n_failures && wait < limits->retry_max.ms; i++)
		wait *= 2;
	if (wait > limits->retry_max.ms)
		wait = limits->retry_max.ms;
	int64_t half = wait / 2;
	return mono_add(now, (duration){wait - half / 2 + (half > 0 ? (int64_t)(random % (uint32_t)half) : 0)});
}

static void link_fail(struct link *link, const struct link_limits *limits, mono_time now, uint32_t random)
{
	link->n_failures++;
	link->retry_at = link_retry_at(link, limits, now, random);
}

void link_init(struct link *link, mono_time now)
{
	*link = (struct link){.state = LINK_CONNECTING, .since = now, .retry_at = now, .latency = {-1}};
}

static bool link_wants_open(const struct link *link, const struct link_limits *limits)
{
	return !link->has_connection && !link->is_opening && link->n_opens < limits->opens_max;
}

enum link_need link_next(const struct link *link, const struct link_limits *limits, mono_time now)
{
	if (link_wants_open(link, limits) && mono_reached(now, link->retry_at))
		return LINK_NEED_OPEN;
	if (!link->has_connection)
		return LINK_NEED_NOTHING;
	if (!link->ping.is_out && mono_reached(now, link->ping.due))
		return LINK_NEED_PING;
	if (!link->survey.is_out && mono_reached(now, link->survey.due))
		return LINK_NEED_SURVEY;
	return LINK_NEED_NOTHING;
}

static mono_time earlier(mono_time a, mono_time b)
{
	return a.ms < b.ms ? a : b;
}

/* When a survey that is out is doubted: each time that a ping could have told more. */
static mono_time survey_doubt_at(const struct link *link, const struct link_limits *limits)
{
	mono_time from = link->survey.began;

	if (link->ping.began.ms > from.ms)
		from = link->ping.began;
	return mono_add(from, limits->doubt_after);
}

mono_time link_wake_at(const struct link *link, const struct link_limits *limits)
{
	mono_time at = NEVER;

	if (link->is_opening)
		at = earlier(at, mono_add(link->open_began, limits->open_patience));
	if (link_wants_open(link, limits))
		at = earlier(at, link->retry_at);
	if (!link->has_connection)
		return at;
	if (!link->ping.is_out)
		at = earlier(at, link->ping.due);
	else
		at = earlier(at, mono_add(link->ping.began,
					  link->state == LINK_STALE ? limits->dead_after : limits->stale_after));
	if (!link->survey.is_out)
		at = earlier(at, link->survey.due);
	else if (!link->ping.is_out)
		at = earlier(at, survey_doubt_at(link, limits));
	return at;
}

bool link_tick(struct link *link, const struct link_limits *limits, mono_time now, uint32_t random)
{
	char reason[120];

	if (link->is_opening && mono_reached(now, mono_add(link->open_began, limits->open_patience))) {
		link->is_opening = false;
		link_fail(link, limits, now, random);
		snprintf(reason, sizeof reason, "no answer to the connection for %lld s",
			 (long long)(limits->open_patience.ms / 1000));
		return link_set(link, LINK_DOWN, reason, now);
	}
	if (!link->has_connection)
		return false;
	if (link->survey.is_out && mono_reached(now, survey_doubt_at(link, limits)))
		link_doubt(link, now);
	if (link->ping.is_out && mono_reached(now, mono_add(link->ping.began, limits->stale_after)))
		return link_set(link, LINK_STALE, "the daemon does not answer", now);
	return false;
}

void link_asked(struct link *link, const struct link_limits *limits, enum link_need need, mono_time now)
{
	switch (need) {
	case LINK_NEED_NOTHING: return;
	case LINK_NEED_OPEN:
		link->is_opening = true;
		link->n_opens++;
		link->open_began = now;
		return;
	case LINK_NEED_SURVEY:
		link->survey =
			(struct link_call){.is_out = true, .began = now, .due = mono_add(now, limits->heartbeat)};
		return;
	case LINK_NEED_PING: link->ping = (struct link_call){.is_out = true, .began = now, .due = NEVER}; return;
	}
}

bool link_opened(struct link *link, mono_time now)
{
	link->n_opens--;
	if (link->has_connection)
		return false;
	link->is_opening = false;
	link->has_connection = true;
	link->survey = (struct link_call){.due = now};
	link->ping = (struct link_call){.due = NEVER};
	link_set(link, LINK_UP, "", now);
	return true;
}

bool link_open_failed(struct link *link, const struct link_limits *limits, const char *reason, mono_time now,
		      uint32_t random)
{
	link->n_opens--;
	if (link->has_connection || !link->is_opening)
		return false;
	link->is_opening = false;
	link_fail(link, limits, now, random);
	link_set(link, LINK_DOWN, reason, now);
	return true;
}

/* The daemon answers; what that makes of a state that said otherwise. */
static bool link_revive(struct link *link, const struct link_limits *limits, mono_time now)
{
	if (link->latency.ms > limits->slow_above.ms)
		return link_set(link, LINK_SLOW, "answers take long", now);
	return link_set(link, LINK_UP, "", now);
}

bool link_answered(struct link *link, const struct link_limits *limits, enum link_need need, mono_time now)
{
	struct link_call *call = need == LINK_NEED_PING ? &link->ping : &link->survey;

	if (!link->has_connection || !call->is_out)
		return false;
	call->is_out = false;
	link->n_failures = 0;
	link->latency = mono_since(now, call->began);
	if (need == LINK_NEED_SURVEY && !link->ping.is_out)
		link->ping.due = NEVER;
	return link_revive(link, limits, now);
}

bool link_heard(struct link *link, mono_time now)
{
	if (!link->has_connection || link->state != LINK_STALE)
		return false;
	/* a ping that is still out is no doubt any more until it has had its time again */
	if (link->ping.is_out)
		link->ping.began = now;
	return link_set(link, LINK_UP, "", now);
}

void link_lost(struct link *link, const struct link_limits *limits, const char *reason, mono_time now, uint32_t random)
{
	if (!link->has_connection)
		return;
	link->has_connection = false;
	link->survey.is_out = link->ping.is_out = false;
	link_fail(link, limits, now, random);
	link_set(link, LINK_DOWN, reason, now);
}

bool link_is_dead(const struct link *link, const struct link_limits *limits, mono_time now)
{
	return link->has_connection && link->ping.is_out &&
	       mono_reached(now, mono_add(link->ping.began, limits->dead_after));
}

void link_doubt(struct link *link, mono_time now)
{
	if (link->has_connection && !link->ping.is_out && link->ping.due.ms > now.ms)
		link->ping.due = now;
}

void link_resurvey(struct link *link, mono_time now)
{
	if (link->has_connection)
		link->survey.due = now;
}

bool link_may_act(const struct link *link)
{
	return link->has_connection && (link->state == LINK_UP || link->state == LINK_SLOW);
}
