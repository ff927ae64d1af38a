/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schedule of one domain's readings. Pure.
 */
#include "backend/libvirt/poll.h"

const struct poll_limits poll_limits_default = {
	.refresh = {1000},
	.sweep = {60000},
	.late_after = {1500},
	.eager = {250},
	.n_eager = 6,
};

void poll_init(struct poll *poll, mono_time now)
{
	*poll = (struct poll){.role = POLL_UNSEEN, .due = now};
}

void poll_forget(struct poll *poll, mono_time now)
{
	poll->was_outgoing = poll->was_outgoing || poll->role == POLL_OUTGOING;
	poll->role = POLL_UNSEEN;
	poll->due = now;
	poll->n_eager = 0;
}

static bool poll_is_free(const struct poll *poll)
{
	return !poll->is_out && poll->n_held == 0 && !poll->awaits_take && poll->role != POLL_INCOMING;
}

bool poll_may_begin(const struct poll *poll, mono_time now)
{
	return poll_is_free(poll) && mono_reached(now, poll->due);
}

static int poll_rank(const struct poll *poll)
{
	return poll->role == POLL_OUTGOING || poll->was_outgoing ? 0 : poll->n_eager > 0 ? 1 : 2;
}

bool poll_precedes(const struct poll *a, const struct poll *b)
{
	if (poll_rank(a) != poll_rank(b))
		return poll_rank(a) < poll_rank(b);
	return a->due.ms < b->due.ms;
}

mono_time poll_wake_at(const struct poll *poll, bool has_room, const struct poll_limits *limits)
{
	if (poll->is_out && !poll->is_behind)
		return mono_add(poll->began, limits->late_after);
	if (poll_is_free(poll) && has_room)
		return poll->due;
	return (mono_time){INT64_MAX};
}

void poll_asked(struct poll *poll, mono_time now)
{
	poll->is_out = true;
	poll->began = now;
	if (poll->n_eager > 0)
		poll->n_eager--;
}

bool poll_tick(struct poll *poll, const struct poll_limits *limits, mono_time now)
{
	if (!poll->is_out || poll->is_behind || !mono_reached(now, mono_add(poll->began, limits->late_after)))
		return false;
	poll->is_behind = true;
	return true;
}

void poll_returned(struct poll *poll)
{
	poll->is_out = poll->is_behind = false;
}

void poll_found(struct poll *poll, enum poll_role role, const struct poll_limits *limits, mono_time now,
		uint32_t spread)
{
	bool was_seen = poll->role != POLL_UNSEEN;
	mono_time from = poll->began;

	poll->role = role;
	poll->was_outgoing = false;
	if (role == POLL_OUTGOING) {
		poll->n_eager = 0;
		/* from when it was asked, so that the period is kept; an answer later than that does not pile up readings */
		poll->due = mono_add(from, limits->refresh);
	} else if (poll->n_eager > 0) {
		poll->due = mono_add(now, limits->eager);
	} else {
		/* the first look comes with all the others of its host: the second spreads them over the sweep */
		int64_t wait = was_seen || limits->sweep.ms <= 0 ? limits->sweep.ms
								 : (int64_t)(spread % (uint64_t)limits->sweep.ms);
		poll->due = mono_add(from, (duration){wait});
	}
}

void poll_failed(struct poll *poll, const struct poll_limits *limits, mono_time now)
{
	bool is_urgent = poll->role == POLL_OUTGOING || poll->was_outgoing || poll->n_eager > 0;

	poll->due = mono_add(now, is_urgent ? limits->refresh : (duration){limits->refresh.ms * 5});
}

void poll_expect(struct poll *poll, const struct poll_limits *limits, mono_time now)
{
	if (poll->role == POLL_OUTGOING || poll->role == POLL_INCOMING)
		return;
	poll->n_eager = limits->n_eager;
	poll->due = now;
}
