/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of a migration, of a host and of an action: the shape that cache and ledger store and give back, and that `history`
 * prints.
 * Strings are owned; migration_record_done and host_record_done release them.
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "model/intent.h"
#include "model/job_stats.h"

struct migration_record {
	struct migration_id id;
	char *name;                  /* raw domain name */
	char *source;                /* host name as configured, raw */
	char *destination;           /* NULL unknown */
	int phase;                   /* enum phase */
	wall_time first_seen, ended; /* ended 0: not seen to end */
	wall_time last_seen;
	duration elapsed;
	duration timeout; /* 0 none */
	duration frozen;
	duration downtime;      /* -1 unknown */
	struct job_stats stats; /* the last */
};

struct host_record {
	struct uuid uuid;
	char *name;
	char *uri;
	uint32_t guests;
	wall_time last_seen;
};

/* Who made an intent. A process is told from a later one of the same number by its boot and its start. */
struct ledger_owner {
	char boot_id[40];
	int pid;
	uint64_t process_start; /* as clock_process_start */
	uint64_t session;       /* of this recorder: two in one process differ */
	char user[64];
	int64_t login_uid;   /* of the audit system; -1 unknown */
	char tty[64];        /* "" none */
	char ssh_client[64]; /* address and port, "" not over ssh */
	char version[32];    /* of the program */
};

struct ledger_row {
	struct intent intent;
	struct ledger_owner owner;
	struct stamp recorded; /* when the row was written; wall 0 in rows of a ledger before version 2 */
	bool is_late;          /* written after the call, because the operator insisted */
};

/* Where an action is told besides the ledger: once when it is asked and recorded (or could not be), and once when it has ended, which
 * intent_is_closed(&row->intent) tells apart. Called from a thread of its own, which it may keep waiting. The row is borrowed. */
struct audit_sink {
	void (*put)(void *context, const struct ledger_row *row); /* NULL: nowhere */
	void *context;
};

void migration_record_done(struct migration_record *record);
void host_record_done(struct host_record *record);

#endif
