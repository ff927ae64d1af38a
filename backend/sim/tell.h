/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events of the simulated driver, made and put: one function per kind. What to tell and when is decided in watch.c.
 * Driver thread; knows no clock.
 */
#ifndef BACKEND_SIM_TELL_H
#define BACKEND_SIM_TELL_H

#include "backend/driver.h"
#include "backend/sim/job.h"

struct sim_teller {
	const struct sim_world *world;
	struct event_sink sink;
	uint32_t host_base;
	duration refresh;
	mono_time
		*look_at; /* per host: an event was lost, everything is to be told again then; 0: none was. Borrowed */
};

/* Puts any event about a host (its own number, not the process's). False if it was lost: who reads events is behind, so a refresh
 * period passes before the host is told anew. */
bool sim_tell(struct sim_teller *teller, uint32_t host, struct event *event);

void sim_tell_link(struct sim_teller *teller, uint32_t host, enum link_state state, struct stamp now);
void sim_tell_host(struct sim_teller *teller, uint32_t host, struct stamp now);
void sim_tell_facts(struct sim_teller *teller, const struct sim_job *job, struct stamp now);
bool sim_tell_job(struct sim_teller *teller, const struct sim_job *job, struct stamp now); /* as sim_tell */
void sim_tell_no_job(struct sim_teller *teller, uint32_t host, uint32_t guest, struct stamp now);
void sim_tell_incoming(struct sim_teller *teller, uint32_t host, uint32_t guest, struct domain_state state,
		       struct stamp now);
void sim_tell_late(struct sim_teller *teller, const struct sim_job *job, bool is_late, struct stamp now);
/* SIM_LIFECYCLE, SIM_PASS and SIM_COMPLETED. */
void sim_tell_news(struct sim_teller *teller, const struct sim_event *news, struct stamp now);

#endif
