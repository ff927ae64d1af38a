/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What survives a crash: the ledger's rows (model.asked) and the cache's picture; and the recorder that writes them, with the promises of
 * backend/store/store.h. Its threads are a list of parcels that waits for its turn; who dies leaves what was not written.
 */
#include "tests/model/model.h"

#include "base/array.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in backend/store/ledger_adopt.c. */
#define ADOPTED_SERIAL_BASE (UINT64_C(1) << 61)
#define POLICY_DIFFER_MS 5000
#define N_PICTURES 64

enum parcel_kind { PARCEL_NEW, PARCEL_CHANGE, PARCEL_ADOPT, PARCEL_TELL_LEFT };

struct parcel {
	enum parcel_kind kind;
	struct intent intent;
	struct uuid host;
};

struct recorder {
	struct recorder_settings settings;
	struct process *process;
	struct parcel *parcel;
	size_t n_parcels, capacity;
};

static struct {
	struct migration_record migration[N_PICTURES]; /* without strings */
	size_t n_migrations;
	uint64_t n_rows;
} memory;

void memory_init(void)
{
	memory.n_migrations = 0;
	memory.n_rows = 0;
}

static void say(struct recorder *recorder, struct event *event)
{
	(void)recorder->settings.sink.put(recorder->settings.sink.queue, event);
}

/* ---- the ledger */

static bool acted_before(const struct intent *intent)
{
	for (size_t i = 0; i < model.n_asked; i++) {
		const struct asked *asked = &model.asked[i];

		if (asked->row && order_is_by_policy(&asked->intent.order) &&
		    uuid_equal(&asked->intent.order.target.host, &intent->order.target.host) &&
		    uuid_equal(&asked->intent.order.target.domain, &intent->order.target.domain) &&
		    asked->intent.asked.wall.ms >= intent->order.job_began.ms - POLICY_DIFFER_MS)
			return true;
	}
	return false;
}

static enum err add(const struct recorder *recorder, const struct intent *intent, uint64_t *id, const char **text)
{
	struct asked *asked = law_find(recorder->process->pid, intent->order.serial);

	*text = "the disk is full";
	if (model.has_full_disk)
		return ERR_FULL;
	*text = "another virt-drain's policy has acted on this migration already";
	if (order_is_by_policy(&intent->order) && acted_before(intent))
		return ERR_INVALID_STATE;
	*text = "";
	asked->row = *id = ++memory.n_rows;
	asked->owner = recorder->process->pid;
	asked->intent = *intent;
	asked->intent.id = asked->row;
	asked->intent.stage = INTENT_RECORDED;
	return ERR_OK;
}

static void do_new(struct recorder *recorder, const struct intent *intent)
{
	struct event *event = event_new(EVENT_LEDGER, HOST_NONE, clock_stamp());
	const char *text;

	event->ledger.order_serial = intent->order.serial;
	event->ledger.result = add(recorder, intent, &event->ledger.intent_id, &text);
	snprintf(event->ledger.text, sizeof event->ledger.text, "%s", text);
	if (event->ledger.result == ERR_OK && !model.is_calm && chance_one_in(60))
		process_crash(recorder->process, "after-record");
	say(recorder, event);
}

/* A row of its own where it has none: it was carried out although nothing could be written. */
static void do_change(const struct recorder *recorder, const struct intent *intent)
{
	struct asked *asked = law_find(recorder->process->pid, intent->order.serial);

	if (!asked)
		return;
	if (!asked->row)
		asked->row = ++memory.n_rows;
	asked->owner = recorder->process->pid;
	uint64_t id = asked->row;
	asked->intent = *intent;
	asked->intent.id = id;
}

static bool is_alive(int pid)
{
	for (size_t i = 0; i < N_PROCESSES; i++)
		if (model.process[i].is_alive && model.process[i].pid == pid)
			return true;
	return false;
}

static void do_adopt(struct recorder *recorder, const struct uuid *host)
{
	if (model.mutation == MUTATION_ADOPTION)
		return;
	for (size_t i = 0; i < model.n_asked; i++) {
		struct asked *asked = &model.asked[i];

		if (!asked->row || intent_is_settled(&asked->intent) || is_alive(asked->owner) ||
		    !uuid_equal(&asked->intent.order.target.host, host))
			continue;
		struct event *event = event_new(EVENT_ADOPTED, HOST_NONE, clock_stamp());
		asked->owner = recorder->process->pid;
		asked->serial = ADOPTED_SERIAL_BASE + asked->row;
		asked->intent.order.serial = asked->serial;
		event->adopted = asked->intent;
		event->adopted.maker = asked->asker;
		event->adopted.adopted = event->at.mono;
		event->adopted.is_tied = false;
		event->adopted.is_debt_call = false;
		event->adopted.debt_tried = event->adopted.blind_since = (mono_time){0};
		model.counts.adopted[asked->intent.order.action]++;
		trace("process %d adopts intent %llu of process %d", recorder->process->pid,
		      (unsigned long long)asked->row, asked->asker);
		say(recorder, event);
	}
}

static void do_tell_left(struct recorder *recorder)
{
	for (size_t i = 0; i < model.n_asked; i++) {
		const struct asked *asked = &model.asked[i];

		if (!asked->row || intent_is_settled(&asked->intent) || is_alive(asked->owner))
			continue;
		struct event *event = event_new(EVENT_NOTICE, HOST_NONE, clock_stamp());
		event->notice.severity = SEVERITY_WARNING;
		event->notice.text = mem_dup("an earlier virt-drain ended before the effect was seen");
		say(recorder, event);
	}
}

/* False: it has to wait. */
static bool unpack(struct recorder *recorder, const struct parcel *parcel)
{
	switch (parcel->kind) {
	case PARCEL_NEW: do_new(recorder, &parcel->intent); return true;
	case PARCEL_CHANGE:
		if (model.has_full_disk)
			return false;
		if (intent_is_closed(&parcel->intent) && !model.is_calm && chance_one_in(60)) {
			process_crash(recorder->process, "before-close");
			return true;
		}
		do_change(recorder, &parcel->intent);
		return true;
	case PARCEL_ADOPT:
		if (model.has_full_disk)
			return false;
		do_adopt(recorder, &parcel->host);
		return true;
	case PARCEL_TELL_LEFT: do_tell_left(recorder); return true;
	}
	return true;
}

/* What cannot be written keeps its place; new intents are answered meanwhile. */
static void write_some(struct recorder *recorder, bool all)
{
	size_t kept = 0;
	bool goes_on = true;

	for (size_t i = 0; i < recorder->n_parcels; i++) {
		if (recorder->process->is_dying)
			break;
		goes_on = goes_on && (all || !chance_one_in(4));
		struct parcel parcel = recorder->parcel[i];
		if (!goes_on || !unpack(recorder, &parcel))
			recorder->parcel[kept++] = parcel;
	}
	recorder->n_parcels = recorder->process->is_dying ? 0 : kept;
}

void memory_turn(struct recorder *recorder)
{
	if (recorder)
		write_some(recorder, false);
}

/* ---- backend/store/store.h */

static void put(struct recorder *recorder, enum parcel_kind kind, const struct intent *intent, const struct uuid *host)
{
	if (recorder->process->is_dying)
		return;
	recorder->parcel =
		array_reserve(recorder->parcel, &recorder->capacity, recorder->n_parcels + 1, sizeof *recorder->parcel);
	struct parcel *parcel = &recorder->parcel[recorder->n_parcels++];
	*parcel = (struct parcel){.kind = kind};
	if (intent)
		parcel->intent = *intent;
	if (host)
		parcel->host = *host;
}

struct recorder *recorder_start(const struct recorder_settings *settings)
{
	struct recorder *recorder = mem_new(1, sizeof *recorder);

	recorder->settings = *settings;
	recorder->process = process_of(NULL);
	return recorder;
}

void recorder_stop(struct recorder *recorder, duration patience)
{
	(void)patience;
	if (!recorder)
		return;
	if (!recorder->process->is_dying)
		write_some(recorder, true);
	free(recorder->parcel);
	free(recorder);
}

void recorder_host(struct recorder *recorder, const struct host_record *host)
{
	(void)recorder;
	(void)host;
}

void recorder_migration(struct recorder *recorder, const struct migration_record *migration)
{
	size_t i = 0;

	if (recorder->process->is_dying || !recorder->settings.cache_path)
		return;
	while (i < memory.n_migrations && !migration_id_equal(&memory.migration[i].id, &migration->id))
		i++;
	if (i == N_PICTURES) {
		memmove(memory.migration, memory.migration + 1, (N_PICTURES - 1) * sizeof *memory.migration);
		i = --memory.n_migrations;
	}
	memory.migration[i] = *migration;
	memory.migration[i].name = memory.migration[i].source = memory.migration[i].destination = NULL;
	memory.n_migrations += i == memory.n_migrations;
}

void recorder_sample(struct recorder *recorder, const struct migration_id *id, wall_time at, duration elapsed,
		     const struct job_stats *stats)
{
	(void)recorder;
	(void)id;
	(void)at;
	(void)elapsed;
	(void)stats;
}

void recorder_pass(struct recorder *recorder, const struct migration_id *id, const struct pass *pass)
{
	(void)recorder;
	(void)id;
	(void)pass;
}

void recorder_notice(struct recorder *recorder, const struct notice *notice)
{
	const struct guest *guest = world_guest(&notice->about.domain);

	if (recorder->process->is_dying)
		return;
	if (guest && notice->severity == SEVERITY_CRITICAL)
		recorder->process->flagged[guest - model.world.guest] = model.now;
	trace("process %d says of %s: %s", recorder->process->pid, notice->subject, notice->text);
}

void recorder_intent_new(struct recorder *recorder, const struct intent *intent)
{
	law_asked(recorder->process, intent);
	put(recorder, PARCEL_NEW, intent, NULL);
}

void recorder_intent_update(struct recorder *recorder, const struct intent *intent)
{
	put(recorder, PARCEL_CHANGE, intent, NULL);
}

void recorder_audit(struct recorder *recorder, const struct intent *intent)
{
	if (!recorder->process->is_dying && intent_is_closed(intent))
		law_closed(recorder->process, intent);
}

void recorder_adopt(struct recorder *recorder, const struct uuid *host)
{
	if (recorder->settings.adopts)
		put(recorder, PARCEL_ADOPT, NULL, host);
}

void recorder_tell_left_open(struct recorder *recorder)
{
	if (recorder->settings.adopts)
		put(recorder, PARCEL_TELL_LEFT, NULL, NULL);
}

enum err store_read_picture(const char *cache_path, wall_time now, duration recent,
			    void (*say_event)(void *context, struct event *event), void *context, struct err_info *why)
{
	(void)cache_path;
	(void)now;
	(void)recent;
	(void)why;
	for (uint32_t i = 0; i < N_WATCHED; i++) {
		char name[8];
		struct event *event = event_new(EVENT_PICTURE_HOST, HOST_NONE, clock_stamp());
		snprintf(name, sizeof name, "host%u", (unsigned)i);
		event->picture_host =
			(struct host_record){.uuid = world_host_uuid(i), .name = mem_dup(name), .uri = mem_dup(name)};
		say_event(context, event);
	}
	for (size_t i = 0; i < memory.n_migrations; i++) {
		struct event *event = event_new(EVENT_PICTURE, HOST_NONE, clock_stamp());
		event->picture = memory.migration[i];
		event->picture.name = mem_dup("web");
		model.counts.tally[TALLY_PICTURES]++;
		say_event(context, event);
	}
	return ERR_OK;
}
