/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the loop thread knows of each host: its link, its connections, its domains and the errands that wait for them. Everything in
 * here belongs to the loop thread; the other threads of this folder see only their call.
 *   host.c      the link: surveying, losing, the timer
 *   connection.c the watching connection: opening, the one call on it, replacing, closing
 *   domains.c   the domains: the table, and what is said of one
 *   readings.c  asking them for their jobs
 *   discover.c  surveys and events: which there are, and what happens to them
 *   endings.c   the final statistics of migrations that succeeded
 *   errands.c   the writing connection and the intents
 */
#ifndef BACKEND_LIBVIRT_HOSTS_H
#define BACKEND_LIBVIRT_HOSTS_H

#include "backend/libvirt/link.h"
#include "backend/libvirt/loop.h"
#include "backend/libvirt/poll.h"
#include "backend/libvirt/reads.h"

#include <pthread.h>

#define PASSES_HELD 8

/* A pass that began before the job was known to be a migration. */
struct held_pass {
	uint64_t number;
	struct stamp at;
};

struct domain {
	struct poll poll;
	struct uuid uuid;
	char *name; /* raw */
	struct domain_state state;
	virDomainPtr handle;       /* of the host's present connection; NULL until a survey brings one */
	unsigned serial;           /* of the connection that the handle belongs to */
	struct stamp touched;      /* its last lifecycle event: newer than a survey that was out then */
	struct read_call *reading; /* the one that is out */
	struct held_pass pass[PASSES_HELD];
	size_t n_passes;
	bool facts_asked;        /* for this job */
	mono_time limit_asked;   /* its maximum downtime; 0: not for this job */
	duration downtime_limit; /* as last read; 0: not known */
	bool must_tell;          /* that it has no job is news although it had none: the first look after a gap */
	enum job_end how;        /* the last type of its job, where that told how it ended */
};

/* A connection; serial 0: none. One call at a time is out on it: a second one in libvirt before 10.4.0 leaves an event source
 * behind that points into a stack that is gone (CVE-2024-4418). Who cannot wait gets another connection. */
struct connection {
	virConnectPtr conn;
	unsigned serial;
	struct subscriptions subscriptions;
	bool is_busy;
	mono_time busy_since;
};

/* A connection that was given up with its call still out: it is closed when that returns. */
struct retired {
	struct connection connection;
	virDomainPtr *handle;
	size_t n_handles;
};

/* A migration that succeeded and whose final statistics are still to be found. */
struct ending {
	struct uuid uuid;
	bool was_told;          /* its source said STOPPED_MIGRATED: the record at the source cannot be an older one */
	bool is_at_destination; /* the source has no record: the destination is asked */
	bool is_asked;
	mono_time due; /* until then the event JOB_COMPLETED may come by itself */
};

/* An intent on its way to its call. */
struct errand {
	struct intent intent;
	bool is_debt;
	bool is_out;
	mono_time give_up;    /* the connection must be ready by then */
	mono_time hold_until; /* a reading of its domain that is out must be back by then */
};

/* The connection on which actions go. */
struct writer {
	struct connection connection;
	bool is_opening;
	unsigned n_opens, n_out;
	mono_time open_began;
	mono_time idle_since;
	char reason[320]; /* why the last open failed */
};

struct host {
	struct libvirt_driver *driver;
	size_t index;
	char *name, *uri, *group;
	struct loop_timer timer;
	struct calls_waiter waiter;
	struct link link;
	struct connection connection;
	struct call *opening, *surveying, *pinging; /* the newest of each that is out */
	bool is_known;                              /* the first EVENT_INVENTORY of this connection was said */
	bool is_replacing; /* a second connection is being opened, because the call on the first takes long */
	struct retired *retired;
	size_t n_retired, retired_capacity;
	struct uuid uuid;
	char *hostname;
	struct domain **domain;
	size_t n_domains, capacity;
	struct uuid *gone; /* domains that left while a survey was out: it may still list them */
	size_t n_gone, gone_capacity;
	struct stamp survey_began;
	struct ending *ending;
	size_t n_endings, endings_capacity;
	struct errand **errand;
	size_t n_errands, errands_capacity;
	struct writer writer;
	unsigned n_read_failures; /* for the log */
};

struct libvirt_driver {
	struct driver driver; /* first */
	struct host *host;
	size_t n_hosts;
	struct poll_limits poll_limits;
	struct link_limits link_limits;
	bool is_read_only;
	uint32_t host_base;
	struct event_sink sink; /* put is NULL before start and after stop */
	bool is_stopping, is_orphan;
	unsigned n_calls; /* out; the driver lives until the last has come back */
	unsigned next_serial;
	uint32_t random;
	/* between stop and the loop thread */
	pthread_mutex_t lock;
	pthread_cond_t has_stopped;
	bool is_silent;   /* nothing is said any more */
	bool is_stopped;  /* and no call is out */
	bool has_started; /* the caller's thread */
};

/* ---- host.c */
void host_begin(struct host *host);   /* start of the driver */
void host_advance(struct host *host); /* does what is due and sets the timer */
void host_stop(struct host *host);
void host_done(struct host *host);
void host_notified(void *notification); /* task: consumes a struct notification */
void host_lost(struct host *host, unsigned serial, const char *reason);
void host_survey_soon(struct host *host);
uint32_t driver_random(struct libvirt_driver *driver);
/* Says an event. False: the queue is full, the event is gone, and the host is looked at anew. */
bool host_say(struct host *host, struct event *event);
struct event *host_event(const struct host *host, enum event_kind kind, struct stamp at);
void host_say_link(struct host *host);
void host_say_facts(struct host *host);
void host_log_error(struct host *host, const struct err_info *why);

/* ---- connection.c */
bool host_open(struct host *host); /* begins; false: no room */
/* A ping while another call is out goes by a connection of its own, which takes over if that call has not returned by then. */
bool host_ping_aside(struct host *host);
/* Gives up a connection and all handles: closed now, or when its call has returned. */
void host_retire(struct host *host, struct connection *connection);
/* Makes a reading on the present connection. NULL: it is busy, or no room for another call. `done` runs on the loop thread and frees it. */
struct read_call *host_read(struct host *host, enum read_kind kind, struct domain *domain, const struct read_call *with,
			    void (*done)(struct call *call));
void host_returned(struct host *host, struct read_call *read); /* first thing in every `done` */
void driver_call_began(struct libvirt_driver *driver);
void driver_call_ended(struct libvirt_driver *driver); /* last thing in every `done` */
/* Releases connection and handles on a call thread: neither may cross the wire from here. */
void driver_close(struct libvirt_driver *driver, struct connection *connection, virDomainPtr *domain, size_t n);

/* ---- domains.c */
struct domain *host_domain(const struct host *host, const struct uuid *uuid); /* NULL if there is none */
struct domain *host_add_domain(struct host *host, const struct uuid *uuid, mono_time now);
void host_remove_domain(struct host *host, struct domain *domain);
/* Takes the handle, which is of the present connection: that has other references, so releasing it later crosses no wire. */
void domain_set_handle(struct host *host, struct domain *domain, virDomainPtr handle);
virDomainPtr *host_take_handles(struct host *host, size_t *n); /* of all domains; NULL if there are none */
void host_doubt_domains(struct host *host);                    /* something was missed: all are asked anew */
void host_forget_domains(struct host *host); /* after a gap: so too, and what is out comes back to nobody */
void host_domains_done(struct host *host);
void domain_say_late(struct host *host, struct domain *domain, const char *reason); /* NULL: it answers again */
void domain_say_job(struct host *host, struct domain *domain, const struct read_call *read);
void domain_say_no_job(struct host *host, const struct domain *domain, const struct read_call *read);
void domain_say_incoming(struct host *host, const struct domain *domain, struct stamp at);
void domain_say_pass(struct host *host, const struct domain *domain, uint64_t number, struct stamp at);
/* A pass tells at once what the statistics prove a moment later; until then it is held. */
void domain_hold_pass(struct domain *domain, const struct notification *notification);
void domain_say_held_passes(struct host *host, struct domain *domain);

/* ---- readings.c */
void domain_found(struct host *host, struct domain *domain, enum poll_role role);
/* One that stands still for a migration that is not known of: whether it has one is asked at once, and told. */
void domain_ask_if_left(struct domain *domain);
void host_poll_domains(struct host *host, mono_time now);
mono_time host_poll_at(const struct host *host);
void host_taken(struct host *host, const struct uuid *uuid);
void host_hold(struct host *host, const struct uuid *uuid, bool is_held);

/* ---- discover.c */
void host_found(struct host *host, struct read_call *survey); /* a survey came back well; consumes its handles */
void host_lifecycle(struct host *host, struct notification *notification);
void host_pass(struct host *host, const struct notification *notification);

/* ---- endings.c */
void ending_begin(struct host *host, const struct uuid *uuid, bool was_told);
void ending_completed(struct host *host, const struct notification *notification);
void endings_advance(struct host *host, mono_time now);
mono_time endings_at(const struct host *host);

/* ---- errands.c */
void errand_submit(struct libvirt_driver *driver, const struct intent *intent, bool is_debt);
void errands_advance(struct host *host, mono_time now);
mono_time errands_at(const struct host *host);
void writer_prepare(struct host *host);
void errands_stop(struct host *host);

#endif
