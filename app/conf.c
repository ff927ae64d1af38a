/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libconfig files, by the keys of the option table. A wrong key is an error and not a warning, because a misspelt read_only
 * would be dangerous. Main thread; nothing of libconfig leaves this file.
 */
#include "app/conf.h"

#include "app/option.h"
#include "app/paths.h"
#include "base/array.h"
#include "base/buffer.h"
#include "base/config_text.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum err bad_type(const char *where, const char *key, const char *what, struct err_info *why)
{
	return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s: %s must be %s", where, key, what);
}

/* The scalar as the text that the setter of its option reads; NULL where the type is not one of the option's. The caller frees it. */
static char *text_of(const struct option_row *row, const config_setting_t *value)
{
	int type = config_setting_type(value);
	struct buffer text = {0};
	bool is_time = row->type == OPTION_DURATION;
	if (row->type == OPTION_FLAG && type == CONFIG_TYPE_BOOL)
		buffer_puts(&text, config_setting_get_bool(value) ? "true" : "false");
	else if (row->type != OPTION_FLAG && type == CONFIG_TYPE_STRING)
		buffer_puts(&text, config_setting_get_string(value));
	else if (is_time && (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64))
		buffer_printf(&text, "%lld", config_setting_get_int64(value));
	else if (is_time && type == CONFIG_TYPE_FLOAT)
		buffer_printf(&text, "%.3f", config_setting_get_float(value));
	else
		return NULL;
	return buffer_take(&text);
}

static const char *type_words(enum option_type type)
{
	switch (type) {
	case OPTION_FLAG: return "true or false";
	case OPTION_DURATION: return "a number of seconds or a text like \"15m\"";
	case OPTION_HOST: return "a list of groups, as in ({ name = \"host1\"; uri = \"qemu+ssh://host1/system\"; })";
	case OPTION_TEXT:
	case OPTION_CHOICE:
	case OPTION_SORT: break;
	}
	return "a text in quotes";
}

static enum err read_scalar(const struct option_row *row, struct settings *settings, const config_setting_t *value,
			    const char *where, struct err_info *why)
{
	struct err_info said;
	char *text = text_of(row, value);
	if (!text)
		return bad_type(where, row->key, type_words(row->type), why);
	enum err err = option_set(row, settings, text, where, &said);
	free(text);
	return err ? err_set(why, ERR_CONFIG, said.origin, said.origin_code, "%s: %s: %s", where, row->key, said.text)
		   : ERR_OK;
}

/* One { name, uri, group } of hosts. */
static enum err read_host(struct host_list *hosts, const config_setting_t *group, const char *path,
			  struct err_info *why)
{
	const char *name = NULL, *uri = NULL, *group_name = NULL;
	char where[4096];
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *value = config_setting_get_elem(group, (unsigned)i);
		const char *key = config_setting_name(value);
		const char **field = strcmp(key, "name") == 0    ? &name
				     : strcmp(key, "uri") == 0   ? &uri
				     : strcmp(key, "group") == 0 ? &group_name
								 : NULL;
		snprintf(where, sizeof where, "%s:%u", path, config_setting_source_line(value));
		if (!field)
			return err_set(why, ERR_CONFIG, "virt-drain", 0,
				       "%s: unknown key \"%s\" of a host (name, uri, group)", where, key);
		*field = config_setting_get_string(value);
		if (!*field)
			return bad_type(where, key, "a text in quotes", why);
	}
	snprintf(where, sizeof where, "%s:%u", path, config_setting_source_line(group));
	if (!name && !uri)
		return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s: a host needs a name or a uri", where);
	host_list_add(hosts, name, uri ? uri : name, group_name, where);
	return ERR_OK;
}

static enum err read_hosts(struct settings *settings, const config_setting_t *list, const char *path,
			   struct err_info *why)
{
	struct host_list hosts = {0};
	char where[4096];
	snprintf(where, sizeof where, "%s:%u", path, config_setting_source_line(list));
	enum err err = config_setting_is_aggregate(list) && !config_setting_is_group(list)
			       ? ERR_OK
			       : bad_type(where, "hosts", type_words(OPTION_HOST), why);
	for (int i = 0; !err && i < config_setting_length(list); i++) {
		config_setting_t *element = config_setting_get_elem(list, (unsigned)i);
		snprintf(where, sizeof where, "%s:%u", path, config_setting_source_line(element));
		if (config_setting_is_group(element))
			err = read_host(&hosts, element, path, why);
		else if (config_setting_type(element) == CONFIG_TYPE_STRING)
			host_list_add(&hosts, NULL, config_setting_get_string(element), NULL, where);
		else
			err = bad_type(where, "hosts", type_words(OPTION_HOST), why);
	}
	if (err) {
		host_list_done(&hosts);
		return err;
	}
	host_list_done(&settings->hosts);
	settings->hosts = hosts;
	return ERR_OK;
}

static enum err read_key(struct settings *settings, const config_setting_t *value, const char *path,
			 struct err_info *why)
{
	char where[4096];
	const char *key = config_setting_name(value);
	const struct option_row *row = option_by_key(key);
	snprintf(where, sizeof where, "%s:%u", path, config_setting_source_line(value));
	if (!row && option_is_for_later(key))
		return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s: \"%s\" is not supported yet: remove it", where,
			       key);
	if (!row)
		return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s: unknown key \"%s\"", where, key);
	if (row->type == OPTION_HOST)
		return read_hosts(settings, value, path, why);
	return read_scalar(row, settings, value, where, why);
}

static enum err read_text(struct settings *settings, const char *path, const char *text, struct err_info *why)
{
	enum err err = ERR_OK;
	config_t config;
	config_init(&config);
	if (!config_read_string(&config, text)) {
		const char *said = config_error_text(&config);
		err = err_set(why, ERR_CONFIG, "libconfig", 0, "%s:%d: %s", path, config_error_line(&config),
			      said ? said : "not understood");
	}
	const config_setting_t *root = config_root_setting(&config);
	for (int i = 0; !err && i < config_setting_length(root); i++)
		err = read_key(settings, config_setting_get_elem(root, (unsigned)i), path, why);
	config_destroy(&config);
	return err;
}

enum err conf_read_file(struct settings *settings, const char *path, struct err_info *why)
{
	char *text = NULL;
	enum err err = config_text_read(path, CONFIG_TEXT_OURS, &text, why);
	if (!err)
		err = read_text(settings, path, text, why);
	free(text);
	return err;
}

static enum err read_if_there(struct settings *settings, const char *path, struct err_info *why)
{
	if (!path || (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)))
		return ERR_OK;
	return conf_read_file(settings, path, why);
}

size_t conf_files(const struct settings *settings, char *path[CONF_FILES_MAX])
{
	size_t n = 0;
	if (settings->config[0]) {
		path[n++] = mem_dup(settings->config);
		return n;
	}
	path[n++] = mem_dup(paths_system_configuration());
	path[n] = paths_user_configuration();
	return path[n] ? n + 1 : n;
}

enum err conf_read(struct settings *settings, struct err_info *why)
{
	char *path[CONF_FILES_MAX];
	size_t n = conf_files(settings, path);
	enum err err = ERR_OK;
	for (size_t i = 0; i < n; i++) {
		if (!err)
			err = settings->config[0] ? conf_read_file(settings, path[i], why)
						  : read_if_there(settings, path[i], why);
	}
	for (size_t i = 0; i < n; i++)
		free(path[i]);
	return err;
}

enum err conf_read_all(struct settings *settings, const struct command_line *line, struct err_info *why)
{
	const struct option_row *config = NULL;
	for (size_t i = 0; i < line->n_given; i++) {
		if (strcmp(line->given[i].row->name, "config") == 0)
			config = line->given[i].row;
	}
	enum err err = config ? command_line_apply(line, config, settings, why) : ERR_OK;
	if (!err)
		err = conf_read(settings, why);
	return err ? err : command_line_apply(line, NULL, settings, why);
}
