/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pool. The loop thread decides whether a call may leave, so the only thing under the lock is the hand-over to a thread: a list of
 * calls and the number of threads that wait for one. A call that is handed over always finds a thread: one that waits, or a new one.
 */
#include "backend/libvirt/calls.h"

#include "backend/libvirt/loop.h"
#include "base/array.h"
#include "base/log.h"
#include "base/mask.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#define CALLS_AT_ONCE 32 /* not urgent, not left behind; a fleet that starts opens so many at a time */
#define IDLE_SECONDS 15  /* then a thread that waits for a call ends */
#define STACK_BYTES (512 * 1024)

static struct {
	pthread_mutex_t lock;
	pthread_cond_t has_call;
	struct call *first, **last;
	unsigned n_given, n_idle; /* calls in the list, threads that wait */
	/* loop thread only */
	unsigned n_out;
	struct calls_waiter *waiter;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .has_call = PTHREAD_COND_INITIALIZER, .last = &pool.first};

static _Atomic uint64_t counts[LIBVIRT_CALL_COUNT];

void calls_count(enum libvirt_call kind)
{
	atomic_fetch_add_explicit(&counts[kind], 1, memory_order_relaxed);
}

void libvirt_call_counts(uint64_t out[LIBVIRT_CALL_COUNT])
{
	for (size_t i = 0; i < LIBVIRT_CALL_COUNT; i++)
		out[i] = atomic_load_explicit(&counts[i], memory_order_relaxed);
}

const char *libvirt_call_name(enum libvirt_call call)
{
	static const char *const names[LIBVIRT_CALL_COUNT] = {
		[LIBVIRT_CALL_OPEN] = "open",     [LIBVIRT_CALL_SETUP] = "setup",
		[LIBVIRT_CALL_SURVEY] = "survey", [LIBVIRT_CALL_PING] = "ping",
		[LIBVIRT_CALL_JOB] = "job",       [LIBVIRT_CALL_STATE] = "state",
		[LIBVIRT_CALL_FACTS] = "facts",   [LIBVIRT_CALL_COMPLETED] = "completed",
		[LIBVIRT_CALL_ACT] = "act",       [LIBVIRT_CALL_LIMIT] = "limit",
	};
	return names[call];
}

static void calls_run_waiters(void *unused)
{
	struct calls_waiter *waiter = pool.waiter;

	(void)unused;
	pool.waiter = NULL;
	while (waiter) {
		struct calls_waiter *next = waiter->next;
		waiter->is_waiting = false;
		waiter->run(waiter);
		waiter = next;
	}
}

/* The waiters run as work of their own, not inside that of the host whose call made the room. */
static void call_makes_room(const struct call *call)
{
	if (call->is_left_behind || call->is_urgent)
		return;
	pool.n_out--;
	if (pool.waiter)
		loop_post(calls_run_waiters, NULL);
}

/* Loop thread. */
static void call_returned(void *context)
{
	struct call *call = context;

	call_makes_room(call);
	call->done(call);
}

/* The next call, or NULL when none came in time: the thread may end. */
static struct call *call_await(void)
{
	struct timespec end;
	int failed = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += IDLE_SECONDS;
	pthread_mutex_lock(&pool.lock);
	pool.n_idle++;
	while (!pool.first && failed != ETIMEDOUT)
		failed = pthread_cond_clockwait(&pool.has_call, &pool.lock, CLOCK_MONOTONIC, &end);
	pool.n_idle--;
	struct call *call = pool.first;
	if (call) {
		pool.first = call->next;
		if (!pool.first)
			pool.last = &pool.first;
		pool.n_given--;
	}
	pthread_mutex_unlock(&pool.lock);
	return call;
}

static void *call_thread(void *first)
{
	for (struct call *call = first; call; call = call_await()) {
		call->run(call);
		loop_post(call_returned, call);
	}
	return NULL;
}

static bool call_thread_new(struct call *call)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, old;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	mask_of_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int failed = pthread_create(&thread, &attributes, call_thread, call);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	if (failed != 0)
		log_write(LOG_LEVEL_ERROR, "cannot start a thread for a call (error %d)", failed);
	return failed == 0;
}

bool calls_start(struct call *call)
{
	if (!call->is_urgent && pool.n_out >= CALLS_AT_ONCE)
		return false;
	call->next = NULL;
	pthread_mutex_lock(&pool.lock);
	bool is_given = pool.n_given < pool.n_idle;
	if (is_given) {
		*pool.last = call;
		pool.last = &call->next;
		pool.n_given++;
		pthread_cond_signal(&pool.has_call);
	}
	pthread_mutex_unlock(&pool.lock);
	if (!is_given && !call_thread_new(call))
		return false;
	if (!call->is_urgent)
		pool.n_out++;
	return true;
}

void calls_leave_behind(struct call *call)
{
	if (call->is_left_behind)
		return;
	call_makes_room(call);
	call->is_left_behind = true;
}

void calls_await_room(struct calls_waiter *waiter)
{
	if (waiter->is_waiting)
		return;
	waiter->is_waiting = true;
	waiter->next = pool.waiter;
	pool.waiter = waiter;
}

void calls_forget(struct calls_waiter *waiter)
{
	struct calls_waiter **at = &pool.waiter;

	while (*at && *at != waiter)
		at = &(*at)->next;
	if (*at)
		*at = waiter->next;
	waiter->is_waiting = false;
}
