/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model test's whole: a truthful little world of hosts and guests, virt-drains that watch it and act on it, one ledger, and the laws
 * that no step may break. The virt-drains are the program's own collector, fleet and act.c; what is false here is libvirt, the disk,
 * the clock and the threads: everything runs by turns, from one generator of chance, so that a seed says all that happened.
 */
#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include "backend/collector.h"
#include "model/action.h"

#define N_HOSTS 4 /* the last one is watched by nobody */
#define N_WATCHED 3
#define N_GUESTS 4
#define N_PROCESSES 2
#define N_JOBS 512 /* of one episode */
#define N_ASKED 1024
#define NO_HOST UINT32_MAX

/* ---- the world (world.c, outside.c) ---- */

enum stage {
	STAGE_NONE,
	STAGE_PREPARING,
	STAGE_COPYING,
	STAGE_SWITCHING, /* all but the last is sent: nothing stops it any more */
	STAGE_POSTCOPY,
	STAGE_BROKEN /* post-copy lost its network or its other end */
};

/* An outgoing migration. */
struct job {
	enum stage stage;
	uint32_t number; /* in this episode, from 1 */
	uint32_t source, destination;
	struct domain_state there; /* of the guest at its destination; SHUT_OFF: not there */
	int64_t began, clock_began;
	int64_t until;           /* of STAGE_PREPARING and STAGE_SWITCHING */
	int64_t cancel_at;       /* 0: nobody cancelled it */
	int64_t switch_at;       /* to post-copy; 0: nobody asked */
	int64_t cut_since;       /* 0: both ends reach each other */
	int64_t remaining, rate; /* thousandths of the guest's memory, and of it per second */
	uint64_t processed, pass;
	uint64_t downtime_limit;
	bool permits_postcopy, was_paused;
	bool is_tame; /* it converges at the end of its next pass */
};

enum fate { FATE_OPEN, FATE_MOVED, FATE_STAYED, FATE_LOST };

/* What a job came to. */
struct past {
	enum fate fate;
	const struct guest *guest;
	int64_t began;
	bool was_stopped, was_postcopy;
	bool was_split; /* its Finish was lost: the guest stands at one end and runs at the other */
	unsigned n_by_policy;
};

enum stopper { BY_NOBODY, BY_OWNER, BY_MIGRATION, BY_US };

struct guest {
	struct uuid uuid;
	char name[16];
	uint32_t host;
	struct domain_state state; /* there */
	struct job job;
	uint32_t twin;     /* a host where it runs although it stands on `host` too: a Finish that got lost; NO_HOST */
	bool is_backed_up; /* a backup job runs */
	bool is_hung;      /* its QEMU does not answer */
	uint64_t bandwidth;
	enum stopper stopper;  /* who stopped it, while it stands */
	size_t stopped_by;     /* BY_US: index in model.asked */
	uint64_t stopped_step; /* when, in changes of the world */
	uint32_t destination;  /* of the job under which, or after which, it was stopped */
};

struct world {
	struct guest guest[N_GUESTS];
	struct past past[N_JOBS];
	uint32_t n_jobs;
	bool is_down[N_HOSTS];       /* its daemon */
	bool is_cut[N_HOSTS];        /* off the migration network */
	int64_t clock_step[N_HOSTS]; /* of its wall clock */
	int64_t stepped_at[N_HOSTS];
	uint64_t changes;
};

struct uuid world_host_uuid(uint32_t host);
struct guest *world_guest(const struct uuid *uuid); /* NULL: none */
void world_init(void);
void world_pass(int64_t ms); /* time passes, for the world and for everybody */
/* What the daemon of that host would tell of the guest; SHUT_OFF: it has none. */
struct domain_state world_state(const struct guest *guest, uint32_t host);
bool world_has_job(const struct guest *guest, uint32_t host); /* an outgoing one */
bool world_is_incoming(const struct guest *guest, uint32_t host);
void world_stats(const struct guest *guest, struct job_stats *out);
void world_migrate(struct guest *guest, uint32_t destination, bool permits_postcopy);
void world_set(struct guest *guest, struct domain_state state, enum domain_event what);
void world_complete(struct guest *guest);
void world_fail(struct guest *guest);    /* the guest stays, and goes on if the migration had stopped it */
void world_abandon(struct guest *guest); /* a direct client died: whoever stands keeps standing */
void world_lose_finish(struct guest *guest);
void world_destination_dies(struct guest *guest);
void world_daemon(uint32_t host, bool is_down);
void world_stop_guest(struct guest *guest, enum stopper stopper, size_t asked);

/* One act of somebody else, or a fault. Nothing, if it does not fit. */
void outside_act(void);
void outside_fault(void);
void outside_interfere(struct guest *guest); /* with what somebody is doing to it just now */
void outside_mend(void);
void outside_heal(void); /* all faults end, all migrations converge, nobody starts another */

/* ---- virt-drains (process.c) ---- */

struct errand {
	struct intent intent;
	bool is_debt;
	int64_t due;
};

struct mail {
	struct event *event;
	int64_t due;
	bool is_reply;
};

struct told {
	bool is_tracked, waits, is_late;
	uint32_t host;
	int64_t due, hung_since;
	uint64_t pass;
};

/* What a driver knows; the members of struct driver first. */
struct watcher {
	struct driver driver;
	struct event_sink sink;
	struct process *process;
	bool is_started, is_cut[N_WATCHED], is_up[N_WATCHED];
	int64_t last_due[N_WATCHED], beat[N_WATCHED];
	struct told told[N_GUESTS];
	struct mail *mail;
	size_t n_mails, mails_capacity;
	struct errand errand[64];
	size_t n_errands;
};

struct dialog {
	bool is_open, was_submitted;
	struct order order;
	uint32_t job; /* that was on the screen; 0: only a picture out of the cache, which tells no job */
	int64_t due;
	uint64_t serial; /* was_submitted */
};

struct process {
	int pid;
	bool is_alive;
	bool is_dying; /* SIGKILL: nothing it does has an effect any more */
	bool is_read_only, has_cache;
	struct fleet_settings settings;
	struct backend *backend;
	struct driver *driver;
	struct watcher watcher;
	struct snapshot *shown;
	struct dialog dialog;
	int64_t flagged[N_GUESTS]; /* when it last told of that guest as critical; 0: never */
};

void process_start(struct process *process, bool is_read_only);
void process_turn(struct process *process);
void process_quit(struct process *process);
void process_crash(struct process *process, const char *where); /* buried by process_turn, or process_bury */
void process_bury(struct process *process);
void process_operate(struct process *process); /* somebody presses keys */
struct process *process_of(const void *recorder_or_backend);

/* ---- the driver (watcher.c) and libvirt behind it (hypervisor.c) ---- */

void watcher_init(struct watcher *watcher, struct process *process);
void watcher_done(struct watcher *watcher);
void watcher_turn(struct watcher *watcher);
void watcher_hear(struct watcher *watcher, uint32_t host, const struct guest *guest, enum domain_event what,
		  struct domain_state state);
void watcher_hear_completed(struct watcher *watcher, uint32_t host, const struct guest *guest);

/* One run of act.c: the connection that it is given, and what it was told over it. */
struct actor {
	struct process *process;
	const struct intent *intent;
	bool is_debt;
	struct guest *guest;
	uint32_t host;
	uint64_t began; /* in changes of the world */
	size_t asked;   /* index in model.asked */
	bool has_read_job, has_read_state;
	uint32_t job_seen; /* 0: none */
	bool backup_seen;
	enum stage stage_seen;
	struct domain_state state_seen;
	bool was_suspended; /* its own suspend was accepted */
	bool is_broken;     /* the connection */
};

void hypervisor_run(struct actor *actor, struct intent_reply *reply);

/* ---- what is durable (memory.c) ---- */

void memory_init(void);
void memory_turn(struct recorder *recorder);
void memory_die(struct recorder *recorder);

/* ---- laws (law.c) ---- */

/* Everything that ever became an intent. */
struct asked {
	struct intent intent; /* as the ledger has it; as it was asked until it is there */
	int asker;            /* pid */
	int owner;            /* pid of who looks after it; 0: not in the ledger */
	uint64_t serial;      /* of its owner */
	uint64_t row;         /* in the ledger, from 1; 0: not there */
	uint32_t job;         /* that was confirmed */
	unsigned n_attempts, n_accepted;
	uint64_t began, called; /* its call, in changes of the world: from its first word until it was made */
	bool was_overtaken; /* its job ended between the last look and the call, so that what is seen may be another's */
};

enum deed { DEED_SUSPEND, DEED_RESUME, DEED_ABORT, DEED_POSTCOPY, DEED_BANDWIDTH, DEED_DOWNTIME, DEED_COUNT };

void law_broken(const char *format, ...) ATTR_PRINTF(1, 2);
void law_asked(struct process *process, const struct intent *intent);
void law_deed(const struct actor *actor, enum deed deed);     /* before its effect */
void law_accepted(const struct actor *actor, enum deed deed); /* it returned 0 */
void law_closed(struct process *process, const struct intent *intent);
void law_end(void); /* of an episode that has come to rest */
struct asked *law_find(int pid, uint64_t serial);
struct asked *law_row(uint64_t row);

/* ---- the frame (episode.c) ---- */

enum mutation { MUTATION_NONE, MUTATION_RULE, MUTATION_RECHECK, MUTATION_ADOPTION };

enum tally {
	TALLY_RACES, /* the job ended between the last look and the call */
	TALLY_FELL_BACK,
	TALLY_AT_ONCE, /* resumed at once */
	TALLY_DEBT_PAID,
	TALLY_POLICY,
	TALLY_FIRED,
	TALLY_INSISTED,
	TALLY_FLAGGED,       /* left paused at the end, and told */
	TALLY_NO_EFFECT,     /* an abort that came too late and returned 0 */
	TALLY_BACKUP_SPARED, /* a backup job was seen before an abort */
	TALLY_UNKNOWABLE,    /* an owner's pause undone, where it could have been ours */
	TALLY_OVERFLOW,
	TALLY_PICTURES,
	TALLY_COUNT
};

struct counts {
	uint64_t asked[ACTION_COUNT], refused[ACTION_COUNT], adopted[ACTION_COUNT];
	uint64_t closed[ACTION_COUNT][INTENT_STAGE_COUNT];
	uint64_t tally[TALLY_COUNT];
	uint64_t deed[DEED_COUNT];
	uint64_t fault[32], crash[16];
	uint64_t fate[FATE_LOST + 1];
	uint64_t n_quits, n_episodes;
};

#define TRACE_KEPT 30

struct model {
	uint64_t chance;
	int64_t now;
	int64_t wall; /* of our own machine, minus now */
	uint64_t seed;
	uint64_t step; /* of this episode */
	enum mutation mutation;
	bool is_calm; /* faults are over */
	bool has_full_disk;
	bool is_talking; /* prints its trace as it goes */
	struct world world;
	struct process process[N_PROCESSES];
	int last_pid;
	struct asked asked[N_ASKED];
	size_t n_asked;
	bool is_broken;
	char broken[320];
	char trace[TRACE_KEPT][200];
	uint64_t n_traced;
	struct counts counts; /* over all episodes */
};

extern struct model model;

uint64_t chance_below(uint64_t n);
bool chance_one_in(uint64_t n);
void trace(const char *format, ...) ATTR_PRINTF(1, 2);
void trace_print(void);

/* Plays one episode. True: no law was broken. */
bool episode_play(uint64_t seed, uint64_t n_steps);

/* Names of model.counts.fault and .crash, in their order. */
extern const char *const fault_name[];
extern const size_t n_fault_names;
extern const char *const crash_name[];
extern const size_t n_crash_names;

#endif
