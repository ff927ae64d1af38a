/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one migration: prepare, mirror disks, pre-copy, switch over (or post-copy), hand over. States, events and their
 * order are libvirt's, as 9.0.0 gives them. Pure; owned by the world.
 */
#ifndef BACKEND_SIM_JOB_H
#define BACKEND_SIM_JOB_H

#include "backend/sim/copy.h"
#include "backend/sim/world.h"

enum sim_stage {
	SIM_PREPARE,  /* the destination gets ready */
	SIM_MIRROR,   /* disks, before memory */
	SIM_PRECOPY,  /* memory; the guest runs at the source, or was suspended by somebody and the copy goes on */
	SIM_SWITCH,   /* the guest is stopped and the rest is sent: nothing can stop it any more */
	SIM_FINISH,   /* all is sent; the destination takes over */
	SIM_POSTCOPY, /* the guest runs at the destination and fetches */
	SIM_BROKEN,   /* post-copy lost its network, or its destination */
	SIM_OVER,
};

struct sim_job {
	uint32_t guest, source, destination;
	struct sim_terms terms;
	enum sim_stage stage;
	struct domain_state destination_state; /* DOMAIN_SHUT_OFF: no guest there */
	bool was_paused;                       /* by its owner, before it began */
	bool wants_postcopy;
	double cancel_at; /* ms; below 0: nobody cancelled */
	double began;     /* ms, as all times here */
	double setup_ms;
	double until;      /* end of SIM_PREPARE and SIM_FINISH; SIM_POSTCOPY: when the destination runs */
	double stopped_at; /* since when the guest stands still, for the true downtime; below 0: it does not */
	double downtime_ms;
	double cut_ms;    /* how long it has had no network */
	double rate;      /* bytes per ms: its share of the links now */
	double waited_ms; /* SIM_POSTCOPY: of this step, spent waiting for pages */
	uint64_t disk_left, disk_done;
	struct sim_copy copy;
};

/* Begins; the guest must have no job, and destination must be another host than its own. */
struct sim_job *sim_job_new(struct sim_world *world, uint32_t guest, uint32_t destination,
			    const struct sim_terms *terms);
void sim_job_free(struct sim_job *job);

/* Lets dt_ms pass that end at world->now_ms. Afterwards stage may be SIM_OVER: the world then forgets the job. */
void sim_job_step(struct sim_world *world, struct sim_job *job);

/* It fails, or was cancelled: the guest stays, or goes on, at its source. Only before the destination ran. */
void sim_job_fail(struct sim_world *world, struct sim_job *job);

/* The client that drove it died when all was copied: the guest stays paused at its source and nobody lets it go on. Only before the
 * destination ran. */
void sim_job_leave(struct sim_world *world, struct sim_job *job);

/* The guest does not run any more at the source for this job's sake. */
void sim_job_stop_guest(struct sim_world *world, struct sim_job *job, double at);

/* Post-copy lost the other side. */
void sim_job_break(struct sim_world *world, struct sim_job *job);

/* What it would send if nobody else used the links, bytes per ms; 0: nothing. */
double sim_job_demand(const struct sim_job *job);

/* virDomainGetJobStats, with absent figures absent. */
void sim_job_stats(const struct sim_world *world, const struct sim_job *job, struct job_stats *out);

#endif
