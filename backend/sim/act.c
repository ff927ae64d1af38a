/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intents on simulated guests. Driver thread.
 */
#include "backend/sim/act.h"

#include "backend/sim/calls.h"
#include "backend/sim/job.h"
#include "model/action.h"

#include <stdio.h>

#define BYTES_PER_MIB_SHIFT 20

enum phase sim_act_phase(const struct sim_guest *guest)
{
	switch (guest->job->stage) {
	case SIM_PREPARE:
	case SIM_MIRROR: return PHASE_PREPARING;
	case SIM_PRECOPY:
		if (guest->state.run == DOMAIN_PAUSED && guest->state.reason == REASON_MIGRATION)
			return PHASE_PAUSED;
		return PHASE_PRECOPY;
	case SIM_SWITCH:
	case SIM_FINISH:
	case SIM_OVER: return PHASE_PAUSED;
	case SIM_POSTCOPY: return PHASE_POSTCOPY;
	case SIM_BROKEN: break;
	}
	return PHASE_POSTCOPY_FAILED;
}

/* The host that the intent names; NULL if there is none. */
static const struct sim_host *host_of(const struct sim_world *world, const struct intent *intent)
{
	for (size_t i = 0; i < world->n_hosts; i++)
		if (world->host[i].is_watched && uuid_equal(&world->host[i].uuid, &intent->order.target.host))
			return &world->host[i];
	return NULL;
}

static void read_facts(const struct sim_world *world, const struct intent *intent, struct action_facts *facts)
{
	const struct sim_host *host = host_of(world, intent);
	const struct sim_guest *guest = sim_world_find(world, &intent->order.target.domain);
	uint32_t at = host ? (uint32_t)(host - world->host) : HOST_NONE;
	struct job_stats now;

	facts->is_reachable = host && !host->trouble;
	facts->far_end = FAR_END_CLEAR; /* as with libvirt: the collector has looked there */
	if (!guest)
		return;
	if (!guest->job) {
		facts->is_known = at == guest->host && domain_state_is_stopped_for_migration(guest->state);
		facts->phase = PHASE_ORPHAN;
		return;
	}
	facts->is_incoming_side = at == guest->job->destination;
	facts->is_known = at == guest->job->source || facts->is_incoming_side;
	sim_job_stats(world, guest->job, &now);
	facts->is_another_job = job_is_another(&intent->job, &now);
	facts->phase = sim_act_phase(guest);
	facts->guest_was_paused = guest->state.run == DOMAIN_PAUSED && guest->state.reason == REASON_USER;
}

enum err sim_act_check(const struct sim_world *world, const struct intent *intent, enum force_method method,
		       bool is_read_only, struct err_info *why)
{
	struct action_facts facts = {.is_read_only = is_read_only};

	read_facts(world, intent, &facts);
	/* A host that does not answer tells nothing of its guests. */
	if (!facts.is_reachable)
		facts.is_known = host_of(world, intent) != NULL;
	return action_check(intent->order.action, method, &facts, why);
}

static void say_result(struct intent_reply *reply, enum err result, const struct err_info *why)
{
	reply->was_called = true;
	reply->result = result;
	if (result != ERR_OK)
		snprintf(reply->text, sizeof reply->text, "%s", why->text);
}

/* The job ended under our suspend: nothing would ever let the guest go on. */
static void resume_at_once(struct sim_world *world, uint32_t guest, struct intent_reply *reply)
{
	struct err_info why = {0};

	reply->resumed_at_once = sim_call_resume(world, guest, &why) == ERR_OK;
	reply->result = reply->resumed_at_once ? ERR_NOT_FOUND : ERR_FAILED;
	snprintf(reply->text, sizeof reply->text,
		 reply->resumed_at_once
			 ? "the migration had just ended: the guest was paused for a moment and runs again"
			 : "the migration had just ended, and the guest that was paused cannot be resumed: %.200s",
		 why.text);
}

static void pause_guest(struct sim_world *world, uint32_t number, struct intent_reply *reply)
{
	const struct sim_guest *guest = &world->guest[number];
	bool was_running = guest->state.run == DOMAIN_RUNNING;
	struct err_info why = {0};

	reply->used = METHOD_PAUSE;
	say_result(reply, sim_call_suspend(world, number, &why), &why);
	if (reply->result != ERR_OK)
		return;
	reply->froze_guest = was_running;
	reply->froze_inside = was_running && guest->state.reason == REASON_MIGRATION;
	if (was_running && guest->state.reason != REASON_MIGRATION)
		resume_at_once(world, number, reply);
}

/* Only after libvirt's 55 and a fresh check, never after any other error. */
static void fall_back(struct sim_world *world, uint32_t number, const struct intent *intent, bool is_read_only,
		      struct intent_reply *reply)
{
	struct err_info why = {0};
	enum err code = sim_act_check(world, intent, METHOD_PAUSE, is_read_only, &why);

	if (code != ERR_OK) {
		reply->result = code;
		snprintf(reply->text, sizeof reply->text,
			 "post-copy was refused, and the guest is not paused instead: %.200s", why.text);
		return;
	}
	pause_guest(world, number, reply);
	reply->fell_back = true;
}

static void force(struct sim_world *world, uint32_t number, const struct intent *intent, bool is_read_only,
		  struct intent_reply *reply)
{
	struct err_info why = {0};

	if (intent->order.method == METHOD_PAUSE) {
		pause_guest(world, number, reply);
		return;
	}
	reply->used = METHOD_POSTCOPY;
	say_result(reply, sim_call_postcopy(world, number, &why), &why);
	if (reply->result == ERR_NO_POSTCOPY && intent->order.method == METHOD_AUTO)
		fall_back(world, number, intent, is_read_only, reply);
}

void sim_act_call(struct sim_world *world, const struct intent *intent, bool is_read_only, struct intent_reply *reply)
{
	struct sim_guest *guest = sim_world_find(world, &intent->order.target.domain);
	uint32_t number = sim_guest_number(world, guest);
	struct err_info why = {0};

	*reply = (struct intent_reply){.intent_id = intent->id, .used = intent->order.method};
	switch (intent->order.action) {
	case ACTION_ARM:
	case ACTION_FORCE_COMPLETE: force(world, number, intent, is_read_only, reply); return;
	case ACTION_ABORT: say_result(reply, sim_call_abort(world, number, &why), &why); return;
	case ACTION_BANDWIDTH: {
		bytes_per_s limit = {u64_mul(intent->order.value, UINT64_C(1) << BYTES_PER_MIB_SHIFT)};
		char text[TEXT_NUMBER_MAX];
		say_result(reply, sim_call_bandwidth(world, number, limit, &why), &why);
		reply->is_read_back = reply->result == ERR_OK;
		if (reply->result == ERR_OK)
			snprintf(reply->text, sizeof reply->text, "the bandwidth limit is %s now",
				 action_bandwidth_text(intent->order.value, text, sizeof text));
		return;
	}
	case ACTION_DOWNTIME:
		say_result(reply, sim_call_downtime(world, number, intent->order.value, &why), &why);
		return;
	case ACTION_RESUME: say_result(reply, sim_call_resume(world, number, &why), &why); return;
	case ACTION_DISARM: /* no driver gets these */
	case ACTION_TIMEOUT:
	case ACTION_COUNT: break;
	}
}

void sim_act_refuse(const struct intent *intent, const struct err_info *why, struct intent_reply *reply)
{
	*reply = (struct intent_reply){.intent_id = intent->id, .result = why->code, .used = intent->order.method};
	snprintf(reply->text, sizeof reply->text, "%s", why->text);
}

/* Whether the guest is one that our pause may have left behind. */
static enum err check_debt(const struct sim_world *world, const struct sim_guest *guest, const struct intent *intent,
			   bool is_read_only, struct err_info *why)
{
	const struct sim_host *host = host_of(world, intent);

	if (is_read_only)
		return err_set(why, ERR_NOT_PERMITTED, "virt-drain", 0, "read-only mode: the guest is not resumed");
	if (!host || !guest || &world->host[guest->host] != host)
		return err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "the guest is not on this host any more");
	if (host->trouble)
		return err_set(why, ERR_UNREACHABLE, "virt-drain", 0, "the source host does not answer");
	if (guest->job || guest->state.run != DOMAIN_PAUSED)
		return err_set(why, ERR_INVALID_STATE, "virt-drain", 0,
			       "the guest is not left paused: there is nothing to resume");
	return ERR_OK;
}

void sim_act_pay_debt(struct sim_world *world, const struct intent *intent, bool is_read_only,
		      struct intent_reply *reply)
{
	const struct sim_guest *guest = sim_world_find(world, &intent->order.target.domain);
	struct err_info why = {0};

	if (check_debt(world, guest, intent, is_read_only, &why) != ERR_OK) {
		sim_act_refuse(intent, &why, reply);
		return;
	}
	*reply = (struct intent_reply){.intent_id = intent->id, .used = intent->used};
	say_result(reply, sim_call_resume(world, sim_guest_number(world, guest), &why), &why);
}
