/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a theme file with libconfig. Main thread. A wrong file is refused as a whole with file:line; the caller then goes on with
 * what it had. Form of a file: themes/default.theme. Neighbour: theme_find.c, which knows where they are.
 */
#include "tui/theme.h"

#include "base/array.h"
#include "base/config_text.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const colour_names[16] = {
	"black",       "red",          "green",      "yellow",       "blue",          "magenta",     "cyan",
	"white",       "bright_black", "bright_red", "bright_green", "bright_yellow", "bright_blue", "bright_magenta",
	"bright_cyan", "bright_white",
};

static const struct {
	const char *name;
	unsigned bit;
} attribute_names[] = {
	{"none", 0}, {"bold", ATTR_BOLD}, {"dim", ATTR_DIM}, {"underline", ATTR_UNDERLINE}, {"reverse", ATTR_REVERSE},
};

struct reader {
	const char *path;
	struct err_info *why;
};

static enum err wrong(const struct reader *in, const config_setting_t *at, const char *what, const char *value)
{
	return err_set(in->why, ERR_CONFIG, "virt-drain", 0, "%s:%d: %s: %s", in->path,
		       (int)config_setting_source_line(at), what, value);
}

static int named_colour(const char *text)
{
	for (int i = 0; i < 16; i++) {
		if (strcmp(colour_names[i], text) == 0)
			return i;
	}
	return -1;
}

static bool parse_hex(const char *text, int32_t *out)
{
	if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	*out = (int32_t)strtol(text + 1, NULL, 16);
	return true;
}

static enum err read_colour(const struct reader *in, const config_setting_t *at, int32_t *colour, bool *is_named)
{
	const char *text = config_setting_get_string(at);

	if (!text)
		return wrong(in, at, "not a colour", config_setting_name(at));
	if (strcmp(text, "default") == 0) {
		*colour = COLOUR_DEFAULT;
		*is_named = false;
		return ERR_OK;
	}
	*is_named = named_colour(text) >= 0;
	if (*is_named)
		*colour = named_colour(text);
	else if (!parse_hex(text, colour))
		return wrong(in, at, "not a colour (\"#rrggbb\", a name such as \"bright_red\", or \"default\")", text);
	return ERR_OK;
}

static enum err read_index(const struct reader *in, const config_setting_t *at, int16_t *index)
{
	int n = config_setting_get_int(at);

	if (config_setting_type(at) != CONFIG_TYPE_INT || n < 0 || n > 255)
		return wrong(in, at, "not a colour number from 0 to 255", config_setting_name(at));
	*index = (int16_t)n;
	return ERR_OK;
}

static enum err read_name16(const struct reader *in, const config_setting_t *at, int8_t *index)
{
	const char *text = config_setting_get_string(at);
	int n = text ? named_colour(text) : -1;

	if (n < 0)
		return wrong(in, at, "not the name of one of the sixteen colours",
			     text ? text : config_setting_name(at));
	*index = (int8_t)n;
	return ERR_OK;
}

static bool attribute_by_name(const char *name, unsigned *bits)
{
	for (size_t i = 0; i < ARRAY_LEN(attribute_names); i++) {
		if (strcmp(attribute_names[i].name, name) == 0) {
			*bits |= attribute_names[i].bit;
			return true;
		}
	}
	return false;
}

static enum err read_attributes(const struct reader *in, const config_setting_t *at, unsigned *out)
{
	const char *text = config_setting_get_string(at);
	char words[64], *rest = words, *word;
	unsigned bits = 0;

	if (!text || strlen(text) >= sizeof words)
		return wrong(in, at, "not a list of attributes", config_setting_name(at));
	snprintf(words, sizeof words, "%s", text);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word && !attribute_by_name(word, &bits))
			return wrong(in, at, "not an attribute (none, bold, dim, underline, reverse)", word);
	}
	*out = bits;
	return ERR_OK;
}

static enum err read_member(const struct reader *in, const config_setting_t *at, struct role_spec *spec)
{
	const char *name = config_setting_name(at);

	if (strcmp(name, "fg") == 0)
		return read_colour(in, at, &spec->fg, &spec->fg_named);
	if (strcmp(name, "bg") == 0)
		return read_colour(in, at, &spec->bg, &spec->bg_named);
	if (strcmp(name, "c256") == 0)
		return read_index(in, at, &spec->fg256);
	if (strcmp(name, "bg256") == 0)
		return read_index(in, at, &spec->bg256);
	if (strcmp(name, "c16") == 0)
		return read_name16(in, at, &spec->fg16);
	if (strcmp(name, "bg16") == 0)
		return read_name16(in, at, &spec->bg16);
	if (strcmp(name, "attr") == 0)
		return read_attributes(in, at, &spec->attributes);
	if (strcmp(name, "mono") == 0) {
		spec->has_mono = true;
		return read_attributes(in, at, &spec->mono);
	}
	return wrong(in, at, "unknown key (fg, bg, c256, bg256, c16, bg16, attr, mono)", name);
}

static enum err read_role(const struct reader *in, config_setting_t *group, struct theme *theme)
{
	enum role role;

	if (!config_setting_name(group) || !role_by_name(config_setting_name(group), &role))
		return wrong(in, group, "unknown role", config_setting_name(group));
	if (!config_setting_is_group(group))
		return wrong(in, group, "a role is a group such as { fg = \"#rrggbb\"; }", config_setting_name(group));
	struct role_spec *spec = &theme->spec[role];
	*spec = (struct role_spec){.is_set = true,
				   .fg = COLOUR_DEFAULT,
				   .bg = COLOUR_DEFAULT,
				   .fg256 = -1,
				   .bg256 = -1,
				   .fg16 = -1,
				   .bg16 = -1};
	for (int i = 0; i < config_setting_length(group); i++) {
		enum err code = read_member(in, config_setting_get_elem(group, (unsigned)i), spec);

		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static enum err read_roles(const struct reader *in, config_setting_t *group, struct theme *theme)
{
	if (!config_setting_is_group(group))
		return wrong(in, group, "must be a group", "roles");
	for (int i = 0; i < config_setting_length(group); i++) {
		enum err code = read_role(in, config_setting_get_elem(group, (unsigned)i), theme);

		if (code != ERR_OK)
			return code;
	}
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (role_entry((enum role)i)->is_required && !theme->spec[i].is_set)
			return wrong(in, group, "a required role is missing", role_entry((enum role)i)->name);
	}
	return ERR_OK;
}

static enum err read_name(const struct reader *in, config_setting_t *at, struct theme *theme)
{
	const char *name = config_setting_get_string(at);

	if (!name || !*name || strlen(name) >= sizeof theme->name)
		return wrong(in, at, "must be a short text", "name");
	snprintf(theme->name, sizeof theme->name, "%s", name);
	return ERR_OK;
}

static enum err read_root(const struct reader *in, config_setting_t *root, struct theme *theme)
{
	bool has_roles = false;

	for (int i = 0; i < config_setting_length(root); i++) {
		config_setting_t *at = config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(at);
		bool is_roles = strcmp(name, "roles") == 0;
		enum err code = is_roles                    ? read_roles(in, at, theme)
				: strcmp(name, "name") == 0 ? read_name(in, at, theme)
							    : wrong(in, at, "unknown key (name, roles)", name);

		if (code != ERR_OK)
			return code;
		has_roles |= is_roles;
	}
	return has_roles ? ERR_OK
			 : err_set(in->why, ERR_CONFIG, "virt-drain", 0, "%s:1: no roles are defined", in->path);
}

static enum err read_text(const struct reader *in, const char *text, struct theme *theme)
{
	config_t config;
	enum err code;

	config_init(&config);
	if (config_read_string(&config, text))
		code = read_root(in, config_root_setting(&config), theme);
	else
		code = err_set(in->why, ERR_CONFIG, "libconfig", 0, "%s:%d: %s", in->path, config_error_line(&config),
			       config_error_text(&config));
	config_destroy(&config);
	return code;
}

enum err theme_read(const char *path, struct theme *out, struct err_info *why)
{
	struct reader in = {path, why};
	struct theme theme;
	char *text = NULL;
	enum err code = config_text_read(path, CONFIG_TEXT_ANY, &text, why);

	theme_default(&theme);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		theme.spec[i].is_set = false;
	if (code == ERR_OK)
		code = read_text(&in, text, &theme);
	free(text);
	if (code == ERR_OK)
		*out = theme;
	return code;
}
