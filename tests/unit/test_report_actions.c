/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger as text and as JSON.
 */
#include "base/array.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1769863267123) /* 2026-01-31T12:41:07.123Z */

static struct ledger_row forced_row(void)
{
	struct ledger_row row = {
		.intent =
			{
				.id = 7,
				.order = {.action = ACTION_FORCE_COMPLETE,
					  .method = METHOD_AUTO,
					  .target = {.attempt = 2},
					  .confirmation = "key y",
					  .seen = {.is_told = true,
						   .has_remaining = true,
						   .remaining = {UINT64_C(3) << 29},
						   .elapsed = {754000},
						   .pause_price = {6200},
						   .verdict = "will not converge"}},
				.stage = INTENT_PROVEN,
				.used = METHOD_PAUSE,
				.fell_back = true,
				.owes = true,
				.asked = {{1000}, {NOW_MS}},
				.sent = {{1012}, {NOW_MS + 12}},
				.closed = {{9300}, {NOW_MS + 8300}},
				.domain_name = "web-1",
				.source = "host1",
				.text = "the guest stands still until its memory is copied; post-copy was refused by "
					"this job",
			},
		.owner = {.boot_id = "b00t",
			  .pid = 4711,
			  .user = "root",
			  .login_uid = 1000,
			  .tty = "/dev/pts/3",
			  .ssh_client = "192.0.2.7 50022",
			  .version = "0.3"},
		.recorded = {{1005}, {NOW_MS + 5}},
	};
	uuid_parse("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", &row.intent.order.target.domain);
	uuid_parse("11111111-2222-3333-4444-555555555555", &row.intent.order.target.host);
	return row;
}

/* Asked and never heard of again, by an older version. */
static struct ledger_row open_row(void)
{
	struct ledger_row row = {
		.intent = {.id = 6,
			   .order = {.action = ACTION_BANDWIDTH, .value = 80, .target = {.attempt = 1}, .insist = true},
			   .stage = INTENT_RECORDED,
			   .asked = {{500}, {NOW_MS - 500}},
			   .domain_name = "db\\x1b[2J\"",
			   .source = "host1",
			   .destination = "host2"},
		.owner = {.pid = 1, .user = "ann", .login_uid = -1, .version = "0.1"},
		.is_late = true,
	};
	snprintf(row.intent.order.confirmation, sizeof row.intent.order.confirmation, "command line");
	return row;
}

static void an_action_is_told_in_lines_of_80_cells(void **state)
{
	(void)state;
	struct ledger_row row[] = {forced_row(), open_row()};
	struct report_actions actions = {row, ARRAY_LEN(row), {NOW_MS}};
	struct buffer out = {0};
	report_actions_table(&out, &actions);
	assert_string_equal(out.text,
			    "ASKED (UTC)          ACTION                BY    OUTCOME       GUEST\n"
			    "2026-01-31T12:41:07  force-complete pause  root  proven, owed  web-1\n"
			    "  host1 to ?, attempt 2; key y, on /dev/pts/3, from 192.0.2.7 50022, asked for\n"
			    "  auto, sent after 12 ms, closed after 8.3 s\n"
			    "  seen then: 12:34 elapsed, 1.50 GiB left, will not converge, a pause for about\n"
			    "  6.2 s\n"
			    "  the guest stands still until its memory is copied; post-copy was refused by\n"
			    "  this job\n"
			    "  owed: it paused this guest, which has not been seen running since\n"
			    "2026-01-31T12:41:06  bandwidth 80 MiB/s    ann   open          db\\x1b[2J\"\n"
			    "  host1 to host2, attempt 1; command line, insisted: recorded late\n");
	buffer_done(&out);
}

static void json_has_every_stage_with_its_time_and_null_for_what_is_not_known(void **state)
{
	(void)state;
	struct ledger_row row[] = {forced_row(), open_row()};
	struct report_actions actions = {row, ARRAY_LEN(row), {NOW_MS}};
	struct buffer out = {0};
	report_actions_json(&out, &actions);
	assert_string_equal(
		out.text,
		"{\"version\":1,\"time\":\"2026-01-31T12:41:07.123Z\",\"actions\":["
		"{\"id\":7,\"action\":\"force-complete\",\"method\":\"auto\",\"method_used\":\"pause\",\"fell_back\":"
		"true,"
		"\"bandwidth_mib_per_s\":null,\"max_downtime_ms\":null,\"timeout_ms\":null,\"timeout_action\":null,"
		"\"name\":\"web-1\",\"uuid\":\"0a1b2c3d-4e5f-"
		"6071-8293-a4b5c6d7e8f9\","
		"\"source\":\"host1\",\"source_uuid\":\"11111111-2222-3333-4444-555555555555\",\"destination\":null,"
		"\"attempt\":2,\"user\":\"root\",\"login_uid\":1000,\"tty\":\"/dev/pts/3\","
		"\"ssh_client\":\"192.0.2.7 50022\",\"pid\":4711,\"boot_id\":\"b00t\",\"program_version\":\"0.3\","
		"\"confirmation\":\"key y\",\"insisted\":false,"
		"\"seen\":{\"remaining_bytes\":1610612736,\"elapsed_ms\":754000,\"pause_price_ms\":6200,"
		"\"verdict\":\"will not converge\"},\"is_late\":false,"
		"\"asked\":\"2026-01-31T12:41:07.123Z\",\"asked_mono_ms\":1000,"
		"\"recorded\":\"2026-01-31T12:41:07.128Z\",\"recorded_mono_ms\":1005,"
		"\"sent\":\"2026-01-31T12:41:07.135Z\",\"sent_mono_ms\":1012,"
		"\"closed\":\"2026-01-31T12:41:15.423Z\",\"closed_mono_ms\":9300,"
		"\"stage\":\"proven\",\"outcome\":\"proven\",\"result\":null,"
		"\"text\":\"the guest stands still until its memory is copied; post-copy was refused by this job\","
		"\"owes\":true},"
		"{\"id\":6,\"action\":\"bandwidth\",\"method\":null,\"method_used\":null,\"fell_back\":false,"
		"\"bandwidth_mib_per_s\":80,\"max_downtime_ms\":null,\"timeout_ms\":null,\"timeout_action\":null,"
		"\"name\":\"db\\\\x1b[2J\\\"\",\"uuid\":null,"
		"\"source\":\"host1\","
		"\"source_uuid\":null,\"destination\":\"host2\",\"attempt\":1,\"user\":\"ann\",\"login_uid\":null,"
		"\"tty\":null,\"ssh_client\":null,\"pid\":1,\"boot_id\":null,\"program_version\":\"0.1\","
		"\"confirmation\":\"command line\",\"insisted\":true,\"seen\":null,\"is_late\":true,"
		"\"asked\":\"2026-01-31T12:41:06.623Z\",\"asked_mono_ms\":500,\"recorded\":null,"
		"\"recorded_mono_ms\":null,\"sent\":null,\"sent_mono_ms\":null,\"closed\":null,\"closed_mono_ms\":null,"
		"\"stage\":\"recorded\",\"outcome\":\"open\",\"result\":null,\"text\":null,\"owes\":false}]}\n");
	buffer_done(&out);
}

static void every_stage_has_one_of_six_words(void **state)
{
	(void)state;
	static const char *const words[INTENT_STAGE_COUNT] = {"open",    "open",   "open",     "open",    "proven",
							      "refused", "failed", "unproven", "disarmed"};
	for (int i = 0; i < INTENT_STAGE_COUNT; i++) {
		struct intent intent = {.stage = (enum intent_stage)i};
		assert_string_equal(report_outcome(&intent), words[i]);
	}
}

static void an_empty_ledger_says_so(void **state)
{
	(void)state;
	struct report_actions actions = {NULL, 0, {NOW_MS}};
	struct buffer out = {0};
	report_actions_table(&out, &actions);
	assert_string_equal(out.text, "no action is recorded\n");
	out.length = 0;
	report_actions_json(&out, &actions);
	assert_string_equal(out.text, "{\"version\":1,\"time\":\"2026-01-31T12:41:07.123Z\",\"actions\":[]}\n");
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_action_is_told_in_lines_of_80_cells),
		cmocka_unit_test(json_has_every_stage_with_its_time_and_null_for_what_is_not_known),
		cmocka_unit_test(every_stage_has_one_of_six_words),
		cmocka_unit_test(an_empty_ledger_says_so),
	};
	return cmocka_run_group_tests_name("report_actions", tests, NULL, NULL);
}
