/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can go wrong, as one enumeration for the whole program, and the sentence that tells it to a person.
 * The first four failures are the answers of Nova's force-complete specification (400, 403, 404) and of the
 * command line. Any thread; no state.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

#define ATTR_WARN_UNUSED __attribute__((warn_unused_result))
#define ATTR_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

enum err {
	ERR_OK = 0,
	ERR_FAILED,        /* it was tried and did not work */
	ERR_USAGE,         /* the command line asks for something that does not exist */
	ERR_CONFIG,        /* a configuration file says something wrong; the text has file:line */
	ERR_INVALID_STATE, /* not possible in the present state of the migration (Nova: 400/409) */
	ERR_NOT_PERMITTED, /* read-only mode, or the daemon refuses us (Nova: 403) */
	ERR_NOT_FOUND,     /* the domain, its job or the host is not there (Nova: 404) */
	ERR_UNREACHABLE,   /* the host does not answer */
	ERR_TIMEOUT,       /* it took too long; it may still happen */
	ERR_NO_POSTCOPY,   /* the migration was not started with the permission to use post-copy */
	ERR_BUSY,          /* locked by somebody else for now */
	ERR_FULL,          /* the disk or a quota is full */
	ERR_CORRUPT,       /* stored data is damaged or not ours */
	ERR_IO,            /* reading or writing failed */
	ERR_UNSUPPORTED    /* this libvirt, terminal or file system cannot do it */
};

#define ERR_COUNT (ERR_UNSUPPORTED + 1)

/* Why something failed. Callers give NULL where they do not need it. */
struct err_info {
	enum err code;
	/* static text: "libvirt", "sqlite", "libconfig", "system", "virt-drain"; never NULL after err_set */
	const char *origin;
	int origin_code; /* the origin's own number (libvirt's VIR_ERR_*, errno, ...), 0 if it has none */
	char text[320];  /* one sentence for people, cleaned of control characters, without a final dot or newline */
};

/* Fills *why (if not NULL) and returns code, so that `return err_set(why, ...)` reads well. */
enum err err_set(struct err_info *why, enum err code, const char *origin, int origin_code, const char *format, ...)
	ATTR_PRINTF(5, 6);

/* "invalid in this state" and the like: a static, short English phrase. */
const char *err_text(enum err code);

/* The process exit code, as virt-drain(1) lists it: 0 done, 1 failure, 2 usage or configuration, 3 invalid in this state,
 * 4 not permitted, 5 not found, 6 no host reachable. */
int err_exit_code(enum err code);

#endif
