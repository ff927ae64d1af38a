/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue from many threads to one: a ring under a mutex that is held for a few instructions, and an eventfd that is
 * readable exactly while something waits, so that the consumer sleeps in poll. Drivers and the recorder put, the collector
 * takes; the recorder's own orders come the same way.
 */
#include "backend/queue.h"

#include "base/array.h"
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RING_FIRST 64

struct queue {
	pthread_mutex_t lock;
	void **ring; /* capacity is a power of two */
	size_t capacity, head, length, bound;
	int fd;
};

struct queue *queue_new(size_t bound)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	struct queue *queue = mem_new(1, sizeof *queue);
	pthread_mutex_init(&queue->lock, NULL);
	queue->capacity = RING_FIRST;
	queue->ring = mem_new(queue->capacity, sizeof *queue->ring);
	queue->bound = bound;
	queue->fd = fd;
	return queue;
}

void queue_free(struct queue *queue, void (*release)(void *item))
{
	if (!queue)
		return;
	for (void *item = queue_take(queue); item; item = queue_take(queue)) {
		if (release)
			release(item);
	}
	close(queue->fd);
	pthread_mutex_destroy(&queue->lock);
	free(queue->ring);
	free(queue);
}

/* The ring doubles; its two halves are laid out in order again. */
static void ring_grow(struct queue *queue)
{
	void **ring = mem_new(queue->capacity * 2, sizeof *ring);
	for (size_t i = 0; i < queue->length; i++)
		ring[i] = queue->ring[(queue->head + i) & (queue->capacity - 1)];
	free(queue->ring);
	queue->ring = ring;
	queue->capacity *= 2;
	queue->head = 0;
}

/* Under the lock, so that the descriptor and the length never disagree. A counter of 0 or 1 cannot overflow. */
static void fd_set_readable(struct queue *queue)
{
	ssize_t n = write(queue->fd, &(uint64_t){1}, sizeof(uint64_t));
	(void)n;
}

static void fd_set_quiet(struct queue *queue)
{
	uint64_t count;
	ssize_t n = read(queue->fd, &count, sizeof count);
	(void)n;
}

bool queue_put(struct queue *queue, void *item, bool is_vital)
{
	pthread_mutex_lock(&queue->lock);
	bool fits = is_vital || queue->length < queue->bound;
	if (fits) {
		if (queue->length == queue->capacity)
			ring_grow(queue);
		queue->ring[(queue->head + queue->length) & (queue->capacity - 1)] = item;
		if (queue->length++ == 0)
			fd_set_readable(queue);
	}
	pthread_mutex_unlock(&queue->lock);
	return fits;
}

void *queue_take(struct queue *queue)
{
	void *item = NULL;
	pthread_mutex_lock(&queue->lock);
	if (queue->length > 0) {
		item = queue->ring[queue->head];
		queue->head = (queue->head + 1) & (queue->capacity - 1);
		if (--queue->length == 0)
			fd_set_quiet(queue);
	}
	pthread_mutex_unlock(&queue->lock);
	return item;
}

/* Milliseconds for poll: -1 stays for ever, what has passed is 0. */
static int poll_time(int timeout_ms, mono_time deadline)
{
	if (timeout_ms < 0)
		return -1;
	int64_t left = mono_since(deadline, clock_mono()).ms;
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void *queue_wait(struct queue *queue, int timeout_ms)
{
	mono_time deadline = mono_add(clock_mono(), (duration){timeout_ms});
	for (;;) {
		void *item = queue_take(queue);
		if (item)
			return item;
		struct pollfd poll_fd = {.fd = queue->fd, .events = POLLIN};
		int n = poll(&poll_fd, 1, poll_time(timeout_ms, deadline));
		if (n == 0 || (n < 0 && errno != EINTR))
			return queue_take(queue);
	}
}

size_t queue_length(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	size_t length = queue->length;
	pthread_mutex_unlock(&queue->lock);
	return length;
}
