/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread that writes the cache: gathers for a second, writes in one transaction, tells what changed. It owns memory and file.
 */
#include "backend/store/cache_file.h"
#include "backend/store/recorder.h"
#include "base/array.h"
#include "base/clock.h"

#include <stdlib.h>
#include <unistd.h>

#define TICK_MS 1000

static bool is_leaving(void *context)
{
	struct recorder *recorder = context;
	return atomic_load(&recorder->is_stopping);
}

/* Moves the parcel's content into memory; false for the one that ends the thread. */
static bool unpack(struct memory *memory, struct parcel *parcel, mono_time now)
{
	bool goes_on = true;
	switch (parcel->kind) {
	case PARCEL_HOST: memory_host(memory, &parcel->host); break;
	case PARCEL_MIGRATION: memory_migration(memory, &parcel->migration, now); break;
	case PARCEL_WAITING: memory_wait(memory, &parcel->waiting); break;
	case PARCEL_STOP: goes_on = false; break;
	case PARCEL_INTENT_NEW:
	case PARCEL_INTENT_CHANGE:
	case PARCEL_ADOPT:
	case PARCEL_TELL_LEFT: break;
	}
	free(parcel);
	return goes_on;
}

/* Gathers until the next tick is due. False when it is time to leave. */
static bool gather(struct recorder *recorder, struct memory *memory, mono_time until)
{
	for (;;) {
		int64_t left = mono_since(until, clock_mono()).ms;
		struct parcel *parcel = queue_wait(recorder->cache.queue, left > 0 ? (int)left : 0);
		if (!parcel)
			return true;
		if (!unpack(memory, parcel, clock_mono()))
			return false;
	}
}

static void tick(struct recorder *recorder, struct cache_file *file, struct memory *memory)
{
	cache_file_tick(file, memory, clock_stamp());
	recorder_tell_cache(recorder, file->is_ok, file->text, memory->n_dropped + atomic_load(&recorder->n_refused));
}

void *recorder_cache_run(void *argument)
{
	struct recorder *recorder = argument;
	struct cache_file file;
	struct memory *memory = mem_new(1, sizeof *memory);
	cache_file_init(&file, recorder->cache_path, recorder->retention);
	file.should_stop = is_leaving;
	file.context = recorder;
	/* The first tick comes at once: what is wrong with the file is told with the first picture. */
	mono_time next = clock_mono();
	while (gather(recorder, memory, next)) {
		tick(recorder, &file, memory);
		next = mono_add(clock_mono(), (duration){TICK_MS});
	}
	file.retry_at = (mono_time){0}; /* the last chance, back-off or not */
	cache_file_tick(&file, memory, clock_stamp());
	memory_done(memory);
	cache_file_done(&file);
	free(memory);
	(void)!write(recorder->cache.done_fd, &(uint64_t){1}, sizeof(uint64_t));
	return NULL;
}
