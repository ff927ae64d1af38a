/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector's part in the contract tests: takes events, remembers all of them, waits for one, submits intents. One thread.
 * Everything fails the running cmocka test instead of returning an error.
 */
#ifndef TESTS_SUPPORT_CONTRACT_PLAY_H
#define TESTS_SUPPORT_CONTRACT_PLAY_H

#include "tests/support/contract.h"

struct play {
	const struct contract_world *world;
	struct driver *driver;
	struct queue *queue;
	bool is_running;
	bool withholds;      /* does not tell that statistics were taken */
	struct event **seen; /* all events so far, in order */
	size_t n_seen, seen_capacity;
	uint64_t next_intent;
	uint64_t value;       /* of the orders to come */
	struct job_stats job; /* that they are about */
};

#define ANY UINT32_MAX

/* What is waited for; a zero `guest` pointer and ANY match everything. */
struct want {
	enum event_kind kind;
	uint32_t host;
	const struct uuid *guest;
	uint32_t what;   /* EVENT_DOMAIN: enum domain_event; EVENT_LINK: enum link_state */
	uint64_t intent; /* EVENT_REPLY; 0: any */
	size_t after;    /* index in seen from which on it counts */
};

/* Opens and starts a driver / frees it and closes the world. */
struct play *play_open(const struct contract_world *world, bool is_read_only);
void play_close(struct play *play);
void play_stop(struct play *play); /* the driver's stop, once */

/* Takes what is there and what comes within ms. */
void play_listen(struct play *play, int ms);

/* The first event that matches, waited for if need be; fails the test when it does not come. Lives as long as the play. */
const struct event *play_await(struct play *play, struct want want);
/* The same among those already seen; NULL if there is none. */
const struct event *play_find(const struct play *play, struct want want);
size_t play_count(const struct play *play, struct want want);
size_t play_index(const struct play *play, const struct event *event);

/* A guest on host 0, idle or writing more than the bandwidth of play_migrate. */
struct uuid play_idle_guest(struct play *play);
struct uuid play_busy_guest(struct play *play);

/* A migration to host 1 that a busy guest never lets end; waits until its memory is being copied. */
void play_migrate(struct play *play, const struct uuid *guest, bool permits_postcopy);

/* Waits until the guest lives on this host, running or not. */
void play_await_truth(struct play *play, const struct uuid *guest, uint32_t host, bool is_running);

/* Submits, and waits for the reply. The order is aimed at the guest on `host`. */
struct intent_reply play_act(struct play *play, enum action action, enum force_method method, uint32_t host,
			     const struct uuid *guest);
uint64_t play_submit(struct play *play, enum action action, enum force_method method, uint32_t host,
		     const struct uuid *guest);

#endif
