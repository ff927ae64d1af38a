/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event log: the newest notices, cleaned, each with a serial number. Pure.
 */
#include "model/fleet_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void notice_done(struct notice *notice)
{
	free((char *)(uintptr_t)notice->subject);
	free((char *)(uintptr_t)notice->text);
}

void fleet_log_done(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_notices; i++)
		notice_done(&fleet->notice[i]);
	fleet->n_notices = 0;
}

/* Takes ownership of subject and text. */
static void notice_add(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration_id *about,
		       char *subject, char *text)
{
	if (fleet->n_notices == NOTICES_KEPT) {
		notice_done(&fleet->notice[0]);
		memmove(&fleet->notice[0], &fleet->notice[1], (NOTICES_KEPT - 1) * sizeof fleet->notice[0]);
		fleet->n_notices--;
	}
	struct notice *notice = &fleet->notice[fleet->n_notices++];
	*notice = (struct notice){
		.serial = ++fleet->notice_serial, .at = at, .severity = severity, .subject = subject, .text = text};
	if (about)
		notice->about = *about;
}

static char *cleaned(const char *raw)
{
	char clean[512];

	text_clean(clean, sizeof clean, raw, strlen(raw));
	return mem_dup(clean);
}

void fleet_notice(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration_id *about,
		  const char *subject, const char *text)
{
	notice_add(fleet, at, severity, about, cleaned(subject), cleaned(text));
}

void fleet_say(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration *about,
	       const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fleet_notice(fleet, at, severity, &about->id, about->name ? about->name : "", text);
}

void fleet_say_host(struct fleet *fleet, struct stamp at, enum severity severity, const struct host *host,
		    const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fleet_notice(fleet, at, severity, NULL, host->name, text);
}

const struct notice *fleet_notices_after(const struct fleet *fleet, uint64_t after, size_t *n)
{
	size_t first = 0;

	while (first < fleet->n_notices && fleet->notice[first].serial <= after)
		first++;
	*n = fleet->n_notices - first;
	return &fleet->notice[first];
}
