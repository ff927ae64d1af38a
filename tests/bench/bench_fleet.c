/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an event and a snapshot cost at scale: hosts with idle guests and migrations, one round of statistics and one
 * freeze per simulated second. Prints a table; asserts nothing.
 */
#include "model/fleet.h"
#include "model/query.h"
#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>

static struct uuid numbered(unsigned char kind, uint32_t n)
{
	struct uuid uuid = {{kind}};

	for (int i = 0; i < 4; i++)
		uuid.byte[12 + i] = (unsigned char)(n >> (8 * (3 - i)));
	return uuid;
}

static void add_host(struct fleet *fleet, uint32_t host, uint32_t first_guest, uint32_t n_guests)
{
	char name[32];
	struct stamp at = {{1}, {1}};
	struct event *link = event_new(EVENT_LINK, host, at), *facts = event_new(EVENT_HOST, host, at);
	struct event *inventory = event_new(EVENT_INVENTORY, host, at);

	snprintf(name, sizeof name, "host%u", host);
	fleet_add_host(fleet, &(struct fleet_host){host, name, name, NULL});
	link->link.state = LINK_UP;
	facts->host_facts.uuid = numbered(1, host);
	inventory->inventory.domain = mem_new(n_guests + 1, sizeof *inventory->inventory.domain);
	inventory->inventory.n_domains = n_guests;
	for (uint32_t i = 0; i < n_guests; i++) {
		snprintf(name, sizeof name, "guest-%u", first_guest + i);
		inventory->inventory.domain[i] = (struct inventory_domain){
			numbered(2, first_guest + i), mem_dup(name), {DOMAIN_RUNNING, REASON_OTHER}};
	}
	fleet_apply(fleet, link);
	fleet_apply(fleet, facts);
	fleet_apply(fleet, inventory);
	event_free(link);
	event_free(facts);
	event_free(inventory);
}

static void sample_all(struct fleet *fleet, uint32_t n_hosts, uint32_t guests_per_host, uint32_t n_migrations,
		       int64_t ms)
{
	for (uint32_t i = 0; i < n_migrations; i++) {
		uint32_t host = i % n_hosts;
		struct event *event = event_new(EVENT_JOB, host, (struct stamp){{ms}, {ms}});

		event->job.uuid = numbered(2, host * guests_per_host + i / n_hosts % guests_per_host);
		event->job.stats = (struct job_stats){.present = ~UINT64_C(0),
						      .elapsed = {ms},
						      .pass = 1 + (uint64_t)ms / 8000,
						      .data_processed = {(uint64_t)ms * 1000},
						      .memory_total = {1 << 30},
						      .data_remaining = {(uint64_t)(i * 7919 % 1000)}};
		fleet_apply(fleet, event);
		event_free(event);
	}
}

static void measure(uint32_t n_hosts, uint32_t guests_per_host, uint32_t n_migrations)
{
	struct fleet *fleet = fleet_new(&(struct fleet_settings){0});
	double first = 0, apply = 0, freeze = 0, order = 0;
	int rounds = 20;

	for (uint32_t i = 0; i < n_hosts; i++)
		add_host(fleet, i, i * guests_per_host, guests_per_host);
	for (int r = 1; r <= rounds; r++) {
		double t0 = measure_thread_cpu_us();
		sample_all(fleet, n_hosts, guests_per_host, n_migrations, r * 1000);
		double t1 = measure_thread_cpu_us();
		struct snapshot *snapshot = fleet_freeze(fleet, (struct stamp){{r * 1000}, {r * 1000}}, NULL);
		double t2 = measure_thread_cpu_us();
		uint32_t *index = mem_new(snapshot->n_rows + 1, sizeof *index);
		query_run(&(struct query){.order = FIELD_REMAINING, .filter = "guest"}, snapshot, index);
		double t3 = measure_thread_cpu_us();
		*(r == 1 ? &first : &apply) += t1 - t0; /* a migration that begins is looked for at every host */
		freeze += t2 - t1;
		order += t3 - t2;
		free(index);
		snapshot_free(snapshot);
	}
	printf("%6u %8u %10u %14.2f %14.2f %12.2f %14.2f\n", n_hosts, n_hosts * guests_per_host, n_migrations,
	       first / n_migrations, apply / (rounds - 1) / n_migrations, freeze / rounds / 1000,
	       order / rounds / 1000);
	fleet_free(fleet);
}

int main(void)
{
	puts("\nThe model (processor time)");
	printf("%6s %8s %10s %14s %14s %12s %14s\n", "hosts", "guests", "migrating", "us 1st sample", "us per sample",
	       "ms freeze", "ms order+find");
	measure(3, 11, 3);
	measure(100, 20, 100);
	measure(1000, 20, 1000);
	measure(1000, 20, 10000);
	return 0;
}
