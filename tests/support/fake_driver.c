/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scripted driver behind the collector's tests.
 */
#include "tests/support/fake_driver.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

const struct uuid fake_guest = {{0x42, [15] = 7}};

struct uuid fake_host_uuid(uint32_t host)
{
	struct uuid uuid = {{0xee, [15] = (unsigned char)(host + 1)}};

	return uuid;
}

static struct fake_driver *fake_of(struct driver *driver)
{
	return (struct fake_driver *)driver;
}

static size_t fake_n_hosts(const struct driver *driver)
{
	(void)driver;
	return FAKE_HOSTS;
}

static struct fleet_host fake_host(const struct driver *driver, size_t i)
{
	(void)driver;
	return (struct fleet_host){.name = i ? "host2" : "host1", .uri = i ? "fake:///2" : "fake:///1"};
}

static enum err fake_start(struct driver *driver, struct event_sink sink, uint32_t host_base, struct err_info *why)
{
	struct fake_driver *fake = fake_of(driver);

	(void)host_base;
	(void)why;
	pthread_mutex_lock(&fake->lock);
	fake->sink = sink;
	fake->n_starts++;
	pthread_mutex_unlock(&fake->lock);
	return ERR_OK;
}

static void fake_submit(struct driver *driver, const struct intent *intent)
{
	struct fake_driver *fake = fake_of(driver);
	struct event *event = NULL;

	pthread_mutex_lock(&fake->lock);
	fake->n_submits++;
	fake->submitted = *intent;
	if (fake->replies) {
		event = event_new(EVENT_REPLY, 0, clock_stamp());
		event->reply = fake->reply;
		event->reply.intent_id = intent->id;
	}
	pthread_mutex_unlock(&fake->lock);
	if (event)
		fake->sink.put(fake->sink.queue, event);
}

static void fake_pay_debt(struct driver *driver, const struct intent *intent)
{
	struct fake_driver *fake = fake_of(driver);
	struct event *event = event_new(EVENT_REPLY, 0, clock_stamp());

	pthread_mutex_lock(&fake->lock);
	fake->n_debts++;
	pthread_mutex_unlock(&fake->lock);
	event->reply.intent_id = intent->id;
	event->reply.was_called = true;
	snprintf(event->reply.text, sizeof event->reply.text, "%s", "resumed");
	fake->sink.put(fake->sink.queue, event);
}

static void count(struct driver *driver, size_t *counter)
{
	struct fake_driver *fake = fake_of(driver);

	pthread_mutex_lock(&fake->lock);
	(*counter)++;
	pthread_mutex_unlock(&fake->lock);
}

static void fake_prepare(struct driver *driver, uint32_t host)
{
	(void)host;
	count(driver, &fake_of(driver)->n_prepares);
}

static void fake_taken(struct driver *driver, uint32_t host, const struct uuid *domain)
{
	(void)host;
	(void)domain;
	count(driver, &fake_of(driver)->n_taken);
}

static void fake_stop(struct driver *driver)
{
	struct fake_driver *fake = fake_of(driver);

	pthread_mutex_lock(&fake->lock);
	fake->stopped = true;
	pthread_mutex_unlock(&fake->lock);
}

static void fake_free(struct driver *driver)
{
	(void)driver;
}

static const struct driver_ops fake_ops = {
	.name = "fake",
	.n_hosts = fake_n_hosts,
	.host = fake_host,
	.start = fake_start,
	.submit = fake_submit,
	.prepare = fake_prepare,
	.taken = fake_taken,
	.pay_debt = fake_pay_debt,
	.stop = fake_stop,
	.free = fake_free,
};

void fake_driver_init(struct fake_driver *fake)
{
	memset(fake, 0, sizeof *fake);
	fake->driver.ops = &fake_ops;
	pthread_mutex_init(&fake->lock, NULL);
}

void fake_driver_done(struct fake_driver *fake)
{
	pthread_mutex_destroy(&fake->lock);
}

size_t fake_count(struct fake_driver *fake, const size_t *counter)
{
	pthread_mutex_lock(&fake->lock);
	size_t n = *counter;
	pthread_mutex_unlock(&fake->lock);
	return n;
}

static void say(struct fake_driver *fake, struct event *event)
{
	fake->sink.put(fake->sink.queue, event);
}

static void say_inventory(struct fake_driver *fake, uint32_t host, bool has_guest)
{
	struct event *event = event_new(EVENT_INVENTORY, host, clock_stamp());

	event->inventory.domain = mem_new(1, sizeof *event->inventory.domain);
	if (has_guest)
		event->inventory.domain[event->inventory.n_domains++] =
			(struct inventory_domain){fake_guest, mem_dup("web-1"), {DOMAIN_RUNNING, REASON_OTHER}};
	say(fake, event);
}

void fake_say_hosts(struct fake_driver *fake)
{
	for (uint32_t host = 0; host < FAKE_HOSTS; host++) {
		struct event *event = event_new(EVENT_LINK, host, clock_stamp());

		event->link.state = LINK_UP;
		event->link.latency.ms = 1;
		say(fake, event);
		event = event_new(EVENT_HOST, host, clock_stamp());
		event->host_facts.uuid = fake_host_uuid(host);
		event->host_facts.hostname = mem_dup(host ? "h2" : "h1");
		say(fake, event);
		say_inventory(fake, host, host == 0);
	}
}

void fake_say_job(struct fake_driver *fake, int64_t elapsed, uint64_t processed, struct domain_state state)
{
	struct event *event = event_new(EVENT_JOB, 0, clock_stamp());
	struct job_stats *stats = &event->job.stats;

	event->job.uuid = fake_guest;
	event->job.state = state;
	stats->elapsed.ms = elapsed;
	stats->data_processed.n = stats->memory_processed.n = processed;
	stats->memory_total.n = stats->data_total.n = UINT64_C(1) << 30;
	stats->memory_remaining.n = stats->data_remaining.n = u64_sub(UINT64_C(1) << 30, processed);
	stats->pass = 1;
	for (int i = JOB_DATA_TOTAL; i <= JOB_MEMORY_REMAINING; i++)
		job_mark(stats, (enum job_field)i);
	stats->downtime_limit.ms = fake->downtime_limit;
	if (fake->downtime_limit)
		job_mark(stats, JOB_DOWNTIME_LIMIT);
	job_mark(stats, JOB_ELAPSED);
	job_mark(stats, JOB_PASS);
	say(fake, event);
}

void fake_say_domain(struct fake_driver *fake, uint32_t host, enum domain_event what, struct domain_state state)
{
	struct event *event = event_new(EVENT_DOMAIN, host, clock_stamp());

	event->domain.uuid = fake_guest;
	event->domain.name = mem_dup("web-1");
	event->domain.what = what;
	event->domain.state = state;
	say(fake, event);
}

void fake_say_pass(struct fake_driver *fake, uint32_t host, const struct uuid *guest, uint64_t number)
{
	struct event *event = event_new(EVENT_PASS, host, clock_stamp());

	event->pass.uuid = *guest;
	event->pass.number = number;
	say(fake, event);
}

void fake_say_no_job(struct fake_driver *fake, struct domain_state state)
{
	struct event *event = event_new(EVENT_NO_JOB, 0, clock_stamp());

	event->no_job.uuid = fake_guest;
	event->no_job.state = state;
	say(fake, event);
}
