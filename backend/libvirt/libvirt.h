/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver for real hosts: what it is told, and how it is made. The rest of the program knows of libvirt only this.
 */
#ifndef BACKEND_LIBVIRT_LIBVIRT_H
#define BACKEND_LIBVIRT_LIBVIRT_H

#include "backend/driver.h"

/* A host as the operator named it. The URI was checked (allow-list of virt-drain(1)) and completed (no_tty=1 for ssh) by the
 * caller; the driver opens it as it is. Names are unique. */
struct libvirt_host {
	const char *name, *uri;
	const char *group; /* NULL: none */
};

struct libvirt_settings {
	const struct libvirt_host *host; /* copied, strings included */
	size_t n_hosts;
	bool is_read_only;  /* connections are opened with virConnectOpenReadOnly; every intent is refused */
	duration refresh;   /* statistics of each migrating domain; default 1 s */
	duration heartbeat; /* one bulk state call per host; default 5 s */
	duration sweep;     /* every idle domain is asked for a job once in this time; default 60 s */
};

/* The driver, not started; the caller frees it with ops->free. Never fails. */
struct driver *driver_libvirt_new(const struct libvirt_settings *settings);

/* "9.0.0": the library that is loaded, for --version. Main thread, before the driver starts. */
char *libvirt_version_text(char *buffer, size_t size);

/* The value that the environment variable LIBVIRT_LOG_OUTPUTS must have before the driver starts, or lines of the library reach the
 * terminal: its errors go to the file at `path`, or nowhere if that is NULL. The caller sets it (before any thread). Returns buffer. */
char *libvirt_log_outputs(const char *path, char *buffer, size_t size);

/* Calls that cross the wire, by kind. */
enum libvirt_call {
	LIBVIRT_CALL_OPEN,      /* opens and closes of connections */
	LIBVIRT_CALL_SETUP,     /* once per connection: event registrations, host name, capabilities */
	LIBVIRT_CALL_SURVEY,    /* bulk state: one per host and heartbeat */
	LIBVIRT_CALL_PING,      /* does the daemon answer at all: only after an overdue call */
	LIBVIRT_CALL_JOB,       /* statistics of a domain: migrating ones per tick, idle ones per sweep */
	LIBVIRT_CALL_STATE,     /* state of one domain: when a job is seen gone */
	LIBVIRT_CALL_FACTS,     /* maximum memory and metadata: once per migration */
	LIBVIRT_CALL_LIMIT,     /* maximum downtime of a migration: once, and twice a minute */
	LIBVIRT_CALL_COMPLETED, /* statistics of a completed job */
	LIBVIRT_CALL_ACT,       /* everything that an action asks or does */
	LIBVIRT_CALL_COUNT
};
/* How often each was made in this process since it began. Any thread. */
void libvirt_call_counts(uint64_t counts[LIBVIRT_CALL_COUNT]);
const char *libvirt_call_name(enum libvirt_call call); /* "survey": for tables */

#endif
