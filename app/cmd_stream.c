/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --stream: a line per change for pipes and, with --plain, for people who listen. Each notice of the event log once, each running migration every
 * few seconds, in JSON also when its phase or its verdict changes. Main thread.
 */
#include "app/commands.h"
#include "app/signals.h"
#include "base/array.h"
#include "base/clock.h"
#include "model/filter.h"
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>

/* For a migration of which only the figures change; one who listens cannot skip a line. */
#define LINE_EVERY_MS 5000
#define SENTENCE_EVERY_MS 60000

/* What was last said of a migration. */
struct told {
	struct migration_id id;
	enum phase phase;
	enum verdict verdict;
	mono_time at;
};

struct stream {
	bool is_json, is_plain;
	struct filter filter;
	uint64_t notice; /* serial of the last one */
	struct told *told;
	size_t n_told, capacity;
	enum link_state *state; /* per host, as last told */
	size_t n_hosts;
	bool was_up; /* some host has answered */
	struct buffer out;
};

/* What is about no migration, or about one that is gone, is told whatever the filter says. */
static bool is_filtered_out(const struct stream *stream, const struct snapshot *snapshot, const struct notice *notice)
{
	const struct row *row = notice->about.attempt ? snapshot_find(snapshot, &notice->about) : NULL;
	return row && !filter_matches(&stream->filter, row);
}

static void tell_notices(struct stream *stream, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_notices; i++) {
		const struct notice *notice = &snapshot->notice[i];
		if (notice->serial <= stream->notice)
			continue;
		stream->notice = notice->serial;
		if (is_filtered_out(stream, snapshot, notice))
			continue;
		if (stream->is_json)
			report_notice_json(&stream->out, notice);
		else
			report_notice_line(&stream->out, notice);
	}
}

static struct told *told_of(struct stream *stream, const struct row *row)
{
	for (size_t i = 0; i < stream->n_told; i++) {
		if (migration_id_equal(&stream->told[i].id, &row->id))
			return &stream->told[i];
	}
	stream->told = array_reserve(stream->told, &stream->capacity, stream->n_told + 1, sizeof *stream->told);
	stream->told[stream->n_told] = (struct told){.id = row->id, .phase = PHASE_COUNT};
	return &stream->told[stream->n_told++];
}

/* Is a line due? In words a change of phase is a notice already, so only figures are repeated; in JSON every change is an object. With
 * --plain a new verdict is one too, because the next figures are far away. */
static bool is_due(const struct stream *stream, const struct told *told, const struct row *row, mono_time now)
{
	bool is_first = told->phase == PHASE_COUNT, is_over = !phase_has_job(row->phase);
	bool has_figures = row->age.ms >= 0, is_judged_anew = told->verdict != row->forecast.verdict;
	int64_t every = stream->is_plain ? SENTENCE_EVERY_MS : LINE_EVERY_MS;
	if (stream->is_json && (told->phase != row->phase || is_judged_anew))
		return has_figures || is_over;
	bool is_news = is_first || (stream->is_plain && is_judged_anew);
	return !is_over && has_figures && (is_news || mono_since(now, told->at).ms >= every);
}

static void tell_row(struct stream *stream, const struct row *row, struct stamp now)
{
	if (row->from_cache || !filter_matches(&stream->filter, row))
		return;
	struct told *told = told_of(stream, row);
	if (!is_due(stream, told, row, now.mono))
		return;
	told->phase = row->phase;
	told->verdict = row->forecast.verdict;
	told->at = now.mono;
	if (stream->is_json)
		report_migration_json(&stream->out, row, now.wall);
	else
		report_migration_line(&stream->out, row, now.wall);
}

/* A change of a host's link is a notice in words already; as JSON it is an object of its own too. */
static void tell_hosts(struct stream *stream, const struct snapshot *snapshot)
{
	bool is_first = !stream->state;
	if (is_first)
		stream->state = mem_new(snapshot->n_hosts, sizeof *stream->state);
	for (size_t i = 0; stream->is_json && i < snapshot->n_hosts; i++) {
		const struct host_row *host = &snapshot->host[i];
		if (is_first || stream->state[i] != host->state)
			report_host_json(&stream->out, host, snapshot->at.wall);
		stream->state[i] = host->state;
	}
	stream->was_up |= snapshot->hosts_up > 0;
}

static enum err tell(struct stream *stream, const struct snapshot *snapshot, struct err_info *why)
{
	tell_hosts(stream, snapshot);
	tell_notices(stream, snapshot);
	for (size_t i = 0; i < snapshot->n_rows; i++)
		tell_row(stream, &snapshot->row[i], snapshot->at);
	enum err err = stream->out.length ? output_write(stream->out.text, stream->out.length, why) : ERR_OK;
	stream->out.length = 0;
	return err;
}

/* Until time is over, a signal came or the reader went away: all of them are good ends. */
static enum err run_stream(struct stream *stream, const struct session *session, mono_time end, struct err_info *why)
{
	for (;;) {
		enum session_news news = session_wait(session, end);
		if (news != SESSION_SNAPSHOT)
			return ERR_OK;
		struct snapshot *snapshot = backend_take(session->backend);
		enum err err = snapshot ? tell(stream, snapshot, why) : ERR_OK;
		snapshot_free(snapshot);
		if (err == ERR_TIMEOUT || (err && why->origin_code == EPIPE))
			return ERR_OK;
		if (err)
			return err;
	}
}

int cmd_stream(const struct run *run)
{
	struct session session;
	struct err_info why;
	duration length = run->settings->stream_for;
	struct stream stream = {.is_json = run->settings->json, .is_plain = run->settings->plain};
	if (filter_read(run->settings->filter, &stream.filter, NULL) != ERR_OK)
		abort(); /* the option's check has read it */
	if (session_start(&session, run, &why) != ERR_OK)
		return complain_and_exit_code(&why);
	mono_time end = length.ms > 0 ? mono_add(clock_mono(), length) : (mono_time){-1};
	enum err err = run_stream(&stream, &session, end, &why);
	if (!err && !stream.was_up && signals_taken() == 0)
		err = err_set(&why, ERR_UNREACHABLE, "virt-drain", 0, "no host could be reached");
	session_stop(&session);
	free(stream.told);
	free(stream.state);
	buffer_done(&stream.out);
	return err ? complain_and_exit_code(&why) : 0;
}
