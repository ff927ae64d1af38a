/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The action table: for each action its name, key hint, rule per state and the sentence of its refusal. One function,
 * action_check, has three callers: the dimmed key, the submission, and the call thread on facts read just before the call. Pure.
 */
#ifndef MODEL_ACTION_H
#define MODEL_ACTION_H

#include "model/migration.h"

/* What was seen of the host to which an orphan was to go, since it is known to be one. */
enum far_end {
	FAR_END_UNKNOWN, /* nobody knows which host that was */
	FAR_END_SILENT,  /* it does not answer */
	FAR_END_AWAITED, /* it answers, and tells soon what runs on it */
	FAR_END_CLEAR,   /* it was looked at, and no watched host has a copy */
	FAR_END_COPY,    /* there is a copy on another host */
};

const char *far_end_name(enum far_end end); /* "unknown", "silent", "awaited", "clear", "copy": JSON */

/* All that the rule needs. Each caller fills it from what it knows: the screen and the collector from a row, the call
 * thread from fresh reads (has_job, phase, guest state). */
struct action_facts {
	bool is_read_only;
	bool is_recording;   /* it happened once, and is said again */
	bool is_reachable;   /* the source host's link is up */
	bool is_known;       /* the migration exists (domain and job found) */
	bool is_another_job; /* there is a migration, but it began after the confirmed one had ended */
	enum phase phase;
	bool is_cancelling;    /* an abort was sent and is not proven yet */
	bool is_armed;         /* a force waits for its moment */
	bool is_forcing;       /* a force-complete was sent and is not proven yet */
	bool is_incoming_side; /* asked of the receiving end */
	bool no_postcopy;      /* the job refused post-copy before */
	bool guest_was_paused; /* the guest is paused by its owner: nothing to pause, and not ours to resume */
	enum far_end far_end;  /* ACTION_RESUME */
	bool is_insisted;      /* a person has looked where virt-drain cannot */
};

/* What an action has to be told beside its target. */
enum action_takes { TAKES_NOTHING, TAKES_METHOD, TAKES_DURATION, TAKES_BANDWIDTH, TAKES_LIMIT };

struct action_entry {
	enum action action;
	const char *name;  /* "force-complete" */
	const char *label; /* "force" for the key bar */
	const char *help;  /* one sentence */
	bool is_dangerous; /* needs a confirmation */
	enum action_takes takes;
	duration patience; /* how long its effect may take to be seen */
};

/* The row of an action; never NULL for a valid enum. */
const struct action_entry *action_entry(enum action action);

/* Its effect is the end of the migration; the others' is a figure that changes. */
bool action_is_ending(enum action action);

/* Something is sent to its host. The others hold among the processes of the user. */
bool action_is_sent(enum action action);

/* ERR_OK, or ERR_INVALID_STATE, ERR_NOT_PERMITTED, ERR_NOT_FOUND, ERR_UNREACHABLE, ERR_NO_POSTCOPY with the sentence in *why. */
enum err action_check(enum action action, enum force_method method, const struct action_facts *facts,
		      struct err_info *why);

/* True where action_check refuses only for want of a person who insists. */
bool action_needs_insisting(enum action action, enum force_method method, const struct action_facts *facts);

/* What it does and costs, for the dialog, given the phase: static text of one or two sentences. */
const char *action_consequence(enum action action, enum force_method method, enum phase phase);

/* ---- the value of an order (model/action_value.c) */

/* True where order.value means something: it is asked for, shown and recorded. */
bool action_has_value(enum action action);
/* "DURATION", "MIB_PER_S|none", "DURATION|none", or "" for an action without a value. */
const char *action_value_argument(enum action action);
/* What a person wrote. Errors: ERR_USAGE with what would be right; *out untouched. */
enum err action_value_parse(enum action action, const char *text, uint64_t *out, struct err_info *why) ATTR_WARN_UNUSED;
/* Before any call. Errors: ERR_USAGE with what would be right. */
enum err action_value_check(enum action action, uint64_t value, struct err_info *why);
/* As action_value_parse reads it: "6.3s", "140", "none". */
char *action_value_text(enum action action, uint64_t value, char *buffer, size_t size);
/* A bandwidth limit as a sentence has it: "1500 MiB/s", "none". */
char *action_bandwidth_text(uint64_t mib_per_s, char *buffer, size_t size);
/* The largest limit that libvirt's QEMU driver takes, in MiB/s: the bytes must fit a signed 64-bit number (QEMU_DOMAIN_MIG_BANDWIDTH_MAX),
 * and the call takes an unsigned long. */
uint64_t action_bandwidth_max(void);
/* The smallest value that would let the migration end by itself; false if it needs none, or nobody knows. */
bool action_value_suggest(enum action action, const struct forecast *forecast, uint64_t *out);

#endif
