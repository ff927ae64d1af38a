/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that the operator can choose, filled by the option table from defaults, configuration files and the command line
 * (in this order). Main thread; plain data after start.
 */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "app/hosts.h"
#include "model/field.h"
#include "model/intent.h"
#include "tui/tui.h"

/* The order of rows, as `sort` gives it. */
struct sort_setting {
	enum field_id field;
	bool descending;
};

struct settings {
	/* configuration, and the options of the same meaning */
	struct host_list
		hosts; /* as configured; names on the command line are in struct command_line until hosts_resolve */
	char *uri_template;
	bool allow_tcp;
	bool read_only;
	char *drain;       /* "" none */
	char *drain_place; /* "FILE:LINE" that set it; NULL: no file did */
	duration refresh, heartbeat, sweep;
	duration completion_timeout_per_gib; /* 0: no limit */
	int timeout_action;                  /* enum limit_action */
	int policy;                          /* 0 act, 1 observe */
	duration frozen_warning;
	int force_method; /* enum force_method */
	char *theme, *columns;
	struct sort_setting sort;
	char *filter; /* "" all rows */
	int glyphs;   /* enum tui_glyphs */
	bool mouse;
	int bell;           /* enum tui_bell */
	char *hook_command; /* "" none */
	char *cache;        /* "" the usual place, "none", or a path */
	duration retention;

	/* command line only */
	char *config;           /* "" the usual places */
	struct host_list added; /* --connect, not yet resolved */
	bool demo;
	char *scenario; /* of --demo, or the path of a recording */
	char *record;   /* "" none */
	bool once, stream, plain, json, csv;
	duration stream_for; /* 0: until stopped */
	bool actions;        /* history of the ledger in place of the cache */
	bool wait, insist;
	int own_limit_action; /* enum limit_action, of one migration; means something where it was given */
	bool paths, prints_completion;
	int completion; /* enum shell; means something where it is printed */
	bool help, version;
};

/* All defaults of the option table. */
void settings_init(struct settings *settings);
void settings_done(struct settings *settings);

#endif
