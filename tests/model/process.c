/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virt-drains: each a backend of the program, started and stopped through its own door, killed at any place, and the person in front
 * of it, who decides upon what was on the screen some time ago.
 */
#include "tests/model/model.h"

#include <stdio.h>
#include <string.h>

const char *const crash_name[] = {"after-record", "before-call", "after-call", "before-close", "anywhere"};
const size_t n_crash_names = sizeof crash_name / sizeof crash_name[0];

static struct process *starting;

struct process *process_of(const void *unused)
{
	(void)unused;
	return starting;
}

void process_start(struct process *process, bool is_read_only)
{
	bool has_policy = chance_one_in(2);
	static const enum limit_action actions[] = {LIMIT_ABORT, LIMIT_FORCE};

	*process = (struct process){.pid = ++model.last_pid, .is_read_only = is_read_only};
	process->has_cache = chance_one_in(2);
	process->settings = (struct fleet_settings){
		.completion_timeout_per_gib = {has_policy ? 8000 + (int64_t)chance_below(8000) : 0},
		.limit_action = has_policy ? actions[chance_below(2)] : LIMIT_NONE,
		.is_policy_observing = has_policy && chance_one_in(5),
		.keep_ended = {chance_one_in(2) ? 20000 : 0},
		.is_read_only = is_read_only,
	};
	watcher_init(&process->watcher, process);
	process->driver = &process->watcher.driver;
	struct backend_settings settings = {.fleet = process->settings,
					    .refresh = {2000},
					    .ledger_path = "ledger",
					    .cache_path = process->has_cache ? "cache" : NULL,
					    .adopts = true};
	process->is_alive = true;
	starting = process;
	trace("process %d starts%s", process->pid, is_read_only ? ", read-only" : "");
	if (backend_start(&process->backend, &process->driver, 1, &settings, NULL) != ERR_OK)
		law_broken("a virt-drain does not start");
}

static void end(struct process *process)
{
	snapshot_free(process->shown);
	process->shown = NULL;
	backend_stop(process->backend);
	process->backend = NULL;
	watcher_done(&process->watcher);
	process->is_alive = false;
}

void process_quit(struct process *process)
{
	trace("process %d quits", process->pid);
	model.counts.n_quits++;
	end(process);
}

void process_crash(struct process *process, const char *where)
{
	if (process->is_dying)
		return;
	trace("process %d is killed: %s", process->pid, where);
	process->is_dying = true;
	for (size_t i = 0; i < n_crash_names; i++)
		if (strcmp(crash_name[i], where) == 0)
			model.counts.crash[i]++;
}

/* Its memory goes the way of an orderly end, but nothing of that leaves it any more. */
void process_bury(struct process *process)
{
	if (process->is_alive && process->is_dying)
		end(process);
}

void process_turn(struct process *process)
{
	watcher_turn(&process->watcher);
	if (!process->is_dying)
		memory_turn(process->backend->recorder);
	if (!process->is_dying)
		collector_turn(process->backend);
	if (process->is_dying) {
		process_bury(process);
		return;
	}
	if (!chance_one_in(3))
		return;
	struct snapshot *fresh = backend_take(process->backend);
	if (fresh) {
		snapshot_free(process->shown);
		process->shown = fresh;
	}
}

/* ---- the operator */

static uint64_t any_value(enum action action)
{
	static const uint64_t downtimes[] = {0, 1, 300, 2000, 60000, 2000000, 2000001};
	static const uint64_t bandwidths[] = {0, 1, 100, 5000, UINT64_MAX};

	if (action == ACTION_DOWNTIME)
		return downtimes[chance_below(sizeof downtimes / sizeof downtimes[0])];
	if (action == ACTION_BANDWIDTH)
		return bandwidths[chance_below(sizeof bandwidths / sizeof bandwidths[0])];
	return 0;
}

/* Mostly one that is under way. */
static const struct row *any_row(const struct snapshot *shown)
{
	size_t first = chance_below(shown->n_rows);

	for (size_t i = 0; i < shown->n_rows && !chance_one_in(12); i++) {
		const struct row *row = &shown->row[(first + i) % shown->n_rows];
		if (!phase_is_outcome(row->phase))
			return row;
	}
	return &shown->row[first];
}

static enum action any_action(void)
{
	return chance_one_in(3) ? ACTION_FORCE_COMPLETE : (enum action)chance_below(ACTION_COUNT);
}

static void open_dialog(struct process *process)
{
	const struct snapshot *shown = process->shown;
	struct dialog *dialog = &process->dialog;

	if (!shown || shown->n_rows == 0)
		return;
	const struct row *row = any_row(shown);
	struct order order = {.action = any_action(), .target = row->id};
	if (action_entry(order.action)->takes == TAKES_METHOD)
		order.method = (enum force_method)chance_below(METHOD_COUNT);
	order.value = any_value(order.action);
	if (order.action == ACTION_ARM && row->is_armed && chance_one_in(3))
		order.action = ACTION_DISARM;
	order.insist = chance_one_in(8);
	snprintf(order.confirmation, sizeof order.confirmation, "key y");
	/* a dimmed key opens nothing; the command line asks all the same */
	if (action_check(order.action, order.method, &row->facts, NULL) != ERR_OK && !chance_one_in(4))
		return;
	*dialog = (struct dialog){.is_open = true,
				  .order = order,
				  .job = row->from_cache ? 0 : (uint32_t)row->stats.setup_time.ms,
				  .due = model.now + (int64_t)chance_below(chance_one_in(3) ? 8000 : 600)};
}

static void look_for_refusal(struct process *process)
{
	struct dialog *dialog = &process->dialog;
	const struct backend *backend = process->backend;

	for (size_t i = 0; i < backend->n_intents; i++) {
		const struct intent *intent = &backend->intent[i];

		if (intent->order.serial != dialog->serial)
			continue;
		dialog->was_submitted = false;
		if (intent->stage == INTENT_REFUSED && intent->id == 0)
			model.counts.refused[intent->order.action]++;
	}
}

void process_operate(struct process *process)
{
	struct dialog *dialog = &process->dialog;

	if (dialog->was_submitted)
		look_for_refusal(process);
	if (dialog->is_open && model.now >= dialog->due) {
		dialog->is_open = false;
		dialog->was_submitted = true;
		dialog->serial = backend_submit(process->backend, &dialog->order);
		trace("process %d is asked for %s (%s) of job %u of guest %u", process->pid,
		      action_name(dialog->order.action), force_method_name(dialog->order.method), dialog->job,
		      dialog->order.target.domain.byte[15]);
	} else if (!dialog->is_open) {
		backend_prepare(process->backend, &dialog->order.target);
		open_dialog(process);
	}
}
