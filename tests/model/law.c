/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The laws, told independently of the program: what may be called, on what, how often; and how an episode has to end. Each is tested
 * against the truth of the world and what the caller had been told last: nobody can know what happened after the last word.
 */
#include "tests/model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const deed_name[DEED_COUNT] = {"suspend",   "resume",          "abort",
						  "post-copy", "bandwidth limit", "maximum downtime"};

void law_broken(const char *format, ...)
{
	va_list arguments;

	if (model.is_broken)
		return;
	model.is_broken = true;
	va_start(arguments, format);
	vsnprintf(model.broken, sizeof model.broken, format, arguments);
	va_end(arguments);
	trace("BROKEN: %s", model.broken);
}

struct asked *law_find(int pid, uint64_t serial)
{
	for (size_t i = model.n_asked; i-- > 0;) {
		struct asked *asked = &model.asked[i];

		if (asked->serial == serial && (asked->owner ? asked->owner : asked->asker) == pid)
			return asked;
	}
	return NULL;
}

struct asked *law_row(uint64_t row)
{
	for (size_t i = model.n_asked; i-- > 0;)
		if (model.asked[i].row == row)
			return &model.asked[i];
	return NULL;
}

/* ---- what was confirmed */

static uint32_t job_of_row(const struct process *process, const struct migration_id *id)
{
	const struct migration *migration = fleet_find(process->backend->fleet, id);

	return migration ? (uint32_t)migration->stats.setup_time.ms : 0;
}

static uint32_t confirmed_job(const struct process *process, const struct order *order)
{
	if (order->fired_by) {
		const struct asked *armed = law_find(process->pid, order->fired_by);
		model.counts.tally[TALLY_FIRED]++;
		return armed ? armed->job : 0;
	}
	if (order_is_by_policy(order)) {
		model.counts.tally[TALLY_POLICY]++;
		return job_of_row(process, &order->target);
	}
	return process->dialog.job ? process->dialog.job : job_of_row(process, &order->target);
}

static bool is_cancelling(const struct process *process, uint32_t job)
{
	for (size_t i = 0; i < process->backend->n_intents; i++) {
		const struct intent *intent = &process->backend->intent[i];
		const struct asked *asked = intent->maker ? NULL : law_find(process->pid, intent->order.serial);

		if (asked && asked->job == job && intent->order.action == ACTION_ABORT && !intent_is_closed(intent))
			return true;
	}
	return false;
}

void law_asked(struct process *process, const struct intent *intent)
{
	uint32_t job = confirmed_job(process, &intent->order);

	if (process->is_dying)
		return;
	if (process->is_read_only)
		law_broken("an intent is made in read-only mode");
	if (job && is_cancelling(process, job))
		law_broken("%s is accepted while an abort is under way", action_name(intent->order.action));
	if (model.n_asked == N_ASKED) {
		law_broken("the model has no room for more intents: make it larger");
		return;
	}
	model.counts.asked[intent->order.action]++;
	model.asked[model.n_asked++] =
		(struct asked){.intent = *intent, .asker = process->pid, .serial = intent->order.serial, .job = job};
}

/* ---- calls */

/* Which stage of the job, as it was read last, lets it be called. Not the program's table: DESIGN's words. */
static bool fits_stage(const struct actor *actor, enum deed deed)
{
	bool is_paused = actor->has_read_state && actor->state_seen.run == DOMAIN_PAUSED;
	enum stage stage = actor->stage_seen;

	switch (deed) {
	case DEED_SUSPEND: return (stage == STAGE_COPYING || stage == STAGE_SWITCHING) && !is_paused;
	case DEED_ABORT: return stage != STAGE_NONE && stage < STAGE_POSTCOPY;
	case DEED_POSTCOPY: return stage == STAGE_COPYING || stage == STAGE_SWITCHING;
	case DEED_BANDWIDTH: return stage != STAGE_PREPARING && stage != STAGE_BROKEN;
	case DEED_DOWNTIME: return stage == STAGE_COPYING || stage == STAGE_SWITCHING;
	case DEED_RESUME:
	case DEED_COUNT: break;
	}
	return true;
}

/* A clock that was stepped under the first job can make the second look like it. */
static bool hides_behind_clock(const struct actor *actor, const struct asked *asked)
{
	return actor->job_seen != 0 && asked->job != 0 &&
	       model.world.stepped_at[actor->host] >= model.world.past[asked->job % N_JOBS].began;
}

static void law_of_forward_call(const struct actor *actor, struct asked *asked, enum deed deed)
{
	bool may_fall_back = deed == DEED_SUSPEND && actor->intent->order.method == METHOD_AUTO;
	bool is_overtaken = !world_has_job(actor->guest, actor->host) || actor->guest->job.number != asked->job;

	if (asked->n_accepted > 0 || asked->n_attempts > (may_fall_back ? 1 : 0))
		law_broken("a second call (%s) for intent %llu", deed_name[deed], (unsigned long long)asked->row);
	asked->n_attempts++;
	if (!actor->has_read_job || (actor->job_seen != asked->job && !hides_behind_clock(actor, asked)))
		law_broken("%s is called on job %u of %s, and job %u was confirmed", deed_name[deed], actor->job_seen,
			   actor->guest->name, asked->job);
	/* the job is read, then the guest's state: between the two the one can end and the other change */
	if (!is_overtaken && !fits_stage(actor, deed))
		law_broken("%s is called in a state that forbids it (stage %d)", deed_name[deed],
			   (int)actor->stage_seen);
	if (is_overtaken) {
		model.counts.tally[TALLY_RACES]++;
		asked->was_overtaken = true;
	}
}

/* What its owner stopped is not ours to resume, nor what runs at another host. Known is what was so before it was looked at. What a
 * migration stopped that is gone, nobody else will resume. */
static void law_of_resume(const struct actor *actor, const struct asked *asked)
{
	const struct guest *guest = actor->guest;
	bool met_our_call = guest->stopped_step >= asked->began && guest->stopped_step <= asked->called;
	/* a person who insists says to have looked where nobody can see */
	bool is_insisted = asked->intent.order.action == ACTION_RESUME && asked->intent.order.insist;

	if (guest->twin != NO_HOST && !(is_insisted && guest->twin >= N_WATCHED))
		law_broken("%s is resumed while it runs on host %u", guest->name, guest->twin);
	if (guest->state.run != DOMAIN_PAUSED || guest->stopper != BY_OWNER || guest->stopped_step >= actor->began)
		return;
	/* Where nobody has read what the call did, or the owner's met it, nobody knows whose the pause is: a guest that runs is the lesser
	 * evil. */
	if (met_our_call || !actor->intent->froze_inside)
		model.counts.tally[TALLY_UNKNOWABLE]++;
	else
		law_broken("%s is resumed, which its owner had stopped", guest->name);
}

static void law_of_policy(const struct actor *actor, const struct asked *asked)
{
	static const int64_t trusted = POLICY_TRUST_MS;
	struct past *past = &model.world.past[asked->job % N_JOBS];
	int64_t limit = 2 * actor->process->settings.completion_timeout_per_gib.ms;

	if (past->n_by_policy++ > 0)
		law_broken("a policy acts a second time on job %u", asked->job);
	if (model.now - past->began + trusted < limit)
		law_broken("the policy acts %lld ms after the beginning, its limit is %lld ms",
			   (long long)(model.now - past->began), (long long)limit);
	if (actor->process->settings.is_policy_observing)
		law_broken("a policy that only observes acts");
}

void law_deed(const struct actor *actor, enum deed deed)
{
	struct asked *asked = actor->asked == SIZE_MAX ? NULL : &model.asked[actor->asked];

	trace("process %d calls %s on %s (job %u seen, %u there)", actor->process->pid, deed_name[deed],
	      actor->guest->name, actor->job_seen,
	      world_has_job(actor->guest, actor->host) ? actor->guest->job.number : 0);
	if (actor->process->is_read_only)
		law_broken("%s is called in read-only mode", deed_name[deed]);
	if (!asked) {
		law_broken("%s is called without an intent", deed_name[deed]);
		return;
	}
	if (!asked->row && !actor->intent->order.insist)
		law_broken("%s is called for an intent that is not in the ledger", deed_name[deed]);
	model.counts.tally[TALLY_INSISTED] += !asked->row;
	if (deed == DEED_RESUME) {
		law_of_resume(actor, asked);
		return;
	}
	asked->began = actor->began;
	asked->called = model.world.changes;
	law_of_forward_call(actor, asked, deed);
	if (order_is_by_policy(&actor->intent->order) && asked->n_attempts == 1)
		law_of_policy(actor, asked);
}

void law_accepted(const struct actor *actor, enum deed deed)
{
	if (deed != DEED_RESUME && actor->asked != SIZE_MAX)
		model.asked[actor->asked].n_accepted++;
}

void law_closed(struct process *process, const struct intent *intent)
{
	const struct asked *asked = law_find(process->pid, intent->order.serial);

	model.counts.closed[intent->order.action][intent->stage]++;
	if (asked && intent->stage == INTENT_REFUSED && asked->n_accepted > 0)
		law_broken("intent %llu is told as refused, and it was carried out", (unsigned long long)asked->row);
}

/* ---- the end */

static bool is_flagged(const struct guest *guest)
{
	bool is_told = false;

	for (size_t i = 0; i < N_PROCESSES; i++)
		is_told |= model.process[i].is_alive && model.process[i].flagged[guest - model.world.guest] > 0;
	return is_told;
}

/* Where it was going, or where it is, cannot be seen by anybody who looks after it; or somebody took it away as it stood. */
static bool is_blind(const struct asked *asked, const struct guest *guest)
{
	struct uuid host = world_host_uuid(guest->host);

	if (!uuid_equal(&host, &asked->intent.order.target.host))
		return true;
	return guest->host >= N_WATCHED || guest->destination >= N_WATCHED || !asked->intent.destination[0];
}

/* Only where the other end cannot be looked at, or runs the guest, may it stay as it is, and then it was told. */
static void law_of_pause(const struct guest *guest)
{
	const struct asked *asked = &model.asked[guest->stopped_by];

	/* a twin that can be seen is the guest, and it runs */
	if (guest->state.run != DOMAIN_PAUSED || guest->stopper != BY_US || guest->twin < N_WATCHED)
		return;
	if (!is_flagged(guest))
		law_broken("%s was paused for intent %llu, stands still, and nobody says so", guest->name,
			   (unsigned long long)asked->row);
	else if (!is_blind(asked, guest))
		law_broken("%s was paused for intent %llu and is left standing", guest->name,
			   (unsigned long long)asked->row);
	else
		model.counts.tally[TALLY_FLAGGED]++;
}

/* Who comes after a dead one may find the guest elsewhere, and cannot know that another migration took it there. */
static bool has_migrated_since(const struct asked *asked)
{
	for (uint32_t i = asked->job + 1; i <= model.world.n_jobs; i++)
		if (model.world.past[i].guest == model.world.past[asked->job].guest)
			return true;
	return false;
}

/* Whose source's clock was stepped since it began: it may look like another job from then on, and its own like one that ended. */
static bool may_look_ended(const struct asked *asked)
{
	for (uint32_t host = 0; host < N_HOSTS; host++) {
		struct uuid uuid = world_host_uuid(host);

		if (uuid_equal(&uuid, &asked->intent.order.target.host))
			return model.world.stepped_at[host] >= model.world.past[asked->job % N_JOBS].began;
	}
	return false;
}

static void law_of_outcome(const struct asked *asked)
{
	const struct intent *intent = &asked->intent;
	const struct past *past = &model.world.past[asked->job % N_JOBS];
	const struct guest *guest = world_guest(&intent->order.target.domain);
	bool stands = guest->state.run == DOMAIN_PAUSED && guest->stopper == BY_US;
	bool is_told = is_blind(asked, guest) && is_flagged(guest);
	bool could_be_ours = guest->state.run == DOMAIN_PAUSED && !intent->froze_inside;

	if (!intent_is_closed(intent))
		law_broken("intent %llu (%s) has no outcome: it is %s", (unsigned long long)asked->row,
			   action_name(intent->order.action), intent_stage_name(intent->stage));
	if (intent->owes && !stands && !is_told && !could_be_ours)
		law_broken("intent %llu still owes, and %s does not stand for it", (unsigned long long)asked->row,
			   guest->name);
	if (intent->stage != INTENT_PROVEN || asked->was_overtaken ||
	    (asked->owner != asked->asker && has_migrated_since(asked)))
		return;
	if (intent->order.action == ACTION_ABORT && past->fate != FATE_STAYED && !past->was_split &&
	    !may_look_ended(asked))
		law_broken("intent %llu says that job %u was aborted, and it was not", (unsigned long long)asked->row,
			   asked->job);
	if (intent->order.action == ACTION_FORCE_COMPLETE && past->fate != FATE_MOVED && !past->was_stopped &&
	    !past->was_postcopy)
		law_broken("intent %llu says that job %u was forced, and it was not", (unsigned long long)asked->row,
			   asked->job);
}

void law_end(void)
{
	for (size_t i = 0; i < N_GUESTS; i++)
		law_of_pause(&model.world.guest[i]);
	for (size_t i = 0; i < model.n_asked; i++)
		if (model.asked[i].row)
			law_of_outcome(&model.asked[i]);
}
