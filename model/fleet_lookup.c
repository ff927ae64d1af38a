/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding hosts by number and by UUID, and guests on them. Pure.
 */
#include "model/fleet_private.h"

#include <stdlib.h>
#include <string.h>

/* Numbers are given in rising order, so the array index is a good guess. */
static const struct host *host_numbered(const struct fleet *fleet, uint32_t number)
{
	if (number < fleet->n_hosts && fleet->host[number].number == number)
		return &fleet->host[number];
	for (size_t i = 0; number != HOST_NONE && i < fleet->n_hosts; i++) {
		if (fleet->host[i].number == number)
			return &fleet->host[i];
	}
	return NULL;
}

struct host *fleet_host(struct fleet *fleet, uint32_t number)
{
	const struct host *host = host_numbered(fleet, number);

	return host ? &fleet->host[host - fleet->host] : NULL;
}

bool fleet_host_is_reachable(const struct host *host)
{
	return host->link == LINK_UP || host->link == LINK_SLOW;
}

static int compare_hosts(const void *left, const void *right, void *closure)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	const struct fleet *fleet = closure;
	int order = uuid_compare(&fleet->host[a].uuid, &fleet->host[b].uuid);

	return order ? order : (a > b) - (a < b);
}

void fleet_index_hosts(struct fleet *fleet)
{
	fleet->by_uuid = mem_resize(fleet->by_uuid, fleet->n_hosts + 1, sizeof *fleet->by_uuid);
	fleet->n_by_uuid = 0;
	for (uint32_t i = 0; i < fleet->n_hosts; i++) {
		if (!uuid_is_nil(&fleet->host[i].uuid))
			fleet->by_uuid[fleet->n_by_uuid++] = i;
	}
	qsort_r(fleet->by_uuid, fleet->n_by_uuid, sizeof *fleet->by_uuid, compare_hosts, fleet);
}

/* Where hosts with that UUID begin in by_uuid. */
static size_t host_place(const struct fleet *fleet, const struct uuid *uuid)
{
	size_t low = 0, high = fleet->n_by_uuid;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (uuid_compare(&fleet->host[fleet->by_uuid[middle]].uuid, uuid) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct host *fleet_host_of(const struct fleet *fleet, const struct uuid *uuid)
{
	const struct host *found = NULL;

	for (size_t i = host_place(fleet, uuid); i < fleet->n_by_uuid; i++) {
		const struct host *host = &fleet->host[fleet->by_uuid[i]];

		if (!uuid_equal(&host->uuid, uuid))
			break;
		if (fleet_host_is_reachable(host))
			return host;
		if (!found)
			found = host;
	}
	return found;
}

bool fleet_host_speaks(const struct fleet *fleet, const struct host *host)
{
	return !uuid_is_nil(&host->uuid) && fleet_host_of(fleet, &host->uuid) == host;
}

const char *fleet_host_name(const struct fleet *fleet, uint32_t number)
{
	const struct host *host = host_numbered(fleet, number);

	return host ? host->name : NULL;
}

uint32_t fleet_host_number(const struct fleet *fleet, const struct uuid *uuid)
{
	const struct host *host = uuid_is_nil(uuid) ? NULL : fleet_host_of(fleet, uuid);

	return host ? host->number : HOST_NONE;
}

bool fleet_host_answers(const struct fleet *fleet, uint32_t number)
{
	const struct host *host = host_numbered(fleet, number);

	return host && fleet_host_is_reachable(host) && host->has_inventory;
}

bool fleet_host_record(const struct fleet *fleet, uint32_t number, struct host_record *record)
{
	const struct host *host = host_numbered(fleet, number);

	if (!host || uuid_is_nil(&host->uuid))
		return false;
	*record = (struct host_record){
		.uuid = host->uuid, .name = host->name, .uri = host->uri, .guests = (uint32_t)host->n_domains};
	return true;
}

/* Index of the domain, or of the place where it belongs. */
static size_t domain_place(const struct host *host, const struct uuid *uuid, bool *found)
{
	size_t low = 0, high = host->n_domains;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = uuid_compare(&host->domain[middle].uuid, uuid);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct fleet_domain *fleet_host_domain(const struct host *host, const struct uuid *uuid)
{
	bool found;
	size_t place = domain_place(host, uuid, &found);

	return found ? &host->domain[place] : NULL;
}

static void domain_rename(struct fleet_domain *domain, const char *name)
{
	if (!name || (domain->name && strcmp(domain->name, name) == 0))
		return;
	free(domain->name);
	domain->name = mem_dup(name);
}

void fleet_host_domain_set(struct host *host, const struct uuid *uuid, const char *name, struct domain_state state)
{
	bool found;
	size_t place = domain_place(host, uuid, &found);

	if (!found) {
		host->domain =
			array_reserve(host->domain, &host->domains_capacity, host->n_domains + 1, sizeof *host->domain);
		memmove(&host->domain[place + 1], &host->domain[place],
			(host->n_domains - place) * sizeof *host->domain);
		host->n_domains++;
		host->domain[place] = (struct fleet_domain){.uuid = *uuid};
	}
	domain_rename(&host->domain[place], name);
	if (state.run == DOMAIN_UNKNOWN)
		return;
	if (domain_state_is_stopped_for_migration(state) &&
	    !domain_state_is_stopped_for_migration(host->domain[place].state))
		host->domain[place].has_no_job = false;
	host->domain[place].state = state;
}

void fleet_host_domain_remove(struct host *host, const struct uuid *uuid)
{
	bool found;
	size_t place = domain_place(host, uuid, &found);

	if (!found)
		return;
	free(host->domain[place].name);
	host->n_domains--;
	memmove(&host->domain[place], &host->domain[place + 1], (host->n_domains - place) * sizeof *host->domain);
}

void fleet_host_domains_clear(struct host *host)
{
	for (size_t i = 0; i < host->n_domains; i++)
		free(host->domain[i].name);
	host->n_domains = 0;
}

struct domain_state fleet_domain_state(const struct fleet *fleet, const struct uuid *domain, uint32_t number)
{
	const struct host *host = host_numbered(fleet, number);
	const struct fleet_domain *found = host ? fleet_host_domain(host, domain) : NULL;

	return found ? found->state : (struct domain_state){DOMAIN_UNKNOWN, REASON_OTHER};
}
