/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to tell of the simulated world, and when: as one who can only ask libvirt and hear its events would find it out. Driver
 * thread; knows no clock.
 */
#include "backend/sim/watch.h"

#include "backend/sim/roll.h"
#include "backend/sim/tell.h"
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define HEARTBEAT_REFRESHES 5 /* between two inventories of a host */
#define SWEEP_MS 30000        /* a job without any event is found by the sweep over idle domains */
#define LATE_REFRESHES 3      /* an unanswered call on a domain is told after this */

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
	struct sim_teller teller;
	duration refresh;
	size_t n_hosts;    /* watched: the first ones of the world */
	struct told *told; /* per guest; grows with the world */
	size_t n_told;
	mono_time *beat;    /* per host: the next heartbeat */
	mono_time *look_at; /* per host: see struct sim_teller */
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

static void say_no_job(struct sim_watch *watch, uint32_t guest, struct stamp now)
{
	watch->told[guest].is_tracked = false;
	sim_tell_no_job(&watch->teller, watch->told[guest].host, guest, now);
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
	sim_tell_facts(&watch->teller, job, now);
}

static void say_inventory(struct sim_watch *watch, const struct sim_roll *roll, uint32_t host, struct stamp now)
{
	uint32_t number = watch->teller.host_base + host;

	watch->beat[host] = mono_add(now.mono, heartbeat(watch));
	sim_tell(&watch->teller, host, sim_roll_inventory(roll, watch->world, host, number, now));
}

/* Who stands still for a migration and has none is asked at each heartbeat. */
static void say_left(struct sim_watch *watch, const struct sim_roll *roll, uint32_t host, struct stamp now)
{
	for (size_t i = roll->first[host]; i < roll->first[host + 1]; i++) {
		const struct sim_roll_entry *entry = &roll->entry[i];

		if (!entry->is_incoming && !watch->world->guest[entry->guest].job &&
		    domain_state_is_stopped_for_migration(entry->state))
			sim_tell_no_job(&watch->teller, host, entry->guest, now);
	}
}

/* Of one that is remembered as migrating the end is told apart. */
static void say_if_idle(struct sim_watch *watch, uint32_t guest, uint32_t host, struct stamp now)
{
	const struct sim_job *job = watch->world->guest[guest].job;
	const struct told *told = &watch->told[guest];
	bool is_leaving = job && job->source == host;

	if (!is_leaving && !(told->is_tracked && told->host == host))
		sim_tell_no_job(&watch->teller, host, guest, now);
}

/* Everything about a host, as after a reconnect: what is there, who receives, who migrates, who does not. */
static void look_at_host(struct sim_watch *watch, const struct sim_roll *roll, uint32_t host, struct stamp now)
{
	const struct sim_world *world = watch->world;

	watch->look_at[host].ms = 0;
	say_inventory(watch, roll, host, now);
	for (size_t i = roll->first[host]; i < roll->first[host + 1]; i++)
		if (!roll->entry[i].is_incoming)
			say_if_idle(watch, roll->entry[i].guest, host, now);
		else
			sim_tell_incoming(&watch->teller, host, roll->entry[i].guest, roll->entry[i].state, now);
	for (size_t i = 0; i < world->n_jobs; i++) {
		if (world->job[i]->source != host)
			continue;
		track(watch, world->job[i], now);
		watch->told[world->job[i]->guest].due = now.mono;
	}
	for (uint32_t i = 0; i < watch->n_told; i++) {
		const struct sim_job *job = world->guest[i].job;
		if (watch->told[i].is_tracked && watch->told[i].host == host && !(job && job->source == host))
			say_no_job(watch, i, now);
	}
}

static void connect_host(struct sim_watch *watch, const struct sim_roll *roll, uint32_t host, struct stamp now)
{
	if (!can_see(watch, host)) {
		sim_tell_link(&watch->teller, host, LINK_DOWN, now);
		return;
	}
	sim_tell_link(&watch->teller, host, LINK_UP, now);
	sim_tell_host(&watch->teller, host, now);
	look_at_host(watch, roll, host, now);
}

void sim_watch_start(struct sim_watch *watch, struct event_sink sink, uint32_t host_base, struct stamp now)
{
	struct sim_roll roll;

	watch->teller = (struct sim_teller){watch->world, sink, host_base, watch->refresh, watch->look_at};
	make_room(watch);
	sim_roll_init(&roll, watch->world);
	for (uint32_t i = 0; i < watch->n_hosts; i++) {
		sim_tell_link(&watch->teller, i, LINK_CONNECTING, now);
		connect_host(watch, &roll, i, now);
		/* not all at the same moment */
		watch->beat[i].ms = now.mono.ms + heartbeat(watch).ms * (int64_t)(i + 1) / (int64_t)watch->n_hosts;
	}
	sim_roll_done(&roll);
}

static void change_link(struct sim_watch *watch, uint32_t host, struct stamp now)
{
	struct sim_roll roll;

	sim_roll_init(&roll, watch->world);
	connect_host(watch, &roll, host, now);
	sim_roll_done(&roll);
}

/* An incoming guest is asked what it is, and its source what it sends. */
static void meet_incoming(struct sim_watch *watch, const struct sim_event *news, struct stamp now)
{
	const struct sim_job *job = watch->world->guest[news->guest].job;

	sim_tell_incoming(&watch->teller, news->host, news->guest, news->state, now);
	if (job && can_see(watch, job->source))
		track(watch, job, now);
}

/* News of a host that can be seen. */
static void hear(struct sim_watch *watch, const struct sim_event *news, struct stamp now)
{
	const struct sim_guest *guest = &watch->world->guest[news->guest];

	switch (news->kind) {
	case SIM_LIFECYCLE:
		sim_tell_news(&watch->teller, news, now);
		if (news->what == DOMAIN_EVENT_STARTED_MIGRATED)
			meet_incoming(watch, news, now);
		return;
	case SIM_PASS:
		if (guest->is_hung)
			return;
		sim_tell_news(&watch->teller, news, now);
		if (guest->job)
			track(watch, guest->job, now);
		return;
	case SIM_COMPLETED:
		watch->told[news->guest].is_tracked = false;
		sim_tell_news(&watch->teller, news, now);
		return;
	case SIM_JOB_GONE:
		if (watch->told[news->guest].is_tracked)
			say_no_job(watch, news->guest, now);
		return;
	case SIM_JOB_BEGAN:
	case SIM_LINK: return;
	}
}

static void take_news(struct sim_watch *watch, const struct sim_event *news, struct stamp now)
{
	if (news->kind == SIM_JOB_BEGAN)
		watch->told[news->guest].began = now.mono;
	else if (news->kind == SIM_LINK && news->host < watch->n_hosts)
		change_link(watch, news->host, now);
	else if (can_see(watch, news->host))
		hear(watch, news, now);
}

/* A domain whose QEMU does not answer: its row is told to be late, nothing else of it is. */
static void ask_in_vain(struct sim_watch *watch, const struct sim_job *job, struct stamp now)
{
	struct told *told = &watch->told[job->guest];

	if (told->is_late || mono_since(now.mono, told->due).ms < LATE_REFRESHES * watch->refresh.ms)
		return;
	told->is_late = true;
	sim_tell_late(&watch->teller, job, true, now);
}

static void ask(struct sim_watch *watch, const struct sim_job *job, struct stamp now)
{
	struct told *told = &watch->told[job->guest];

	if (told->is_late) {
		told->is_late = false;
		sim_tell_late(&watch->teller, job, false, now);
	}
	if (told->waits)
		return;
	told->due = mono_add(now.mono, watch->refresh);
	told->waits = sim_tell_job(&watch->teller, job, now);
}

static void ask_if_due(struct sim_watch *watch, const struct sim_job *job, struct stamp now)
{
	struct told *told = &watch->told[job->guest];

	if (!can_see(watch, job->source) || watch->look_at[job->source].ms)
		return;
	if (!told->is_tracked && mono_since(now.mono, told->began).ms >= SWEEP_MS)
		track(watch, job, now);
	if (!told->is_tracked || !mono_reached(now.mono, told->due))
		return;
	if (watch->world->guest[job->guest].is_hung)
		ask_in_vain(watch, job, now);
	else
		ask(watch, job, now);
}

static bool must_look(const struct sim_watch *watch, uint32_t host, struct stamp now)
{
	return watch->look_at[host].ms && mono_reached(now.mono, watch->look_at[host]);
}

static void beat(struct sim_watch *watch, struct stamp now)
{
	struct sim_roll roll = {0};

	for (uint32_t i = 0; i < watch->n_hosts; i++) {
		bool was_lost = must_look(watch, i, now);
		if (!can_see(watch, i) || !(was_lost || mono_reached(now.mono, watch->beat[i])))
			continue;
		if (!roll.first)
			sim_roll_init(&roll, watch->world);
		if (was_lost) {
			look_at_host(watch, &roll, i, now);
			continue;
		}
		say_inventory(watch, &roll, i, now);
		say_left(watch, &roll, i, now);
	}
	sim_roll_done(&roll);
}

void sim_watch_turn(struct sim_watch *watch, struct stamp now)
{
	struct sim_event news;

	make_room(watch);
	while (sim_world_take(watch->world, &news))
		take_news(watch, &news, now);
	beat(watch, now);
	for (size_t i = 0; i < watch->world->n_jobs; i++)
		ask_if_due(watch, watch->world->job[i], now);
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
	struct event *event = event_new(EVENT_REPLY, watch->teller.host_base, now);

	for (uint32_t i = 0; i < watch->n_hosts; i++)
		if (uuid_equal(&watch->world->host[i].uuid, &intent->order.target.host))
			event->host = watch->teller.host_base + i;
	event->reply = *reply;
	/* Replies pass the bound of every queue; one that is refused all the same has nobody left to read it. */
	watch->teller.sink.put(watch->teller.sink.queue, event);
}
