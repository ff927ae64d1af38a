/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration files: read at start, for the theme alone also later (app/cmd_dashboard.c), never written. Main thread.
 */
#ifndef APP_CONF_H
#define APP_CONF_H

#include "app/command_line.h"
#include "app/settings.h"

/* Reads one file into settings. Errors: ERR_CONFIG with "FILE:LINE: sentence" (a file that cannot be read: "FILE: sentence");
 * settings then hold what stood before the error and must be thrown away. */
enum err conf_read_file(struct settings *settings, const char *path, struct err_info *why) ATTR_WARN_UNUSED;

/* Reads `settings->config` if it is not "", else the system's and then the user's file, those of them that exist. Errors as above. */
enum err conf_read(struct settings *settings, struct err_info *why) ATTR_WARN_UNUSED;

/* Defaults (settings_init was called), then files, then the command line. Errors: ERR_CONFIG as above, ERR_USAGE. */
enum err conf_read_all(struct settings *settings, const struct command_line *line,
		       struct err_info *why) ATTR_WARN_UNUSED;

#define CONF_FILES_MAX 2

/* The files that conf_read reads, those that do not exist yet too, in this order; returns how many. The caller frees each. */
size_t conf_files(const struct settings *settings, char *path[CONF_FILES_MAX]);

#endif
