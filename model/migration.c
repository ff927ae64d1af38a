/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phase machine of a migration: a table with one writer. Pure.
 */
#include "model/migration.h"

#include "base/array.h"

#include <string.h>

#define BIT(phase) (1u << (phase))
#define OUTCOMES                                                                                                       \
	(BIT(PHASE_COMPLETED) | BIT(PHASE_CANCELLED) | BIT(PHASE_FAILED) | BIT(PHASE_NOT_MOVED) | BIT(PHASE_LOST))

static const struct {
	const char *name;
	unsigned may_go_to; /* bits of phases */
} phases[PHASE_COUNT] = {
	[PHASE_PREPARING] = {"preparing", BIT(PHASE_PRECOPY) | BIT(PHASE_PAUSED) | BIT(PHASE_POSTCOPY) |
						  BIT(PHASE_POSTCOPY_FAILED) | BIT(PHASE_ORPHAN) | OUTCOMES},
	[PHASE_PRECOPY] = {"pre-copy", BIT(PHASE_PAUSED) | BIT(PHASE_POSTCOPY) | BIT(PHASE_POSTCOPY_FAILED) |
					       BIT(PHASE_ORPHAN) | OUTCOMES},
	/* never back to pre-copy: a guest cannot be resumed while it migrates, so such news is a late sample */
	[PHASE_PAUSED] = {"paused", BIT(PHASE_POSTCOPY) | BIT(PHASE_POSTCOPY_FAILED) | BIT(PHASE_ORPHAN) | OUTCOMES},
	[PHASE_POSTCOPY] = {"post-copy", BIT(PHASE_POSTCOPY_FAILED) | OUTCOMES},
	/* back: a healed link, or a recovery with virsh, lets it go on */
	[PHASE_POSTCOPY_FAILED] = {"post-copy-failed", BIT(PHASE_POSTCOPY) | OUTCOMES},
	/* never from post-copy: there the guest runs at the destination. Its next job is another attempt */
	[PHASE_ORPHAN] = {"orphan", OUTCOMES},
	[PHASE_COMPLETED] = {"completed", 0},
	[PHASE_CANCELLED] = {"cancelled", 0},
	[PHASE_FAILED] = {"failed", 0},
	[PHASE_NOT_MOVED] = {"not-moved", 0},
	[PHASE_LOST] = {"lost", 0},
};

bool phase_is_outcome(enum phase phase)
{
	return (OUTCOMES & BIT(phase)) != 0;
}

bool phase_has_job(enum phase phase)
{
	return !phase_is_outcome(phase) && phase != PHASE_ORPHAN;
}

const char *phase_name(enum phase phase)
{
	return phases[phase].name;
}

bool phase_parse(const char *name, enum phase *out)
{
	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		if (strcmp(name, phases[i].name) == 0) {
			*out = (enum phase)i;
			return true;
		}
	}
	return false;
}

bool phase_may_follow(enum phase from, enum phase to)
{
	return (phases[from].may_go_to & BIT(to)) != 0;
}

/* In these the guest's processors stand still. In post-copy they run at the destination. */
static bool phase_freezes(enum phase phase)
{
	return phase == PHASE_PAUSED || phase == PHASE_ORPHAN;
}

static void stop_frozen_clock(struct migration *migration, mono_time at)
{
	if (migration->paused_since.ms == 0)
		return;
	migration->frozen.ms += mono_since(at, migration->paused_since).ms;
	migration->paused_since = (mono_time){0};
}

bool migration_step(struct migration *migration, enum phase to, struct stamp at)
{
	if (!phase_may_follow(migration->phase, to))
		return false;
	if (!phase_freezes(to))
		stop_frozen_clock(migration, at.mono);
	else if (migration->paused_since.ms == 0)
		migration->paused_since = at.mono;
	migration->phase = to;
	if (phase_is_outcome(to))
		migration->ended = at;
	return true;
}

bool migration_has_job(const struct migration *migration)
{
	return phase_has_job(migration->phase) && migration->left_since.ms == 0;
}

duration migration_elapsed(const struct migration *migration, mono_time now)
{
	mono_time end = migration->ended.wall.ms != 0 ? migration->ended.mono : now;

	return mono_since(end, migration->started);
}

duration migration_frozen(const struct migration *migration, mono_time now)
{
	duration frozen = migration->frozen;

	if (migration->paused_since.ms != 0)
		frozen.ms += mono_since(now, migration->paused_since).ms;
	return frozen;
}

bool job_is_another(const struct job_stats *last, const struct job_stats *next)
{
	bool elapsed_back =
		job_has(last, JOB_ELAPSED) && job_has(next, JOB_ELAPSED) && next->elapsed.ms < last->elapsed.ms;
	bool bytes_back = job_has(last, JOB_DATA_PROCESSED) && job_has(next, JOB_DATA_PROCESSED) &&
			  next->data_processed.n < last->data_processed.n;

	return elapsed_back && bytes_back;
}

bool job_began_since(const struct job_stats *last, mono_time last_at, const struct job_stats *next, mono_time at)
{
	enum { SLACK_MS = 1000 }; /* no clock goes so wrong within a reading */
	int64_t slack = last->elapsed.ms / 2 < SLACK_MS ? last->elapsed.ms / 2 : SLACK_MS;

	if (!job_has(last, JOB_ELAPSED) || !job_has(next, JOB_ELAPSED) || last_at.ms == 0 || at.ms == 0 ||
	    next->elapsed.ms <= 0)
		return false;
	return at.ms - next->elapsed.ms > last_at.ms - slack;
}

bool job_may_be_same(const struct job_stats *last, mono_time last_at, const struct job_stats *next, mono_time at)
{
	return !job_is_another(last, next) && !job_began_since(last, last_at, next, at);
}
