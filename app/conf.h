/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration files: read once at start, never written. Main thread.
 */
#ifndef APP_CONF_H
#define APP_CONF_H

#include "app/settings.h"

/* Reads one file into settings. Errors: ERR_CONFIG with "FILE:LINE: sentence" (a file that cannot be read: "FILE: sentence");
 * settings then hold what stood before the error and must be thrown away. */
enum err conf_read_file(struct settings *settings, const char *path, struct err_info *why) ATTR_WARN_UNUSED;

/* Reads `settings->config` if it is not "", else the system's and then the user's file, those of them that exist. Errors as above. */
enum err conf_read(struct settings *settings, struct err_info *why) ATTR_WARN_UNUSED;

#endif
