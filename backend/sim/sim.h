/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated fleet as a driver: --demo, the benches and the tests. One thread of its own owns the world, lets it go on in
 * real time and says what a driver says.
 */
#ifndef BACKEND_SIM_SIM_H
#define BACKEND_SIM_SIM_H

#include "backend/driver.h"

struct sim_settings {
	const char *
		scenario; /* "drain", "stuck", "fleet:HOSTS:VMS:MIGRATIONS"; only read while it is made; NULL: "drain" */
	uint64_t seed;    /* the same seed gives the same fleet and the same course */
	double speed;     /* seconds of the fleet per real second; 0: 1 */
	duration refresh;  /* between two statistics of a domain, real time; 0: 1 s */
	bool is_read_only; /* every intent is refused, as a daemon would */
};

/* A driver that is not started yet, freed by its ops. Errors: ERR_USAGE for a scenario that does not exist (the text lists those
 * that do); *out untouched. */
enum err driver_sim_new(struct driver **out, const struct sim_settings *settings,
			struct err_info *why) ATTR_WARN_UNUSED;

#endif
