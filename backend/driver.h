/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt, the simulator and a recording implement: they say events and are asked intents. A driver numbers its
 * hosts from 0; `host_base` makes the numbers unique in the process.
 *
 * Threads: start, submit, prepare, taken and stop are called by the collector thread and return at once (never an RPC, never a lock
 * that is held across one). Events may be put from any thread of the driver. After stop returns nothing is put any more.
 */
#ifndef BACKEND_DRIVER_H
#define BACKEND_DRIVER_H

#include "model/event.h"
#include "model/fleet.h"

/* Where events go. `put` is thread-safe, never blocks for long and takes ownership of the event.
 * Returns false when the queue overflowed: the event is gone and the driver must look at everything of that host again. */
struct event_sink {
	bool (*put)(void *queue, struct event *event);
	void *queue;
};

struct driver;

struct driver_ops {
	const char *name; /* "libvirt", "sim", "recorded" */

	/* How many hosts it has, and host i's name, uri, group (borrowed strings that live as long as the driver). */
	size_t (*n_hosts)(const struct driver *driver);
	struct fleet_host (*host)(const struct driver *driver, size_t i); /* .host is ignored */

	/* Begins to say events. */
	enum err (*start)(struct driver *driver, struct event_sink sink, uint32_t host_base, struct err_info *why);

	/* Carries out one intent; copied. Ends in exactly one EVENT_REPLY (with the intent's id), except when the call never
	 * returns. It reads fresh facts and asks action_check itself just before the call. NULL: this driver cannot act. */
	void (*submit)(struct driver *driver, const struct intent *intent);

	/* An action on a guest of this host may follow soon (a dialog opened): have the connection ready. NULL: nothing to do. */
	void (*prepare)(struct driver *driver, uint32_t host);

	/* The collector took the last statistics of this domain: the next may be sent. At most one unconsumed EVENT_JOB per
	 * domain waits in the queue. NULL: the driver does not care. */
	void (*taken)(struct driver *driver, uint32_t host, const struct uuid *domain);

	/* Resume a guest that our own pause left frozen after its job failed (the debt of an intent, model/proof.h): both ends have been looked at
	 * by the collector. Ends in an EVENT_REPLY with the intent's id. NULL: cannot. */
	void (*pay_debt)(struct driver *driver, const struct intent *intent);

	/* Stops within about a second; calls that hang are left behind with their threads. */
	void (*stop)(struct driver *driver);
	void (*free)(struct driver *driver);
};

/* The first member of every driver's own struct. */
struct driver {
	const struct driver_ops *ops;
};

#endif
