/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests: a driver over a world of one's own, and a way into that world while the driver's thread owns it.
 */
#ifndef BACKEND_SIM_INSIDE_H
#define BACKEND_SIM_INSIDE_H

#include "backend/sim/sim.h"
#include "backend/sim/world.h"

/* Takes the world; settings->scenario and seed are not looked at. ERR_FAILED where the process has no descriptors left; the
 * world is the caller's then. */
enum err sim_driver_over(struct sim_world *world, const struct sim_settings *settings, struct driver **out,
			 struct err_info *why) ATTR_WARN_UNUSED;

/* Runs `visit` in the thread that owns the world and returns when it is done; in the caller's before start and after stop. */
void sim_driver_visit(struct driver *driver, void (*visit)(struct sim_world *world, void *context), void *context);

#endif
