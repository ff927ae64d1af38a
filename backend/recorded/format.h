/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One event, one line of a recording: both directions, with what writer and reader remember of the lines before. Pure; one
 * thread at a time. The file around it is recording.c's and tap.c's.
 *
 *	virt-drain-recording 1
 *	# a line that begins so is for people; it and empty lines may stand anywhere
 *	started 1769863267123                    milliseconds since 1970
 *	host 0 alpha qemu+ssh://alpha/system -   number, name, URI, group
 *	note KEY VALUE                           what was added later, for tests
 *	guest 0 UUID NAME                        from here on guest 0; may come again with another name
 *	12 link 0 up 1 -                         milliseconds since the start, kind, host ("-": none), ...
 *	1012 job 0 0 e+0 p+35389440 d-           words of backend/recorded/figures.h
 *	1500 asked 0 0 abort auto 0 7            what was asked of the driver: intent 7; so is "reply". Not said again
 *	9000 end                                 recording was ended; a file without it was left by one that was killed
 */
#ifndef BACKEND_RECORDED_FORMAT_H
#define BACKEND_RECORDED_FORMAT_H

#include "backend/recorded/words.h"
#include "model/event.h"
#include "model/fleet.h"

#define FORMAT_FIRST_LINE "virt-drain-recording 1"
#define FORMAT_LINE_MAX                                                                                                \
	(UINT64_C(16) << 20) /* bytes; the longest name that libvirt hands over, escaped, or a million guests */
/* A reader's clock at a recording's start: 0 means "never" in the model. */
#define FORMAT_MONO_START 1000000

struct format_guest;

/* What the lines so far have said. Zero-initialised is empty and valid; hosts are added before all else. */
struct format {
	struct format_host *host;
	size_t n_hosts, hosts_capacity;
	struct format_guest *guest;
	size_t n_guests, guests_capacity;
	uint32_t *slot; /* the writer's way from a UUID to its number: number + 1, 0 free */
	size_t n_slots;
};

void format_done(struct format *format);

/* A host's line into `out`. */
void format_put_host(struct format *format, struct buffer *out, const struct fleet_host *host);

/* The line of an event at `ms` after the start, with the declarations it needs before it. host: the event's number here, HOST_NONE
 * none. Kinds that drivers do not say put nothing. */
void format_put_event(struct format *format, struct buffer *out, int64_t ms, uint32_t host, const struct event *event);

/* What was asked of the driver; is_debt: to resume the guest that this intent froze. */
void format_put_asked(struct format *format, struct buffer *out, int64_t ms, const struct intent *intent, bool is_debt);

/* Takes the words behind "host"; strings of *out are owned by the format. */
void format_take_host(struct format *format, struct words *words);
struct fleet_host format_host(const struct format *format, size_t i); /* borrowed */

/* Reads one line of the body, which is written into. *ms: its time, untouched where it has none. Returns the event, NULL where
 * the line says none, or where words->wrong tells what is wrong. at.wall is ms, to which the caller adds the start. */
struct event *format_take_line(struct format *format, struct words *words, int64_t *ms);

#endif
