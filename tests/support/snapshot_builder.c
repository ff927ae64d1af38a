/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots without a fleet.
 */
#include "tests/support/snapshot_builder.h"

#include "model/outlook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 32 /* of the built ones; snapshot_build_many makes its own room */
#define NOTICES_MAX 32
#define ANSWERS_MAX 8

struct stamp snapshot_now(void)
{
	return (struct stamp){{7200000}, {INT64_C(1769863267000)}};
}

static struct uuid uuid_of(unsigned kind, size_t n)
{
	struct uuid uuid = {{0x3f, 0x2c, (unsigned char)kind}};

	uuid.byte[12] = (unsigned char)(n >> 24);
	uuid.byte[13] = (unsigned char)(n >> 16);
	uuid.byte[14] = (unsigned char)(n >> 8);
	uuid.byte[15] = (unsigned char)n;
	return uuid;
}

static struct snapshot *make(size_t rows)
{
	struct snapshot *snapshot = mem_new(1, sizeof *snapshot);

	snapshot->serial = 1;
	snapshot->at = snapshot_now();
	snapshot->row = arena_alloc(&snapshot->arena, rows, sizeof *snapshot->row);
	snapshot->notice = arena_alloc(&snapshot->arena, NOTICES_MAX, sizeof *snapshot->notice);
	snapshot->answer = arena_alloc(&snapshot->arena, ANSWERS_MAX, sizeof *snapshot->answer);
	snapshot->cache_ok = snapshot->ledger_ok = true;
	snapshot->cache_text = snapshot->ledger_text = "";
	return snapshot;
}

struct snapshot *snapshot_build_empty(void)
{
	return make(ROWS_MAX);
}

struct row *snapshot_add_row(struct snapshot *snapshot, const char *name, enum phase phase)
{
	struct row *row = &snapshot->row[snapshot->n_rows];
	char text[UUID_TEXT_SIZE];

	*row = (struct row){
		.id = {uuid_of(1, 1), uuid_of(2, snapshot->n_rows + 1), 1},
		.name = arena_dup(&snapshot->arena, name),
		.name_raw = arena_dup(&snapshot->arena, name),
		.source = "host1",
		.destination = "host2",
		.phase = phase,
		.age = {700},
		.elapsed = {70000},
		.timeout = {phase_is_outcome(phase) ? 0 : 3200000},
		.downtime = {-1},
		.facts = {.is_reachable = true, .is_known = true, .phase = phase},
	};
	row->uuid_text = arena_dup(&snapshot->arena, uuid_text(&row->id.domain, text));
	snapshot->n_rows++;
	return row;
}

struct row *snapshot_row(struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		if (strcmp(snapshot->row[i].name, name) == 0)
			return &snapshot->row[i];
	}
	fprintf(stderr, "the builder made no row called %s\n", name);
	abort();
}

void snapshot_add_notice(struct snapshot *snapshot, enum severity severity, const char *subject, const char *text)
{
	struct stamp at = snapshot_now();
	struct notice *notice = &snapshot->notice[snapshot->n_notices];

	at.mono.ms -= 16000 * (NOTICES_MAX - (int64_t)snapshot->n_notices);
	at.wall.ms -= 16000 * (NOTICES_MAX - (int64_t)snapshot->n_notices);
	*notice = (struct notice){.serial = ++snapshot->n_notices,
				  .at = at,
				  .severity = severity,
				  .subject = arena_dup(&snapshot->arena, subject),
				  .text = arena_dup(&snapshot->arena, text)};
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		if (strcmp(snapshot->row[i].name, subject) == 0)
			notice->about = snapshot->row[i].id;
	}
}

void snapshot_add_answer(struct snapshot *snapshot, uint64_t serial, enum action action, enum intent_stage stage,
			 const char *text)
{
	struct intent *intent = &snapshot->answer[snapshot->n_answers++].intent;

	intent->order.serial = serial;
	intent->order.action = action;
	intent->stage = stage;
	snprintf(intent->text, sizeof intent->text, "%s", text);
}

static void set_data(struct row *row, uint64_t total, uint64_t remaining, uint64_t processed)
{
	struct job_stats *stats = &row->stats;

	stats->data_total = stats->memory_total = (bytes){total};
	stats->data_remaining = stats->memory_remaining = (bytes){remaining};
	stats->data_processed = stats->memory_processed = (bytes){processed};
	job_mark(stats, JOB_DATA_TOTAL);
	job_mark(stats, JOB_DATA_REMAINING);
	job_mark(stats, JOB_DATA_PROCESSED);
	job_mark(stats, JOB_MEMORY_TOTAL);
	job_mark(stats, JOB_MEMORY_REMAINING);
}

static void set_rates(struct row *row, uint64_t dirty_pages, uint64_t send, uint64_t pass)
{
	if (dirty_pages) {
		row->stats.dirty_rate = (pages_per_s){dirty_pages};
		row->stats.page_size = (bytes){4096};
		job_mark(&row->stats, JOB_DIRTY_RATE);
		job_mark(&row->stats, JOB_PAGE_SIZE);
	}
	row->throughput = (bytes_per_s){send};
	row->has_throughput = true;
	row->stats.pass = pass;
	job_mark(&row->stats, JOB_PASS);
}

static struct estimate seconds(double low, double best, double high)
{
	return (struct estimate){{(int64_t)(low * 1000)}, {(int64_t)(best * 1000)}, {(int64_t)(high * 1000)}};
}

static struct forecast *foretell(struct row *row, enum verdict verdict, enum forecast_why why)
{
	struct forecast *forecast = &row->forecast;

	*forecast = forecast_nothing;
	forecast->verdict = verdict;
	forecast->why = why;
	forecast->wasted = row->stats.data_processed;
	forecast->bandwidth = row->throughput;
	return forecast;
}

/* The newest three passes, by their peaks. */
static void set_peaks(struct forecast *forecast, uint64_t last_pass, uint64_t a, uint64_t b, uint64_t c)
{
	forecast->n_peaks = 3;
	for (unsigned i = 0; i < 3; i++)
		forecast->pass[i] = last_pass - 2 + i;
	forecast->peak[0].n = a;
	forecast->peak[1].n = b;
	forecast->peak[2].n = c;
}

/* 610 MiB/s, and 37 GiB dirty again after each pass of a minute. */
static void foretell_db07(struct row *row)
{
	struct forecast *forecast = foretell(row, VERDICT_HOPELESS, WHY_THROTTLED);

	set_peaks(forecast, 12, 37 * GIB + 3 * GIB / 4, 37 * GIB + GIB / 2, 37 * GIB + GIB / 4);
	forecast->pause_now = seconds(61, 70, 82);
	forecast->pause_best = seconds(56, 62, 69);
	forecast->best_in.ms = 34000;
	forecast->postcopy = seconds(70, 70, 84);
	forecast->needed_downtime.ms = 68400;
	forecast->needed_bandwidth.n = 1740 * MIB;
}

/* 410 MiB/s, a third of which the guest writes. */
static void foretell_cache(struct row *row)
{
	struct forecast *forecast = foretell(row, VERDICT_CONVERGING, WHY_FALLING);

	set_peaks(forecast, 3, 32 * GIB, 20 * GIB, 13 * GIB);
	forecast->eta = seconds(46, 58, 91);
	forecast->pause_now = seconds(24, 27, 31);
	forecast->pause_best = seconds(5.8, 7.1, 8.7);
	forecast->best_in.ms = 24000;
	forecast->postcopy = seconds(15, 27, 32);
}

static void add_running(struct snapshot *snapshot)
{
	struct row *row = snapshot_add_row(snapshot, "db07", PHASE_PRECOPY);
	set_data(row, 64 * GIB, 21 * GIB, 468 * GIB);
	set_rates(row, 267386, 610 * MIB, 13);
	row->destination = "host3";
	row->elapsed = (duration){768000};
	row->timeout = (duration){900000};
	row->stats.throttle_percent = 40;
	job_mark(&row->stats, JOB_THROTTLE);
	row->stats.downtime = (duration){35000};
	job_mark(&row->stats, JOB_DOWNTIME);
	foretell_db07(row);
	row = snapshot_add_row(snapshot, "cache-eu-2", PHASE_PRECOPY);
	set_data(row, 32 * GIB, 10 * GIB, 41 * GIB);
	set_rates(row, 30720, 410 * MIB, 3);
	foretell_cache(row);
	row = snapshot_add_row(snapshot, "build-worker-14", PHASE_PAUSED);
	set_data(row, 16 * GIB, 2 * GIB, 80 * GIB);
	set_rates(row, 0, 69 * MIB, 21);
	row->destination = NULL;
	row->elapsed = (duration){535000};
	row->frozen = (duration){41000};
	row->is_frozen = true;
	foretell(row, VERDICT_FINISHING, WHY_FROZEN)->eta = seconds(27, 30, 33);
	row->forecast.postcopy = row->forecast.eta;
	row->forecast.unlimited = seconds(3.0, 3.2, 3.5);
	row = snapshot_add_row(snapshot, "mail", PHASE_POSTCOPY);
	set_data(row, 8 * GIB, 900 * MIB, 9 * GIB);
	set_rates(row, 0, 300 * MIB, 2);
	row->elapsed = (duration){61000};
	row->owner = "OpenStack Nova (web-1)";
	foretell(row, VERDICT_FINISHING, WHY_POSTCOPY)->eta = seconds(2.9, 3.1, 3.4);
	row = snapshot_add_row(snapshot, "files-nfs", PHASE_PREPARING);
	row->elapsed = (duration){4000};
	row->timeout_is_about = true;
	foretell(row, VERDICT_MEASURING, WHY_NOTHING);
	row = snapshot_add_row(snapshot, "ldap2", PHASE_PRECOPY);
	set_data(row, 4 * GIB, 1 * GIB, 3 * GIB);
	set_rates(row, 1000, 90 * MIB, 1);
	row->source = "host4";
	row->destination = "host5";
	row->freshness = UNREACHABLE;
	row->facts.is_reachable = false;
	row->age = (duration){131000};
	row->late_reason = "host4 does not answer";
	foretell(row, VERDICT_CONVERGING, WHY_FALLING)->eta = seconds(9, 12, 20); /* of then: not to be shown */
}

static void add_ended(struct snapshot *snapshot)
{
	struct row *row = snapshot_add_row(snapshot, "app-canary", PHASE_COMPLETED);
	row->downtime = (duration){61};
	row->elapsed = (duration){67000};
	row = snapshot_add_row(snapshot, "kube-node-3", PHASE_COMPLETED);
	row->elapsed = (duration){259000};
	row = snapshot_add_row(snapshot, "vpn-gw", PHASE_CANCELLED);
	row->elapsed = (duration){22000};
	row = snapshot_add_row(snapshot, "registry", PHASE_NOT_MOVED);
	row->elapsed = (duration){410000};
	row = snapshot_add_row(snapshot, "ci-runner-7", PHASE_FAILED);
	row->elapsed = (duration){95000};
	row = snapshot_add_row(snapshot, "jump", PHASE_LOST);
	row->elapsed = (duration){12000};
}

static void add_hosts(struct snapshot *snapshot)
{
	static const struct {
		const char *name;
		enum link_state state;
		const char *reason;
		uint32_t guests, outgoing, incoming;
	} hosts[] = {
		{"host1", LINK_UP, NULL, 9, 5, 0},
		{"host2", LINK_UP, NULL, 41, 0, 3},
		{"host3", LINK_UP, NULL, 38, 0, 1},
		{"host4", LINK_DOWN, "unable to connect to server at 'host4:16514': No route to host", 31, 1, 0},
		{"host5", LINK_SLOW, NULL, 29, 0, 1},
		{"host6", LINK_STALE, "the daemon has not answered for 14 s", 33, 0, 0},
	};

	snapshot->n_hosts = ARRAY_LEN(hosts);
	snapshot->host = arena_alloc(&snapshot->arena, snapshot->n_hosts, sizeof *snapshot->host);
	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		bool is_up = hosts[i].state == LINK_UP || hosts[i].state == LINK_SLOW;

		snapshot->host[i] = (struct host_row){
			.host = (uint32_t)i,
			.uuid = uuid_of(1, i + 1),
			.name = hosts[i].name,
			.uri = arena_printf(&snapshot->arena, "qemu+tls://%s/system", hosts[i].name),
			.state = hosts[i].state,
			.reason = hosts[i].reason,
			.state_age = {is_up ? 3600000 : 131000},
			.age = {is_up ? 600 : 131000},
			.retry_in = {hosts[i].state == LINK_DOWN ? 8000 : -1},
			.latency = {is_up ? 9 + (int64_t)i * (int64_t)i * 120 : -1},
			.guests = hosts[i].guests,
			.outgoing = hosts[i].outgoing,
			.incoming = hosts[i].incoming,
			.guests_known = true,
			.sending = {hosts[i].outgoing ? 1751 * MIB : 0},
		};
		snapshot->hosts_up += is_up;
	}
}

/* Twelve passes that hardly get smaller, and the saw-tooth between them, a point every four seconds. */
static void add_depth(struct snapshot *snapshot, const struct row *row)
{
	struct depth *depth = &snapshot->depth;
	struct pass *pass = arena_alloc(&snapshot->arena, 13, sizeof *pass);
	struct curve_point *point = arena_alloc(&snapshot->arena, 400, sizeof *point);
	size_t n_points = 0;
	int64_t at = 0;

	for (uint64_t i = 0; i < 13; i++) {
		uint64_t peak = i == 0 ? 64 * GIB : 40 * GIB - i * GIB / 4, sent = 0;

		pass[i] = (struct pass){.number = i + 1,
					.start = {at},
					.at_start = {peak},
					.mean_rate = {625 * MIB},
					.has_peak = true,
					.throttle_percent = i < 4   ? 0
							    : i < 8 ? 20
								    : 40};
		for (bool begins = true; sent < peak && at <= 768000; begins = false, at += 4000, sent += 2500 * MIB)
			point[n_points++] = (struct curve_point){.at = {at},
								 .remaining = {peak - sent},
								 .dirty = {(900 + (i * 37) % 300) * MIB},
								 .sent = {(600 + (i * 17) % 60) * MIB},
								 .has_dirty = i > 0,
								 .starts_pass = begins};
		pass[i].sent = (bytes){sent < peak ? sent : peak};
		pass[i].length = (duration){i < 12 ? at - pass[i].start.ms : -1};
		if (at > 768000)
			pass[i].length.ms = -1;
	}
	*depth = (struct depth){true, row->id, pass, 13, point, n_points};
	while (depth->n_passes > 1 && pass[depth->n_passes - 1].start.ms > 768000)
		depth->n_passes--;
}

/* Three passes at 410 MiB/s, each less than half of the one before, two seconds between the points. */
static void add_falling_depth(struct snapshot *snapshot, struct row *row)
{
	static const uint64_t peaks[] = {32 * GIB, 12 * GIB, 5 * GIB};
	struct pass *pass = arena_alloc(&snapshot->arena, ARRAY_LEN(peaks), sizeof *pass);
	struct curve_point *point = arena_alloc(&snapshot->arena, 100, sizeof *point);
	size_t n = 0;
	int64_t at = 0;

	row->elapsed.ms = 118000;
	for (size_t i = 0; i < ARRAY_LEN(peaks); i++) {
		uint64_t sent = 0;

		pass[i] = (struct pass){.number = i + 1,
					.start = {at},
					.at_start = {peaks[i]},
					.mean_rate = {410 * MIB},
					.has_peak = true};
		for (; sent < peaks[i] && at <= row->elapsed.ms; at += 2000, sent += 820 * MIB)
			point[n++] = (struct curve_point){.at = {at},
							  .remaining = {peaks[i] - sent},
							  .sent = {410 * MIB},
							  .starts_pass = sent == 0};
		pass[i].sent.n = sent < peaks[i] ? sent : peaks[i];
		pass[i].length.ms = sent < peaks[i] ? -1 : at - pass[i].start.ms;
	}
	set_data(row, 32 * GIB, point[n - 1].remaining.n, 47 * GIB);
	snapshot->depth = (struct depth){true, row->id, pass, ARRAY_LEN(peaks), point, n};
}

static void add_events(struct snapshot *snapshot)
{
	snapshot_add_notice(snapshot, SEVERITY_INFO, "db07", "appeared: host1 to host3, pre-copy");
	snapshot_add_notice(snapshot, SEVERITY_WARNING, "registry", "not moved after 6:50: cause not told");
	snapshot_add_notice(snapshot, SEVERITY_CRITICAL, "host4", "down: No route to host; its rows are not updated");
	snapshot_add_notice(snapshot, SEVERITY_GOOD, "app-canary", "done in 1:07, downtime 61 ms");
	snapshot_add_notice(snapshot, SEVERITY_CRITICAL, "build-worker-14", "frozen for more than 10 s");
}

static void add_sums(struct snapshot *snapshot)
{
	snapshot->drain = (struct drain_sums){.has_host = true,
					      .host = "host1",
					      .host_known = true,
					      .left = 9,
					      .moving = 5,
					      .moved = 17,
					      .not_moved = 2,
					      .frozen = 1,
					      .postcopy = 1,
					      .remaining = {34 * GIB},
					      .sending = {2010 * MIB},
					      .dirtying = {1164 * MIB},
					      .has_dirtying = true};
	drain_end_of(snapshot->row, snapshot->n_rows, NULL, &snapshot->drain.end);
}

struct snapshot *snapshot_build_drain(void)
{
	struct snapshot *snapshot = make(ROWS_MAX);

	add_running(snapshot);
	add_ended(snapshot);
	add_hosts(snapshot);
	add_depth(snapshot, snapshot_row(snapshot, "db07"));
	add_events(snapshot);
	add_sums(snapshot);
	return snapshot;
}

struct snapshot *snapshot_build_verdicts(void)
{
	struct snapshot *snapshot = snapshot_build_drain();
	struct row *row = snapshot_row(snapshot, "cache-eu-2");
	struct forecast *forecast = &row->forecast;

	add_falling_depth(snapshot, row);
	set_peaks(forecast, 3, 32 * GIB, 12 * GIB, 5 * GIB);
	forecast->eta = seconds(17, 25, 34);
	forecast->wasted = row->stats.data_processed;
	forecast->pause_now = seconds(8.1, 9.2, 10.4);
	forecast->pause_best = seconds(3.1, 3.6, 4.2);
	forecast->best_in.ms = 4400;
	forecast->postcopy = seconds(7, 9, 11);
	row = snapshot_add_row(snapshot, "orders", PHASE_PRECOPY);

	set_data(row, 8 * GIB, GIB / 2, 20 * GIB);
	set_rates(row, 20480, 95 * MIB, 9);
	row->elapsed = (duration){215000};
	row->timeout = (duration){240000};
	forecast = foretell(row, VERDICT_MARGINAL, WHY_FALLING);
	set_peaks(forecast, 9, 900 * MIB, 860 * MIB, 800 * MIB);
	forecast->eta = seconds(18, 41, -0.001);
	forecast->pause_now = seconds(7.4, 8.2, 9.3);
	forecast->pause_best = forecast->pause_now;
	forecast->best_in.ms = 0;
	forecast->postcopy = seconds(7, 8, 10);
	forecast->needed_downtime.ms = 1900;
	forecast->needed_bandwidth.n = 140 * MIB;
	row = snapshot_add_row(snapshot, "queue-2", PHASE_PRECOPY);
	set_data(row, 4 * GIB, GIB, 5 * GIB);
	set_rates(row, 5000, 0, 2);
	row->elapsed = (duration){95000};
	foretell(row, VERDICT_STALLED, WHY_NO_PROGRESS)->silent.ms = 12000;
	row = snapshot_add_row(snapshot, "shop", PHASE_PRECOPY);
	set_data(row, 16 * GIB, 14 * GIB, 2 * GIB);
	set_rates(row, 0, 330 * MIB, 1);
	row->elapsed = (duration){6000};
	foretell(row, VERDICT_MEASURING, WHY_FIRST_PASS);
	row = snapshot_add_row(snapshot, "ledger", PHASE_PAUSED);
	set_data(row, 4 * GIB, 300 * MIB, 5 * GIB);
	set_rates(row, 0, 0, 2);
	row->elapsed = (duration){99000};
	row->frozen = (duration){61000};
	row->is_frozen = true;
	foretell(row, VERDICT_STALLED, WHY_NO_PROGRESS)->silent.ms = 61000;
	return snapshot;
}

struct snapshot *snapshot_build_orphan(enum far_end far_end)
{
	struct snapshot *snapshot = snapshot_build_drain();
	struct row *row = snapshot_add_row(snapshot, "left-behind", PHASE_ORPHAN);

	row->elapsed = (duration){95000};
	row->age = (duration){-1};
	row->frozen = (duration){48000};
	row->is_frozen = true;
	row->facts.far_end = far_end;
	snapshot_add_notice(snapshot, SEVERITY_CRITICAL, "left-behind",
			    "orphan: the guest stands still on its source for a migration whose job is gone");
	return snapshot;
}

struct snapshot *snapshot_build_hostile(void)
{
	static const char *const names[] = {
		"\\x1b]0;owned\\x07",
		"日本語の仮想マシン名はとても長いことがある",
		"e\xcc\x81\xcc\x80 combining",
		"right\\u202eto-left",
		"a-name-of-sixty-four-characters-that-goes-on-and-on-until-it-ends",
		"        ",
		"%s%n%d",
		"",
	};
	struct snapshot *snapshot = snapshot_build_drain();

	snapshot->n_rows = 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct row *row = snapshot_add_row(snapshot, names[i], PHASE_PRECOPY);

		set_data(row, UINT64_MAX, UINT64_MAX - i, UINT64_MAX);
		set_rates(row, UINT64_MAX / 4096, UINT64_MAX, UINT64_MAX);
		foretell_db07(row);
		row->forecast.verdict = (enum verdict)(i % VERDICT_COUNT);
		row->forecast.eta = row->forecast.pause_now =
			(struct estimate){{0}, {INT64_MAX / 2 + (int64_t)i}, {i % 2 ? -1 : INT64_MAX}};
		row->forecast.silent.ms = INT64_MAX / 2;
		row->forecast.wasted.n = row->forecast.needed_bandwidth.n = UINT64_MAX;
		row->elapsed = (duration){(int64_t)i * 1000000000};
		row->source = i % 2 ? names[1] : "host1";
		row->destination = names[i];
	}
	return snapshot;
}

struct snapshot *snapshot_build_many(size_t n)
{
	struct snapshot *snapshot = make(n);

	add_hosts(snapshot);
	for (size_t i = 0; i < n; i++) {
		char name[32];
		snprintf(name, sizeof name, "guest-%05zu", (i * 7919) % n);
		struct row *row = snapshot_add_row(snapshot, name, PHASE_PRECOPY);

		set_data(row, 16 * GIB, (i * 104729) % (16 * GIB), 20 * GIB);
		set_rates(row, 1000 + i % 5000, (100 + i % 400) * MIB, 1 + i % 20);
		row->elapsed = (duration){(int64_t)((i * 31337) % 3600000)};
		row->source = arena_printf(&snapshot->arena, "host%zu", i % 10);
	}
	snapshot->drain = (struct drain_sums){.moving = (uint32_t)n};
	return snapshot;
}
