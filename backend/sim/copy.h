/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The copy of one guest's memory, page by page, with the counters that QEMU keeps and libvirt shows. It computes what
 * happened, never what will: every forecast is left to the model. Pure; belongs to one job.
 *
 * Source of the rules: QEMU 7.2 migration/ram.c (migration_bitmap_sync, migration_update_rates, migration_trigger_throttle)
 * and migration/migration.c (migration_update_counters, migration_iteration_run).
 */
#ifndef BACKEND_SIM_COPY_H
#define BACKEND_SIM_COPY_H

#include "backend/sim/bitmap.h"
#include "base/units.h"

#define SIM_DOWNTIME_LIMIT_MS 300 /* QEMU's default downtime-limit */

struct sim_copy {
	struct bitmap todo;    /* known dirty and not sent since */
	struct bitmap written; /* written by the guest since the last sync */
	uint64_t n_used;       /* pages from here on are zero */
	uint64_t real_pages;   /* 4 KiB pages that one page of the simulation stands for */
	uint64_t cursor;       /* the sender goes round */
	double credit;         /* bytes that may be sent and were not; below 0 after a page that was larger */

	uint64_t pass;         /* syncs so far */
	uint64_t processed;    /* bytes on the wire */
	uint64_t normal, zero; /* 4 KiB pages sent, and pages told to be zero */
	uint64_t requests;     /* post-copy: pages the destination waited for */

	double last_sync;     /* ms; of the sync that last computed rates */
	uint64_t newly_dirty; /* simulated pages that became dirty since */
	uint64_t dirty_rate;  /* 4 KiB pages per second; 0: not computed yet, or nothing was written */
	uint64_t remaining_at_sync;
	uint64_t processed_at_sync;

	double window_began; /* ms; throughput is measured over windows of 100 ms */
	uint64_t processed_at_window;
	double throughput;        /* bytes per ms in the last whole window */
	double expected_downtime; /* ms */
	uint64_t downtime_limit;  /* ms; what the switch-over may take */

	bool auto_converge;
	unsigned throttle; /* percent; 0: none */
	unsigned n_high;   /* syncs in a row that found too much dirty */
};

/* The first sync: everything is to be sent. `n_pages`, `n_used` in pages of `page_size` bytes. */
void sim_copy_begin(struct sim_copy *copy, uint64_t n_pages, uint64_t n_used, uint64_t page_size, double now);
void sim_copy_done(struct sim_copy *copy);

/* The guest writes a page at the source. */
static inline void sim_copy_write(struct sim_copy *copy, uint64_t page)
{
	bitmap_set(&copy->written, page);
}

/* Told of each page that goes over the wire; NULL: nobody wants to know. */
typedef void sim_sent(void *context, uint64_t page);

/* Sends for dt_ms at `rate` bytes per ms. Returns the part of the time (0 to 1) after which nothing was left to send; 1 if
 * something still is. */
double sim_copy_send(struct sim_copy *copy, double rate, double dt_ms, sim_sent *sent, void *context);

/* Post-copy: the destination waits for this page, which is still to be sent. */
void sim_copy_request(struct sim_copy *copy, uint64_t page, sim_sent *sent, void *context);

/* A pass begins: what was written since the last one is to be sent again. */
void sim_copy_sync(struct sim_copy *copy, double now);

/* Closes the window of throughput when it is 100 ms old. */
void sim_copy_measure(struct sim_copy *copy, double now);

uint64_t sim_copy_remaining(const struct sim_copy *copy); /* bytes */

/* What is left can be sent within the downtime limit, judged as QEMU does by the throughput of the last window. */
bool sim_copy_fits(const struct sim_copy *copy);

#endif
