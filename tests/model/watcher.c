/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver of one virt-drain: what it can see of the world comes as events, late and with gaps, in the order that backend/driver.h and
 * model/event.h promise; its intents are carried out by act.c.
 */
#include "tests/model/model.h"

#include "base/array.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define REFRESH_MS 1000
#define BEAT_MS 5000
#define LATE_MS 3000
#define LOCK_PATIENCE_MS 30000

static struct watcher *watcher_of(const struct driver *driver)
{
	return (struct watcher *)(uintptr_t)driver;
}

static bool can_see(const struct watcher *watcher, uint32_t host)
{
	return host < N_WATCHED && watcher->is_up[host];
}

/* ---- the way of an event: it takes its time, and keeps its place among those of its host */

static void post(struct watcher *watcher, struct event *event, int64_t delay)
{
	int64_t due = model.now + delay;

	if (due < watcher->last_due[event->host])
		due = watcher->last_due[event->host];
	watcher->last_due[event->host] = due;
	watcher->mail =
		array_reserve(watcher->mail, &watcher->mails_capacity, watcher->n_mails + 1, sizeof *watcher->mail);
	watcher->mail[watcher->n_mails++] = (struct mail){event, due, event->kind == EVENT_REPLY};
}

static int64_t any_delay(void)
{
	return chance_one_in(20) ? (int64_t)chance_below(2000) : (int64_t)chance_below(100);
}

static struct event *news(enum event_kind kind, uint32_t host)
{
	return event_new(kind, host, clock_stamp());
}

/* A connection that is lost takes with it what was not heard yet. */
static void drop_mail(struct watcher *watcher, uint32_t host)
{
	size_t kept = 0;

	for (size_t i = 0; i < watcher->n_mails; i++) {
		if (watcher->mail[i].event->host == host && !watcher->mail[i].is_reply)
			event_free(watcher->mail[i].event);
		else
			watcher->mail[kept++] = watcher->mail[i];
	}
	watcher->n_mails = kept;
}

/* ---- what is heard */

void watcher_hear(struct watcher *watcher, uint32_t host, const struct guest *guest, enum domain_event what,
		  struct domain_state state)
{
	if (!watcher->is_started || !can_see(watcher, host))
		return;
	struct event *event = news(EVENT_DOMAIN, host);
	event->domain.uuid = guest->uuid;
	event->domain.name = mem_dup(guest->name);
	event->domain.what = what;
	event->domain.state = state;
	post(watcher, event, any_delay());
	if (what == DOMAIN_EVENT_STARTED_MIGRATED) {
		event = news(EVENT_INCOMING, host);
		event->incoming.uuid = guest->uuid;
		event->incoming.state = state;
		post(watcher, event, any_delay());
	}
}

void watcher_hear_completed(struct watcher *watcher, uint32_t host, const struct guest *guest)
{
	if (!watcher->is_started || !can_see(watcher, host) || chance_one_in(10))
		return;
	struct event *event = news(EVENT_COMPLETED, host);
	event->completed.uuid = guest->uuid;
	world_stats(guest, &event->completed.stats);
	post(watcher, event, any_delay());
}

/* ---- what is asked */

static void say_inventory(struct watcher *watcher, uint32_t host)
{
	struct event *event = news(EVENT_INVENTORY, host);

	event->inventory.domain = mem_new(N_GUESTS, sizeof *event->inventory.domain);
	for (size_t i = 0; i < N_GUESTS; i++) {
		const struct guest *guest = &model.world.guest[i];
		struct domain_state state = world_state(guest, host);

		if (state.run != DOMAIN_SHUT_OFF)
			event->inventory.domain[event->inventory.n_domains++] =
				(struct inventory_domain){guest->uuid, mem_dup(guest->name), state};
	}
	watcher->beat[host] = model.now + BEAT_MS;
	post(watcher, event, any_delay());
}

static void say_no_job(struct watcher *watcher, uint32_t host, const struct guest *guest)
{
	struct event *event = news(EVENT_NO_JOB, host);
	enum fate fate = model.world.past[guest->job.number % N_JOBS].fate;

	event->no_job.uuid = guest->uuid;
	event->no_job.state = world_state(guest, host);
	if (fate == FATE_STAYED && chance_one_in(4))
		event->no_job.how = guest->job.cancel_at ? JOB_END_CANCELLED : JOB_END_FAILED;
	post(watcher, event, any_delay());
}

static void say_job(struct watcher *watcher, uint32_t host, const struct guest *guest, struct told *told)
{
	struct event *event = news(EVENT_JOB, host);

	event->job.uuid = guest->uuid;
	event->job.state = guest->state;
	event->job.asked = event->at.mono;
	world_stats(guest, &event->job.stats);
	told->waits = true;
	told->due = model.now + REFRESH_MS;
	post(watcher, event, any_delay());
	if (guest->job.pass == told->pass)
		return;
	told->pass = guest->job.pass;
	event = news(EVENT_PASS, host);
	event->pass.uuid = guest->uuid;
	event->pass.number = told->pass;
	post(watcher, event, any_delay());
}

static void say_late(struct watcher *watcher, const struct guest *guest, struct told *told, bool is_late)
{
	if (told->is_late == is_late)
		return;
	struct event *event = news(EVENT_LATE, told->host);
	told->is_late = event->late.is_late = is_late;
	event->late.uuid = guest->uuid;
	post(watcher, event, any_delay());
}

static void track(struct watcher *watcher, uint32_t host, const struct guest *guest, struct told *told)
{
	struct event *event = news(EVENT_FACTS, host);

	*told = (struct told){.is_tracked = true, .host = host, .due = model.now};
	event->facts.uuid = guest->uuid;
	event->facts.max_memory.n = UINT64_C(1) << 30;
	say_job(watcher, host, guest, told);
	post(watcher, event, any_delay());
}

static void ask(struct watcher *watcher, const struct guest *guest, struct told *told)
{
	bool has_job = world_has_job(guest, told->host);

	if (guest->is_hung && has_job) {
		told->hung_since = told->hung_since ? told->hung_since : model.now;
		if (model.now - told->hung_since >= LATE_MS)
			say_late(watcher, guest, told, true);
		return;
	}
	told->hung_since = 0;
	say_late(watcher, guest, told, false);
	if (!has_job) {
		told->is_tracked = false;
		say_no_job(watcher, told->host, guest);
	} else if (!told->waits) {
		say_job(watcher, told->host, guest, told);
	}
}

static void poll_host(struct watcher *watcher, uint32_t host)
{
	for (size_t i = 0; i < N_GUESTS; i++) {
		const struct guest *guest = &model.world.guest[i];
		struct told *told = &watcher->told[i];

		if (told->is_tracked && told->host == host && model.now >= told->due)
			ask(watcher, guest, told);
		else if (!told->is_tracked && world_has_job(guest, host) && !guest->is_hung && chance_one_in(3))
			track(watcher, host, guest, told);
	}
	if (model.now >= watcher->beat[host])
		say_inventory(watcher, host);
}

/* As after a reconnect or an overflow: everything, in the order that model/event.h promises. */
static void look_at(struct watcher *watcher, uint32_t host)
{
	say_inventory(watcher, host);
	for (size_t i = 0; i < N_GUESTS; i++) {
		const struct guest *guest = &model.world.guest[i];

		if (watcher->told[i].is_tracked && watcher->told[i].host == host)
			watcher->told[i].is_tracked = false;
		if (world_is_incoming(guest, host)) {
			struct event *event = news(EVENT_INCOMING, host);
			event->incoming.uuid = guest->uuid;
			event->incoming.state = world_state(guest, host);
			post(watcher, event, 0);
		} else if (world_has_job(guest, host) && !guest->is_hung) {
			track(watcher, host, guest, &watcher->told[i]);
		} else if (!world_has_job(guest, host) && world_state(guest, host).run != DOMAIN_SHUT_OFF) {
			say_no_job(watcher, host, guest);
		}
	}
}

static void say_link(struct watcher *watcher, uint32_t host, enum link_state state)
{
	struct event *event = news(EVENT_LINK, host);

	event->link.state = state;
	event->link.latency.ms = state == LINK_UP ? 1 : -1;
	event->link.reason = state == LINK_DOWN ? mem_dup("connection refused") : NULL;
	post(watcher, event, 0);
}

static void change_link(struct watcher *watcher, uint32_t host, bool is_up)
{
	watcher->is_up[host] = is_up;
	trace("process %d: host %u is %s", watcher->process->pid, host, is_up ? "up" : "down");
	if (!is_up) {
		drop_mail(watcher, host);
		say_link(watcher, host, LINK_DOWN);
		for (size_t i = 0; i < N_GUESTS; i++)
			if (watcher->told[i].host == host)
				watcher->told[i] = (struct told){0};
		return;
	}
	struct event *event = news(EVENT_HOST, host);
	event->host_facts.uuid = world_host_uuid(host);
	event->host_facts.hostname = mem_dup("host");
	say_link(watcher, host, LINK_UP);
	post(watcher, event, 0);
	look_at(watcher, host);
}

/* ---- actions */

static void reply(struct watcher *watcher, const struct intent *intent, const struct intent_reply *reply)
{
	uint32_t host = 0;

	while (host + 1 < N_WATCHED) {
		struct uuid uuid = world_host_uuid(host);
		if (uuid_equal(&uuid, &intent->order.target.host))
			break;
		host++;
	}
	struct event *event = news(EVENT_REPLY, host);
	event->reply = *reply;
	post(watcher, event, any_delay());
}

static void refuse(struct watcher *watcher, const struct intent *intent, enum err result)
{
	struct intent_reply refusal = {.intent_id = intent->id, .result = result, .used = intent->order.method};

	reply(watcher, intent, &refusal);
}

static void run_errand(struct watcher *watcher, const struct errand *errand)
{
	struct actor actor = {.process = watcher->process, .intent = &errand->intent, .is_debt = errand->is_debt};
	struct intent_reply result;

	actor.host = 0;
	for (uint32_t i = 0; i < N_HOSTS; i++) {
		struct uuid uuid = world_host_uuid(i);
		if (uuid_equal(&uuid, &errand->intent.order.target.host))
			actor.host = i;
	}
	if (!can_see(watcher, actor.host)) {
		refuse(watcher, &errand->intent, ERR_UNREACHABLE);
		return;
	}
	hypervisor_run(&actor, &result);
	if (!watcher->process->is_dying)
		reply(watcher, &errand->intent, &result);
}

/* A call on a guest whose QEMU hangs returns when that answers again, or after libvirt's 30 s. */
static bool must_wait(const struct errand *errand)
{
	const struct guest *guest = world_guest(&errand->intent.order.target.domain);

	return model.now < errand->due || (guest && guest->is_hung && model.now < errand->due + LOCK_PATIENCE_MS);
}

static void run_errands(struct watcher *watcher)
{
	for (size_t i = 0; i < watcher->n_errands && !watcher->process->is_dying; i++) {
		struct errand errand = watcher->errand[i];

		if (must_wait(&errand))
			continue;
		memmove(&watcher->errand[i], &watcher->errand[i + 1],
			(--watcher->n_errands - i) * sizeof *watcher->errand);
		run_errand(watcher, &errand);
		i--;
	}
}

static void take_errand(struct driver *driver, const struct intent *intent, bool is_debt)
{
	struct watcher *watcher = watcher_of(driver);

	if (watcher->process->is_dying)
		return;
	if (watcher->n_errands == ARRAY_LEN(watcher->errand)) {
		refuse(watcher, intent, ERR_FAILED);
		return;
	}
	watcher->errand[watcher->n_errands++] =
		(struct errand){*intent, is_debt, model.now + (int64_t)chance_below(chance_one_in(5) ? 3000 : 200)};
}

/* ---- the driver */

static size_t ops_n_hosts(const struct driver *driver)
{
	(void)driver;
	return N_WATCHED;
}

static struct fleet_host ops_host(const struct driver *driver, size_t i)
{
	static const char *const name[N_WATCHED] = {"host0", "host1", "host2"};

	(void)driver;
	return (struct fleet_host){.name = name[i], .uri = name[i]};
}

static enum err ops_start(struct driver *driver, struct event_sink sink, uint32_t host_base, struct err_info *why)
{
	struct watcher *watcher = watcher_of(driver);

	(void)host_base;
	(void)why;
	watcher->sink = sink;
	watcher->is_started = true;
	for (uint32_t i = 0; i < N_WATCHED; i++)
		say_link(watcher, i, LINK_CONNECTING);
	return ERR_OK;
}

static void ops_submit(struct driver *driver, const struct intent *intent)
{
	take_errand(driver, intent, false);
}

static void ops_pay_debt(struct driver *driver, const struct intent *intent)
{
	take_errand(driver, intent, true);
}

static void ops_taken(struct driver *driver, uint32_t host, const struct uuid *domain)
{
	const struct guest *guest = world_guest(domain);

	(void)host;
	if (guest)
		watcher_of(driver)->told[guest - model.world.guest].waits = false;
}

static void ops_stop(struct driver *driver)
{
	watcher_of(driver)->is_started = false;
}

static void ops_free(struct driver *driver)
{
	(void)driver;
}

static const struct driver_ops ops = {
	.name = "model",
	.n_hosts = ops_n_hosts,
	.host = ops_host,
	.start = ops_start,
	.submit = ops_submit,
	.taken = ops_taken,
	.pay_debt = ops_pay_debt,
	.stop = ops_stop,
	.free = ops_free,
};

void watcher_init(struct watcher *watcher, struct process *process)
{
	*watcher = (struct watcher){.driver = {&ops}, .process = process};
}

void watcher_done(struct watcher *watcher)
{
	for (size_t i = 0; i < watcher->n_mails; i++)
		event_free(watcher->mail[i].event);
	free(watcher->mail);
	*watcher = (struct watcher){0};
}

static void deliver(struct watcher *watcher)
{
	bool is_lost[N_WATCHED] = {false};
	size_t kept = 0;

	for (size_t i = 0; i < watcher->n_mails; i++) {
		struct mail mail = watcher->mail[i];
		uint32_t host = mail.event->host;

		if (model.now < mail.due)
			watcher->mail[kept++] = mail;
		else if (!watcher->sink.put(watcher->sink.queue, mail.event))
			is_lost[host] = true;
	}
	watcher->n_mails = kept;
	for (uint32_t i = 0; i < N_WATCHED; i++)
		if (is_lost[i] && watcher->is_up[i])
			look_at(watcher, i);
}

void watcher_turn(struct watcher *watcher)
{
	if (!watcher->is_started)
		return;
	for (uint32_t i = 0; i < N_WATCHED; i++) {
		bool is_there = !model.world.is_down[i] && !watcher->is_cut[i];

		if (watcher->is_up[i] && !is_there)
			change_link(watcher, i, false);
		else if (!watcher->is_up[i] && is_there && chance_one_in(3))
			change_link(watcher, i, true);
		if (watcher->is_up[i])
			poll_host(watcher, i);
	}
	run_errands(watcher);
	if (!watcher->process->is_dying)
		deliver(watcher);
}
