/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a recording and its names.
 */
#include "backend/recorded/format_private.h"
#include "base/array.h"

#include <stdlib.h>

const char *const format_kind_names[EVENT_KIND_COUNT] = {
	[EVENT_LINK] = "link",           [EVENT_HOST] = "host",         [EVENT_INVENTORY] = "inventory",
	[EVENT_DOMAIN] = "domain",       [EVENT_FACTS] = "facts",       [EVENT_JOB] = "job",
	[EVENT_NO_JOB] = "no-job",       [EVENT_INCOMING] = "incoming", [EVENT_PASS] = "pass",
	[EVENT_COMPLETED] = "completed", [EVENT_LATE] = "late",         [EVENT_REPLY] = "reply",
	[EVENT_NOTICE] = "notice",
};

const char *const format_job_end_names[] = {
	[JOB_END_UNTOLD] = "untold",
	[JOB_END_CANCELLED] = "cancelled",
	[JOB_END_FAILED] = "failed",
};

const char *const format_severity_names[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_GOOD] = "good",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "critical",
};

const char *const format_domain_event_names[] = {
	[DOMAIN_EVENT_OTHER] = "other",
	[DOMAIN_EVENT_STARTED_MIGRATED] = "started-migrated",
	[DOMAIN_EVENT_STARTED] = "started",
	[DOMAIN_EVENT_SUSPENDED_MIGRATED] = "suspended-migrated",
	[DOMAIN_EVENT_SUSPENDED_POSTCOPY] = "suspended-post-copy",
	[DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED] = "suspended-post-copy-failed",
	[DOMAIN_EVENT_SUSPENDED] = "suspended",
	[DOMAIN_EVENT_RESUMED_MIGRATED] = "resumed-migrated",
	[DOMAIN_EVENT_RESUMED_POSTCOPY] = "resumed-post-copy",
	[DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED] = "resumed-post-copy-failed",
	[DOMAIN_EVENT_RESUMED] = "resumed",
	[DOMAIN_EVENT_STOPPED_MIGRATED] = "stopped-migrated",
	[DOMAIN_EVENT_STOPPED_FAILED] = "stopped-failed",
	[DOMAIN_EVENT_STOPPED] = "stopped",
};

_Static_assert(DOMAIN_EVENT_STOPPED + 1 == FORMAT_DOMAIN_EVENTS && LINK_DOWN + 1 == FORMAT_LINK_STATES &&
		       JOB_END_FAILED + 1 == FORMAT_JOB_ENDS && SEVERITY_CRITICAL + 1 == FORMAT_SEVERITIES,
	       "every value has its word");

void format_add_host(struct format *format, const struct fleet_host *host)
{
	format->host = array_reserve(format->host, &format->hosts_capacity, format->n_hosts + 1, sizeof *format->host);
	format->host[format->n_hosts++] = (struct format_host){
		.name = mem_dup(host->name), .uri = mem_dup(host->uri), .group = mem_dup(host->group)};
}

struct fleet_host format_host(const struct format *format, size_t i)
{
	const struct format_host *host = &format->host[i];

	return (struct fleet_host){(uint32_t)i, host->name, host->uri, host->group};
}

struct format_guest *format_add_guest(struct format *format, const struct uuid *uuid, char *name)
{
	format->guest =
		array_reserve(format->guest, &format->guests_capacity, format->n_guests + 1, sizeof *format->guest);
	format->guest[format->n_guests] = (struct format_guest){.uuid = *uuid, .name = name, .sampled_ms = -1};
	return &format->guest[format->n_guests++];
}

duration format_passed(const struct format_guest *guest, int64_t ms)
{
	return (duration){guest->sampled_ms < 0 ? 0 : ms - guest->sampled_ms};
}

void format_done(struct format *format)
{
	for (size_t i = 0; i < format->n_hosts; i++) {
		free(format->host[i].name);
		free(format->host[i].uri);
		free(format->host[i].group);
		free(format->host[i].inventory);
	}
	for (size_t i = 0; i < format->n_guests; i++)
		free(format->guest[i].name);
	free(format->host);
	free(format->guest);
	free(format->slot);
	*format = (struct format){0};
}
