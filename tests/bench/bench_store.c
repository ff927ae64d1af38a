/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cache and the ledger cost: samples per second and the worst transaction at several sizes of fleet, the time of a picture, the
 * time of a durable intent. Prints a table; asserts nothing.
 */
#include "backend/queue.h"
#include "backend/store/cache.h"
#include "backend/store/schema.h"
#include "backend/store/store.h"
#include "base/array.h"
#include "base/clock.h"
#include "model/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TICKS 120
#define INTENTS 200

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct migration_id numbered(unsigned n)
{
	struct migration_id id = {.host = {{1}}, .domain = {{2}}, .attempt = 1};
	for (size_t i = 0; i < sizeof n; i++)
		id.domain.byte[15 - i] = (unsigned char)(n >> (8 * i));
	return id;
}

static void tell_all(struct memory *memory, unsigned n, int64_t wall, uint64_t pass)
{
	for (unsigned i = 0; i < n; i++) {
		struct waiting item = {.kind = WAITING_SAMPLE, .id = numbered(i), .at = {wall}};
		item.sample.elapsed.ms = wall;
		item.sample.stats.present = (UINT64_C(1) << JOB_FIELD_COUNT) - 1;
		item.sample.stats.pass = pass;
		item.sample.stats.memory_remaining.n = UINT64_C(1) << 32;
		memory_wait(memory, &item);
		if (wall % 5000 != 0)
			continue; /* the collector writes the row of a running migration every five seconds */
		struct migration_record record = {.id = numbered(i), .name = mem_dup("guest"), .phase = PHASE_PRECOPY};
		record.first_seen.ms = record.last_seen.ms = wall;
		memory_migration(memory, &record, (mono_time){1});
	}
}

static void count(void *context, struct event *event)
{
	++*(size_t *)context;
	event_free(event);
}

static void bench_cache(const char *directory, unsigned n_migrations)
{
	char path[128];
	struct db db = {0};
	struct memory *memory = mem_new(1, sizeof *memory);
	struct stat facts = {0};
	struct err_info why = {0};
	double worst = 0, sum = 0, cpu = cpu_ms();
	int64_t wall = clock_wall().ms / 5000 * 5000;
	snprintf(path, sizeof path, "%s/cache-%u", directory, n_migrations);
	if (db_open(&db, &cache_kind, path, &why) != ERR_OK) {
		printf("%s\n", why.text);
		return;
	}
	for (int tick = 0; tick < TICKS; tick++, wall += 1000) {
		tell_all(memory, n_migrations, wall, (uint64_t)tick / 10);
		double begin = now_ms();
		if (cache_write(&db, memory, (struct stamp){{1}, {wall}}, (duration){INT64_C(7776000000)}, &why) !=
		    ERR_OK)
			printf("%s\n", why.text);
		double took = now_ms() - begin;
		sum += took;
		worst = took > worst ? took : worst;
	}
	cpu = cpu_ms() - cpu;
	db_close(&db);
	memory_done(memory);
	free(memory);
	(void)!stat(path, &facts);
	size_t n = 0;
	double begin = now_ms();
	if (store_read_picture(path, (wall_time){wall}, (duration){1}, count, &n, &why) != ERR_OK)
		printf("%s\n", why.text);
	printf("%10u %14.0f %11.1f %11.1f %11.2f %10.1f %12.1f (%zu rows)\n", n_migrations,
	       n_migrations * (double)TICKS / (sum / 1e3), sum / TICKS, worst, cpu / TICKS / 10,
	       (double)facts.st_size / (1024 * 1024), now_ms() - begin, n);
}

static bool put(void *queue, struct event *event)
{
	return queue_put(queue, event, true);
}

static void bench_ledger(const char *directory)
{
	char path[128];
	double worst = 0, sum = 0;
	struct queue *events = queue_new(1000);
	snprintf(path, sizeof path, "%s/ledger", directory);
	struct recorder *recorder =
		recorder_start(&(struct recorder_settings){.ledger_path = path, .sink = {put, events}});
	for (uint64_t serial = 1; serial <= INTENTS; serial++) {
		struct intent intent = {.order = {.serial = serial, .target = numbered(1)}};
		double begin = now_ms();
		recorder_intent_new(recorder, &intent);
		struct event *event = queue_wait(events, -1);
		while (event->kind != EVENT_LEDGER) {
			event_free(event);
			event = queue_wait(events, -1);
		}
		event_free(event);
		double took = now_ms() - begin;
		sum += took;
		worst = took > worst ? took : worst;
	}
	recorder_stop(recorder, (duration){10000});
	queue_free(events, (void (*)(void *))event_free);
	printf("\nintent to durable answer, %d of them: mean %.2f ms, worst %.2f ms (goal: the call leaves under 20 "
	       "ms)\n",
	       INTENTS, sum / INTENTS, worst);
}

int main(void)
{
	char directory[] = "/var/tmp/virt-drain-bench-XXXXXX", command[128];
	static const unsigned sizes[] = {10, 100, 1000, 5000};
	if (!mkdtemp(directory))
		return 1;
	puts("\nThe cache and the ledger");
	printf("cache: one transaction per second of samples, %d seconds; the ring fills, curves too\n\n", TICKS);
	printf("%10s %14s %11s %11s %11s %10s %12s\n", "migrations", "samples/s", "mean ms/tick", "worst ms",
	       "% of core", "MiB", "picture ms");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		bench_cache(directory, sizes[i]);
	bench_ledger(directory);
	snprintf(command, sizeof command, "rm -r '%s'", directory);
	return system(command) != 0;
}
