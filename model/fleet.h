/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that is known of hosts, guests and migrations; advances only when an event is applied or time is told, never
 * when something is drawn. Pure: no I/O, no clock. Owned by the collector thread (or by a test).
 */
#ifndef MODEL_FLEET_H
#define MODEL_FLEET_H

#include "model/adopted.h"
#include "model/event.h"
#include "model/policy.h"
#include "model/snapshot.h"

struct fleet; /* opaque */

struct fleet_settings {
	duration completion_timeout_per_gib; /* 0: no limit */
	duration stale_after;           /* statistics older than this make a row stale; 0: 3 refresh periods of 1 s */
	duration keep_ended;            /* how long an ended migration stays in the table; 0: one hour */
	duration frozen_warning;        /* a guest frozen longer is told as critical; 0: 10 s */
	enum limit_action limit_action; /* what is done when a migration reaches our limit */
	bool is_policy_observing;       /* say what would be done, and do nothing */
	bool is_policy_elsewhere;       /* this process shows what is done at limits, and neither says nor does it */
	const char *drain;              /* name of the host that is being emptied, NULL none; copied */
	bool is_read_only;
	bool is_simulated;
	bool is_recording; /* what was, said again: nothing can be done to it */
};

/* A host as configured; strings are copied. */
struct fleet_host {
	uint32_t host; /* its number in events */
	const char *name, *uri, *group;
};

struct fleet *fleet_new(const struct fleet_settings *settings);
void fleet_free(struct fleet *fleet);
void fleet_add_host(struct fleet *fleet, const struct fleet_host *host);

/* What the caller has to pass on after an event or tick. Pointers are into the fleet, valid until the next call. */
struct fleet_change {
	/* those that changed in phase, outcome or identity (not mere samples) */
	const struct migration *const *migration;
	size_t n_migrations;
	const struct migration *sampled; /* the one that got a sample, NULL if none */
	bool pass_began;                 /* for `sampled`: a pass began with it */
	const struct order *wanted;      /* what the policy wants done now: to be submitted, once */
	size_t n_wanted;
};

/* Applies one event; the event stays the caller's. EVENT_REPLY, EVENT_LEDGER, EVENT_ADOPTED and EVENT_STORE are not for the fleet. */
struct fleet_change fleet_apply(struct fleet *fleet, const struct event *event);

/* Lets time pass: freshness, frozen warnings, ended rows that leave the table. */
struct fleet_change fleet_tick(struct fleet *fleet, struct stamp now);

/* The migration, its end included while it is in the table; NULL otherwise. */
const struct migration *fleet_find(const struct fleet *fleet, const struct migration_id *id);
/* What is foretold of it at that moment; forecast_nothing if it is not there. */
struct forecast fleet_foretell(const struct fleet *fleet, const struct migration_id *id, mono_time now);
/* What an operator would have before the eyes: for an order that nobody confirmed at its moment. */
struct order_seen fleet_seen(const struct fleet *fleet, const struct migration_id *id, mono_time now);
struct action_facts fleet_facts(const struct fleet *fleet, const struct migration_id *id);
/* Host number, name (raw, as configured) of a host; NULL if unknown. */
const char *fleet_host_name(const struct fleet *fleet, uint32_t host);
/* Number of the host with that UUID that is reachable first; HOST_NONE if none. */
uint32_t fleet_host_number(const struct fleet *fleet, const struct uuid *uuid);

/* True while the host's link is up and it has told what runs on it. */
bool fleet_host_answers(const struct fleet *fleet, uint32_t host);

/* What the cache keeps of a host; strings are borrowed from the fleet. False while the host's UUID is not known. */
bool fleet_host_record(const struct fleet *fleet, uint32_t host, struct host_record *record);

/* The collector's note that the recorder has this migration up to that pass; changes nothing that is shown. */
void fleet_mark_recorded(struct fleet *fleet, const struct migration_id *id, uint64_t pass, mono_time at);

/* The guest's state as last told by any host: on its source, and on any other host. */
struct domain_state fleet_domain_state(const struct fleet *fleet, const struct uuid *domain, uint32_t host);

/* The migration of that guest from that host that was under way at `when`; NULL if none is known. */
const struct migration *fleet_under_way(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain,
					mono_time when);
/* What is seen now of the guest of an intent and of both its ends; `migration` is what it acted upon, NULL if that is not known. */
struct sight fleet_sight(const struct fleet *fleet, const struct intent *intent, const struct migration *migration);

/* Tells the fleet what an intent did, so that rows show it and phases are judged with it (an abort of ours makes NOT_MOVED a
 * CANCELLED, a refused post-copy marks "no post-copy"). */
void fleet_note_intent(struct fleet *fleet, const struct intent *intent);

/* A limit of one migration that is in the ledger, or is insisted upon: from now on it holds. */
void fleet_take_limit(struct fleet *fleet, const struct intent *intent);
/* Can the migration be given the limit of this order? Orders of other actions can. Errors: ERR_USAGE with what would be right. */
enum err fleet_check_limit(const struct fleet *fleet, const struct order *order, mono_time now,
			   struct err_info *why) ATTR_WARN_UNUSED;
/* Id of the force that another process has armed on it; 0: none. */
uint64_t fleet_armed_elsewhere(const struct fleet *fleet, const struct migration_id *id);
/* When its job began, by our wall clock; 0 if it is not there. */
wall_time fleet_job_began(const struct fleet *fleet, const struct migration_id *id, struct stamp now);

/* Adds a line to the event log. `text` is cleaned and copied. */
void fleet_notice(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration_id *about,
		  const char *subject, const char *text);

/* Notices with a serial above `after`, oldest first; *n is their number. For the recorder. */
const struct notice *fleet_notices_after(const struct fleet *fleet, uint64_t after, size_t *n);

/* A snapshot of all, with depth for `look` (NULL: none). The caller owns it; answers and store health are filled by the collector. */
struct snapshot *fleet_freeze(const struct fleet *fleet, struct stamp now, const struct look *look);

#endif
