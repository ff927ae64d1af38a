/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics of a job as words of a recording: what is other than expected, for one table that writing and reading both walk.
 * Pure.
 *
 * A word is a key and the signed difference to what is expected (`r-35389440`), or a key and a bare minus where the figure is absent
 * from now on (`d-`). Expected is, unless a row says more, the figure of the domain's previous statistics; so a word that is not there
 * says that the expectation was met. Differences are taken modulo 2^64: every value survives, however absurd.
 */
#ifndef BACKEND_RECORDED_FIGURES_H
#define BACKEND_RECORDED_FIGURES_H

#include "backend/recorded/words.h"
#include "model/job_stats.h"

/* Puts the words for `now` after `before`, which were sampled `passed` apart. */
void figures_put(struct buffer *out, const struct job_stats *now, const struct job_stats *before, duration passed);

/* Takes all words that are left: `stats` is what was before and becomes what is now. Absent figures are 0. */
void figures_take(struct words *words, struct job_stats *stats, duration passed);

#endif
