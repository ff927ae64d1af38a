/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a command that acts, for cmd_act.c (finds the migration, asks), act_follow.c (follows the order to its end) and act_words.c
 * (says it, to the terminal or through a pipe to the process that has it). Main thread.
 */
#ifndef APP_ACT_H
#define APP_ACT_H

#include "app/commands.h"

struct acting {
	const struct run *run;
	enum action action;
	struct session session;
	int answer_fd;   /* pipe to the process that waits for the answer; -1: this one has the terminal */
	uint64_t serial; /* of the submitted order; 0: none yet */
	struct migration_id target;
	bool is_told;         /* accepted, or told at its end: where nobody waits there is nothing more to say */
	mono_time debt_since; /* since when only a debt is left; 0 */
};

/* What is said, with which exit code. Travels through the pipe in one piece. */
struct words {
	int code;
	bool is_document; /* JSON, for standard output whatever the code */
	char text[4000];
};

/* act_words.c */
void words_say(const struct words *words);
/* Nothing is asked for, or it was refused or failed: the exit code. `intent` NULL: none was made. */
int act_fail(struct acting *acting, const struct intent *intent, const struct err_info *why);
/* The daemon has accepted it. With --wait as text only: then a document tells the end alone. */
void act_tell_acceptance(struct acting *acting, const struct intent *intent, const struct row *row);
/* Its end, as the exit code too. `row` NULL: the migration is not there any more. */
int act_tell_end(struct acting *acting, const struct intent *intent, const struct row *row);

/* act_follow.c: what has become of the order. True: over, *code is the exit code. */
bool act_follow(struct acting *acting, const struct snapshot *snapshot, int *code);

#endif
