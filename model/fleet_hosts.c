/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * News of hosts: their links, who they are, and all that runs on them. Pure.
 */
#include "model/fleet_private.h"

#include <stdlib.h>
#include <string.h>

static void say_link(struct fleet *fleet, const struct host *host, struct stamp at, enum link_state before)
{
	const char *reason = host->reason ? host->reason : "";

	switch (host->link) {
	case LINK_UP:
		if (before == LINK_SLOW)
			return;
		fleet_say_host(fleet, at, SEVERITY_INFO, host, "%s",
			       before == LINK_STALE ? "answers again" : "connected");
		return;
	case LINK_STALE:
		fleet_say_host(fleet, at, SEVERITY_WARNING, host, "does not answer; its rows are not updated. %s",
			       reason);
		return;
	case LINK_DOWN: fleet_say_host(fleet, at, SEVERITY_CRITICAL, host, "down: %s", reason); return;
	case LINK_SLOW:
		if (before == LINK_STALE)
			fleet_say_host(fleet, at, SEVERITY_WARNING, host, "answers again, slowly");
		return;
	case LINK_CONNECTING: return;
	}
}

/* What ran there is kept as a picture, but who has no job is told anew when it answers again. */
static void forget_what_runs(struct host *host)
{
	host->has_inventory = false;
	for (size_t i = 0; i < host->n_domains; i++)
		host->domain[i].has_no_job = false;
}

void fleet_apply_link(struct fleet *fleet, struct host *host, const struct event *event)
{
	enum link_state before = host->link;
	bool was_told = host->link_since.ms != 0;
	bool same_reason = (host->reason == NULL) == (event->link.reason == NULL) &&
			   (!host->reason || strcmp(host->reason, event->link.reason) == 0);

	host->link = event->link.state;
	host->retry_at = event->link.retry_at;
	host->latency = event->link.latency;
	free(host->reason);
	host->reason = mem_dup(event->link.reason);
	if (fleet_host_is_reachable(host)) {
		host->last_answer = event->at.mono;
		if (before == LINK_DOWN || before == LINK_CONNECTING || !was_told)
			host->up_since = event->at.mono;
	}
	if (host->link == LINK_DOWN || host->link == LINK_CONNECTING)
		forget_what_runs(host);
	/* a host that stays down tells again for each vain try: once is enough for the log, unless the reason is new */
	if (before == LINK_CONNECTING && host->link == LINK_DOWN && host->down_told && same_reason)
		return;
	if (was_told && before == host->link && same_reason)
		return;
	if (before != host->link || !was_told)
		host->link_since = event->at.mono;
	host->down_told = host->link == LINK_DOWN || (host->down_told && host->link == LINK_CONNECTING);
	say_link(fleet, host, event->at, before);
}

void fleet_apply_host(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct uuid before = host->uuid;

	host->uuid = event->host_facts.uuid;
	fleet_index_hosts(fleet);
	if (!uuid_is_nil(&before) && !fleet_host_of(fleet, &before))
		fleet_forget_pictures(fleet, &before);
	host->from_cache = false;
	free(host->hostname);
	host->hostname = mem_dup(event->host_facts.hostname);
	if (fleet_host_speaks(fleet, host))
		return;
	fleet_say_host(fleet, event->at, SEVERITY_WARNING, host,
		       "is the same machine as %s (equal host UUID): its news is not counted twice",
		       fleet_host_of(fleet, &host->uuid)->name);
}

void fleet_pair_if_incoming(struct fleet *fleet, const struct host *host, const struct fleet_domain *domain)
{
	struct migration *migration;

	if (!domain->is_incoming && !domain_state_may_be_incoming(domain->state))
		return;
	migration = fleet_open_towards(fleet, &host->uuid, &domain->uuid);
	if (migration)
		fleet_pair(fleet, migration, host);
}

void fleet_look_at_destination(struct fleet *fleet, const struct host *host, struct migration *migration,
			       struct stamp at)
{
	const struct fleet_domain *domain = fleet_host_domain(host, &migration->id.domain);

	if (!domain)
		return;
	fleet_pair_if_incoming(fleet, host, domain);
	if (migration->destination_host != host->number)
		return;
	migration->destination_state = domain->state;
	/* this end says so as long as the guest runs; whether post-copy is broken, and no longer is, its source knows */
	if (domain->state.run == DOMAIN_RUNNING && domain->state.reason == REASON_POSTCOPY &&
	    migration->phase != PHASE_POSTCOPY_FAILED)
		fleet_step(fleet, migration, PHASE_POSTCOPY, at);
	/* RUNNING there for any other reason, while we held the guest for incoming: it has arrived */
	else if (domain->state.run == DOMAIN_RUNNING && domain->state.reason == REASON_MIGRATED)
		fleet_step(fleet, migration, PHASE_COMPLETED, at);
}

void fleet_apply_inventory(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct host old = *host;

	host->domain = NULL;
	host->n_domains = host->domains_capacity = 0;
	for (size_t i = 0; i < event->inventory.n_domains; i++) {
		const struct inventory_domain *told = &event->inventory.domain[i];
		const struct fleet_domain *before = fleet_host_domain(&old, &told->uuid);

		fleet_host_domain_set(host, &told->uuid, told->name, told->state);
		struct fleet_domain *now = fleet_host_domain(host, &told->uuid);
		if (before && domain_state_may_be_incoming(told->state))
			now->is_incoming = before->is_incoming;
		now->has_no_job = before && before->has_no_job &&
				  (domain_state_is_stopped_for_migration(before->state) ||
				   !domain_state_is_stopped_for_migration(told->state));
		now->is_mute = before && before->is_mute;
		now->was_asked = host->has_inventory && (!before || before->was_asked);
	}
	fleet_host_domains_clear(&old);
	free(old.domain);
	host->has_inventory = true;
	host->last_answer = host->inventory_at = event->at.mono;

	for (size_t i = 0; i < fleet->n_migrations; i++) {
		struct migration *migration = fleet->migration[i];

		if (phase_is_outcome(migration->phase))
			continue;
		if (!uuid_equal(&migration->id.host, &host->uuid)) {
			fleet_look_at_destination(fleet, host, migration, event->at);
			continue;
		}
		const struct fleet_domain *domain = fleet_host_domain(host, &migration->id.domain);
		if (!domain) {
			fleet_guest_gone(fleet, migration, event->at);
			continue;
		}
		fleet_adopt_source_state(fleet, migration, domain->state, event->at);
		fleet_judge_left(fleet, migration, event->at);
	}
}
