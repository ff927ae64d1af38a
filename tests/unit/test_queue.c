/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queue and mailbox: order, bound, descriptors, and many threads at once (the thread sanitizer runs this too).
 */
#include "backend/mailbox.h"
#include "backend/queue.h"
#include "base/array.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define N_PRODUCERS 4
#define N_EACH 5000
#define PATIENCE_MS 60000

static bool fd_is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	return poll(&poll_fd, 1, 0) == 1;
}

static void a_queue_gives_back_in_order_what_was_put(void **state)
{
	(void)state;
	static int item[1000];
	struct queue *queue = queue_new(ARRAY_LEN(item));
	assert_null(queue_take(queue));
	/* Taking some in between moves the ring's head, so that it grows while it is wrapped around. */
	size_t put = 0, taken = 0;
	while (put < ARRAY_LEN(item)) {
		assert_true(queue_put(queue, &item[put++], false));
		assert_true(queue_put(queue, &item[put++], false));
		if (put % 3 == 0)
			assert_ptr_equal(queue_take(queue), &item[taken++]);
		assert_int_equal(queue_length(queue), put - taken);
	}
	while (taken < put)
		assert_ptr_equal(queue_take(queue), &item[taken++]);
	assert_null(queue_take(queue));
	queue_free(queue, NULL);
}

static void a_full_queue_refuses_all_but_vital_items(void **state)
{
	(void)state;
	int item[4];
	struct queue *queue = queue_new(2);
	assert_true(queue_put(queue, &item[0], false));
	assert_true(queue_put(queue, &item[1], false));
	assert_false(queue_put(queue, &item[2], false));
	assert_true(queue_put(queue, &item[3], true));
	assert_int_equal(queue_length(queue), 3);
	assert_ptr_equal(queue_take(queue), &item[0]);
	assert_false(queue_put(queue, &item[2], false));
	assert_ptr_equal(queue_take(queue), &item[1]);
	assert_true(queue_put(queue, &item[2], false));
	assert_ptr_equal(queue_take(queue), &item[3]);
	assert_ptr_equal(queue_take(queue), &item[2]);
	queue_free(queue, NULL);
}

static int n_released;

static void count_release(void *item)
{
	n_released++;
	free(item);
}

static void what_waits_in_a_freed_queue_or_mailbox_is_released(void **state)
{
	(void)state;
	n_released = 0;
	struct queue *queue = queue_new(8);
	for (int i = 0; i < 3; i++)
		assert_true(queue_put(queue, mem_new(1, 1), false));
	queue_free(queue, count_release);
	assert_int_equal(n_released, 3);
	struct mailbox *box = mailbox_new();
	assert_null(mailbox_put(box, mem_new(1, 1)));
	mailbox_free(box, count_release);
	assert_int_equal(n_released, 4);
	queue_free(NULL, count_release);
	mailbox_free(NULL, count_release);
}

static void waiting_on_an_empty_queue_ends(void **state)
{
	(void)state;
	struct queue *queue = queue_new(1);
	int item;
	assert_null(queue_wait(queue, 0));
	assert_null(queue_wait(queue, 5));
	assert_true(queue_put(queue, &item, false));
	assert_ptr_equal(queue_wait(queue, -1), &item);
	queue_free(queue, NULL);
}

struct producer {
	pthread_t thread;
	struct queue *queue;
	uint64_t number;
};

/* What a producer puts: its own number and a count that only rises. */
struct parcel {
	uint64_t producer, count;
};

static void *produce(void *argument)
{
	struct producer *producer = argument;
	for (uint64_t i = 0; i < N_EACH; i++) {
		struct parcel *parcel = mem_new(1, sizeof *parcel);
		*parcel = (struct parcel){.producer = producer->number, .count = i};
		while (!queue_put(producer->queue, parcel, i % 100 == 0))
			poll(NULL, 0, 1);
	}
	return NULL;
}

static void many_threads_lose_nothing_and_keep_their_own_order(void **state)
{
	(void)state;
	struct queue *queue = queue_new(100);
	struct producer producer[N_PRODUCERS];
	for (uint64_t i = 0; i < N_PRODUCERS; i++) {
		producer[i] = (struct producer){.queue = queue, .number = i};
		assert_int_equal(pthread_create(&producer[i].thread, NULL, produce, &producer[i]), 0);
	}
	uint64_t next[N_PRODUCERS] = {0};
	for (int i = 0; i < N_PRODUCERS * N_EACH; i++) {
		struct parcel *parcel = queue_wait(queue, PATIENCE_MS);
		assert_non_null(parcel);
		assert_int_equal(parcel->count, next[parcel->producer]++);
		free(parcel);
	}
	for (int i = 0; i < N_PRODUCERS; i++)
		pthread_join(producer[i].thread, NULL);
	assert_null(queue_take(queue));
	queue_free(queue, NULL);
}

static void a_mailbox_keeps_the_latest_and_its_descriptor_tells(void **state)
{
	(void)state;
	int first, second;
	struct mailbox *box = mailbox_new();
	assert_false(fd_is_readable(mailbox_fd(box)));
	assert_null(mailbox_take(box));
	assert_null(mailbox_put(box, &first));
	assert_true(fd_is_readable(mailbox_fd(box)));
	assert_ptr_equal(mailbox_put(box, &second), &first);
	assert_true(fd_is_readable(mailbox_fd(box)));
	assert_ptr_equal(mailbox_take(box), &second);
	assert_false(fd_is_readable(mailbox_fd(box)));
	assert_null(mailbox_take(box));
	mailbox_free(box, NULL);
}

static void *post(void *argument)
{
	struct mailbox *box = argument;
	for (uint64_t i = 1; i <= N_EACH; i++) {
		uint64_t *letter = mem_new(1, sizeof *letter);
		*letter = i;
		free(mailbox_put(box, letter));
	}
	return NULL;
}

static void a_reader_that_sleeps_on_the_mailbox_sees_the_last_letter(void **state)
{
	(void)state;
	struct mailbox *box = mailbox_new();
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, post, box), 0);
	uint64_t last = 0;
	while (last < N_EACH) {
		struct pollfd poll_fd = {.fd = mailbox_fd(box), .events = POLLIN};
		assert_int_equal(poll(&poll_fd, 1, PATIENCE_MS), 1);
		uint64_t *letter = mailbox_take(box);
		if (!letter)
			continue;
		assert_true(*letter > last);
		last = *letter;
		free(letter);
	}
	pthread_join(thread, NULL);
	mailbox_free(box, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_gives_back_in_order_what_was_put),
		cmocka_unit_test(a_full_queue_refuses_all_but_vital_items),
		cmocka_unit_test(what_waits_in_a_freed_queue_or_mailbox_is_released),
		cmocka_unit_test(waiting_on_an_empty_queue_ends),
		cmocka_unit_test(many_threads_lose_nothing_and_keep_their_own_order),
		cmocka_unit_test(a_mailbox_keeps_the_latest_and_its_descriptor_tells),
		cmocka_unit_test(a_reader_that_sleeps_on_the_mailbox_sees_the_last_letter),
	};
	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
