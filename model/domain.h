/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a domain (guest) is doing, in our own words: libvirt's virDomainState and its reasons, as far as a migration
 * cares. Drivers translate into these; the model knows no libvirt. Pure values, any thread.
 */
#ifndef MODEL_DOMAIN_H
#define MODEL_DOMAIN_H

#include "base/text.h"

enum domain_run {
	DOMAIN_UNKNOWN,
	DOMAIN_RUNNING,  /* VIR_DOMAIN_RUNNING and _BLOCKED */
	DOMAIN_PAUSED,   /* VIR_DOMAIN_PAUSED and _PMSUSPENDED */
	DOMAIN_SHUT_OFF, /* VIR_DOMAIN_SHUTDOWN, _SHUTOFF, _CRASHED, or the domain does not exist any more */
};

enum domain_reason {
	REASON_OTHER,
	REASON_MIGRATION,   /* PAUSED: stopped for an outgoing or incoming migration (VIR_DOMAIN_PAUSED_MIGRATION 2) */
	REASON_USER,        /* PAUSED: somebody's suspend (1) */
	REASON_IO_ERROR,    /* PAUSED (5) */
	REASON_STARTING_UP, /* PAUSED: an incoming guest before its first page (11) */
	REASON_POSTCOPY,    /* PAUSED 12 at the source, RUNNING 10 at the destination */
	REASON_POSTCOPY_FAILED,    /* PAUSED 13, RUNNING 11 */
	REASON_API_ERROR,          /* PAUSED 14: libvirt could not resume it */
	REASON_MIGRATED,           /* RUNNING 2: arrived; SHUT_OFF 4: left */
	REASON_MIGRATION_CANCELED, /* RUNNING 6 */
	REASON_UNPAUSED,           /* RUNNING 5 */
	REASON_FAILED,             /* SHUT_OFF 6 */
};

struct domain_state {
	enum domain_run run;
	enum domain_reason reason;
};

/* "paused (migration)": static text for people. */
const char *domain_state_text(struct domain_state state, char *buffer, size_t size);

/* True where the state alone says that the domain is the receiving end: PAUSED for migration or starting up can be, RUNNING
 * with post-copy is. The proof is the driver's (EVENT_INCOMING). */
bool domain_state_may_be_incoming(struct domain_state state);

/* True where the guest stands still and a migration is the reason; who has no job then goes on by itself no more. */
bool domain_state_is_stopped_for_migration(struct domain_state state);

#endif
