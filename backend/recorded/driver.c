/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver that says a recording again: one thread that reads, waits until the next event is due and puts it. Start and stop are the
 * collector's; a queue of one errand, the end, is all that is shared.
 */
#include "backend/queue.h"
#include "backend/recorded/recorded.h"
#include "backend/recorded/recording.h"
#include "base/array.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct recorded {
	struct driver driver;
	/* Set before the thread begins. */
	struct recording *recording; /* the thread's while it runs */
	size_t n_hosts;
	struct fleet_host *host; /* borrowed from the recording */
	struct event_sink sink;
	uint32_t host_base;
	struct queue *end; /* anything in it: stop */
	/* The collector's. */
	pthread_t thread;
	bool is_running;
	/* The thread's own: what a time of the recording is on our clock. */
	bool has_begun, is_stopping;
	int64_t shift_ms;
};

static struct recorded *recorded_of(struct driver *driver)
{
	return (struct recorded *)driver;
}

/* ---- the thread ---- */

/* A time of the recording, or the order to stop, whichever is first. */
static void wait_until(struct recorded *recorded, mono_time due)
{
	int64_t left;

	do {
		left = mono_since(due, clock_mono()).ms;
		int ms = left > 60000 ? 60000 : left > 0 ? (int)left : 0;
		recorded->is_stopping = queue_wait(recorded->end, ms) != NULL;
	} while (left > 0 && !recorded->is_stopping);
}

static mono_time our_time(const struct recorded *recorded, mono_time recorded_at)
{
	return (mono_time){recorded_at.ms + recorded->shift_ms};
}

static void say(struct recorded *recorded, struct event *event)
{
	mono_time was = event->at.mono;

	event->at = clock_stamp();
	if (event->kind == EVENT_LINK && event->link.retry_at.ms)
		event->link.retry_at = mono_add(event->at.mono, mono_since(event->link.retry_at, was));
	if (event->host != HOST_NONE)
		event->host += recorded->host_base;
	recorded->sink.put(recorded->sink.queue, event);
}

/* False when there is nothing more to say: at the end of the recording, or because of the collector. */
static bool say_next(struct recorded *recorded, struct err_info *why)
{
	struct event *event = NULL;

	if (recording_next(recorded->recording, &event, why) != ERR_OK || !event)
		return false;
	if (!recorded->has_begun) {
		recorded->has_begun = true;
		recorded->shift_ms = mono_since(clock_mono(), event->at.mono).ms;
	}
	wait_until(recorded, our_time(recorded, event->at.mono));
	if (recorded->is_stopping)
		event_free(event);
	else
		say(recorded, event);
	return !recorded->is_stopping;
}

/* What was true is not known to be true any more. */
static void end_links(struct recorded *recorded, const char *reason)
{
	for (size_t i = 0; i < recorded->n_hosts; i++) {
		struct event *event = event_new(EVENT_LINK, (uint32_t)i, clock_stamp());

		event->link.state = LINK_DOWN;
		event->link.latency.ms = -1;
		event->link.reason = mem_dup(reason);
		say(recorded, event);
	}
}

static void *run(void *context)
{
	struct recorded *recorded = context;
	struct err_info why = {0};

	pthread_setname_np(pthread_self(), "recorded");
	while (say_next(recorded, &why))
		;
	if (why.code == ERR_OK && recorded->has_begun && !recorded->is_stopping)
		wait_until(recorded, our_time(recorded, recording_reached(recorded->recording)));
	if (!recorded->is_stopping)
		end_links(recorded, why.code == ERR_OK ? "the recording ends here" : why.text);
	return NULL;
}

/* ---- what the collector calls ---- */

static size_t ops_n_hosts(const struct driver *driver)
{
	return ((const struct recorded *)driver)->n_hosts;
}

static struct fleet_host ops_host(const struct driver *driver, size_t i)
{
	return ((const struct recorded *)driver)->host[i];
}

static enum err ops_start(struct driver *driver, struct event_sink sink, uint32_t host_base, struct err_info *why)
{
	struct recorded *recorded = recorded_of(driver);

	recorded->sink = sink;
	recorded->host_base = host_base;
	int code = pthread_create(&recorded->thread, NULL, run, recorded);
	if (code)
		return err_set(why, ERR_FAILED, "system", code, "cannot start the thread of the recording");
	recorded->is_running = true;
	return ERR_OK;
}

static void ops_stop(struct driver *driver)
{
	struct recorded *recorded = recorded_of(driver);

	if (!recorded->is_running)
		return;
	queue_put(recorded->end, recorded, true);
	pthread_join(recorded->thread, NULL);
	recorded->is_running = false;
}

static void ops_free(struct driver *driver)
{
	struct recorded *recorded = recorded_of(driver);

	if (!driver)
		return;
	ops_stop(driver);
	queue_free(recorded->end, NULL);
	recording_close(recorded->recording);
	free(recorded->host);
	free(recorded);
}

/* Without submit: the collector refuses every action with a sentence. */
static const struct driver_ops ops = {
	.name = "recorded",
	.n_hosts = ops_n_hosts,
	.host = ops_host,
	.start = ops_start,
	.stop = ops_stop,
	.free = ops_free,
};

enum err driver_recorded_new(struct driver **out, const char *path, struct err_info *why)
{
	struct recording *recording;
	enum err err = recording_open(&recording, path, why);

	if (err)
		return err;
	struct recorded *recorded = mem_new(1, sizeof *recorded);
	recorded->driver.ops = &ops;
	recorded->recording = recording;
	recorded->n_hosts = recording_n_hosts(recording);
	recorded->host = mem_new(recorded->n_hosts + 1, sizeof *recorded->host);
	for (size_t i = 0; i < recorded->n_hosts; i++)
		recorded->host[i] = recording_host(recording, i);
	recorded->end = queue_new(1);
	if (!recorded->end) {
		ops_free(&recorded->driver);
		return err_set(why, ERR_FAILED, "system", 0, "the process has no descriptors left");
	}
	*out = &recorded->driver;
	return ERR_OK;
}
