/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion for fish 3 or newer. Pure; main thread.
 */
#include "app/completion_part.h"
#include "app/paths.h"

#define QUOTE "\\'"

static const char head[] = "# fish completion for virt-drain(1), made by: virt-drain --completion=fish\n"
			   "\n"
			   "function __virt_drain_words --description 'words before the cursor that are no options'\n"
			   "    set -l is_value no\n"
			   "    for token in (commandline -opc)[2..-1]\n"
			   "        if test $is_value = yes\n"
			   "            set is_value no\n"
			   "            continue\n"
			   "        end\n"
			   "        switch $token\n"
			   "            case ";

static const char kind_head[] = "\n"
				"                set is_value yes\n"
				"            case '-*'\n"
				"            case '*'\n"
				"                echo -- $token\n"
				"        end\n"
				"    end\n"
				"end\n"
				"\n"
				"function __virt_drain_kind --description 'the command, once, stream or watch; nothing "
				"where all may follow'\n"
				"    set -l words (__virt_drain_words)\n"
				"    set -l tokens (commandline -opc)\n"
				"    if contains -- \"$words[1]\" ";

static const char kind_tail[] =
	"\n"
	"        echo $words[1]\n"
	"    else if contains -- --once $tokens\n"
	"        echo once\n"
	"    else if contains -- --stream $tokens\n"
	"        echo stream\n"
	"    else if set -q words[1]\n"
	"        echo watch\n"
	"    end\n"
	"end\n"
	"\n"
	"function __virt_drain_for --description 'is the call of one of these kinds, or can it become so?'\n"
	"    set -l kind (__virt_drain_kind)\n"
	"    test -z \"$kind\"; or contains -- $kind $argv\n"
	"end\n"
	"\n"
	"function __virt_drain_place --description 'is the cursor behind so many words?'\n"
	"    test (count (__virt_drain_words)) -eq $argv[1]\n"
	"end\n"
	"\n"
	"function __virt_drain_themes\n"
	"    set -l folder ~/.config\n"
	"    set -q XDG_CONFIG_HOME; and set folder $XDG_CONFIG_HOME\n"
	"    printf '%s\\n' default mono\n"
	"    for file in ";

static const char themes_tail[] = "/*.theme $folder/virt-drain/themes/*.theme\n"
				  "        string replace -r '.*/(.*)\\.theme$' '$1' -- $file\n"
				  "    end\n"
				  "end\n"
				  "\n"
				  "complete -c virt-drain -f\n"
				  "complete -c virt-drain -n '__virt_drain_for watch once stream' "
				  "-a '(__fish_print_hostnames)'\n";

static void put_value(struct buffer *out, const struct option_row *row)
{
	struct buffer values = {0};
	completion_values(&values, row, " ");
	if (!completion_stands_alone(row))
		buffer_puts(out, row->names & NAMES_FILE ? " -r" : " -x");
	if (row->names & NAMES_FILE)
		buffer_puts(out, " -F");
	if (row->names & NAMES_THEME)
		buffer_puts(&values, values.length ? " (__virt_drain_themes)" : "(__virt_drain_themes)");
	if (row->names & NAMES_HOST)
		buffer_puts(&values, values.length ? " (__fish_print_hostnames)" : "(__fish_print_hostnames)");
	if (values.length)
		buffer_printf(out, " -a '%s'", values.text);
	buffer_done(&values);
}

static void put_option(struct buffer *out, const struct option_row *row)
{
	buffer_puts(out, "complete -c virt-drain");
	if (row->commands) {
		buffer_puts(out, " -n '__virt_drain_for ");
		completion_kinds(out, row);
		buffer_puts(out, "'");
	}
	if (row->letter)
		buffer_printf(out, " -s %c", row->letter);
	buffer_printf(out, " -l %s", row->name);
	if (row->argument)
		put_value(out, row);
	buffer_puts(out, " -d ");
	completion_quote(out, row->help, QUOTE);
	buffer_puts(out, "\n");
}

static void put_command(struct buffer *out, enum command command)
{
	buffer_printf(out, "complete -c virt-drain -n '__virt_drain_place 0' -a %s -d ", command_name(command));
	completion_quote(out, command_help(command), QUOTE);
	buffer_puts(out, "\n");
}

void completion_fish(struct buffer *out)
{
	buffer_puts(out, head);
	completion_takers(out, " ");
	buffer_puts(out, kind_head);
	completion_commands(out, " ");
	buffer_puts(out, kind_tail);
	completion_quote(out, paths_installed_themes(), QUOTE);
	buffer_puts(out, themes_tail);
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (command_name((enum command)i))
			put_command(out, (enum command)i);
	}
	buffer_puts(out, "complete -c virt-drain -n '__virt_drain_place 2; and contains -- (__virt_drain_kind) ");
	completion_none_takers(out, " ", "");
	buffer_puts(out, "' -a none\n");
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].name)
			put_option(out, &option_table[i]);
	}
}
