/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making events out of the simulated world. Driver thread; knows no clock.
 */
#include "backend/sim/tell.h"

#include "base/array.h"

#define RETRY_MS 5000 /* what a lost host is told to be tried after */
#define LATENCY_MS 1

bool sim_tell(struct sim_teller *teller, uint32_t host, struct event *event)
{
	mono_time now = event->at.mono;
	bool is_kept = teller->sink.put(teller->sink.queue, event);

	if (!is_kept && !teller->look_at[host].ms)
		teller->look_at[host] = mono_add(now, teller->refresh);
	return is_kept;
}

static struct event *new_event(const struct sim_teller *teller, enum event_kind kind, uint32_t host, struct stamp now)
{
	return event_new(kind, teller->host_base + host, now);
}

void sim_tell_link(struct sim_teller *teller, uint32_t host, enum link_state state, struct stamp now)
{
	struct event *event = new_event(teller, EVENT_LINK, host, now);

	event->link.state = state;
	event->link.latency.ms = state == LINK_UP ? LATENCY_MS : -1;
	if (state == LINK_DOWN) {
		event->link.reason = mem_dup(teller->world->host[host].trouble);
		event->link.retry_at = mono_add(now.mono, (duration){RETRY_MS});
	}
	sim_tell(teller, host, event);
}

void sim_tell_host(struct sim_teller *teller, uint32_t host, struct stamp now)
{
	struct event *event = new_event(teller, EVENT_HOST, host, now);

	event->host_facts.uuid = teller->world->host[host].uuid;
	event->host_facts.hostname = mem_dup(teller->world->host[host].name);
	sim_tell(teller, host, event);
}

void sim_tell_facts(struct sim_teller *teller, const struct sim_job *job, struct stamp now)
{
	const struct sim_guest *guest = &teller->world->guest[job->guest];
	struct event *event = new_event(teller, EVENT_FACTS, job->source, now);

	event->facts.uuid = guest->uuid;
	event->facts.max_memory = guest->max_memory;
	event->facts.owner = mem_dup(guest->owner);
	sim_tell(teller, job->source, event);
}

bool sim_tell_job(struct sim_teller *teller, const struct sim_job *job, struct stamp now)
{
	const struct sim_guest *guest = &teller->world->guest[job->guest];
	struct event *event = new_event(teller, EVENT_JOB, job->source, now);

	event->job.uuid = guest->uuid;
	event->job.state = guest->state;
	sim_job_stats(teller->world, job, &event->job.stats);
	return sim_tell(teller, job->source, event);
}

void sim_tell_no_job(struct sim_teller *teller, uint32_t host, uint32_t number, struct stamp now)
{
	const struct sim_guest *guest = &teller->world->guest[number];
	struct event *event = new_event(teller, EVENT_NO_JOB, host, now);

	event->no_job.uuid = guest->uuid;
	event->no_job.state = guest->host == host ? guest->state : (struct domain_state){DOMAIN_SHUT_OFF, REASON_OTHER};
	sim_tell(teller, host, event);
}

void sim_tell_incoming(struct sim_teller *teller, uint32_t host, uint32_t guest, struct domain_state state,
		       struct stamp now)
{
	struct event *event = new_event(teller, EVENT_INCOMING, host, now);

	event->incoming.uuid = teller->world->guest[guest].uuid;
	event->incoming.state = state;
	sim_tell(teller, host, event);
}

void sim_tell_late(struct sim_teller *teller, const struct sim_job *job, bool is_late, struct stamp now)
{
	struct event *event = new_event(teller, EVENT_LATE, job->source, now);

	event->late.uuid = teller->world->guest[job->guest].uuid;
	event->late.is_late = is_late;
	event->late.reason = is_late ? mem_dup("its QEMU does not answer") : NULL;
	sim_tell(teller, job->source, event);
}

static struct event *lifecycle(const struct sim_teller *teller, const struct sim_event *news, struct stamp now)
{
	const struct sim_guest *guest = &teller->world->guest[news->guest];
	struct event *event = new_event(teller, EVENT_DOMAIN, news->host, now);

	event->domain.uuid = guest->uuid;
	event->domain.name = mem_dup(guest->name);
	event->domain.what = news->what;
	event->domain.state = news->state;
	return event;
}

static struct event *pass(const struct sim_teller *teller, const struct sim_event *news, struct stamp now)
{
	struct event *event = new_event(teller, EVENT_PASS, news->host, now);

	event->pass.uuid = teller->world->guest[news->guest].uuid;
	event->pass.number = news->number;
	return event;
}

static struct event *completed(const struct sim_teller *teller, const struct sim_event *news, struct stamp now)
{
	struct event *event = new_event(teller, EVENT_COMPLETED, news->host, now);

	event->completed.uuid = teller->world->guest[news->guest].uuid;
	event->completed.stats = news->stats;
	return event;
}

void sim_tell_news(struct sim_teller *teller, const struct sim_event *news, struct stamp now)
{
	switch (news->kind) {
	case SIM_LIFECYCLE: sim_tell(teller, news->host, lifecycle(teller, news, now)); return;
	case SIM_PASS: sim_tell(teller, news->host, pass(teller, news, now)); return;
	case SIM_COMPLETED: sim_tell(teller, news->host, completed(teller, news, now)); return;
	case SIM_JOB_BEGAN:
	case SIM_JOB_GONE:
	case SIM_LINK: return; /* libvirt has no word for them */
	}
}
