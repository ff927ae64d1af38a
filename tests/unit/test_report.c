/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures, lines and history as text and as JSON. The JSON is read again by jq, which knows nothing of our writer.
 */
#include "base/array.h"
#include "base/text.h"
#include "model/outlook.h"
#include "report/json.h"
#include "report/report.h"
#include "report/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1769863267123) /* 2026-01-31T12:41:07.123Z */
static const char uuid_of_web[] = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";

static struct row running_row(void)
{
	struct row row = {
		.name = "web-1",
		.name_raw = "web-1",
		.uuid_text = uuid_of_web,
		.source = "host1",
		.destination = "host2",
		.phase = PHASE_PRECOPY,
		.age = {250},
		.throughput = {UINT64_C(104857600)},
		.has_throughput = true,
		.elapsed = {70500},
		.first_seen = {NOW_MS - 70500},
		.timeout = {600000},
		.downtime = {-1},
	};
	row.id.attempt = 2;
	row.forecast = (struct forecast){
		.verdict = VERDICT_CONVERGING,
		.why = WHY_FALLING,
		.pass = {2, 3},
		.peak = {{UINT64_C(3) << 30}, {UINT64_C(2) << 30}},
		.n_peaks = 2,
		.eta = {{190000}, {250000}, {300000}},
		.pause_now = {{20000}, {21000}, {25000}},
		.pause_best = {{9000}, {10000}, {12000}},
		.best_in = {4000},
		.postcopy = {{19000}, {22000}, {-1}},
		.unlimited = {{0}, {-1}, {-1}},
		.wasted = {UINT64_C(6) << 30},
		.needed_downtime = {-1},
		.bandwidth = {UINT64_C(104857600)},
	};
	uuid_parse(uuid_of_web, &row.id.domain);
	row.stats.memory_remaining = row.stats.data_remaining = (bytes){UINT64_C(2) << 30};
	row.stats.memory_total = row.stats.data_total = (bytes){UINT64_C(4) << 30};
	row.stats.dirty_rate = (pages_per_s){2560};
	row.stats.page_size = (bytes){4096};
	row.stats.pass = 3;
	static const enum job_field present[] = {
		JOB_MEMORY_REMAINING, JOB_DATA_REMAINING, JOB_MEMORY_TOTAL, JOB_DATA_TOTAL,
		JOB_DIRTY_RATE,       JOB_PAGE_SIZE,      JOB_PASS};
	for (size_t i = 0; i < ARRAY_LEN(present); i++)
		job_mark(&row.stats, present[i]);
	return row;
}

static struct row unknown_row(void)
{
	struct row row = {
		.name = "db\\x1b[2J\"\\",
		.name_raw = "db",
		.uuid_text = "ffffffff-ffff-ffff-ffff-ffffffffffff",
		.phase = PHASE_PREPARING,
		.age = {-1},
		.elapsed = {1000},
		.downtime = {-1},
	};
	row.id.attempt = 1;
	memset(row.id.domain.byte, 0xff, sizeof row.id.domain.byte);
	return row;
}

struct picture {
	struct row row[2];
	struct host_row host[2];
	struct snapshot snapshot;
};

static void picture_init(struct picture *picture)
{
	*picture = (struct picture){
		.row = {unknown_row(), running_row()},
		.host = {{.name = "host1",
			  .uri = "qemu+ssh://host1/system?no_tty=1",
			  .state = LINK_UP,
			  .guests = 7,
			  .guests_known = true,
			  .outgoing = 1,
			  .retry_in = {-1},
			  .latency = {3}},
			 {.name = "host2",
			  .uri = "qemu+ssh://host2/system?no_tty=1",
			  .state = LINK_DOWN,
			  .reason = "cannot connect: refused",
			  .state_age = {65000},
			  .age = {-1},
			  .retry_in = {4000},
			  .latency = {-1}}},
	};
	picture->snapshot = (struct snapshot){
		.at = {{1000}, {NOW_MS}},
		.row = picture->row,
		.n_rows = 2,
		.host = picture->host,
		.n_hosts = 2,
		.hosts_up = 1,
		.cache_text = "",
		.ledger_text = "",
		.drain = {.has_host = true, .host = "host1", .host_known = true, .left = 5, .moving = 2, .moved = 1},
	};
	drain_end_of(picture->row, 2, NULL, &picture->snapshot.drain.end);
}

/* Runs a jq filter over a text; true where its last result is true. */
static bool jq(const char *filter, const char *json)
{
	char path[] = "/tmp/virt-drain-json-XXXXXX", command[1024];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, json, strlen(json)), strlen(json));
	close(fd);
	assert_true(snprintf(command, sizeof command, "jq -e '%s' %s >/dev/null", filter, path) < (int)sizeof command);
	int code = system(command);
	unlink(path);
	return code == 0;
}

static bool has_jq(void)
{
	return system("jq --version >/dev/null 2>&1") == 0;
}

static void json_has_the_promised_keys_with_numbers_as_numbers(void **state)
{
	(void)state;
	static const char *const facts[] = {
		".version == 1 and .time == \"2026-01-31T12:41:07.123Z\" and .is_read_only == false and .is_simulated "
		"== false",
		".hosts | length == 2 and all(.[]; has(\"name\", \"uri\", \"state\", \"reason\", \"age_ms\", "
		"\"guests\", "
		"\"outgoing\", \"incoming\"))",
		".hosts[0] | .state == \"up\" and .guests == 7 and .reason == null and .latency_ms == 3 and .age_ms == "
		"0",
		".hosts[1] | .state == \"down\" and .guests == null and .age_ms == null and .retry_in_ms == 4000",
		".migrations | length == 2 and all(.[]; has(\"uuid\", \"attempt\", \"name\", \"age_ms\", \"source\", "
		"\"destination\", \"phase\", \"elapsed_ms\", \"timeout_ms\", \"timeout_action\", \"pass\", "
		"\"memory_total_bytes\", \"memory_remaining_bytes\", \"data_total_bytes\", \"data_remaining_bytes\", "
		"\"data_processed_bytes\", \"dirty_rate_pages_per_s\", \"page_size_bytes\", "
		"\"throughput_bytes_per_s\", "
		"\"expected_downtime_ms\", \"throttle_percent\", \"postcopy_requests\", \"frozen_ms\", \"outcome\", "
		"\"downtime_ms\", \"verdict\", \"eta_ms\", \"eta_low_ms\", \"eta_high_ms\", \"pause_price_ms\"))",
		".migrations[0] | .name == \"web-1\" and .attempt == 2 and .pass == 3 and .dirty_rate_pages_per_s == "
		"2560 and "
		".memory_remaining_bytes == 2147483648 and .elapsed_ms == 70500 and .throughput_bytes_per_s == "
		"104857600 "
		"and .verdict == \"converging\" and .outcome == null and .data_processed_bytes == null",
		".migrations[1] | .destination == null and .pass == null and .age_ms == null and "
		".dirty_rate_pages_per_s == null",
	};
	struct picture picture;
	struct buffer out = {0};
	struct query query = {.order = FIELD_REMAINING, .descending = true};
	if (!has_jq())
		skip();
	picture_init(&picture);
	report_json(&out, &picture.snapshot, &query);
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		if (!jq(facts[i], out.text))
			fail_msg("not true: %s\nof: %s", facts[i], out.text);
	}
	assert_false(jq(".version == 2", out.text));
	buffer_done(&out);
}

static void json_is_ascii_and_valid_for_any_name(void **state)
{
	(void)state;
	struct buffer raw = {0}, out = {0};
	char clean[2048];
	if (!has_jq())
		skip();
	for (int byte = 1; byte < 256; byte++) {
		char c = (char)byte;
		buffer_add(&raw, &c, 1);
	}
	buffer_puts(&raw, "\xf0\x9f\x9a\x80\xe6\x97\xa5\xcd\xb8"); /* rocket, ideograph, unassigned */
	text_clean(clean, sizeof clean, raw.text, raw.length);
	struct json json = {.out = &out};
	json_open(&json, NULL, '{');
	json_text(&json, "name", clean);
	json_close(&json, '}');
	for (size_t i = 0; i < out.length; i++)
		assert_true(out.text[i] >= 0x20 && out.text[i] < 0x7f);
	assert_non_null(strstr(out.text, "\\ud83d\\ude80\\u65e5\\\\u0378"));
	assert_true(
		jq(".name | contains(\"\\\\x1b\") and contains(\"\\\"\") and contains(\"\\ud83d\\ude80\")", out.text));
	buffer_done(&raw);
	buffer_done(&out);
}

static void the_table_says_hosts_drain_and_rows_in_words(void **state)
{
	(void)state;
	struct picture picture;
	struct buffer out = {0};
	struct query query = {.order = FIELD_REMAINING, .descending = true};
	picture_init(&picture);
	report_table(&out, &picture.snapshot, &query);
	assert_string_equal(
		out.text,
		"2026-01-31T12:41:07.123Z\n"
		"1 of 2 hosts up\n"
		"  host2 down for 1:05 min: cannot connect: refused\n"
		"drain of host1: 5 left, 2 moving, 1 moved, 0 not moved; 0 bytes to send at 0 bytes per second\n"
		"moving ends: not known yet (db\\x1b[2J\"\\); 5 have not begun\n"
		"\n"
		"GUEST        FROM   TO     PHASE      VERDICT     PASS   LEFT  DIRTY/s  SEND/s  TIME/LIMIT  "
		"ETA                    NOTE\n"
		"web-1        host1  host2  pre-copy   converging     3  2.00G    10.0M    100M  1:10/10:00  "
		"~4 min (3:10 to 5:00)\n"
		"db\\x1b[2J\"\\  ?      ?      preparing  -              -      -        -       -        0:01  -\n");
	buffer_done(&out);
}

static void a_filtered_picture_says_what_it_hides(void **state)
{
	(void)state;
	struct picture picture;
	struct buffer out = {0};
	struct query query = {.order = FIELD_NAME, .filter = "pass > 2"};
	picture_init(&picture);
	report_table(&out, &picture.snapshot, &query);
	assert_non_null(strstr(out.text, "\nweb-1 "));
	assert_null(strstr(out.text, "\ndb"));
	assert_non_null(strstr(out.text, "\n1 of 2 migrations: pass > 2\n"));
	/* sums and hosts are of the whole fleet */
	assert_non_null(strstr(out.text, "5 left, 2 moving, 1 moved"));
	out.length = 0;
	snprintf(query.filter, sizeof query.filter, "nobody");
	report_table(&out, &picture.snapshot, &query);
	assert_non_null(strstr(out.text, "\n\n0 of 2 migrations: nobody\n"));
	out.length = 0;
	snprintf(query.filter, sizeof query.filter, "name = \"web-1\"");
	report_json(&out, &picture.snapshot, &query);
	if (has_jq())
		assert_true(
			jq("(.migrations | length) == 1 and .filter == \"name = \\\"web-1\\\"\" and .filtered_out == 1",
			   out.text));
	buffer_done(&out);
}

static void a_line_says_verdict_and_end_in_whole_words(void **state)
{
	(void)state;
	struct row row = running_row();
	struct buffer out = {0};
	report_migration_line(&out, &row, (wall_time){NOW_MS});
	assert_non_null(strstr(out.text,
			       ", 1 minute 10 seconds elapsed of 10 minutes; converging: finishes in about 4 minutes, "
			       "3 minutes 10 seconds to 5 minutes\n"));
	out.length = 0;
	row.forecast.verdict = VERDICT_HOPELESS;
	report_migration_line(&out, &row, (wall_time){NOW_MS});
	assert_non_null(strstr(out.text, "; will not converge: will not finish unless somebody acts; passes our limit "
					 "in 8 minutes 49 seconds, then: nothing will be done\n"));
	buffer_done(&out);
}

static void json_has_the_forecast_of_live_rows_and_null_for_the_rest(void **state)
{
	(void)state;
	struct picture picture;
	struct buffer out = {0};
	struct query query = {.order = FIELD_NAME};
	if (!has_jq())
		skip();
	picture_init(&picture);
	report_json(&out, &picture.snapshot, &query);
	assert_true(
		jq(".migrations[] | select(.name == \"web-1\") | .verdict == \"converging\" and .eta_ms == 250000 and "
		   ".eta_low_ms == 190000 and .eta_high_ms == 300000 and .pause_price_ms == 21000 and "
		   ".best_pause_in_ms == 4000 and .postcopy_price_ms == 22000 and .needed_downtime_ms == null and "
		   ".no_progress_ms == null and .reason == \"passes 2 and 3 began with 3.00G and 2.00G: the peaks "
		   "fall\"",
		   out.text));
	assert_true(jq(".migrations[] | select(.name != \"web-1\") | [.verdict, .eta_ms, .eta_low_ms, .eta_high_ms, "
		       ".pause_price_ms, .reason] | all(. == null)",
		       out.text));
	assert_true(jq(".drain | .eta_ms == null and .never == 0 and .unknown == 1", out.text));
	buffer_done(&out);
}

static int count(const char *text, char c)
{
	int n = 0;
	for (; *text; text++)
		n += *text == c;
	return n;
}

static void comma_separated_values_have_a_cell_for_each_figure_and_none_that_commands(void **state)
{
	(void)state;
	struct picture picture;
	struct query query = {.order = FIELD_NAME};
	struct buffer out = {0};
	picture_init(&picture);
	picture.row[0].owner = "=cmd";
	report_csv(&out, &picture.snapshot, &query);
	char *rest = out.text, *head = strsep(&rest, "\n"), *first = strsep(&rest, "\n"), *second = strsep(&rest, "\n");
	assert_string_equal(rest, "");
	assert_int_equal(strncmp(head, "time,freshness,name,uuid,attempt,source,destination,owner,phase,", 64), 0);
	assert_int_equal(count(first, ','), count(head, ','));
	assert_int_equal(count(second, ','), count(head, ','));
	assert_non_null(strstr(first, "2026-01-31T12:41:07.123Z,fresh,\"db\\x1b[2J\"\"\\\",\"ffffffff-"));
	assert_non_null(strstr(first, ",1,,,\"'=cmd\",\"preparing\","));
	assert_non_null(strstr(
		second, ",2,\"host1\",\"host2\",,\"pre-copy\",\"converging\",250000,190000,300000,3,2147483648,"));
	buffer_done(&out);
}

static void a_note_tells_what_figures_do_not(void **state)
{
	(void)state;
	struct row row = running_row();
	struct buffer out = {0};
	row.freshness = STALE;
	row.age = (duration){12000};
	row.late_reason = "its QEMU does not answer";
	row.is_frozen = true;
	row.frozen = (duration){41000};
	row.owner = "OpenStack Nova (web-1)";
	report_migration_line(&out, &row, (wall_time){NOW_MS});
	assert_non_null(strstr(
		out.text, " web-1: pre-copy, host1 to host2, pass 3, 2.00 gibibytes left, dirties 10.0 mebibytes per "
			  "second, sends 100 mebibytes per second, 1 minute 10 seconds elapsed of 10 minutes; stale "
			  "since 12.0 seconds, its QEMU does not answer, guest frozen for 41.0 seconds, owned by "
			  "OpenStack Nova, web-1\n"));
	buffer_done(&out);
}

static void a_picture_can_be_heard(void **state)
{
	(void)state;
	struct picture picture;
	struct buffer out = {0};
	struct query query = {.order = FIELD_REMAINING, .descending = true};
	picture_init(&picture);
	report_sentences(&out, &picture.snapshot, &query);
	const char *said = strchr(out.text, '\n'); /* behind the time of day, which is local */
	assert_non_null(said);
	assert_string_equal(
		said,
		"\n"
		"1 of 2 hosts up\n"
		"host2 down for 1 minute 5 seconds: cannot connect: refused\n"
		"drain of host1: 5 left, 2 moving, 1 moved, 0 not moved; 0 bytes to send at 0 bytes per second\n"
		"moving ends: not known yet, db\\x1b[2J\"\\; 5 have not begun\n"
		"web-1: pre-copy, host1 to host2, pass 3, 2.00 gibibytes left, dirties 10.0 mebibytes per second, "
		"sends 100 mebibytes per second, 1 minute 10 seconds elapsed of 10 minutes; converging: finishes in "
		"about 4 minutes, 3 minutes 10 seconds to 5 minutes\n"
		"db\\x1b[2J\"\\: preparing, an unknown host to an unknown host, 1 second elapsed\n");
	out.length = 0;
	snprintf(query.filter, sizeof query.filter, "remaining > 3G");
	report_sentences(&out, &picture.snapshot, &query);
	assert_non_null(strstr(out.text, "\n0 of 2 migrations, where remaining > 3G\n"));
	buffer_done(&out);
}

static void figures_are_read_aloud(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"completed; downtime 312 ms", "completed; downtime 312 milliseconds"},
		{"frozen for 1.0 s", "frozen for 1.0 seconds"},
		{"in 1 min", "in 1 minute"},
		{"2:05 min", "2 minutes 5 seconds"},
		{"~1:05 h (0:50 to 1:30), then 1:30",
		 "about 1 hour 5 minutes, 50 minutes to 1 hour 30 minutes, then 1 minute "
		 "30 seconds"},
		{"~6.2 s (5.1 to 7.6)", "about 6.2 seconds, 5.1 to 7.6"},
		{"~4 min (at least 3:10)", "about 4 minutes, at least 3 minutes 10 seconds"},
		{"4d 03:12 of 5d 00:00", "4 days 3 hours 12 minutes of 5 days"},
		{"no byte has moved for 12s: it does not", "no byte has moved for 12 seconds: it does not"},
		{"21.4G are wasted, 1.20G/s, 1M.", "21.4 gibibytes are wasted, 1.20 gibibytes per second, 1 mebibyte."},
		{"80 MiB/s", "80 mebibytes per second"},
		{"7.3x its size", "7.3 times its size"},
		/* no figures */
		{"host 3 of 6 hosts", "host 3 of 6 hosts"},
		{"db07 on node-3m to 10.0.0.1:16509", "db07 on node-3m to 10.0.0.1:16509"},
		{"error 55 in 3D", "error 55 in 3D"},
		{"12:4", "12:4"},
		{"", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buffer out = {0};
		words_add(&out, cases[i][0]);
		buffer_puts(&out, "");
		assert_string_equal(out.text, cases[i][1]);
		buffer_done(&out);
	}
}

/* Is anything left that is written for the eye? */
static void assert_heard(const char *written)
{
	struct buffer out = {0};
	words_add(&out, written);
	if (!strstr(written, "unknown") && !strcmp(out.text, written) && strcmp(written, "now") != 0)
		fail_msg("%s was left as it is", written);
	for (const char *at = out.text; *at; at++) {
		bool is_unit = at > out.text && *at >= 'A' && *at <= 'Z';
		if (strchr("~:()/", *at) || is_unit)
			fail_msg("%s is read as %s", written, out.text);
	}
	buffer_done(&out);
}

static void no_form_of_the_writers_is_left_for_the_eye(void **state)
{
	(void)state;
	for (int64_t ms = 1; ms < INT64_C(40) * 86400000; ms = ms * 9 / 8 + 7) {
		char text[OUTLOOK_MAX], number[TEXT_NUMBER_MAX];
		struct estimate estimate = {{ms - ms / 4}, {ms}, {ms + ms / 3}}, open = {{ms / 2}, {ms}, {-1}};
		assert_heard(text_duration(number, sizeof number, (duration){ms}));
		assert_heard(text_short_duration(number, sizeof number, (duration){ms}));
		assert_heard(outlook_about((duration){ms}, number, sizeof number));
		assert_heard(outlook_wait((duration){ms}, number, sizeof number));
		assert_heard(outlook_still_range(&estimate, text, sizeof text));
		assert_heard(outlook_still_range(&open, text, sizeof text));
		outlook_end_range(&estimate, text, sizeof text);
		assert_heard(text);
		if (ms >= 1024) {
			assert_heard(text_bytes(number, sizeof number, (bytes){(uint64_t)ms * 1000}));
			assert_heard(report_amount(number, sizeof number, (bytes){(uint64_t)ms * 1000}));
		}
	}
}

static void a_notice_is_one_line_with_its_weight_as_a_word(void **state)
{
	(void)state;
	struct notice notice = {.serial = 1,
				.at = {{0}, {NOW_MS}},
				.severity = SEVERITY_WARNING,
				.subject = "web-1",
				.text = "the limit has passed"};
	struct buffer out = {0};
	report_notice_line(&out, &notice);
	assert_non_null(strstr(out.text, " warning: web-1: the limit has passed\n"));
	out.length = 0;
	notice.about.attempt = 1;
	report_notice_json(&out, &notice);
	assert_string_equal(out.text,
			    "{\"type\":\"notice\",\"time\":\"2026-01-31T12:41:07.123Z\",\"severity\":\"warning\","
			    "\"subject\":\"web-1\",\"uuid\":\"00000000-0000-0000-0000-000000000000\",\"attempt\":1,"
			    "\"text\":\"the limit has passed\"}\n");
	buffer_done(&out);
}

static void lines_of_a_json_stream_are_documents_with_a_type(void **state)
{
	(void)state;
	struct picture picture;
	struct buffer out = {0};
	if (!has_jq())
		skip();
	picture_init(&picture);
	report_migration_json(&out, &picture.row[1], (wall_time){NOW_MS});
	assert_true(jq(".type == \"migration\" and .name == \"web-1\"", out.text));
	assert_ptr_equal(strchr(out.text, '\n'), out.text + out.length - 1);
	out.length = 0;
	report_host_json(&out, &picture.host[1], (wall_time){NOW_MS});
	assert_true(jq(".type == \"host\" and .reason == \"cannot connect: refused\"", out.text));
	buffer_done(&out);
}

static void amounts_in_words_have_their_unit(void **state)
{
	(void)state;
	char text[32];
	assert_string_equal(report_amount(text, sizeof text, (bytes){0}), "0 bytes");
	assert_string_equal(report_amount(text, sizeof text, (bytes){2048}), "2.00 KiB");
	assert_string_equal(report_amount(text, sizeof text, (bytes){UINT64_MAX}), "16.0 EiB");
}

static void history_shows_how_a_migration_ended(void **state)
{
	(void)state;
	char name[] = "web\x1b", source[] = "host1";
	struct migration_record record = {
		.name = name,
		.source = source,
		.phase = PHASE_COMPLETED,
		.first_seen = {NOW_MS - 100000},
		.ended = {NOW_MS},
		.last_seen = {NOW_MS},
		.elapsed = {100000},
		.downtime = {84},
	};
	struct report_history history = {&record, 1, {NOW_MS}};
	struct buffer out = {0};
	report_history_table(&out, &history);
	assert_string_equal(out.text,
			    "ENDED (UTC)          GUEST    FROM   TO  OUTCOME    TIME  PASSES  SENT  DOWNTIME  FROZEN\n"
			    "2026-01-31T12:41:07  web\\x1b  host1  ?   completed  1:40       -     -     84 ms  -\n");
	out.length = 0;
	if (has_jq()) {
		report_history_json(&out, &history);
		assert_true(
			jq(".version == 1 and (.migrations[0] | .outcome == \"completed\" and .downtime_ms == 84 and "
			   ".name == \"web\\\\x1b\" and .ended == \"2026-01-31T12:41:07.123Z\")",
			   out.text));
	}
	buffer_done(&out);
}

static void an_empty_history_says_so(void **state)
{
	(void)state;
	struct report_history history = {NULL, 0, {NOW_MS}};
	struct buffer out = {0};
	report_history_table(&out, &history);
	assert_string_equal(out.text, "no migration is remembered\n");
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_the_promised_keys_with_numbers_as_numbers),
		cmocka_unit_test(json_is_ascii_and_valid_for_any_name),
		cmocka_unit_test(the_table_says_hosts_drain_and_rows_in_words),
		cmocka_unit_test(a_filtered_picture_says_what_it_hides),
		cmocka_unit_test(a_line_says_verdict_and_end_in_whole_words),
		cmocka_unit_test(json_has_the_forecast_of_live_rows_and_null_for_the_rest),
		cmocka_unit_test(a_note_tells_what_figures_do_not),
		cmocka_unit_test(a_picture_can_be_heard),
		cmocka_unit_test(figures_are_read_aloud),
		cmocka_unit_test(no_form_of_the_writers_is_left_for_the_eye),
		cmocka_unit_test(a_notice_is_one_line_with_its_weight_as_a_word),
		cmocka_unit_test(comma_separated_values_have_a_cell_for_each_figure_and_none_that_commands),
		cmocka_unit_test(lines_of_a_json_stream_are_documents_with_a_type),
		cmocka_unit_test(amounts_in_words_have_their_unit),
		cmocka_unit_test(history_shows_how_a_migration_ended),
		cmocka_unit_test(an_empty_history_says_so),
	};
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
