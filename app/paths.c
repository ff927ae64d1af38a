/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XDG base directories (https://specifications.freedesktop.org/basedir-spec/latest/). Main thread.
 */
#include "app/paths.h"

#include "base/array.h"
#include "base/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *paths_join(const char *folder, const char *name)
{
	struct buffer path = {0};
	buffer_printf(&path, "%s/%s", folder, name);
	return buffer_take(&path);
}

/* The folder that a variable names, or its default in the home. A relative value is ignored, as the specification says. */
static char *base_folder(const char *variable, const char *in_home)
{
	const char *named = getenv(variable), *home = getenv("HOME");
	if (named && named[0] == '/')
		return mem_dup(named);
	return home && home[0] == '/' ? paths_join(home, in_home) : NULL;
}

static char *in_base(const char *variable, const char *in_home, const char *name)
{
	char *folder = base_folder(variable, in_home);
	char *path = folder ? paths_join(folder, name) : NULL;
	free(folder);
	return path;
}

char *paths_user_configuration(void)
{
	return in_base("XDG_CONFIG_HOME", ".config", "virt-drain/virt-drain.conf");
}

const char *paths_system_configuration(void)
{
	return VD_SYSCONFDIR "/virt-drain.conf";
}

char *paths_user_themes(void)
{
	return in_base("XDG_CONFIG_HOME", ".config", "virt-drain/themes");
}

const char *paths_installed_themes(void)
{
	return VD_THEMEDIR;
}

char *paths_state(void)
{
	return in_base("XDG_STATE_HOME", ".local/state", "virt-drain");
}

static enum err make_all(const char *folder, struct err_info *why)
{
	char *path = mem_dup(folder);
	int number = 0;
	for (char *slash = path; slash && !number;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			number = errno;
		if (slash)
			*slash = '/';
	}
	free(path);
	char text[128];
	return number ? err_set(why, ERR_IO, "system", number, "cannot make the folder %s: %s", folder,
				strerror_r(number, text, sizeof text))
		      : ERR_OK;
}

enum err paths_make_private(const char *folder, struct err_info *why)
{
	struct stat facts;
	enum err err = make_all(folder, why);
	if (err)
		return err;
	if (lstat(folder, &facts) != 0 || !S_ISDIR(facts.st_mode) || facts.st_uid != geteuid())
		return err_set(why, ERR_CONFIG, "virt-drain", 0,
			       "%s is not a folder of this user, so nothing in it can be trusted: set XDG_STATE_HOME "
			       "to another place",
			       folder);
	if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(why, ERR_CONFIG, "virt-drain", 0,
			       "others may write to %s, so nothing in it can be trusted: look at it, then chmod 700 it",
			       folder);
	if ((facts.st_mode & 0077) != 0)
		(void)chmod(folder, 0700); /* a folder that stays readable is no reason to stop */
	return ERR_OK;
}
