/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our limit on a migration's elapsed time, computed as OpenStack Nova does (live_migration_completion_timeout):
 * completion_timeout_per_gib x (max(2, RAM GiB) + max(2, GiB of mirrored disks)); libvirt tells the disks' sum only. Pure.
 */
#ifndef MODEL_TIMEOUT_H
#define MODEL_TIMEOUT_H

#include "model/job_stats.h"

/* per_gib 0 is off and gives 0. max_memory 0 (unknown): memory_total of the statistics stands in, and without that the minimum of 2 GiB. */
duration timeout_compute(duration per_gib, bytes max_memory, const struct job_stats *stats);

/* True where the disks make the limit approximate: the screen then says "about". */
bool timeout_is_about(const struct job_stats *stats);

#endif
