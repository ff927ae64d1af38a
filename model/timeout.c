/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nova's completion timeout (nova/virt/libvirt/driver.py, _live_migration_data_gb and its use). Pure.
 */
#include "model/timeout.h"

#define GIB (UINT64_C(1) << 30)
#define MIN_GIB 2

/* Whole GiB, rounded up, at least Nova's two. */
static uint64_t gib_at_least_two(bytes amount)
{
	uint64_t gib = amount.n / GIB + (amount.n % GIB != 0);

	return gib < MIN_GIB ? MIN_GIB : gib;
}

bool timeout_is_about(const struct job_stats *stats)
{
	return job_has(stats, JOB_DISK_TOTAL) && stats->disk_total.n > 0;
}

duration timeout_compute(duration per_gib, bytes max_memory, const struct job_stats *stats)
{
	if (per_gib.ms <= 0)
		return (duration){0};
	if (max_memory.n == 0 && job_has(stats, JOB_MEMORY_TOTAL))
		max_memory = stats->memory_total;

	uint64_t gib = gib_at_least_two(max_memory);
	if (timeout_is_about(stats))
		gib = u64_add(gib, gib_at_least_two(stats->disk_total));

	uint64_t ms = u64_mul(gib, (uint64_t)per_gib.ms);
	return (duration){ms > INT64_MAX ? INT64_MAX : (int64_t)ms};
}
