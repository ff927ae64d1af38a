/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A migration: identity with attempts, phase with a transition table and one writer, freshness. Pure; the collector
 * thread owns every struct migration through the fleet.
 */
#ifndef MODEL_MIGRATION_H
#define MODEL_MIGRATION_H

#include "model/forecast.h"
#include "model/intent.h"
#include "model/job_stats.h"
#include "model/own_limit.h"
#include "model/passes.h"
#include "model/shared.h"

/* The order is that of a life; the outcomes begin at PHASE_COMPLETED. */
enum phase {
	PHASE_PREPARING, /* job known, memory not started, or disks mirroring */
	PHASE_PRECOPY,
	PHASE_PAUSED, /* guest stopped by a force or by the final switch-over; the frozen clock runs */
	PHASE_POSTCOPY,
	PHASE_POSTCOPY_FAILED,
	PHASE_ORPHAN, /* the job is gone and the guest still stands on its source: nobody lets it go on */
	PHASE_COMPLETED,
	PHASE_CANCELLED,
	PHASE_FAILED,
	PHASE_NOT_MOVED, /* the job is gone, the guest still runs on its source, nobody said why */
	PHASE_LOST,      /* nobody could tell */
	PHASE_COUNT
};

enum freshness {
	FRESH,
	STALE,       /* its statistics are older than they should be: a hung guest or daemon */
	UNREACHABLE, /* its host's link is down */
};

bool phase_is_outcome(enum phase phase);
/* Something migrates: neither an outcome nor what was left of a job that is gone. */
bool phase_has_job(enum phase phase);
const char *phase_name(enum phase phase); /* "pre-copy", "not-moved", ...: JSON and cache */
bool phase_parse(const char *name, enum phase *out);
/* The transition table: may a migration go from one to the other? Outcomes go nowhere. */
bool phase_may_follow(enum phase from, enum phase to);

struct migration {
	struct migration_id id;
	uint32_t source_host;      /* driver's host number; HOST_NONE for a picture out of the cache */
	uint32_t destination_host; /* HOST_NONE: not among the watched hosts, or not known yet */
	char *name;                /* raw bytes as the daemon gave them; owned */
	char *destination_name;    /* remembered name where destination_host is HOST_NONE (cache); owned, may be NULL */
	char *source_name;         /* as above */
	enum phase phase;
	struct job_stats stats;                              /* the newest */
	struct job_stats final;                              /* of the completed job; present bits 0 if none came */
	struct domain_state source_state, destination_state; /* as last told */
	bytes max_memory;                                    /* the domain's maximum memory; 0 unknown */
	struct stamp first_seen;
	mono_time started;      /* ours: first seen minus libvirt's elapsed then; never moved by a later clock step */
	struct stamp ended;     /* wall 0 while it runs */
	mono_time last_sample;  /* when statistics last arrived; 0 none yet */
	mono_time paused_since; /* 0: not frozen now */
	duration frozen;        /* frozen time of ended stops, without the running one */
	duration downtime;      /* true downtime when completed; -1 unknown */
	duration timeout;       /* our limit; 0 none */
	struct own_limit own_limit; /* set for this migration alone */
	bool domain_call_late;      /* a call on this domain is overdue since late_since */
	mono_time late_since;
	duration job_seed;          /* libvirt's elapsed when we first saw the job */
	mono_time policy_announced; /* 0: not yet */
	bool is_policy_done;        /* done, or said, for this limit */
	bool has_policy_acted;      /* for any */
	bool no_postcopy;           /* a post-copy request was refused by the job: "no post-copy" */
	bool ended_by_us;           /* we sent an abort that returned 0 */
	bool from_cache;            /* last known picture, not seen since the start */
	mono_time last_seen;        /* when anything last proved that the job is there */
	bytes_per_s throughput;     /* memory and disk, smoothed over THROUGHPUT_SMOOTHING */
	bool has_throughput;
	char *owner;   /* cleaned, owned; NULL */
	bool is_armed; /* a force of this process waits for its moment */
	struct order armed;
	struct shared_order arm; /* the newest one of any process about this job, as the ledger last told; id 0: none */
	bool has_intent;
	struct intent intent;                /* that its row shows (model/fleet_intents.c) */
	uint64_t cancelling, forcing, owing; /* serials of the orders that are under way, or owe it; 0: none */
	wall_time cached_at;                 /* from_cache: when it was last seen alive */
	mono_time gone_since;                /* the guest left its source and was not seen elsewhere yet; 0: no */
	mono_time left_since;                /* its job is gone and it stands still on its source; 0: no */
	enum job_end left_how;               /* how that job was seen to end */
	bool has_live_sample;                /* statistics came since the start of this process */
	bool frozen_told;                    /* the long freeze was told */
	bool is_moving_told;                 /* in post-copy-failed: that memory moves again */
	uint64_t recorded_pass; /* the last pass that the recorder got, and when it last got the migration */
	mono_time recorded_at;
	struct passes passes;
	struct forecast_state forecast;
	struct migration *next; /* same bucket of the fleet's index */
};

/* Time constant of the smoothed throughput: long enough to calm 100 ms figures, short enough to show a cut link in seconds. */
#define THROUGHPUT_SMOOTHING_MS 3000

#define HOST_NONE UINT32_MAX

/* The one writer of the phase. Returns false, and changes nothing, where the table forbids it. Maintains the frozen clock
 * (runs in PHASE_PAUSED and PHASE_ORPHAN, POSTCOPY_FAILED keeps it as it is) and `ended`. */
bool migration_step(struct migration *migration, enum phase to, struct stamp at);

/* False too for one whose job was seen gone while its guest stands still, and that is not called an orphan yet. */
bool migration_has_job(const struct migration *migration);

/* Elapsed by our own clock at `now` (until the end for outcomes). */
duration migration_elapsed(const struct migration *migration, mono_time now);
/* How long the guest has stood still so far, 0 if never. */
duration migration_frozen(const struct migration *migration, mono_time now);

/* True where `next` cannot belong to the same job as `last`: elapsed AND processed bytes both went back (a step of the source's
 * clock moves elapsed alone). */
bool job_is_another(const struct job_stats *last, const struct job_stats *next);
/* True where `next`, asked for at `at`, is of a job that was not there yet when the answer `last` came, at `last_at`: it has not run for so
 * long. Unlike the bytes this tells a short job from the one after it. So taken, the two times err on the side of the same job, however
 * slow the answers are. False where a time is 0. An elapsed time of 0 says nothing: a clock stepped far back shows it. */
bool job_began_since(const struct job_stats *last, mono_time last_at, const struct job_stats *next, mono_time at);
/* True where neither of them tells that `next` is of another job than `last`. */
bool job_may_be_same(const struct job_stats *last, mono_time last_at, const struct job_stats *next, mono_time at);

#endif
