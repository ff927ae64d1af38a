/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorder's own copy of what matters, with a bound. Recorder thread only.
 */
#include "backend/store/memory.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* Late passes and notices of an ended migration still find its row without a search. */
#define ENDED_KEPT_MS (60 * 60 * 1000)

static struct kept_migration **bucket_of(struct memory *memory, const struct migration_id *id)
{
	uint32_t hash = id->attempt;
	for (size_t i = 0; i < sizeof id->domain.byte; i++)
		hash = (hash ^ id->domain.byte[i]) * 16777619u; /* FNV-1a */
	return &memory->bucket[hash % MEMORY_BUCKETS];
}

static void kept_free(struct kept_migration *kept)
{
	migration_record_done(&kept->record);
	free(kept);
}

static void waiting_done(struct waiting *item)
{
	if (item->kind != WAITING_NOTICE)
		return;
	free(item->notice.subject);
	free(item->notice.text);
}

static void waiting_clear(struct memory *memory)
{
	for (size_t i = 0; i < memory->n_waiting; i++)
		waiting_done(&memory->waiting[i]);
	memory->n_waiting = 0;
}

void memory_done(struct memory *memory)
{
	for (size_t i = 0; i < memory->n_hosts; i++)
		host_record_done(&memory->host[i].record);
	free(memory->host);
	for (size_t i = 0; i < MEMORY_BUCKETS; i++) {
		while (memory->bucket[i]) {
			struct kept_migration *next = memory->bucket[i]->next;
			kept_free(memory->bucket[i]);
			memory->bucket[i] = next;
		}
	}
	waiting_clear(memory);
	free(memory->waiting);
	*memory = (struct memory){0};
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

void memory_host(struct memory *memory, struct host_record *host)
{
	struct kept_host *kept = NULL;
	for (size_t i = 0; i < memory->n_hosts && !kept; i++) {
		if (is_same_text(memory->host[i].record.name, host->name) &&
		    is_same_text(memory->host[i].record.uri, host->uri))
			kept = &memory->host[i];
	}
	if (!kept) {
		memory->host =
			array_reserve(memory->host, &memory->hosts_capacity, memory->n_hosts + 1, sizeof *memory->host);
		kept = &memory->host[memory->n_hosts++];
		*kept = (struct kept_host){0};
	}
	host_record_done(&kept->record);
	kept->record = *host;
	kept->is_dirty = true;
}

struct kept_migration *memory_find(struct memory *memory, const struct migration_id *id)
{
	for (struct kept_migration *kept = *bucket_of(memory, id); kept; kept = kept->next) {
		if (migration_id_equal(&kept->record.id, id))
			return kept;
	}
	return NULL;
}

void memory_migration(struct memory *memory, struct migration_record *migration, mono_time now)
{
	struct kept_migration *kept = memory_find(memory, &migration->id);
	if (!kept) {
		struct kept_migration **bucket = bucket_of(memory, &migration->id);
		kept = mem_new(1, sizeof *kept);
		kept->next = *bucket;
		*bucket = kept;
		memory->n_migrations++;
	}
	migration_record_done(&kept->record);
	kept->record = *migration;
	kept->is_dirty = true;
	kept->ended_at = migration->ended.ms != 0 ? now : (mono_time){0};
}

/* Samples are the least loss: the others say what happened. Without any, the older half goes. */
static void waiting_thin(struct memory *memory)
{
	size_t n = 0, n_before = memory->n_waiting;
	for (size_t i = 0; i < n_before; i++) {
		if (memory->waiting[i].kind != WAITING_SAMPLE)
			memory->waiting[n++] = memory->waiting[i];
	}
	if (n == n_before) {
		size_t half = n / 2;
		for (size_t i = 0; i < half; i++)
			waiting_done(&memory->waiting[i]);
		memmove(memory->waiting, memory->waiting + half, (n - half) * sizeof *memory->waiting);
		n -= half;
	}
	memory->n_dropped += n_before - n;
	memory->n_waiting = n;
}

void memory_wait(struct memory *memory, const struct waiting *item)
{
	if (memory->n_waiting >= MEMORY_WAITING_MAX)
		waiting_thin(memory);
	memory->waiting = array_reserve(memory->waiting, &memory->waiting_capacity, memory->n_waiting + 1,
					sizeof *memory->waiting);
	memory->waiting[memory->n_waiting++] = *item;
}

void memory_forget_rows(struct memory *memory, bool all)
{
	for (size_t i = 0; all && i < memory->n_hosts; i++)
		memory->host[i].is_dirty = true;
	for (size_t i = 0; i < MEMORY_BUCKETS; i++) {
		for (struct kept_migration *kept = memory->bucket[i]; kept; kept = kept->next) {
			kept->row = 0;
			kept->has_curve = false;
			kept->is_dirty |= all;
		}
	}
}

void memory_written(struct memory *memory, mono_time now)
{
	for (size_t i = 0; i < memory->n_hosts; i++)
		memory->host[i].is_dirty = false;
	for (size_t i = 0; i < MEMORY_BUCKETS; i++) {
		for (struct kept_migration **at = &memory->bucket[i]; *at;) {
			struct kept_migration *kept = *at;
			kept->is_dirty = false;
			if (kept->ended_at.ms && mono_since(now, kept->ended_at).ms > ENDED_KEPT_MS) {
				*at = kept->next;
				kept_free(kept);
				memory->n_migrations--;
			} else {
				at = &kept->next;
			}
		}
	}
	waiting_clear(memory);
}
