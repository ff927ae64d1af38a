/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A queue of pointers from many threads to one, with an eventfd and a bound. What is put belongs to the queue until it is taken.
 */
#ifndef BACKEND_QUEUE_H
#define BACKEND_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

/* `bound`: how many items wait at most. NULL only when the process has no descriptors left. */
struct queue *queue_new(size_t bound);
/* Frees the queue; items inside go through `release` (may be NULL). No other thread may use it any more. */
void queue_free(struct queue *queue, void (*release)(void *item));

/* False, and the item stays the caller's, when the bound is reached. `is_vital` items pass the bound. Any thread. */
bool queue_put(struct queue *queue, void *item, bool is_vital);

/* The oldest item, or NULL if there is none. One consumer. */
void *queue_take(struct queue *queue);

/* As queue_take, but waits up to timeout_ms (-1: for ever). NULL on timeout. */
void *queue_wait(struct queue *queue, int timeout_ms);

size_t queue_length(struct queue *queue);

#endif
