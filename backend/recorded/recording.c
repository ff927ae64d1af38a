/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file around the lines: reading them one by one, the header, and errors with file and line.
 */
#include "backend/recorded/recording.h"

#include "backend/recorded/format.h"
#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NOTES_MAX 1000

struct note {
	char *key, *value;
};

struct recording {
	FILE *stream;
	char *name;
	char *line;
	size_t capacity;
	size_t line_number;
	bool is_over;   /* nothing more is read */
	bool is_held;   /* the line was read and is still to be looked at */
	bool has_start; /* the header has told it */
	wall_time started;
	int64_t reached_ms;
	struct format format;
	struct note *note;
	size_t n_notes, notes_capacity;
	struct err_info why; /* what ended it, code ERR_OK if nothing did */
};

static enum err fail(struct recording *recording, const char *what)
{
	recording->is_over = true;
	return err_set(&recording->why, ERR_CONFIG, "virt-drain", 0, "%s:%zu: %s", recording->name,
		       recording->line_number, what);
}

static enum err fail_to_read(struct recording *recording, int number)
{
	char text[128];

	recording->is_over = true;
	return err_set(&recording->why, ERR_IO, "system", number, "%s:%zu: %s", recording->name, recording->line_number,
		       strerror_r(number, text, sizeof text));
}

static enum err passed_on(const struct recording *recording, struct err_info *why)
{
	if (why)
		*why = recording->why;
	return recording->why.code;
}

/* The next line without its newline into recording->line. At the end is_over is set; a line without newline is the end too. */
static enum err read_line(struct recording *recording)
{
	size_t length = 0;
	int c;

	if (recording->is_held) {
		recording->is_held = false;
		return ERR_OK;
	}
	recording->line_number++;
	errno = 0;
	while ((c = getc_unlocked(recording->stream)) != EOF && c != '\n') {
		if (c == '\0')
			return fail(recording, "a byte 0 is in the line: the file is damaged");
		if (length >= FORMAT_LINE_MAX)
			return fail(recording, "the line is too long");
		if (length + 1 >= recording->capacity)
			recording->line = array_reserve(recording->line, &recording->capacity, length + 2, 1);
		recording->line[length++] = (char)c;
	}
	if (c == EOF && ferror(recording->stream))
		return fail_to_read(recording, errno);
	recording->is_over = c == EOF;
	recording->line = array_reserve(recording->line, &recording->capacity, length + 1, 1);
	recording->line[length] = '\0';
	return ERR_OK;
}

/* ---- the header ---- */

static void take_start(struct recording *recording, struct words *words)
{
	recording->started.ms = (int64_t)words_number(words, "the start", WORDS_MS_MAX);
	recording->has_start = true;
	words_end(words);
}

static void take_note(struct recording *recording, struct words *words)
{
	const char *key = words_next(words, "a note's key");

	if (!words->wrong[0] && !words->at)
		words_wrong(words, "a note has a key and a value");
	if (!words->wrong[0] && recording->n_notes >= NOTES_MAX)
		words_wrong(words, "there are more than %d notes", NOTES_MAX);
	if (!words->wrong[0] && recording_note(recording, key))
		words_wrong(words, "there are two notes \"%.40s\"", key);
	if (words->wrong[0])
		return;
	recording->note = array_reserve(recording->note, &recording->notes_capacity, recording->n_notes + 1,
					sizeof *recording->note);
	recording->note[recording->n_notes++] = (struct note){mem_dup(key), mem_dup(words->at)};
}

static bool begins_with(const char *line, const char *word)
{
	size_t length = strlen(word);

	return strncmp(line, word, length) == 0 && (line[length] == ' ' || line[length] == '\0');
}

/* False where the line is none of the header's. */
static bool take_header_line(struct recording *recording, struct words *words)
{
	const char *line = recording->line;

	if (line[0] == '#' || line[0] == '\0')
		return true;
	bool is_start = begins_with(line, "started"), is_host = begins_with(line, "host");
	if (!is_start && !is_host && !begins_with(line, "note"))
		return false;
	words_next(words, "a word");
	if (is_start)
		take_start(recording, words);
	else if (is_host)
		format_take_host(&recording->format, words);
	else
		take_note(recording, words);
	return true;
}

static enum err read_header(struct recording *recording)
{
	enum err err = read_line(recording);

	if (err)
		return err;
	if (recording->is_over || strcmp(recording->line, FORMAT_FIRST_LINE) != 0)
		return fail(recording, "this is no recording: its first line is not \"" FORMAT_FIRST_LINE "\"");
	for (;;) {
		err = read_line(recording);
		if (err)
			return err;
		struct words words = {.at = recording->line};
		if (recording->is_over || !take_header_line(recording, &words))
			break;
		if (words.wrong[0])
			return fail(recording, words.wrong);
	}
	recording->is_held = !recording->is_over;
	if (!recording->has_start)
		return fail(recording, "the header ends and has not said when the recording started");
	return ERR_OK;
}

/* ---- the door ---- */

enum err recording_of_stream(struct recording **out, FILE *stream, const char *name, struct err_info *why)
{
	struct recording *recording = mem_new(1, sizeof *recording);

	recording->stream = stream;
	recording->name = mem_dup(name);
	if (read_header(recording) != ERR_OK) {
		enum err err = passed_on(recording, why);
		recording_close(recording);
		return err;
	}
	*out = recording;
	return ERR_OK;
}

enum err recording_open(struct recording **out, const char *path, struct err_info *why)
{
	char text[128];
	FILE *stream = fopen(path, "re");

	if (!stream)
		return err_set(why, ERR_IO, "system", errno, "%s: %s", path, strerror_r(errno, text, sizeof text));
	return recording_of_stream(out, stream, path, why);
}

void recording_close(struct recording *recording)
{
	if (!recording)
		return;
	for (size_t i = 0; i < recording->n_notes; i++) {
		free(recording->note[i].key);
		free(recording->note[i].value);
	}
	free(recording->note);
	format_done(&recording->format);
	free(recording->line);
	free(recording->name);
	fclose(recording->stream);
	free(recording);
}

size_t recording_n_hosts(const struct recording *recording)
{
	return recording->format.n_hosts;
}

struct fleet_host recording_host(const struct recording *recording, size_t i)
{
	return format_host(&recording->format, i);
}

wall_time recording_started(const struct recording *recording)
{
	return recording->started;
}

const char *recording_note(const struct recording *recording, const char *key)
{
	for (size_t i = 0; i < recording->n_notes; i++) {
		if (strcmp(recording->note[i].key, key) == 0)
			return recording->note[i].value;
	}
	return NULL;
}

mono_time recording_reached(const struct recording *recording)
{
	return (mono_time){recording->reached_ms + FORMAT_MONO_START};
}

enum err recording_next(struct recording *recording, struct event **out, struct err_info *why)
{
	while (!recording->is_over && recording->why.code == ERR_OK) {
		if (read_line(recording) != ERR_OK || recording->is_over)
			break;
		struct words words = {.at = recording->line};
		struct event *event = format_take_line(&recording->format, &words, &recording->reached_ms);
		if (words.wrong[0]) {
			(void)!fail(recording, words.wrong);
			break;
		}
		if (event) {
			event->at.wall.ms += recording->started.ms;
			*out = event;
			return ERR_OK;
		}
	}
	if (recording->why.code != ERR_OK)
		return passed_on(recording, why);
	*out = NULL;
	return ERR_OK;
}
