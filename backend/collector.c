/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector thread's loop: take a letter, let the fleet and the intents advance, hand what changed to the recorder
 * and, not more often than is good for the eye, a snapshot to the screen. It waits for nothing but its queue.
 */
#include "backend/collector.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define TICK_MS 500             /* freshness, graces and patience advance at this pace */
#define URGENT_MS 80            /* changes of phase are shown within this, several at once */
#define TELL_LEFT_MS 15000      /* hosts that have not answered by then keep what the dead left on them */
#define ADOPT_EVERY_MS 10000    /* who dies later leaves something too, and a ledger that was busy is not so for ever */
#define PICTURE_PATIENCE_MS 500 /* a cache that is slower than this must not keep the hosts waiting */

void letter_free(void *item)
{
	struct letter *letter = item;

	if (!letter)
		return;
	event_free(letter->event);
	free(letter);
}

bool collector_post(struct backend *backend, struct letter *letter, bool is_vital)
{
	if (queue_put(backend->queue, letter, is_vital))
		return true;
	letter_free(letter);
	return false;
}

/* Outcomes, replies and changes of state are never dropped; a picture of the moment can be taken again. */
static bool event_is_vital(enum event_kind kind)
{
	return kind != EVENT_JOB && kind != EVENT_NOTICE && kind != EVENT_PICTURE && kind != EVENT_PICTURE_HOST;
}

bool collector_sink(void *queue, struct event *event)
{
	struct letter *letter = mem_new(1, sizeof *letter);

	letter->kind = LETTER_EVENT;
	letter->event = event;
	return collector_post(queue, letter, event_is_vital(event->kind));
}

struct driver *collector_driver(const struct backend *backend, uint32_t host, uint32_t *own_number)
{
	for (size_t i = backend->n_drivers; i-- > 0;) {
		if (host != HOST_NONE && host >= backend->host_base[i]) {
			*own_number = host - backend->host_base[i];
			return backend->driver[i];
		}
	}
	return NULL;
}

static void tell_taken(struct backend *backend, const struct event *event)
{
	uint32_t own;
	struct driver *driver = collector_driver(backend, event->host, &own);

	if (driver && driver->ops->taken)
		driver->ops->taken(driver, own, &event->job.uuid);
}

static void start_drivers(struct backend *backend)
{
	struct event_sink sink = {collector_sink, backend};
	struct err_info why = {0};

	backend->picture_over = true;
	backend->drivers_run = true;
	for (size_t i = 0; i < backend->n_drivers; i++) {
		struct driver *driver = backend->driver[i];

		if (driver->ops->start(driver, sink, backend->host_base[i], &why) != ERR_OK)
			fleet_notice(backend->fleet, clock_stamp(), SEVERITY_CRITICAL, NULL, driver->ops->name,
				     why.text);
	}
	backend->is_dirty = backend->is_urgent = true;
}

static void take_store(struct backend *backend, const struct event *event)
{
	const struct event *old = &backend->store;
	bool is_bad = !event->store.cache_ok || !event->store.ledger_ok;
	const char *text = !event->store.ledger_ok ? event->store.ledger_text : event->store.cache_text;
	bool is_news = strcmp(old->store.cache_text, event->store.cache_text) != 0 ||
		       strcmp(old->store.ledger_text, event->store.ledger_text) != 0;

	if (is_news && text[0])
		fleet_notice(backend->fleet, event->at, is_bad ? SEVERITY_WARNING : SEVERITY_INFO, NULL,
			     !event->store.ledger_ok ? "ledger" : "cache", text);
	backend->store = *event;
	backend->is_dirty = true;
}

static void take_fleet_event(struct backend *backend, const struct event *event)
{
	bool is_picture = event->kind == EVENT_PICTURE || event->kind == EVENT_PICTURE_HOST;

	/* a picture that comes after the drivers were started could take the place of the living */
	if (is_picture && backend->picture_over)
		return;
	struct fleet_change change = fleet_apply(backend->fleet, event);
	recording_of_change(backend, &change, event);
	if (event->kind == EVENT_SHARED)
		arming_shared(backend, event);
	if (event->kind == EVENT_PASS || event->kind == EVENT_JOB)
		arming_look(backend);
	backend->is_dirty = true;
	/* what the dead left on a host is looked after by whoever reaches it */
	if (event->kind == EVENT_HOST && backend->recorder)
		recorder_adopt(backend->recorder, &event->host_facts.uuid);
	if (change.n_migrations || event->kind != EVENT_JOB)
		backend->is_urgent = true;
}

static void take_event(struct backend *backend, const struct event *event)
{
	switch (event->kind) {
	case EVENT_REPLY: acting_reply(backend, event); break;
	case EVENT_LEDGER: acting_ledger(backend, event); break;
	case EVENT_ADOPTED: acting_adopted(backend, event); break;
	case EVENT_STORE: take_store(backend, event); break;
	case EVENT_JOB:
		tell_taken(backend, event);
		take_fleet_event(backend, event);
		break;
	case EVENT_LINK:
	case EVENT_HOST:
	case EVENT_INVENTORY:
	case EVENT_DOMAIN:
	case EVENT_FACTS:
	case EVENT_NO_JOB:
	case EVENT_INCOMING:
	case EVENT_PASS:
	case EVENT_COMPLETED:
	case EVENT_LATE:
	case EVENT_SHARED:
	case EVENT_PICTURE:
	case EVENT_PICTURE_HOST:
	case EVENT_NOTICE:
	case EVENT_KIND_COUNT: take_fleet_event(backend, event); break;
	}
}

void collector_prepare(struct backend *backend, const struct migration_id *id)
{
	uint32_t own;
	uint32_t host = fleet_host_number(backend->fleet, &id->host);
	struct driver *driver = collector_driver(backend, host, &own);

	if (driver && driver->ops->prepare && !backend->settings.fleet.is_read_only)
		driver->ops->prepare(driver, own);
}

static void take_letter(struct backend *backend, struct letter *letter)
{
	switch (letter->kind) {
	case LETTER_EVENT: take_event(backend, letter->event); break;
	case LETTER_ORDER: acting_order(backend, &letter->order); break;
	case LETTER_LOOK:
		backend->look = letter->look;
		backend->is_dirty = backend->is_urgent = true;
		break;
	case LETTER_PREPARE: collector_prepare(backend, &letter->migration); break;
	case LETTER_PICTURE_READ:
		if (!backend->drivers_run)
			start_drivers(backend);
		break;
	case LETTER_STOP: backend->is_stopping = true; break;
	}
	letter_free(letter);
}

/* ---- publishing ---- */

/* All that are kept: one that is open is asked about before virt-drain is left, however many came after it. */
static void fill_answers(const struct backend *backend, struct snapshot *snapshot)
{
	snapshot->answer = arena_alloc(&snapshot->arena, backend->n_intents + 1, sizeof *snapshot->answer);
	snapshot->n_answers = backend->n_intents;
	for (size_t i = 0; i < backend->n_intents; i++)
		snapshot->answer[i].intent = backend->intent[i];
}

static void publish(struct backend *backend, struct stamp now)
{
	struct snapshot *snapshot = fleet_freeze(backend->fleet, now, &backend->look);

	snapshot->serial = ++backend->snapshot_serial;
	fill_answers(backend, snapshot);
	snapshot->cache_ok = backend->store.store.cache_ok;
	snapshot->ledger_ok = backend->store.store.ledger_ok;
	snapshot->cache_text = arena_dup(&snapshot->arena, backend->store.store.cache_text);
	snapshot->ledger_text = arena_dup(&snapshot->arena, backend->store.store.ledger_text);
	if (backend->settings.alert.say)
		alert_look(&backend->alerts, snapshot, backend->settings.fleet.frozen_warning,
			   &backend->settings.alert);
	snapshot->samples_dropped = backend->store.store.samples_dropped;
	snapshot_free(mailbox_put(backend->mailbox, snapshot));
	backend->last_publish = now.mono;
	backend->is_dirty = backend->is_urgent = false;
}

static int64_t min_i64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the loop must wake even if nothing comes. */
static int wait_ms(const struct backend *backend, mono_time now)
{
	int64_t until = backend->last_tick.ms + TICK_MS;

	if (backend->is_urgent)
		until = min_i64(until, backend->last_publish.ms + URGENT_MS);
	until = min_i64(until, backend->last_publish.ms + backend->settings.refresh.ms);
	return until <= now.ms ? 0 : (int)(until - now.ms);
}

static void advance_time(struct backend *backend, struct stamp now)
{
	if (mono_since(now.mono, backend->last_tick).ms < TICK_MS)
		return;
	backend->last_tick = now.mono;
	struct fleet_change change = fleet_tick(backend->fleet, now);
	recording_of_change(backend, &change, NULL);
	for (size_t i = 0; i < change.n_wanted; i++)
		acting_wanted(backend, &change.wanted[i]);
	if (change.n_migrations)
		backend->is_dirty = backend->is_urgent = true;
}

static void tell_left_open(struct backend *backend, mono_time now)
{
	if (!backend->recorder || backend->left_told.ms == 0 || !mono_reached(now, backend->left_told))
		return;
	backend->left_told = (mono_time){0};
	recorder_tell_left_open(backend->recorder);
}

static void adopt_again(struct backend *backend, mono_time now)
{
	duration every = backend->settings.adopt_every;

	if (!backend->recorder || mono_since(now, backend->last_adoption).ms < (every.ms ? every.ms : ADOPT_EVERY_MS))
		return;
	backend->last_adoption = now;
	for (uint32_t host = 0; host < backend->n_hosts; host++) {
		struct host_record record;

		if (fleet_host_answers(backend->fleet, host) && fleet_host_record(backend->fleet, host, &record))
			recorder_adopt(backend->recorder, &record.uuid);
	}
}

static void publish_if_due(struct backend *backend, struct stamp now)
{
	int64_t since = mono_since(now.mono, backend->last_publish).ms;

	/* ages and elapsed times move even when nothing comes, so a refresh is due in any case */
	if (since >= backend->settings.refresh.ms || (backend->is_urgent && since >= URGENT_MS))
		publish(backend, now);
}

void collector_turn(struct backend *backend)
{
	struct letter *letter = queue_wait(backend->queue, wait_ms(backend, clock_mono()));

	while (letter) {
		take_letter(backend, letter);
		letter = queue_take(backend->queue);
	}
	struct stamp now = clock_stamp();
	if (!backend->drivers_run && mono_since(now.mono, backend->began).ms >= PICTURE_PATIENCE_MS) {
		log_write(LOG_LEVEL_WARNING, "the cache was too slow to give the last picture");
		start_drivers(backend);
	}
	advance_time(backend, now);
	acting_judge(backend, now);
	adopt_again(backend, now.mono);
	tell_left_open(backend, now.mono);
	recording_of_notices(backend);
	publish_if_due(backend, now);
}

void collector_begin(struct backend *backend)
{
	backend->began = backend->last_adoption = clock_mono();
	backend->left_told = mono_add(backend->began, (duration){TELL_LEFT_MS});
}

void collector_end(struct backend *backend)
{
	arming_stop(backend, clock_stamp());
	for (size_t i = 0; backend->drivers_run && i < backend->n_drivers; i++)
		backend->driver[i]->ops->stop(backend->driver[i]);
	recording_of_notices(backend);
}

void *collector_run(void *argument)
{
	struct backend *backend = argument;

	collector_begin(backend);
	while (!backend->is_stopping)
		collector_turn(backend);
	collector_end(backend);
	return NULL;
}
