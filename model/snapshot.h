/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fleet at one moment, flat and immutable: made by the collector, handed to the screen and to the command line. All
 * strings live in its arena and are cleaned (harmless on a terminal); the raw name is kept for matching. One owner at a time.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include "base/array.h"
#include "model/action.h"
#include "model/event.h"
#include "model/migration.h"
#include "model/policy.h"

struct row {
	struct migration_id id;
	const char *name; /* cleaned */
	const char *name_raw;
	const char *uuid_text;
	const char *source;      /* cleaned name of the host */
	const char *destination; /* cleaned; NULL: not watched or unknown, drawn "?" */
	const char *owner;       /* "OpenStack Nova (web-1)", NULL if nobody claims the guest */
	enum phase phase;
	enum freshness freshness;
	duration age;           /* of the newest statistics; -1 if there are none */
	bool from_cache;        /* last known picture from before this start */
	struct job_stats stats; /* newest; dirty rate absent where it means nothing (first pass, stopped guest) */
	bytes_per_s throughput; /* memory and disk, smoothed over about 3 s from deltas of processed bytes */
	bool has_throughput;
	duration elapsed;
	wall_time first_seen, ended; /* ended 0: runs */
	duration timeout;            /* our limit; 0 none */
	bool timeout_is_about;
	enum limit_action limit_action;     /* what is done when it is reached */
	enum limit_action limit_configured; /* the same where its own limit says nothing of it */
	struct own_limit own_limit;
	bool is_policy_observing; /* it is only said */
	bool is_policy_done;      /* it was done, or said */
	duration frozen;          /* so far; 0 never */
	bool is_frozen;           /* the guest stands still now */
	duration downtime;        /* completed: true downtime; -1 unknown */
	struct forecast forecast; /* its times count from the snapshot */
	const char *late_reason;  /* why it is stale, NULL */
	bool is_armed;            /* a force waits for its moment */
	enum force_method armed_method;
	int armed_pid;             /* the process that has armed it; 0: this one */
	bool has_intent;           /* an open or just closed intent concerns it */
	struct intent intent;      /* the newest one, or an open one that ends the migration */
	struct action_facts facts; /* for action_check */
};

struct host_row {
	uint32_t host;
	struct uuid uuid;                          /* nil until it has answered once */
	const char *name, *uri, *hostname, *group; /* cleaned; hostname and group may be NULL */
	enum link_state state;
	const char *reason; /* NULL if none */
	duration state_age; /* since the link has this state */
	duration age;       /* since it last answered; -1 never */
	duration retry_in;  /* -1: no retry pending */
	duration latency;   /* -1 unknown */
	uint32_t guests, outgoing, incoming;
	uint32_t unasked,
		mute; /* guests that have not told whether they migrate, since it answers: not yet, and overdue */
	bool guests_known;
	bytes_per_s sending; /* sum of its outgoing rows */
	const char *same_as; /* name of the host that is the same machine (equal UUID); NULL */
	bool from_cache;
};

struct notice {
	uint64_t serial; /* rises by 1; nothing is lost by latest-wins as long as a reader keeps up with NOTICES_KEPT */
	struct stamp at;
	enum severity severity;
	struct migration_id about; /* attempt 0: about no migration */
	const char *subject;       /* guest or host name, cleaned; "" */
	const char *text;          /* cleaned */
};

#define NOTICES_KEPT 500

/* When what moves now will be gone; model/drain_end.c has the rule. Times count from the snapshot. */
struct drain_end {
	bool is_known;         /* all that move have an estimate */
	struct estimate empty; /* best and high -1 unless is_known; low: not before, by those that have an estimate */
	const char *
		guest; /* cleaned: first by name of those that never end, or are not known, else the last to end; NULL: nothing moves */
	uint32_t never, unknown, marginal; /* how many of the moving ones */
};

/* The host that is being emptied, since virt-drain watches it. With has_host false: sums over all. */
struct drain_sums {
	bool has_host;
	const char *host; /* cleaned */
	bool host_known;  /* its inventory has been seen */
	uint32_t left;    /* guests on it that do not move now */
	uint32_t moving, moved, not_moved;
	uint32_t frozen, postcopy; /* among all moving rows */
	bytes remaining;           /* of the moving rows */
	bytes_per_s sending;
	bytes_per_s dirtying;
	bool has_dirtying;
	struct drain_end end; /* guests that do not move are not in it */
};

/* What the screen looks at; asked by backend_look. */
struct look {
	uint64_t serial;
	struct migration_id migration; /* attempt 0: none */
};

/* Depth for the migration that is looked at. */
struct depth {
	bool found;
	struct migration_id id;
	const struct pass *pass;
	size_t n_passes;
	const struct curve_point *point;
	size_t n_points;
};

struct answer {
	/* the order and how far it came; also for orders that were refused before an intent was made (id 0) */
	struct intent intent;
};

struct snapshot {
	uint64_t serial;
	uint64_t look_serial; /* of the look that `depth` answers */
	struct stamp at;
	bool is_read_only;
	bool is_simulated, is_recording;
	struct row *row; /* no particular order */
	size_t n_rows;
	uint32_t n_suspects;   /* guests that may be orphans: some seconds tell */
	struct host_row *host; /* in the configured order */
	size_t n_hosts;
	struct notice *notice; /* oldest first */
	size_t n_notices;
	struct answer *answer; /* orders, oldest first: all that are open, and some hundreds that have ended */
	size_t n_answers;
	struct drain_sums drain;
	struct depth depth;
	bool cache_ok, ledger_ok;
	const char *cache_text, *ledger_text; /* "" if all is well */
	uint64_t samples_dropped;
	uint32_t hosts_up;
	struct arena arena;
};

void snapshot_free(struct snapshot *snapshot); /* NULL is fine */

/* The next answer, from `from` on, whose end nobody has seen or whose guest is still owed; n_answers if there is none. What is simulated or
 * recorded leaves nothing open. */
size_t snapshot_next_open(const struct snapshot *snapshot, size_t from);

/* The row of a migration, NULL if it is not there. */
const struct row *snapshot_find(const struct snapshot *snapshot, const struct migration_id *id);

#endif
