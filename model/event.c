/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making and releasing events, and the words for link states. Pure but for the heap.
 */
#include "model/event.h"

#include "base/array.h"

#include <stdlib.h>

static const char *const link_names[] = {
	[LINK_CONNECTING] = "connecting", [LINK_UP] = "up",     [LINK_SLOW] = "slow",
	[LINK_STALE] = "stale",           [LINK_DOWN] = "down",
};

const char *link_state_name(enum link_state state)
{
	return link_names[state];
}

struct event *event_new(enum event_kind kind, uint32_t host, struct stamp at)
{
	struct event *event = mem_new(1, sizeof *event);

	event->kind = kind;
	event->host = host;
	event->at = at;
	return event;
}

static void inventory_done(struct event *event)
{
	for (size_t i = 0; i < event->inventory.n_domains; i++)
		free(event->inventory.domain[i].name);
	free(event->inventory.domain);
}

void event_free(struct event *event)
{
	if (!event)
		return;
	switch (event->kind) {
	case EVENT_LINK: free(event->link.reason); break;
	case EVENT_HOST: free(event->host_facts.hostname); break;
	case EVENT_INVENTORY: inventory_done(event); break;
	case EVENT_DOMAIN: free(event->domain.name); break;
	case EVENT_FACTS: free(event->facts.owner); break;
	case EVENT_LATE: free(event->late.reason); break;
	case EVENT_PICTURE: migration_record_done(&event->picture); break;
	case EVENT_PICTURE_HOST: host_record_done(&event->picture_host); break;
	case EVENT_NOTICE: free(event->notice.text); break;
	case EVENT_SHARED: free(event->shared.order); break;
	case EVENT_JOB:
	case EVENT_NO_JOB:
	case EVENT_INCOMING:
	case EVENT_PASS:
	case EVENT_COMPLETED:
	case EVENT_REPLY:
	case EVENT_LEDGER:
	case EVENT_ADOPTED:
	case EVENT_STORE:
	case EVENT_KIND_COUNT: break;
	}
	free(event);
}
