/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver for a simulated fleet (--demo, the scale bench, tests): what it is told, and how it is made.
 */
#ifndef BACKEND_SIM_SIM_H
#define BACKEND_SIM_SIM_H

#include "backend/driver.h"

struct sim_settings {
	const char *scenario; /* "drain", "stuck", "fleet:HOSTS:VMS:MIGRATIONS"; copied; NULL: "drain" */
	uint64_t seed;        /* the same seed gives the same fleet and the same course; 0: the default seed */
	duration refresh;     /* statistics of each migrating domain; default 1 s */
	bool is_read_only;    /* every intent is refused, as a daemon would */
};

/* The driver, not started; the caller frees it with ops->free.
 * Errors: ERR_USAGE for a scenario that does not exist (the text lists those that do); *out untouched. */
enum err driver_sim_new(struct driver **out, const struct sim_settings *settings, struct err_info *why) ATTR_WARN_UNUSED;

#endif
