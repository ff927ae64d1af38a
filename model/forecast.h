/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which migration will finish, when, and what each way out costs. The forecast advances only when statistics or a pass event are
 * applied, never when something is drawn, so a recording replays to the same forecast. Pure; belongs to one migration.
 *
 * How: each pass is a measurement of what the guest dirties in a time (model/writing.h); what is likely after the last few is a
 * cloud of guesses; each guess is followed through QEMU's rules to the end (model/precopy.h); the verdict is how many of them end,
 * the estimate is when. docs/forecast.md has the reasons and what was measured.
 */
#ifndef MODEL_FORECAST_H
#define MODEL_FORECAST_H

#include "base/text.h"
#include "model/job_stats.h"
#include "model/passes.h"
#include "model/writing.h"

enum verdict {
	VERDICT_NONE,       /* nothing to judge: it has ended, or nothing is known */
	VERDICT_MEASURING,  /* fewer than two passes have ended */
	VERDICT_CONVERGING, /* ends by itself */
	VERDICT_MARGINAL,   /* may or may not */
	VERDICT_HOPELESS,   /* will not converge: it ends only if somebody acts */
	VERDICT_STALLED,    /* no byte moves */
	VERDICT_FINISHING,  /* the guest stands still or runs at the destination: only bytes are left to be sent */
	VERDICT_COUNT
};

const char *
verdict_name(enum verdict verdict); /* "converging", "will not converge", ...: screen and JSON; "" for NONE */

/* A time as an 80 % interval and the best single value. */
struct estimate {
	duration low, best, high; /* best -1: unknown; high -1: no upper bound is known */
};

bool estimate_known(const struct estimate *estimate);
/* That much time has passed. Below zero is unknown and stays so. */
void duration_shorten(duration *left, int64_t ms);
void estimate_shorten(struct estimate *estimate, int64_t ms);

/* Why the verdict is what it is: enough for one sentence with its figures. */
enum forecast_why {
	WHY_NOTHING,
	WHY_FIRST_PASS,  /* nothing is known of its writing yet */
	WHY_SECOND_PASS, /* one measurement only */
	WHY_FALLING,     /* peaks fall: figures in peak[] */
	WHY_FLAT,        /* peaks do not fall */
	WHY_RISING,
	WHY_SLOW_FALL,   /* they fall, and stop above what the switch-over may leave */
	WHY_THROTTLED,   /* auto-converge slows the guest: what will follow from that */
	WHY_DISK,        /* disks are mirrored and fall */
	WHY_DISK_FLAT,   /* disks are mirrored and do not get less */
	WHY_NO_PROGRESS, /* no byte for `silent` */
	WHY_FROZEN,      /* the guest stands still until the rest is sent */
	WHY_POSTCOPY,
};

#define FORECAST_PEAKS 3

/* All that is said of one migration; times count from the newest statistics, or from the moment that forecast_at was asked for. Plain value. */
struct forecast {
	enum verdict verdict;
	enum forecast_why why;
	uint64_t pass[FORECAST_PEAKS]; /* numbers of the last passes, oldest first */
	bytes peak[FORECAST_PEAKS];
	unsigned n_peaks;
	duration silent; /* how long no byte has moved; 0 while they do */
	struct estimate
		eta; /* until it ends by itself; of a frozen guest until it runs; post-copy: until all memory is there */
	struct estimate pause_now;    /* how long the guest stands still if it is paused now */
	struct estimate pause_best;   /* the same at the best moment */
	duration best_in;             /* which comes after this time; -1 unknown */
	struct estimate postcopy;     /* until all memory is at the destination if post-copy begins now */
	struct estimate unlimited;    /* of a frozen guest: until it runs, if the bandwidth limit is lifted now */
	bytes wasted;                 /* what an abort throws away */
	duration needed_downtime;     /* smallest maximum downtime that would let it end; -1 not needed, or unknown */
	bytes_per_s needed_bandwidth; /* and the bandwidth; 0 not needed, or unknown */
	bytes_per_s bandwidth;        /* what is really sent, over the last seconds */
};

enum forecast_stage {
	FORECAST_PREPARING, /* memory has not begun; disks may be mirrored */
	FORECAST_PRECOPY,
	FORECAST_FROZEN, /* the guest stands still for this migration */
	FORECAST_POSTCOPY,
	FORECAST_BROKEN, /* post-copy failed: nothing can be foretold */
	FORECAST_ENDED,
};

/* What the forecast reads. */
struct forecast_input {
	enum forecast_stage stage;
	const struct passes *passes; /* with the newest statistics in */
	const struct job_stats *stats;
	duration at;           /* our elapsed time of the newest statistics */
	bytes_per_s best_rate; /* the highest that was seen on this path: what a lifted limit may bring; 0 unknown */
	bytes max_memory;      /* the domain's maximum memory; 0 unknown */
};

extern const struct forecast forecast_nothing; /* all unknown */

#define FORECAST_WINDOW 16

/* One look at the counters, a second apart or more. */
struct forecast_look {
	duration at;
	uint64_t processed; /* memory and disks */
	uint64_t disk_remaining;
};

/* What is remembered between two samples. Zero-initialised is empty and valid. */
struct forecast_state {
	enum forecast_stage stage;
	struct writing_cloud cloud;
	size_t n_seen;                              /* measurements that the cloud was learnt from */
	uint64_t learnt_pass;                       /* the pass with whose beginning the cloud was learnt */
	uint64_t changed_pass;                      /* the guest changed its ways: passes before this one say little */
	struct forecast_look look[FORECAST_WINDOW]; /* oldest first */
	size_t n_looks;
	bool has_moved;
	duration moved_at; /* when a byte was last seen to move */
	uint64_t moved_processed, moved_remaining;
	double chance; /* that it ends by itself, as last judged: */
	duration ran_at;
	double ran_bandwidth, ran_throttle;
	struct estimate ran_eta; /* if it does */
	unsigned n_hopeful;      /* judgements in a row that contradict "will not converge" */
	duration updated_at;     /* of the newest statistics */
	uint64_t sampled_pass;   /* the pass that they were of */
	uint64_t frozen_pass;    /* the pass in which the guest was stopped */
	double frozen_dirtied;   /* bytes that it had written since the sync before */
	uint64_t disk_least;     /* smallest remainder of the disks, and when it was reached */
	duration disk_least_at;
	struct forecast told; /* the newest forecast */
};

/* The stage changed, and statistics have not come since; input->at is the moment. */
void forecast_enter(struct forecast_state *state, const struct forecast_input *input);

/* Newest statistics were applied. */
void forecast_update(struct forecast_state *state, const struct forecast_input *input);

/* The newest forecast as of input->at, later than the statistics it was made from: times have moved on, and the price of a pause is that
 * of this moment, also when a pass began meanwhile. */
struct forecast forecast_at(const struct forecast_state *state, const struct forecast_input *input);

/* The sentence of reason: "passes 3, 4 and 5 began with 6.1, 6.0 and 6.1 GiB: the peaks are flat". */
char *forecast_reason(const struct forecast *forecast, char *buffer, size_t size);

#endif
