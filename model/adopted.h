/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth about an intent whose virt-drain died: nothing of it is sent again, its effect is looked for in the fleet. Pure.
 */
#ifndef MODEL_ADOPTED_H
#define MODEL_ADOPTED_H

#include "model/proof.h"

/* What the fleet shows of an intent's guest. */
struct sight {
	const struct migration *migration; /* that was under way when it was asked for; NULL: none is known */
	struct domain_state source;        /* as last told */
	struct domain_state elsewhere;     /* on any other watched host: running if it runs on one */
	bool is_jobless;       /* the source answers; the guest has no outgoing migration there, or has left */
	bool is_migrating;     /* an outgoing migration of it runs, this one or a later one */
	bool destination_seen; /* that host answers and was looked at */
};

/* When it becomes ours. A pause of a guest that ran may have frozen it, whether or not its reply was seen: it is owed until it is seen to
 * run. */
void adopted_begin(struct intent *intent);

/* True for one whose call nobody knows to have been made: it keeps no other action from its guest. */
bool adopted_is_uncertain(const struct intent *intent);

/* Looks for the effect; PROVEN says whose it was. Without one it is UNPROVEN when the guest shows that none can come any more, and after
 * `patience`. True if the intent changed. */
bool adopted_judge(struct intent *intent, const struct sight *sight, struct stamp now, duration patience);

/* debt_judge on a sight. A guest that may have moved on, or that has a copy standing elsewhere, is not judged. */
enum debt debt_of(const struct intent *intent, const struct sight *sight);

#endif
