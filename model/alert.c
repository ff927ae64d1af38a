/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reasons of a row, and what of them is new. Pure.
 */
#include "model/alert.h"

#include "model/outlook.h"

#include <stdlib.h>
#include <string.h>

#define BIT(alert) (1u << (alert))
#define FROZEN_WARNING_MS 10000
/* The memory is cleared of migrations that left the table when it has doubled, and not before this. */
#define FORGET_FROM 256

struct alert_told {
	struct migration_id id;
	unsigned bits;
	bool is_there; /* while the memory is cleared: still in the table */
};

const char *alert_name(enum alert alert)
{
	static const char *const names[ALERT_COUNT] = {
		[ALERT_FINISHED] = "finished",     [ALERT_FAILED] = "failed",
		[ALERT_LIMIT_NEAR] = "limit-near", [ALERT_LIMIT_PASSED] = "limit-passed",
		[ALERT_FROZEN] = "frozen",         [ALERT_HOPELESS] = "will-not-converge",
		[ALERT_STALLED] = "stalled",       [ALERT_ORPHAN] = "orphan",
	};

	return names[alert];
}

static unsigned phase_reasons(enum phase phase)
{
	switch (phase) {
	case PHASE_COMPLETED: return BIT(ALERT_FINISHED);
	case PHASE_ORPHAN: return BIT(ALERT_ORPHAN);
	case PHASE_POSTCOPY_FAILED:
	case PHASE_FAILED:
	case PHASE_NOT_MOVED:
	case PHASE_LOST: return BIT(ALERT_FAILED);
	case PHASE_PREPARING:
	case PHASE_PRECOPY:
	case PHASE_PAUSED:
	case PHASE_POSTCOPY:
	case PHASE_CANCELLED: /* somebody wanted that */
	case PHASE_COUNT: break;
	}
	return 0;
}

static unsigned limit_reasons(const struct row *row)
{
	unsigned bits = 0;

	if (row->timeout.ms <= 0)
		return 0;
	if (row->elapsed.ms >= row->timeout.ms - row->timeout.ms / 10)
		bits |= BIT(ALERT_LIMIT_NEAR);
	if (row->elapsed.ms >= row->timeout.ms)
		bits |= BIT(ALERT_LIMIT_PASSED);
	return bits;
}

unsigned alert_reasons(const struct row *row, duration frozen_warning)
{
	enum verdict verdict = row_foretold(row)->verdict;
	int64_t patience = frozen_warning.ms > 0 ? frozen_warning.ms : FROZEN_WARNING_MS;
	unsigned bits;

	if (row->from_cache)
		return 0;
	bits = phase_reasons(row->phase);
	if (!phase_has_job(row->phase) || row->freshness == UNREACHABLE)
		return bits;
	bits |= limit_reasons(row);
	if (row->is_frozen && row->frozen.ms >= patience)
		bits |= BIT(ALERT_FROZEN);
	if (verdict == VERDICT_HOPELESS)
		bits |= BIT(ALERT_HOPELESS);
	if (verdict == VERDICT_STALLED)
		bits |= BIT(ALERT_STALLED);
	return bits;
}

/* ---- the memory ---- */

static int id_compare(const struct migration_id *a, const struct migration_id *b)
{
	int order = uuid_compare(&a->domain, &b->domain);

	if (order == 0)
		order = uuid_compare(&a->host, &b->host);
	return order ? order : (a->attempt > b->attempt) - (a->attempt < b->attempt);
}

/* The place of the identity: its own, or the one where it belongs. */
static size_t place_of(const struct alert_memory *memory, const struct migration_id *id)
{
	size_t low = 0, high = memory->told ? memory->n_told : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (id_compare(&memory->told[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct alert_told *find(const struct alert_memory *memory, const struct migration_id *id)
{
	size_t place = place_of(memory, id);
	bool is_it = place < memory->n_told && migration_id_equal(&memory->told[place].id, id);

	return is_it ? &memory->told[place] : NULL;
}

static struct alert_told *add(struct alert_memory *memory, const struct migration_id *id)
{
	size_t place = place_of(memory, id);

	memory->told = array_reserve(memory->told, &memory->capacity, memory->n_told + 1, sizeof *memory->told);
	memmove(&memory->told[place + 1], &memory->told[place], (memory->n_told - place) * sizeof *memory->told);
	memory->told[place] = (struct alert_told){.id = *id};
	memory->n_told++;
	return &memory->told[place];
}

static void forget_those_that_left(struct alert_memory *memory, const struct snapshot *snapshot)
{
	size_t n = 0;

	if (!memory->told || memory->n_told < FORGET_FROM || memory->n_told < 2 * memory->n_kept)
		return;
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		struct alert_told *told = find(memory, &snapshot->row[i].id);

		if (told)
			told->is_there = true;
	}
	for (size_t i = 0; i < memory->n_told; i++) {
		struct alert_told told = memory->told[i];

		if (!told.is_there)
			continue;
		told.is_there = false;
		memory->told[n++] = told;
	}
	memory->n_told = memory->n_kept = n;
}

static void say_new(struct alert_told *told, unsigned reasons, const struct row *row, const struct snapshot *snapshot,
		    const struct alert_sink *sink)
{
	unsigned fresh = reasons & ~told->bits;

	told->bits |= reasons;
	if (fresh & BIT(ALERT_LIMIT_PASSED))
		fresh &= ~BIT(ALERT_LIMIT_NEAR);
	for (int i = 0; i < ALERT_COUNT; i++) {
		if (fresh & BIT(i))
			sink->say(sink->context, (enum alert)i, row, snapshot);
	}
}

void alert_look(struct alert_memory *memory, const struct snapshot *snapshot, duration frozen_warning,
		const struct alert_sink *sink)
{
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];
		unsigned reasons = alert_reasons(row, frozen_warning);
		struct alert_told *told = reasons ? find(memory, &row->id) : NULL;

		if (reasons && !told)
			told = add(memory, &row->id);
		if (reasons)
			say_new(told, reasons, row, snapshot, sink);
	}
	forget_those_that_left(memory, snapshot);
}

void alert_memory_done(struct alert_memory *memory)
{
	free(memory->told);
	*memory = (struct alert_memory){0};
}
