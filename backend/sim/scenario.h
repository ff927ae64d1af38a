/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fleets that can be chosen by name. Pure.
 */
#ifndef BACKEND_SIM_SCENARIO_H
#define BACKEND_SIM_SCENARIO_H

#include "backend/sim/world.h"

/* What --demo takes, for help and for the sentence about a wrong name. */
#define SIM_SCENARIOS "drain, stuck, fleet:HOSTS:VMS:MIGRATIONS"

/* A new world for `name`; NULL is "drain". Guests of `fleet` are counted over all hosts. The caller owns it.
 * Errors: ERR_USAGE with a sentence; *out untouched. */
enum err sim_scenario_new(const char *name, uint64_t seed, struct sim_world **out,
			  struct err_info *why) ATTR_WARN_UNUSED;

#endif
