/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carrying out an intent in the simulated fleet, as the libvirt driver does it: facts read just before the call, action_check,
 * the call, what came of it. Check and call are two steps because a real call takes its time to arrive, and the migration
 * may end meanwhile. Called by the driver's thread or a test.
 */
#ifndef BACKEND_SIM_ACT_H
#define BACKEND_SIM_ACT_H

#include "backend/sim/world.h"

/* Reads fresh facts and asks action_check. ERR_OK: the call may be made. */
enum err sim_act_check(const struct sim_world *world, const struct intent *intent, enum force_method method,
		       bool is_read_only, struct err_info *why);

/* Makes the call and fills the reply. */
void sim_act_call(struct sim_world *world, const struct intent *intent, bool is_read_only, struct intent_reply *reply);

/* A reply of something that was not called. */
void sim_act_refuse(const struct intent *intent, const struct err_info *why, struct intent_reply *reply);

/* Resumes a guest that a pause of ours left frozen without a job; anything else is refused. */
void sim_act_pay_debt(struct sim_world *world, const struct intent *intent, bool is_read_only,
		      struct intent_reply *reply);

/* The phase of a migrating guest as its source host can tell it. */
enum phase sim_act_phase(const struct sim_guest *guest);

#endif
