/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What virt-drain is asked to do to a guest, and the life of each asking: one record, one pure machine.
 * The operator (later a policy or a drain) makes an order; the collector turns it into an intent, the recorder makes it durable,
 * a driver carries it out, the fleet proves it. Values; the collector thread owns the open ones.
 */
#ifndef MODEL_INTENT_H
#define MODEL_INTENT_H

#include "base/err.h"
#include "base/units.h"
#include "model/domain.h"
#include "model/job_stats.h"

/* Which migration: the source host's UUID, the domain's UUID, and our number of the attempt (1, 2, ...). Never a name or a row. */
struct migration_id {
	struct uuid host;
	struct uuid domain;
	uint32_t attempt;
};

bool migration_id_equal(const struct migration_id *a, const struct migration_id *b);

enum action {
	ACTION_FORCE_COMPLETE, /* post-copy or pause, by method */
	ACTION_ABORT,
	ACTION_BANDWIDTH, /* set the migration's bandwidth limit; value 0 lifts it (a rescue of a frozen guest) */
	ACTION_DOWNTIME,  /* set the migration's maximum downtime */
	ACTION_ARM,       /* force-complete by method when a pass begins and none that is notably cheaper is near */
	ACTION_DISARM,    /* take back a force that another process has armed; nothing is sent to its host */
	ACTION_TIMEOUT, /* give the migration a limit of its own, and what is done then; nothing is sent to its host */
	ACTION_RESUME,  /* let an orphan go on at its source */
	ACTION_COUNT
};

enum force_method {
	METHOD_AUTO, /* post-copy where the job permits it, else pause */
	METHOD_PAUSE,
	METHOD_POSTCOPY,
	METHOD_COUNT
};

/* What is done when a migration reaches our limit. */
enum limit_action {
	LIMIT_NONE,
	LIMIT_ABORT,
	LIMIT_FORCE,
	LIMIT_AS_CONFIGURED, /* of one migration alone: whatever is configured for all */
	LIMIT_ACTION_COUNT
};

enum intent_stage {
	INTENT_ASKED,    /* made; not yet durable */
	INTENT_RECORDED, /* in the ledger; the driver has it */
	INTENT_ARMED,    /* ACTION_ARM, in the ledger: it waits for its moment, nothing was called */
	INTENT_SENT,     /* the call was made and returned 0: accepted, not done */
	/* the fleet shows its effect, or it ended in a way that makes it pointless, told in text; an armed one has fired, and what follows is an
	 * order of its own */
	INTENT_PROVEN,
	INTENT_REFUSED, /* nothing was called: not possible in this state, not permitted, not found, ledger not writable */
	INTENT_FAILED,   /* the call was made and failed */
	INTENT_UNPROVEN, /* sent, and the effect could not be seen in time, or the migration ended otherwise */
	INTENT_DISARMED, /* it was armed and never fired */
	INTENT_STAGE_COUNT
};

/* What was on screen of the migration when it was confirmed: what the operator decided upon. Zeroed: nothing was shown. */
struct order_seen {
	bool is_told; /* the rest means something */
	bool has_remaining;
	bytes remaining;      /* memory and disk still to send */
	duration elapsed;     /* -1 unknown */
	duration pause_price; /* how long a pause would have frozen the guest, the best guess; -1 unknown */
	char verdict[24];     /* as verdict_name; "" none */
};

/* What a person (or a policy) asks for; made by the screen or the command line from what was shown when the key was pressed. */
struct order {
	uint64_t serial; /* chosen by backend_submit, rising from 1; finds the answer in the snapshot */
	enum action action;
	enum force_method method; /* ACTION_FORCE_COMPLETE, ACTION_ARM */
	uint64_t
		value; /* ACTION_BANDWIDTH: MiB/s, 0 for no limit; ACTION_DOWNTIME: ms; ACTION_TIMEOUT: ms, 0 for no limit
			* (model/action.h: action_value_check); ACTION_DISARM: id of the armed intent, given by the collector */
	enum limit_action limit_action; /* ACTION_TIMEOUT */
	struct migration_id target;
	uint64_t fired_by;     /* serial of the armed order that this force comes from; 0: a person's own */
	uint64_t fired_id;     /* its id */
	bool insist;           /* act although the ledger cannot be written, or an orphan's other end not be seen */
	char confirmation[32]; /* how it was confirmed: "key y", "command line", ORDER_BY_POLICY */
	/* when its job began, by our wall clock: another process numbers attempts otherwise, and an order about an earlier job is none of this
	 * one's; 0 not told */
	wall_time job_began;
	struct order_seen seen;
};

/* Nobody confirmed it: the policy at our limit. The ledger takes one of these per migration, whichever process makes it. */
#define ORDER_BY_POLICY "policy"

bool order_is_by_policy(const struct order *order);

/* Ids from here on were given without a ledger. */
#define INTENT_ID_LOCAL (UINT64_C(1) << 62)

/* One intent; plain value, copied freely. */
struct intent {
	uint64_t id; /* given by the ledger's writer, unique per ledger; 0 while ASKED and unrecorded */
	struct order order;
	enum intent_stage stage;
	enum force_method used;           /* what was really called, from the driver's reply */
	bool fell_back;                   /* post-copy was refused by the job, pause was used */
	bool is_read_back;                /* the driver asked what is in force now, and it is what was ordered */
	bool owes;                        /* it froze a guest and the guest has not been seen running since */
	bool froze_inside;                /* owes: the reason of the pause was seen to be the migration */
	bool was_running;                 /* the guest ran on its source when the intent was made */
	enum err result;                  /* why REFUSED, FAILED or UNPROVEN */
	struct stamp asked, sent, closed; /* zero where it did not happen */
	/* as last seen, and when, before a driver got it: the call thread knows another job by it (job_may_be_same) */
	struct job_stats job;
	mono_time job_at;
	uint64_t armed_pass;   /* the collector's: the last pass that was judged for firing, or ran when it was armed */
	unsigned n_waited;     /* the collector's: passes that were let go by because a cheaper one was near */
	mono_time prepared;    /* the collector's: when the connection of an armed one was last asked for */
	bool is_debt_call;     /* the collector's: a resume is under way */
	mono_time debt_tried;  /* the collector's: when the debt was last acted upon or told */
	mono_time blind_since; /* the collector's: since when the debt cannot be judged; 0: it can */
	int maker;             /* process that made it, where it is dead and we have adopted it; 0: ours */
	mono_time adopted;     /* since when it is ours, if it was adopted */
	bool is_tied;          /* adopted: its migration is known by our own number */
	char domain_name[128]; /* cleaned, for people */
	char source[64], destination[64];
	char text[320]; /* the answer as a sentence */
};

/* What the driver says of an intent it was given. Exactly one reply per intent reaches the collector, unless the call
 * never returns; the collector then lets it stay SENT-less and tells so after its patience ends. */
struct intent_reply {
	uint64_t intent_id;
	enum err result; /* ERR_OK: the call returned 0 */
	bool was_called; /* false: refused by the check on facts read just before the call */
	enum force_method used;
	bool fell_back;
	bool is_read_back;    /* ACTION_BANDWIDTH: the limit in force was read after the call, and is the one ordered */
	bool froze_guest;     /* the guest was running just before and our suspend stopped it inside the job */
	bool froze_inside;    /* and the reason of its pause, read after that, is the migration */
	bool resumed_at_once; /* the job had ended under our suspend, so the guest was resumed at once */
	char text[320];
};

/* True for the stages that nothing follows. */
bool intent_is_closed(const struct intent *intent);
/* Closed, and no guest is owed anything: nobody has to look after it any more. */
bool intent_is_settled(const struct intent *intent);

const char *action_name(
	enum action action); /* "force-complete", "abort", "bandwidth", "timeout", ...: command line, ledger, JSON */
const char *limit_action_name(
	enum limit_action action); /* "none", "abort", "force_complete": configuration, ledger, JSON; "configured" */
bool limit_action_parse(const char *text, enum limit_action *out);
const char *force_method_name(enum force_method method);           /* "auto", "pause", "post-copy" */
bool force_method_parse(const char *text, enum force_method *out); /* also "postcopy" */
const char *intent_stage_name(enum intent_stage stage);            /* "asked", "recorded", ... */

#endif
