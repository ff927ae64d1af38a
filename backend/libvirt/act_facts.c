/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read just before and just after a call that changes a guest, and the rule on it. "No such job" and "no permission for post-copy" are
 * both error 55: so facts decide, never texts. Call threads.
 */
#include "backend/libvirt/act_private.h"

#include "backend/libvirt/calls.h"
#include "backend/libvirt/params.h"
#include "backend/libvirt/reads.h"
#include "backend/libvirt/states.h"
#include "base/clock.h"

#include <libvirt/virterror.h>

static enum err act_check(const struct act *act, enum action action, enum force_method method,
			  const struct action_facts *facts, struct err_info *why)
{
	if (act->seam->check)
		return act->seam->check(action, method, facts, why);
	return action_check(action, method, facts, why);
}

enum err act_read_state(struct act *act, struct domain_state *out)
{
	int state, reason;

	calls_count(LIBVIRT_CALL_ACT);
	if (virDomainGetState(act->domain, &state, &reason, 0) < 0)
		return act_error(act, "read the state of");
	*out = state_of(state, reason);
	return ERR_OK;
}

static enum err act_read_job(struct act *act, struct reading *out)
{
	virTypedParameterPtr param = NULL;
	int type = VIR_DOMAIN_JOB_NONE, n = 0;
	struct params_read params;
	mono_time asked = clock_mono();

	out->has_job = out->is_another = out->is_jobless = out->is_incoming = out->is_preparing = false;
	calls_count(LIBVIRT_CALL_ACT);
	if (virDomainGetJobStats(act->domain, &type, &param, &n, 0) < 0) {
		enum err result = act_error(act, "read the job of");
		out->is_incoming = read_error_code(&act->why) == VIR_ERR_OPERATION_UNSUPPORTED;
		/* not running, or gone: then it has no job, and its state says the rest */
		return out->is_incoming || result == ERR_INVALID_STATE || result == ERR_NOT_FOUND ? ERR_OK : result;
	}
	params_read(&params, param, n);
	virTypedParamsFree(param, n);
	out->has_job = (type == VIR_DOMAIN_JOB_UNBOUNDED || type == VIR_DOMAIN_JOB_BOUNDED) &&
		       params.operation == VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT;
	out->is_another =
		out->has_job && !job_may_be_same(&act->intent->job, act->intent->job_at, &params.stats, asked);
	out->is_jobless = type == VIR_DOMAIN_JOB_NONE;
	out->is_preparing = !job_has(&params.stats, JOB_MEMORY_TOTAL) || params.stats.memory_total.n == 0;
	return ERR_OK;
}

enum err act_read(struct act *act, struct reading *out)
{
	enum err result = act_read_job(act, out);

	return result == ERR_OK ? act_read_state(act, &out->state) : result;
}

enum phase act_phase(const struct reading *reading)
{
	if (reading->state.run == DOMAIN_PAUSED) {
		switch (reading->state.reason) {
		case REASON_POSTCOPY: return PHASE_POSTCOPY;
		case REASON_POSTCOPY_FAILED: return PHASE_POSTCOPY_FAILED;
		case REASON_MIGRATION:
			if (reading->is_jobless)
				return PHASE_ORPHAN;
			/* its owner can stop a guest whose disks are still being mirrored */
			return reading->is_preparing ? PHASE_PREPARING : PHASE_PAUSED;
		case REASON_OTHER:
		case REASON_USER:
		case REASON_IO_ERROR:
		case REASON_STARTING_UP:
		case REASON_API_ERROR:
		case REASON_MIGRATED:
		case REASON_MIGRATION_CANCELED:
		case REASON_UNPAUSED:
		case REASON_FAILED: break;
		}
	}
	return reading->is_preparing ? PHASE_PREPARING : PHASE_PRECOPY;
}

static struct action_facts facts_of(const struct reading *reading)
{
	enum phase phase = act_phase(reading);

	return (struct action_facts){
		.is_reachable = true,
		.is_known = reading->has_job || reading->is_incoming || phase == PHASE_ORPHAN,
		.is_another_job = reading->is_another,
		.is_incoming_side = reading->is_incoming,
		.phase = phase,
		.guest_was_paused = reading->state.run == DOMAIN_PAUSED && phase <= PHASE_PRECOPY,
		.far_end = FAR_END_CLEAR, /* the collector has looked there; from here nobody can */
	};
}

enum err act_may(struct act *act, enum action action, enum force_method method, struct reading *reading)
{
	enum err result = act_read(act, reading);

	if (result != ERR_OK)
		return result;
	struct action_facts facts = facts_of(reading);
	return act_check(act, action, method, &facts, &act->why);
}
