/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated fleet: hosts with links, guests, their migrations, and what happens to them as time is told. Deterministic: the same
 * seed, steps and calls give the same events. Pure (no clock, no thread); owned by the driver's thread or by a test.
 *
 * job.c is the life of one migration, calls.c what one may ask of it, script.c the other people who work on the same fleet,
 * scenario.c the fleets that can be chosen.
 */
#ifndef BACKEND_SIM_WORLD_H
#define BACKEND_SIM_WORLD_H

#include "backend/sim/guest.h"
#include "model/event.h"

#define SIM_PATIENCE_MS 30000 /* libvirt's keepalive between hosts, 5 s x 5, and one more: then a cut migration fails */

struct sim_host {
	struct uuid uuid;
	char *name;          /* owned */
	char *uri;           /* owned */
	bytes_per_s link;    /* of the migration network, each way */
	bool is_watched;     /* false: the driver does not know it */
	const char *trouble; /* why the driver cannot reach its daemon, static; NULL: it can */
	bool is_cut;         /* off the migration network */
	/* for share.c */
	double left_out, left_in;
	uint32_t hungry_out, hungry_in;
};

enum sim_event_kind {
	SIM_LIFECYCLE, /* of a guest on a host: what, state */
	SIM_PASS,      /* at the source: number */
	SIM_COMPLETED, /* at the source: stats */
	SIM_JOB_BEGAN, /* at the source; nothing that libvirt would say */
	SIM_JOB_GONE,  /* at the source: it ended without success; nothing that libvirt would say */
	SIM_LINK,      /* the daemon of a host can be reached no more, or again */
};

struct sim_event {
	enum sim_event_kind kind;
	int64_t at_ms;
	uint32_t host;
	uint32_t guest;
	enum domain_event what;
	struct domain_state state;
	uint64_t number;
	struct job_stats stats;
};

/* For tests: told of each page that is written and sent. */
struct sim_probe {
	void (*written)(void *context, uint32_t guest, uint64_t page, bool at_destination);
	void (*sent)(void *context, uint32_t guest, uint64_t page);
	void *context;
};

struct sim_world {
	int64_t now_ms;
	int64_t tick_ms;    /* time passes in steps of this; at most 100 */
	int64_t owed_ms;    /* told, and shorter than a tick */
	uint64_t page_size; /* of a simulated page: a multiple of SIM_REAL_PAGE */
	uint64_t chance;
	struct sim_host *host;
	size_t n_hosts, hosts_capacity;
	struct sim_guest *guest;
	size_t n_guests, guests_capacity;
	struct sim_job **job; /* the running ones */
	size_t n_jobs, jobs_capacity;
	struct sim_event *event; /* not taken yet: from first_event on */
	size_t n_events, events_capacity, first_event;
	struct sim_script *script; /* NULL: nobody else works here */
	struct sim_probe probe;
};

/* A guest to be added; strings are copied, but `owner` must be static. Rates and sizes are the guest's own, in real bytes. */
struct sim_writer_plan {
	enum sim_pattern pattern;
	unsigned set_mib;
	unsigned mib_per_s; /* 0: no writer */
	unsigned period_s, busy_s;
};

struct sim_guest_plan {
	const char *name;
	const char *owner;
	uint32_t host;
	unsigned memory_mib, used_mib;
	struct sim_writer_plan writer[SIM_WRITERS_MAX];
	struct sim_terms terms;
};

struct sim_world *sim_world_new(uint64_t seed, uint64_t page_size, int64_t tick_ms);
void sim_world_free(struct sim_world *world);

/* Both return the number of what they added. Pointers to hosts and guests do not outlive the next addition. */
uint32_t sim_world_add_host(struct sim_world *world, const char *name, bytes_per_s link);
uint32_t sim_world_add_guest(struct sim_world *world, const struct sim_guest_plan *plan);

/* Lets time pass. */
void sim_world_step(struct sim_world *world, duration dt);

/* Takes the oldest event that was not taken yet; false if there is none. */
bool sim_world_take(struct sim_world *world, struct sim_event *out);

/* For the other files of the simulation: something happened to a guest on a host. Returns the event to be filled further,
 * valid until the next one. */
struct sim_event *sim_world_say(struct sim_world *world, enum sim_event_kind kind, uint32_t host, uint32_t guest);
void sim_world_say_lifecycle(struct sim_world *world, uint32_t host, uint32_t guest, enum domain_event what,
			     struct domain_state state);

/* Releases the jobs that are over. Never while jobs are being walked through. */
void sim_world_forget_ended(struct sim_world *world);

uint32_t sim_guest_number(const struct sim_world *world, const struct sim_guest *guest);
/* By UUID; NULL if there is none. */
struct sim_guest *sim_world_find(const struct sim_world *world, const struct uuid *uuid);

#endif
