/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A heap of deadlines. The nodes belong to the caller and must outlive their stay in it. Pure; one thread or one lock at a time.
 */
#ifndef BACKEND_LIBVIRT_TIMERS_H
#define BACKEND_LIBVIRT_TIMERS_H

#include "base/units.h"

#include <stddef.h>

struct timer_node {
	mono_time at;
	size_t position; /* in the heap plus 1; 0: not set. Zero-initialised is not set */
};

struct timers {
	struct timer_node **node;
	size_t n, capacity;
};

void timers_done(struct timers *timers);

/* Sets, or moves, the deadline of a node. */
void timers_set(struct timers *timers, struct timer_node *node, mono_time at);
void timers_clear(struct timers *timers, struct timer_node *node); /* a node that is not set is fine */

/* The node with the earliest deadline; NULL if there is none. */
struct timer_node *timers_first(const struct timers *timers);

#endif
