/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completeness of a picture and the meaning of DOMAIN. Pure.
 */
#include "app/discovery.h"

#include "base/buffer.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* A migration that begins while we look is seen within a refresh and this. */
#define LISTING_MS 500
#define SAMPLES_MOST 3 /* refreshes that are waited for two samples */
#define CANDIDATES_SHOWN 6

static bool host_is_settled(const struct host_row *host)
{
	switch (host->state) {
	case LINK_CONNECTING: return false;
	case LINK_UP:
	case LINK_SLOW: return host->guests_known && !host->from_cache;
	case LINK_STALE:
	case LINK_DOWN: return true;
	}
	return true;
}

static bool all_settled(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		if (!host_is_settled(&snapshot->host[i]))
			return false;
	}
	return true;
}

static bool all_sampled(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];
		if (phase_has_job(row->phase) && row->freshness == FRESH && !row->has_throughput)
			return false;
	}
	return true;
}

/* Of hosts that answer: who is still to be asked, and who has not told at all. */
struct unasked {
	uint64_t n, n_untold;
};

static struct unasked count_unasked(const struct snapshot *snapshot)
{
	struct unasked unasked = {0};
	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		const struct host_row *host = &snapshot->host[i];
		if (host->from_cache || (host->state != LINK_UP && host->state != LINK_SLOW))
			continue;
		unasked.n += host->unasked;
		unasked.n_untold += (uint64_t)host->unasked + host->mute;
	}
	return unasked;
}

/* A busy host asks its guests one after the other: as long as some answer, the others are waited for. True: all were asked. */
static bool look_at_guests(struct discovery *discovery, const struct snapshot *snapshot, duration patience)
{
	struct unasked unasked = count_unasked(snapshot);
	if (unasked.n_untold != discovery->untold || discovery->changed.ms == 0)
		discovery->changed = snapshot->at.mono;
	discovery->untold = unasked.n_untold;
	bool is_over = mono_reached(snapshot->at.mono, mono_add(discovery->changed, patience));
	discovery->is_complete = is_over || unasked.n_untold == 0;
	return is_over || unasked.n == 0;
}

enum discovery_state discovery_step(struct discovery *discovery, const struct snapshot *snapshot, duration patience)
{
	mono_time now = snapshot->at.mono;
	bool is_settled = discovery->settled_at.ms != 0 || all_settled(snapshot) ||
			  mono_reached(now, mono_add(discovery->start, patience));
	bool is_asked = look_at_guests(discovery, snapshot, patience);
	if (discovery->settled_at.ms == 0 && is_settled)
		discovery->settled_at = now;
	bool is_ripe = is_settled && mono_since(now, discovery->settled_at).ms >= discovery->refresh.ms + LISTING_MS;
	bool has_suspects = snapshot->n_suspects > 0 && !mono_reached(now, mono_add(discovery->start, patience));
	if (discovery->listed_at.ms == 0 && is_ripe && is_asked && !has_suspects)
		discovery->listed_at = now;
	if (discovery->listed_at.ms == 0)
		return is_settled ? DISCOVERY_SETTLED : DISCOVERY_HOSTS;
	bool is_late = mono_since(now, discovery->listed_at).ms >= SAMPLES_MOST * discovery->refresh.ms;
	return is_late || all_sampled(snapshot) ? DISCOVERY_SAMPLED : DISCOVERY_LISTED;
}

/* DOMAIN taken apart. */
struct target {
	struct uuid uuid;
	bool has_uuid;
	const char *host; /* NULL: any; not ended, host_length long */
	size_t host_length;
	const char *name;
};

static struct target target_of(const char *domain)
{
	struct target target = {.name = domain};
	const char *slash = strchr(domain, '/'); /* libvirt allows it in no name */
	if (slash) {
		target.host = domain;
		target.host_length = (size_t)(slash - domain);
		target.name = slash + 1;
	}
	target.has_uuid = uuid_parse(target.name, &target.uuid);
	return target;
}

bool target_is_exact(const char *domain)
{
	struct target target = target_of(domain);
	return target.host || target.has_uuid;
}

static bool is_meant(const struct target *target, const struct row *row)
{
	if (row->from_cache)
		return false;
	if (target->host && (!row->source || strlen(row->source) != target->host_length ||
			     memcmp(row->source, target->host, target->host_length) != 0))
		return false;
	/* A guest may be called like a UUID; then the UUID of another one comes first. */
	if (target->has_uuid && uuid_equal(&row->id.domain, &target->uuid))
		return true;
	return strcmp(row->name_raw, target->name) == 0 || strcmp(row->name, target->name) == 0;
}

/* How well a row fits: an own UUID is better than a name like one, running better than ended, a later attempt better. */
static int fitness(const struct target *target, const struct row *row)
{
	bool is_uuid = target->has_uuid && uuid_equal(&row->id.domain, &target->uuid);
	return 2 * is_uuid + !phase_is_outcome(row->phase);
}

static bool is_same_guest(const struct row *a, const struct row *b)
{
	return uuid_equal(&a->id.host, &b->id.host) && uuid_equal(&a->id.domain, &b->id.domain);
}

static enum err several(const struct snapshot *snapshot, const struct target *target, int best, const char *domain,
			struct err_info *why)
{
	struct buffer list = {0};
	size_t n = 0;
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];
		if (!is_meant(target, row) || fitness(target, row) != best)
			continue;
		if (n++ < CANDIDATES_SHOWN)
			buffer_printf(&list, "%s%s/%s (%.8s)", n > 1 ? ", " : "", row->source ? row->source : "?",
				      row->name, row->uuid_text);
	}
	enum err err = err_set(why, ERR_USAGE, "virt-drain", 0, "\"%s\" names %zu migrations, say which: %s%s", domain,
			       n, list.text, n > CANDIDATES_SHOWN ? ", ..." : "");
	buffer_done(&list);
	return err;
}

static enum err not_found(const struct snapshot *snapshot, const char *domain, struct err_info *why)
{
	uint64_t untold = count_unasked(snapshot).n_untold;
	if (untold == 0)
		return err_set(why, ERR_NOT_FOUND, "virt-drain", 0,
			       "no outgoing migration of \"%s\" on the hosts that answer (%u of %zu)", domain,
			       snapshot->hosts_up, snapshot->n_hosts);
	return err_set(why, ERR_NOT_FOUND, "virt-drain", 0,
		       "no outgoing migration of \"%s\" on the hosts that answer (%u of %zu), but %" PRIu64
		       " of their guests do not say whether they migrate: try again, or look at their QEMU",
		       domain, snapshot->hosts_up, snapshot->n_hosts, untold);
}

enum err target_find(const struct row **out, const struct snapshot *snapshot, const char *domain, struct err_info *why)
{
	struct target target = target_of(domain);
	const struct row *found = NULL;
	bool is_ambiguous = false;
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];
		if (!is_meant(&target, row))
			continue;
		int better = found ? fitness(&target, row) - fitness(&target, found) : 1;
		bool is_later = found && is_same_guest(row, found) && row->id.attempt > found->id.attempt;
		if (found && better == 0 && !is_same_guest(row, found))
			is_ambiguous = true;
		if (better > 0)
			is_ambiguous = false;
		if (better > 0 || (better == 0 && is_later))
			found = row;
	}
	if (!found)
		return not_found(snapshot, domain, why);
	if (is_ambiguous)
		return several(snapshot, &target, fitness(&target, found), domain, why);
	*out = found;
	return ERR_OK;
}
