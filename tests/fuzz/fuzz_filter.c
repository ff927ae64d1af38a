/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of filters: a text is a filter, or its fault has a place in it; what is typed has a beginning that can be used; F and
 * not F together are all rows; and any text can be quoted as a word.
 */
#include "model/filter.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MOST (FILTER_TEXT_MAX + 40)

/* One row where much is known, one where nothing is. */
static struct row row_of(bool is_full)
{
	struct row row = {.name = "db07", .uuid_text = "01a8675e", .source = "host1", .age = {-1}, .downtime = {-1}};

	if (!is_full)
		return row;
	row.destination = "host3";
	row.owner = "Nova (web)";
	row.phase = PHASE_PRECOPY;
	row.age.ms = 400;
	row.elapsed.ms = 90000;
	row.forecast.verdict = VERDICT_MARGINAL;
	row.stats = (struct job_stats){.dirty_rate = {51200}, .page_size = {4096}, .pass = 3};
	job_mark(&row.stats, JOB_DIRTY_RATE);
	job_mark(&row.stats, JOB_PAGE_SIZE);
	job_mark(&row.stats, JOB_PASS);
	return row;
}

static void judge(const struct filter *filter, const char *text)
{
	char turned[TEXT_MOST + 8];
	struct filter not_filter;
	bool is_empty = filter->n_nodes == 0;

	snprintf(turned, sizeof turned, "not(%s)", text);
	bool is_turned = !is_empty && filter_read(turned, &not_filter, NULL) == ERR_OK;
	for (int i = 0; i < 2; i++) {
		struct row row = row_of(i);
		bool is_meant = filter_matches(filter, &row);

		MUST(is_meant || !is_empty);
		MUST(!is_turned || is_meant != filter_matches(&not_filter, &row));
	}
	/* only what has no room any more cannot be turned */
	MUST(is_turned || is_empty || strlen(turned) >= FILTER_TEXT_MAX || filter->n_nodes == FILTER_NODES_MAX);
}

static void check_fault(const struct filter_fault *fault, const char *text)
{
	MUST(fuzz_is_sentence(fault->text));
	MUST(fault->column >= 1 && fault->column <= strlen(text) + 1);
	MUST(strlen(text) == 0 ? fault->sound == 0 : fault->sound < strlen(text));
}

static void quote(const char *text)
{
	char clean[FILTER_TEXT_MAX / 2 - 2], quoted[FILTER_TEXT_MAX];
	struct filter filter;

	text_clean(clean, sizeof clean, text, strlen(text));
	MUST(filter_read(filter_quote(quoted, sizeof quoted, clean), &filter, NULL) == ERR_OK);
	MUST(filter.n_nodes == 1 && filter.node[0].kind == FILTER_WORD);
	MUST(strcmp(filter.words + filter.node[0].text, clean) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MOST + 1], typed[TEXT_MOST + 1];
	struct filter filter;
	struct filter_fault fault;

	if (size > TEXT_MOST)
		return 0;
	snprintf(text, sizeof text, "%.*s", (int)size, (const char *)data);
	if (filter_read(text, &filter, &fault) == ERR_OK) {
		MUST(fault.text[0] == '\0');
		judge(&filter, text);
	} else {
		check_fault(&fault, text);
	}
	snprintf(typed, sizeof typed, "%.*s", (int)filter_read_typed(text, &filter, &fault), text);
	MUST(filter_read(typed, &filter, NULL) == ERR_OK);
	MUST((fault.text[0] == '\0') == (strcmp(typed, text) == 0));
	quote(text);
	return 0;
}
