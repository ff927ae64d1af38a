/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver as the collector sees it. Its functions run on the collector's thread and only post to the loop thread, which
 * owns everything; only stop waits, up to a second, until the loop has said its last word.
 */
#include "backend/libvirt/hosts.h"
#include "base/array.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STOP_MS 700

static struct libvirt_driver *driver_of(struct driver *driver)
{
	return (struct libvirt_driver *)driver;
}

/* ---- what is posted to the loop thread */

struct message {
	struct libvirt_driver *driver;
	size_t host;
	struct uuid domain;
	struct intent intent;
	bool is_debt;
};

static void driver_post(struct libvirt_driver *driver, void (*run)(void *context), struct message content)
{
	struct message *message = mem_new(1, sizeof *message);

	*message = content;
	message->driver = driver;
	loop_post(run, message);
}

static void take_start(void *context)
{
	struct libvirt_driver *driver = context;

	for (size_t i = 0; i < driver->n_hosts; i++)
		host_begin(&driver->host[i]);
}

static void take_submit(void *context)
{
	struct message *message = context;

	if (!message->driver->is_stopping)
		errand_submit(message->driver, &message->intent, message->is_debt);
	free(message);
}

static void take_prepare(void *context)
{
	struct message *message = context;

	if (!message->driver->is_stopping)
		writer_prepare(&message->driver->host[message->host]);
	free(message);
}

static void take_taken(void *context)
{
	struct message *message = context;

	if (!message->driver->is_stopping)
		host_taken(&message->driver->host[message->host], &message->domain);
	free(message);
}

static void driver_tell_stopped(struct libvirt_driver *driver, bool is_stopped)
{
	pthread_mutex_lock(&driver->lock);
	driver->is_silent = true;
	driver->is_stopped = is_stopped;
	pthread_cond_signal(&driver->has_stopped);
	pthread_mutex_unlock(&driver->lock);
}

static void take_stop(void *context)
{
	struct libvirt_driver *driver = context;

	driver->is_stopping = true;
	driver->sink.put = NULL;
	for (size_t i = 0; i < driver->n_hosts; i++)
		host_stop(&driver->host[i]);
	driver_tell_stopped(driver, driver->n_calls == 0);
}

static void driver_release(void *context)
{
	struct libvirt_driver *driver = context;

	for (size_t i = 0; i < driver->n_hosts; i++)
		host_done(&driver->host[i]);
	free(driver->host);
	pthread_mutex_destroy(&driver->lock);
	pthread_cond_destroy(&driver->has_stopped);
	free(driver);
}

static void take_free(void *context)
{
	struct libvirt_driver *driver = context;

	driver->is_orphan = true;
	if (driver->n_calls == 0)
		driver_release(driver);
}

void driver_call_ended(struct libvirt_driver *driver)
{
	driver->n_calls--;
	if (driver->n_calls > 0 || !driver->is_stopping)
		return;
	/* posted, because notifications of the closed connections may still stand before it */
	if (driver->is_orphan)
		loop_post(driver_release, driver);
	else
		driver_tell_stopped(driver, true);
}

/* ---- the operations */

static size_t libvirt_n_hosts(const struct driver *driver)
{
	return ((const struct libvirt_driver *)driver)->n_hosts;
}

static struct fleet_host libvirt_host(const struct driver *driver, size_t i)
{
	const struct libvirt_driver *own = (const struct libvirt_driver *)driver;

	return (struct fleet_host){
		.host = own->host_base + (uint32_t)i,
		.name = own->host[i].name,
		.uri = own->host[i].uri,
		.group = own->host[i].group,
	};
}

static enum err libvirt_start(struct driver *driver, struct event_sink sink, uint32_t host_base, struct err_info *why)
{
	struct libvirt_driver *own = driver_of(driver);
	enum err result = loop_start(why);

	if (result != ERR_OK)
		return result;
	own->sink = sink;
	own->host_base = host_base;
	own->has_started = true;
	loop_post(take_start, own);
	return ERR_OK;
}

static void libvirt_submit(struct driver *driver, const struct intent *intent)
{
	driver_post(driver_of(driver), take_submit, (struct message){.intent = *intent});
}

static void libvirt_pay_debt(struct driver *driver, const struct intent *intent)
{
	driver_post(driver_of(driver), take_submit, (struct message){.intent = *intent, .is_debt = true});
}

static void libvirt_prepare(struct driver *driver, uint32_t host)
{
	driver_post(driver_of(driver), take_prepare, (struct message){.host = host});
}

static void libvirt_taken(struct driver *driver, uint32_t host, const struct uuid *domain)
{
	driver_post(driver_of(driver), take_taken, (struct message){.host = host, .domain = *domain});
}

/* Waits for the connections to close politely; what hangs is left behind. */
static void libvirt_stop(struct driver *driver)
{
	struct libvirt_driver *own = driver_of(driver);
	struct timespec end;
	int failed = 0;

	if (!own->has_started)
		return;
	loop_post(take_stop, own);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += STOP_MS * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&own->lock);
	while (!own->is_stopped && failed != ETIMEDOUT)
		failed = pthread_cond_clockwait(&own->has_stopped, &own->lock, CLOCK_MONOTONIC, &end);
	while (!own->is_silent)
		pthread_cond_wait(&own->has_stopped, &own->lock);
	pthread_mutex_unlock(&own->lock);
}

static void libvirt_free(struct driver *driver)
{
	struct libvirt_driver *own = driver_of(driver);

	if (!own)
		return;
	/* one that never started has no loop to free it */
	if (own->has_started)
		loop_post(take_free, own);
	else
		driver_release(own);
}

static const struct driver_ops libvirt_ops = {
	.name = "libvirt",
	.n_hosts = libvirt_n_hosts,
	.host = libvirt_host,
	.start = libvirt_start,
	.submit = libvirt_submit,
	.prepare = libvirt_prepare,
	.taken = libvirt_taken,
	.pay_debt = libvirt_pay_debt,
	.stop = libvirt_stop,
	.free = libvirt_free,
};

static duration or_default(duration value, duration otherwise)
{
	return value.ms > 0 ? value : otherwise;
}

struct driver *driver_libvirt_new(const struct libvirt_settings *settings)
{
	struct libvirt_driver *driver = mem_new(1, sizeof *driver);

	driver->driver.ops = &libvirt_ops;
	driver->is_read_only = settings->is_read_only;
	driver->poll_limits = poll_limits_default;
	driver->poll_limits.refresh = or_default(settings->refresh, poll_limits_default.refresh);
	driver->poll_limits.sweep = or_default(settings->sweep, poll_limits_default.sweep);
	driver->link_limits = link_limits_default;
	driver->link_limits.heartbeat = or_default(settings->heartbeat, link_limits_default.heartbeat);
	driver->random = (uint32_t)clock_wall().ms | 1;
	pthread_mutex_init(&driver->lock, NULL);
	pthread_cond_init(&driver->has_stopped, NULL);
	driver->n_hosts = settings->n_hosts;
	driver->host = mem_new(settings->n_hosts + 1, sizeof *driver->host);
	for (size_t i = 0; i < settings->n_hosts; i++) {
		struct host *host = &driver->host[i];
		host->driver = driver;
		host->index = i;
		host->name = mem_dup(settings->host[i].name);
		host->uri = mem_dup(settings->host[i].uri);
		host->group = mem_dup(settings->host[i].group);
	}
	return &driver->driver;
}

char *libvirt_version_text(char *buffer, size_t size)
{
	unsigned long version = 0;

	if (virGetVersion(&version, NULL, NULL) < 0)
		version = LIBVIR_VERSION_NUMBER;
	snprintf(buffer, size, "%lu.%lu.%lu", version / 1000000, version / 1000 % 1000, version % 1000);
	return buffer;
}

char *libvirt_log_outputs(const char *path, char *buffer, size_t size)
{
	/* 4: errors only. The list is parted by blanks: a path with one would be an error of its own, on the terminal. */
	bool is_usable = path && !strpbrk(path, " \t\n");

	snprintf(buffer, size, "4:file:%s", is_usable ? path : "/dev/null");
	return buffer;
}
