/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callbacks of libvirt. Domain events run on the loop thread, the end of a connection on whichever thread notices it, with a lock of
 * libvirt held: so nothing is done here but to copy and to post.
 */
#include "backend/libvirt/subscribe.h"

#include "backend/libvirt/calls.h"
#include "backend/libvirt/hosts.h"
#include "backend/libvirt/loop.h"
#include "backend/libvirt/reads.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

static struct notification *notification_new(const struct subscriber *to, enum subscribed what)
{
	struct notification *notification = mem_new(1, sizeof *notification);

	notification->to = *to;
	notification->what = what;
	notification->at = clock_stamp();
	return notification;
}

void notification_free(struct notification *notification)
{
	free(notification->name);
	free(notification);
}

static struct notification *notification_about(const struct subscriber *to, enum subscribed what, virDomainPtr domain)
{
	struct notification *notification = notification_new(to, what);

	if (virDomainRef(domain) == 0)
		notification->domain = domain;
	notification->name = mem_dup(virDomainGetName(domain));
	if (virDomainGetUUID(domain, notification->uuid.byte) < 0)
		log_write(LOG_LEVEL_WARNING, "an event came without a UUID");
	return notification;
}

static int on_lifecycle(virConnectPtr conn, virDomainPtr domain, int event, int detail, void *subscriber)
{
	struct notification *notification = notification_about(subscriber, SUBSCRIBED_LIFECYCLE, domain);

	(void)conn;
	notification->event = event;
	notification->detail = detail;
	loop_post(host_notified, notification);
	return 0;
}

static void on_pass(virConnectPtr conn, virDomainPtr domain, int pass, void *subscriber)
{
	struct notification *notification = notification_about(subscriber, SUBSCRIBED_PASS, domain);

	(void)conn;
	notification->pass = pass > 0 ? (uint64_t)pass : 0;
	loop_post(host_notified, notification);
}

static void on_completed(virConnectPtr conn, virDomainPtr domain, virTypedParameterPtr param, int n, void *subscriber)
{
	struct notification *notification = notification_about(subscriber, SUBSCRIBED_COMPLETED, domain);

	(void)conn;
	params_read(&notification->params, param, n);
	loop_post(host_notified, notification);
}

static void on_closed(virConnectPtr conn, int reason, void *subscriber)
{
	struct notification *notification = notification_new(subscriber, SUBSCRIBED_CLOSED);

	(void)conn;
	notification->detail = reason;
	loop_post(host_notified, notification);
}

/* Not with a release of libvirt's: where a driver has no close callbacks, it takes the context, says that all is well, and
 * forgets it. Returns the id, or -1. */
static int subscribe_to(virConnectPtr conn, struct subscriber *context, int kind,
			virConnectDomainEventGenericCallback callback)
{
	calls_count(LIBVIRT_CALL_SETUP);
	return virConnectDomainEventRegisterAny(conn, NULL, kind, callback, context, NULL);
}

enum err subscribe(virConnectPtr conn, const struct subscriber *subscriber, struct subscriptions *out,
		   struct err_info *why)
{
	struct subscriptions made = {.id = {-1, -1, -1}, .context = mem_new(1, sizeof *made.context)};

	*made.context = *subscriber;
	calls_count(LIBVIRT_CALL_SETUP);
	made.has_close_callback = virConnectRegisterCloseCallback(conn, on_closed, made.context, NULL) == 0;
	made.id[0] = subscribe_to(conn, made.context, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
				  VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
	if (made.id[0] < 0) {
		enum err result = read_error(why, conn, "cannot register for events");
		unsubscribe(conn, &made);
		subscriptions_done(&made);
		return result;
	}
	made.id[1] = subscribe_to(conn, made.context, VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION,
				  VIR_DOMAIN_EVENT_CALLBACK(on_pass));
	made.id[2] = subscribe_to(conn, made.context, VIR_DOMAIN_EVENT_ID_JOB_COMPLETED,
				  VIR_DOMAIN_EVENT_CALLBACK(on_completed));
	*out = made;
	return ERR_OK;
}

void subscriptions_done(struct subscriptions *subscriptions)
{
	if (subscriptions->context)
		loop_post(free, subscriptions->context);
	subscriptions->context = NULL;
}

void unsubscribe(virConnectPtr conn, struct subscriptions *subscriptions)
{
	for (size_t i = 0; i < N_SUBSCRIPTIONS; i++) {
		if (subscriptions->id[i] < 0)
			continue;
		/* on a dead connection this fails and has removed the callback all the same */
		calls_count(LIBVIRT_CALL_SETUP);
		if (virConnectDomainEventDeregisterAny(conn, subscriptions->id[i]) < 0)
			log_write(LOG_LEVEL_DEBUG, "an event could not be deregistered at the daemon");
		subscriptions->id[i] = -1;
	}
	if (subscriptions->has_close_callback && virConnectUnregisterCloseCallback(conn, on_closed) < 0)
		log_write(LOG_LEVEL_DEBUG, "a close callback could not be removed");
	subscriptions->has_close_callback = false;
}
