/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Playing the collector. One thread; the driver's threads put into the queue.
 */
#include "tests/support/contract_play.h"

#include "backend/queue.h"
#include "base/array.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define LISTEN_MS 50

static void release_event(void *item)
{
	event_free(item);
}

static bool put(void *queue, struct event *event)
{
	return queue_put(queue, event, true);
}

struct play *play_open(const struct contract_world *world, bool is_read_only)
{
	struct play *play = mem_new(1, sizeof *play);
	struct err_info why = {0};

	play->world = world;
	play->queue = queue_new(100000);
	assert_non_null(play->queue);
	assert_true(world->ops->driver(world->world, is_read_only, &play->driver));
	struct event_sink sink = {put, play->queue};
	if (play->driver->ops->start(play->driver, sink, 0, &why) != ERR_OK)
		fail_msg("the driver does not start: %s", why.text);
	play->is_running = true;
	return play;
}

void play_stop(struct play *play)
{
	if (play->is_running)
		play->driver->ops->stop(play->driver);
	play->is_running = false;
}

void play_close(struct play *play)
{
	play_stop(play);
	play->driver->ops->free(play->driver);
	play->world->ops->close(play->world->world);
	for (size_t i = 0; i < play->n_seen; i++)
		event_free(play->seen[i]);
	free(play->seen);
	queue_free(play->queue, release_event);
	free(play);
}

static const struct uuid *guest_of(const struct event *event)
{
	switch (event->kind) {
	case EVENT_DOMAIN: return &event->domain.uuid;
	case EVENT_FACTS: return &event->facts.uuid;
	case EVENT_JOB: return &event->job.uuid;
	case EVENT_NO_JOB: return &event->no_job.uuid;
	case EVENT_INCOMING: return &event->incoming.uuid;
	case EVENT_PASS: return &event->pass.uuid;
	case EVENT_COMPLETED: return &event->completed.uuid;
	case EVENT_LATE: return &event->late.uuid;
	default: return NULL; /* about no guest */
	}
}

static void take(struct play *play, struct event *event)
{
	play->seen = array_reserve(play->seen, &play->seen_capacity, play->n_seen + 1, sizeof(struct event *));
	play->seen[play->n_seen++] = event;
	if (event->kind == EVENT_JOB && !play->withholds && play->is_running && play->driver->ops->taken)
		play->driver->ops->taken(play->driver, event->host, &event->job.uuid);
}

static bool matches(const struct event *event, const struct want *want)
{
	const struct uuid *guest = guest_of(event);

	if (event->kind != want->kind || (want->host != ANY && event->host != want->host))
		return false;
	if (want->guest && !(guest && uuid_equal(guest, want->guest)))
		return false;
	if (event->kind == EVENT_DOMAIN && want->what != ANY)
		return event->domain.what == (enum domain_event)want->what;
	if (event->kind == EVENT_LINK && want->what != ANY)
		return event->link.state == (enum link_state)want->what;
	return event->kind != EVENT_REPLY || !want->intent || event->reply.intent_id == want->intent;
}

const struct event *play_find(const struct play *play, struct want want)
{
	for (size_t i = want.after; i < play->n_seen; i++)
		if (matches(play->seen[i], &want))
			return play->seen[i];
	return NULL;
}

size_t play_count(const struct play *play, struct want want)
{
	size_t n = 0;

	for (size_t i = want.after; i < play->n_seen; i++)
		n += matches(play->seen[i], &want);
	return n;
}

size_t play_index(const struct play *play, const struct event *event)
{
	for (size_t i = 0; i < play->n_seen; i++)
		if (play->seen[i] == event)
			return i;
	fail_msg("an event that was never seen");
	return 0;
}

void play_listen(struct play *play, int ms)
{
	mono_time end = mono_add(clock_mono(), (duration){ms});

	for (;;) {
		int64_t left = mono_since(end, clock_mono()).ms;
		struct event *event = left > 0 ? queue_wait(play->queue, (int)left) : queue_take(play->queue);
		if (!event && left <= 0)
			return;
		if (event)
			take(play, event);
	}
}

const struct event *play_await(struct play *play, struct want want)
{
	mono_time end = mono_add(clock_mono(), (duration){play->world->patience_ms});
	const struct event *found;

	while (!(found = play_find(play, want)) && !mono_reached(clock_mono(), end)) {
		struct event *event = queue_wait(play->queue, LISTEN_MS);
		if (event)
			take(play, event);
	}
	if (!found)
		fail_msg("event of kind %d (what %u, host %u) did not come", (int)want.kind, want.what, want.host);
	return found;
}

static struct uuid new_guest(struct play *play, const struct contract_guest *plan)
{
	struct uuid uuid;

	assert_true(play->world->ops->guest(play->world->world, plan, &uuid));
	return uuid;
}

struct uuid play_idle_guest(struct play *play)
{
	return new_guest(play, &(struct contract_guest){.name = "idle", .memory_mib = 64});
}

struct uuid play_busy_guest(struct play *play)
{
	return new_guest(play,
			 &(struct contract_guest){.name = "busy", .memory_mib = 96, .set_mib = 48, .mib_per_s = 40});
}

/* Its statistics show that memory is on its way. */
static void await_memory(struct play *play, const struct uuid *guest)
{
	struct want want = {.kind = EVENT_JOB, .host = 0, .guest = guest, .after = play->n_seen};

	for (;;) {
		const struct event *event = play_await(play, want);
		if (event->job.stats.memory_total.n && event->job.stats.memory_processed.n)
			return;
		want.after = play_index(play, event) + 1;
	}
}

void play_migrate(struct play *play, const struct uuid *guest, bool permits_postcopy)
{
	struct contract_migration terms = {.destination = 1,
					   .bandwidth_mib = 10,
					   .postcopy_bandwidth_mib = 5,
					   .permits_postcopy = permits_postcopy};

	play_await(play, (struct want){.kind = EVENT_INVENTORY, .host = 0});
	assert_true(play->world->ops->migrate(play->world->world, guest, &terms));
	await_memory(play, guest);
}

void play_await_truth(struct play *play, const struct uuid *guest, uint32_t host, bool is_running)
{
	mono_time end = mono_add(clock_mono(), (duration){play->world->patience_ms});
	struct contract_truth truth;

	do {
		play_listen(play, LISTEN_MS);
		assert_true(play->world->ops->truth(play->world->world, guest, &truth));
		if (truth.exists && truth.host == host && truth.is_running == is_running)
			return;
	} while (!mono_reached(clock_mono(), end));
	fail_msg("the guest is not %s on host %u: exists %d, host %u, running %d", is_running ? "running" : "paused",
		 host, truth.exists, truth.host, truth.is_running);
}

uint64_t play_submit(struct play *play, enum action action, enum force_method method, uint32_t host,
		     const struct uuid *guest)
{
	const struct event *facts = play_await(play, (struct want){.kind = EVENT_HOST, .host = host});
	struct intent intent = {
		.id = ++play->next_intent,
		.stage = INTENT_RECORDED,
		.job = play->job,
		.order = {.serial = play->next_intent,
			  .action = action,
			  .method = method,
			  .value = play->value,
			  .target = {.host = facts->host_facts.uuid, .domain = *guest, .attempt = 1}},
	};

	play->driver->ops->submit(play->driver, &intent);
	return intent.id;
}

struct intent_reply play_act(struct play *play, enum action action, enum force_method method, uint32_t host,
			     const struct uuid *guest)
{
	uint64_t id = play_submit(play, action, method, host, guest);

	return play_await(play, (struct want){.kind = EVENT_REPLY, .host = ANY, .intent = id})->reply;
}
