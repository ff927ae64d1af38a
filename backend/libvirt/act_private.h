/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the actions, shared by act.c, which calls, and act_facts.c, which reads and decides. Call threads.
 */
#ifndef BACKEND_LIBVIRT_ACT_PRIVATE_H
#define BACKEND_LIBVIRT_ACT_PRIVATE_H

#include "backend/libvirt/act.h"

struct act {
	virConnectPtr conn;
	virDomainPtr domain;
	const struct intent *intent;
	const struct act_seam *seam;
	struct intent_reply *reply;
	const char *name; /* from our own copy */
	struct err_info why;
};

/* What was read just before or just after a call. */
struct reading {
	struct domain_state state;
	bool has_job;    /* an outgoing migration, and nothing else */
	bool is_another; /* not the one that was confirmed */
	bool is_jobless; /* no job of any kind */
	bool is_incoming;
	bool is_preparing;
};

/* The end of an action: its result and a sentence. */
void act_end(struct act *act, enum err result, const char *text);
/* The last error of libvirt as the end of the action, in act->why. */
enum err act_error(struct act *act, const char *what);

/* ---- act_facts.c. Errors are in act->why; *out is filled only without one. */
enum err act_read_state(struct act *act, struct domain_state *out) ATTR_WARN_UNUSED;
/* Job, then state: where both are read, the guest was in that state without that job, or with it. */
enum err act_read(struct act *act, struct reading *out) ATTR_WARN_UNUSED;
enum phase act_phase(const struct reading *reading);
/* Fresh facts, and the rule on them. */
enum err act_may(struct act *act, enum action action, enum force_method method, struct reading *out) ATTR_WARN_UNUSED;

#endif
