/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures that follow from several fields of one sample. Pure.
 */
#include "model/job_stats.h"

bool job_dirty_bytes(const struct job_stats *stats, bytes_per_s *out)
{
	if (!job_has(stats, JOB_DIRTY_RATE) || !job_has(stats, JOB_PAGE_SIZE))
		return false;
	*out = pages_to_bytes_per_s(stats->dirty_rate, stats->page_size);
	return true;
}

bool job_remaining(const struct job_stats *stats, bytes *out)
{
	if (job_has(stats, JOB_DATA_REMAINING)) {
		*out = stats->data_remaining;
		return true;
	}
	if (!job_has(stats, JOB_MEMORY_REMAINING))
		return false;
	out->n = stats->memory_remaining.n;
	if (job_has(stats, JOB_DISK_REMAINING))
		out->n = u64_add(out->n, stats->disk_remaining.n);
	return true;
}
