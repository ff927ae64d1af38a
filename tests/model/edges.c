/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the program meets its machine, made to stand still: the clock is the model's, a queue never waits, a thread runs when the test
 * lets it. These take the place of base/clock.c and backend/queue.c at the link; pthread_create and pthread_join are wrapped.
 */
#include "tests/model/model.h"

#include "base/array.h"
#include "base/clock.h"

#include <stdlib.h>

mono_time clock_mono(void)
{
	return (mono_time){model.now};
}

wall_time clock_wall(void)
{
	return (wall_time){model.now + model.wall};
}

struct stamp clock_stamp(void)
{
	return (struct stamp){clock_mono(), clock_wall()};
}

const char *clock_boot_id(void)
{
	return "model";
}

uint64_t clock_process_start(int pid)
{
	return (uint64_t)pid;
}

/* ---- backend/queue.h */

struct queue {
	void **item;
	size_t first, n_items, capacity;
};

struct queue *queue_new(size_t bound)
{
	(void)bound;
	return mem_new(1, sizeof(struct queue));
}

void queue_free(struct queue *queue, void (*release)(void *item))
{
	if (!queue)
		return;
	for (void *item = queue_take(queue); item; item = queue_take(queue))
		if (release)
			release(item);
	free(queue->item);
	free(queue);
}

/* Its bound is never reached by itself here; so now and then it is said to be. */
bool queue_put(struct queue *queue, void *item, bool is_vital)
{
	if (!is_vital && !model.is_calm && chance_one_in(500)) {
		model.counts.tally[TALLY_OVERFLOW]++;
		return false;
	}
	queue->item =
		array_reserve(queue->item, &queue->capacity, queue->first + queue->n_items + 1, sizeof *queue->item);
	queue->item[queue->first + queue->n_items++] = item;
	return true;
}

void *queue_take(struct queue *queue)
{
	if (queue->n_items == 0) {
		queue->first = 0;
		return NULL;
	}
	queue->n_items--;
	return queue->item[queue->first++];
}

void *queue_wait(struct queue *queue, int timeout_ms)
{
	(void)timeout_ms;
	return queue_take(queue);
}

size_t queue_length(struct queue *queue)
{
	return queue->n_items;
}

/* ---- threads */

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_join(pthread_t thread, void **result);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	(void)attributes;
	*thread = 0;
	if (run == collector_run) {
		*thread = (pthread_t)(uintptr_t)argument;
		collector_begin(argument);
	} else {
		(void)run(argument);
	}
	return 0;
}

/* The collector is told to stop by a letter: it goes on until it has read it. */
int __wrap_pthread_join(pthread_t thread, void **result)
{
	struct backend *backend = (struct backend *)(uintptr_t)thread;

	(void)result;
	if (!backend)
		return 0;
	while (!backend->is_stopping)
		collector_turn(backend);
	collector_end(backend);
	return 0;
}
