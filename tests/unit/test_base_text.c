/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names made harmless, widths, numbers for people, durations and UUIDs both ways.
 */
#include "base/array.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct cleaning {
	const char *raw, *clean;
};

static void names_from_hosts_become_harmless(void **state)
{
	(void)state;
	static const struct cleaning cases[] = {
		{"web-1", "web-1"},
		{"bücher-日本", "bücher-日本"},
		{"\x1b]52;c;AAAA\x07", "\\x1b]52;c;AAAA\\x07"},
		{"a\r\n\tb\x7f", "a\\x0d\\x0a\\x09b\\x7f"},
		{"a\xc2\x9b"
		 "31m",
		 "a\\u009b31m"}, /* C1 control as UTF-8 */
		{"a\x9b"
		 "31m",
		 "a\\x9b31m"}, /* the same as a bare byte */
		{"a\xe2\x80\xae"
		 "txt.exe",
		 "a\\u202etxt.exe"},                              /* right-to-left override */
		{"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"}, /* isolates */
		{"a\xe2\x80\x8b"
		 "b\xef\xbb\xbf",
		 "a\\u200bb\\ufeff"},                  /* zero width */
		{"a\xc2\xa0", "a\\u00a0"},             /* a blank that is none */
		{"x\xf3\xa0\x81\x81", "x\\U000e0041"}, /* tag */
		{"\xee\x80\x80", "\\ue000"},           /* private use */
		{"\xcd\xb8", "\\u0378"},               /* unassigned */
		{"\xef\xbf\xbe", "\\ufffe"},           /* noncharacter */
		{"e\xcc\x81", "e\xcc\x81"},            /* one combining mark is a letter of many languages */
		{"e\xcc\x81\xcc\x81\xcc\x81", "e\xcc\x81\xcc\x81\\u0301"},
		{"\xcc\x81x", "\\u0301x"}, /* nothing to combine with */
		{"\x1b\xcc\x81", "\\x1b\\u0301"},
		{"\xc0\xaf", "\\xc0\\xaf"}, /* overlong */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
		{"a\xe2\x82", "a\\xe2\\x82"},                 /* cut short */
		{"", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char clean[128], again[128];
		bool changed = text_clean(clean, sizeof clean, cases[i].raw, strlen(cases[i].raw));
		assert_string_equal(clean, cases[i].clean);
		assert_int_equal(changed, strcmp(cases[i].raw, cases[i].clean) != 0);
		assert_false(text_clean(again, sizeof again, clean, strlen(clean)));
		assert_string_equal(again, clean);
	}
}

static void a_nul_inside_a_name_is_seen(void **state)
{
	(void)state;
	char clean[16];
	assert_true(text_clean(clean, sizeof clean, "a\0b", 3));
	assert_string_equal(clean, "a\\x00b");
}

static void cleaning_cuts_at_whole_characters_and_escapes(void **state)
{
	(void)state;
	static const char raw[] = "a\xe6\x97\xa5\x1b"
				  "b";
	static const char *const expected[] = {"",
					       "",
					       "a",
					       "a",
					       "a",
					       "a\xe6\x97\xa5",
					       "a\xe6\x97\xa5",
					       "a\xe6\x97\xa5",
					       "a\xe6\x97\xa5",
					       "a\xe6\x97\xa5\\x1b",
					       ("a\xe6\x97\xa5\\x1b"
						"b")};
	for (size_t size = 1; size < ARRAY_LEN(expected); size++) {
		char *clean = malloc(size); /* exactly, so that a sanitizer sees one byte too many */
		assert_non_null(clean);
		assert_true(text_clean(clean, size, raw, strlen(raw)));
		assert_string_equal(clean, expected[size]);
		free(clean);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void any_bytes_become_printable_text_that_is_stable(void **state)
{
	(void)state;
	uint32_t seed = 42;
	for (int round = 0; round < 20000; round++) {
		char raw[24], clean[300], again[300];
		size_t length = next_random(&seed) % sizeof raw;
		for (size_t i = 0; i < length; i++)
			raw[i] = (char)(next_random(&seed) % 4 ? 0x80 + next_random(&seed) % 0x80 : next_random(&seed));
		text_clean(clean, sizeof clean, raw, length);
		for (const char *at = clean; *at != '\0';) {
			uint32_t character = text_next(&at);
			assert_int_not_equal(character, 0xfffd);
			assert_true(character >= 0x20 && character != 0x7f && !(character >= 0x80 && character < 0xa0));
			assert_false(character >= 0x200b && character <= 0x200f);
			assert_false(character >= 0x2028 && character <= 0x202e);
			assert_false(character >= 0xe000 && character <= 0xf8ff);
		}
		assert_false(text_clean(again, sizeof again, clean, strlen(clean)));
	}
}

static void width_counts_cells(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("web-1"), 5);
	assert_int_equal(text_width("日本"), 4);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_width("ｆ"), 2);
	assert_int_equal(text_width("\xf0\x9f\x9a\x80"), 2); /* rocket */
	assert_int_equal(text_width("│"), 1);
	assert_int_equal(text_char_width(0), 0);
	assert_int_equal(text_char_width(0x4dff), 1); /* hexagrams end before the ideographs */
	assert_int_equal(text_char_width(0x4e00), 2);
	assert_int_equal(text_char_width(0x300), 0);
}

static void bytes_take_at_most_five_figures_and_a_unit(void **state)
{
	(void)state;
	static const struct {
		uint64_t n;
		const char *text;
	} cases[] = {
		{0, "0"},
		{999, "999"},
		{1000, "0.98K"},
		{1024, "1.00K"},
		{712 * 1024, "712K"},
		{1023 * 1024, "1.00M"},
		{UINT64_C(22978077491), "21.4G"},
		{UINT64_C(1121501860331), "1.02T"},
		{UINT64_MAX, "16.0E"},
	};
	char text[TEXT_NUMBER_MAX];
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(text_bytes(text, sizeof text, (bytes){cases[i].n}), cases[i].text);
		assert_string_equal(text_rate(text, sizeof text, (bytes_per_s){cases[i].n}), cases[i].text);
	}
	for (uint64_t n = 1; n < UINT64_MAX / 3; n += n / 7 + 1)
		assert_true(strlen(text_bytes(text, sizeof text, (bytes){n})) <= 5);
}

static void durations_read_as_people_write_them(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text, *short_text;
	} cases[] = {
		{-1, "-", "-"},
		{0, "0:00", "0 ms"},
		{84, "0:00", "84 ms"},
		{6249, "0:06", "6.2 s"},
		{59999, "0:59", "59.9 s"},
		{125000, "2:05", "2:05 min"},
		{768000, "12:48", "12:48 min"},
		{3723000, "1:02:03", "1:02 h"},
		{4 * 86400000 + 3 * 3600000 + 12 * 60000, "4d 03:12", "99:12 h"},
	};
	char text[TEXT_NUMBER_MAX];
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(text_duration(text, sizeof text, (duration){cases[i].ms}), cases[i].text);
		assert_string_equal(text_short_duration(text, sizeof text, (duration){cases[i].ms}),
				    cases[i].short_text);
	}
	text_duration(text, sizeof text, (duration){INT64_MAX});
	assert_true(strlen(text) < TEXT_NUMBER_MAX - 1);
}

static void durations_are_read_from_text(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"90", 90000},   {"0", 0},       {"0.5", 500},       {"90s", 90000},    {"15m", 900000},
		    {"2h", 7200000}, {"500ms", 500}, {"1h30m", 5400000}, {"2d", 172800000}, {"1s5ms", 1005}};
	static const char *const bad[] = {"",   " ",    "-1",    "+1",    "1x",
					  "s",  "1m30", "1m30m", "30s1m", "1.",
					  ".5", "1e3",  "nan",   "inf",   "99999999999999999999d",
					  "1 s"};
	duration d;
	struct err_info why;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(text_parse_duration(good[i].text, &d, NULL), ERR_OK);
		assert_int_equal(d.ms, good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		d.ms = 7;
		assert_int_equal(text_parse_duration(bad[i], &d, &why), ERR_USAGE);
		assert_int_equal(d.ms, 7);
		assert_non_null(strstr(why.text, bad[i]));
	}
}

static void amounts_of_memory_are_read_from_text(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t n;
	} good[] = {{"4096", 4096}, {"100M", 104857600}, {"1.5GiB", 1610612736},
		    {"2k", 2048},   {"1KB", 1024},       {"7B", 7}};
	static const char *const bad[] = {"", "M", "-1", "1X", "1MM", "1 M", "1Mi", "16E", "1iB"};
	bytes amount;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(text_parse_bytes(good[i].text, &amount, NULL), ERR_OK);
		assert_int_equal(amount.n, good[i].n);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		amount.n = 7;
		assert_int_equal(text_parse_bytes(bad[i], &amount, NULL), ERR_USAGE);
		assert_int_equal(amount.n, 7);
	}
}

static void times_are_written_in_utc_and_local(void **state)
{
	(void)state;
	char text[32];
	assert_string_equal(text_iso_utc(text, sizeof text, (wall_time){1769863267123}), "2026-01-31T12:41:07.123Z");
	assert_string_equal(text_iso_utc(text, sizeof text, (wall_time){-1}), "1969-12-31T23:59:59.999Z");
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(text_clock(text, sizeof text, (wall_time){1769863267123}), "12:41:07");
}

static void uuids_are_read_only_whole(void **state)
{
	(void)state;
	static const char text[] = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
	static const char *const bad[] = {"",
					  "0a1b2c3d",
					  "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f",
					  "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f90",
					  "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
					  "ga1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
					  "0a1b2c3d-4e5f-6071-8293a-4b5c6d7e8f9"};
	struct uuid uuid = {{0}}, other;
	char buffer[UUID_TEXT_SIZE];
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(uuid_parse(bad[i], &uuid));
	assert_true(uuid_is_nil(&uuid));
	assert_true(uuid_parse(text, &uuid));
	assert_string_equal(uuid_text(&uuid, buffer), text);
	assert_true(uuid_parse("0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9", &other));
	assert_true(uuid_equal(&uuid, &other));
	other.byte[15]++;
	assert_true(uuid_compare(&uuid, &other) < 0);
	assert_false(uuid_is_nil(&uuid));
}

static void a_character_is_read_as_it_was_written(void **state)
{
	static const uint32_t characters[] = {1, 0x7f, 0x80, 0x7ff, 0x800, 0xfffd, 0x10000, 0x10ffff};
	static const size_t lengths[] = {1, 1, 2, 2, 3, 3, 4, 4};

	(void)state;
	for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
		char text[5] = "";
		const char *at = text;

		assert_int_equal(text_encode(text, characters[i]), lengths[i]);
		assert_int_equal(text_next(&at), characters[i]);
		assert_int_equal(at - text, lengths[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_from_hosts_become_harmless),
		cmocka_unit_test(a_nul_inside_a_name_is_seen),
		cmocka_unit_test(cleaning_cuts_at_whole_characters_and_escapes),
		cmocka_unit_test(any_bytes_become_printable_text_that_is_stable),
		cmocka_unit_test(width_counts_cells),
		cmocka_unit_test(bytes_take_at_most_five_figures_and_a_unit),
		cmocka_unit_test(durations_read_as_people_write_them),
		cmocka_unit_test(durations_are_read_from_text),
		cmocka_unit_test(amounts_of_memory_are_read_from_text),
		cmocka_unit_test(times_are_written_in_utc_and_local),
		cmocka_unit_test(a_character_is_read_as_it_was_written),
		cmocka_unit_test(uuids_are_read_only_whole),
	};
	return cmocka_run_group_tests_name("base_text", tests, NULL, NULL);
}
