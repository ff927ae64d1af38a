/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door between the screen (or a command) and everything that works behind it. All functions are called by the main
 * thread and never wait for a host, a disk or a lock that is held across either. A process may hold two backends.
 */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H

#include "model/alert.h"
#include "model/fleet.h"
#include "model/record.h"
#include "model/snapshot.h"

struct backend;
struct driver;

struct backend_settings {
	struct fleet_settings fleet;
	/* at most one snapshot per this time for mere samples; changes of phase come at once; default 1 s */
	duration refresh;
	const char *cache_path;  /* NULL: no cache */
	bool only_reads_cache;   /* its last picture is read at the start, and nothing is written */
	const char *ledger_path; /* NULL: no ledger (only for --demo and recordings) */
	struct audit_sink audit; /* where actions are told too (the system's log); only with a ledger */
	struct alert_sink alert; /* who is told what nobody looks for, on the collector's thread; it may not wait */
	bool reads_ledger_only; /* the ledger is looked at for what other processes of the user share, and not written */
	bool adopts;            /* looks after what a virt-drain that died left open in the ledger */
	duration adopt_every;   /* between two looks for what somebody has left; 0: 10 s */
	duration retention;     /* outcomes and passes in the cache; default 90 days */
	duration
		proof_patience; /* how long a sent intent waits for its proof before it is UNPROVEN; 0: as the action table says */
};

/* Starts collector, recorder and drivers. The drivers are borrowed; they must outlive the backend.
 * Errors: those of a driver's start (nothing is left running). A bad cache or ledger is no error: the snapshot tells. */
enum err backend_start(struct backend **out, struct driver *const *drivers, size_t n_drivers,
		       const struct backend_settings *settings, struct err_info *why) ATTR_WARN_UNUSED;

/* Stops drivers, collector and recorder (which gets up to a second to write) and frees. NULL is fine. */
void backend_stop(struct backend *backend);

/* Readable when a newer snapshot can be taken. Borrowed. */
int backend_wake_fd(const struct backend *backend);

/* The newest snapshot if there is one that was not taken yet, else NULL. The caller frees it with snapshot_free. */
struct snapshot *backend_take(struct backend *backend);

/* What is looked at from now on; the answer is a snapshot whose look_serial is at least the returned serial. */
uint64_t backend_look(struct backend *backend, const struct migration_id *migration);

/* A dialog about this migration opened: connections for acting are made ready. */
void backend_prepare(struct backend *backend, const struct migration_id *migration);

/* Asks for an action; order.serial is ignored and given by the return value. What becomes of it is in snapshot.answer. */
uint64_t backend_submit(struct backend *backend, const struct order *order);

#endif
