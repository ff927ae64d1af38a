/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a picture can be trusted to be whole, and which migration a word names. Pure; main thread.
 */
#ifndef APP_DISCOVERY_H
#define APP_DISCOVERY_H

#include "model/snapshot.h"

/* Watches snapshots come in from a start on. Zeroed but for the first two. */
struct discovery {
	mono_time start;
	duration refresh;     /* of the statistics */
	mono_time settled_at; /* when all hosts had answered or failed, or patience ended; 0: not yet */
	mono_time listed_at;  /* when every guest had been asked, or patience ended; 0: not yet */
	uint64_t
		untold; /* guests of hosts that answer which have not told whether they migrate, when that last changed */
	mono_time changed;
	bool is_complete; /* with those whose answer is overdue: what is not there now does not migrate, as far as anybody can tell */
};

enum discovery_state {
	DISCOVERY_HOSTS,   /* some host has neither answered nor failed */
	DISCOVERY_SETTLED, /* hosts are known; some guest has not been asked whether it migrates */
	DISCOVERY_LISTED,  /* every migration is there, but those of guests whose answer is overdue */
	DISCOVERY_SAMPLED, /* and each has two samples, or will not get them in time */
};

/* How far it is with this snapshot. A host that hangs is waited for no longer than patience, and guests that do not answer no longer than
 * patience after the last one that did. */
enum discovery_state discovery_step(struct discovery *discovery, const struct snapshot *snapshot, duration patience);

/* DOMAIN of the command line: a UUID, a name, or HOST/NAME. Finds the one outgoing migration that it names; those that run come before those
 * that have ended. Errors: ERR_NOT_FOUND; ERR_USAGE where several bear the name (the text lists them). *out borrows. */
enum err target_find(const struct row **out, const struct snapshot *snapshot, const char *domain,
		     struct err_info *why) ATTR_WARN_UNUSED;

/* True where the word can mean one migration only (UUID, HOST/NAME), so that nobody must wait for the other hosts. */
bool target_is_exact(const char *domain);

#endif
