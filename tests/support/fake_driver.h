/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver that says what a test tells it to say and remembers what it was asked. Thread-safe where the collector calls it.
 */
#ifndef TESTS_SUPPORT_FAKE_DRIVER_H
#define TESTS_SUPPORT_FAKE_DRIVER_H

#include "backend/driver.h"

#include <pthread.h>

#define FAKE_HOSTS 2

struct fake_driver {
	struct driver driver;
	pthread_mutex_t lock;
	struct event_sink sink;
	bool stopped;
	size_t n_starts, n_submits, n_debts, n_prepares, n_taken;
	struct intent submitted; /* the last */
	/* The reply that a submit gets at once; was_called false and result OK: none. */
	struct intent_reply reply;
	bool replies;
	int64_t downtime_limit; /* what fake_say_job says; 0: nothing */
};

void fake_driver_init(struct fake_driver *fake);
void fake_driver_done(struct fake_driver *fake);

/* Both hosts up, with UUIDs and an inventory: the guest runs on host 0. */
void fake_say_hosts(struct fake_driver *fake);
void fake_say_job(struct fake_driver *fake, int64_t elapsed, uint64_t processed, struct domain_state state);
void fake_say_domain(struct fake_driver *fake, uint32_t host, enum domain_event what, struct domain_state state);
void fake_say_pass(struct fake_driver *fake, uint32_t host, const struct uuid *guest, uint64_t number);
void fake_say_no_job(struct fake_driver *fake, struct domain_state state);

/* A count of the driver, read under its lock. */
size_t fake_count(struct fake_driver *fake, const size_t *count);

extern const struct uuid fake_guest;
struct uuid fake_host_uuid(uint32_t host);

#endif
