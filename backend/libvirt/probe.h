/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does something listen at the address of a URI? A connect of libvirt's own to a host that is gone would hold its thread for
 * two minutes. Only tcp and tls are probed, never ssh: jump hosts and aliases live in the user's ssh configuration.
 */
#ifndef BACKEND_LIBVIRT_PROBE_H
#define BACKEND_LIBVIRT_PROBE_H

#include "base/err.h"
#include "base/units.h"

#include <stdbool.h>

struct probe_target {
	char host[256];
	char port[8];
};

/* The address to probe; false where none is to be (unix, ssh, test, or a URI that we do not understand). Pure. */
bool probe_target_of(const char *uri, struct probe_target *out);

/* Connects without blocking and closes again; waits up to `patience` for the connect. Resolving the name may block longer. Call thread.
 * Errors: ERR_UNREACHABLE with the reason. */
enum err probe_connect(const struct probe_target *target, duration patience, struct err_info *why) ATTR_WARN_UNUSED;

#endif
