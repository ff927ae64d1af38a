/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver for real hosts: what it is told, and how it is made. The rest of the program knows of libvirt only this.
 */
#ifndef BACKEND_LIBVIRT_LIBVIRT_H
#define BACKEND_LIBVIRT_LIBVIRT_H

#include "backend/driver.h"

/* A host as the operator named it. The URI was checked (allow-list of DESIGN section 6) and completed (no_tty=1 for ssh) by the
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

#endif
