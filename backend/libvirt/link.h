/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link to one host: what it needs next, as a function of what happened and of the time. Pure: no thread, no call, no
 * clock, and the random number of the back-off is an argument. The loop thread owns every link (or a test does).
 */
#ifndef BACKEND_LIBVIRT_LINK_H
#define BACKEND_LIBVIRT_LINK_H

#include "model/event.h"

struct link_limits {
	duration heartbeat;              /* between two surveys */
	duration doubt_after;            /* a call on a domain is out so long: ask whether the daemon answers at all */
	duration stale_after;            /* a cheap call on the host is out so long: the host is stale */
	duration dead_after;             /* it is still out then: the connection is given up */
	duration slow_above;             /* a cheap call took longer than this: the host is slow */
	duration open_patience;          /* an open is out so long: down, and the open is left behind */
	duration retry_first, retry_max; /* back-off, doubling, before the jitter of a quarter to both sides */
	unsigned opens_max;              /* opens that may be out at once; those left behind count */
};

extern const struct link_limits link_limits_default;

enum link_need {
	LINK_NEED_NOTHING,
	LINK_NEED_OPEN,
	LINK_NEED_SURVEY, /* the state of every active domain, in one call */
	LINK_NEED_PING,   /* a call that takes no lock at the daemon */
};

/* A cheap call on the host itself: at most one of a kind is out. */
struct link_call {
	bool is_out;
	mono_time began;
	mono_time due; /* the next may begin then */
};

struct link {
	enum link_state state;
	mono_time since;  /* it has this state since then */
	char reason[320]; /* cleaned; "" if there is none */
	bool has_connection;
	bool is_opening;  /* the newest open is out and within its patience */
	unsigned n_opens; /* opens that are out, with those left behind */
	mono_time open_began;
	unsigned n_failures;
	mono_time retry_at; /* while down */
	struct link_call survey, ping;
	duration latency; /* of the last cheap call; -1 unknown */
};

void link_init(struct link *link, mono_time now);

/* What it needs now. The caller begins it and says so with link_asked. */
enum link_need link_next(const struct link *link, const struct link_limits *limits, mono_time now);

/* When to call link_tick and link_next again if nothing else happens. */
mono_time link_wake_at(const struct link *link, const struct link_limits *limits);

/* Time passes: an open loses its patience, a cheap call is overdue. True if state or reason changed. `random` is any number. */
bool link_tick(struct link *link, const struct link_limits *limits, mono_time now, uint32_t random);

/* What link_next asked for has begun. */
void link_asked(struct link *link, const struct link_limits *limits, enum link_need need, mono_time now);

/* An open ended well. False: there is a connection already, and this one is to be closed. */
bool link_opened(struct link *link, mono_time now);
/* An open failed. True if state or reason changed (an open that had been left behind changes nothing). */
bool link_open_failed(struct link *link, const struct link_limits *limits, const char *reason, mono_time now,
		      uint32_t random);

/* A cheap call ended: well, or with an error that leaves the connection alive (the daemon answered). True if the state changed. */
bool link_answered(struct link *link, const struct link_limits *limits, enum link_need need, mono_time now);
/* Any other call of this connection was answered: the daemon lives. True if the state changed. */
bool link_heard(struct link *link, mono_time now);

/* The connection is dead. */
void link_lost(struct link *link, const struct link_limits *limits, const char *reason, mono_time now, uint32_t random);

/* A call on a domain is overdue: ask the host soon. */
void link_doubt(struct link *link, mono_time now);
/* Everything of this host must be looked at again. */
void link_resurvey(struct link *link, mono_time now);

/* True where the daemon has been silent for so long that the connection is to be given up (link_lost). */
bool link_is_dead(const struct link *link, const struct link_limits *limits, mono_time now);

/* True where an action may leave: the daemon answers. A call to a hung daemon could be carried out much later. */
bool link_may_act(const struct link *link);

#endif
