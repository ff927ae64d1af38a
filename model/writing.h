/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a guest writes to its memory: how much of it is different after a time. A guest that writes 200 MiB/s into a hot set of
 * 64 MiB dirties 64 MiB and no more, however long one waits (the writable working set of Clark et al., "Live Migration of
 * Virtual Machines", NSDI 2005). Three shapes cover what migrations show, and their parameters are learnt from the passes: each
 * pass is one measurement of what was dirtied in its time. Pure; plain values.
 */
#ifndef MODEL_WRITING_H
#define MODEL_WRITING_H

#include <stddef.h>

enum writing_shape {
	WRITING_SWEEP,  /* one page after the other through the set, and again from its beginning */
	WRITING_RANDOM, /* any page of the set */
	WRITING_HOT,    /* a set that is dirty again after moments, and a slow walk outside of it */
	WRITING_HOT_IN, /* the same, and the walk has an end: as much as was ever found dirty */
	WRITING_SHAPE_COUNT
};

struct writing {
	enum writing_shape shape;
	double set;         /* bytes: where it saturates; of the hot shapes the hot part */
	double rate;        /* bytes per second before it saturates; of the hot shapes outside the hot part */
	double most;        /* bytes that can be dirty at all */
	double hot_seconds; /* of the hot shapes: the time constant in which the hot part is dirty again */
};

struct writing_done {
	double dirtied; /* bytes that are different */
	double again;   /* the chance (0 to 1) that a page which was dirty at the beginning was written again */
};

/* After `seconds` of running. */
struct writing_done writing_run(const struct writing *writing, double seconds);

/* One measurement: in `seconds` of running (time that a throttle took is taken off), with `unsent` bytes dirty all along, `found` bytes were
 * dirty at the end. `weight` 0 to 1: how much it still says of the guest. */
struct writing_seen {
	double seconds, unsent, found;
	double error; /* standard deviation of ln(found) */
	double weight;
};

/* A writing that may be, and how likely it is beside the others of its cloud. */
struct writing_guess {
	struct writing writing;
	double weight; /* the sum over a cloud is 1 */
};

#define WRITING_CLOUD 84 /* four shapes, seven points each, three guesses each */

struct writing_cloud {
	struct writing_guess guess[WRITING_CLOUD];
	size_t n;      /* 0: nothing was learnt yet */
	double misfit; /* mean squared error of the best shape in units of what was expected; 1 is as expected */
};

/* What is likely after these measurements; `most`: bytes of memory that there are at all. With n 0 the cloud is empty. */
void writing_learn(struct writing_cloud *cloud, const struct writing_seen *seen, size_t n, double most);

#endif
