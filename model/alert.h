/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody who does not look at the screen has to be told: each kind once per migration. Pure; the memory belongs to the
 * collector thread (or to a test).
 */
#ifndef MODEL_ALERT_H
#define MODEL_ALERT_H

#include "model/snapshot.h"

enum alert {
	ALERT_FINISHED,     /* completed */
	ALERT_FAILED,       /* failed, lost, not moved, or post-copy failed */
	ALERT_LIMIT_NEAR,   /* a tenth of our limit is left */
	ALERT_LIMIT_PASSED, /* tells of the nearness too, if that came too late to be told */
	ALERT_FROZEN,       /* the guest stands still for longer than the warning allows */
	ALERT_HOPELESS,     /* will not converge */
	ALERT_STALLED,      /* no byte moves */
	ALERT_ORPHAN,       /* the job is gone and the guest was left paused */
	ALERT_COUNT
};

const char *alert_name(enum alert alert); /* "finished", "limit-near", ...: JSON */

/* The reasons that a row gives, as bits (1u << alert). None for a row of the past, nor what only a host that answers could prove. A
 * frozen_warning of 0 is 10 s. */
unsigned alert_reasons(const struct row *row, duration frozen_warning);

/* Where an alert goes: called by the thread that looks; row and snapshot are borrowed for the call. */
struct alert_sink {
	void (*say)(void *context, enum alert alert, const struct row *row, const struct snapshot *snapshot);
	void *context;
};

/* What was told. Zero-initialised is empty and valid. */
struct alert_memory {
	struct alert_told *told; /* by identity; those that nothing was told of are not in it */
	size_t n_told, capacity;
	size_t n_kept; /* after those that left the table were last forgotten */
};

/* Says each reason that is new. */
void alert_look(struct alert_memory *memory, const struct snapshot *snapshot, duration frozen_warning,
		const struct alert_sink *sink);
void alert_memory_done(struct alert_memory *memory);

#endif
