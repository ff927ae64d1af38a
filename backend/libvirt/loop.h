/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop thread: libvirt's event loop on epoll (its own costs 32 % of a core at 2,000 idle connections), our timers and work
 * posted from other threads. libvirt knows one event loop per process, so there is one, shared by all drivers, and it lives until the
 * process ends. Nothing that it runs may make a call that crosses the wire.
 */
#ifndef BACKEND_LIBVIRT_LOOP_H
#define BACKEND_LIBVIRT_LOOP_H

#include "backend/libvirt/timers.h"
#include "base/err.h"

/* Initialises libvirt and starts the thread; later calls do nothing. Any thread.
 * Errors: ERR_UNSUPPORTED (libvirt), ERR_IO (no descriptors, no thread). */
enum err loop_start(struct err_info *why) ATTR_WARN_UNUSED;

/* Runs `run(context)` on the loop thread, soon and in the order of posting. Any thread, the loop thread too. */
void loop_post(void (*run)(void *context), void *context);

/* A timer of ours. `run` is called once on the loop thread when its time comes; it may set it again. Zero-initialised with `run` is valid. */
struct loop_timer {
	struct timer_node node; /* first */
	void (*run)(struct loop_timer *timer);
};
void loop_timer_set(struct loop_timer *timer, mono_time at); /* loop thread */
void loop_timer_clear(struct loop_timer *timer);             /* loop thread */

#endif
