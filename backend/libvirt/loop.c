/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt's event loop on epoll. libvirt adds, changes and removes watches and timers from any thread, so they stand under
 * one lock, which is never held across a callback. What was removed is released by the loop thread only, after the
 * callbacks of its round: another thread may remove a watch whose callback runs just now.
 * The file statics are here because virEventRegisterImpl takes functions without a context: one loop per process.
 */
#include "backend/libvirt/loop.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mask.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_PER_ROUND 64
#define WAKE_WATCH 0

/* A watch on a descriptor or a timer of libvirt; both have an id, an opaque and its release. */
struct source {
	struct timer_node node; /* first; timers only */
	int id;
	bool is_removed;
	void *opaque;
	virFreeCallback release;
	/* a watch */
	int fd;
	int events;
	virEventHandleCallback on_ready;
	/* a timer */
	int frequency; /* ms; -1: not set */
	virEventTimeoutCallback on_time;
	struct source *next_removed;
};

struct table {
	struct source **source; /* by slot; NULL: free */
	size_t n, capacity;
	int generation;
};

struct task {
	struct task *next;
	void (*run)(void *context);
	void *context;
};

static struct {
	pthread_mutex_t lock;
	bool is_running;
	pthread_t thread;
	int epoll, wake;
	struct table watches, timeouts;
	struct timers libvirt_timers; /* of struct source */
	struct timers own_timers;     /* of struct loop_timer; loop thread only */
	struct source *removed;
	struct task *first, **last;
} loop = {.lock = PTHREAD_MUTEX_INITIALIZER, .epoll = -1, .wake = -1, .last = &loop.first};

/* An id is a slot and a generation, so that a late use of an old id finds nothing. Positive always. */
static int table_add(struct table *table, struct source *source)
{
	size_t slot = 1;

	while (slot < table->n && table->source[slot])
		slot++;
	if (slot >= table->n) {
		table->source = array_reserve(table->source, &table->capacity, slot + 1, sizeof(struct source *));
		for (size_t i = table->n; i <= slot; i++)
			table->source[i] = NULL;
		table->n = slot + 1;
	}
	table->generation = (table->generation + 1) & 0x7ff;
	table->source[slot] = source;
	source->id = (int)((unsigned)table->generation << 20 | (unsigned)slot);
	return source->id;
}

static struct source *table_find(const struct table *table, int id)
{
	size_t slot = (size_t)(id & 0xfffff);

	if (id <= 0 || slot >= table->n || !table->source[slot] || table->source[slot]->id != id)
		return NULL;
	return table->source[slot];
}

static void loop_wake(void)
{
	uint64_t one = 1;

	if (pthread_equal(pthread_self(), loop.thread))
		return;
	if (write(loop.wake, &one, sizeof one) < 0 && errno != EAGAIN)
		log_write(LOG_LEVEL_ERROR, "cannot wake the event loop");
}

/* Removal is half of it: the loop thread releases later. Lock held. */
static void loop_remove(struct table *table, struct source *source)
{
	table->source[source->id & 0xfffff] = NULL;
	source->is_removed = true;
	source->next_removed = loop.removed;
	loop.removed = source;
}

static uint32_t epoll_events(int events)
{
	return (events & VIR_EVENT_HANDLE_READABLE ? EPOLLIN : 0u) |
	       (events & VIR_EVENT_HANDLE_WRITABLE ? EPOLLOUT : 0u);
}

static int libvirt_events(uint32_t events)
{
	return (events & EPOLLIN ? VIR_EVENT_HANDLE_READABLE : 0) |
	       (events & EPOLLOUT ? VIR_EVENT_HANDLE_WRITABLE : 0) | (events & EPOLLERR ? VIR_EVENT_HANDLE_ERROR : 0) |
	       (events & EPOLLHUP ? VIR_EVENT_HANDLE_HANGUP : 0);
}

/* A watch that waits for nothing leaves epoll, which would report hang-ups for it in every round. Lock held. */
static bool watch_arm(const struct source *source, int old_events)
{
	struct epoll_event event = {.events = epoll_events(source->events), .data.u64 = (uint64_t)source->id};

	if (source->events == old_events)
		return true;
	if (source->events == 0)
		return epoll_ctl(loop.epoll, EPOLL_CTL_DEL, source->fd, &event) == 0;
	return epoll_ctl(loop.epoll, old_events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, source->fd, &event) == 0;
}

static int watch_add(int fd, int events, virEventHandleCallback on_ready, void *opaque, virFreeCallback release)
{
	struct source *source = mem_new(1, sizeof *source);
	int id;

	source->fd = fd;
	source->events = events;
	source->on_ready = on_ready;
	source->opaque = opaque;
	source->release = release;
	pthread_mutex_lock(&loop.lock);
	id = table_add(&loop.watches, source);
	if (!watch_arm(source, 0)) {
		/* not released: libvirt keeps the opaque where adding fails */
		log_write(LOG_LEVEL_ERROR, "cannot watch descriptor %d of libvirt (error %d)", fd, errno);
		source->release = NULL;
		loop_remove(&loop.watches, source);
		id = -1;
	}
	pthread_mutex_unlock(&loop.lock);
	return id;
}

static void watch_update(int id, int events)
{
	pthread_mutex_lock(&loop.lock);
	struct source *source = table_find(&loop.watches, id);
	if (source) {
		int old = source->events;
		source->events = events;
		if (!watch_arm(source, old))
			log_write(LOG_LEVEL_ERROR, "cannot change the watch on descriptor %d (error %d)", source->fd,
				  errno);
	}
	pthread_mutex_unlock(&loop.lock);
}

static int watch_remove(int id)
{
	pthread_mutex_lock(&loop.lock);
	struct source *source = table_find(&loop.watches, id);
	if (source) {
		int old = source->events;
		source->events = 0;
		if (!watch_arm(source, old))
			log_write(LOG_LEVEL_DEBUG, "descriptor %d had left the event loop (error %d)", source->fd,
				  errno);
		loop_remove(&loop.watches, source);
		loop_wake();
	}
	pthread_mutex_unlock(&loop.lock);
	return source ? 0 : -1;
}

/* Lock held. */
static void timeout_arm(struct source *source)
{
	if (source->frequency < 0)
		timers_clear(&loop.libvirt_timers, &source->node);
	else
		timers_set(&loop.libvirt_timers, &source->node, mono_add(clock_mono(), (duration){source->frequency}));
}

static int timeout_add(int frequency, virEventTimeoutCallback on_time, void *opaque, virFreeCallback release)
{
	struct source *source = mem_new(1, sizeof *source);
	int id;

	source->frequency = frequency;
	source->on_time = on_time;
	source->opaque = opaque;
	source->release = release;
	pthread_mutex_lock(&loop.lock);
	id = table_add(&loop.timeouts, source);
	timeout_arm(source);
	loop_wake();
	pthread_mutex_unlock(&loop.lock);
	return id;
}

static void timeout_update(int id, int frequency)
{
	pthread_mutex_lock(&loop.lock);
	struct source *source = table_find(&loop.timeouts, id);
	if (source) {
		source->frequency = frequency;
		timeout_arm(source);
		loop_wake();
	}
	pthread_mutex_unlock(&loop.lock);
}

static int timeout_remove(int id)
{
	pthread_mutex_lock(&loop.lock);
	struct source *source = table_find(&loop.timeouts, id);
	if (source) {
		timers_clear(&loop.libvirt_timers, &source->node);
		loop_remove(&loop.timeouts, source);
		loop_wake();
	}
	pthread_mutex_unlock(&loop.lock);
	return source ? 0 : -1;
}

static void loop_run_watch(uint64_t id, uint32_t events)
{
	pthread_mutex_lock(&loop.lock);
	struct source *source = table_find(&loop.watches, (int)id);
	pthread_mutex_unlock(&loop.lock);
	if (source)
		source->on_ready(source->id, source->fd, libvirt_events(events), source->opaque);
}

/* The due timers of libvirt, each at most once per round: one with frequency 0 is always due. */
static void loop_run_timeouts(mono_time now)
{
	struct source *due[EVENTS_PER_ROUND];
	size_t n = 0;

	pthread_mutex_lock(&loop.lock);
	for (struct timer_node *node; n < ARRAY_LEN(due) && (node = timers_first(&loop.libvirt_timers)) != NULL;) {
		if (!mono_reached(now, node->at))
			break;
		due[n++] = (struct source *)node;
		timers_clear(&loop.libvirt_timers, node);
	}
	for (size_t i = 0; i < n; i++)
		timeout_arm(due[i]);
	pthread_mutex_unlock(&loop.lock);

	for (size_t i = 0; i < n; i++) {
		pthread_mutex_lock(&loop.lock);
		bool is_due = !due[i]->is_removed && due[i]->frequency >= 0;
		pthread_mutex_unlock(&loop.lock);
		if (is_due)
			due[i]->on_time(due[i]->id, due[i]->opaque);
	}
}

static void loop_run_own_timers(mono_time now)
{
	for (struct timer_node *node; (node = timers_first(&loop.own_timers)) != NULL && mono_reached(now, node->at);) {
		struct loop_timer *timer = (struct loop_timer *)node;
		timers_clear(&loop.own_timers, node);
		timer->run(timer);
	}
}

static void loop_run_tasks(void)
{
	pthread_mutex_lock(&loop.lock);
	struct task *task = loop.first;
	loop.first = NULL;
	loop.last = &loop.first;
	pthread_mutex_unlock(&loop.lock);
	while (task) {
		struct task *next = task->next;
		task->run(task->context);
		free(task);
		task = next;
	}
}

static void loop_release_removed(void)
{
	pthread_mutex_lock(&loop.lock);
	struct source *source = loop.removed;
	loop.removed = NULL;
	pthread_mutex_unlock(&loop.lock);
	while (source) {
		struct source *next = source->next_removed;
		if (source->release)
			source->release(source->opaque);
		free(source);
		source = next;
	}
}

/* Milliseconds until something is due; -1: nothing. */
static int loop_patience(void)
{
	pthread_mutex_lock(&loop.lock);
	struct timer_node *libvirt = timers_first(&loop.libvirt_timers);
	struct timer_node *own = timers_first(&loop.own_timers);
	int64_t at = libvirt && (!own || libvirt->at.ms < own->at.ms) ? libvirt->at.ms : own ? own->at.ms : -1;
	bool has_work = loop.first || loop.removed;
	pthread_mutex_unlock(&loop.lock);
	if (has_work)
		return 0;
	if (at < 0)
		return -1;
	int64_t left = at - clock_mono().ms;
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void *loop_main(void *unused)
{
	struct epoll_event event[EVENTS_PER_ROUND];

	(void)unused;
	for (;;) {
		int n = epoll_wait(loop.epoll, event, EVENTS_PER_ROUND, loop_patience());
		for (int i = 0; i < n; i++) {
			uint64_t count;
			if (event[i].data.u64 != WAKE_WATCH)
				loop_run_watch(event[i].data.u64, event[i].events);
			else if (read(loop.wake, &count, sizeof count) < 0 && errno != EAGAIN)
				log_write(LOG_LEVEL_ERROR, "cannot read the event loop's own descriptor");
		}
		mono_time now = clock_mono();
		loop_run_timeouts(now);
		loop_run_tasks();
		loop_run_own_timers(now);
		loop_release_removed();
	}
	return NULL;
}

static void ignore_error(void *unused, virErrorPtr error)
{
	(void)unused;
	(void)error;
}

/* Lock held. */
static enum err loop_open(struct err_info *why)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = WAKE_WATCH};

	virSetErrorFunc(NULL, ignore_error);
	if (virInitialize() < 0)
		return err_set(why, ERR_UNSUPPORTED, "libvirt", 0, "the libvirt library cannot be initialised");
	virEventRegisterImpl(watch_add, watch_update, watch_remove, timeout_add, timeout_update, timeout_remove);
	loop.epoll = epoll_create1(EPOLL_CLOEXEC);
	loop.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop.epoll < 0 || loop.wake < 0 || epoll_ctl(loop.epoll, EPOLL_CTL_ADD, loop.wake, &event) < 0)
		return err_set(why, ERR_IO, "system", errno, "cannot make an event loop: no descriptors are left");
	return ERR_OK;
}

enum err loop_start(struct err_info *why)
{
	sigset_t all, old;
	enum err result = ERR_OK;

	pthread_mutex_lock(&loop.lock);
	if (!loop.is_running)
		result = loop_open(why);
	if (!loop.is_running && result == ERR_OK) {
		mask_of_threads(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		int failed = pthread_create(&loop.thread, NULL, loop_main, NULL);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		loop.is_running = failed == 0;
		if (failed == 0)
			pthread_detach(loop.thread);
		else
			result = err_set(why, ERR_IO, "system", failed, "cannot start the event loop's thread");
	}
	pthread_mutex_unlock(&loop.lock);
	return result;
}

void loop_post(void (*run)(void *context), void *context)
{
	struct task *task = mem_new(1, sizeof *task);

	task->run = run;
	task->context = context;
	pthread_mutex_lock(&loop.lock);
	*loop.last = task;
	loop.last = &task->next;
	loop_wake();
	pthread_mutex_unlock(&loop.lock);
}

void loop_timer_set(struct loop_timer *timer, mono_time at)
{
	timers_set(&loop.own_timers, &timer->node, at);
}

void loop_timer_clear(struct loop_timer *timer)
{
	timers_clear(&loop.own_timers, &timer->node);
}
