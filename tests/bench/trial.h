/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One migration, as the model sees it happen, and what was foretold of it on the way: the same for a recording and for the
 * page-by-page simulator. Single thread.
 */
#ifndef TESTS_BENCH_TRIAL_H
#define TESTS_BENCH_TRIAL_H

#include "model/fleet.h"

/* What was said at one moment, by the model and by the two rivals; seconds. */
struct trial_said {
	bool is_there;
	double elapsed;
	enum verdict verdict;
	double chance; /* that it ends by itself */
	struct estimate eta;
	double by_remaining; /* total time: elapsed + remaining / bandwidth */
	double by_processed; /* total time: elapsed x total / processed */
};

struct trial_price {
	double elapsed;
	struct estimate pause;
	double by_remaining; /* remaining / bandwidth */
};

struct trial {
	struct fleet *fleet;
	bool found;
	struct migration_id id;
	size_t n_passes; /* with a peak, counted from the full one */
	uint64_t first_pass;
	struct trial_said after_2, after_3; /* at the first statistics of the third and the fourth pass */
	struct trial_price price;           /* the last that was told before the guest stopped */
	unsigned n_verdicts;                /* how often the word changed */
	enum verdict verdict;
	bool was_stalled;
	double stall_told; /* seconds from the last byte to the word, the first time */
	/* the end */
	enum phase phase;
	double total;     /* seconds; of an unfinished one: so far */
	double downtime;  /* below 0: unknown */
	double paused_at; /* elapsed when the guest stopped; below 0: never */
};

void trial_begin(struct trial *trial, const struct fleet_settings *settings);
/* Applies the event and looks at what the model says now; the event stays the caller's. */
void trial_apply(struct trial *trial, const struct event *event);
void trial_tick(struct trial *trial, struct stamp now);
/* Frees what it holds; the figures stay. */
void trial_end(struct trial *trial);

#endif
