/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where themes are: compiled in, the user's, installed. Main thread. Neighbour: theme_file.c reads one.
 */
#include "base/array.h"
#include "base/text.h"
#include "tui/theme.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define THEME_FILE_MAX 65536
#define SUFFIX ".theme"

static const struct {
	const char *name;
	void (*make)(struct theme *theme);
} compiled_in[] = {{"default", theme_default}, {"mono", theme_mono}};

/* A theme is a small regular file; a pipe or a device would block the screen. */
static bool is_theme_file(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_size <= THEME_FILE_MAX;
}

/* The folder of the user's themes; false where there is no home. */
static bool own_folder(char *path, size_t size)
{
	const char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");
	bool is_told = config && config[0] == '/';
	int n = is_told ? snprintf(path, size, "%s/virt-drain/themes", config)
			: snprintf(path, size, "%s/.config/virt-drain/themes", home ? home : "");

	return (is_told || home) && n > 0 && (size_t)n < size;
}

static bool is_in(const char *folder, const char *name, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s" SUFFIX, folder, name);

	return n > 0 && (size_t)n < size && is_theme_file(path);
}

bool theme_find(const char *name, char *path, size_t size)
{
	char folder[THEME_PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(compiled_in); i++) {
		if (!name || strcmp(name, compiled_in[i].name) == 0)
			return false;
	}
	if (strchr(name, '/'))
		return (size_t)snprintf(path, size, "%s", name) < size && is_theme_file(path);
	return (own_folder(folder, sizeof folder) && is_in(folder, name, path, size)) ||
	       is_in(VD_THEMEDIR, name, path, size);
}

enum err theme_load(const char *name, struct theme *out, struct err_info *why)
{
	char path[THEME_PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(compiled_in); i++) {
		if (!name || strcmp(name, compiled_in[i].name) == 0) {
			compiled_in[i].make(out);
			return ERR_OK;
		}
	}
	if (theme_find(name, path, sizeof path))
		return theme_read(path, out, why);
	if (strchr(name, '/'))
		return err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "%s is not a theme file", name);
	return err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "there is no theme called %s", name);
}

void theme_list_add(struct theme_list *list, const char *name, enum theme_origin origin)
{
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++) {
		int order = strcmp(list->entry[i].name, name);

		if (order == 0)
			return;
		at = order < 0 ? i + 1 : at;
	}
	list->entry = array_reserve(list->entry, &list->capacity, list->n + 1, sizeof *list->entry);
	memmove(list->entry + at + 1, list->entry + at, (list->n - at) * sizeof *list->entry);
	list->entry[at] = (struct theme_entry){mem_dup(name), origin};
	list->n++;
}

static void add_folder(struct theme_list *list, const char *folder, enum theme_origin origin)
{
	DIR *directory = opendir(folder);
	struct dirent *file;

	while (directory && (file = readdir(directory)) != NULL) {
		char path[THEME_PATH_MAX], name[THEME_NAME_MAX], clean[THEME_NAME_MAX * 4];
		size_t length = strlen(file->d_name), end = strlen(SUFFIX);

		if (length <= end || length - end >= sizeof name || strcmp(file->d_name + length - end, SUFFIX) != 0)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(length - end), file->d_name);
		text_clean(clean, sizeof clean, name, length - end);
		/* not a name that cannot be shown, because what is chosen is what was read */
		if (strcmp(clean, name) == 0 && is_in(folder, name, path, sizeof path))
			theme_list_add(list, name, origin);
	}
	if (directory)
		closedir(directory);
}

void theme_list_read(struct theme_list *list)
{
	char folder[THEME_PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(compiled_in); i++)
		theme_list_add(list, compiled_in[i].name, THEME_COMPILED_IN);
	if (own_folder(folder, sizeof folder))
		add_folder(list, folder, THEME_OWN);
	add_folder(list, VD_THEMEDIR, THEME_INSTALLED);
}

void theme_list_done(struct theme_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->entry[i].name);
	free(list->entry);
	*list = (struct theme_list){0};
}
