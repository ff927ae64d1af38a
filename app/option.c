/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option table and the setters of its types. Constant but for the settings it is given; main thread.
 */
#include "app/option.h"

#include "base/array.h"
#include "base/text.h"
#include "model/action.h"
#include "model/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ON(command) (1u << COMMAND_##command)
#define WATCHING (ON(DASHBOARD) | ON(ONCE) | ON(STREAM))
#define ACTING (ON(FORCE) | ON(ABORT) | ON(DOWNTIME) | ON(BANDWIDTH) | ON(ARM) | ON(DISARM) | ON(TIMEOUT) | ON(RESUME))
#define LIVE (WATCHING | ACTING) /* all that reach hosts */

#define AT(member) .offset = offsetof(struct settings, member)
#define MS(n)                                                                                                          \
	{                                                                                                              \
		(n)                                                                                                    \
	}
#define SECONDS(n)                                                                                                     \
	{                                                                                                              \
		(n) * INT64_C(1000)                                                                                    \
	}
#define HOURS(n) SECONDS((n)*3600)
#define DAYS(n) HOURS((n)*24)

static const char *const method_words[] = {"auto", "pause", "post-copy", NULL};
static const char *const limit_words[] = {"none", "abort", "force_complete", NULL}; /* enum limit_action */
static const char *const own_limit_words[] = {"none", "abort", "force_complete", "configured",
					      NULL}; /* enum limit_action */
static const char *const policy_words[] = {"act", "observe", NULL};
static const char *const glyph_words[] = {"auto", "unicode", "ascii", NULL};
static const char *const bell_words[] = {"off", "critical", "all", NULL};

static const char *const shell_words[] = {"bash", "zsh", "fish", NULL}; /* enum shell */
static const char *const cache_samples[] = {"none", NULL};
static const char *const demo_samples[] = {"drain", "stuck", NULL};

static enum err not_empty(const char *text, struct err_info *why)
{
	return text[0] ? ERR_OK : err_set(why, ERR_USAGE, "virt-drain", 0, "an empty text is no value");
}

/* clang-format off */
const struct option_row option_table[] = {
	{ .key = "hosts", .type = OPTION_HOST, .initial = "", AT(hosts),
	  .help = "the hosts to watch, unless others are named on the command line" },
	{ .key = "uri_template", .type = OPTION_TEXT, .initial = "qemu+ssh://%s/system", .check = uri_template_check,
	  AT(uri_template), .help = "what HOST stands for: a URI with %s in the place of the host" },
	{ .key = "allow_tcp", .name = "allow-tcp", .type = OPTION_FLAG, .initial = "false",
	  AT(allow_tcp), .commands = LIVE,
	  .help = "allow qemu+tcp, which nobody encrypts" },
	{ .key = "read_only", .name = "read-only", .letter = 'r', .type = OPTION_FLAG, .initial = "false",
	  AT(read_only), .commands = LIVE,
	  .help = "change nothing: the daemons themselves refuse every action" },
	{ .key = "drain", .name = "drain", .type = OPTION_TEXT, .argument = "HOST", .initial = "",
	  AT(drain), .names = NAMES_HOST, .place_offset = offsetof(struct settings, drain_place), .commands = WATCHING,
	  .help = "the host that is being emptied: its guests are counted (left, moving, moved, not moved)" },
	{ .key = "refresh", .name = "delay", .letter = 'd', .type = OPTION_DURATION, .argument = "SECONDS", .initial = "1",
	  .low = MS(200), .high = SECONDS(60), AT(refresh), .commands = LIVE,
	  .help = "how often each migrating guest is asked" },
	{ .key = "heartbeat", .type = OPTION_DURATION, .initial = "5", .low = SECONDS(1), .high = SECONDS(300),
	  AT(heartbeat), .help = "how often each host is asked for all its guests" },
	{ .key = "sweep", .type = OPTION_DURATION, .initial = "60", .low = SECONDS(5), .high = HOURS(1),
	  AT(sweep), .help = "how often each idle guest is asked for a migration that no event told of" },
	{ .key = "completion_timeout_per_gib", .type = OPTION_DURATION, .initial = "800", .low = SECONDS(1), .high = DAYS(1),
	  .zero_is_off = true, AT(completion_timeout_per_gib),
	  .help = "our limit: this time for each GiB of memory and mirrored disk (at least 2); 0 is no limit" },
	{ .key = "timeout_action", .type = OPTION_CHOICE, .initial = "none", .choices = limit_words, AT(timeout_action),
	  .help = "what is done when a migration reaches our limit: none, abort, force_complete; announced before" },
	{ .key = "policy", .type = OPTION_CHOICE, .initial = "act", .choices = policy_words, AT(policy),
	  .help = "act at the limit, or observe: only say what would have been done" },
	{ .key = "frozen_warning", .type = OPTION_DURATION, .initial = "10", .low = SECONDS(1), .high = HOURS(1),
	  AT(frozen_warning), .help = "a guest that a migration freezes for longer is told as critical" },
	{ .key = "force_method", .name = "method", .type = OPTION_CHOICE, .argument = "METHOD", .initial = "auto",
	  .choices = method_words, AT(force_method), .commands = ON(FORCE) | ON(ARM),
	  .help = "how to force-complete: auto (post-copy if the migration permits it, else pause), pause, post-copy" },
	{ .key = "theme", .name = "theme", .type = OPTION_TEXT, .argument = "NAME|FILE", .initial = "default",
	  .check = not_empty, .names = NAMES_THEME | NAMES_FILE, AT(theme), .commands = ON(DASHBOARD),
	  .help = "colours: the name of a theme, or a file" },
	{ .key = "columns", .type = OPTION_TEXT, .initial = "", .check = tui_columns_check, AT(columns),
	  .help = "columns of the table, with commas between; empty: what fits the width" },
	{ .key = "sort", .name = "sort", .type = OPTION_SORT, .argument = "FIELD", .initial = "-elapsed",
	  AT(sort), .commands = ON(DASHBOARD) | ON(ONCE),
	  .help = "order of the rows; -FIELD is the largest first" },
	{ .name = "filter", .type = OPTION_TEXT, .argument = "EXPRESSION", .initial = "", .check = filter_check,
	  AT(filter), .commands = WATCHING,
	  .help = "which rows: words, or comparisons such as 'dirty > 100M and source = host1'" },
	{ .key = "glyphs", .type = OPTION_CHOICE, .initial = "auto", .choices = glyph_words, AT(glyphs),
	  .help = "lines and bars: auto (what the terminal can), unicode, ascii" },
	{ .key = "mouse", .type = OPTION_FLAG, .initial = "true", AT(mouse),
	  .help = "the mouse selects and sorts; it never acts" },
	{ .key = "bell", .type = OPTION_CHOICE, .initial = "critical", .choices = bell_words, AT(bell),
	  .help = "ring for critical events, for all warnings, or off" },
	{ .key = "hook_command", .type = OPTION_TEXT, .initial = "", AT(hook_command),
	  .help = "a command of the shell that is told of what nobody looks for, as JSON on its standard input" },
	{ .key = "cache", .name = "cache", .type = OPTION_TEXT, .argument = "FILE|none", .initial = "",
	  .samples = cache_samples, .names = NAMES_FILE, AT(cache), .commands = ON(DASHBOARD) | ON(STREAM) | ON(HISTORY),
	  .help = "where finished migrations are remembered; empty: the state folder" },
	{ .key = "retention", .type = OPTION_DURATION, .initial = "90d", .low = HOURS(1), .high = DAYS(3650),
	  AT(retention), .help = "how long the cache remembers a finished migration" },

	{ .name = "connect", .letter = 'c', .type = OPTION_HOST, .argument = "URI", .initial = "",
	  .check = not_empty, .names = NAMES_HOST, AT(added), .commands = LIVE,
	  .help = "watch this host too: HOST, user@HOST, a URI, or NAME=URI" },
	{ .name = "config", .letter = 'f', .type = OPTION_TEXT, .argument = "FILE", .initial = "", .check = not_empty,
	  .names = NAMES_FILE, AT(config), .help = "read this configuration file and no other" },
	{ .name = "demo", .type = OPTION_TEXT, .argument = "[SCENARIO|FILE]", .initial = "",
	  .samples = demo_samples, .names = NAMES_FILE, AT(scenario), .given_offset = offsetof(struct settings, demo), .commands = LIVE,
	  .help = "a simulated fleet: drain, stuck, fleet:HOSTS:VMS:MIGRATIONS; or a recording again" },
	{ .name = "record", .type = OPTION_TEXT, .argument = "FILE", .initial = "", .check = not_empty,
	  .names = NAMES_FILE, AT(record), .commands = WATCHING,
	  .help = "write all that the hosts tell to this new file" },
	{ .name = "once", .type = OPTION_FLAG, .initial = "false", AT(once), .commands = ON(ONCE),
	  .help = "print one table after two samples, then end" },
	{ .name = "stream", .type = OPTION_FLAG, .initial = "false", AT(stream), .commands = ON(STREAM),
	  .help = "print a line per change" },
	{ .name = "plain", .type = OPTION_FLAG, .initial = "false", AT(plain), .commands = ON(ONCE) | ON(STREAM),
	  .help = "for people who listen: sentences in place of the screen, or of the table of --once" },
	{ .name = "for", .type = OPTION_DURATION, .argument = "SECONDS", .initial = "0", .low = MS(1), .high = DAYS(365),
	  .zero_is_off = true, AT(stream_for), .commands = ON(STREAM),
	  .help = "end the stream after this time" },
	{ .name = "json", .type = OPTION_FLAG, .initial = "false", AT(json),
	  .commands = ON(ONCE) | ON(STREAM) | ON(HISTORY) | ACTING,
	  .help = "JSON instead of text" },
	{ .name = "csv", .type = OPTION_FLAG, .initial = "false", AT(csv), .commands = ON(ONCE),
	  .help = "comma-separated values instead of text" },
	{ .name = "actions", .type = OPTION_FLAG, .initial = "false", AT(actions), .commands = ON(HISTORY),
	  .help = "what was done, by whom and what came of it, from the ledger" },
	{ .name = "wait", .type = OPTION_FLAG, .initial = "false", AT(wait), .commands = ACTING,
	  .help = "wait until the migration has ended, or until what was set is in force, and tell" },
	{ .name = "insist", .type = OPTION_FLAG, .initial = "false", AT(insist), .commands = ACTING,
	  .help = "act although the ledger of actions cannot be written; resume although the other end cannot be seen" },
	{ .name = "timeout-action", .type = OPTION_CHOICE, .argument = "ACTION", .initial = "configured",
	  .choices = own_limit_words, AT(own_limit_action), .commands = ON(TIMEOUT),
	  .help = "what is done at the limit: none, abort, force_complete, or configured; left out: as before" },
	{ .name = "paths", .type = OPTION_FLAG, .initial = "false", AT(paths),
	  .help = "which files this call would read and write, and which of them are there" },
	{ .name = "completion", .type = OPTION_CHOICE, .argument = "SHELL", .initial = "bash",
	  .choices = shell_words, AT(completion), .given_offset = offsetof(struct settings, prints_completion),
	  .help = "print what completes our options in a shell: bash, zsh, fish" },
	{ .name = "help", .letter = 'h', .type = OPTION_FLAG, .initial = "false", AT(help),
	  .help = "this text" },
	{ .name = "version", .letter = 'V', .type = OPTION_FLAG, .initial = "false", AT(version),
	  .help = "versions of virt-drain and its libraries" },
};
/* clang-format on */

const size_t option_count = ARRAY_LEN(option_table);

const char *command_name(enum command command)
{
	enum action action;
	if (command_action(command, &action))
		return action_name(action);
	return command == COMMAND_HISTORY ? "history" : NULL;
}

const char *command_help(enum command command)
{
	enum action action;
	if (command_action(command, &action))
		return action_entry(action)->help;
	return command == COMMAND_HISTORY ? "what ended and how, or what was done and by whom" : NULL;
}

bool command_action(enum command command, enum action *out)
{
	static const struct {
		enum command command;
		enum action action;
	} rows[] = {
		{COMMAND_FORCE, ACTION_FORCE_COMPLETE},
		{COMMAND_ABORT, ACTION_ABORT},
		{COMMAND_DOWNTIME, ACTION_DOWNTIME},
		{COMMAND_BANDWIDTH, ACTION_BANDWIDTH},
		{COMMAND_ARM, ACTION_ARM},
		{COMMAND_DISARM, ACTION_DISARM},
		{COMMAND_TIMEOUT, ACTION_TIMEOUT},
		{COMMAND_RESUME, ACTION_RESUME},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].command == command) {
			*out = rows[i].action;
			return true;
		}
	}
	return false;
}

static enum err set_flag(void *value, const char *text, struct err_info *why)
{
	bool is_true = strcmp(text, "true") == 0;
	if (!is_true && strcmp(text, "false") != 0)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "\"%s\" is neither true nor false", text);
	*(bool *)value = is_true;
	return ERR_OK;
}

static enum err set_text(const struct option_row *row, void *value, const char *text, struct err_info *why)
{
	enum err err = row->check ? row->check(text, why) : ERR_OK;
	char **field = value;
	if (err)
		return err;
	free(*field);
	*field = mem_dup(text);
	return ERR_OK;
}

static enum err set_duration(const struct option_row *row, void *value, const char *text, struct err_info *why)
{
	duration given;
	char low[TEXT_NUMBER_MAX], high[TEXT_NUMBER_MAX];
	enum err err = text_parse_duration(text, &given, why);
	if (err)
		return err;
	bool is_off = row->zero_is_off && given.ms == 0;
	if (!is_off && (given.ms < row->low.ms || given.ms > row->high.ms))
		return err_set(why, ERR_USAGE, "virt-drain", 0, "%s is out of range: from %s to %s%s", text,
			       text_short_duration(low, sizeof low, row->low),
			       text_short_duration(high, sizeof high, row->high), row->zero_is_off ? ", or 0" : "");
	*(duration *)value = given;
	return ERR_OK;
}

static enum err set_choice(const struct option_row *row, void *value, const char *text, struct err_info *why)
{
	char words[128] = "";
	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(text, row->choices[i]) == 0) {
			*(int *)value = i;
			return ERR_OK;
		}
		size_t used = strlen(words);
		snprintf(words + used, sizeof words - used, "%s%s", i ? ", " : "", row->choices[i]);
	}
	return err_set(why, ERR_USAGE, "virt-drain", 0, "\"%s\" is none of %s", text, words);
}

static enum err set_sort(void *value, const char *text, struct err_info *why)
{
	bool descending = text[0] == '-';
	const struct field *field = field_by_name(text + descending);
	if (!field)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "\"%s\" is no field to sort by: remaining, dirty, elapsed, name and others that the "
			       "manual lists",
			       text);
	*(struct sort_setting *)value = (struct sort_setting){field->id, descending};
	return ERR_OK;
}

static enum err add_host(const struct option_row *row, void *value, const char *text, struct err_info *why)
{
	enum err err = row->check ? row->check(text, why) : ERR_OK;
	if (!err && text[0])
		host_list_add_word(value, text);
	return err;
}

static enum err set_value(const struct option_row *row, void *value, const char *text, struct err_info *why)
{
	switch (row->type) {
	case OPTION_FLAG: return set_flag(value, text, why);
	case OPTION_TEXT: return set_text(row, value, text, why);
	case OPTION_DURATION: return set_duration(row, value, text, why);
	case OPTION_CHOICE: return set_choice(row, value, text, why);
	case OPTION_SORT: return set_sort(value, text, why);
	case OPTION_HOST: return add_host(row, value, text, why);
	}
	return ERR_FAILED;
}

enum err option_set(const struct option_row *row, struct settings *settings, const char *text, const char *place,
		    struct err_info *why)
{
	enum err err = set_value(row, (char *)settings + row->offset, text, why);
	if (!err && row->place_offset) {
		char **remembered = (char **)((char *)settings + row->place_offset);
		free(*remembered);
		*remembered = mem_dup(place);
	}
	return err;
}

const struct option_row *option_by_key(const char *key)
{
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].key && strcmp(option_table[i].key, key) == 0)
			return &option_table[i];
	}
	return NULL;
}

bool option_is_for_later(const char *key)
{
	static const char *const later[] = {"timeout_action_own"};
	for (size_t i = 0; i < ARRAY_LEN(later); i++) {
		if (strcmp(key, later[i]) == 0)
			return true;
	}
	return false;
}

void settings_init(struct settings *settings)
{
	struct err_info why;
	*settings = (struct settings){0};
	for (size_t i = 0; i < option_count; i++) {
		struct option_row row = option_table[i];
		row.check = NULL; /* "" stands for "not given", also where nobody may give it */
		if (option_set(&row, settings, row.initial, NULL, &why) != ERR_OK)
			abort(); /* a default that its own setter refuses: a bug that the test of the table finds */
	}
}

void settings_done(struct settings *settings)
{
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].type == OPTION_TEXT)
			free(*(char **)((char *)settings + option_table[i].offset));
		if (option_table[i].place_offset)
			free(*(char **)((char *)settings + option_table[i].place_offset));
	}
	host_list_done(&settings->hosts);
	host_list_done(&settings->added);
	*settings = (struct settings){0};
}
