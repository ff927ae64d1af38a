/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The action table: per action and method one sentence for each phase that forbids it. Pure.
 */
#include "model/action.h"

#define SECONDS(n)                                                                                                     \
	{                                                                                                              \
		(n) * 1000                                                                                             \
	}

/* clang-format off */
static const struct action_entry entries[ACTION_COUNT] = {
	[ACTION_FORCE_COMPLETE] = {ACTION_FORCE_COMPLETE, "force-complete", "force",
	                           "finish the migration now: switch to post-copy, or pause the guest until all is copied",
	                           true, TAKES_METHOD, SECONDS(30)},
	[ACTION_ABORT] = {ACTION_ABORT, "abort", "abort", "cancel the migration; the guest stays on its source",
	                  true, TAKES_NOTHING, SECONDS(30)},
	[ACTION_BANDWIDTH] = {ACTION_BANDWIDTH, "bandwidth", "bandwidth",
	                      "set or lift the bandwidth limit of the migration, so that it ends sooner or leaves room for others",
	                      true, TAKES_BANDWIDTH, SECONDS(15)},
	[ACTION_DOWNTIME] = {ACTION_DOWNTIME, "downtime", "downtime",
	                     "set how long the switch-over may stop the guest: with more, the migration ends by itself",
	                     true, TAKES_DURATION, SECONDS(15)},
	[ACTION_ARM] = {ACTION_ARM, "arm", "arm",
	                "force the migration at the best moment: when a pass begins and none that is notably cheaper is near",
	                true, TAKES_METHOD, SECONDS(30)},
	[ACTION_DISARM] = {ACTION_DISARM, "disarm", "disarm",
	                   "take back a force that is armed and has not fired, whichever process of yours has armed it",
	                   false, TAKES_NOTHING, SECONDS(15)},
	[ACTION_TIMEOUT] = {ACTION_TIMEOUT, "timeout", "limit",
	                    "give this migration a limit of its own, and say what shall be done when it is reached",
	                    true, TAKES_LIMIT, SECONDS(15)},
	[ACTION_RESUME] = {ACTION_RESUME, "resume", "resume",
	                   "let a guest go on that a migration left paused on its source, with no job and no copy elsewhere",
	                   true, TAKES_NOTHING, SECONDS(30)},
};
/* clang-format on */

/* Which column of the refusal table an order reads. */
enum rule {
	RULE_AUTO,
	RULE_PAUSE,
	RULE_POSTCOPY,
	RULE_ABORT,
	RULE_BANDWIDTH,
	RULE_DOWNTIME,
	RULE_ARM,
	RULE_DISARM, /* in every phase that is no outcome */
	RULE_TIMEOUT,
	RULE_RESUME,
	RULE_COUNT
};

#define NOT_YET "memory is not being copied yet: wait for pre-copy, or abort"
#define IN_POSTCOPY "post-copy is under way already and completes by itself"
#define BROKEN "post-copy failed: the guest's memory is on both hosts; recover it with virsh migrate --postcopy-resume"

#define NO_JOB "the job is gone and the guest was left paused: nothing migrates, but it can be resumed"
#define NO_ORPHAN "the migration is under way: only a guest that one left paused can be resumed"

/* NULL: allowed. Outcomes never come here. */
/* clang-format off */
static const char *const refusals[RULE_COUNT][PHASE_COMPLETED] = {
	[RULE_AUTO] = {
		[PHASE_PREPARING] = NOT_YET,
		[PHASE_PAUSED] = "the guest stands still already: choose post-copy, or lift the bandwidth limit",
		[PHASE_POSTCOPY] = IN_POSTCOPY,
		[PHASE_POSTCOPY_FAILED] = BROKEN,
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_PAUSE] = {
		[PHASE_PREPARING] = NOT_YET,
		[PHASE_PAUSED] = "the guest is paused already: post-copy or a lifted bandwidth limit can shorten it",
		[PHASE_POSTCOPY] = IN_POSTCOPY,
		[PHASE_POSTCOPY_FAILED] = BROKEN,
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_POSTCOPY] = {
		[PHASE_PREPARING] = NOT_YET,
		[PHASE_POSTCOPY] = IN_POSTCOPY,
		[PHASE_POSTCOPY_FAILED] = BROKEN,
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_ABORT] = {
		[PHASE_POSTCOPY] = "post-copy cannot be aborted: the guest runs at the destination and would be destroyed",
		[PHASE_POSTCOPY_FAILED] = BROKEN,
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_BANDWIDTH] = {
		[PHASE_PREPARING] = NOT_YET,
		[PHASE_POSTCOPY_FAILED] = BROKEN,
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_DOWNTIME] = {
		[PHASE_PREPARING] = NOT_YET,
		[PHASE_PAUSED] = "the guest stands still already: the maximum downtime changes nothing any more",
		[PHASE_POSTCOPY] = IN_POSTCOPY,
		[PHASE_POSTCOPY_FAILED] = BROKEN,
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_ARM] = {
		[PHASE_PREPARING] = NOT_YET,
		[PHASE_PAUSED] = "the guest stands still already: no moment is better than now, force it",
		[PHASE_POSTCOPY] = IN_POSTCOPY,
		[PHASE_POSTCOPY_FAILED] = BROKEN,
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_TIMEOUT] = {
		[PHASE_ORPHAN] = NO_JOB,
	},
	[RULE_RESUME] = {
		[PHASE_PREPARING] = NO_ORPHAN,
		[PHASE_PRECOPY] = NO_ORPHAN,
		[PHASE_PAUSED] = "the migration is under way: the guest goes on when it ends, or at once after an abort",
		[PHASE_POSTCOPY] = IN_POSTCOPY,
		[PHASE_POSTCOPY_FAILED] = BROKEN,
	},
};
/* clang-format on */

const char *far_end_name(enum far_end end)
{
	static const char *const names[] = {
		[FAR_END_UNKNOWN] = "unknown", [FAR_END_SILENT] = "silent", [FAR_END_AWAITED] = "awaited",
		[FAR_END_CLEAR] = "clear",     [FAR_END_COPY] = "copy",
	};

	return names[end];
}

const struct action_entry *action_entry(enum action action)
{
	return &entries[action];
}

bool action_is_ending(enum action action)
{
	return action == ACTION_FORCE_COMPLETE || action == ACTION_ABORT;
}

bool action_is_sent(enum action action)
{
	return action != ACTION_DISARM && action != ACTION_TIMEOUT;
}

static enum rule rule_of(enum action action, enum force_method method)
{
	if (action == ACTION_ABORT)
		return RULE_ABORT;
	if (action == ACTION_BANDWIDTH)
		return RULE_BANDWIDTH;
	if (action == ACTION_DOWNTIME)
		return RULE_DOWNTIME;
	if (action == ACTION_ARM)
		return RULE_ARM;
	if (action == ACTION_DISARM)
		return RULE_DISARM;
	if (action == ACTION_TIMEOUT)
		return RULE_TIMEOUT;
	if (action == ACTION_RESUME)
		return RULE_RESUME;
	if (method == METHOD_PAUSE)
		return RULE_PAUSE;
	return method == METHOD_POSTCOPY ? RULE_POSTCOPY : RULE_AUTO;
}

static enum err refuse(struct err_info *why, enum err code, const char *sentence)
{
	return err_set(why, code, "virt-drain", 0, "%s", sentence);
}

/* What no action may do, whichever it is. */
static enum err check_any(enum action action, const struct action_facts *facts, struct err_info *why)
{
	if (facts->is_recording)
		return refuse(why, ERR_UNSUPPORTED, "nothing can be done here: this is a recording");
	if (facts->is_read_only)
		return refuse(why, ERR_NOT_PERMITTED, "read-only mode: start virt-drain without --read-only to act");
	if (facts->is_another_job)
		return refuse(
			why, ERR_NOT_FOUND,
			"that migration has ended, and another of this guest has begun since: look at it, then act");
	if (!facts->is_known)
		return refuse(why, ERR_NOT_FOUND, "there is no such migration any more");
	if (phase_is_outcome(facts->phase))
		return refuse(why, ERR_NOT_FOUND, "the migration has ended: there is nothing to act on");
	if (!facts->is_reachable && action_is_sent(action))
		return refuse(why, ERR_UNREACHABLE, "the source host does not answer: nothing can be sent to it now");
	if (facts->is_incoming_side)
		return refuse(why, ERR_INVALID_STATE, "this is the receiving end: act on the source host");
	if (facts->is_cancelling && action != ACTION_DISARM)
		return refuse(why, ERR_INVALID_STATE, "an abort is under way: wait for its end");
	return ERR_OK;
}

static enum err check_force(enum force_method method, const struct action_facts *facts, struct err_info *why)
{
	if (facts->is_forcing && facts->phase == PHASE_PRECOPY)
		return refuse(why, ERR_INVALID_STATE, "a force-complete is under way: wait for its effect");
	if (method == METHOD_POSTCOPY && facts->no_postcopy)
		return refuse(why, ERR_NO_POSTCOPY,
			      "this migration was started without the permission to use post-copy");
	if (method == METHOD_PAUSE && facts->guest_was_paused)
		return refuse(why, ERR_INVALID_STATE, "the guest is paused by its owner: a pause would change nothing");
	return ERR_OK;
}

#define LOOK "look yourself that it runs nowhere, then insist"

/* Two of one guest destroy its disks: nothing is resumed where the other end was not seen, and nobody can insist on a second one. */
static enum err check_resume(const struct action_facts *facts, struct err_info *why)
{
	static const char *const unseen[] = {
		[FAR_END_UNKNOWN] = "nobody knows where the guest was to go: watch that host too, or " LOOK,
		[FAR_END_SILENT] = "the host where the guest was to go does not answer: wait until it does, or " LOOK,
		[FAR_END_AWAITED] = "the host where the guest was to go has not been looked at yet: wait some seconds",
		[FAR_END_CLEAR] = NULL,
		[FAR_END_COPY] = "a copy of the guest is on another host: two of one guest must never run",
	};
	const char *sentence = unseen[facts->far_end];
	bool can_insist = facts->far_end == FAR_END_UNKNOWN || facts->far_end == FAR_END_SILENT;

	if (!sentence || (can_insist && facts->is_insisted))
		return ERR_OK;
	return refuse(why, ERR_INVALID_STATE, sentence);
}

enum err action_check(enum action action, enum force_method method, const struct action_facts *facts,
		      struct err_info *why)
{
	enum err code = check_any(action, facts, why);

	if (code != ERR_OK)
		return code;
	const char *refusal = refusals[rule_of(action, method)][facts->phase];
	if (refusal)
		return refuse(why, ERR_INVALID_STATE, refusal);
	if (action == ACTION_ARM && facts->is_armed)
		return refuse(why, ERR_INVALID_STATE, "a force is armed already and fires by itself: disarm it first");
	if (action == ACTION_DISARM && !facts->is_armed)
		return refuse(why, ERR_NOT_FOUND, "no force is armed on this migration");
	if (action == ACTION_FORCE_COMPLETE || action == ACTION_ARM)
		return check_force(method, facts, why);
	return action == ACTION_RESUME ? check_resume(facts, why) : ERR_OK;
}

bool action_needs_insisting(enum action action, enum force_method method, const struct action_facts *facts)
{
	struct action_facts insisted = *facts;

	insisted.is_insisted = true;
	return action_check(action, method, facts, NULL) != ERR_OK &&
	       action_check(action, method, &insisted, NULL) == ERR_OK;
}

static const char *const consequences[RULE_COUNT] = {
	[RULE_AUTO] =
		"Post-copy if the migration permits it: the guest moves at once and cannot be aborted afterwards. "
		"Otherwise the guest is paused until all is copied.",
	[RULE_PAUSE] = "The guest stands still until all its memory is copied, then runs at the destination. "
		       "An abort lets it go on at the source.",
	[RULE_POSTCOPY] = "The guest runs at the destination at once and fetches its memory from the source. "
			  "It cannot be aborted any more; a lost network or host loses the guest.",
	[RULE_ABORT] = "The migration is cancelled, what was copied is thrown away, and the guest stays on its source.",
	[RULE_BANDWIDTH] =
		"The migration sends at most so much; without a limit it may use the whole link, and other traffic "
		"on it may suffer. It holds for this migration alone.",
	[RULE_DOWNTIME] =
		"The migration ends as soon as what is left can be sent within this time, and the guest stands "
		"still for up to that long. It holds for this migration alone.",
	[RULE_ARM] = "Fires by itself, without asking again, and once. The same key disarms it; so does the end of the "
		     "migration, a "
		     "change of its phase, a source that does not answer at that moment, and the end of virt-drain.",
	[RULE_DISARM] = "The force that is armed never fires. Nothing is done to the guest, and its migration goes on.",
	[RULE_TIMEOUT] =
		"The limit holds for this migration alone, in each virt-drain of yours, and stays when this one ends. "
		"What is done then is announced at least ten seconds before, done once, and never in post-copy.",
	[RULE_RESUME] =
		"The guest goes on at its source from where it stopped. It must run nowhere else: two of one guest "
		"destroy its disks.",
};

const char *action_consequence(enum action action, enum force_method method, enum phase phase)
{
	if (action == ACTION_ABORT && phase == PHASE_PAUSED)
		return "The migration is cancelled, what was copied is thrown away, and the guest, frozen now, "
		       "goes on at its source.";
	if (phase == PHASE_PAUSED && rule_of(action, method) == RULE_POSTCOPY)
		return "The frozen guest runs at the destination at once and fetches the rest of its memory from the "
		       "source. "
		       "It cannot be aborted any more; a lost network or host loses the guest.";
	if (phase == PHASE_POSTCOPY && action == ACTION_BANDWIDTH)
		return "Post-copy has a limit of its own. The guest runs at the destination already; with more, it "
		       "waits less "
		       "for memory that is still at the source.";
	return consequences[rule_of(action, method)];
}
