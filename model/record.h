/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of a migration and of a host: the shape that the cache stores and gives back, and that `history` prints.
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

void migration_record_done(struct migration_record *record);
void host_record_done(struct host_record *record);

#endif
