/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others do to the guests, and what breaks. Each is one act in one step; one that does not fit the moment is none.
 */
#include "tests/model/model.h"

enum fault {
	FAULT_LINK,         /* one virt-drain loses its connection to a host */
	FAULT_DAEMON,       /* a daemon is killed */
	FAULT_NETWORK,      /* a host leaves the migration network */
	FAULT_HANG,         /* a QEMU does not answer */
	FAULT_DESTINATION,  /* the receiving QEMU dies */
	FAULT_CLIENT,       /* a direct migration's client dies */
	FAULT_FINISH,       /* the destination runs the guest and the source does not learn it */
	FAULT_CLOCK,        /* a host's wall clock steps */
	FAULT_OWN_CLOCK,    /* our wall clock steps */
	FAULT_DISK,         /* the ledger's disk is full */
	OTHER_OWNER_PAUSES, /* from here on: no faults, other people */
	OTHER_OWNER_RESUMES,
	OTHER_BACKUP,
	OTHER_ABORT,
	OTHER_POSTCOPY,
	OTHER_LIMITS,
	FAULT_COUNT
};

const char *const fault_name[] = {
	[FAULT_LINK] = "connection lost",
	[FAULT_DAEMON] = "daemon killed",
	[FAULT_NETWORK] = "network cut",
	[FAULT_HANG] = "QEMU hung",
	[FAULT_DESTINATION] = "receiver died",
	[FAULT_CLIENT] = "direct client died",
	[FAULT_FINISH] = "Finish lost",
	[FAULT_CLOCK] = "host's clock stepped",
	[FAULT_OWN_CLOCK] = "our clock stepped",
	[FAULT_DISK] = "disk full",
	[OTHER_OWNER_PAUSES] = "owner paused",
	[OTHER_OWNER_RESUMES] = "owner resumed",
	[OTHER_BACKUP] = "backup",
	[OTHER_ABORT] = "abort by virsh",
	[OTHER_POSTCOPY] = "post-copy by virsh",
	[OTHER_LIMITS] = "limits by virsh",
};
const size_t n_fault_names = FAULT_COUNT;

static struct guest *any_guest(void)
{
	return &model.world.guest[chance_below(N_GUESTS)];
}

static uint32_t any_host(void)
{
	return (uint32_t)chance_below(N_WATCHED);
}

static int64_t any_clock_step(void)
{
	static const int64_t step[] = {-3600000, -600000, -20000, 20000, 600000, 3600000};

	return step[chance_below(sizeof step / sizeof step[0])];
}

static void happens(enum fault fault)
{
	model.counts.fault[fault]++;
}

static void begin_migration(void)
{
	struct guest *guest = any_guest();
	uint32_t destination = (uint32_t)chance_below(chance_one_in(3) ? N_HOSTS : N_WATCHED);

	world_migrate(guest, destination, chance_one_in(2));
}

static void owner(struct guest *guest)
{
	if (model.world.is_down[guest->host] || guest->is_hung)
		return;
	if (guest->state.run == DOMAIN_RUNNING) {
		happens(OTHER_OWNER_PAUSES);
		trace("the owner of %s pauses it", guest->name);
		world_stop_guest(guest, BY_OWNER, 0);
	} else if (guest->state.run == DOMAIN_PAUSED && guest->job.stage == STAGE_NONE && guest->twin == NO_HOST) {
		happens(OTHER_OWNER_RESUMES);
		trace("the owner of %s resumes it", guest->name);
		world_set(guest, (struct domain_state){DOMAIN_RUNNING, REASON_UNPAUSED}, DOMAIN_EVENT_RESUMED);
	}
}

static void backup(struct guest *guest)
{
	if (guest->job.stage != STAGE_NONE)
		return;
	happens(OTHER_BACKUP);
	guest->is_backed_up = !guest->is_backed_up;
	model.world.changes++;
	trace("a backup of %s %s", guest->name, guest->is_backed_up ? "begins" : "ends");
}

static void virsh(struct guest *guest)
{
	struct job *job = &guest->job;

	if (job->stage != STAGE_COPYING)
		return;
	switch (chance_below(4)) {
	case 0:
		happens(OTHER_ABORT);
		job->cancel_at = model.now + 40;
		trace("virsh aborts %s", guest->name);
		return;
	case 1:
		if (!job->permits_postcopy)
			return;
		happens(OTHER_POSTCOPY);
		job->switch_at = model.now + 10;
		trace("virsh starts post-copy of %s", guest->name);
		return;
	default:
		happens(OTHER_LIMITS);
		guest->bandwidth = 1 + chance_below(100);
		job->downtime_limit = 1 + chance_below(5000);
		trace("virsh sets limits of %s", guest->name);
		return;
	}
}

static void clean_up_twin(struct guest *guest)
{
	if (guest->twin == NO_HOST)
		return;
	trace("somebody destroys the copy of %s on host %u", guest->name, guest->host);
	world_set(guest, (struct domain_state){DOMAIN_SHUT_OFF, REASON_OTHER}, DOMAIN_EVENT_STOPPED);
	guest->host = guest->twin;
	guest->twin = NO_HOST;
	guest->stopper = BY_NOBODY;
	guest->state = (struct domain_state){DOMAIN_RUNNING, REASON_MIGRATED};
}

void outside_act(void)
{
	uint64_t what = chance_below(20);

	if (what < 10)
		begin_migration();
	else if (what < 13)
		owner(any_guest());
	else if (what < 15)
		backup(any_guest());
	else if (what < 19)
		virsh(any_guest());
	else
		clean_up_twin(any_guest());
}

static void fault_link(void)
{
	struct watcher *watcher = &model.process[chance_below(N_PROCESSES)].watcher;
	uint32_t host = any_host();

	watcher->is_cut[host] = !watcher->is_cut[host];
	if (watcher->is_cut[host])
		happens(FAULT_LINK);
}

static void fault_daemon(void)
{
	uint32_t host = any_host();
	bool is_down = !model.world.is_down[host];

	if (is_down)
		happens(FAULT_DAEMON);
	trace("the daemon of host %u %s", host, is_down ? "is killed" : "comes again");
	world_daemon(host, is_down);
}

static void fault_network(void)
{
	uint32_t host = any_host();

	model.world.is_cut[host] = !model.world.is_cut[host];
	if (model.world.is_cut[host])
		happens(FAULT_NETWORK);
	trace("host %u %s the migration network", host, model.world.is_cut[host] ? "leaves" : "is back on");
}

static void fault_hang(void)
{
	struct guest *guest = any_guest();

	guest->is_hung = !guest->is_hung;
	if (guest->is_hung)
		happens(FAULT_HANG);
	trace("the QEMU of %s %s", guest->name, guest->is_hung ? "hangs" : "answers again");
}

static void fault_job(enum fault fault)
{
	struct guest *guest = any_guest();
	enum stage stage = guest->job.stage;

	if (stage == STAGE_NONE || (fault != FAULT_DESTINATION && stage != STAGE_COPYING && stage != STAGE_SWITCHING))
		return;
	happens(fault);
	trace("fault: %s (%s)", fault_name[fault], guest->name);
	if (fault == FAULT_DESTINATION)
		world_destination_dies(guest);
	else if (fault == FAULT_CLIENT)
		world_abandon(guest);
	else
		world_lose_finish(guest);
}

static void step_clock(uint32_t host)
{
	happens(FAULT_CLOCK);
	model.world.clock_step[host] += any_clock_step();
	model.world.stepped_at[host] = model.now;
	trace("fault: the clock of host %u steps", host);
}

void outside_fault(void)
{
	enum fault fault = (enum fault)chance_below(FAULT_DISK + 1);

	switch (fault) {
	case FAULT_LINK: fault_link(); return;
	case FAULT_DAEMON: fault_daemon(); return;
	case FAULT_NETWORK: fault_network(); return;
	case FAULT_HANG: fault_hang(); return;
	case FAULT_DESTINATION:
	case FAULT_CLIENT:
	case FAULT_FINISH: fault_job(fault); return;
	case FAULT_CLOCK: step_clock(any_host()); return;
	case FAULT_OWN_CLOCK:
		happens(fault);
		model.wall += any_clock_step();
		trace("fault: %s", fault_name[fault]);
		return;
	case FAULT_DISK:
		model.has_full_disk = !model.has_full_disk;
		if (model.has_full_disk)
			happens(fault);
		trace("the disk %s", model.has_full_disk ? "is full" : "has room again");
		return;
	case OTHER_OWNER_PAUSES:
	case OTHER_OWNER_RESUMES:
	case OTHER_BACKUP:
	case OTHER_ABORT:
	case OTHER_POSTCOPY:
	case OTHER_LIMITS:
	case FAULT_COUNT: return;
	}
}

void outside_interfere(struct guest *guest)
{
	bool has_job = guest->job.stage == STAGE_COPYING || guest->job.stage == STAGE_SWITCHING;

	switch (chance_below(has_job ? 7 : 4)) {
	case 0: owner(guest); return;
	case 1: backup(guest); return;
	case 2: virsh(guest); return;
	case 3: world_migrate(guest, (uint32_t)chance_below(N_WATCHED), chance_one_in(2)); return;
	case 4: world_fail(guest); return;
	case 5: world_complete(guest); return;
	default:
		happens(FAULT_CLIENT);
		world_abandon(guest);
		return;
	}
}

/* Nothing stays broken for long, or nothing else would happen. */
void outside_mend(void)
{
	for (uint32_t i = 0; i < N_WATCHED; i++) {
		if (model.world.is_down[i] && chance_one_in(12))
			world_daemon(i, false);
		if (model.world.is_cut[i] && chance_one_in(100))
			model.world.is_cut[i] = false;
		for (size_t j = 0; j < N_PROCESSES; j++)
			if (model.process[j].watcher.is_cut[i] && chance_one_in(20))
				model.process[j].watcher.is_cut[i] = false;
	}
	for (size_t i = 0; i < N_GUESTS; i++) {
		if (model.world.guest[i].is_hung && chance_one_in(30))
			model.world.guest[i].is_hung = false;
		if (model.world.guest[i].is_backed_up && chance_one_in(20))
			model.world.guest[i].is_backed_up = false;
	}
	if (model.has_full_disk && chance_one_in(20))
		model.has_full_disk = false;
}

void outside_heal(void)
{
	model.is_calm = true;
	model.has_full_disk = false;
	for (uint32_t i = 0; i < N_HOSTS; i++) {
		model.world.is_cut[i] = false;
		if (model.world.is_down[i])
			world_daemon(i, false);
	}
	for (size_t i = 0; i < N_GUESTS; i++) {
		model.world.guest[i].is_hung = model.world.guest[i].is_backed_up = false;
		model.world.guest[i].job.is_tame = true;
	}
	for (size_t i = 0; i < N_PROCESSES; i++)
		for (uint32_t j = 0; j < N_WATCHED; j++)
			model.process[i].watcher.is_cut[j] = false;
	trace("all faults are over");
}
