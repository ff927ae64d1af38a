/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector thread: owns the fleet and the open intents, applies events, publishes snapshots. Shared by
 * collector.c, acting.c and backend.c, and by nobody else.
 */
#ifndef BACKEND_COLLECTOR_H
#define BACKEND_COLLECTOR_H

#include "backend/backend.h"
#include "backend/driver.h"
#include "backend/mailbox.h"
#include "backend/queue.h"
#include "backend/store/store.h"
#include "model/proof.h"

#include <pthread.h>

/* What travels in the collector's queue. */
enum letter_kind { LETTER_EVENT, LETTER_ORDER, LETTER_LOOK, LETTER_PREPARE, LETTER_PICTURE_READ, LETTER_STOP };

struct letter {
	enum letter_kind kind;
	struct event *event; /* LETTER_EVENT; owned */
	struct order order;
	struct look look;
	struct migration_id migration; /* LETTER_PREPARE */
};

struct backend {
	struct backend_settings settings; /* strings owned */
	struct driver *const *driver;
	uint32_t *host_base; /* per driver: number of its first host */
	size_t n_drivers;
	uint32_t n_hosts; /* of all drivers */
	struct queue *queue;
	struct mailbox *mailbox;
	pthread_t thread;
	pthread_t reader; /* of the last picture */
	bool has_reader;
	uint64_t order_serial, look_serial; /* main thread */
	/* From here on the collector thread only. */
	struct fleet *fleet;
	struct recorder *recorder;
	struct intent *intent; /* newest orders: open ones and those just closed, oldest first */
	size_t n_intents, intents_capacity;
	uint64_t n_wanted; /* orders so far that nobody submitted */
	struct alert_memory alerts;
	uint64_t local_intent_id; /* ids where no ledger gives them */
	struct look look;
	struct event store; /* the last EVENT_STORE */
	uint64_t snapshot_serial, recorded_notice;
	mono_time began; /* when the thread did */
	mono_time last_publish, last_tick, last_adoption;
	mono_time left_told;      /* when what nobody has adopted is told; 0: it was */
	bool is_dirty, is_urgent; /* a snapshot is due: with the next refresh, or at once */
	bool drivers_run, picture_over;
	bool is_stopping;
};

/* collector.c */
void *collector_run(void *backend);
/* The parts of collector_run, for a test that lets several collectors run by turns: once at the beginning; waits for a letter or until
 * something is due, until is_stopping; once at the end. */
void collector_begin(struct backend *backend);
void collector_turn(struct backend *backend);
void collector_end(struct backend *backend);
bool collector_post(struct backend *backend, struct letter *letter, bool is_vital); /* any thread; takes ownership */
bool collector_sink(void *backend, struct event *event);                            /* struct event_sink.put */
void letter_free(void *letter);
void collector_prepare(struct backend *backend, const struct migration_id *id); /* the connection for actions */
struct driver *collector_driver(const struct backend *backend, uint32_t host, uint32_t *own_number);

/* recording.c: fleet to recorder */
void recording_of_change(struct backend *backend, const struct fleet_change *change, const struct event *event);
void recording_of_notices(struct backend *backend);

/* acting.c: orders, intents, debts */
void acting_order(struct backend *backend, const struct order *order);
/* An order that nobody submitted: the policy's, or what an armed one became. Its serial is given here. */
void acting_wanted(struct backend *backend, const struct order *order);
void acting_ledger(struct backend *backend, const struct event *event);
void acting_reply(struct backend *backend, const struct event *event);
void acting_adopted(struct backend *backend, const struct event *event);
/* Every change of an intent ends here: the rows, the log and the ledger learn it. */
void acting_changed(struct backend *backend, const struct intent *intent, struct stamp at);
struct driver *acting_driver(const struct backend *backend, const struct intent *intent); /* NULL: none */

/* judging.c: proof and debts; the end of a debt's call */
void acting_judge(struct backend *backend, struct stamp now);
void judging_debt_reply(struct backend *backend, struct intent *intent, const struct event *event);

/* arming.c: forces that wait for their moment */
void arming_begin(struct backend *backend, struct intent *intent, struct stamp now); /* it is in the ledger */
/* Takes back what this process has armed on the guest, or tells what became of one whose process has died: then *disarm, which is no intent
 * yet, is proven. False: neither. */
bool arming_disarm(struct backend *backend, struct intent *disarm, struct stamp now);
/* Other processes ask for something of ours, or have died. */
void arming_shared(struct backend *backend, const struct event *event);
/* The ledger did not take the force that an armed one became: a request to take it back was there first. */
void arming_taken_back(struct backend *backend, const struct intent *shot, struct stamp now);
/* The fleet has learnt something: fires what waited for a pass that began with it. */
void arming_look(struct backend *backend);
void arming_judge(struct backend *backend, struct intent *intent, struct stamp now); /* an armed one: is it over? */
void arming_stop(struct backend *backend, struct stamp now);                         /* virt-drain ends */

#endif
