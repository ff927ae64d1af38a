/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt calls back: domain events and the end of a connection. A callback only copies and posts; the work is done later on the
 * loop thread by host_event. Registration and its end cross the wire: call threads only.
 */
#ifndef BACKEND_LIBVIRT_SUBSCRIBE_H
#define BACKEND_LIBVIRT_SUBSCRIBE_H

#include "backend/libvirt/params.h"
#include "model/event.h"

struct libvirt_driver;

/* Which connection of which host; a late event of a connection that was given up is known by the serial. */
struct subscriber {
	struct libvirt_driver *driver;
	size_t host;
	unsigned serial;
};

enum subscribed { SUBSCRIBED_LIFECYCLE, SUBSCRIBED_PASS, SUBSCRIBED_COMPLETED, SUBSCRIBED_CLOSED };

/* What came. The receiver releases `domain` (its own reference) where that may block, and frees the notification. */
struct notification {
	struct subscriber to;
	enum subscribed what;
	struct stamp at;
	virDomainPtr domain; /* NULL: SUBSCRIBED_CLOSED */
	struct uuid uuid;
	char *name;
	int event, detail;         /* LIFECYCLE; CLOSED: detail is the reason */
	uint64_t pass;             /* PASS */
	struct params_read params; /* COMPLETED */
};
void notification_free(struct notification *notification); /* not the domain */

#define N_SUBSCRIPTIONS 3
struct subscriptions {
	int id[N_SUBSCRIPTIONS]; /* -1: not registered */
	bool has_close_callback;
	struct subscriber *context; /* of all of them; owned */
};

/* Registers all. Errors: ERR_UNSUPPORTED if even lifecycle events cannot be had. Events of a kind that the daemon does not have
 * are done without. */
enum err subscribe(virConnectPtr conn, const struct subscriber *subscriber, struct subscriptions *out,
		   struct err_info *why) ATTR_WARN_UNUSED;
/* Ends them. The context stays, because a callback may just run on the loop thread: it is freed there, by subscriptions_done. */
void unsubscribe(virConnectPtr conn, struct subscriptions *subscriptions);
void subscriptions_done(struct subscriptions *subscriptions); /* any thread, after the connection was closed */

#endif
