/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a driver (or the recorder) may say to the collector. An event is a heap object that is handed over: its maker
 * forgets it, the collector frees it. Strings and arrays inside are owned by the event.
 *
 * Per host a driver says: EVENT_LINK as often as the link changes; after LINK_UP first EVENT_HOST, then one EVENT_INVENTORY,
 * and from then on the rest. After a gap (reconnect, overflow) EVENT_INVENTORY comes again before anything else, and
 * statistics of each domain that still migrates follow it.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "model/intent.h"
#include "model/job_stats.h"
#include "model/record.h"
#include "model/shared.h"

#include <stddef.h>

enum event_kind {
	EVENT_LINK,      /* .link */
	EVENT_HOST,      /* .host_facts */
	EVENT_INVENTORY, /* .inventory: every active domain of the host; what is missing is not active there */
	EVENT_DOMAIN,    /* .domain: a lifecycle event */
	EVENT_FACTS,     /* .facts of a migrating domain, once per job */
	EVENT_JOB,       /* .job: statistics of an outgoing migration (operation MIGRATION_OUT and no other) */
	EVENT_NO_JOB, /* .no_job: the domain was asked and has no outgoing migration (any more); said for each domain of the
	                  * first look after (re)connecting, then only for one that had a job, and at each heartbeat for one
	                  * that is paused for a migration all the same (but not for an incoming one) */
	EVENT_INCOMING,  /* .incoming: the domain is the receiving end (libvirt error 84) */
	EVENT_PASS,      /* .pass: a pre-copy pass began */
	EVENT_COMPLETED, /* .completed: final statistics of a successful outgoing migration */
	EVENT_LATE,      /* .late: a call on one domain is overdue, or answered again */
	EVENT_REPLY,     /* .reply: the end of an intent's call */
	EVENT_LEDGER,    /* .ledger: the recorder wrote an intent, or could not */
	EVENT_ADOPTED,   /* .adopted: an intent of a virt-drain that died is ours now */
	EVENT_SHARED, /* .shared: what the ledger now says that all processes of the user share; in place of what it said before */
	EVENT_STORE,   /* .store: health of cache and ledger changed */
	EVENT_PICTURE, /* .picture: a migration as the cache last knew it (only before the first EVENT_LINK is applied) */
	EVENT_PICTURE_HOST, /* .picture_host: a host as the cache last knew it */
	EVENT_NOTICE,       /* .notice: something for the event log that is nothing else */
	EVENT_KIND_COUNT
};

enum link_state {
	LINK_CONNECTING,
	LINK_UP,
	LINK_SLOW,  /* answers, but later than it should */
	LINK_STALE, /* a call on the host itself is overdue; its rows are not updated */
	LINK_DOWN,  /* with reason and next try */
};

const char *link_state_name(enum link_state state); /* "up", "down", ...: JSON */

/* Lifecycle, as far as it matters. The pairs are event and detail of libvirt. */
enum domain_event {
	DOMAIN_EVENT_OTHER,            /* only the state is news */
	DOMAIN_EVENT_STARTED_MIGRATED, /* incoming guest prepared */
	DOMAIN_EVENT_STARTED,
	DOMAIN_EVENT_SUSPENDED_MIGRATED, /* stopped for the switch-over or by a suspend inside the job */
	DOMAIN_EVENT_SUSPENDED_POSTCOPY,
	DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED,
	DOMAIN_EVENT_SUSPENDED,
	DOMAIN_EVENT_RESUMED_MIGRATED,
	DOMAIN_EVENT_RESUMED_POSTCOPY,
	DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED,
	DOMAIN_EVENT_RESUMED,
	DOMAIN_EVENT_STOPPED_MIGRATED, /* left: the migration succeeded */
	DOMAIN_EVENT_STOPPED_FAILED,
	DOMAIN_EVENT_STOPPED,
};

struct inventory_domain {
	struct uuid uuid;
	char *name; /* raw */
	struct domain_state state;
};

enum severity { SEVERITY_INFO, SEVERITY_GOOD, SEVERITY_WARNING, SEVERITY_CRITICAL };

struct event {
	enum event_kind kind;
	/* the host it is about, as numbered by the backend (driver base + own number); HOST_NONE for recorder events */
	uint32_t host;
	struct stamp at; /* when it was observed, by our clocks */
	union {
		struct {
			enum link_state state;
			char *reason;       /* cleaned sentence for people, NULL if none */
			mono_time retry_at; /* LINK_DOWN: next try; 0 none */
			duration latency;   /* of the last cheap call; -1 unknown */
		} link;
		struct {
			struct uuid uuid;
			char *hostname; /* raw; as the daemon calls itself */
		} host_facts;
		struct {
			struct inventory_domain *domain;
			size_t n_domains;
		} inventory;
		struct {
			struct uuid uuid;
			char *name; /* raw, may be NULL */
			enum domain_event what;
			struct domain_state state; /* DOMAIN_UNKNOWN: not told */
		} domain;
		struct {
			struct uuid uuid;
			bytes max_memory;
			char *owner; /* "OpenStack Nova (web-1)" from the metadata; cleaned; NULL if none */
		} facts;
		struct {
			struct uuid uuid;
			struct job_stats stats;
			struct domain_state state; /* read together with the statistics; DOMAIN_UNKNOWN: not read */
			mono_time asked; /* when they were asked for; `at` is when the answer came; 0: not told */
		} job;
		struct {
			struct uuid uuid;
			/* read after the job was seen gone; SHUT_OFF: the domain is gone too */
			struct domain_state state;
			enum job_end how; /* the last job type seen, where it told */
		} no_job;
		struct {
			struct uuid uuid;
			struct domain_state state;
		} incoming;
		struct {
			struct uuid uuid;
			uint64_t number;
		} pass;
		struct {
			struct uuid uuid;
			struct job_stats stats;
		} completed;
		struct {
			struct uuid uuid;
			bool is_late;
			char *reason; /* cleaned; NULL when it answers again */
		} late;
		struct intent_reply reply;
		struct {
			uint64_t order_serial;
			uint64_t intent_id; /* given by the ledger */
			enum err result;
			char text[320];
		} ledger;
		struct intent adopted; /* times are readings of our own clocks */
		struct {
			struct shared_order *order; /* newest first */
			size_t n_orders;
		} shared;
		struct {
			bool cache_ok, ledger_ok;
			char cache_text[320]; /* what is wrong and what was done about it; "" if all is well */
			char ledger_text[320];
			uint64_t samples_dropped;
		} store;
		struct migration_record picture;
		struct host_record picture_host;
		struct {
			enum severity severity;
			char *text; /* cleaned */
		} notice;
	};
};

struct event *event_new(enum event_kind kind, uint32_t host, struct stamp at);
void event_free(struct event *event); /* NULL is fine */

#endif
