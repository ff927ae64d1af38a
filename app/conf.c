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

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST (1024 * 1024)

static enum err cannot_read(const char *path, int number, struct err_info *why)
{
	char text[128];
	return err_set(why, ERR_CONFIG, "system", number, "%s: cannot read the configuration: %s", path,
		       strerror_r(number, text, sizeof text));
}

/* Reads all of an open file; errno's value, or 0. */
static int read_all(int fd, struct buffer *out)
{
	char piece[4096];
	ssize_t n;
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		buffer_add(out, piece, (size_t)n);
		if (out->length > FILE_MOST)
			return EFBIG;
	}
	return 0;
}

/* The text of a file. Read here and not by libconfig, because its scanner ends the program when reading fails. */
static enum err load(const char *path, struct buffer *out, struct err_info *why)
{
	struct stat facts;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int number = fd < 0 || fstat(fd, &facts) != 0 ? errno : 0;
	if (!number)
		number = S_ISDIR(facts.st_mode) ? EISDIR : read_all(fd, out);
	if (fd >= 0)
		close(fd);
	if (number)
		return cannot_read(path, number, why);
	if (S_ISREG(facts.st_mode) && (facts.st_mode & S_IWOTH))
		return err_set(why, ERR_CONFIG, "virt-drain", 0,
			       "%s: everybody may write to this configuration: chmod o-w it", path);
	if (out->length > 0 && strlen(out->text) != out->length)
		return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s: this is no text", path);
	return ERR_OK;
}

/* libconfig would read other files at @include; then an error would not name the file that is to blame. */
static enum err refuse_include(const char *path, const char *text, struct err_info *why)
{
	int line = 1;
	while (text) {
		const char *end = strchr(text, '\n');
		if (strncmp(text + strspn(text, " \t"), "@include", strlen("@include")) == 0)
			return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s:%d: @include is not supported", path,
				       line);
		text = end ? end + 1 : NULL;
		line++;
	}
	return ERR_OK;
}

/* Length of what begins at `at` and ends with `end`, both included; 0 where the text ends before. A backslash hides a quote. */
static size_t length_until(const char *at, size_t n_open, const char *end)
{
	for (size_t i = n_open; at[i]; i++) {
		if (end[0] == '"' && at[i] == '\\' && at[i + 1])
			i++;
		else if (strncmp(at + i, end, strlen(end)) == 0)
			return i + strlen(end);
	}
	return 0;
}

/* Length of the text or comment that begins here; 1 for anything else. False where it does not end. */
static bool token_length(const char *at, size_t *length)
{
	static const char *const kinds[][2] = {{"\"", "\""}, {"/*", "*/"}, {"#", "\n"}, {"//", "\n"}};
	*length = 1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *open = kinds[i][0], *end = kinds[i][1];
		if (strncmp(at, open, strlen(open)) != 0)
			continue;
		*length = length_until(at, strlen(open), end);
		return *length > 0;
	}
	return true;
}

/* libconfig takes a text or comment that does not end for the end of the file, and all keys after it would be lost in silence. */
static enum err refuse_unfinished(const char *path, const char *text, struct err_info *why)
{
	int line = 1;
	size_t length;
	for (size_t at = 0, size = strlen(text); at < size; at += length) {
		if (!token_length(text + at, &length))
			return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s:%d: the %s that begins here does not end",
				       path, line, text[at] == '"' ? "text" : "comment");
		for (size_t i = 0; i < length; i++)
			line += text[at + i] == '\n';
	}
	return ERR_OK;
}

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
	struct buffer text = {0};
	enum err err = load(path, &text, why);
	buffer_puts(&text, "\n"); /* libconfig does not take a comment for one that the file ends in */
	char *all = buffer_take(&text);
	if (!err)
		err = refuse_include(path, all, why);
	if (!err)
		err = refuse_unfinished(path, all, why);
	if (!err)
		err = read_text(settings, path, all, why);
	free(all);
	return err;
}

static enum err read_if_there(struct settings *settings, const char *path, struct err_info *why)
{
	if (!path || (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)))
		return ERR_OK;
	return conf_read_file(settings, path, why);
}

enum err conf_read(struct settings *settings, struct err_info *why)
{
	if (settings->config[0])
		return conf_read_file(settings, settings->config, why);
	char *own = paths_user_configuration();
	enum err err = read_if_there(settings, VD_SYSCONFDIR "/virt-drain.conf", why);
	if (!err)
		err = read_if_there(settings, own, why);
	free(own);
	return err;
}
