/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of filters: what it says of rows, what it says of mistakes, and that it can ask for every field that there is.
 */
#include "model/filter.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)

/* A guest in its third pass that dirties 200 MiB per second; its destination and its owner are not known. */
static struct row sample_row(void)
{
	struct row row = {.name = "db07",
			  .uuid_text = "0000-beef",
			  .source = "host1",
			  .phase = PHASE_PRECOPY,
			  .elapsed = {90000},
			  .timeout = {1600000},
			  .age = {400},
			  .downtime = {-1}};

	row.id.attempt = 1;
	row.forecast.eta.best.ms = row.forecast.pause_now.best.ms = -1;
	row.forecast.verdict = VERDICT_HOPELESS;
	row.stats.dirty_rate.n = 51200;
	row.stats.page_size.n = 4096;
	row.stats.pass = 3;
	row.stats.throttle_percent = 40;
	row.stats.data_remaining.n = 512 * MIB;
	job_mark(&row.stats, JOB_DIRTY_RATE);
	job_mark(&row.stats, JOB_PAGE_SIZE);
	job_mark(&row.stats, JOB_PASS);
	job_mark(&row.stats, JOB_THROTTLE);
	job_mark(&row.stats, JOB_DATA_REMAINING);
	return row;
}

static bool says(const char *text, const struct row *row)
{
	struct filter filter;
	struct filter_fault fault;

	if (filter_read(text, &filter, &fault) != ERR_OK)
		fail_msg("\"%s\": column %zu: %s", text, fault.column, fault.text);
	return filter_matches(&filter, row);
}

static void a_filter_says_what_it_reads_like(void **state)
{
	static const struct {
		const char *text;
		bool is_true;
	} cases[] = {
		/* words, as ever */
		{"", true},
		{"  ", true},
		{"db", true},
		{"DB07 Host1", true},
		{"db07 host2", false},
		{"beef", true},
		{"pre-copy", true},
		{"\"db07\"", true},
		{"\"db07 \"", false},
		{"\"\"", true},
		/* amounts, rates, counts, times, percentages */
		{"dirty = 200M", true},
		{"dirty==200M", true},
		{"dirty=200MiB/s", true},
		{"dirty != 200M", false},
		{"dirty > 200M", false},
		{"dirty >= 200M", true},
		{"dirty>100M", true},
		{"dirty < 1G", true},
		{"dirty <= 199M", false},
		{"remaining = 0.5G", true},
		{"remaining < 536870913", true},
		{"dirty-pages = 51200/s", true},
		{"pass = 3", true},
		{"pass < 3", false},
		{"throttle >= 40%", true},
		{"throttle > 40", false},
		{"elapsed = 90", true},
		{"elapsed = 1m30s", true},
		{"elapsed = 1:30", true},
		{"elapsed < 0:01:31", true},
		{"elapsed < \"1d 00:00\"", true},
		{"age < 500ms", true},
		/* texts */
		{"source = host1", true},
		{"source = HOST1", true},
		{"source = host", false},
		{"source ~ host", true},
		{"source ~ OST", true},
		{"source != host1", false},
		{"source != host2", true},
		{"name = \"db07\"", true},
		{"phase = pre-copy", true},
		{"verdict = \"will not converge\"", true},
		{"verdict ~ Converge", true},
		{"name = and or source = host1", true},
		/* what is not known */
		{"destination = host3", false},
		{"destination != host3", false},
		{"destination ~ h", false},
		{"not destination = host3", true},
		{"destination = none", true},
		{"destination != none", false},
		{"source = none", false},
		{"source != none", true},
		{"send = 0", false},
		{"send < 1", false},
		{"send >= 0", false},
		{"send != 0", false},
		{"send = none", true},
		{"downtime = NONE", true},
		{"name = \"none\"", false},
		/* joined */
		{"dirty > 100M and source = host1", true},
		{"dirty > 100M AND source = host2", false},
		{"source = host2 or db07", true},
		{"not source = host2 and db07", true},
		{"not db07", false},
		{"not not db07", true},
		{"db07 or nobody and nobody", true}, /* and binds more than or */
		{"(db07 or nobody) and nobody", false},
		{"not nobody or nobody", true}, /* not binds more than and, or */
		{"not (nobody or db07)", false},
		{"db07 dirty > 1M", true},
		{"(dirty > 1M) db07", true},
		{"((((db07))))", true},
		/* names: whole, of a column, begun */
		{"FROM = host1 and time = 90 and limit > 20m", true},
		{"to = none", true},
		{"remain > 1M", true},
		{"dir > 1M", true},
		{"pause = none", true},
		{"eta = none", true},
	};

	(void)state;
	struct row row = sample_row();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (says(cases[i].text, &row) != cases[i].is_true)
			fail_msg("\"%s\" must be %s", cases[i].text, cases[i].is_true ? "true" : "false");
	}
}

static void a_mistake_is_told_with_its_column(void **state)
{
	static const struct {
		const char *text;
		size_t column;
		const char *words; /* part of the sentence */
		size_t sound;
		bool is_unfinished;
	} cases[] = {
		{"dirty >", 8, "dirty wants a rate such as 100M/s", 0, true},
		{"dirty > ", 9, "dirty wants", 0, true},
		{"dirty > fast and db", 9, "dirty wants a rate", 0, false},
		{"dirty > fast", 9, "dirty wants", 0, true},
		{"dirty > )", 9, "dirty wants", 0, false},
		{"db and", 7, "a word is missing, or something like dirty > 100M", 3, true},
		{"db or not ", 11, "a word is missing", 6, true},
		{"db and or x", 8, "missing before \"or\"", 3, false},
		{"and db", 1, "missing before \"and\"", 0, false},
		{"db (x", 6, "the ) that belongs to ( is missing", 3, true},
		{"db ()", 5, "missing before )", 3, false},
		{"db )", 4, "no ( that ) could end", 3, false},
		{"name = \"x", 10, "the quote that ends the text is missing", 0, true},
		{"db \"x", 6, "the quote that ends", 3, true},
		{"> 5", 1, "the name of a figure is missing before >", 0, false},
		{"\"dirty\" > 5", 9, "the name of a figure is missing before >", 8, false},
		{"db host = x", 4, "no figure is called \"host\"", 3, false},
		{"mem > 5", 1, "\"mem\" may mean memory-total, memory-remaining", 0, false},
		{"name > x", 6, "name is a text: it is compared with =, != and ~", 0, false},
		{"pass ~ 3", 6, "pass is a figure", 0, false},
		{"pass = 3.5 x", 8, "pass wants a number", 0, false},
		{"pass = -1 x", 8, "pass wants a number", 0, false},
		{"pass = 99999999999999999999 x", 8, "pass wants", 0, false},
		{"elapsed > 12:x y", 11, "elapsed wants a time", 0, false},
		{"elapsed > 5 min", 13, "\"and\" or \"or\" is missing before \"min\"", 12, false},
		{"elapsed > none x", 11, "none is compared with = or !=", 0, false},
		{"phase = precopy x", 9, "phase is one of preparing, pre-copy, paused", 0, false},
		{"outcome = paused x", 11, "outcome is one of completed, cancelled", 0, false},
		{"verdict ~ bad x", 11, "verdict is one of measuring, converging", 0, false},
		{"h\303\266st and", 9, "a word is missing", 6, true}, /* characters are counted, not bytes */
		{"1 < pass", 1, "no figure is called \"1\"", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct filter filter = {.n_nodes = 77};
		struct filter_fault fault;

		assert_int_equal(filter_read(cases[i].text, &filter, &fault), ERR_USAGE);
		assert_int_equal(filter.n_nodes, 77);
		if (!strstr(fault.text, cases[i].words))
			fail_msg("\"%s\": \"%s\" must say \"%s\"", cases[i].text, fault.text, cases[i].words);
		if (fault.column != cases[i].column || fault.sound != cases[i].sound ||
		    fault.is_unfinished != cases[i].is_unfinished)
			fail_msg("\"%s\": column %zu, sound %zu, unfinished %d", cases[i].text, fault.column,
				 fault.sound, fault.is_unfinished);
	}
}

static void what_is_typed_so_far_is_in_force_as_far_as_it_can_be(void **state)
{
	static const struct {
		const char *text, *in_force;
	} cases[] = {
		{"dirty > 100M", "dirty > 100M"},
		{"source = host1 and dirty > 1x", "source = host1 "},
		{"source = host1 and dirty >", "source = host1 "},
		{"source = host1 and ", "source = host1 "},
		{"db or (source = host1 and not", "db "},
		{"dirty >", ""},
		{"not (", ""},
		{")", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct filter filter;
		struct filter_fault fault;
		size_t length = filter_read_typed(cases[i].text, &filter, &fault);

		if (length != strlen(cases[i].in_force))
			fail_msg("\"%s\": %zu bytes are in force", cases[i].text, length);
		assert_int_equal(fault.text[0] == '\0', length == strlen(cases[i].text));
	}
}

/* A value of each type, as a cell shows it. */
static const char *sample_value(const struct field *field)
{
	static const char *const values[] = {
		[VALUE_ABSENT] = "none",    [VALUE_TEXT] = "x",      [VALUE_COUNT] = "2",
		[VALUE_BYTES] = "2.00G",    [VALUE_RATE] = "712K",   [VALUE_PAGES_PER_S] = "300",
		[VALUE_DURATION] = "12:48", [VALUE_PERCENT] = "40%",
	};

	return field_word(field, 0) ? field_word(field, 0) : values[field->type];
}

static void every_field_can_be_asked_for_in_every_way_that_its_type_allows(void **state)
{
	struct row row = {.name = "", .uuid_text = "", .source = ""};
	char text[128];

	(void)state;
	row.age.ms = row.downtime.ms = -1;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);

		for (int compare = 0; compare < COMPARE_COUNT; compare++) {
			struct filter filter;
			bool is_allowed = filter_may_compare(field->type, (enum filter_compare)compare);

			snprintf(text, sizeof text, "%s%s%s", field->name,
				 filter_compare_sign((enum filter_compare)compare), sample_value(field));
			assert_int_equal(filter_read(text, &filter, NULL) == ERR_OK, is_allowed);
			if (!is_allowed)
				continue;
			assert_int_equal(filter.node[0].field, i);
			assert_int_equal(filter.node[0].compare, compare);
			/* absent is not zero, nor anything else */
			if (field->get(&row).type == VALUE_ABSENT)
				assert_false(filter_matches(&filter, &row));
		}
		snprintf(text, sizeof text, "%s = none", field->name);
		assert_int_equal(says(text, &row), field->get(&row).type == VALUE_ABSENT);
		snprintf(text, sizeof text, "%s != none", field->name);
		assert_int_equal(says(text, &row), field->get(&row).type != VALUE_ABSENT);
	}
}

static void a_figure_is_compared_exactly(void **state)
{
	static const int64_t near[] = {-1, 0, 1};
	struct row row = sample_row();
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(near); i++) {
		static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};
		const bool expected[] = {near[i] == 0, near[i] != 0, near[i] > 0,
					 near[i] >= 0, near[i] < 0,  near[i] <= 0};

		for (size_t k = 0; k < ARRAY_LEN(signs); k++) {
			snprintf(text, sizeof text, "remaining %s %lld", signs[k], (long long)(512 * MIB) + near[i]);
			assert_int_equal(says(text, &row), expected[k]);
			snprintf(text, sizeof text, "elapsed %s %lldms", signs[k], (long long)90000 + near[i]);
			assert_int_equal(says(text, &row), expected[k]);
			snprintf(text, sizeof text, "throttle %s %lld", signs[k], (long long)40 + near[i]);
			assert_int_equal(says(text, &row), expected[k]);
		}
	}
}

static void what_a_cell_shows_can_be_typed(void **state)
{
	static const int64_t times[] = {0, 999, 59000, 61000, 3599000, 3661000, 90061000, INT64_C(8640000000)};
	static const uint64_t amounts[] = {0, 999, 1000, 4096, 5 * MIB + 1, UINT64_C(99) << 33, UINT64_MAX};
	struct filter filter;
	char shown[64], text[96];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		struct value value = {.type = VALUE_DURATION, .duration = {times[i]}};

		snprintf(text, sizeof text, "elapsed >= \"%s\"", value_text(&value, shown, sizeof shown));
		assert_int_equal(filter_read(text, &filter, NULL), ERR_OK);
		assert_true(filter.node[0].duration_ms <= times[i] && times[i] - filter.node[0].duration_ms < 60000);
	}
	for (size_t i = 0; i < ARRAY_LEN(amounts) - 1; i++) {
		struct value value = {.type = VALUE_BYTES, .number = amounts[i]};

		snprintf(text, sizeof text, "remaining = %s", value_text(&value, shown, sizeof shown));
		assert_int_equal(filter_read(text, &filter, NULL), ERR_OK);
		assert_true(filter.node[0].number + amounts[i] / 100 >= amounts[i]);
		assert_true(filter.node[0].number <= amounts[i] + amounts[i] / 100);
	}
}

static void any_word_can_be_quoted_and_is_read_as_itself(void **state)
{
	static const char *const words[] = {
		"db07", "",       "two words", "and",      "NOT", "or",          "a=b",     "a!b", "a!=b", "(x)",
		"\"",   "a\"b\"", "\"\"",      "\\x1b[2J", " ",   "h\303\266st", "dirty>5", "~",   "none", "\\u202e"};
	struct filter filter;
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_int_equal(filter_read(filter_quote(text, sizeof text, words[i]), &filter, NULL), ERR_OK);
		assert_int_equal(filter.n_nodes, 1);
		assert_int_equal(filter.node[0].kind, FILTER_WORD);
		assert_string_equal(filter.words + filter.node[0].text, words[i]);
	}
	for (size_t size = 3; size < 12; size++) {
		assert_true(strlen(filter_quote(text, size, "\"h\303\266st\" of mine")) < size);
		assert_int_equal(filter_read(text, &filter, NULL), ERR_OK);
	}
}

static void what_is_too_long_or_too_deep_is_refused(void **state)
{
	char text[FILTER_TEXT_MAX + 8];
	struct filter filter;
	struct filter_fault fault;

	(void)state;
	memset(text, 'x', sizeof text);
	text[FILTER_TEXT_MAX] = '\0';
	assert_int_equal(filter_read(text, &filter, &fault), ERR_USAGE);
	assert_non_null(strstr(fault.text, "at most 200 bytes"));
	text[FILTER_TEXT_MAX - 1] = '\0';
	assert_int_equal(filter_read(text, &filter, &fault), ERR_OK);
	for (size_t i = 0; i + 1 < FILTER_TEXT_MAX; i++)
		text[i] = i % 2 ? ' ' : 'x';
	assert_int_equal(filter_read(text, &filter, &fault), ERR_USAGE);
	assert_non_null(strstr(fault.text, "at most 48"));
	memset(text, '(', FILTER_TEXT_MAX - 1);
	assert_int_equal(filter_read(text, &filter, &fault), ERR_USAGE);
	assert_true(fault.is_unfinished);
}

static void what_cannot_be_shown_is_refused(void **state)
{
	struct filter filter;
	struct filter_fault fault;

	(void)state;
	assert_int_equal(filter_read("db\033[2J", &filter, &fault), ERR_USAGE);
	assert_int_equal(filter_read("\"h\366st\"", &filter, &fault), ERR_USAGE);
	assert_int_equal(fault.column, 1);
	assert_string_equal(fault.text, "there are characters in it that cannot be shown");
}

static void the_words_fill_their_room_exactly(void **state)
{
	struct filter filter;
	char text[FILTER_TEXT_MAX];

	/* words without blanks between them need the most: each has a NUL of its own */
	(void)state;
	memset(text, 'b', sizeof text);
	for (size_t i = 0; i + 1 < sizeof text; i += 40)
		text[i + 1] = text[i + 39] = '"';
	text[sizeof text - 1] = '\0';
	assert_int_equal(filter_read(text, &filter, NULL), ERR_OK);
	assert_int_equal(filter.node[0].text, 0);
}

static void a_beginning_means_a_field_only_if_it_is_plain(void **state)
{
	char candidates[120];

	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);
		const char *other = field_other_name(field);

		assert_ptr_equal(field_find(field->name, strlen(field->name), candidates, sizeof candidates), field);
		if (!other)
			continue;
		assert_null(field_by_name(other));
		assert_ptr_equal(field_find(other, strlen(other), candidates, sizeof candidates), field);
	}
	assert_int_equal(field_find("ELAP", 4, candidates, sizeof candidates)->id, FIELD_ELAPSED);
	assert_null(field_find("x", 1, candidates, sizeof candidates));
	assert_string_equal(candidates, "");
	assert_null(field_find("best", 4, candidates, sizeof candidates));
	assert_string_equal(candidates, "best-pause-price, best-pause-in");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_says_what_it_reads_like),
		cmocka_unit_test(a_mistake_is_told_with_its_column),
		cmocka_unit_test(what_is_typed_so_far_is_in_force_as_far_as_it_can_be),
		cmocka_unit_test(every_field_can_be_asked_for_in_every_way_that_its_type_allows),
		cmocka_unit_test(a_figure_is_compared_exactly),
		cmocka_unit_test(what_a_cell_shows_can_be_typed),
		cmocka_unit_test(any_word_can_be_quoted_and_is_read_as_itself),
		cmocka_unit_test(what_is_too_long_or_too_deep_is_refused),
		cmocka_unit_test(what_cannot_be_shown_is_refused),
		cmocka_unit_test(the_words_fill_their_room_exactly),
		cmocka_unit_test(a_beginning_means_a_field_only_if_it_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
