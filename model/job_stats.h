/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics of one migration job at one moment, with a presence bit for each figure: absent is not zero. Fields
 * are libvirt's VIR_DOMAIN_JOB_* typed parameters; the glossary has the names. Pure values, any thread.
 */
#ifndef MODEL_JOB_STATS_H
#define MODEL_JOB_STATS_H

#include "base/units.h"

/* How a job was seen to end. libvirt shows FAILED and CANCELLED only for a moment before the job is gone. */
enum job_end { JOB_END_UNTOLD, JOB_END_CANCELLED, JOB_END_FAILED };

enum job_field {
	JOB_ELAPSED,  /* VIR_DOMAIN_JOB_TIME_ELAPSED: source's wall clock, jumps with it */
	JOB_DOWNTIME, /* VIR_DOMAIN_JOB_DOWNTIME: expected while running, true when completed */
	JOB_SETUP_TIME,
	JOB_DATA_TOTAL,
	JOB_DATA_PROCESSED,
	JOB_DATA_REMAINING,
	JOB_MEMORY_TOTAL,      /* 0 while the job prepares or mirrors disks */
	JOB_MEMORY_PROCESSED,  /* on the wire, all passes; may exceed the total */
	JOB_MEMORY_REMAINING,  /* known dirty at the last bitmap sync minus sent since: a saw-tooth */
	JOB_MEMORY_THROUGHPUT, /* memory_bps: BYTES per second over about 100 ms */
	JOB_MEMORY_CONSTANT,   /* zero pages */
	JOB_MEMORY_NORMAL,     /* normal pages */
	JOB_MEMORY_NORMAL_BYTES,
	JOB_DIRTY_RATE, /* PAGES per second; drivers leave it absent in the first pass */
	JOB_PAGE_SIZE,
	JOB_PASS, /* memory_iteration: 1 is the first full pass; may include earlier cancelled attempts */
	JOB_POSTCOPY_REQUESTS,
	JOB_DISK_TOTAL,
	JOB_DISK_PROCESSED,
	JOB_DISK_REMAINING,
	JOB_DISK_THROUGHPUT,
	JOB_THROTTLE,       /* auto_converge_throttle, percent */
	JOB_DOWNTIME_LIMIT, /* virDomainMigrateGetMaxDowntime, as last asked: no part of the statistics */
	JOB_FIELD_COUNT
};

struct job_stats {
	uint64_t present; /* bit (1 << enum job_field) */
	duration elapsed;
	duration downtime;
	duration setup_time;
	bytes data_total, data_processed, data_remaining;
	bytes memory_total, memory_processed, memory_remaining;
	bytes_per_s memory_throughput;
	pages memory_constant, memory_normal;
	bytes memory_normal_bytes;
	pages_per_s dirty_rate;
	bytes page_size;
	uint64_t pass;
	uint64_t postcopy_requests;
	bytes disk_total, disk_processed, disk_remaining;
	bytes_per_s disk_throughput;
	uint32_t throttle_percent;
	duration downtime_limit; /* the switch-over may take so long */
};

static inline bool job_has(const struct job_stats *stats, enum job_field field)
{
	return (stats->present >> field) & 1;
}

static inline void job_mark(struct job_stats *stats, enum job_field field)
{
	stats->present |= UINT64_C(1) << field;
}

static inline void job_unmark(struct job_stats *stats, enum job_field field)
{
	stats->present &= ~(UINT64_C(1) << field);
}

/* Dirty rate in bytes: present only where rate and page size are. False and *out untouched otherwise. */
bool job_dirty_bytes(const struct job_stats *stats, bytes_per_s *out);

/* Remaining over memory and disk: data_remaining where present. */
bool job_remaining(const struct job_stats *stats, bytes *out);

#endif
