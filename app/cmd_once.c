/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --once: one picture, as soon as it is whole. Main thread.
 */
#include "app/commands.h"
#include "app/discovery.h"
#include "app/signals.h"
#include "base/clock.h"
#include "report/report.h"

#include <stdio.h>

/* A host that neither answers nor fails for so long is shown as it is: connecting. */
#define PATIENCE_MS 10000

/* The first snapshot that is whole; NULL when a signal came. The caller frees it. */
static struct snapshot *whole_snapshot(const struct session *session, const struct settings *settings)
{
	struct discovery discovery = {.start = clock_mono(), .refresh = settings->refresh};
	struct snapshot *newest = NULL;
	for (;;) {
		if (session_wait(session, (mono_time){-1}) == SESSION_SIGNAL)
			break;
		struct snapshot *snapshot = backend_take(session->backend);
		if (!snapshot)
			continue;
		snapshot_free(newest);
		newest = snapshot;
		if (discovery_step(&discovery, newest, (duration){PATIENCE_MS}) == DISCOVERY_SAMPLED)
			return newest;
	}
	snapshot_free(newest);
	return NULL;
}

static int show(const struct snapshot *snapshot, const struct settings *settings)
{
	struct query query = {.order = settings->sort.field, .descending = settings->sort.descending};
	struct buffer out = {0};
	struct err_info why;
	snprintf(query.filter, sizeof query.filter, "%s", settings->filter);
	if (settings->json)
		report_json(&out, snapshot, &query);
	else if (settings->plain)
		report_sentences(&out, snapshot, &query);
	else if (settings->csv)
		report_csv(&out, snapshot, &query);
	else
		report_table(&out, snapshot, &query);
	enum err err = output_write(out.text, out.length, &why);
	buffer_done(&out);
	if (err)
		return complain_and_exit_code(&why);
	if (snapshot->hosts_up > 0)
		return 0;
	err_set(&why, ERR_UNREACHABLE, "virt-drain", 0, "no host could be reached");
	return complain_and_exit_code(&why);
}

int cmd_once(const struct run *run)
{
	struct session session;
	struct err_info why;
	if (session_start(&session, run, &why) != ERR_OK)
		return complain_and_exit_code(&why);
	struct snapshot *snapshot = whole_snapshot(&session, run->settings);
	int code = snapshot ? show(snapshot, run->settings) : 128 + signals_taken();
	snapshot_free(snapshot);
	session_stop(&session);
	return code;
}
