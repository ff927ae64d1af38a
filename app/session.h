/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wiring: a driver made from the settings, the backend behind its door, and waiting for news of it. Main thread.
 */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/command_line.h"
#include "app/hook.h"
#include "backend/backend.h"

/* What a command works with. */
struct run {
	const struct settings *settings;
	const struct command_line *line;
	struct host_list hosts; /* those that are watched; empty with --demo */
	char *cache, *ledger;   /* paths, NULL: none */
};

struct session {
	struct driver *driver;
	struct backend *backend;
	struct hook *hook;  /* NULL none */
	struct driver *tap; /* the driver, where it records; NULL none */
	bool is_recording;  /* what is shown is a recording (--demo=FILE) */
	const char *drain;  /* name of the host that is being emptied, borrowed; NULL none */
};

/* Paths of cache and ledger for this command; makes the state folder. Errors: ERR_CONFIG where it cannot be trusted. */
enum err run_find_files(struct run *run, struct err_info *why) ATTR_WARN_UNUSED;

/* The hosts to watch, checked. Errors: ERR_USAGE, ERR_CONFIG; ERR_USAGE also where there is none. */
enum err run_find_hosts(struct run *run, struct err_info *why) ATTR_WARN_UNUSED;
void run_done(struct run *run);

/* Makes the driver, starts everything. Errors: ERR_USAGE (unknown scenario, --drain of a host that is not watched,
 * --record over an existing file), ERR_IO (--record), ERR_FAILED. */
enum err session_start(struct session *out, const struct run *run, struct err_info *why) ATTR_WARN_UNUSED;
/* Stops everything; says on standard error if the recording is not whole. */
void session_stop(struct session *session);

enum session_news {
	SESSION_SNAPSHOT, /* a newer snapshot can be taken */
	SESSION_DEADLINE,
	SESSION_SIGNAL /* TERM, HUP or INT came; signals_taken tells which */
};

/* Waits for the first of these. A negative deadline never comes. */
enum session_news session_wait(const struct session *session, mono_time deadline);

/* Writes all to standard output, as far as its reader takes it. Errors: ERR_IO where the reader is gone or the disk is full (*why
 * says so; errno EPIPE is its origin_code), ERR_TIMEOUT where a signal to end came while the reader did not read. */
enum err output_write(const char *text, size_t length, struct err_info *why) ATTR_WARN_UNUSED;

/* "virt-drain: sentence" on standard error; returns the exit code. */
int complain_and_exit_code(const struct err_info *why);

#endif
