/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The field table: one row per figure. Pure.
 */
#include "model/field.h"

#include "model/outlook.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static struct value absent(void)
{
	return (struct value){.type = VALUE_ABSENT, .number = 0};
}

static struct value of_text(const char *text)
{
	return text ? (struct value){.type = VALUE_TEXT, .text = text} : absent();
}

static struct value of_number(enum value_type type, uint64_t number)
{
	return (struct value){.type = type, .number = number};
}

static struct value of_duration(duration d)
{
	return (struct value){.type = VALUE_DURATION, .duration = d};
}

/* A figure of the statistics: absent where its presence bit is not set. */
static struct value of_stat(const struct row *row, enum job_field field, enum value_type type, uint64_t number)
{
	return job_has(&row->stats, field) ? of_number(type, number) : absent();
}

/* clang-format off */
static struct value get_name(const struct row *row) { return of_text(row->name); }
static struct value get_source(const struct row *row) { return of_text(row->source); }
static struct value get_destination(const struct row *row) { return of_text(row->destination); }
static struct value get_owner(const struct row *row) { return of_text(row->owner); }
static struct value get_phase(const struct row *row) { return of_text(phase_name(row->phase)); }
static struct value get_attempt(const struct row *row) { return of_number(VALUE_COUNT, row->id.attempt); }
static struct value get_elapsed(const struct row *row) { return of_duration(row->elapsed); }
/* clang-format on */

static struct value get_uuid(const struct row *row)
{
	return of_text(row->uuid_text);
}

static struct value get_outcome(const struct row *row)
{
	return phase_is_outcome(row->phase) ? of_text(phase_name(row->phase)) : absent();
}

static struct value get_far_end(const struct row *row)
{
	return row->phase == PHASE_ORPHAN ? of_text(far_end_name(row->facts.far_end)) : absent();
}

static struct value get_pass(const struct row *row)
{
	return row->stats.pass ? of_stat(row, JOB_PASS, VALUE_COUNT, row->stats.pass) : absent();
}

static struct value get_remaining(const struct row *row)
{
	bytes remaining;

	return job_remaining(&row->stats, &remaining) ? of_number(VALUE_BYTES, remaining.n) : absent();
}

static struct value get_memory_total(const struct row *row)
{
	return of_stat(row, JOB_MEMORY_TOTAL, VALUE_BYTES, row->stats.memory_total.n);
}

static struct value get_memory_remaining(const struct row *row)
{
	return of_stat(row, JOB_MEMORY_REMAINING, VALUE_BYTES, row->stats.memory_remaining.n);
}

static struct value get_data_total(const struct row *row)
{
	return of_stat(row, JOB_DATA_TOTAL, VALUE_BYTES, row->stats.data_total.n);
}

static struct value get_data_remaining(const struct row *row)
{
	return of_stat(row, JOB_DATA_REMAINING, VALUE_BYTES, row->stats.data_remaining.n);
}

static struct value get_data_processed(const struct row *row)
{
	return of_stat(row, JOB_DATA_PROCESSED, VALUE_BYTES, row->stats.data_processed.n);
}

static struct value get_dirty_rate(const struct row *row)
{
	bytes_per_s dirty;

	return job_dirty_bytes(&row->stats, &dirty) ? of_number(VALUE_RATE, dirty.n) : absent();
}

static struct value get_dirty_rate_pages(const struct row *row)
{
	return of_stat(row, JOB_DIRTY_RATE, VALUE_PAGES_PER_S, row->stats.dirty_rate.n);
}

static struct value get_page_size(const struct row *row)
{
	return of_stat(row, JOB_PAGE_SIZE, VALUE_BYTES, row->stats.page_size.n);
}

static struct value get_throughput(const struct row *row)
{
	return row->has_throughput ? of_number(VALUE_RATE, row->throughput.n) : absent();
}

static struct value get_timeout(const struct row *row)
{
	return row->timeout.ms > 0 ? of_duration(row->timeout) : absent();
}

static struct value get_expected_downtime(const struct row *row)
{
	if (!phase_has_job(row->phase) || !job_has(&row->stats, JOB_DOWNTIME))
		return absent();
	return of_duration(row->stats.downtime);
}

static struct value get_max_downtime(const struct row *row)
{
	if (!phase_has_job(row->phase) || !job_has(&row->stats, JOB_DOWNTIME_LIMIT))
		return absent();
	return of_duration(row->stats.downtime_limit);
}

static struct value get_throttle(const struct row *row)
{
	return of_stat(row, JOB_THROTTLE, VALUE_PERCENT, row->stats.throttle_percent);
}

static struct value get_postcopy_requests(const struct row *row)
{
	return of_stat(row, JOB_POSTCOPY_REQUESTS, VALUE_COUNT, row->stats.postcopy_requests);
}

static struct value get_frozen(const struct row *row)
{
	return row->frozen.ms > 0 ? of_duration(row->frozen) : absent();
}

static struct value get_downtime(const struct row *row)
{
	return row->downtime.ms >= 0 ? of_duration(row->downtime) : absent();
}

static struct value get_age(const struct row *row)
{
	return row->age.ms >= 0 ? of_duration(row->age) : absent();
}

/* --- the forecast: nothing is claimed of an old row */

/* Below 0: unknown. */
static struct value of_known(duration d)
{
	return d.ms >= 0 ? of_duration(d) : absent();
}

static struct value get_verdict(const struct row *row)
{
	enum verdict verdict = row_foretold(row)->verdict;

	return verdict == VERDICT_NONE ? absent() : of_text(verdict_name(verdict));
}

/* clang-format off */
static struct value get_eta(const struct row *row) { return of_known(row_foretold(row)->eta.best); }
static struct value get_pause(const struct row *row) { return of_known(row_foretold(row)->pause_now.best); }
static struct value get_best_pause(const struct row *row) { return of_known(row_foretold(row)->pause_best.best); }
static struct value get_best_in(const struct row *row) { return of_known(row_foretold(row)->best_in); }
static struct value get_postcopy(const struct row *row) { return of_known(row_foretold(row)->postcopy.best); }
static struct value get_needed_downtime(const struct row *row) { return of_known(row_foretold(row)->needed_downtime); }
/* clang-format on */

/* A bound means nothing without the value between. */
static struct value bound(const struct estimate *estimate, duration bound)
{
	return estimate_known(estimate) ? of_known(bound) : absent();
}

static struct value get_eta_low(const struct row *row)
{
	return bound(&row_foretold(row)->eta, row_foretold(row)->eta.low);
}

static struct value get_eta_high(const struct row *row)
{
	return bound(&row_foretold(row)->eta, row_foretold(row)->eta.high);
}

static struct value get_pause_low(const struct row *row)
{
	return bound(&row_foretold(row)->pause_now, row_foretold(row)->pause_now.low);
}

static struct value get_pause_high(const struct row *row)
{
	return bound(&row_foretold(row)->pause_now, row_foretold(row)->pause_now.high);
}

/* In post-copy there is no abort. */
static struct value get_waste(const struct row *row)
{
	const struct forecast *forecast = row_foretold(row);
	bool is_told = job_has(&row->stats, JOB_DATA_PROCESSED) || job_has(&row->stats, JOB_MEMORY_PROCESSED);
	bool can_abort = row->phase == PHASE_PREPARING || row->phase == PHASE_PRECOPY || row->phase == PHASE_PAUSED;

	if (forecast->verdict == VERDICT_NONE || !is_told || !can_abort)
		return absent();
	return of_number(VALUE_BYTES, forecast->wasted.n);
}

static struct value get_needed_bandwidth(const struct row *row)
{
	uint64_t needed = row_foretold(row)->needed_bandwidth.n;

	return needed ? of_number(VALUE_RATE, needed) : absent();
}

static struct value get_no_progress(const struct row *row)
{
	duration silent = row_foretold(row)->silent;

	return silent.ms > 0 ? of_duration(silent) : absent();
}

/* clang-format off */
static const struct field fields[FIELD_COUNT] = {
	{FIELD_NAME, "name", "name", VALUE_TEXT, get_name, "name of the guest"},
	{FIELD_UUID, "uuid", "uuid", VALUE_TEXT, get_uuid, "UUID of the guest"},
	{FIELD_ATTEMPT, "attempt", "attempt", VALUE_COUNT, get_attempt, "how many times virt-drain has seen this guest leave this host"},
	{FIELD_SOURCE, "source", "source", VALUE_TEXT, get_source, "host that the guest leaves"},
	{FIELD_DESTINATION, "destination", "destination", VALUE_TEXT, get_destination, "host that the guest goes to; unknown unless it is watched too"},
	{FIELD_OWNER, "owner", "owner", VALUE_TEXT, get_owner, "manager that owns the guest, from its metadata"},
	{FIELD_PHASE, "phase", "phase", VALUE_TEXT, get_phase, "preparing, pre-copy, paused, post-copy, orphan, or how it ended"},
	{FIELD_VERDICT, "verdict", "verdict", VALUE_TEXT, get_verdict, "will it end by itself"},
	{FIELD_ETA, "eta", "eta_ms", VALUE_DURATION, get_eta, "time until it ends by itself; of a frozen guest until it runs"},
	{FIELD_ETA_LOW, "eta-low", "eta_low_ms", VALUE_DURATION, get_eta_low, "the same at the earliest, with a chance of 90 %"},
	{FIELD_ETA_HIGH, "eta-high", "eta_high_ms", VALUE_DURATION, get_eta_high, "the same at the latest, with a chance of 90 %"},
	{FIELD_PASS, "pass", "pass", VALUE_COUNT, get_pass, "pre-copy pass: 1 sends all memory, the others what was dirtied meanwhile"},
	{FIELD_REMAINING, "remaining", "remaining_bytes", VALUE_BYTES, get_remaining, "memory and disk still to send in this pass: a saw-tooth"},
	{FIELD_MEMORY_TOTAL, "memory-total", "memory_total_bytes", VALUE_BYTES, get_memory_total, "memory of the guest, video memory and firmware included"},
	{FIELD_MEMORY_REMAINING, "memory-remaining", "memory_remaining_bytes", VALUE_BYTES, get_memory_remaining, "memory still to send in this pass"},
	{FIELD_DATA_TOTAL, "data-total", "data_total_bytes", VALUE_BYTES, get_data_total, "memory and mirrored disks"},
	{FIELD_DATA_REMAINING, "data-remaining", "data_remaining_bytes", VALUE_BYTES, get_data_remaining, "memory and mirrored disks still to send"},
	{FIELD_DATA_PROCESSED, "data-processed", "data_processed_bytes", VALUE_BYTES, get_data_processed, "sent so far in all passes; may exceed the total"},
	{FIELD_DIRTY_RATE, "dirty", "dirty_rate_bytes_per_s", VALUE_RATE, get_dirty_rate, "memory that the guest dirties per second; unknown in the first pass"},
	{FIELD_DIRTY_RATE_PAGES, "dirty-pages", "dirty_rate_pages_per_s", VALUE_PAGES_PER_S, get_dirty_rate_pages, "the same in pages"},
	{FIELD_PAGE_SIZE, "page-size", "page_size_bytes", VALUE_BYTES, get_page_size, "size of a page"},
	{FIELD_THROUGHPUT, "send", "throughput_bytes_per_s", VALUE_RATE, get_throughput, "bytes sent per second, smoothed over three seconds"},
	{FIELD_ELAPSED, "elapsed", "elapsed_ms", VALUE_DURATION, get_elapsed, "time since the migration began, by our own clock"},
	{FIELD_TIMEOUT, "timeout", "timeout_ms", VALUE_DURATION, get_timeout, "our limit: completion_timeout_per_gib x size, or as set for this migration"},
	{FIELD_EXPECTED_DOWNTIME, "expected-downtime", "expected_downtime_ms", VALUE_DURATION, get_expected_downtime, "pause that the hypervisor expects at the switch-over"},
	{FIELD_MAX_DOWNTIME, "max-downtime", "max_downtime_ms", VALUE_DURATION, get_max_downtime, "pause that the switch-over may take: pre-copy ends when what remains fits into it"},
	{FIELD_THROTTLE, "throttle", "throttle_percent", VALUE_PERCENT, get_throttle, "how far auto-converge slows the guest"},
	{FIELD_POSTCOPY_REQUESTS, "requests", "postcopy_requests", VALUE_COUNT, get_postcopy_requests, "pages that the destination had to ask for"},
	{FIELD_FROZEN, "frozen", "frozen_ms", VALUE_DURATION, get_frozen, "how long the guest has stood still"},
	{FIELD_DOWNTIME, "downtime", "downtime_ms", VALUE_DURATION, get_downtime, "true downtime of a completed migration"},
	{FIELD_OUTCOME, "outcome", "outcome", VALUE_TEXT, get_outcome, "how it ended"},
	{FIELD_AGE, "age", "age_ms", VALUE_DURATION, get_age, "age of the newest statistics"},
	{FIELD_PAUSE_PRICE, "pause-price", "pause_price_ms", VALUE_DURATION, get_pause, "how long the guest stands still if it is paused now"},
	{FIELD_PAUSE_PRICE_LOW, "pause-price-low", "pause_price_low_ms", VALUE_DURATION, get_pause_low, "the same at the least"},
	{FIELD_PAUSE_PRICE_HIGH, "pause-price-high", "pause_price_high_ms", VALUE_DURATION, get_pause_high, "the same at the most"},
	{FIELD_BEST_PAUSE_PRICE, "best-pause-price", "best_pause_price_ms", VALUE_DURATION, get_best_pause, "how long it stands still if it is paused at the best moment"},
	{FIELD_BEST_PAUSE_IN, "best-pause-in", "best_pause_in_ms", VALUE_DURATION, get_best_in, "time until that moment, which is the beginning of a pass"},
	{FIELD_POSTCOPY_PRICE, "postcopy-price", "postcopy_price_ms", VALUE_DURATION, get_postcopy, "time until all memory is there if post-copy begins now"},
	{FIELD_ABORT_WASTE, "abort-waste", "abort_waste_bytes", VALUE_BYTES, get_waste, "what was sent, and an abort throws away"},
	{FIELD_NEEDED_DOWNTIME, "needed-downtime", "needed_downtime_ms", VALUE_DURATION, get_needed_downtime, "smallest maximum downtime that would let it end by itself"},
	{FIELD_NEEDED_BANDWIDTH, "needed-bandwidth", "needed_bandwidth_bytes_per_s", VALUE_RATE, get_needed_bandwidth, "smallest bandwidth that would let it end by itself"},
	{FIELD_OTHER_END, "other-end", "other_end", VALUE_TEXT, get_far_end, "of an orphan, the host where it was to go: clear, copy, awaited, silent, unknown"},
	{FIELD_NO_PROGRESS, "no-progress", "no_progress_ms", VALUE_DURATION, get_no_progress, "how long no byte has moved; unknown while they do"},
};
/* clang-format on */

const struct field *field_by_id(enum field_id id)
{
	return &fields[id];
}

const struct field *field_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strcmp(name, fields[i].name) == 0)
			return &fields[i];
	}
	return NULL;
}

static int compare_present(const struct value *a, const struct value *b)
{
	if (a->type == VALUE_TEXT) {
		int order = strcasecmp(a->text, b->text);

		return order ? order : strcmp(a->text, b->text);
	}
	if (a->type == VALUE_DURATION)
		return (a->duration.ms > b->duration.ms) - (a->duration.ms < b->duration.ms);
	return (a->number > b->number) - (a->number < b->number);
}

int value_compare(const struct value *a, const struct value *b, bool descending)
{
	bool a_absent = a->type == VALUE_ABSENT, b_absent = b->type == VALUE_ABSENT;

	if (a_absent || b_absent)
		return (int)a_absent - (int)b_absent;
	int order = compare_present(a, b);
	return descending ? -order : order;
}

char *value_text(const struct value *value, char *buffer, size_t size)
{
	switch (value->type) {
	case VALUE_ABSENT: snprintf(buffer, size, "-"); break;
	case VALUE_TEXT: snprintf(buffer, size, "%s", value->text); break;
	case VALUE_COUNT: snprintf(buffer, size, "%" PRIu64, value->number); break;
	case VALUE_PAGES_PER_S: snprintf(buffer, size, "%" PRIu64, value->number); break;
	case VALUE_PERCENT: snprintf(buffer, size, "%" PRIu64 "%%", value->number); break;
	case VALUE_BYTES: return text_bytes(buffer, size, (bytes){value->number});
	case VALUE_RATE: return text_rate(buffer, size, (bytes_per_s){value->number});
	case VALUE_DURATION: return text_duration(buffer, size, value->duration);
	}
	return buffer;
}
