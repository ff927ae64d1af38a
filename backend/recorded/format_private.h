/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What format_put.c and format_take.c share: the memory of a recording and the names of its kinds and values.
 */
#ifndef BACKEND_RECORDED_FORMAT_PRIVATE_H
#define BACKEND_RECORDED_FORMAT_PRIVATE_H

#include "backend/recorded/figures.h"
#include "backend/recorded/format.h"

struct format_host {
	char *name, *uri, *group;
	struct uuid uuid; /* once EVENT_HOST told it */
	char *inventory;  /* the words of the last one, NULL: none yet */
};

struct format_guest {
	struct uuid uuid;
	char *name; /* NULL: not told */
	/* of the last line with statistics */
	struct job_stats stats;
	struct domain_state state;
	int64_t sampled_ms; /* -1: no such line yet */
};

/* Adds a guest, name consumed. */
struct format_guest *format_add_guest(struct format *format, const struct uuid *uuid, char *name);
void format_add_host(struct format *format, const struct fleet_host *host);

/* How long ago the guest was sampled last; 0 if it never was. */
duration format_passed(const struct format_guest *guest, int64_t ms);

/* By enum; kinds that are not recorded are NULL. */
extern const char *const format_kind_names[EVENT_KIND_COUNT];

#define FORMAT_LINK_STATES 5
#define FORMAT_JOB_ENDS 3
#define FORMAT_SEVERITIES 4
#define FORMAT_DOMAIN_EVENTS 14
extern const char *const format_job_end_names[FORMAT_JOB_ENDS];
extern const char *const format_severity_names[FORMAT_SEVERITIES];
extern const char *const format_domain_event_names[FORMAT_DOMAIN_EVENTS];

/* Words that are lines of the body, but no event of a driver that is said again. */
#define FORMAT_ASKED "asked"
#define FORMAT_END "end"

#endif
