/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the simulated world to events. Driver thread; knows no clock.
 */
#include "backend/sim/watch.h"

#include "backend/sim/job.h"
#include "backend/sim/roll.h"
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define HEARTBEAT_REFRESHES 5 /* between two inventories of a host */
#define RETRY_MS 5000         /* what a lost host is told to be tried after */
#define SWEEP_MS 30000        /* a job without any event is found by the sweep over idle domains */
#define LATE_REFRESHES 3      /* an unanswered call on a domain is told after this */
#define LATENCY_MS 1

/* What was told of a guest. */
struct told {
	bool is_tracked; /* its statistics are asked for */
	bool waits;      /* an EVENT_JOB of it was not taken yet */
	bool is_late;
	uint32_t host;   /* tracked there */
	mono_time due;   /* of the next statistics */
	mono_time began; /* its job */
};

struct sim_watch {
	struct sim_world *world;
	struct event_sink sink;
	uint32_t host_base;
	duration refresh;
	size_t n_hosts;    /* watched: the first ones of the world */
	struct told *told; /* per guest; grows with the world */
	size_t n_told;
	mono_time *beat;    /* per host: the next heartbeat */
	mono_time *look_at; /* per host: an event was lost, tell everything again then; 0: none was */
};

struct sim_watch *sim_watch_new(struct sim_world *world, duration refresh)
{
	struct sim_watch *watch = mem_new(1, sizeof *watch);

	watch->world = world;
	watch->refresh = refresh;
	while (watch->n_hosts < world->n_hosts && world->host[watch->n_hosts].is_watched)
		watch->n_hosts++;
	watch->beat = mem_new(watch->n_hosts, sizeof *watch->beat);
	watch->look_at = mem_new(watch->n_hosts, sizeof *watch->look_at);
	return watch;
}

void sim_watch_free(struct sim_watch *watch)
{
	if (!watch)
		return;
	free(watch->told);
	free(watch->beat);
	free(watch->look_at);
	free(watch);
}

size_t sim_watch_n_hosts(const struct sim_watch *watch)
{
	return watch->n_hosts;
}

static void make_room(struct sim_watch *watch)
{
	size_t n = watch->world->n_guests;

	if (n <= watch->n_told)
		return;
	watch->told = mem_resize(watch->told, n, sizeof *watch->told);
	memset(watch->told + watch->n_told, 0, (n - watch->n_told) * sizeof *watch->told);
	watch->n_told = n;
}

static duration heartbeat(const struct sim_watch *watch)
{
	return (duration){HEARTBEAT_REFRESHES * watch->refresh.ms};
}

static bool can_see(const struct sim_watch *watch, uint32_t host)
{
	return host < watch->n_hosts && !watch->world->host[host].trouble;
}

/* False if the event was lost: who reads them is behind, so a refresh period passes before the host is told anew. */
static bool put(struct sim_watch *watch, uint32_t host, struct event *event)
{
	mono_time now = event->at.mono;
	bool is_kept = watch->sink.put(watch->sink.queue, event);

	if (!is_kept && !watch->look_at[host].ms)
		watch->look_at[host] = mono_add(now, watch->refresh);
	return is_kept;
}

static struct event *new_event(const struct sim_watch *watch, enum event_kind kind, uint32_t host, struct stamp now)
{
	return event_new(kind, watch->host_base + host, now);
}

static void say_link(struct sim_watch *watch, uint32_t host, enum link_state state, struct stamp now)
{
	const char *trouble = watch->world->host[host].trouble;
	struct event *event = new_event(watch, EVENT_LINK, host, now);

	event->link.state = state;
	event->link.latency.ms = state == LINK_UP ? LATENCY_MS : -1;
	if (state == LINK_DOWN) {
		event->link.reason = mem_dup(trouble);
		event->link.retry_at = mono_add(now.mono, (duration){RETRY_MS});
	}
	put(watch, host, event);
}

static void say_host(struct sim_watch *watch, uint32_t host, struct stamp now)
{
	struct event *event = new_event(watch, EVENT_HOST, host, now);

	event->host_facts.uuid = watch->world->host[host].uuid;
	event->host_facts.hostname = mem_dup(watch->world->host[host].name);
	put(watch, host, event);
}

static void say_facts(struct sim_watch *watch, uint32_t host, const struct sim_guest *guest, struct stamp now)
{
	struct event *event = new_event(watch, EVENT_FACTS, host, now);

	event->facts.uuid = guest->uuid;
	event->facts.max_memory = guest->max_memory;
	event->facts.owner = mem_dup(guest->owner);
	put(watch, host, event);
}

static void say_incoming(struct sim_watch *watch, uint32_t host, const struct sim_guest *guest,
			 struct domain_state state, struct stamp now)
{
	struct event *event = new_event(watch, EVENT_INCOMING, host, now);

	event->incoming.uuid = guest->uuid;
	event->incoming.state = state;
	put(watch, host, event);
}

static void say_no_job(struct sim_watch *watch, uint32_t number, struct stamp now)
{
	const struct sim_guest *guest = &watch->world->guest[number];
	struct told *told = &watch->told[number];
	struct event *event = new_event(watch, EVENT_NO_JOB, told->host, now);
	bool is_there = guest->host == told->host;

	event->no_job.uuid = guest->uuid;
	event->no_job.state = is_there ? guest->state : (struct domain_state){DOMAIN_SHUT_OFF, REASON_OTHER};
	told->is_tracked = false;
	put(watch, told->host, event);
}

static void say_job(struct sim_watch *watch, const struct sim_job *job, struct stamp now)
{
	const struct sim_guest *guest = &watch->world->guest[job->guest];
	struct told *told = &watch->told[job->guest];
	struct event *event = new_event(watch, EVENT_JOB, job->source, now);

	event->job.uuid = guest->uuid;
	event->job.state = guest->state;
	sim_job_stats(watch->world, job, &event->job.stats);
	told->due = mono_add(now.mono, watch->refresh);
	told->waits = put(watch, job->source, event);
}

/* Its statistics are asked for from now on, the first at once. */
static void track(struct sim_watch *watch, const struct sim_job *job, struct stamp now)
{
	struct told *told = &watch->told[job->guest];

	if (told->is_tracked && told->host == job->source)
		return;
	told->is_tracked = true;
	told->host = job->source;
	told->due = now.mono;
	say_facts(watch, job->source, &watch->world->guest[job->guest], now);
}

static void say_late(struct sim_watch *watch, const struct sim_job *job, bool is_late, struct stamp now)
{
	struct event *event = new_event(watch, EVENT_LATE, job->source, now);

	watch->told[job->guest].is_late = is_late;
	event->late.uuid = watch->world->guest[job->guest].uuid;
	event->late.is_late = is_late;
	event->late.reason = is_late ? mem_dup("its QEMU does not answer") : NULL;
	put(watch, job->source, event);
}

/* Everything about a host, as after a reconnect: what is there, who receives, who migrates, whose job is gone. */
static void look_at_host(struct sim_watch *watch, const struct sim_roll *roll, uint32_t host, struct stamp now)
{
	const struct sim_world *world = watch->world;

	watch->look_at[host].ms = 0;
	watch->beat[host] = mono_add(now.mono, heartbeat(watch));
	put(watch, host, sim_roll_inventory(roll, world, host, watch->host_base + host, now));
	for (size_t i = roll->first[host]; i < roll->first[host + 1]; i++)
		if (roll->entry[i].is_incoming)
			say_incoming(watch, host, &world->guest[roll->entry[i].guest], roll->entry[i].state, now);
	for (size_t i = 0; i < world->n_jobs; i++) {
		if (world->job[i]->source != host)
			continue;
		track(watch, world->job[i], now);
		watch->told[world->job[i]->guest].due = now.mono;
	}
	for (uint32_t i = 0; i < world->n_guests; i++) {
		const struct sim_job *job = world->guest[i].job;
		if (watch->told[i].is_tracked && watch->told[i].host == host && !(job && job->source == host))
			say_no_job(watch, i, now);
	}
}

static void connect_host(struct sim_watch *watch, const struct sim_roll *roll, uint32_t host, struct stamp now)
{
	if (!can_see(watch, host)) {
		say_link(watch, host, LINK_DOWN, now);
		return;
	}
	say_link(watch, host, LINK_UP, now);
	say_host(watch, host, now);
	look_at_host(watch, roll, host, now);
}

void sim_watch_start(struct sim_watch *watch, struct event_sink sink, uint32_t host_base, struct stamp now)
{
	struct sim_roll roll;

	watch->sink = sink;
	watch->host_base = host_base;
	make_room(watch);
	sim_roll_init(&roll, watch->world);
	for (uint32_t i = 0; i < watch->n_hosts; i++) {
		say_link(watch, i, LINK_CONNECTING, now);
		connect_host(watch, &roll, i, now);
		/* not all at the same moment */
		watch->beat[i] = mono_add(now.mono,
					  (duration){heartbeat(watch).ms * (int64_t)(i + 1) / (int64_t)watch->n_hosts});
	}
	sim_roll_done(&roll);
}

static void say_lifecycle(struct sim_watch *watch, const struct sim_event *news, struct stamp now)
{
	const struct sim_guest *guest = &watch->world->guest[news->guest];
	struct event *event = new_event(watch, EVENT_DOMAIN, news->host, now);

	event->domain.uuid = guest->uuid;
	event->domain.name = mem_dup(guest->name);
	event->domain.what = news->what;
	event->domain.state = news->state;
	put(watch, news->host, event);
	if (news->what != DOMAIN_EVENT_STARTED_MIGRATED)
		return;
	say_incoming(watch, news->host, guest, news->state, now);
	if (guest->job && can_see(watch, guest->job->source))
		track(watch, guest->job, now);
}

static void say_pass(struct sim_watch *watch, const struct sim_event *news, struct stamp now)
{
	const struct sim_guest *guest = &watch->world->guest[news->guest];

	if (guest->is_hung)
		return;
	struct event *event = new_event(watch, EVENT_PASS, news->host, now);
	event->pass.uuid = guest->uuid;
	event->pass.number = news->number;
	put(watch, news->host, event);
	if (guest->job)
		track(watch, guest->job, now);
}

static void say_completed(struct sim_watch *watch, const struct sim_event *news, struct stamp now)
{
	struct event *event = new_event(watch, EVENT_COMPLETED, news->host, now);

	event->completed.uuid = watch->world->guest[news->guest].uuid;
	event->completed.stats = news->stats;
	watch->told[news->guest].is_tracked = false;
	put(watch, news->host, event);
}

static void change_link(struct sim_watch *watch, uint32_t host, struct stamp now)
{
	struct sim_roll roll;

	sim_roll_init(&roll, watch->world);
	connect_host(watch, &roll, host, now);
	sim_roll_done(&roll);
}

static void tell(struct sim_watch *watch, const struct sim_event *news, struct stamp now)
{
	bool is_seen = can_see(watch, news->host);

	switch (news->kind) {
	case SIM_LINK:
		if (news->host < watch->n_hosts)
			change_link(watch, news->host, now);
		break;
	case SIM_JOB_BEGAN: watch->told[news->guest].began = now.mono; break;
	case SIM_JOB_GONE:
		if (is_seen && watch->told[news->guest].is_tracked)
			say_no_job(watch, news->guest, now);
		break;
	case SIM_LIFECYCLE:
		if (is_seen)
			say_lifecycle(watch, news, now);
		break;
	case SIM_PASS:
		if (is_seen)
			say_pass(watch, news, now);
		break;
	case SIM_COMPLETED:
		if (is_seen)
			say_completed(watch, news, now);
		break;
	}
}

/* A domain whose QEMU does not answer: its row is told to be late, nothing else of it is. */
static void ask_in_vain(struct sim_watch *watch, const struct sim_job *job, struct stamp now)
{
	if (!watch->told[job->guest].is_late &&
	    mono_since(now.mono, watch->told[job->guest].due).ms >= LATE_REFRESHES * watch->refresh.ms)
		say_late(watch, job, true, now);
}

static void ask_job(struct sim_watch *watch, const struct sim_job *job, struct stamp now)
{
	struct told *told = &watch->told[job->guest];

	if (!can_see(watch, job->source) || watch->look_at[job->source].ms)
		return;
	if (!told->is_tracked && mono_since(now.mono, told->began).ms >= SWEEP_MS)
		track(watch, job, now);
	if (!told->is_tracked || !mono_reached(now.mono, told->due))
		return;
	if (watch->world->guest[job->guest].is_hung) {
		ask_in_vain(watch, job, now);
		return;
	}
	if (told->is_late)
		say_late(watch, job, false, now);
	if (!told->waits)
		say_job(watch, job, now);
}

static bool is_lost_event_due(const struct sim_watch *watch, uint32_t host, struct stamp now)
{
	return watch->look_at[host].ms && mono_reached(now.mono, watch->look_at[host]);
}

static void beat(struct sim_watch *watch, struct stamp now)
{
	struct sim_roll roll = {0};

	for (uint32_t i = 0; i < watch->n_hosts; i++) {
		bool must_look = is_lost_event_due(watch, i, now);
		if (!can_see(watch, i) || !(must_look || mono_reached(now.mono, watch->beat[i])))
			continue;
		if (!roll.first)
			sim_roll_init(&roll, watch->world);
		if (must_look) {
			look_at_host(watch, &roll, i, now);
			continue;
		}
		watch->beat[i] = mono_add(now.mono, heartbeat(watch));
		put(watch, i, sim_roll_inventory(&roll, watch->world, i, watch->host_base + i, now));
	}
	sim_roll_done(&roll);
}

void sim_watch_turn(struct sim_watch *watch, struct stamp now)
{
	struct sim_event news;

	make_room(watch);
	while (sim_world_take(watch->world, &news))
		tell(watch, &news, now);
	beat(watch, now);
	for (size_t i = 0; i < watch->world->n_jobs; i++)
		ask_job(watch, watch->world->job[i], now);
}

void sim_watch_taken(struct sim_watch *watch, const struct uuid *domain)
{
	const struct sim_guest *guest = sim_world_find(watch->world, domain);

	if (guest && sim_guest_number(watch->world, guest) < watch->n_told)
		watch->told[sim_guest_number(watch->world, guest)].waits = false;
}

void sim_watch_reply(struct sim_watch *watch, const struct intent *intent, const struct intent_reply *reply,
		     struct stamp now)
{
	struct event *event = event_new(EVENT_REPLY, watch->host_base, now);

	for (uint32_t i = 0; i < watch->n_hosts; i++)
		if (uuid_equal(&watch->world->host[i].uuid, &intent->order.target.host))
			event->host = watch->host_base + i;
	event->reply = *reply;
	/* Replies pass the bound of every queue; one that is refused all the same has nobody left to read it. */
	watch->sink.put(watch->sink.queue, event);
}
