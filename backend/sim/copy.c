/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sending pages, and the syncs between passes. Pure.
 */
#include "backend/sim/copy.h"

#include "backend/sim/guest.h"

#define PAGE_HEADER 8u        /* in front of each page on the wire; all there is of a zero page */
#define SCANNED_PER_MS 2000.0 /* 4 KiB pages that one sending thread can look at: about 8 GiB/s */
#define WINDOW_MS 100         /* QEMU's BUFFER_DELAY */
#define RATE_PERIOD_MS 1000   /* migration_bitmap_sync computes rates at most this often */
#define WINDOW_SENT_MIN 10000 /* a window with less says nothing about downtime */
#define THROTTLE_THRESHOLD 50 /* throttle-trigger-threshold: percent of what was sent */
#define THROTTLE_INITIAL 20   /* cpu-throttle-initial */
#define THROTTLE_INCREMENT 10 /* cpu-throttle-increment */
#define THROTTLE_MAX 99       /* max-cpu-throttle */

void sim_copy_begin(struct sim_copy *copy, uint64_t n_pages, uint64_t n_used, uint64_t page_size, double now)
{
	bool auto_converge = copy->auto_converge;

	*copy = (struct sim_copy){
		.auto_converge = auto_converge,
		.n_used = n_used,
		.real_pages = page_size / SIM_REAL_PAGE,
		.pass = 1,
		.last_sync = now,
		.window_began = now,
		.expected_downtime = SIM_DOWNTIME_LIMIT_MS,
		.downtime_limit = SIM_DOWNTIME_LIMIT_MS,
	};
	bitmap_init(&copy->todo, n_pages);
	bitmap_init(&copy->written, n_pages);
	bitmap_fill(&copy->todo);
	copy->remaining_at_sync = sim_copy_remaining(copy);
}

void sim_copy_done(struct sim_copy *copy)
{
	bitmap_done(&copy->todo);
	bitmap_done(&copy->written);
}

uint64_t sim_copy_remaining(const struct sim_copy *copy)
{
	return copy->todo.n_set * copy->real_pages * SIM_REAL_PAGE;
}

/* Returns the bytes on the wire. */
static uint64_t send_page(struct sim_copy *copy, uint64_t page, sim_sent *sent, void *context)
{
	bool is_zero = page >= copy->n_used;
	uint64_t cost = copy->real_pages * (is_zero ? PAGE_HEADER : SIM_REAL_PAGE + PAGE_HEADER);

	bitmap_clear(&copy->todo, page);
	copy->processed += cost;
	*(is_zero ? &copy->zero : &copy->normal) += copy->real_pages;
	if (sent)
		sent(context, page);
	return cost;
}

double sim_copy_send(struct sim_copy *copy, double rate, double dt_ms, sim_sent *sent, void *context)
{
	double looks = SCANNED_PER_MS * dt_ms;

	copy->credit += rate * dt_ms;
	while (copy->todo.n_set && copy->credit > 0 && looks > 0) {
		uint64_t page = bitmap_next(&copy->todo, copy->cursor);
		copy->cursor = (page + 1) % copy->todo.n_bits;
		copy->credit -= (double)send_page(copy, page, sent, context);
		looks -= (double)copy->real_pages;
	}
	/* What is not used up is gone: a link does not make up later for pages that took time to look at, or for having no work. */
	double idle = copy->credit > 0 ? copy->credit : 0;
	copy->credit -= idle;
	if (copy->todo.n_set)
		return 1;
	return idle < rate * dt_ms ? 1 - idle / (rate * dt_ms) : 0;
}

void sim_copy_request(struct sim_copy *copy, uint64_t page, sim_sent *sent, void *context)
{
	copy->requests++;
	copy->credit -= (double)send_page(copy, page, sent, context);
}

/* Throttles the guest's processors when twice more than half of what was sent became dirty again. */
static void judge_dirtying(struct sim_copy *copy)
{
	uint64_t sent = copy->processed - copy->processed_at_sync;
	uint64_t dirtied = copy->newly_dirty * copy->real_pages * SIM_REAL_PAGE;

	if (!copy->auto_converge || dirtied <= sent * THROTTLE_THRESHOLD / 100 || ++copy->n_high < 2)
		return;
	copy->n_high = 0;
	copy->throttle = copy->throttle ? copy->throttle + THROTTLE_INCREMENT : THROTTLE_INITIAL;
	if (copy->throttle > THROTTLE_MAX)
		copy->throttle = THROTTLE_MAX;
}

void sim_copy_sync(struct sim_copy *copy, double now)
{
	copy->pass++;
	copy->newly_dirty += bitmap_merge(&copy->todo, &copy->written);
	copy->remaining_at_sync = sim_copy_remaining(copy);
	if (now <= copy->last_sync + RATE_PERIOD_MS)
		return;
	judge_dirtying(copy);
	copy->dirty_rate = (uint64_t)((double)(copy->newly_dirty * copy->real_pages) * 1000 / (now - copy->last_sync));
	copy->newly_dirty = 0;
	copy->last_sync = now;
	copy->processed_at_sync = copy->processed;
}

void sim_copy_measure(struct sim_copy *copy, double now)
{
	uint64_t sent = copy->processed - copy->processed_at_window;

	if (now < copy->window_began + WINDOW_MS)
		return;
	copy->throughput = (double)sent / (now - copy->window_began);
	copy->processed_at_window = copy->processed;
	copy->window_began = now;
	if (copy->dirty_rate && sent > WINDOW_SENT_MIN)
		copy->expected_downtime = (double)copy->remaining_at_sync / copy->throughput;
}

bool sim_copy_fits(const struct sim_copy *copy)
{
	return !copy->todo.n_set || (double)sim_copy_remaining(copy) < copy->throughput * (double)copy->downtime_limit;
}
