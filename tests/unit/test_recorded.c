/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings: what is written is read again, whatever it is; what was made up is refused with its line; the tap and the driver around
 * them.
 */
#include "backend/queue.h"
#include "backend/recorded/figures.h"
#include "backend/recorded/format.h"
#include "backend/recorded/recorded.h"
#include "backend/recorded/recording.h"
#include "backend/recorded/tap.h"
#include "backend/sim/calls.h"
#include "backend/sim/scenario.h"
#include "backend/sim/watch.h"
#include "base/array.h"
#include "base/clock.h"
#include "tests/support/fake_driver.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define STARTED INT64_C(1769863267123)
#define MONO INT64_C(1000000) /* what the reader calls the start */
#define PATIENCE_MS 20000
#define MIB (UINT64_C(1) << 20)

static const struct uuid guest_a = {{0xaa, [15] = 1}}, guest_b = {{0xbb, [15] = 2}};
static const struct domain_state running = {DOMAIN_RUNNING, REASON_OTHER};
static const struct domain_state frozen = {DOMAIN_PAUSED, REASON_MIGRATION};

/* ---- a recording in memory ---- */

struct tape {
	struct format format;
	struct buffer text;
};

static void begin(struct tape *tape)
{
	*tape = (struct tape){0};
	buffer_printf(&tape->text, FORMAT_FIRST_LINE "\nstarted %" PRId64 "\n", STARTED);
	format_put_host(&tape->format, &tape->text, &(struct fleet_host){0, "alpha", "test:///a", NULL});
	format_put_host(&tape->format, &tape->text, &(struct fleet_host){0, "be ta", "test:///b%", "gr\303\274n"});
}

static void done(struct tape *tape)
{
	format_done(&tape->format);
	buffer_done(&tape->text);
}

static struct stamp stamp_of(int64_t ms)
{
	return (struct stamp){{MONO + ms}, {STARTED + ms}};
}

static void put_event(struct tape *tape, const struct event *event)
{
	format_put_event(&tape->format, &tape->text, event->at.mono.ms - MONO, event->host, event);
}

static enum err try_text(const char *text, size_t length, struct recording **out, struct err_info *why)
{
	FILE *stream = fmemopen((void *)(uintptr_t)text, length, "r");

	assert_non_null(stream);
	return recording_of_stream(out, stream, "tape", why);
}

static struct recording *read_tape(const struct tape *tape)
{
	struct recording *recording = NULL;
	struct err_info why = {0};

	if (try_text(tape->text.text, tape->text.length, &recording, &why) != ERR_OK)
		fail_msg("%s", why.text);
	return recording;
}

static struct event *next(struct recording *recording)
{
	struct event *event = NULL;
	struct err_info why = {0};

	if (recording_next(recording, &event, &why) != ERR_OK)
		fail_msg("%s", why.text);
	return event;
}

/* ---- every kind ---- */

static char *dup_text(const char *text)
{
	return mem_dup(text);
}

static struct job_stats some_stats(void)
{
	struct job_stats stats = {.elapsed = {4321},
				  .memory_total = {512 * MIB},
				  .memory_processed = {77 * MIB},
				  .memory_remaining = {UINT64_MAX},
				  .throttle_percent = 99,
				  .pass = 3};

	job_mark(&stats, JOB_ELAPSED);
	for (int i = JOB_MEMORY_TOTAL; i <= JOB_MEMORY_REMAINING; i++)
		job_mark(&stats, (enum job_field)i);
	job_mark(&stats, JOB_THROTTLE);
	job_mark(&stats, JOB_PASS);
	job_mark(&stats, JOB_DISK_TOTAL); /* present and zero */
	return stats;
}

static void fill_inventory(struct event *event)
{
	event->inventory.domain = mem_new(2, sizeof *event->inventory.domain);
	event->inventory.n_domains = 2;
	event->inventory.domain[0] = (struct inventory_domain){guest_a, dup_text("web"), running};
	event->inventory.domain[1] = (struct inventory_domain){guest_b, dup_text("d b\n"), frozen};
}

static void fill(struct event *event)
{
	switch (event->kind) {
	case EVENT_LINK:
		event->link.state = LINK_DOWN;
		event->link.reason = dup_text(" no route to host: 100% lost ");
		event->link.retry_at = mono_add(event->at.mono, (duration){5000});
		event->link.latency.ms = -1;
		break;
	case EVENT_HOST:
		event->host_facts.uuid = guest_b;
		event->host_facts.hostname = dup_text("alpha.example");
		break;
	case EVENT_INVENTORY: fill_inventory(event); break;
	case EVENT_DOMAIN:
		event->domain.uuid = guest_b;
		event->domain.name = dup_text("d b\n");
		event->domain.what = DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED;
		event->domain.state = (struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY_FAILED};
		break;
	case EVENT_FACTS:
		event->facts.uuid = guest_a;
		event->facts.max_memory.n = UINT64_MAX;
		event->facts.owner = dup_text("OpenStack Nova (web 1)");
		break;
	case EVENT_JOB:
		event->job.uuid = guest_a;
		event->job.stats = some_stats();
		event->job.state = frozen;
		break;
	case EVENT_NO_JOB:
		event->no_job.uuid = guest_a;
		event->no_job.state = (struct domain_state){DOMAIN_SHUT_OFF, REASON_MIGRATED};
		event->no_job.how = JOB_END_CANCELLED;
		break;
	case EVENT_INCOMING:
		event->incoming.uuid = guest_b;
		event->incoming.state = frozen;
		break;
	case EVENT_PASS:
		event->pass.uuid = guest_a;
		event->pass.number = 17;
		break;
	case EVENT_COMPLETED:
		event->completed.uuid = guest_a;
		event->completed.stats = some_stats();
		break;
	case EVENT_LATE:
		event->late.uuid = guest_a;
		event->late.is_late = true;
		event->late.reason = dup_text("its QEMU does not answer");
		break;
	case EVENT_NOTICE:
		event->notice.severity = SEVERITY_GOOD;
		event->notice.text = dup_text("-");
		break;
	case EVENT_REPLY:
		event->reply = (struct intent_reply){.intent_id = 9, .was_called = true, .froze_guest = true};
		snprintf(event->reply.text, sizeof event->reply.text, "accepted");
		break;
	case EVENT_LEDGER:
	case EVENT_ADOPTED:
	case EVENT_SHARED:
	case EVENT_STORE:
	case EVENT_PICTURE:
	case EVENT_PICTURE_HOST:
	case EVENT_KIND_COUNT: break;
	}
}

static void assert_same_state(struct domain_state a, struct domain_state b)
{
	assert_int_equal(a.run, b.run);
	assert_int_equal(a.reason, b.reason);
}

static void assert_same_text(const char *a, const char *b)
{
	if (!a || !b)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void assert_same_stats(const struct job_stats *a, const struct job_stats *b)
{
	/* the last member; behind it the compiler pads */
	assert_memory_equal(a, b, offsetof(struct job_stats, throttle_percent) + sizeof a->throttle_percent);
}

static void assert_same_inventory(const struct event *a, const struct event *b)
{
	assert_int_equal(a->inventory.n_domains, b->inventory.n_domains);
	for (size_t i = 0; i < a->inventory.n_domains; i++) {
		assert_true(uuid_equal(&a->inventory.domain[i].uuid, &b->inventory.domain[i].uuid));
		assert_same_text(a->inventory.domain[i].name, b->inventory.domain[i].name);
		assert_same_state(a->inventory.domain[i].state, b->inventory.domain[i].state);
	}
}

static void assert_same(const struct event *a, const struct event *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->host, b->host);
	assert_int_equal(a->at.mono.ms, b->at.mono.ms);
	assert_int_equal(a->at.wall.ms, b->at.wall.ms);
	switch (a->kind) {
	case EVENT_LINK:
		assert_int_equal(a->link.state, b->link.state);
		assert_int_equal(a->link.retry_at.ms, b->link.retry_at.ms);
		assert_int_equal(a->link.latency.ms, b->link.latency.ms);
		assert_same_text(a->link.reason, b->link.reason);
		break;
	case EVENT_HOST:
		assert_true(uuid_equal(&a->host_facts.uuid, &b->host_facts.uuid));
		assert_same_text(a->host_facts.hostname, b->host_facts.hostname);
		break;
	case EVENT_INVENTORY: assert_same_inventory(a, b); break;
	case EVENT_DOMAIN:
		assert_true(uuid_equal(&a->domain.uuid, &b->domain.uuid));
		assert_same_text(a->domain.name, b->domain.name);
		assert_int_equal(a->domain.what, b->domain.what);
		assert_same_state(a->domain.state, b->domain.state);
		break;
	case EVENT_FACTS:
		assert_true(uuid_equal(&a->facts.uuid, &b->facts.uuid));
		assert_true(a->facts.max_memory.n == b->facts.max_memory.n);
		assert_same_text(a->facts.owner, b->facts.owner);
		break;
	case EVENT_JOB:
		assert_true(uuid_equal(&a->job.uuid, &b->job.uuid));
		assert_same_stats(&a->job.stats, &b->job.stats);
		assert_same_state(a->job.state, b->job.state);
		break;
	case EVENT_NO_JOB:
		assert_true(uuid_equal(&a->no_job.uuid, &b->no_job.uuid));
		assert_same_state(a->no_job.state, b->no_job.state);
		assert_int_equal(a->no_job.how, b->no_job.how);
		break;
	case EVENT_INCOMING:
		assert_true(uuid_equal(&a->incoming.uuid, &b->incoming.uuid));
		assert_same_state(a->incoming.state, b->incoming.state);
		break;
	case EVENT_PASS:
		assert_true(uuid_equal(&a->pass.uuid, &b->pass.uuid));
		assert_true(a->pass.number == b->pass.number);
		break;
	case EVENT_COMPLETED:
		assert_true(uuid_equal(&a->completed.uuid, &b->completed.uuid));
		assert_same_stats(&a->completed.stats, &b->completed.stats);
		break;
	case EVENT_LATE:
		assert_true(uuid_equal(&a->late.uuid, &b->late.uuid));
		assert_int_equal(a->late.is_late, b->late.is_late);
		assert_same_text(a->late.reason, b->late.reason);
		break;
	case EVENT_NOTICE:
		assert_int_equal(a->notice.severity, b->notice.severity);
		assert_same_text(a->notice.text, b->notice.text);
		break;
	case EVENT_REPLY:
	case EVENT_LEDGER:
	case EVENT_ADOPTED:
	case EVENT_SHARED:
	case EVENT_STORE:
	case EVENT_PICTURE:
	case EVENT_PICTURE_HOST:
	case EVENT_KIND_COUNT: fail_msg("kind %d is not said again", (int)a->kind);
	}
}

/* Those of the recorder, and the reply, which nobody waits for when it is said again. */
static bool is_said_again(enum event_kind kind)
{
	return kind != EVENT_REPLY && kind != EVENT_LEDGER && kind != EVENT_ADOPTED && kind != EVENT_SHARED &&
	       kind != EVENT_STORE && kind != EVENT_PICTURE && kind != EVENT_PICTURE_HOST;
}

static void every_event_of_a_driver_is_read_as_it_was_written(void **state)
{
	(void)state;
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		struct tape tape;
		begin(&tape);
		struct event *said = event_new((enum event_kind)kind, 1, stamp_of(1234));
		fill(said);
		put_event(&tape, said);
		struct recording *recording = read_tape(&tape);
		struct event *read = next(recording);
		if (is_said_again((enum event_kind)kind))
			assert_same(said, read);
		else
			assert_null(read);
		event_free(read);
		assert_null(next(recording));
		recording_close(recording);
		event_free(said);
		done(&tape);
	}
}

static void a_notice_may_be_about_no_host(void **state)
{
	struct tape tape;
	struct event *said = event_new(EVENT_NOTICE, HOST_NONE, stamp_of(0));

	(void)state;
	begin(&tape);
	fill(said);
	put_event(&tape, said);
	struct recording *recording = read_tape(&tape);
	struct event *read = next(recording);
	assert_same(said, read);
	event_free(read);
	event_free(said);
	recording_close(recording);
	done(&tape);
}

static void the_header_has_start_hosts_and_notes(void **state)
{
	struct tape tape;

	(void)state;
	begin(&tape);
	buffer_puts(&tape.text, "# what happened was written here later\n\nnote outcome completed in 12 s\n");
	struct recording *recording = read_tape(&tape);
	assert_int_equal(recording_started(recording).ms, STARTED);
	assert_int_equal(recording_n_hosts(recording), 2);
	assert_string_equal(recording_host(recording, 0).name, "alpha");
	assert_null(recording_host(recording, 0).group);
	assert_string_equal(recording_host(recording, 1).name, "be ta");
	assert_string_equal(recording_host(recording, 1).uri, "test:///b%");
	assert_string_equal(recording_host(recording, 1).group, "gr\303\274n");
	assert_string_equal(recording_note(recording, "outcome"), "completed in 12 s");
	assert_null(recording_note(recording, "nothing"));
	assert_null(next(recording));
	recording_close(recording);
	done(&tape);
}

/* ---- names ---- */

static void a_name_of_any_bytes_survives_and_is_plain_text_in_the_file(void **state)
{
	static const char *const names[] = {"",    "-",      "%00",          " ", "a b",       "\x1b[31m\r\n",
					    "=",   "\xff",   "\xe2\x80\xae", "%", "0:running", "#",
					    "\t-", "guest 0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct tape tape;
		begin(&tape);
		struct event *said = event_new(EVENT_DOMAIN, 0, stamp_of(5));
		said->domain.name = dup_text(names[i]);
		put_event(&tape, said);
		struct event *link = event_new(EVENT_LINK, 0, stamp_of(6));
		link->link.reason = dup_text(names[i]);
		put_event(&tape, link);
		for (size_t k = 0; k < tape.text.length; k++)
			assert_true(tape.text.text[k] == '\n' ||
				    (tape.text.text[k] >= ' ' && tape.text.text[k] < 0x7f));
		struct recording *recording = read_tape(&tape);
		struct event *first = next(recording), *second = next(recording);
		assert_same(said, first);
		assert_same(link, second);
		event_free(first);
		event_free(second);
		event_free(said);
		event_free(link);
		recording_close(recording);
		done(&tape);
	}
}

static void a_guest_that_is_renamed_is_declared_again(void **state)
{
	static const char *const names[] = {"old", "new", NULL, "new"};
	struct tape tape;
	size_t declared = 0;

	(void)state;
	begin(&tape);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct event *said = event_new(EVENT_DOMAIN, 0, stamp_of((int64_t)i));
		said->domain.uuid = guest_a;
		said->domain.name = dup_text(names[i]);
		put_event(&tape, said);
		event_free(said);
	}
	for (const char *at = tape.text.text; (at = strstr(at, "\nguest 0 ")); at++)
		declared++;
	assert_int_equal(declared, 2);
	struct recording *recording = read_tape(&tape);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct event *read = next(recording);
		assert_same_text(read->domain.name, names[i]);
		event_free(read);
	}
	recording_close(recording);
	done(&tape);
}

static void an_inventory_that_is_the_same_costs_a_word(void **state)
{
	struct tape tape;

	(void)state;
	begin(&tape);
	struct event *said = event_new(EVENT_INVENTORY, 1, stamp_of(0));
	fill_inventory(said);
	put_event(&tape, said);
	size_t before = tape.text.length;
	said->at = stamp_of(5000);
	put_event(&tape, said);
	assert_string_equal(tape.text.text + before, "5000 inventory 1 =\n");
	struct recording *recording = read_tape(&tape);
	event_free(next(recording));
	struct event *second = next(recording);
	assert_same(said, second);
	event_free(second);
	event_free(said);
	recording_close(recording);
	done(&tape);
}

static void many_guests_keep_their_numbers(void **state)
{
	enum { N = 3000 };
	struct tape tape;
	struct event *said = event_new(EVENT_INVENTORY, 0, stamp_of(0));

	(void)state;
	begin(&tape);
	said->inventory.domain = mem_new(N, sizeof *said->inventory.domain);
	said->inventory.n_domains = N;
	for (unsigned i = 0; i < N; i++) {
		struct inventory_domain *domain = &said->inventory.domain[i];
		*domain = (struct inventory_domain){.name = mem_new(16, 1), .state = running};
		memcpy(domain->uuid.byte, &i, sizeof i);
		snprintf(domain->name, 16, "vm%u", i);
	}
	put_event(&tape, said);
	struct recording *recording = read_tape(&tape);
	struct event *read = next(recording);
	assert_same(said, read);
	event_free(read);
	event_free(said);
	recording_close(recording);
	done(&tape);
}

/* ---- figures ---- */

static struct job_stats through_a_line(const struct job_stats *now, const struct job_stats *before, size_t *length)
{
	struct buffer line = {0};
	struct job_stats read = *before;

	figures_put(&line, now, before, (duration){1000});
	struct words words = {.at = line.length ? line.text + 1 : NULL};
	*length = line.length;
	figures_take(&words, &read, (duration){1000});
	assert_string_equal(words.wrong, "");
	buffer_done(&line);
	return read;
}

static void set_all(struct job_stats *stats, unsigned char byte)
{
	memset(stats, byte, sizeof *stats);
	stats->present = 0;
	for (int i = 0; i < JOB_FIELD_COUNT; i++)
		job_mark(stats, (enum job_field)i);
}

static void each_figure_may_come_change_and_go(void **state)
{
	static const unsigned char bytes_of[] = {0, 0x01, 0x80, 0xff};

	(void)state;
	for (int i = 0; i < JOB_FIELD_COUNT; i++) {
		for (size_t from = 0; from < ARRAY_LEN(bytes_of); from++) {
			for (size_t to = 0; to < ARRAY_LEN(bytes_of); to++) {
				struct job_stats before, now, none = {0};
				size_t length;
				set_all(&before, bytes_of[from]);
				set_all(&now, bytes_of[to]);
				struct job_stats read = through_a_line(&before, &none, &length);
				assert_same_stats(&read, &before);
				read = through_a_line(&now, &before, &length);
				assert_same_stats(&read, &now);
				job_unmark(&now, (enum job_field)i);
				read = through_a_line(&now, &before, &length);
				assert_int_equal(read.present, now.present);
				struct job_stats back = through_a_line(&before, &read, &length);
				assert_same_stats(&back, &before);
			}
		}
	}
}

static void figures_that_are_as_expected_take_no_room(void **state)
{
	struct job_stats before = some_stats(), now = before;
	size_t length;

	(void)state;
	now.elapsed.ms += 1000;
	struct job_stats read = through_a_line(&now, &before, &length);
	assert_int_equal(length, 0);
	assert_int_equal(read.elapsed.ms, now.elapsed.ms);
	now.pass++;
	through_a_line(&now, &before, &length);
	assert_int_equal(length, strlen(" i+1"));
}

static void a_recording_of_today_says_the_same_for_ever(void **state)
{
	static const char text[] = FORMAT_FIRST_LINE
		"\nstarted 5\nhost 0 a b -\nguest 0 aa000000-0000-0000-0000-000000000001 web\n"
		"1000 job 0 0 =running e+100 i+1 ps+4096 mt+8192000 n+100 c+0 p+0 r+8192000 nb+0 t+5 kt+50 kp+20 "
		"kr+30 at+0 ap+0 ar+0\n"
		"2000 job 0 0 e-3 n+10 c+5 p+80 d+7 t- kp+1\n";
	struct recording *recording = NULL;

	(void)state;
	assert_int_equal(try_text(text, sizeof text - 1, &recording, NULL), ERR_OK);
	event_free(next(recording));
	struct event *read = next(recording);
	const struct job_stats *stats = &read->job.stats;
	assert_same_state(read->job.state, running);
	assert_int_equal(stats->elapsed.ms, 1097);
	assert_int_equal(stats->memory_normal.n, 110);
	assert_int_equal(stats->memory_constant.n, 5);
	assert_int_equal(stats->memory_normal_bytes.n, 110 * 4096);
	assert_int_equal(stats->memory_processed.n, 409600 + 10 * 4096 + 80);
	assert_int_equal(stats->memory_remaining.n, 7782400 - 15 * 4096);
	assert_int_equal(stats->dirty_rate.n, 7);
	assert_false(job_has(stats, JOB_MEMORY_THROUGHPUT));
	assert_int_equal(stats->data_total.n, 8192000 + 50);
	assert_int_equal(stats->data_processed.n, stats->memory_processed.n + 21);
	assert_int_equal(stats->data_remaining.n, stats->memory_remaining.n + 30);
	event_free(read);
	recording_close(recording);
}

/* ---- what nobody wrote ---- */

#define HEAD "virt-drain-recording 1\nstarted 5\nhost 0 a b -\n"
#define GUEST "guest 0 aa000000-0000-0000-0000-000000000001 web\n" /* line 4 */

static const struct {
	const char *text;
	unsigned line;
	const char *words;
} bad_texts[] = {
	{"x", 1, "no recording"},
	{"\n", 1, "no recording"},
	{"virt-drain-recording 2\n", 1, "no recording"},
	{"virt-drain-recording 1\n", 2, "has not said when"},
	{"virt-drain-recording 1\nstarted\n", 2, "the start is missing"},
	{"virt-drain-recording 1\nstarted -5\n", 2, "\"-5\" is no number"},
	{"virt-drain-recording 1\nstarted 99999999999999999999\n", 2, "is no number"},
	{"virt-drain-recording 1\nstarted 5 6\n", 2, "\"6\" is more"},
	{"virt-drain-recording 1\nstarted 5\nhost 1 a b -\n", 3, "the next host has the number 0"},
	{"virt-drain-recording 1\nstarted 5\nhost 0 - b -\n", 3, "a host has a name"},
	{"virt-drain-recording 1\nstarted 5\nhost 0 a\n", 3, "URI is missing"},
	{"virt-drain-recording 1\nstarted 5\nhost 0 a%2 b -\n", 3, "'%'"},
	{"virt-drain-recording 1\nstarted 5\nhost 0 a%00 b -\n", 3, "'%'"},
	{HEAD "note x\n", 4, "a key and a value"},
	{HEAD "note x 1\nnote x 2\n", 5, "two notes"},
	{HEAD "5 notice - info x\nnote late 1\n", 5, "a time \"note\""},
	{HEAD "hello\n", 4, "a time \"hello\""},
	{HEAD "5\n", 4, "what happened is missing"},
	{HEAD "5 dance 0\n", 4, "nothing is called \"dance\""},
	{HEAD "-5 link 0 up 1 - -\n", 4, "a time \"-5\""},
	{HEAD "99999999999999999 link 0 up 1 - -\n", 4, "a time"},
	{HEAD "5 link 1 up 1 - -\n", 4, "there is no host 1"},
	{HEAD "5 link - up 1 - -\n", 4, "a host's number \"-\""},
	{HEAD "5 link 0 sideways 1 - -\n", 4, "cannot be \"sideways\""},
	{HEAD "5 link 0 up 1 -\n", 4, "next try"},
	{HEAD "5 link 0 up 1 - %zz\n", 4, "'%'"},
	{HEAD "5 host 0 aa\n", 4, "\"aa\" is no UUID"},
	{HEAD "guest 1 aa000000-0000-0000-0000-000000000001 web\n", 4, "the next guest has the number 0"},
	{HEAD GUEST "guest 0 bb000000-0000-0000-0000-000000000001 web\n", 5, "another UUID"},
	{HEAD "5 job 0 0\n", 4, "guest 0 was not declared"},
	{HEAD GUEST "5 job 0 4294967295\n", 5, "was not declared"},
	{HEAD GUEST "5 job 0 0 zz+1\n", 5, "\"zz+1\" is no figure"},
	{HEAD GUEST "5 job 0 0 e+1 e+1\n", 5, "said twice"},
	{HEAD GUEST "5 job 0 0 e+\n", 5, "no figure with a signed number"},
	{HEAD GUEST "5 job 0 0 e+9999999999999999999\n", 5, "no figure with a signed number"},
	{HEAD GUEST "5 job 0 0 e\n", 5, "no figure with a signed number"},
	{HEAD GUEST "5 job 0 0 th+4294967296\n", 5, "th is too large"},
	{HEAD GUEST "5 job 0 0 =asleep\n", 5, "state cannot be \"asleep\""},
	{HEAD GUEST "5 job 0 0  e+1\n", 5, "\"\" is no figure"},
	{HEAD GUEST "5 inventory 0 0 0\n", 5, "order of their numbers"},
	{HEAD GUEST "5 inventory 0 0:\n", 5, "state cannot be"},
	{HEAD GUEST "5 inventory 0 7\n", 5, "guest 7 was not declared"},
	{HEAD GUEST "5 inventory 0 =\n", 5, "no inventory yet"},
	{HEAD GUEST "5 no-job 0 0 running\n", 5, "a job's end is missing"},
	{HEAD GUEST "5 pass 0 0 1 2\n", 5, "\"2\" is more"},
	{HEAD GUEST "5 late 0 0 maybe -\n", 5, "cannot be \"maybe\""},
	{HEAD GUEST "5 domain 0 0 born running\n", 5, "cannot be \"born\""},
	{HEAD GUEST "5 facts 0 0 18446744073709551616 -\n", 5, "is no number"},
};

/* All of it; what was wrong is in *why. The number of events, and that it ends at all. */
static size_t read_all(const char *text, size_t length, struct err_info *why)
{
	struct recording *recording = NULL;
	size_t n = 0;

	*why = (struct err_info){0};
	if (try_text(text, length, &recording, why) != ERR_OK)
		return 0;
	for (;;) {
		struct event *event = NULL;
		if (recording_next(recording, &event, why) != ERR_OK) {
			struct err_info again = {0};
			assert_int_equal(recording_next(recording, &event, &again), why->code);
			assert_string_equal(again.text, why->text);
			break;
		}
		if (!event)
			break;
		event_free(event);
		n++;
		assert_true(n <= length);
	}
	recording_close(recording);
	return n;
}

static void what_cannot_be_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_texts); i++) {
		struct err_info why;
		char place[32];
		read_all(bad_texts[i].text, strlen(bad_texts[i].text), &why);
		snprintf(place, sizeof place, "tape:%u: ", bad_texts[i].line);
		if (why.code != ERR_CONFIG || strncmp(why.text, place, strlen(place)) != 0 ||
		    !strstr(why.text, bad_texts[i].words))
			fail_msg("%zu: \"%s\" gives \"%s\"", i, bad_texts[i].text, why.text);
	}
}

static void a_byte_0_and_a_file_that_is_no_file_are_refused(void **state)
{
	struct err_info why;
	struct recording *recording = NULL;
	static const char text[] = HEAD "5 notice - info \0x\n";

	(void)state;
	read_all(text, sizeof text - 1, &why);
	assert_int_equal(why.code, ERR_CONFIG);
	assert_non_null(strstr(why.text, "tape:4: a byte 0"));
	assert_int_equal(recording_open(&recording, "/nonexistent/tape", &why), ERR_IO);
	assert_int_equal(recording_open(&recording, "/", &why), ERR_IO);
	assert_null(recording);
}

static void say_everything(struct tape *tape)
{
	begin(tape);
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		struct event *said = event_new((enum event_kind)kind, 1, stamp_of(kind));
		fill(said);
		if (kind != EVENT_PICTURE && kind != EVENT_PICTURE_HOST)
			put_event(tape, said);
		event_free(said);
	}
	struct intent intent = {.id = 3, .order = {.action = ACTION_ABORT, .target = {.domain = guest_a}}};
	format_put_asked(&tape->format, &tape->text, 50, &intent, false);
	format_put_asked(&tape->format, &tape->text, 51, &intent, true);
	buffer_puts(&tape->text, "60 end\n");
}

static void a_recording_that_was_cut_anywhere_ends_there(void **state)
{
	struct tape tape;
	struct err_info why;
	size_t before = 0;

	(void)state;
	say_everything(&tape);
	size_t header = (size_t)(strstr(tape.text.text, "host 0") - tape.text.text);
	for (size_t length = header; length <= tape.text.length; length++) {
		char *copy = mem_new(length, 1);
		memcpy(copy, tape.text.text, length);
		size_t n = read_all(copy, length, &why);
		if (why.code != ERR_OK)
			fail_msg("cut at %zu: %s", length, why.text);
		assert_true(n == before || n == before + 1);
		before = n;
		free(copy);
	}
	assert_int_equal(before, 12);
	done(&tape);
}

static void a_recording_with_a_wrong_byte_anywhere_is_read_or_refused(void **state)
{
	static const char wrong[] = {'\0', '\n', ' ', '%', '-', '+', '0', '9', ':', '=', 'x', '\xff'};
	struct tape tape;
	struct err_info why;

	(void)state;
	say_everything(&tape);
	for (size_t i = 0; i < tape.text.length; i++) {
		for (size_t k = 0; k < ARRAY_LEN(wrong); k++) {
			char was = tape.text.text[i];
			tape.text.text[i] = wrong[k];
			read_all(tape.text.text, tape.text.length, &why);
			assert_true(why.code == ERR_OK || strncmp(why.text, "tape:", 5) == 0);
			tape.text.text[i] = was;
		}
	}
	done(&tape);
}

/* ---- a simulated fleet ---- */

struct studio {
	struct tape tape;
	struct fleet *fleet;
	size_t n_jobs, job_bytes;
};

static bool put_in_studio(void *queue, struct event *event)
{
	struct studio *studio = queue;
	size_t before = studio->tape.text.length;

	put_event(&studio->tape, event);
	if (event->kind == EVENT_JOB) {
		studio->n_jobs++;
		studio->job_bytes += studio->tape.text.length - before;
	}
	if (studio->fleet)
		fleet_apply(studio->fleet, event);
	event_free(event);
	return true;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int order = uuid_compare(&left->id.domain, &right->id.domain);

	return order ? order : (left->id.attempt > right->id.attempt) - (left->id.attempt < right->id.attempt);
}

/* All that a row of the fleet tells at this time, as text. */
static void describe(struct buffer *out, struct fleet *fleet, struct stamp now)
{
	fleet_tick(fleet, now);
	struct snapshot *snapshot = fleet_freeze(fleet, now, NULL);
	qsort(snapshot->row, snapshot->n_rows, sizeof *snapshot->row, compare_rows);
	buffer_printf(out, "at %" PRId64 ": %u hosts up, %u moved\n", now.mono.ms, snapshot->hosts_up,
		      snapshot->drain.moved);
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];
		buffer_printf(out,
			      "%s %s %s %u to %s: %s, pass %" PRIu64 ", left %" PRIu64 ", done %" PRIu64
			      ", dirty %" PRIu64 ", sends %" PRIu64 ", %" PRId64 " ms, frozen %" PRId64
			      ", down %" PRId64 ", limit %" PRId64 ", %" PRIx64 "\n",
			      row->uuid_text, row->name, row->source, row->id.attempt,
			      row->destination ? row->destination : "?", phase_name(row->phase), row->stats.pass,
			      row->stats.data_remaining.n, row->stats.data_processed.n, row->stats.dirty_rate.n,
			      row->throughput.n, row->elapsed.ms, row->frozen.ms, row->downtime.ms, row->timeout.ms,
			      row->stats.present);
	}
	snapshot_free(snapshot);
}

static void add_hosts(struct fleet *fleet, const struct recording *recording)
{
	for (size_t i = 0; i < recording_n_hosts(recording); i++) {
		struct fleet_host host = recording_host(recording, i);
		fleet_add_host(fleet, &host);
	}
}

#define SIM_SECONDS 240
#define LOOK_EVERY_MS 5000

/* The drain scenario on tape, and what the fleet looked like meanwhile. */
static void record_drain(struct studio *studio, struct buffer *looks)
{
	struct sim_world *world;

	assert_int_equal(sim_scenario_new(NULL, 4, &world, NULL), ERR_OK);
	struct sim_watch *watch = sim_watch_new(world, (duration){1000});
	memset(studio, 0, sizeof *studio);
	studio->fleet = fleet_new(&(struct fleet_settings){0});
	buffer_printf(&studio->tape.text, FORMAT_FIRST_LINE "\nstarted %" PRId64 "\n", STARTED);
	for (size_t i = 0; i < sim_watch_n_hosts(watch); i++) {
		struct fleet_host host = {(uint32_t)i, world->host[i].name, world->host[i].uri, NULL};
		format_put_host(&studio->tape.format, &studio->tape.text, &host);
		fleet_add_host(studio->fleet, &host);
	}
	sim_watch_start(watch, (struct event_sink){put_in_studio, studio}, 0, stamp_of(0));
	for (int64_t ms = 100; ms <= SIM_SECONDS * INT64_C(1000); ms += 100) {
		sim_world_step(world, (duration){100});
		sim_watch_turn(watch, stamp_of(ms));
		for (size_t i = 0; i < world->n_guests; i++)
			sim_watch_taken(watch, &world->guest[i].uuid);
		if (ms % LOOK_EVERY_MS == 0)
			describe(looks, studio->fleet, stamp_of(ms));
	}
	sim_watch_free(watch);
	sim_world_free(world);
}

static void a_recorded_drain_gives_the_same_fleet_again(void **state)
{
	struct studio studio;
	struct buffer first = {0}, second = {0};
	struct fleet *fleet = fleet_new(&(struct fleet_settings){0});

	(void)state;
	record_drain(&studio, &first);
	struct recording *recording = read_tape(&studio.tape);
	add_hosts(fleet, recording);
	struct event *event = next(recording);
	for (int64_t ms = LOOK_EVERY_MS; ms <= SIM_SECONDS * INT64_C(1000); ms += LOOK_EVERY_MS) {
		for (; event && event->at.mono.ms <= MONO + ms; event = next(recording)) {
			fleet_apply(fleet, event);
			event_free(event);
		}
		describe(&second, fleet, stamp_of(ms));
	}
	assert_null(event);
	assert_string_equal(first.text, second.text);
	assert_non_null(strstr(first.text, phase_name(PHASE_COMPLETED))); /* or nothing was compared */
	recording_close(recording);
	fleet_free(fleet);
	fleet_free(studio.fleet);
	done(&studio.tape);
	buffer_done(&first);
	buffer_done(&second);
}

static void a_sample_takes_about_fifty_bytes(void **state)
{
	struct studio studio;
	struct buffer looks = {0};

	(void)state;
	record_drain(&studio, &looks);
	assert_true(studio.n_jobs > 500);
	print_message("%zu samples of %.1f bytes; the whole recording has %zu\n", studio.n_jobs,
		      (double)studio.job_bytes / (double)studio.n_jobs, studio.tape.text.length);
	assert_in_range(studio.job_bytes / studio.n_jobs, 20, 60);
	fleet_free(studio.fleet);
	done(&studio.tape);
	buffer_done(&looks);
}

/* ---- the tap and the driver ---- */

struct folder {
	char path[64], file[96];
};

static int open_folder(void **state)
{
	struct folder *folder = mem_new(1, sizeof *folder);

	snprintf(folder->path, sizeof folder->path, "/tmp/test_recorded.XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->file, sizeof folder->file, "%s/tape", folder->path);
	*state = folder;
	return 0;
}

static int close_folder(void **state)
{
	struct folder *folder = *state;

	unlink(folder->file);
	rmdir(folder->path);
	free(folder);
	return 0;
}

static void release(void *item)
{
	event_free(item);
}

static bool put_in_queue(void *queue, struct event *event)
{
	return queue_put(queue, event, true);
}

static struct event *await(struct queue *queue)
{
	struct event *event = queue_wait(queue, PATIENCE_MS);

	if (!event) {
		fail_msg("nothing was said");
		abort();
	}
	return event;
}

static char *text_of_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = mem_new(1 << 16, 1);

	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	return text;
}

static void the_tap_passes_on_and_records_what_is_said_and_asked(void **state)
{
	struct folder *folder = *state;
	struct fake_driver fake;
	struct driver *tap = NULL;
	struct queue *queue = queue_new(1000);
	struct intent intent = {
		.id = 7,
		.order = {.action = ACTION_ABORT, .target = {.host = fake_host_uuid(0), .domain = fake_guest}}};

	fake_driver_init(&fake);
	fake.replies = true;
	assert_int_equal(driver_tap_new(&tap, &fake.driver, folder->file, NULL), ERR_OK);
	assert_int_equal(tap->ops->n_hosts(tap), FAKE_HOSTS);
	assert_string_equal(tap->ops->host(tap, 1).name, "host2");
	assert_int_equal(tap->ops->start(tap, (struct event_sink){put_in_queue, queue}, 0, NULL), ERR_OK);
	fake_say_hosts(&fake);
	fake_say_job(&fake, 1000, MIB, running);
	tap->ops->submit(tap, &intent);
	tap->ops->pay_debt(tap, &intent);
	tap->ops->taken(tap, 0, &fake_guest);
	tap->ops->prepare(tap, 1);
	assert_int_equal(fake_count(&fake, &fake.n_submits), 1);
	assert_int_equal(fake_count(&fake, &fake.n_taken), 1);
	assert_int_equal(fake_count(&fake, &fake.n_prepares), 1);
	assert_int_equal(queue_length(queue), 9);
	tap->ops->stop(tap);
	assert_true(fake.stopped);
	assert_null(driver_tap_trouble(tap));
	tap->ops->free(tap);

	struct stat what;
	assert_int_equal(stat(folder->file, &what), 0);
	assert_int_equal(what.st_mode & 0777, 0600);
	char *text = text_of_file(folder->file);
	assert_non_null(strstr(text, " asked 0 0 abort auto 0 7\n"));
	assert_non_null(strstr(text, " asked 0 0 resume auto 0 7\n"));
	assert_non_null(strstr(text, " reply 0 7 "));
	assert_non_null(strstr(text, " end\n"));
	free(text);
	struct recording *recording = NULL;
	assert_int_equal(recording_open(&recording, folder->file, NULL), ERR_OK);
	for (int i = 0; i < 7; i++) { /* the replies are not said again */
		struct event *read = next(recording), *said = await(queue);
		assert_int_equal(read->kind, said->kind);
		assert_int_equal(read->host, said->host);
		event_free(read);
		event_free(said);
	}
	assert_null(next(recording));
	recording_close(recording);
	queue_free(queue, release);
	fake_driver_done(&fake);
}

static void an_existing_file_is_never_recorded_over(void **state)
{
	struct folder *folder = *state;
	struct fake_driver fake;
	struct driver *tap = NULL;
	struct err_info why;
	FILE *file = fopen(folder->file, "we");

	assert_non_null(file);
	fputs("precious", file);
	fclose(file);
	fake_driver_init(&fake);
	assert_int_equal(driver_tap_new(&tap, &fake.driver, folder->file, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "never overwrites"));
	assert_int_equal(driver_tap_new(&tap, &fake.driver, folder->path, &why), ERR_USAGE);
	assert_int_equal(driver_tap_new(&tap, &fake.driver, "/nonexistent/tape", &why), ERR_IO);
	assert_null(tap);
	char *text = text_of_file(folder->file);
	assert_string_equal(text, "precious");
	free(text);
	fake_driver_done(&fake);
}

static void a_tap_that_never_started_leaves_no_file(void **state)
{
	struct folder *folder = *state;
	struct fake_driver fake;
	struct driver *tap = NULL;

	fake_driver_init(&fake);
	assert_int_equal(driver_tap_new(&tap, &fake.driver, folder->file, NULL), ERR_OK);
	tap->ops->free(tap);
	assert_int_equal(access(folder->file, F_OK), -1);
	fake_driver_done(&fake);
}

static void a_full_disk_ends_the_recording_is_told_once_and_nothing_else_stops(void **state)
{
	struct fake_driver fake;
	struct driver *tap = NULL;
	struct queue *queue = queue_new(1000);
	struct event *event;

	(void)state;
	fake_driver_init(&fake);
	assert_int_equal(driver_tap_new(&tap, &fake.driver, "/dev/full", NULL), ERR_OK);
	assert_int_equal(tap->ops->start(tap, (struct event_sink){put_in_queue, queue}, 0, NULL), ERR_OK);
	fake_say_hosts(&fake);
	for (int i = 0; i < 6; i++)
		event_free(await(queue));
	event = await(queue);
	assert_int_equal(event->kind, EVENT_NOTICE);
	assert_int_equal(event->host, HOST_NONE);
	assert_int_equal(event->notice.severity, SEVERITY_WARNING);
	assert_non_null(strstr(event->notice.text, "/dev/full stops here: No space left"));
	event_free(event);
	fake_say_job(&fake, 1000, MIB, running);
	event = await(queue);
	assert_int_equal(event->kind, EVENT_JOB);
	event_free(event);
	tap->ops->stop(tap);
	assert_int_equal(queue_length(queue), 0);
	assert_non_null(strstr(driver_tap_trouble(tap), "No space left"));
	tap->ops->free(tap);
	queue_free(queue, release);
	fake_driver_done(&fake);
}

static void the_driver_says_a_recording_again_and_then_ends_every_link(void **state)
{
	struct folder *folder = *state;
	struct tape tape;
	struct driver *driver = NULL;
	struct queue *queue = queue_new(1000);
	FILE *file = fopen(folder->file, "we");

	begin(&tape);
	struct event *said = event_new(EVENT_LINK, 0, stamp_of(3600000)); /* the first comes at once */
	fill(said);
	put_event(&tape, said);
	event_free(said);
	said = event_new(EVENT_INVENTORY, 1, stamp_of(3600030));
	fill_inventory(said);
	put_event(&tape, said);
	event_free(said);
	buffer_puts(&tape.text, "3600060 end\n");
	assert_non_null(file);
	fputs(tape.text.text, file);
	fclose(file);

	assert_int_equal(driver_recorded_new(&driver, folder->file, NULL), ERR_OK);
	assert_null(driver->ops->submit);
	assert_int_equal(driver->ops->n_hosts(driver), 2);
	assert_string_equal(driver->ops->host(driver, 1).name, "be ta");
	struct stamp before = clock_stamp();
	assert_int_equal(driver->ops->start(driver, (struct event_sink){put_in_queue, queue}, 5, NULL), ERR_OK);
	struct event *link = await(queue);
	assert_int_equal(link->kind, EVENT_LINK);
	assert_int_equal(link->host, 5);
	assert_true(link->at.mono.ms >= before.mono.ms && link->at.wall.ms >= before.wall.ms);
	assert_int_equal(mono_since(link->link.retry_at, link->at.mono).ms, 5000);
	struct event *inventory = await(queue);
	assert_int_equal(inventory->kind, EVENT_INVENTORY);
	assert_int_equal(inventory->host, 6);
	/* not since the first, which may have been late */
	assert_true(mono_since(inventory->at.mono, before.mono).ms >= 30);
	for (uint32_t i = 0; i < 2; i++) {
		struct event *end = await(queue);
		assert_int_equal(end->kind, EVENT_LINK);
		assert_int_equal(end->host, 5 + i);
		assert_int_equal(end->link.state, LINK_DOWN);
		assert_string_equal(end->link.reason, "the recording ends here");
		assert_true(mono_since(end->at.mono, before.mono).ms >= 60);
		event_free(end);
	}
	event_free(link);
	event_free(inventory);
	driver->ops->stop(driver);
	driver->ops->free(driver);
	assert_int_equal(queue_length(queue), 0);
	queue_free(queue, release);
	done(&tape);
}

static void the_driver_stops_in_the_middle_and_tells_what_it_cannot_read(void **state)
{
	struct folder *folder = *state;
	struct driver *driver = NULL;
	struct queue *queue = queue_new(1000);
	FILE *file = fopen(folder->file, "we");

	assert_non_null(file);
	fputs(HEAD "5 link 0 up 1 - -\nwhat?\n", file);
	fclose(file);
	assert_int_equal(driver_recorded_new(&driver, folder->file, NULL), ERR_OK);
	assert_int_equal(driver->ops->start(driver, (struct event_sink){put_in_queue, queue}, 0, NULL), ERR_OK);
	event_free(await(queue));
	struct event *end = await(queue);
	assert_int_equal(end->link.state, LINK_DOWN);
	assert_non_null(strstr(end->link.reason, "tape:5: a time \"what?\""));
	event_free(end);
	driver->ops->free(driver);

	file = fopen(folder->file, "we");
	assert_non_null(file);
	fputs(HEAD "5 link 0 up 1 - -\n99999999 link 0 up 1 - -\n", file);
	fclose(file);
	assert_int_equal(driver_recorded_new(&driver, folder->file, NULL), ERR_OK);
	assert_int_equal(driver->ops->start(driver, (struct event_sink){put_in_queue, queue}, 0, NULL), ERR_OK);
	event_free(await(queue));
	driver->ops->stop(driver);
	driver->ops->free(driver);
	assert_int_equal(queue_length(queue), 0);
	queue_free(queue, release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_of_a_driver_is_read_as_it_was_written),
		cmocka_unit_test(a_notice_may_be_about_no_host),
		cmocka_unit_test(the_header_has_start_hosts_and_notes),
		cmocka_unit_test(a_name_of_any_bytes_survives_and_is_plain_text_in_the_file),
		cmocka_unit_test(a_guest_that_is_renamed_is_declared_again),
		cmocka_unit_test(an_inventory_that_is_the_same_costs_a_word),
		cmocka_unit_test(many_guests_keep_their_numbers),
		cmocka_unit_test(each_figure_may_come_change_and_go),
		cmocka_unit_test(figures_that_are_as_expected_take_no_room),
		cmocka_unit_test(a_recording_of_today_says_the_same_for_ever),
		cmocka_unit_test(what_cannot_be_is_refused_with_its_line),
		cmocka_unit_test(a_byte_0_and_a_file_that_is_no_file_are_refused),
		cmocka_unit_test(a_recording_that_was_cut_anywhere_ends_there),
		cmocka_unit_test(a_recording_with_a_wrong_byte_anywhere_is_read_or_refused),
		cmocka_unit_test(a_recorded_drain_gives_the_same_fleet_again),
		cmocka_unit_test(a_sample_takes_about_fifty_bytes),
		cmocka_unit_test_setup_teardown(the_tap_passes_on_and_records_what_is_said_and_asked, open_folder,
						close_folder),
		cmocka_unit_test_setup_teardown(an_existing_file_is_never_recorded_over, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(a_tap_that_never_started_leaves_no_file, open_folder, close_folder),
		cmocka_unit_test(a_full_disk_ends_the_recording_is_told_once_and_nothing_else_stops),
		cmocka_unit_test_setup_teardown(the_driver_says_a_recording_again_and_then_ends_every_link, open_folder,
						close_folder),
		cmocka_unit_test_setup_teardown(the_driver_stops_in_the_middle_and_tells_what_it_cannot_read,
						open_folder, close_folder),
	};

	return cmocka_run_group_tests_name("recordings", tests, NULL, NULL);
}
