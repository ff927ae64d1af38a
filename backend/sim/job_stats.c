/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics of a simulated migration as virDomainGetJobStats would tell them, absent where libvirt leaves them out. Pure.
 */
#include "backend/sim/job.h"

/* Known in every reply of a live migration; zero until memory starts. */
static void always(const struct sim_job *job, double now, struct job_stats *out)
{
	const struct sim_copy *copy = &job->copy;
	uint64_t total = copy->todo.n_bits * copy->real_pages * SIM_REAL_PAGE;
	uint64_t remaining = sim_copy_remaining(copy);

	out->elapsed.ms = (int64_t)(now - job->began);
	out->memory_total.n = total;
	out->memory_processed.n = copy->processed;
	out->memory_remaining.n = remaining;
	out->pass = copy->pass;
	out->postcopy_requests = copy->requests;
	out->disk_total.n = job->disk_done + job->disk_left;
	out->disk_processed.n = job->disk_done;
	out->disk_remaining.n = job->disk_left;
	out->data_total.n = total + out->disk_total.n;
	out->data_processed.n = copy->processed + job->disk_done;
	out->data_remaining.n = remaining + job->disk_left;
	static const enum job_field known[] = {
		JOB_ELAPSED,        JOB_MEMORY_TOTAL,   JOB_MEMORY_PROCESSED, JOB_MEMORY_REMAINING,  JOB_PASS,
		JOB_DISK_TOTAL,     JOB_DISK_PROCESSED, JOB_DISK_REMAINING,   JOB_POSTCOPY_REQUESTS, JOB_DATA_TOTAL,
		JOB_DATA_PROCESSED, JOB_DATA_REMAINING,
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		job_mark(out, known[i]);
}

/* Known once QEMU is active. */
static void active(const struct sim_job *job, struct job_stats *out)
{
	const struct sim_copy *copy = &job->copy;
	bool is_over = job->stage == SIM_OVER;

	out->downtime.ms = (int64_t)((is_over ? job->downtime_ms : copy->expected_downtime) + 0.5);
	out->setup_time.ms = (int64_t)job->setup_ms;
	out->memory_constant.n = copy->zero;
	out->memory_normal.n = copy->normal;
	out->memory_normal_bytes.n = copy->normal * SIM_REAL_PAGE;
	out->page_size.n = SIM_REAL_PAGE;
	job_mark(out, JOB_DOWNTIME);
	job_mark(out, JOB_SETUP_TIME);
	job_mark(out, JOB_MEMORY_CONSTANT);
	job_mark(out, JOB_MEMORY_NORMAL);
	job_mark(out, JOB_MEMORY_NORMAL_BYTES);
	job_mark(out, JOB_PAGE_SIZE);
	out->memory_throughput.n = (uint64_t)(copy->throughput * 1000);
	if (out->memory_throughput.n)
		job_mark(out, JOB_MEMORY_THROUGHPUT);
	out->dirty_rate.n = copy->dirty_rate;
	if (copy->pass > 1) /* no second sync yet: the 0 that libvirt says means unknown */
		job_mark(out, JOB_DIRTY_RATE);
	out->downtime_limit.ms = (int64_t)copy->downtime_limit;
	job_mark(out, JOB_DOWNTIME_LIMIT);
	out->throttle_percent = copy->throttle;
	if (copy->throttle)
		job_mark(out, JOB_THROTTLE);
}

void sim_job_stats(const struct sim_world *world, const struct sim_job *job, struct job_stats *out)
{
	*out = (struct job_stats){0};
	always(job, (double)world->now_ms, out);
	if (job->copy.todo.n_bits)
		active(job, out);
}
