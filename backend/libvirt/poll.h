/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a domain is asked for the statistics of its job: what is known of its role, when it is due, what is out and what is
 * overdue. Pure: no thread, no call, no clock. The loop thread owns every poll (or a test does).
 */
#ifndef BACKEND_LIBVIRT_POLL_H
#define BACKEND_LIBVIRT_POLL_H

#include "base/units.h"

struct poll_limits {
	duration refresh;    /* between two readings of an outgoing migration */
	duration sweep;      /* between two looks at an idle domain */
	duration late_after; /* a reading is out so long: the domain is late, its thread is left behind */
	duration eager;      /* between two looks at a domain whose migration has been announced by its destination */
	unsigned n_eager;    /* how many of those looks */
};

extern const struct poll_limits poll_limits_default;

enum poll_role {
	POLL_UNSEEN, /* not asked since the connection was made */
	POLL_IDLE,   /* has no outgoing migration */
	POLL_OUTGOING,
	POLL_INCOMING, /* answered that it is the receiving end: never asked again until its state says otherwise */
};

struct poll {
	enum poll_role role;
	bool was_outgoing; /* before the gap: its end is still to be told */
	mono_time due;
	bool is_out;
	mono_time began;
	bool is_behind;   /* it is overdue, its thread was left behind */
	bool is_late;     /* told as overdue; stays until a real answer comes */
	bool awaits_take; /* its last statistics wait in the queue */
	unsigned n_held;  /* actions that are under way: their calls need the lock that ours would hold */
	unsigned n_eager; /* looks left before it is idle again */
};

/* A domain that is new here, or known of before a gap: due at once. */
void poll_init(struct poll *poll, mono_time now);
/* Something may have been missed: it is to be asked anew. A call that is out stays out. */
void poll_forget(struct poll *poll, mono_time now);

bool poll_may_begin(const struct poll *poll, mono_time now);
/* Of two that may begin, is `a` to be asked before `b`? Outgoing migrations come first, then announced ones, then what is due longest. */
bool poll_precedes(const struct poll *a, const struct poll *b);
/* When it is due or overdue next; INT64_MAX for never. `has_room`: another reading may begin on this host. */
mono_time poll_wake_at(const struct poll *poll, bool has_room, const struct poll_limits *limits);

void poll_asked(struct poll *poll, mono_time now);
/* True if it has just become overdue. */
bool poll_tick(struct poll *poll, const struct poll_limits *limits, mono_time now);

void poll_returned(struct poll *poll); /* the call came back, with whatever */
/* What it said. `spread` is any number that differs between domains, so that a sweep is even. */
void poll_found(struct poll *poll, enum poll_role role, const struct poll_limits *limits, mono_time now,
		uint32_t spread);
/* It said nothing: ask again in a while. */
void poll_failed(struct poll *poll, const struct poll_limits *limits, mono_time now);

/* The destination announced a migration of this domain, or an event here did: look now and a few times more. */
void poll_expect(struct poll *poll, const struct poll_limits *limits, mono_time now);

#endif
