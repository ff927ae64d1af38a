/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots for tests of the screen, made without a fleet: a drain with one guest in every state, and fleets of any size. Time stands
 * still at snapshot_now. The caller frees with snapshot_free.
 */
#ifndef TESTS_SUPPORT_SNAPSHOT_BUILDER_H
#define TESTS_SUPPORT_SNAPSHOT_BUILDER_H

#include "model/snapshot.h"

#define GIB (UINT64_C(1) << 30)
#define MIB (UINT64_C(1) << 20)

/* The moment of every snapshot made here: 2026-01-31 12:41:07 UTC. */
struct stamp snapshot_now(void);

/* No hosts, no rows. */
struct snapshot *snapshot_build_empty(void);

/* host1 is being emptied: rows in pre-copy, frozen, in post-copy, preparing, stale, and one of each outcome; six hosts, one of them
 * down, one slow; passes and curve of the first row; events. */
struct snapshot *snapshot_build_drain(void);

/* The same and one guest more for each other verdict: marginal, stalled, measuring, frozen and stalled. */
struct snapshot *snapshot_build_verdicts(void);

/* The same and one guest more that a migration to host2 left paused. */
struct snapshot *snapshot_build_orphan(enum far_end far_end);

/* The same with names that attack the terminal or the layout (already cleaned, as a snapshot's names are). */
struct snapshot *snapshot_build_hostile(void);

/* `n` rows in pre-copy on ten hosts, all different. */
struct snapshot *snapshot_build_many(size_t n);

/* Adds a row to one that was built here; the snapshot owns the copy. Returns it for changes. */
struct row *snapshot_add_row(struct snapshot *snapshot, const char *name, enum phase phase);
/* The row of that name; fails the test if there is none. */
struct row *snapshot_row(struct snapshot *snapshot, const char *name);

/* An answer to the order `serial` at a stage. */
void snapshot_add_answer(struct snapshot *snapshot, uint64_t serial, enum action action, enum intent_stage stage,
			 const char *text);
void snapshot_add_notice(struct snapshot *snapshot, enum severity severity, const char *subject, const char *text);

#endif
