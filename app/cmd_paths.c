/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --paths: which files this call would read and write, a line each. Makes none of them. Main thread.
 */
#include "app/commands.h"
#include "app/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WHAT_CELLS = 28, STATE_CELLS = 10 };

static const char *state_of(const char *path, int mode)
{
	if (access(path, mode) == 0)
		return "there";
	return errno == ENOENT || errno == ENOTDIR ? "not there" : "closed";
}

/* The path comes last, because it may have blanks. */
static void put_line(struct buffer *out, const char *what, const char *state, const char *path)
{
	buffer_pad(out, what, WHAT_CELLS);
	buffer_puts(out, " ");
	buffer_pad(out, state, STATE_CELLS);
	buffer_printf(out, " %s\n", path);
}

/* NULL: there is no home that it could be in. */
static void put(struct buffer *out, const char *what, const char *path, int mode)
{
	put_line(out, what, path ? state_of(path, mode) : "no home", path ? path : "-");
}

static void put_owned(struct buffer *out, const char *what, char *path, int mode)
{
	put(out, what, path, mode);
	free(path);
}

static void put_state(struct buffer *out, const char *what, const char *folder, const char *name)
{
	put_owned(out, what, folder ? paths_join(folder, name) : NULL, R_OK | W_OK);
}

static void put_cache(struct buffer *out, const char *chosen, const char *folder)
{
	if (strcmp(chosen, "none") == 0)
		put_line(out, "cache", "off", "-");
	else if (chosen[0])
		put(out, "cache", chosen, R_OK | W_OK);
	else
		put_state(out, "cache", folder, "cache.sqlite");
}

int cmd_paths(const struct settings *settings)
{
	struct buffer out = {0};
	struct err_info why;
	char *folder = paths_state();
	if (settings->config[0]) {
		put(&out, "configuration", settings->config, R_OK);
	} else {
		put(&out, "configuration of the system", paths_system_configuration(), R_OK);
		put_owned(&out, "configuration of the user", paths_user_configuration(), R_OK);
	}
	put_owned(&out, "themes of the user", paths_user_themes(), R_OK | X_OK);
	put(&out, "themes as installed", paths_installed_themes(), R_OK | X_OK);
	put_cache(&out, settings->cache, folder);
	put_state(&out, "ledger of actions", folder, "ledger.sqlite");
	put_state(&out, "log", folder, "log");
	free(folder);
	enum err err = output_write(out.text, out.length, &why);
	buffer_done(&out);
	return err ? complain_and_exit_code(&why) : 0;
}
