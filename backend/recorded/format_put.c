/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events into lines. Called with each event that a driver says, so it looks nothing up by walking.
 */
#include "backend/recorded/format_private.h"
#include "base/array.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- guests ---- */

static size_t hash(const struct uuid *uuid)
{
	uint64_t sum = UINT64_C(14695981039346656037); /* FNV-1a */

	for (size_t i = 0; i < sizeof uuid->byte; i++)
		sum = (sum ^ uuid->byte[i]) * UINT64_C(1099511628211);
	return (size_t)sum;
}

/* The slot that holds this guest, or the free one where it belongs. */
static uint32_t *find_slot(const struct format *format, const struct uuid *uuid)
{
	size_t i = hash(uuid) & (format->n_slots - 1);

	while (format->slot[i] && !uuid_equal(&format->guest[format->slot[i] - 1].uuid, uuid))
		i = (i + 1) & (format->n_slots - 1);
	return &format->slot[i];
}

static void make_slots(struct format *format)
{
	if (format->n_slots > 2 * format->n_guests)
		return;
	format->n_slots = format->n_slots ? 2 * format->n_slots : 64;
	free(format->slot);
	format->slot = mem_new(format->n_slots, sizeof *format->slot);
	for (size_t i = 0; i < format->n_guests; i++)
		*find_slot(format, &format->guest[i].uuid) = (uint32_t)i + 1;
}

static void put_declaration(struct buffer *out, size_t number, const struct format_guest *guest)
{
	buffer_printf(out, "guest %zu", number);
	words_put_uuid(out, &guest->uuid);
	words_put_name(out, guest->name);
	buffer_puts(out, "\n");
}

/* The guest's number, declared into `out` where it is new or has another name now. */
static size_t guest_number(struct format *format, struct buffer *out, const struct uuid *uuid, const char *name)
{
	make_slots(format);
	uint32_t *slot = find_slot(format, uuid);
	bool is_new = *slot == 0;
	if (is_new) {
		format_add_guest(format, uuid, mem_dup(name));
		*slot = (uint32_t)format->n_guests;
	}
	size_t number = *slot - 1;
	struct format_guest *guest = &format->guest[number];
	bool is_renamed = name && (!guest->name || strcmp(guest->name, name) != 0);
	if (is_renamed) {
		free(guest->name);
		guest->name = mem_dup(name);
	}
	if (is_new || is_renamed)
		put_declaration(out, number, guest);
	return number;
}

/* ---- lines ---- */

static void put_head(struct buffer *out, int64_t ms, const char *kind, uint32_t host)
{
	if (host == HOST_NONE)
		buffer_printf(out, "%" PRId64 " %s -", ms, kind);
	else
		buffer_printf(out, "%" PRId64 " %s %" PRIu32, ms, kind, host);
}

/* "MS KIND HOST GUEST" of most events. */
static size_t put_guest_head(struct format *format, struct buffer *out, int64_t ms, uint32_t host,
			     const struct event *event, const struct uuid *uuid, const char *name)
{
	size_t number = guest_number(format, out, uuid, name);

	put_head(out, ms, format_kind_names[event->kind], host);
	buffer_printf(out, " %zu", number);
	return number;
}

static void put_link(struct buffer *out, const struct event *event)
{
	buffer_printf(out, " %s %" PRId64, link_state_name(event->link.state), event->link.latency.ms);
	if (event->link.retry_at.ms)
		buffer_printf(out, " %" PRId64, mono_since(event->link.retry_at, event->at.mono).ms);
	else
		buffer_puts(out, " -");
	words_put_text(out, event->link.reason);
}

struct listed {
	size_t number;
	struct domain_state state;
};

static int compare_listed(const void *a, const void *b)
{
	const struct listed *left = a, *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

/* Guests in the order of their numbers, each once: drivers list them in any order, and equal lists shall be equal texts. */
static char *inventory_words(struct format *format, struct buffer *out, const struct event *event)
{
	size_t n = event->inventory.n_domains;
	struct listed *list = mem_new(n + 1, sizeof *list);
	struct buffer words = {0};

	for (size_t i = 0; i < n; i++) {
		const struct inventory_domain *domain = &event->inventory.domain[i];
		list[i] = (struct listed){guest_number(format, out, &domain->uuid, domain->name), domain->state};
	}
	qsort(list, n, sizeof *list, compare_listed);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && list[i].number == list[i - 1].number)
			continue;
		buffer_printf(&words, " %zu", list[i].number);
		if (list[i].state.run == DOMAIN_RUNNING && list[i].state.reason == REASON_OTHER)
			continue;
		buffer_puts(&words, ":");
		words_add_state(&words, list[i].state);
	}
	free(list);
	return buffer_take(&words);
}

static void put_inventory(struct format *format, struct buffer *out, int64_t ms, uint32_t host,
			  const struct event *event)
{
	struct format_host *of = host < format->n_hosts ? &format->host[host] : NULL;
	char *words = inventory_words(format, out, event);
	bool is_same = of && of->inventory && strcmp(of->inventory, words) == 0;

	put_head(out, ms, format_kind_names[EVENT_INVENTORY], host);
	buffer_puts(out, is_same ? " =" : words);
	if (of) {
		free(of->inventory);
		of->inventory = words;
	} else {
		free(words);
	}
}

static void put_domain(struct format *format, struct buffer *out, int64_t ms, uint32_t host, const struct event *event)
{
	put_guest_head(format, out, ms, host, event, &event->domain.uuid, event->domain.name);
	buffer_printf(out, " %s", format_domain_event_names[event->domain.what]);
	words_put_state(out, event->domain.state);
	if (!event->domain.name)
		buffer_puts(out, " -");
}

static void put_stats(struct format *format, struct buffer *out, size_t number, int64_t ms, const struct job_stats *now)
{
	struct format_guest *guest = &format->guest[number];

	figures_put(out, now, &guest->stats, format_passed(guest, ms));
	guest->stats = *now;
	guest->sampled_ms = ms;
}

/* The state is said where it is another than in the job's line before. */
static void put_job(struct format *format, struct buffer *out, int64_t ms, uint32_t host, const struct event *event)
{
	size_t number = put_guest_head(format, out, ms, host, event, &event->job.uuid, NULL);
	struct format_guest *guest = &format->guest[number];

	if (guest->state.run != event->job.state.run || guest->state.reason != event->job.state.reason) {
		buffer_puts(out, " =");
		words_add_state(out, event->job.state);
	}
	guest->state = event->job.state;
	put_stats(format, out, number, ms, &event->job.stats);
}

static void put_reply(struct buffer *out, const struct intent_reply *reply)
{
	buffer_printf(out, " %" PRIu64 " %d %s %s%s%s%s", reply->intent_id, (int)reply->result,
		      force_method_name(reply->used), reply->was_called ? "called" : "refused",
		      reply->fell_back ? ",fell-back" : "", reply->froze_guest ? ",froze" : "",
		      reply->resumed_at_once ? ",resumed" : "");
	words_put_text(out, reply->text);
}

void format_put_event(struct format *format, struct buffer *out, int64_t ms, uint32_t host, const struct event *event)
{
	switch (event->kind) {
	case EVENT_LINK:
		put_head(out, ms, format_kind_names[event->kind], host);
		put_link(out, event);
		break;
	case EVENT_HOST:
		if (host < format->n_hosts)
			format->host[host].uuid = event->host_facts.uuid;
		put_head(out, ms, format_kind_names[event->kind], host);
		words_put_uuid(out, &event->host_facts.uuid);
		words_put_name(out, event->host_facts.hostname);
		break;
	case EVENT_INVENTORY: put_inventory(format, out, ms, host, event); break;
	case EVENT_DOMAIN: put_domain(format, out, ms, host, event); break;
	case EVENT_FACTS:
		put_guest_head(format, out, ms, host, event, &event->facts.uuid, NULL);
		buffer_printf(out, " %" PRIu64, event->facts.max_memory.n);
		words_put_text(out, event->facts.owner);
		break;
	case EVENT_JOB: put_job(format, out, ms, host, event); break;
	case EVENT_NO_JOB:
		put_guest_head(format, out, ms, host, event, &event->no_job.uuid, NULL);
		words_put_state(out, event->no_job.state);
		buffer_printf(out, " %s", format_job_end_names[event->no_job.how]);
		break;
	case EVENT_INCOMING:
		put_guest_head(format, out, ms, host, event, &event->incoming.uuid, NULL);
		words_put_state(out, event->incoming.state);
		break;
	case EVENT_PASS:
		put_guest_head(format, out, ms, host, event, &event->pass.uuid, NULL);
		buffer_printf(out, " %" PRIu64, event->pass.number);
		break;
	case EVENT_COMPLETED: {
		size_t number = put_guest_head(format, out, ms, host, event, &event->completed.uuid, NULL);
		put_stats(format, out, number, ms, &event->completed.stats);
		break;
	}
	case EVENT_LATE:
		put_guest_head(format, out, ms, host, event, &event->late.uuid, NULL);
		buffer_puts(out, event->late.is_late ? " yes" : " no");
		words_put_text(out, event->late.reason);
		break;
	case EVENT_REPLY:
		put_head(out, ms, format_kind_names[event->kind], host);
		put_reply(out, &event->reply);
		break;
	case EVENT_NOTICE:
		put_head(out, ms, format_kind_names[event->kind], host);
		buffer_printf(out, " %s", format_severity_names[event->notice.severity]);
		words_put_text(out, event->notice.text);
		break;
	case EVENT_LEDGER:
	case EVENT_ADOPTED:
	case EVENT_SHARED:
	case EVENT_STORE:
	case EVENT_PICTURE:
	case EVENT_PICTURE_HOST:
	case EVENT_KIND_COUNT: return; /* the recorder's */
	}
	buffer_puts(out, "\n");
}

static uint32_t host_of_uuid(const struct format *format, const struct uuid *uuid)
{
	for (size_t i = 0; i < format->n_hosts; i++) {
		if (uuid_equal(&format->host[i].uuid, uuid))
			return (uint32_t)i;
	}
	return HOST_NONE;
}

void format_put_asked(struct format *format, struct buffer *out, int64_t ms, const struct intent *intent, bool is_debt)
{
	const struct order *order = &intent->order;
	size_t number = guest_number(format, out, &order->target.domain, NULL);

	put_head(out, ms, FORMAT_ASKED, host_of_uuid(format, &order->target.host));
	buffer_printf(out, " %zu %s %s %" PRIu64 " %" PRIu64 "\n", number,
		      is_debt ? "resume" : action_name(order->action), force_method_name(order->method), order->value,
		      intent->id);
}

void format_put_host(struct format *format, struct buffer *out, const struct fleet_host *host)
{
	buffer_printf(out, "host %zu", format->n_hosts);
	words_put_name(out, host->name);
	words_put_name(out, host->uri);
	words_put_name(out, host->group);
	buffer_puts(out, "\n");
	format_add_host(format, host);
}
