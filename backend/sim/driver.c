/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver around the simulated world: one thread that owns the world and sleeps between its turns; the collector's thread hands
 * it orders through a queue. Nothing else is shared.
 */
#include "backend/queue.h"
#include "backend/sim/act.h"
#include "backend/sim/inside.h"
#include "backend/sim/scenario.h"
#include "backend/sim/watch.h"
#include "base/array.h"
#include "base/clock.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#define TURN_MS 50             /* events are said this late at most */
#define CATCH_UP_MS 1000       /* a process that was stopped does not make up for more */
#define LOCK_PATIENCE_MS 30000 /* libvirt's wait for the lock of a domain whose QEMU does not answer */
#define QUEUE_BOUND 1000000

enum errand_kind { ERRAND_ACT, ERRAND_PAY_DEBT, ERRAND_VISIT, ERRAND_STOP };

struct errand {
	enum errand_kind kind;
	struct intent intent;
	mono_time deadline; /* ERRAND_ACT on a hung guest */
	struct errand *next;
	void (*visit)(struct sim_world *world, void *context);
	void *context;
	sem_t *done;
};

struct sim_driver {
	struct driver driver;
	/* Set before the thread begins. */
	struct sim_world *world;
	struct sim_watch *watch;
	double speed;
	duration turn;
	bool is_read_only;
	struct event_sink sink;
	uint32_t host_base;
	struct queue *errands; /* waited for */
	struct queue *taken;   /* UUIDs; looked at once per turn */
	/* The collector's. */
	pthread_t thread;
	bool is_running;
	/* The thread's own. */
	mono_time last_turn;
	double owed_ms;         /* of the world's time, shorter than a millisecond */
	struct errand *waiting; /* for guests that do not answer */
	bool is_stopping;
};

static struct sim_driver *sim_of(struct driver *driver)
{
	return (struct sim_driver *)driver;
}

/* ---- the thread ---- */

static void let_time_pass(struct sim_driver *sim, mono_time now)
{
	int64_t real = mono_since(now, sim->last_turn).ms;
	double world = (double)(real < CATCH_UP_MS ? real : CATCH_UP_MS) * sim->speed + sim->owed_ms;
	int64_t whole = (int64_t)world;

	sim->last_turn = now;
	sim->owed_ms = world - (double)whole;
	sim_world_step(sim->world, (duration){whole});
}

static void reply(struct sim_driver *sim, const struct errand *errand, const struct intent_reply *reply)
{
	struct stamp now = clock_stamp();

	sim_watch_turn(sim->watch, now);
	sim_watch_reply(sim->watch, &errand->intent, reply, now);
}

static void refuse(struct sim_driver *sim, const struct errand *errand, const struct err_info *why, bool was_called)
{
	struct intent_reply refusal;

	sim_act_refuse(&errand->intent, why, &refusal);
	refusal.was_called = was_called;
	reply(sim, errand, &refusal);
}

static bool is_target_hung(const struct sim_driver *sim, const struct errand *errand)
{
	const struct sim_guest *guest = sim_world_find(sim->world, &errand->intent.order.target.domain);

	return guest && guest->is_hung;
}

static void wait_for_guest(struct sim_driver *sim, struct errand *errand)
{
	errand->deadline = mono_add(clock_mono(), (duration){LOCK_PATIENCE_MS});
	errand->next = sim->waiting;
	sim->waiting = errand;
}

/* True if the errand is done with; false if it waits. */
static bool act(struct sim_driver *sim, struct errand *errand)
{
	struct intent_reply result;
	struct err_info why = {0};

	if (sim_act_check(sim->world, &errand->intent, errand->intent.order.method, sim->is_read_only, &why) !=
	    ERR_OK) {
		refuse(sim, errand, &why, false);
		return true;
	}
	if (is_target_hung(sim, errand)) {
		wait_for_guest(sim, errand);
		return false;
	}
	/* The call takes its time to arrive, and the fleet does not wait for it. */
	sim_world_step(sim->world, (duration){sim->world->tick_ms});
	sim_act_call(sim->world, &errand->intent, sim->is_read_only, &result);
	reply(sim, errand, &result);
	return true;
}

static void pay_debt(struct sim_driver *sim, const struct errand *errand)
{
	struct intent_reply result;

	sim_act_pay_debt(sim->world, &errand->intent, sim->is_read_only, &result);
	reply(sim, errand, &result);
}

static void run_errand(struct sim_driver *sim, struct errand *errand)
{
	switch (errand->kind) {
	case ERRAND_ACT:
		if (!act(sim, errand))
			return;
		break;
	case ERRAND_PAY_DEBT: pay_debt(sim, errand); break;
	case ERRAND_VISIT:
		errand->visit(sim->world, errand->context);
		sem_post(errand->done);
		break;
	case ERRAND_STOP: sim->is_stopping = true; break;
	}
	free(errand);
}

/* Those whose guest answers again are tried anew; those that waited too long are told so. */
static void look_at_waiting(struct sim_driver *sim, mono_time now)
{
	struct errand *errand = sim->waiting;

	sim->waiting = NULL;
	while (errand) {
		struct errand *next = errand->next;
		struct err_info why;
		if (!is_target_hung(sim, errand)) {
			run_errand(sim, errand);
		} else if (mono_reached(now, errand->deadline)) {
			err_set(&why, ERR_TIMEOUT, "simulator", 68,
				"cannot acquire state change lock: its QEMU does not answer");
			refuse(sim, errand, &why, true);
			free(errand);
		} else {
			errand->next = sim->waiting;
			sim->waiting = errand;
		}
		errand = next;
	}
}

static void turn(struct sim_driver *sim)
{
	struct stamp now = clock_stamp();

	for (struct uuid *domain = queue_take(sim->taken); domain; domain = queue_take(sim->taken)) {
		sim_watch_taken(sim->watch, domain);
		free(domain);
	}
	let_time_pass(sim, now.mono);
	look_at_waiting(sim, now.mono);
	sim_watch_turn(sim->watch, now);
}

static int ms_to_turn(const struct sim_driver *sim)
{
	int64_t left = mono_since(mono_add(sim->last_turn, sim->turn), clock_mono()).ms;

	return left > 0 ? (int)left : 0;
}

static void *run(void *context)
{
	struct sim_driver *sim = context;

	pthread_setname_np(pthread_self(), "sim");
	sim->last_turn = clock_mono();
	sim_watch_start(sim->watch, sim->sink, sim->host_base, clock_stamp());
	while (!sim->is_stopping) {
		struct errand *errand = queue_wait(sim->errands, ms_to_turn(sim));
		if (errand)
			run_errand(sim, errand);
		else
			turn(sim);
	}
	return NULL;
}

/* ---- what the collector calls ---- */

static size_t ops_n_hosts(const struct driver *driver)
{
	return sim_watch_n_hosts(((const struct sim_driver *)driver)->watch);
}

static struct fleet_host ops_host(const struct driver *driver, size_t i)
{
	const struct sim_host *host = &((const struct sim_driver *)driver)->world->host[i];

	return (struct fleet_host){.host = (uint32_t)i, .name = host->name, .uri = host->uri};
}

static enum err ops_start(struct driver *driver, struct event_sink sink, uint32_t host_base, struct err_info *why)
{
	struct sim_driver *sim = sim_of(driver);

	sim->sink = sink;
	sim->host_base = host_base;
	int code = pthread_create(&sim->thread, NULL, run, sim);
	if (code)
		return err_set(why, ERR_FAILED, "system", code, "cannot start the simulation's thread");
	sim->is_running = true;
	return ERR_OK;
}

static struct errand *errand_new(enum errand_kind kind)
{
	struct errand *errand = mem_new(1, sizeof *errand);

	errand->kind = kind;
	return errand;
}

static void send(struct sim_driver *sim, struct errand *errand)
{
	queue_put(sim->errands, errand, true);
}

static void ops_submit(struct driver *driver, const struct intent *intent)
{
	struct errand *errand = errand_new(ERRAND_ACT);

	errand->intent = *intent;
	send(sim_of(driver), errand);
}

static void ops_pay_debt(struct driver *driver, const struct intent *intent)
{
	struct errand *errand = errand_new(ERRAND_PAY_DEBT);

	errand->intent = *intent;
	send(sim_of(driver), errand);
}

static void ops_taken(struct driver *driver, uint32_t host, const struct uuid *domain)
{
	struct uuid *copy = mem_new(1, sizeof *copy);

	(void)host; /* a guest of the simulation migrates from one host at a time */
	*copy = *domain;
	queue_put(sim_of(driver)->taken, copy, true);
}

static void ops_stop(struct driver *driver)
{
	struct sim_driver *sim = sim_of(driver);

	if (!sim->is_running)
		return;
	send(sim, errand_new(ERRAND_STOP));
	pthread_join(sim->thread, NULL);
	sim->is_running = false;
}

static void ops_free(struct driver *driver)
{
	struct sim_driver *sim = sim_of(driver);

	if (!driver)
		return;
	ops_stop(driver);
	queue_free(sim->errands, free);
	queue_free(sim->taken, free);
	while (sim->waiting) {
		struct errand *next = sim->waiting->next;
		free(sim->waiting);
		sim->waiting = next;
	}
	sim_watch_free(sim->watch);
	sim_world_free(sim->world);
	free(sim);
}

static const struct driver_ops ops = {
	.name = "sim",
	.n_hosts = ops_n_hosts,
	.host = ops_host,
	.start = ops_start,
	.submit = ops_submit,
	.taken = ops_taken,
	.pay_debt = ops_pay_debt,
	.stop = ops_stop,
	.free = ops_free,
};

enum err sim_driver_over(struct sim_world *world, const struct sim_settings *settings, struct driver **out,
			 struct err_info *why)
{
	struct sim_driver *sim = mem_new(1, sizeof *sim);
	duration refresh = settings->refresh.ms > 0 ? settings->refresh : (duration){1000};

	sim->driver.ops = &ops;
	sim->errands = queue_new(QUEUE_BOUND);
	sim->taken = queue_new(QUEUE_BOUND);
	if (!sim->errands || !sim->taken) {
		ops_free(&sim->driver);
		return err_set(why, ERR_FAILED, "system", 0, "the process has no descriptors left");
	}
	sim->world = world;
	sim->watch = sim_watch_new(world, refresh);
	sim->speed = settings->speed > 0 ? settings->speed : 1;
	sim->turn.ms = refresh.ms < TURN_MS ? refresh.ms : TURN_MS;
	sim->is_read_only = settings->is_read_only;
	*out = &sim->driver;
	return ERR_OK;
}

void sim_driver_visit(struct driver *driver, void (*visit)(struct sim_world *world, void *context), void *context)
{
	struct sim_driver *sim = sim_of(driver);
	struct errand *errand;
	sem_t done;

	if (!sim->is_running) {
		visit(sim->world, context);
		return;
	}
	sem_init(&done, 0, 0);
	errand = errand_new(ERRAND_VISIT);
	errand->visit = visit;
	errand->context = context;
	errand->done = &done;
	send(sim, errand);
	while (sem_wait(&done) != 0)
		;
	sem_destroy(&done);
}

enum err driver_sim_new(struct driver **out, const struct sim_settings *settings, struct err_info *why)
{
	struct sim_world *world;
	enum err code = sim_scenario_new(settings->scenario, settings->seed, &world, why);

	if (code != ERR_OK)
		return code;
	code = sim_driver_over(world, settings, out, why);
	if (code != ERR_OK)
		sim_world_free(world);
	return code;
}
