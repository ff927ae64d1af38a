/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A binary heap of deadlines; each node knows its place, so that moving and clearing need no search. Pure.
 */
#include "backend/libvirt/timers.h"

#include "base/array.h"

#include <stdlib.h>

static void timers_place(struct timers *timers, size_t i, struct timer_node *node)
{
	timers->node[i] = node;
	node->position = i + 1;
}

static void timers_rise(struct timers *timers, size_t i)
{
	struct timer_node *node = timers->node[i];

	while (i > 0 && node->at.ms < timers->node[(i - 1) / 2]->at.ms) {
		timers_place(timers, i, timers->node[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	timers_place(timers, i, node);
}

static void timers_sink(struct timers *timers, size_t i)
{
	struct timer_node *node = timers->node[i];

	for (size_t child; (child = 2 * i + 1) < timers->n; i = child) {
		if (child + 1 < timers->n && timers->node[child + 1]->at.ms < timers->node[child]->at.ms)
			child++;
		if (timers->node[child]->at.ms >= node->at.ms)
			break;
		timers_place(timers, i, timers->node[child]);
	}
	timers_place(timers, i, node);
}

void timers_done(struct timers *timers)
{
	for (size_t i = 0; i < timers->n; i++)
		timers->node[i]->position = 0;
	free(timers->node);
	*timers = (struct timers){0};
}

void timers_set(struct timers *timers, struct timer_node *node, mono_time at)
{
	node->at = at;
	if (node->position == 0) {
		timers->node =
			array_reserve(timers->node, &timers->capacity, timers->n + 1, sizeof(struct timer_node *));
		timers_place(timers, timers->n++, node);
	}
	timers_rise(timers, node->position - 1);
	timers_sink(timers, node->position - 1);
}

void timers_clear(struct timers *timers, struct timer_node *node)
{
	size_t i = node->position;

	if (i == 0)
		return;
	i--;
	node->position = 0;
	struct timer_node *last = timers->node[--timers->n];
	if (last == node)
		return;
	timers_place(timers, i, last);
	timers_rise(timers, i);
	timers_sink(timers, last->position - 1);
}

struct timer_node *timers_first(const struct timers *timers)
{
	return timers->n > 0 ? timers->node[0] : NULL;
}
