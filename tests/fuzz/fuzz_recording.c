/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings: a file gives events, or a sentence says where it is wrong; what was read can be written, and is then read again.
 */
#include "backend/recorded/format.h"
#include "backend/recorded/recording.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Opens what is in memory; NULL where it is no recording. */
static struct recording *open_memory(const void *data, size_t size)
{
	struct recording *recording = NULL;
	struct err_info why = {.code = ERR_OK};
	FILE *stream = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

	if (stream && recording_of_stream(&recording, stream, "input", &why) != ERR_OK)
		MUST(!recording && fuzz_is_sentence(why.text) && strncmp(why.text, "input:", 6) == 0);
	return recording;
}

/* All its events; those of the second reading are counted only. Returns how many. */
static size_t read_events(struct recording *recording, struct format *format, struct buffer *copy)
{
	struct err_info why = {.code = ERR_OK};
	struct event *event = NULL;
	size_t n = 0;

	for (; recording_next(recording, &event, &why) == ERR_OK && event; n++) {
		if (copy)
			format_put_event(format, copy, event->at.mono.ms - FORMAT_MONO_START, event->host, event);
		event_free(event);
	}
	MUST(why.code == ERR_OK || fuzz_is_sentence(why.text));
	MUST(copy || why.code == ERR_OK);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recording *recording = open_memory(data, size);
	struct format format = {0};
	struct buffer copy = {0};

	if (!recording)
		return 0;
	buffer_printf(&copy, FORMAT_FIRST_LINE "\nstarted %lld\n", (long long)recording_started(recording).ms);
	for (size_t i = 0; i < recording_n_hosts(recording); i++) {
		struct fleet_host host = recording_host(recording, i);
		format_put_host(&format, &copy, &host);
	}
	size_t n = read_events(recording, &format, &copy);
	recording_close(recording);
	struct recording *again = open_memory(copy.text, copy.length);
	MUST(again && read_events(again, NULL, NULL) == n);
	recording_close(again);
	format_done(&format);
	buffer_done(&copy);
	return 0;
}
