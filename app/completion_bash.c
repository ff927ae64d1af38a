/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion for bash 4.3 or newer, with bash-completion or without it (then hosts are not completed). Pure; main thread.
 */
#include "app/completion_part.h"
#include "app/paths.h"

/* bash makes a word of "=", so "--method=pause" is three; names of themes and files are looked for when they are wanted. */
static const char head[] =
	"# bash completion for virt-drain(1), made by: virt-drain --completion=bash\n"
	"# shellcheck shell=bash\n"
	"\n"
	"# The functions below share the variables of _virt_drain: word, kind, offers.\n"
	"\n"
	"# KINDS OPTION: offers the option where it is for the kind of the call, or where that is open still.\n"
	"_virt_drain_option()\n"
	"{\n"
	"\t[[ ! $kind || \" $1 \" == *\" $kind \"* ]] && offers+=\" $2\"\n"
	"}\n"
	"\n"
	"_virt_drain_reply()\n"
	"{\n"
	"\tlocal found\n"
	"\tmapfile -t found < <(compgen -W \"$offers\" -- \"$word\")\n"
	"\tCOMPREPLY+=(\"${found[@]}\")\n"
	"}\n"
	"\n"
	"_virt_drain_files()\n"
	"{\n"
	"\tlocal found\n"
	"\tmapfile -t found < <(compgen -f -- \"$word\")\n"
	"\tCOMPREPLY+=(\"${found[@]}\")\n"
	"\tcompopt -o filenames 2>/dev/null\n"
	"}\n"
	"\n"
	"_virt_drain_hosts()\n"
	"{\n"
	"\tdeclare -F _known_hosts_real >/dev/null && _known_hosts_real -- \"$word\"\n"
	"}\n"
	"\n"
	"_virt_drain_themes()\n"
	"{\n"
	"\tlocal file\n"
	"\toffers+=' default mono'\n"
	"\tfor file in ";

static const char themes_tail[] = "/*.theme \"${XDG_CONFIG_HOME:-$HOME/.config}\"/virt-drain/themes/*.theme; do\n"
				  "\t\tfile=${file##*/}\n"
				  "\t\t[[ $file == '*.theme' ]] || offers+=\" ${file%.theme}\"\n"
				  "\tdone\n"
				  "}\n"
				  "\n"
				  "# The value of an option, with \"=\" before it or not; false where that is none.\n"
				  "_virt_drain_value()\n"
				  "{\n"
				  "\tcase $1 in\n";

static const char scan_head[] = "\t*) [[ $2 ]] && return 0 ;;\n"
				"\tesac\n"
				"\treturn 1\n"
				"}\n"
				"\n"
				"# What the words before the cursor say: kind, and how many are no options.\n"
				"_virt_drain_scan()\n"
				"{\n"
				"\tlocal i mode=\n"
				"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
				"\t\tcase ${COMP_WORDS[i]} in\n"
				"\t\t=) ((i++)) ;;\n"
				"\t\t";

static const char scan_middle[] = ") [[ ${COMP_WORDS[i + 1]} == = ]] || ((i++)) ;;\n"
				  "\t\t--once | --stream) mode=${COMP_WORDS[i]#--} ;;\n"
				  "\t\t-*) ;;\n"
				  "\t\t*)\n"
				  "\t\t\tif ((place == 0)); then\n"
				  "\t\t\t\tcase ${COMP_WORDS[i]} in\n"
				  "\t\t\t\t";

static const char scan_tail[] = ") kind=${COMP_WORDS[i]} ;;\n"
				"\t\t\t\t*) kind=watch ;;\n"
				"\t\t\t\tesac\n"
				"\t\t\tfi\n"
				"\t\t\t((place++))\n"
				"\t\t\t;;\n"
				"\t\tesac\n"
				"\tdone\n"
				"\t[[ $mode && (! $kind || $kind == watch) ]] && kind=$mode\n"
				"}\n"
				"\n"
				"_virt_drain_options()\n"
				"{\n";

static const char words_head[] = "}\n"
				 "\n"
				 "_virt_drain_words()\n"
				 "{\n"
				 "\tcase $kind:$place in\n"
				 "\t:0)\n"
				 "\t\toffers='";

static const char words_tail[] = "offers=none ;;\n"
				 "\t:* | watch:* | once:* | stream:*) _virt_drain_hosts ;;\n"
				 "\tesac\n"
				 "}\n"
				 "\n"
				 "_virt_drain()\n"
				 "{\n"
				 "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
				 "\tlocal option=$before sign='' kind='' place=0 offers=''\n"
				 "\tCOMPREPLY=()\n"
				 "\tif [[ $word == = ]]; then\n"
				 "\t\tword='' sign='='\n"
				 "\telif [[ $before == = ]]; then\n"
				 "\t\toption=${COMP_WORDS[COMP_CWORD - 2]} sign='='\n"
				 "\tfi\n"
				 "\tif ! _virt_drain_value \"$option\" $sign; then\n"
				 "\t\t_virt_drain_scan\n"
				 "\t\tif [[ $word == -* ]]; then _virt_drain_options; else _virt_drain_words; fi\n"
				 "\tfi\n"
				 "\t_virt_drain_reply\n"
				 "}\n"
				 "\n"
				 "complete -F _virt_drain virt-drain\n";

static void put_value(struct buffer *out, const struct option_row *row)
{
	struct buffer values = {0};
	completion_values(&values, row, " ");
	buffer_puts(out, "\t");
	if (row->letter)
		buffer_printf(out, "-%c | ", row->letter);
	/* a value that may be left out never stands in a word of its own */
	buffer_printf(out, "--%s)%s", row->name, completion_stands_alone(row) ? " [[ $2 ]] || return 1;" : "");
	if (values.length)
		buffer_printf(out, " offers='%s';", values.text);
	if (row->names & NAMES_THEME)
		buffer_puts(out, " _virt_drain_themes;");
	if (row->names & NAMES_FILE)
		buffer_puts(out, " _virt_drain_files;");
	if (row->names & NAMES_HOST)
		buffer_puts(out, " _virt_drain_hosts;");
	buffer_puts(out, " return 0 ;;\n");
	buffer_done(&values);
}

static void put_option(struct buffer *out, const struct option_row *row)
{
	if (!row->commands) {
		buffer_printf(out, "\toffers+=' --%s'\n", row->name);
		return;
	}
	buffer_puts(out, "\t_virt_drain_option '");
	completion_kinds(out, row);
	buffer_printf(out, "' --%s\n", row->name);
}

void completion_bash(struct buffer *out)
{
	buffer_puts(out, head);
	completion_quote(out, paths_installed_themes(), "'\\''");
	buffer_puts(out, themes_tail);
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].name && option_table[i].argument)
			put_value(out, &option_table[i]);
	}
	buffer_puts(out, scan_head);
	completion_takers(out, " | ");
	buffer_puts(out, scan_middle);
	completion_commands(out, " | ");
	buffer_puts(out, scan_tail);
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].name)
			put_option(out, &option_table[i]);
	}
	buffer_puts(out, words_head);
	completion_commands(out, " ");
	buffer_puts(out, "'\n\t\t_virt_drain_hosts\n\t\t;;\n\t");
	completion_none_takers(out, " | ", ":2");
	buffer_puts(out, ") ");
	buffer_puts(out, words_tail);
}
