/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver that records another. Any thread of the inner driver says events through it: the tap's mutex keeps what the format
 * remembers and the order of lines, and is held while one line is made. The disk is the spool's.
 */
#include "backend/recorded/tap.h"

#include "backend/recorded/format.h"
#include "backend/recorded/spool.h"
#include "base/array.h"
#include "base/clock.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

struct tap {
	struct driver driver;
	struct driver_ops ops; /* the inner driver's, with ours before them */
	struct driver *inner;
	/* set by start */
	struct event_sink sink;
	uint32_t host_base;
	struct stamp start;
	bool has_started;

	pthread_mutex_t lock;
	struct format format;
	struct buffer line; /* under the lock: the one that is made */

	struct spool *spool;
	struct err_info trouble;
	bool is_torn;
};

static struct tap *tap_of(struct driver *driver)
{
	return (struct tap *)driver;
}

static const struct tap *const_tap_of(const struct driver *driver)
{
	return (const struct tap *)driver;
}

static int64_t ms_of(const struct tap *tap, mono_time at)
{
	int64_t ms = mono_since(at, tap->start.mono).ms;

	return ms > 0 ? ms : 0;
}

/* With the lock held. */
static void hand_over_line(struct tap *tap)
{
	if (tap->spool)
		spool_add(tap->spool, tap->line.text, tap->line.length);
	tap->line.length = 0;
}

static void record_event(struct tap *tap, const struct event *event)
{
	uint32_t host = event->host == HOST_NONE ? HOST_NONE : event->host - tap->host_base;

	pthread_mutex_lock(&tap->lock);
	format_put_event(&tap->format, &tap->line, ms_of(tap, event->at.mono), host, event);
	if (tap->line.length)
		hand_over_line(tap);
	pthread_mutex_unlock(&tap->lock);
}

static void record_asked(struct tap *tap, const struct intent *intent, bool is_debt)
{
	pthread_mutex_lock(&tap->lock);
	format_put_asked(&tap->format, &tap->line, ms_of(tap, clock_mono()), intent, is_debt);
	hand_over_line(tap);
	pthread_mutex_unlock(&tap->lock);
}

/* struct event_sink.put: the event belongs to the true sink once it is put there, so its line is made before. */
static bool put(void *queue, struct event *event)
{
	struct tap *tap = queue;

	record_event(tap, event);
	return tap->sink.put(tap->sink.queue, event);
}

static void say_trouble(void *context, const char *sentence)
{
	struct tap *tap = context;
	struct event *event = event_new(EVENT_NOTICE, HOST_NONE, clock_stamp());

	event->notice.severity = SEVERITY_WARNING;
	event->notice.text = mem_dup(sentence);
	tap->sink.put(tap->sink.queue, event);
}

static void record_header(struct tap *tap)
{
	char when[TEXT_NUMBER_MAX + 8];
	size_t n = tap->inner->ops->n_hosts(tap->inner);

	pthread_mutex_lock(&tap->lock);
	buffer_printf(&tap->line, FORMAT_FIRST_LINE "\n# %s\nstarted %" PRId64 "\n",
		      text_iso_utc(when, sizeof when, tap->start.wall), tap->start.wall.ms);
	for (size_t i = 0; i < n; i++) {
		struct fleet_host host = tap->inner->ops->host(tap->inner, i);
		format_put_host(&tap->format, &tap->line, &host);
	}
	hand_over_line(tap);
	pthread_mutex_unlock(&tap->lock);
}

/* ---- what the collector calls ---- */

static size_t ops_n_hosts(const struct driver *driver)
{
	const struct driver *inner = const_tap_of(driver)->inner;

	return inner->ops->n_hosts(inner);
}

static struct fleet_host ops_host(const struct driver *driver, size_t i)
{
	const struct driver *inner = const_tap_of(driver)->inner;

	return inner->ops->host(inner, i);
}

static enum err ops_start(struct driver *driver, struct event_sink sink, uint32_t host_base, struct err_info *why)
{
	struct tap *tap = tap_of(driver);

	tap->sink = sink;
	tap->host_base = host_base;
	tap->start = clock_stamp();
	tap->has_started = true;
	spool_start(tap->spool, (struct spool_ear){say_trouble, tap});
	record_header(tap);
	return tap->inner->ops->start(tap->inner, (struct event_sink){put, tap}, host_base, why);
}

static void ops_submit(struct driver *driver, const struct intent *intent)
{
	record_asked(tap_of(driver), intent, false);
	tap_of(driver)->inner->ops->submit(tap_of(driver)->inner, intent);
}

static void ops_prepare(struct driver *driver, uint32_t host)
{
	tap_of(driver)->inner->ops->prepare(tap_of(driver)->inner, host);
}

static void ops_taken(struct driver *driver, uint32_t host, const struct uuid *domain)
{
	tap_of(driver)->inner->ops->taken(tap_of(driver)->inner, host, domain);
}

static void ops_pay_debt(struct driver *driver, const struct intent *intent)
{
	record_asked(tap_of(driver), intent, true);
	tap_of(driver)->inner->ops->pay_debt(tap_of(driver)->inner, intent);
}

static void end_recording(struct tap *tap)
{
	pthread_mutex_lock(&tap->lock);
	if (tap->has_started) {
		buffer_printf(&tap->line, "%" PRId64 " end\n", ms_of(tap, clock_mono()));
		hand_over_line(tap);
	}
	struct spool *spool = tap->spool;
	tap->spool = NULL;
	pthread_mutex_unlock(&tap->lock);
	if (spool)
		tap->is_torn = !spool_finish(spool, &tap->trouble);
}

static void ops_stop(struct driver *driver)
{
	tap_of(driver)->inner->ops->stop(tap_of(driver)->inner);
	end_recording(tap_of(driver));
}

static void ops_free(struct driver *driver)
{
	struct tap *tap = tap_of(driver);

	if (!driver)
		return;
	tap->inner->ops->free(tap->inner);
	end_recording(tap);
	format_done(&tap->format);
	buffer_done(&tap->line);
	pthread_mutex_destroy(&tap->lock);
	free(tap);
}

/* What the inner driver cannot do, the tap cannot do either: the collector looks for that. */
static void choose_ops(struct tap *tap)
{
	const struct driver_ops *inner = tap->inner->ops;

	tap->ops = (struct driver_ops){
		.name = inner->name,
		.n_hosts = ops_n_hosts,
		.host = ops_host,
		.start = ops_start,
		.submit = inner->submit ? ops_submit : NULL,
		.prepare = inner->prepare ? ops_prepare : NULL,
		.taken = inner->taken ? ops_taken : NULL,
		.pay_debt = inner->pay_debt ? ops_pay_debt : NULL,
		.stop = ops_stop,
		.free = ops_free,
	};
	tap->driver.ops = &tap->ops;
}

enum err driver_tap_new(struct driver **out, struct driver *inner, const char *path, struct err_info *why)
{
	struct spool *spool;
	enum err err = spool_open(&spool, path, why);

	if (err)
		return err;
	struct tap *tap = mem_new(1, sizeof *tap);
	tap->inner = inner;
	tap->spool = spool;
	pthread_mutex_init(&tap->lock, NULL);
	choose_ops(tap);
	*out = &tap->driver;
	return ERR_OK;
}

const char *driver_tap_trouble(const struct driver *tap)
{
	return const_tap_of(tap)->is_torn ? const_tap_of(tap)->trouble.text : NULL;
}
