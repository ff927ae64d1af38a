/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done at our limit, and when: announced before it is done, once per migration, never in post-copy, never on a clock step,
 * never on old figures, never in read-only mode. Pure: facts in, the next step out; the fleet keeps what was said and done.
 *
 * The actions are OpenStack Nova's (live_migration_timeout_action: abort, force_complete); none is ours, for a dashboard does not end
 * other people's migrations unasked.
 */
#ifndef MODEL_POLICY_H
#define MODEL_POLICY_H

#include "model/migration.h"

/* An announcement comes this long before the deed, however late the limit was found to be passed. */
#define POLICY_NOTICE_MS 10000
/* So much of the time before we first saw a migration is believed: the looks that follow its announcement. */
#define POLICY_TRUST_MS 5000

struct policy_facts {
	enum limit_action action; /* not LIMIT_AS_CONFIGURED */
	bool is_observing;        /* say what would be done, and do nothing */
	bool is_read_only;
	enum phase phase;
	bool is_fresh;        /* its figures are, and its host answers */
	bool has_open_intent; /* somebody's action is under way: it is left alone until that has ended */
	duration limit;       /* 0: none */
	duration elapsed;     /* ours, on the monotonic clock, since we first saw it */
	bool has_job_elapsed;
	duration job_elapsed; /* the same by libvirt's, the source's wall clock, brought up to now */
	bool is_announced;
	duration announced_ago;
	bool is_done; /* it acted, or said that it would have, or why it does not */
};

enum policy_step {
	POLICY_WAIT,
	POLICY_ANNOUNCE,
	POLICY_ACT,
	POLICY_WOULD_ACT,
	POLICY_CLOCKS, /* the limit is passed, and the clocks disagree: nothing is done */
};

enum policy_step policy_judge(const struct policy_facts *facts);

#endif
