/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts that are watched: what the operator wrote, checked against the allow-list of URIs (a URI can run a program or
 * switch off a check of identity) and completed. Main thread.
 */
#ifndef APP_HOSTS_H
#define APP_HOSTS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct host_entry {
	char *name;  /* shown, and used on the command line; NULL until resolved if only an address was given */
	char *uri;   /* HOST, user@HOST or a URI as written; after hosts_resolve a complete, checked URI */
	char *group; /* NULL: none */
	char *where; /* "FILE:LINE" of the configuration, NULL: command line */
};

struct host_list {
	struct host_entry *host;
	size_t n_hosts, capacity;
};

/* Adds a copy. `name`, `group` and `where` may be NULL. */
void host_list_add(struct host_list *list, const char *name, const char *uri, const char *group, const char *where);
void host_list_done(struct host_list *list); /* leaves an empty, valid list */

/* The entry with this name; NULL if there is none. */
const struct host_entry *host_list_find(const struct host_list *list, const char *name);

/* Adds "HOST", "user@HOST", a URI or "NAME=URI" as one of these is written on the command line. */
void host_list_add_word(struct host_list *list, const char *word);

/* What the URI check depends on. */
struct uri_rules {
	const char *uri_template; /* with one %s for HOST */
	bool allow_tcp;
};

/* Makes the list that is watched. `named` are the hosts of the command line, `added` those of --connect: hosts that are named
 * replace the configured ones (a name that is configured keeps its URI), added ones come after them. Every URI is checked and
 * completed, every name is unique. *out is a new list.
 * Errors: ERR_USAGE, or ERR_CONFIG with FILE:LINE where a configured host is to blame; *out untouched. */
enum err hosts_resolve(struct host_list *out, const struct host_list *configured, const struct host_list *named,
		       const struct host_list *added, const struct uri_rules *rules,
		       struct err_info *why) ATTR_WARN_UNUSED;

/* Is this one %s in what is otherwise a URI that is allowed (tcp is judged later)? Errors: ERR_USAGE. */
enum err uri_template_check(const char *text, struct err_info *why) ATTR_WARN_UNUSED;

/* Checks a whole URI against the allow-list of virt-drain(1) and writes its complete form (no_tty=1 for ssh), which the caller
 * frees, to *out. Errors: ERR_USAGE with what is wrong and what is allowed; *out untouched. */
enum err uri_complete(char **out, const char *uri, bool allow_tcp, struct err_info *why) ATTR_WARN_UNUSED;

/* The URI that HOST or user@HOST stands for, not yet checked; an IPv6 address gets its brackets. The caller frees it.
 * Errors: ERR_USAGE for characters that no host name has. */
enum err uri_from_host(char **out, const char *host, const char *uri_template, struct err_info *why) ATTR_WARN_UNUSED;

#endif
