/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * getopt_long, fed by the option table. Main thread; getopt's own messages are off, because ours say what to do.
 */
#include "app/command_line.h"

#include "base/array.h"
#include "model/action.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Codes of long options begin here, beyond every letter; the offset is the row of the table. */
#define CODE_BASE 1000

static bool takes_argument(const struct option_row *row)
{
	return row->argument && row->argument[0] != '[';
}

static int getopt_kind(const struct option_row *row)
{
	return !row->argument ? no_argument : takes_argument(row) ? required_argument : optional_argument;
}

/* The two forms in which getopt wants the table; `longs` has room for option_count + 1, `letters` for 2 * option_count + 2. */
static void describe(struct option *longs, char *letters)
{
	size_t n = 0;
	*letters++ = ':'; /* tells a missing argument from an unknown option */
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		if (!row->name)
			continue;
		longs[n++] = (struct option){row->name, getopt_kind(row), NULL, CODE_BASE + (int)i};
		if (row->letter)
			*letters++ = row->letter;
		if (row->letter && takes_argument(row))
			*letters++ = ':';
	}
	longs[n] = (struct option){0};
	*letters = '\0';
}

static const struct option_row *row_of_code(int code)
{
	for (size_t i = 0; i < option_count; i++) {
		if (code == CODE_BASE + (int)i || (option_table[i].letter && code == option_table[i].letter))
			return &option_table[i];
	}
	return NULL;
}

static enum err complain(int code, char **argv, struct err_info *why)
{
	const char *word = argv[optind - 1];
	const struct option_row *row = row_of_code(optopt);
	if (code == ':' && row)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "--%s needs a value: %s", row->name, row->argument);
	if (row && optopt >= CODE_BASE)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "--%s takes no value", row->name);
	if (strncmp(word, "--", 2) == 0)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "unknown option %s (virt-drain --help lists them)",
			       word);
	return err_set(why, ERR_USAGE, "virt-drain", 0, "unknown option -%c (virt-drain --help lists them)", optopt);
}

static enum err read_options(struct command_line *line, int argc, char **argv, struct err_info *why)
{
	struct option *longs = mem_new(option_count + 1, sizeof *longs);
	char *letters = mem_new(2 * option_count + 2, 1);
	size_t capacity = 0;
	int code;
	enum err err = ERR_OK;
	describe(longs, letters);
	optind = 0; /* also resets glibc's getopt, so that a test can parse twice */
	opterr = 0;
	while (!err && (code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (code == '?' || code == ':') {
			err = complain(code, argv, why);
			break;
		}
		const struct option_row *row = row_of_code(code);

		assert(row); /* getopt answers with codes of describe() alone */
		line->given = array_reserve(line->given, &capacity, line->n_given + 1, sizeof *line->given);
		line->given[line->n_given++] = (struct given){row, optarg};
	}
	free(longs);
	free(letters);
	return err;
}

bool command_line_has(const struct command_line *line, const char *name)
{
	for (size_t i = 0; i < line->n_given; i++) {
		if (strcmp(line->given[i].row->name, name) == 0)
			return true;
	}
	return false;
}

/* The command that the first word names; COMMAND_COUNT if it is a host. */
static enum command command_of_word(const char *word)
{
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (command_name((enum command)i) && strcmp(command_name((enum command)i), word) == 0)
			return (enum command)i;
	}
	return COMMAND_COUNT;
}

/* "one DOMAIN (...) and a DURATION" */
static enum err complain_of_words(const char *command, bool has_domain, const char *argument, struct err_info *why)
{
	return err_set(why, ERR_USAGE, "virt-drain", 0,
		       "%s takes %s%s%s; hosts are given with --connect or in the configuration", command,
		       has_domain ? "one DOMAIN (a name, a UUID or HOST/NAME)" : "no argument",
		       *argument ? " and one " : "", argument);
}

static enum err read_words(struct command_line *line, char **words, int n_words, struct err_info *why)
{
	enum command command = n_words > 0 ? command_of_word(words[0]) : COMMAND_COUNT;
	enum action action;
	bool has_domain = command_action(command, &action);
	const char *argument = has_domain ? action_value_argument(action) : "";
	bool has_value = *argument != '\0';
	if (command == COMMAND_COUNT) {
		for (int i = 0; i < n_words; i++)
			host_list_add_word(&line->named, words[i]);
		return ERR_OK;
	}
	line->command = command;
	if (n_words != 1 + has_domain + has_value)
		return complain_of_words(words[0], has_domain, argument, why);
	if (has_domain)
		line->domain = words[1];
	return has_value ? action_value_parse(action, words[2], &line->value, why) : ERR_OK;
}

static enum err choose_command(struct command_line *line, struct err_info *why)
{
	bool once = command_line_has(line, "once"), stream = command_line_has(line, "stream");
	if ((once && stream) || ((once || stream) && line->command != COMMAND_DASHBOARD))
		return err_set(why, ERR_USAGE, "virt-drain", 0, "--once, --stream and commands exclude each other");
	bool plain = command_line_has(line, "plain");
	if (plain && command_line_has(line, "json"))
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "--plain and --json exclude each other: words for people, or JSON for programs");
	if (command_line_has(line, "csv") && (plain || command_line_has(line, "json")))
		return err_set(why, ERR_USAGE, "virt-drain", 0, "--csv excludes --json and --plain");
	if (once)
		line->command = COMMAND_ONCE;
	else if (stream || (plain && line->command == COMMAND_DASHBOARD))
		line->command = COMMAND_STREAM;
	return ERR_OK;
}

static const char *command_words(enum command command)
{
	static const char *const unnamed[COMMAND_COUNT] = {
		[COMMAND_DASHBOARD] = "the dashboard", [COMMAND_ONCE] = "--once", [COMMAND_STREAM] = "--stream"};
	return command_name(command) ? command_name(command) : unnamed[command];
}

/* An option that the command would ignore is an error: nobody shall believe that it did something. */
static enum err check_given(const struct command_line *line, struct err_info *why)
{
	for (size_t i = 0; i < line->n_given; i++) {
		const struct option_row *row = line->given[i].row;
		char words[128] = "";
		if (row->commands == 0 || (row->commands & (1u << line->command)))
			continue;
		for (int command = 0; command < COMMAND_COUNT; command++) {
			size_t used = strlen(words);
			if (row->commands & (1u << command))
				snprintf(words + used, sizeof words - used, "%s%s", used ? ", " : "",
					 command_words((enum command)command));
		}
		return err_set(why, ERR_USAGE, "virt-drain", 0, "--%s is not for %s, only for %s", row->name,
			       command_words(line->command), words);
	}
	if (command_line_has(line, "demo") && (line->named.n_hosts > 0 || command_line_has(line, "connect")))
		return err_set(why, ERR_USAGE, "virt-drain", 0, "--demo has hosts of its own: name no others");
	return ERR_OK;
}

enum err command_line_parse(struct command_line *out, int argc, char **argv, struct err_info *why)
{
	struct command_line line = {.command = COMMAND_DASHBOARD};
	enum err err = read_options(&line, argc, argv, why);
	bool asks_about_us = command_line_has(&line, "help") || command_line_has(&line, "version") ||
			     command_line_has(&line, "completion");
	if (!err && !asks_about_us) {
		err = read_words(&line, argv + optind, argc - optind, why);
		if (!err)
			err = choose_command(&line, why);
		if (!err)
			err = check_given(&line, why);
	}
	if (err) {
		command_line_done(&line);
		return err;
	}
	*out = line;
	return ERR_OK;
}

void command_line_done(struct command_line *line)
{
	host_list_done(&line->named);
	free(line->given);
	*line = (struct command_line){0};
}

enum err command_line_apply(const struct command_line *line, const struct option_row *only, struct settings *settings,
			    struct err_info *why)
{
	for (size_t i = 0; i < line->n_given; i++) {
		const struct given *given = &line->given[i];
		const char *text = given->row->type == OPTION_FLAG ? "true" : given->text ? given->text : "";
		struct err_info said;
		if (only && given->row != only)
			continue;
		if (option_set(given->row, settings, text, NULL, &said) != ERR_OK)
			return err_set(why, ERR_USAGE, said.origin, said.origin_code, "--%s: %s", given->row->name,
				       said.text);
		if (given->row->given_offset)
			*(bool *)((char *)settings + given->row->given_offset) = true;
	}
	return ERR_OK;
}

static void help_of_option(struct buffer *out, const struct option_row *row)
{
	char head[64];
	char letter[] = {'-', row->letter, ',', ' ', '\0'};
	const char *argument = row->argument ? row->argument : "";
	bool is_optional = argument[0] == '[';
	snprintf(head, sizeof head, "  %s--%s%s%.*s%s", row->letter ? letter : "    ", row->name,
		 is_optional   ? "[="
		 : argument[0] ? "="
			       : "",
		 (int)strlen(argument) - 2 * is_optional, argument + is_optional, is_optional ? "]" : "");
	buffer_pad(out, head, 26);
	buffer_printf(out, "  %s", row->help);
	if (row->argument && !row->given_offset && row->initial[0] && strcmp(row->initial, "0") != 0)
		buffer_printf(out, " (default %s)", row->initial);
	buffer_puts(out, "\n");
}

static void help_of_actions(struct buffer *out)
{
	for (int i = 0; i < COMMAND_COUNT; i++) {
		enum action action;
		if (!command_action((enum command)i, &action))
			continue;
		const char *argument = action_value_argument(action);
		buffer_printf(out, "  virt-drain [options] %s DOMAIN%s%s\n", action_name(action), *argument ? " " : "",
			      argument);
	}
}

void command_line_help(struct buffer *out)
{
	buffer_puts(
		out,
		"virt-drain: watch the live migrations of libvirt hosts, force-complete or abort them\n\n"
		"  virt-drain [options] [HOST|URI ...]              the dashboard\n"
		"  virt-drain [options] --once [HOST|URI ...]       one picture as text, JSON or CSV\n"
		"  virt-drain [options] --stream [HOST|URI ...]     a line per change\n"
		"  virt-drain [options] --plain [HOST|URI ...]      the same for people who listen\n"
		"  virt-drain [options] history                     what ended, how, how long, with which downtime\n"
		"  virt-drain [options] history --actions           what was done, by whom, and what came of it\n");
	help_of_actions(out);
	buffer_puts(out, "\nDOMAIN is a name, a UUID, or HOST/NAME where two migrations bear the name.\n\n");
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].name)
			help_of_option(out, &option_table[i]);
	}
	buffer_puts(out,
		    "\nExit codes: 0 done or accepted, 1 failure, 2 usage or configuration, 3 invalid in this state,\n"
		    "4 not permitted, 5 not found, 6 no host reachable. virt-drain(1) has the rest.\n");
}
