/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording that is read: what --record wrote, event by event. The format is told in backend/recorded/format.h. One recording belongs to
 * one thread at a time; memory is bounded by the hosts and guests that the file declares, never by its length.
 *
 * Errors are ERR_IO (the file) and ERR_CONFIG (what it says), as "FILE:LINE: what". A last line without its newline was being written
 * when the recorder was killed: it is not read and no error.
 */
#ifndef BACKEND_RECORDED_RECORDING_H
#define BACKEND_RECORDED_RECORDING_H

#include "model/event.h"
#include "model/fleet.h"

#include <stdio.h>

struct recording; /* opaque */

/* Opens a file and reads its header. *out is untouched on failure. */
enum err recording_open(struct recording **out, const char *path, struct err_info *why) ATTR_WARN_UNUSED;
/* The same of a stream, which is consumed in any case; `name` is what errors call it. */
enum err recording_of_stream(struct recording **out, FILE *stream, const char *name,
			     struct err_info *why) ATTR_WARN_UNUSED;
void recording_close(struct recording *recording); /* NULL is fine */

/* The hosts in the order of their numbers; strings are borrowed from the recording. */
size_t recording_n_hosts(const struct recording *recording);
struct fleet_host recording_host(const struct recording *recording, size_t i);
wall_time recording_started(const struct recording *recording);

/* The value of the header's line "note KEY VALUE", NULL if there is none: what is known from elsewhere and was added by hand or by
 * a test. Borrowed. */
const char *recording_note(const struct recording *recording, const char *key);

/* The next event in the order of the file; the caller owns it. at.mono is the time since the start plus 1,000,000 (0 would mean
 * "never" in the model), at.wall the start plus that time. *out is NULL at the end; after an error every call repeats it. */
enum err recording_next(struct recording *recording, struct event **out, struct err_info *why) ATTR_WARN_UNUSED;

/* The time of the last line that was read, on the clock of at.mono. */
mono_time recording_reached(const struct recording *recording);

#endif
