/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion for zsh, by its _arguments (zshcompsys(1)). Pure; main thread.
 */
#include "app/completion_part.h"
#include "app/paths.h"

#define QUOTE "'\\''"

static const char head[] = "#compdef virt-drain\n"
			   "# zsh completion for virt-drain(1), made by: virt-drain --completion=zsh\n"
			   "\n"
			   "_virt_drain_themes() {\n"
			   "\tlocal -a names\n"
			   "\tnames=(";

static const char scan_head[] =
	"/*.theme(N:t:r) ${XDG_CONFIG_HOME:-$HOME/.config}/virt-drain/themes/*.theme(N:t:r))\n"
	"\tcompadd - default mono $names\n"
	"}\n"
	"\n"
	"# The functions below share the variables of _virt_drain: kind, place, specs.\n"
	"\n"
	"# KINDS SPEC...: has the option, where it is for the kind of the call, or where that is open still.\n"
	"_virt_drain_option() {\n"
	"\t[[ -z $kind || \" $1 \" == *\" $kind \"* ]] && specs+=(\"${@:2}\")\n"
	"}\n"
	"\n"
	"# What the words before the cursor say: kind, and how many are no options.\n"
	"_virt_drain_scan() {\n"
	"\tlocal i mode=''\n"
	"\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\tcase ${words[i]} in\n"
	"\t\t(";

static const char scan_middle[] = ") ((i++)) ;;\n"
				  "\t\t(--once|--stream) mode=${words[i]#--} ;;\n"
				  "\t\t(-*) ;;\n"
				  "\t\t(*)\n"
				  "\t\t\tif ((place == 0)); then\n"
				  "\t\t\t\tcase ${words[i]} in\n"
				  "\t\t\t\t(";

static const char scan_tail[] = ") kind=${words[i]} ;;\n"
				"\t\t\t\t(*) kind=watch ;;\n"
				"\t\t\t\tesac\n"
				"\t\t\tfi\n"
				"\t\t\t((place++))\n"
				"\t\t\t;;\n"
				"\t\tesac\n"
				"\tdone\n"
				"\t[[ -n $mode && ( -z $kind || $kind == watch ) ]] && kind=$mode\n"
				"}\n"
				"\n"
				"_virt_drain_words() {\n"
				"\tlocal -a commands\n"
				"\tcommands=(\n";

static const char words_middle[] = "\t)\n"
				   "\tcase \"$kind $place\" in\n"
				   "\t(' 0') _describe -t commands command commands; _hosts ;;\n"
				   "\t(";

static const char words_tail[] = ") compadd none ;;\n"
				 "\t(' '*|watch*|once*|stream*) _hosts ;;\n"
				 "\t(*) _message 'argument of the command' ;;\n"
				 "\tesac\n"
				 "}\n"
				 "\n"
				 "_virt_drain() {\n"
				 "\tlocal kind='' place=0\n"
				 "\tlocal -a specs\n"
				 "\t_virt_drain_scan\n";

static const char tail[] = "\t_arguments -s -S : $specs '*: :_virt_drain_words'\n"
			   "}\n"
			   "\n"
			   "_virt_drain \"$@\"\n";

/* Text within the brackets of a spec. */
static void put_explanation(struct buffer *out, const char *text)
{
	struct buffer escaped = {0};
	for (; *text; text++)
		buffer_printf(&escaped, *text == '[' || *text == ']' ? "\\%c" : "%c", *text);
	buffer_puts(out, "[");
	for (const char *at = escaped.text; at && *at; at++) {
		if (*at == '\'')
			buffer_puts(out, QUOTE);
		else
			buffer_add(out, at, 1);
	}
	buffer_puts(out, "]");
	buffer_done(&escaped);
}

/* What completes the value. */
static void put_action(struct buffer *out, const struct option_row *row)
{
	struct buffer values = {0};
	completion_values(&values, row, " ");
	if (!row->names) {
		buffer_printf(out, values.length ? "(%s)" : " ", values.text);
		buffer_done(&values);
		return;
	}
	buffer_puts(out, "{");
	if (values.length)
		buffer_printf(out, "compadd - %s; ", values.text);
	if (row->names & NAMES_THEME)
		buffer_puts(out, "_virt_drain_themes; ");
	if (row->names & NAMES_FILE)
		buffer_puts(out, "_files; ");
	if (row->names & NAMES_HOST)
		buffer_puts(out, "_hosts; ");
	buffer_puts(out, "}");
	buffer_done(&values);
}

/* "[help]:METHOD:(auto pause)" behind the names of the option, up to the closing quote. */
static void put_rest(struct buffer *out, const struct option_row *row)
{
	put_explanation(out, row->help);
	if (row->argument) {
		bool is_optional = completion_stands_alone(row);
		buffer_printf(out, "%s:%s:", is_optional ? ":" : "", is_optional ? "SCENARIO|FILE" : row->argument);
		put_action(out, row);
	}
	buffer_puts(out, "'");
}

static void put_option(struct buffer *out, const struct option_row *row)
{
	const char *sign = !row->argument ? "" : completion_stands_alone(row) ? "=-" : "=";
	buffer_puts(out, row->commands ? "\t_virt_drain_option '" : "\tspecs+=(");
	if (row->commands) {
		completion_kinds(out, row);
		buffer_puts(out, "' ");
	}
	if (row->letter && row->type == OPTION_HOST)
		buffer_printf(out, "'*'{-%c+,--%s=}'", row->letter, row->name);
	else if (row->letter)
		buffer_printf(out, "'(-%c --%s)'{-%c%s,--%s%s}'", row->letter, row->name, row->letter,
			      row->argument ? "+" : "", row->name, sign);
	else
		buffer_printf(out, "'--%s%s", row->name, sign);
	put_rest(out, row);
	buffer_puts(out, row->commands ? "\n" : ")\n");
}

void completion_zsh(struct buffer *out)
{
	buffer_puts(out, head);
	completion_quote(out, paths_installed_themes(), QUOTE);
	buffer_puts(out, scan_head);
	completion_takers(out, "|");
	buffer_puts(out, scan_middle);
	completion_commands(out, "|");
	buffer_puts(out, scan_tail);
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (!command_name((enum command)i))
			continue;
		buffer_printf(out, "\t\t%s:", command_name((enum command)i));
		completion_quote(out, command_help((enum command)i), QUOTE);
		buffer_puts(out, "\n");
	}
	buffer_puts(out, words_middle);
	completion_none_takers(out, "|", "' 2'");
	buffer_puts(out, words_tail);
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].name)
			put_option(out, &option_table[i]);
	}
	buffer_puts(out, tail);
}
