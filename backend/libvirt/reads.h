/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that only read, as they run on a call thread: what they are given, what they bring back. Nothing in here may change
 * a guest, and every call of a watching connection is one of these.
 */
#ifndef BACKEND_LIBVIRT_READS_H
#define BACKEND_LIBVIRT_READS_H

#include "backend/libvirt/calls.h"
#include "backend/libvirt/params.h"
#include "backend/libvirt/subscribe.h"

struct libvirt_driver;

/* Turns libvirt's last error of this thread into ours; call it before any other libvirt call. The text is `what`, a colon, libvirt's words.
 * `conn` (may be NULL) tells by being dead that it is ERR_UNREACHABLE. */
enum err read_error(struct err_info *why, virConnectPtr conn, const char *what, ...) ATTR_PRINTF(3, 4);
/* libvirt's number for the error in `why`, 0 if it is not one of libvirt's. */
int read_error_code(const struct err_info *why);

/* Opens a connection: probe, open, and for a watching one events, host name, capabilities. */
struct open_call {
	struct call call; /* first */
	struct subscriber subscriber;
	const char *uri, *name; /* borrowed from the driver, which lives longer than its calls */
	bool is_write;          /* read-write, for actions; without events */
	/* what it brought back */
	enum err result;
	struct err_info why;
	virConnectPtr conn; /* the receiver's */
	struct subscriptions subscriptions;
	struct uuid uuid; /* of the host; nil if it does not tell */
	char *hostname;   /* owned; NULL if it does not tell */
	duration latency; /* of one small call */
};
void open_run(struct call *call);

/* Gives up a connection, and domains: everything of libvirt's that may cross the wire when it is released. */
struct close_call {
	struct call call; /* first */
	struct libvirt_driver *driver;
	virConnectPtr conn; /* consumed; may be NULL */
	struct subscriptions subscriptions;
	virDomainPtr *domain; /* consumed, with the array */
	size_t n_domains;
};
void close_run(struct call *call);

struct found_domain {
	virDomainPtr handle; /* the receiver's */
	struct uuid uuid;
	char *name;
	struct domain_state state;
};

enum read_kind { READ_SURVEY, READ_PING, READ_JOB, READ_FACTS, READ_COMPLETED };

struct read_call {
	struct call call; /* first */
	struct subscriber from;
	enum read_kind kind;
	virConnectPtr conn;  /* own reference, released on the call thread; a survey keeps it for its receiver */
	virDomainPtr domain; /* own reference, released on the call thread; NULL: look it up by `uuid` */
	struct uuid uuid;
	char name[128]; /* cleaned, for messages */
	bool wants_state; /* READ_JOB: where there is no job, read the state too. READ_COMPLETED: only if the domain has left by migration */
	bool wants_limit; /* READ_JOB: where there is a job, read its maximum downtime too; told as statistics */
	int operation;    /* READ_COMPLETED: the job must be this VIR_DOMAIN_JOB_OPERATION_* */
	/* what it brought back */
	enum err result;
	struct err_info why;
	bool is_dead;               /* the connection is */
	mono_time asked;            /* when the call was made ... */
	struct stamp at;            /* ... and when it returned */
	struct found_domain *found; /* READ_SURVEY */
	size_t n_found;
	bool has_job;     /* READ_JOB: an outgoing migration; READ_COMPLETED: a record */
	bool is_ending;   /* READ_JOB: there is one, and it is just being torn down */
	enum job_end how; /* READ_JOB: as what it ends */
	bool is_incoming; /* READ_JOB */
	bool has_state;
	struct domain_state state;
	struct params_read params;
	bytes max_memory; /* READ_FACTS */
	char owner[300];  /* READ_FACTS; "" if nobody */
};
void read_run(struct call *call);
void read_call_free(struct read_call *call); /* what the receiver did not take */

#endif
