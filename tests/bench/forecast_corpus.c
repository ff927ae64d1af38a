/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real migrations, recorded in the lab: tests/replay. What really happened stands in their notes.
 */
#include "backend/recorded/recording.h"
#include "tests/bench/forecast.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct corpus corpus_read(void)
{
	const char *srcdir = getenv("srcdir");
	struct corpus corpus = {.n = 0};
	char folder[1024], path[2048];

	snprintf(folder, sizeof folder, "%s/tests/replay", srcdir ? srcdir : ".");
	DIR *dir = opendir(folder);
	if (!dir)
		return corpus;
	for (const struct dirent *entry; (entry = readdir(dir));) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".rec") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		corpus.path = array_reserve(corpus.path, &corpus.capacity, corpus.n + 1, sizeof *corpus.path);
		corpus.path[corpus.n++] = mem_dup(path);
	}
	closedir(dir);
	qsort(corpus.path, corpus.n, sizeof *corpus.path, by_name);
	return corpus;
}

void corpus_done(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->n; i++)
		free(corpus->path[i]);
	free(corpus->path);
}

static bool note_is(const struct recording *recording, const char *key, const char *value)
{
	const char *note = recording_note(recording, key);

	return note && strcmp(note, value) == 0;
}

static double note_seconds(const struct recording *recording, const char *key)
{
	const char *note = recording_note(recording, key);

	return note ? strtod(note, NULL) / 1000 : -1;
}

static enum err replay(struct recording *recording, struct trial *trial, struct err_info *why)
{
	struct fleet_settings settings = {.completion_timeout_per_gib = {800000}};
	struct event *event;
	enum err err;

	trial_begin(trial, &settings);
	for (size_t i = 0; i < recording_n_hosts(recording); i++) {
		struct fleet_host host = recording_host(recording, i);

		host.host = (uint32_t)i;
		fleet_add_host(trial->fleet, &host);
	}
	while ((err = recording_next(recording, &event, why)) == ERR_OK && event) {
		trial_tick(trial, event->at);
		trial_apply(trial, event);
		event_free(event);
	}
	return err;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void score(struct scores *scores, const char *path, bool is_tuned, const struct recording *recording,
		  struct trial *trial)
{
	bool is_steady = !recording_note(recording, "phased") && !recording_note(recording, "throttled");
	bool ended = note_is(recording, "ended", "by-itself"), is_throttled = recording_note(recording, "throttled");
	bool paused = note_is(recording, "ended", "forced-pause");
	struct trial_name name = {base_name(path), is_tuned, is_steady};

	if (note_seconds(recording, "total_ms") > 0)
		trial->total = note_seconds(recording, "total_ms");
	if (paused) {
		trial->downtime = note_seconds(recording, "froze_ms");
		score_pause(scores, name, trial);
	}
	/* one that was acted upon would not have ended as it did */
	if (recording_note(recording, "converges"))
		score_trial(scores, name, trial, ended,
			    ended && is_throttled ? true : note_is(recording, "converges", "yes"));
	scores->n_trials++;
	scores->n_stalled += trial->was_stalled;
	if (trial->stall_told > scores->slowest_stall)
		scores->slowest_stall = trial->stall_told;
	if (trial->was_stalled && scores->is_wordy)
		printf("%-44s was called stalled\n", name.text);
}

enum err forecast_recorded(struct scores *scores, const char *path, bool is_tuned, struct err_info *why)
{
	struct recording *recording;
	struct trial trial;
	enum err err = recording_open(&recording, path, why);

	if (err)
		return err;
	err = replay(recording, &trial, why);
	if (!err)
		score(scores, path, is_tuned, recording, &trial);
	trial_end(&trial);
	recording_close(recording);
	return err;
}
