/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where files of the user are: the XDG base directories. Main thread, before other threads start.
 */
#ifndef APP_PATHS_H
#define APP_PATHS_H

#include "base/err.h"

/* $XDG_CONFIG_HOME/virt-drain/virt-drain.conf or that of ~/.config; NULL where there is no home. The caller frees it. */
char *paths_user_configuration(void);

/* The configuration of the machine, below the sysconfdir of the build. Static. */
const char *paths_system_configuration(void);

/* $XDG_CONFIG_HOME/virt-drain/themes or that of ~/.config, where theme_load looks first; NULL where there is no home. The caller frees it. */
char *paths_user_themes(void);

/* The themes that came with the program. Static. */
const char *paths_installed_themes(void);

/* $XDG_STATE_HOME/virt-drain or that of ~/.local/state; NULL where there is no home. The caller frees it. */
char *paths_state(void);

/* Makes the folder and those above it (0700). Errors: ERR_CONFIG where it is there but somebody else's or writable by others: what is
 * in it must not be trusted; ERR_IO where it cannot be made (the caller may go on: cache and ledger tell of it themselves). */
enum err paths_make_private(const char *folder, struct err_info *why) ATTR_WARN_UNUSED;

/* folder/name; the caller frees it. */
char *paths_join(const char *folder, const char *name);

#endif
