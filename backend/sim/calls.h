/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt's calls do to the simulated fleet, with its refusals. All return at once, like the calls that only ask for
 * something; the effect follows with time. Pure; the world's owner calls them.
 */
#ifndef BACKEND_SIM_CALLS_H
#define BACKEND_SIM_CALLS_H

#include "backend/sim/world.h"

/* A live migration to another host begins. ERR_INVALID_STATE: it has a job, is there already, or is not running anywhere. */
enum err sim_call_migrate(struct sim_world *world, uint32_t guest, uint32_t destination, const struct sim_terms *terms,
			  struct err_info *why);

/* virDomainAbortJob. ERR_INVALID_STATE: no job, or post-copy. Accepted and without effect once the switch-over began. */
enum err sim_call_abort(struct sim_world *world, uint32_t guest, struct err_info *why);

/* virDomainSuspend. Inside a job it stops the guest for the migration; of a paused guest it changes nothing. */
enum err sim_call_suspend(struct sim_world *world, uint32_t guest, struct err_info *why);

/* virDomainResume. ERR_TIMEOUT while a job runs: it has the lock. */
enum err sim_call_resume(struct sim_world *world, uint32_t guest, struct err_info *why);

/* virDomainMigrateStartPostCopy. ERR_NO_POSTCOPY: no job, or one that does not permit it (libvirt has one code, 55, for both);
 * ERR_FAILED: memory has not started. */
enum err sim_call_postcopy(struct sim_world *world, uint32_t guest, struct err_info *why);

/* virDomainMigrateSetMaxSpeed; 0: no limit. In post-copy it sets the limit of post-copy. */
enum err sim_call_bandwidth(struct sim_world *world, uint32_t guest, bytes_per_s limit, struct err_info *why);

/* virDomainMigrateSetMaxDowntime; ERR_FAILED above QEMU's 2000 s. */
enum err sim_call_downtime(struct sim_world *world, uint32_t guest, uint64_t ms, struct err_info *why);

/* What happens to a fleet without anybody's call. */
void sim_fault_link(struct sim_world *world, uint32_t host,
		    const char *trouble); /* the daemon cannot be reached; NULL: it can */
void sim_fault_cut(struct sim_world *world, uint32_t host, bool is_cut); /* off the migration network, and on again */
void sim_fault_hang(struct sim_world *world, uint32_t guest, bool is_hung); /* the monitor of its QEMU */
/* The client of a migration that is not peer to peer dies when all was copied: the guest stays paused, without a job. Nothing in post-copy. */
void sim_fault_client(struct sim_world *world, uint32_t guest);
/* The receiving QEMU dies. In post-copy that loses the guest. Nothing if it receives nothing. */
void sim_fault_destination(struct sim_world *world, uint32_t guest);

#endif
