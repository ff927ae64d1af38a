/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judge of forecasts: figures over many migrations, one half to tune on, the other to report.
 */
#ifndef TESTS_BENCH_FORECAST_H
#define TESTS_BENCH_FORECAST_H

#include "tests/bench/trial.h"

/* A growing list of figures. */
struct figures {
	double *value;
	size_t n, capacity;
};

/* Absolute errors of total time as shares, per way of telling. */
struct half {
	struct figures model, by_remaining, by_processed; /* after pass 2, of those that ended by themselves */
	struct figures width;                             /* of the 80 % interval, as a share of the total */
	unsigned n_inside, n_intervals, n_without;        /* foretold with an interval; without an estimate */
	unsigned true_hopeless, false_hopeless, missed, true_hopeful; /* at the end of pass 3 */
	struct figures pause, pause_rival;                            /* error of the pause price, seconds */
	struct figures pause_share, pause_rival_share;
	unsigned n_pause_inside, n_pause_good, n_pause_rival_good; /* within its range; within 280 ms or 20 % */
	struct figures verdicts;                                   /* changes of the word per migration */
};

enum group {
	GROUP_ALL,
	GROUP_STEADY, /* guests that write in one way all along and are not throttled */
	GROUP_COUNT
};

struct scores {
	struct half half[GROUP_COUNT][2]; /* 0: tuned on, 1: reported */
	bool is_wordy;                    /* a line per migration */
	unsigned n_trials, n_stalled;     /* recordings: how many, and how many were called stalled at some time */
	double slowest_stall;             /* seconds from the last byte until it was called so: the longest */
};

struct trial_name {
	const char *text;
	bool is_tuned, is_steady;
};

/* The value below which this share of them lies; NAN if there is none. Sorts what it points at. */
double figures_share(const struct figures *figures, double share);

/* A migration that nobody forced. `ended`: by itself; `converges`: it does, or would have if it had been let. */
void score_trial(struct scores *scores, struct trial_name name, const struct trial *trial, bool ended, bool converges);
/* One whose guest was paused on the way, and which then completed. */
void score_pause(struct scores *scores, struct trial_name name, const struct trial *trial);

void scores_print(const struct scores *scores, const char *title);
void scores_done(struct scores *scores);

/* n migrations of the page-by-page simulator. */
void forecast_simulated(struct scores *scores, uint64_t seed, unsigned n);

/* The recordings of tests/replay (below $srcdir, or here), by name. */
struct corpus {
	char **path;
	size_t n, capacity;
};

struct corpus corpus_read(void); /* n 0: there are none */
void corpus_done(struct corpus *corpus);

/* One recording. */
enum err forecast_recorded(struct scores *scores, const char *path, bool is_tuned,
			   struct err_info *why) ATTR_WARN_UNUSED;

#endif
