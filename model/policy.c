/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rule at the limit. Pure.
 */
#include "model/policy.h"

#define NOTICE_SHARE 10      /* announced when a tenth of the limit is left ... */
#define NOTICE_MOST_MS 60000 /* ... and at most a minute before */
#define CLOCK_SHARE 20       /* both clocks agree within a twentieth ... */
#define CLOCK_SLACK_MS 5000  /* ... and this */

/* Where the action would be refused, or would destroy the guest. */
static bool may_act_in(enum limit_action action, enum phase phase)
{
	if (action == LIMIT_FORCE)
		return phase == PHASE_PRECOPY;
	return phase == PHASE_PREPARING || phase == PHASE_PRECOPY || phase == PHASE_PAUSED;
}

static bool clocks_agree(const struct policy_facts *facts)
{
	int64_t apart = facts->job_elapsed.ms - facts->elapsed.ms;
	int64_t allowed = facts->elapsed.ms / CLOCK_SHARE + CLOCK_SLACK_MS;

	return facts->has_job_elapsed && apart <= allowed && apart >= -allowed;
}

static int64_t notice_ms(duration limit)
{
	int64_t tenth = limit.ms / NOTICE_SHARE;

	if (tenth > NOTICE_MOST_MS)
		return NOTICE_MOST_MS;
	return tenth > POLICY_NOTICE_MS ? tenth : POLICY_NOTICE_MS;
}

enum policy_step policy_judge(const struct policy_facts *facts)
{
	if (facts->action == LIMIT_NONE || facts->limit.ms <= 0 || facts->is_read_only || facts->is_done)
		return POLICY_WAIT;
	if (!may_act_in(facts->action, facts->phase) || !facts->is_fresh || facts->has_open_intent)
		return POLICY_WAIT;
	if (facts->elapsed.ms + notice_ms(facts->limit) < facts->limit.ms)
		return POLICY_WAIT;
	if (!facts->is_announced)
		return POLICY_ANNOUNCE;
	if (facts->elapsed.ms <= facts->limit.ms || facts->announced_ago.ms < POLICY_NOTICE_MS)
		return POLICY_WAIT;
	if (!clocks_agree(facts))
		return POLICY_CLOCKS;
	return facts->is_observing ? POLICY_WOULD_ACT : POLICY_ACT;
}
