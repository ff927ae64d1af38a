/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call threads: one call each, as many as calls are out, reused. No libvirt call has a time-out and any may hang; then its
 * thread is left behind with it. The pool is shared by all drivers of the process.
 */
#ifndef BACKEND_LIBVIRT_CALLS_H
#define BACKEND_LIBVIRT_CALLS_H

#include "backend/libvirt/libvirt.h"

/* The first member of every call. The loop thread makes it and gets it back; in between it belongs to its call thread. */
struct call {
	void (*run)(struct call *call);  /* call thread */
	void (*done)(struct call *call); /* loop thread; frees it */
	bool is_left_behind;             /* loop thread: no longer counted */
	bool is_urgent;                  /* an action: leaves at once, whatever else is out */
	struct call *next;
};

/* Loop thread. False: as many calls are out as may be; try again when a call has come back (calls_on_room). */
bool calls_start(struct call *call);
/* Loop thread: the call is overdue, another may take its place. */
void calls_leave_behind(struct call *call);

/* Runs on the loop thread when a call was refused for want of room and there is room again. */
struct calls_waiter {
	void (*run)(struct calls_waiter *waiter);
	struct calls_waiter *next;
	bool is_waiting;
};
void calls_await_room(struct calls_waiter *waiter);
void calls_forget(struct calls_waiter *waiter);

/* Counts one call across the wire. Any thread. */
void calls_count(enum libvirt_call kind);

#endif
