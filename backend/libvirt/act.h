/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions: the only file of the program that names functions of libvirt that change a guest. They run on a call thread, on
 * a connection of their own, and decide on facts read just before the call (model/action.h).
 */
#ifndef BACKEND_LIBVIRT_ACT_H
#define BACKEND_LIBVIRT_ACT_H

#include "model/action.h"

#include <libvirt/libvirt.h>

/* Where a test may step in; with NULL members it is inert, and the program always runs with such a one. */
struct act_seam {
	/* Instead of action_check. */
	enum err (*check)(enum action action, enum force_method method, const struct action_facts *facts,
			  struct err_info *why);
	/* Called between the last check and the call that changes something, and after it before the effect is read. */
	void (*before_call)(void *context);
	void (*after_call)(void *context);
	void *context;
};

/* Carries out one intent and fills the reply (all of it). Blocks as long as libvirt does. `conn` is borrowed and read-write. */
void act_run(virConnectPtr conn, const struct intent *intent, const struct act_seam *seam, struct intent_reply *reply);

/* Resumes a guest that our pause left frozen: only if it is paused, because of a migration, because libvirt
 * could not resume it after one, or by a user where that may have been us, and has no job. */
void act_pay_debt(virConnectPtr conn, const struct intent *intent, const struct act_seam *seam,
		  struct intent_reply *reply);

#endif
