/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accepted is not done: the pure machine that takes an intent from asked to its proven end, judged by what the fleet shows.
 * The collector calls it after every change; it decides nothing about calls, only about truth.
 */
#ifndef MODEL_PROOF_H
#define MODEL_PROOF_H

#include "model/migration.h"

/* The driver's reply: SENT, REFUSED or FAILED, with used method, debt and text. A late reply of an intent that was given up as
 * UNPROVEN still counts. */
void intent_replied(struct intent *intent, const struct intent_reply *reply, struct stamp at);

/* Refusal before anything was called. */
void intent_refuse(struct intent *intent, const struct err_info *why, struct stamp at);

/* Looks for the effect. `migration` NULL: it left the table. After `patience` without proof a sent intent is UNPROVEN, and one whose
 * call has not returned is told so. Returns true if the intent changed. */
bool intent_judge(struct intent *intent, const struct migration *migration, struct stamp now, duration patience);

enum debt {
	DEBT_NONE, /* nothing is owed, or the guest was seen running: clear intent->owes */
	DEBT_OPEN, /* the guest is still frozen, and rightly so: the job runs */
	DEBT_DUE, /* the job is gone and the guest is still paused on its source, the other end was looked at: resume it */
	DEBT_BLIND /* the same, but the other end cannot be seen: a person must look */
};

/* `source` and `destination`: states as last told; destination_seen: that host answers and was looked at. */
enum debt debt_judge(const struct intent *intent, const struct migration *migration, struct domain_state source,
		     struct domain_state destination, bool destination_seen);

#endif
