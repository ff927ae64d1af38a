/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the fleet, shared by fleet*.c and nobody else: hosts with their guests, migrations with an index, the event log.
 */
#ifndef MODEL_FLEET_PRIVATE_H
#define MODEL_FLEET_PRIVATE_H

#include "model/fleet.h"
#include "model/timeout.h"

struct fleet_domain {
	struct uuid uuid;
	char *name; /* raw */
	struct domain_state state;
	bool is_incoming; /* proven by error 84 */
	bool was_asked; /* whether it migrates, since the link is up; what came after the first inventory tells that by itself */
	bool is_mute; /* a call on it is overdue */
	/* it was asked and has no outgoing migration; since then none was seen, nor was it stopped for one, nor its host out of sight */
	bool has_no_job;
};

struct host {
	uint32_t number;
	char *name, *uri, *group, *hostname;
	struct uuid uuid; /* nil until told */
	enum link_state link;
	char *reason;
	mono_time link_since, last_answer, retry_at, up_since; /* 0: never */
	duration latency;
	struct fleet_domain *domain; /* sorted by UUID */
	size_t n_domains, domains_capacity;
	bool down_told;         /* the log has it already that this host is down */
	bool has_inventory;     /* told since the link is up */
	mono_time inventory_at; /* when the newest was told */
	bool from_cache;
	uint32_t cached_guests;
	bytes_per_s sending; /* sum over its outgoing migrations, at the last tick */
	bytes_per_s
		best_sending; /* the highest sum over its outgoing migrations that was seen: what its link can do at least */
};

/* How many attempts of a pair there were: outlives the rows of the table. */
struct attempt_count {
	struct uuid host, domain;
	uint32_t last;
};

/* A guest that left, or tried to leave, the host that is being emptied. */
struct departure {
	struct uuid domain;
	enum phase outcome;
};

/* A guest that looks like an orphan and of whose migration nothing is known; attempt 0. */
struct suspect {
	struct migration_id id;
	mono_time since;
};

#define FLEET_BUCKET_BITS 12
#define FLEET_BUCKETS (1 << FLEET_BUCKET_BITS)

struct fleet {
	struct fleet_settings settings;
	char *drain;
	struct host *host;
	size_t n_hosts, hosts_capacity;
	uint32_t *by_uuid; /* indices of hosts whose UUID is known, by UUID, then in configured order */
	size_t n_by_uuid;
	struct migration **migration; /* open and ended, oldest first */
	size_t n_migrations, migrations_capacity;
	struct migration *bucket[FLEET_BUCKETS]; /* by domain UUID, newest first */
	struct attempt_count *attempt;
	size_t n_attempts, attempts_capacity;
	struct departure *departure;
	size_t n_departures, departures_capacity;
	struct suspect *suspect;
	size_t n_suspects, suspects_capacity;
	struct notice notice[NOTICES_KEPT]; /* a window that slides: oldest first; strings owned */
	size_t n_notices;
	uint64_t notice_serial;
	struct shared_order *shared; /* as the ledger last told */
	size_t n_shared;
	struct order *wanted; /* of the running tick */
	size_t n_wanted, wanted_capacity;
	const struct migration **changed; /* of the running apply */
	size_t n_changed, changed_capacity;
};

/* fleet_lookup.c */
struct host *fleet_host(struct fleet *fleet, uint32_t number);
/* The host with that UUID that is reachable, else the first one configured; NULL if there is none. */
const struct host *fleet_host_of(const struct fleet *fleet, const struct uuid *uuid);
/* To be called whenever a host's UUID was learnt. */
void fleet_index_hosts(struct fleet *fleet);
/* False for a second connection to a machine that another one already watches: its news is a repetition. */
bool fleet_host_speaks(const struct fleet *fleet, const struct host *host);
bool fleet_host_is_reachable(const struct host *host);
struct fleet_domain *fleet_host_domain(const struct host *host, const struct uuid *uuid);
void fleet_host_domain_set(struct host *host, const struct uuid *uuid, const char *name, struct domain_state state);
void fleet_host_domain_remove(struct host *host, const struct uuid *uuid);
void fleet_host_domains_clear(struct host *host);

/* fleet.c */
void fleet_mark_changed(struct fleet *fleet, const struct migration *migration);

/* fleet_log.c: a line about a migration, or about a host */
void fleet_say(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration *about,
	       const char *format, ...) ATTR_PRINTF(5, 6);
void fleet_say_host(struct fleet *fleet, struct stamp at, enum severity severity, const struct host *host,
		    const char *format, ...) ATTR_PRINTF(5, 6);
void fleet_log_done(struct fleet *fleet);

/* fleet_migrations.c */
struct migration *fleet_open(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain);
struct migration *fleet_newest(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain);
/* fleet_find for those who may write. */
struct migration *fleet_find_own(const struct fleet *fleet, const struct migration_id *id);
/* The open migration of that domain that does not leave `host`: the one that may arrive there. */
struct migration *fleet_open_towards(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain);
struct migration *fleet_begin(struct fleet *fleet, const struct host *host, const struct uuid *domain, const char *name,
			      struct stamp at);
void fleet_picture(struct fleet *fleet, const struct event *event);
void fleet_forget_ended(struct fleet *fleet, mono_time now);
/* Another machine answers where this one was: what the cache said of it concerns nobody any more. */
void fleet_forget_pictures(struct fleet *fleet, const struct uuid *host);
void migration_free(struct migration *migration);

/* fleet_outcome.c */
void fleet_step(struct fleet *fleet, struct migration *migration, enum phase to, struct stamp at);
/* The job is gone from the source, where the guest's state is now this. */
void fleet_job_gone(struct fleet *fleet, struct migration *migration, struct domain_state source, enum job_end how,
		    struct stamp at);
/* The guest is not on its source any more and nobody said why: an outcome now if the destination tells, else after a grace. */
void fleet_guest_gone(struct fleet *fleet, struct migration *migration, struct stamp at);
void fleet_resolve_waiting(struct fleet *fleet, struct migration *migration, struct stamp now);
/* Counts a migration that ended, if it left the host that is being emptied. */
void fleet_note_departure(struct fleet *fleet, const struct migration *migration);
/* What a source state alone says about the phase. */
void fleet_adopt_source_state(struct fleet *fleet, struct migration *migration, struct domain_state state,
			      struct stamp at);
void fleet_pair(struct fleet *fleet, struct migration *migration, const struct host *destination);

/* fleet_hosts.c: one function per event, and what an event of the other end may tell of a destination */
void fleet_apply_link(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_host(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_inventory(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_pair_if_incoming(struct fleet *fleet, const struct host *host, const struct fleet_domain *domain);
void fleet_look_at_destination(struct fleet *fleet, const struct host *host, struct migration *migration,
			       struct stamp at);

/* fleet_jobs.c: one function per event */
void fleet_apply_job(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_no_job(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_incoming(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_completed(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_facts(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_late(struct fleet *fleet, struct host *host, const struct event *event);
void fleet_apply_pass(struct fleet *fleet, struct host *host, const struct event *event);

/* fleet_orphan.c */
/* The job is gone and the guest stands still at its source. True: that is judged with the time; false: it is no orphan, having run
 * elsewhere. */
bool fleet_left_begin(struct fleet *fleet, struct migration *migration, enum job_end how, struct stamp at);
/* An orphan, or what may be one: becomes one, or ends when the guest runs. */
void fleet_judge_left(struct fleet *fleet, struct migration *migration, struct stamp now);
/* A guest without any migration that is known stands still for one. */
void fleet_suspect(struct fleet *fleet, const struct host *host, const struct uuid *domain, mono_time at);
void fleet_judge_suspects(struct fleet *fleet, struct stamp now);
/* Guests that look like orphans and are not shown as such yet. */
uint32_t fleet_count_suspects(const struct fleet *fleet);
/* What is known of the other end of an orphan. */
enum far_end fleet_far_end(const struct fleet *fleet, const struct migration *migration);

/* fleet_forecast.c: after new statistics, and when the phase changed between two of them */
void fleet_forecast_sample(struct fleet *fleet, struct migration *migration, struct stamp at);
void fleet_forecast_phase(struct fleet *fleet, struct migration *migration, struct stamp at);
struct forecast fleet_forecast_at(const struct fleet *fleet, const struct migration *migration, mono_time now);
/* What the links have carried, for the forecast of a lifted limit. */
void fleet_note_sending(struct fleet *fleet);

/* fleet_shared.c: what other processes have set, for a migration whose beginning is known now, and for all */
void fleet_share_with(struct fleet *fleet, struct migration *migration, struct stamp at);
void fleet_apply_shared(struct fleet *fleet, const struct event *event);
/* A force of another process waits for its moment, or would if its process still were there. */
bool migration_is_armed_elsewhere(const struct migration *migration);
/* What is done at its limit; and the limit itself again, after something that it is reckoned from has changed. */
enum limit_action fleet_limit_action(const struct fleet *fleet, const struct migration *migration);
void fleet_limit(const struct fleet *fleet, struct migration *migration);

/* fleet_policy.c */
void fleet_judge_limit(struct fleet *fleet, struct migration *migration, struct stamp now);

/* fleet_freeze.c: raw text cleaned into the arena; NULL gives NULL */
const char *fleet_clean(struct arena *arena, const char *raw);

/* fleet_drain.c: from the rows of the snapshot and the fleet's departures */
void fleet_fill_drain(const struct fleet *fleet, struct snapshot *snapshot);

/* fleet_events.c */
void fleet_dispatch(struct fleet *fleet, struct host *host, const struct event *event);

#endif
