/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of figures. Expectations only save room: none has to be true, both sides just have to compute the same. Files
 * that exist were written with these: to change one is a new version of the format.
 */
#include "backend/recorded/figures.h"

#include "base/array.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

typedef uint64_t expectation(const struct job_stats *now, const struct job_stats *before, duration passed);

struct figure {
	enum job_field field;
	const char *key;
	size_t offset, size; /* in struct job_stats */
	expectation *expect; /* NULL: as before. May use `now` of the rows above its own */
};

static uint64_t expect_elapsed(const struct job_stats *now, const struct job_stats *before, duration passed)
{
	(void)now;
	return (uint64_t)before->elapsed.ms + (uint64_t)passed.ms;
}

/* A page that was sent as it is costs itself and a header. */
static uint64_t expect_processed(const struct job_stats *now, const struct job_stats *before, duration passed)
{
	(void)passed;
	return before->memory_processed.n + (now->memory_normal.n - before->memory_normal.n) * now->page_size.n;
}

/* Within a pass, what was sent is what is not left any more. */
static uint64_t expect_remaining(const struct job_stats *now, const struct job_stats *before, duration passed)
{
	uint64_t n_pages =
		now->memory_normal.n - before->memory_normal.n + now->memory_constant.n - before->memory_constant.n;

	(void)passed;
	return before->memory_remaining.n - n_pages * now->page_size.n;
}

static uint64_t expect_normal_bytes(const struct job_stats *now, const struct job_stats *before, duration passed)
{
	(void)before;
	(void)passed;
	return now->memory_normal.n * now->page_size.n;
}

/* The sums are libvirt's own: src/qemu/qemu_domainjob.c */
static uint64_t expect_data_total(const struct job_stats *now, const struct job_stats *before, duration passed)
{
	(void)before;
	(void)passed;
	return now->memory_total.n + now->disk_total.n;
}

static uint64_t expect_data_processed(const struct job_stats *now, const struct job_stats *before, duration passed)
{
	(void)before;
	(void)passed;
	return now->memory_processed.n + now->disk_processed.n;
}

static uint64_t expect_data_remaining(const struct job_stats *now, const struct job_stats *before, duration passed)
{
	(void)before;
	(void)passed;
	return now->memory_remaining.n + now->disk_remaining.n;
}

#define ROW(field, key, member, expect)                                                                                \
	{                                                                                                              \
		field, key, offsetof(struct job_stats, member), sizeof(((struct job_stats *)0)->member), expect        \
	}

static const struct figure figures[] = {
	ROW(JOB_ELAPSED, "e", elapsed, expect_elapsed),
	ROW(JOB_PASS, "i", pass, NULL),
	ROW(JOB_PAGE_SIZE, "ps", page_size, NULL),
	ROW(JOB_MEMORY_TOTAL, "mt", memory_total, NULL),
	ROW(JOB_MEMORY_NORMAL, "n", memory_normal, NULL),
	ROW(JOB_MEMORY_CONSTANT, "c", memory_constant, NULL),
	ROW(JOB_MEMORY_PROCESSED, "p", memory_processed, expect_processed),
	ROW(JOB_MEMORY_REMAINING, "r", memory_remaining, expect_remaining),
	ROW(JOB_MEMORY_NORMAL_BYTES, "nb", memory_normal_bytes, expect_normal_bytes),
	ROW(JOB_MEMORY_THROUGHPUT, "t", memory_throughput, NULL),
	ROW(JOB_DIRTY_RATE, "d", dirty_rate, NULL),
	ROW(JOB_DOWNTIME, "w", downtime, NULL),
	ROW(JOB_SETUP_TIME, "su", setup_time, NULL),
	ROW(JOB_POSTCOPY_REQUESTS, "q", postcopy_requests, NULL),
	ROW(JOB_THROTTLE, "th", throttle_percent, NULL),
	ROW(JOB_DOWNTIME_LIMIT, "dl", downtime_limit, NULL), /* not in files of before */
	ROW(JOB_DISK_TOTAL, "kt", disk_total, NULL),
	ROW(JOB_DISK_PROCESSED, "kp", disk_processed, NULL),
	ROW(JOB_DISK_REMAINING, "kr", disk_remaining, NULL),
	ROW(JOB_DISK_THROUGHPUT, "kb", disk_throughput, NULL),
	ROW(JOB_DATA_TOTAL, "at", data_total, expect_data_total),
	ROW(JOB_DATA_PROCESSED, "ap", data_processed, expect_data_processed),
	ROW(JOB_DATA_REMAINING, "ar", data_remaining, expect_data_remaining),
};

_Static_assert(ARRAY_LEN(figures) == JOB_FIELD_COUNT, "every figure is recorded");

static uint64_t value_of(const struct figure *figure, const struct job_stats *stats)
{
	const char *place = (const char *)stats + figure->offset;
	uint64_t wide = 0;
	uint32_t narrow;

	if (figure->size == sizeof wide) {
		memcpy(&wide, place, sizeof wide);
		return wide;
	}
	memcpy(&narrow, place, sizeof narrow);
	return narrow;
}

/* False where the value has no room. */
static bool set_value(const struct figure *figure, struct job_stats *stats, uint64_t value)
{
	char *place = (char *)stats + figure->offset;
	uint32_t narrow = (uint32_t)value;

	if (figure->size == sizeof value) {
		memcpy(place, &value, sizeof value);
		return true;
	}
	memcpy(place, &narrow, sizeof narrow);
	return value == narrow;
}

static uint64_t expected(const struct figure *figure, const struct job_stats *now, const struct job_stats *before,
			 duration passed)
{
	return figure->expect ? figure->expect(now, before, passed) : value_of(figure, before);
}

/* The reader knows nothing of figures that are absent, so the writer must not either. */
static struct job_stats without_absent(const struct job_stats *stats)
{
	struct job_stats clean = {.present = stats->present};

	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (job_has(stats, figures[i].field))
			(void)set_value(&figures[i], &clean, value_of(&figures[i], stats));
	}
	return clean;
}

void figures_put(struct buffer *out, const struct job_stats *now, const struct job_stats *before, duration passed)
{
	struct job_stats new = without_absent(now), old = without_absent(before);

	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		const struct figure *figure = &figures[i];
		bool had = job_has(&old, figure->field);

		if (!job_has(&new, figure->field)) {
			if (had)
				buffer_printf(out, " %s-", figure->key);
			continue;
		}
		int64_t difference = (int64_t)(value_of(figure, &new) - expected(figure, &new, &old, passed));
		if (!had || difference != 0)
			buffer_printf(out, " %s%+" PRId64, figure->key, difference);
	}
}

/* ---- reading ---- */

enum told { TOLD_NOTHING, TOLD_VALUE, TOLD_ABSENT };

struct told_figures {
	enum told told[ARRAY_LEN(figures)];
	int64_t difference[ARRAY_LEN(figures)];
};

static void take_word(struct words *words, struct told_figures *out, const char *word)
{
	size_t length = strcspn(word, "+-");

	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (strlen(figures[i].key) != length || memcmp(figures[i].key, word, length) != 0)
			continue;
		if (out->told[i] != TOLD_NOTHING)
			words_wrong(words, "the figure %s is said twice", figures[i].key);
		out->told[i] = strcmp(word + length, "-") == 0 ? TOLD_ABSENT : TOLD_VALUE;
		if (out->told[i] == TOLD_VALUE && !words_parse_signed(word + length, &out->difference[i]))
			words_wrong(words, "\"%.40s\" is no figure with a signed number", word);
		return;
	}
	words_wrong(words, "\"%.40s\" is no figure", word);
}

void figures_take(struct words *words, struct job_stats *stats, duration passed)
{
	struct told_figures all = {0};
	struct job_stats before = *stats, now = {.present = before.present};

	while (words_more(words))
		take_word(words, &all, words_next(words, "a figure"));
	for (size_t i = 0; i < ARRAY_LEN(figures) && !words->wrong[0]; i++) {
		const struct figure *figure = &figures[i];

		if (all.told[i] == TOLD_ABSENT)
			job_unmark(&now, figure->field);
		else if (all.told[i] == TOLD_VALUE)
			job_mark(&now, figure->field);
		if (!job_has(&now, figure->field))
			continue;
		uint64_t value = expected(figure, &now, &before, passed) + (uint64_t)all.difference[i];
		if (!set_value(figure, &now, value))
			words_wrong(words, "the figure %s is too large", figure->key);
	}
	*stats = now;
}
