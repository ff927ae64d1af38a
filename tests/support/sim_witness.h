/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A witness of the simulated fleet: what must be true of it at every moment, and which pages the destination has in their last
 * version. Everything fails the running cmocka test.
 */
#ifndef TESTS_SUPPORT_SIM_WITNESS_H
#define TESTS_SUPPORT_SIM_WITNESS_H

#include "backend/sim/world.h"

struct sim_witness;

/* Watches every page that is written and sent from now on; no guests may be added any more. */
struct sim_witness *witness_new(struct sim_world *world);
void witness_free(struct sim_witness *witness);

/* Lets time pass tick by tick. After each: every guest runs in one place at most, no link carries more than it can, the bitmaps
 * count right, no byte is unaccounted for, and a guest that arrived has every page as it was last written. Events are
 * added to a sum (witness_sum) and thrown away. */
void witness_step(struct sim_witness *witness, int64_t ms);

/* Of all events so far, order included: the same course gives the same sum. */
uint64_t witness_sum(const struct sim_witness *witness);
size_t witness_completed(const struct sim_witness *witness);

/* Steps until the guest's job is in this stage, or (SIM_OVER) gone; fails after that many ms. `stage` is an enum sim_stage. */
void witness_reach(struct sim_witness *witness, uint32_t guest, int stage, int64_t ms);

/* The newest event of a guest's lifecycle on a host, DOMAIN_EVENT_OTHER if there was none; and its statistics when it completed. */
enum domain_event witness_last(const struct sim_witness *witness, uint32_t guest, uint32_t host);
struct job_stats witness_final(const struct sim_witness *witness, uint32_t guest);

#endif
