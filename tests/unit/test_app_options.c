/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option table as a table, the command line, and that manual and table say the same.
 */
#include "app/command_line.h"
#include "app/completion.h"
#include "app/conf.h"
#include "app/paths.h"
#include "base/array.h"
#include "model/filter.h"
#include "tui/theme.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void rows_are_complete_and_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		assert_true(row->key || row->name);
		assert_true(strlen(row->help) > 5);
		assert_null(strchr(row->help, '\n'));
		assert_true(!row->argument || row->type != OPTION_FLAG);
		assert_true(row->type != OPTION_CHOICE || row->choices);
		assert_true(!row->samples || row->type == OPTION_TEXT);
		assert_true(row->type != OPTION_DURATION || row->low.ms < row->high.ms);
		for (size_t j = 0; j < i; j++) {
			const struct option_row *other = &option_table[j];
			assert_true(!row->key || !other->key || strcmp(row->key, other->key) != 0);
			assert_true(!row->name || !other->name || strcmp(row->name, other->name) != 0);
			assert_true(!row->letter || row->letter != other->letter);
			assert_int_not_equal(row->offset, other->offset);
		}
	}
}

static void every_key_of_the_design_is_there_or_refused_as_for_later(void **state)
{
	(void)state;
	static const char *const keys[] = {"hosts",          "uri_template", "allow_tcp",
					   "read_only",      "drain",        "refresh",
					   "heartbeat",      "sweep",        "completion_timeout_per_gib",
					   "frozen_warning", "force_method", "theme",
					   "columns",        "sort",         "glyphs",
					   "mouse",          "bell",         "cache",
					   "retention",      "hook_command", "timeout_action",
					   "policy"};
	static const char *const later[] = {"timeout_action_own"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		assert_non_null(option_by_key(keys[i]));
		assert_false(option_is_for_later(keys[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(later); i++) {
		assert_null(option_by_key(later[i]));
		assert_true(option_is_for_later(later[i]));
	}
	assert_false(option_is_for_later("nonsense"));
}

static void defaults_are_values_that_may_be_set(void **state)
{
	(void)state;
	struct settings settings;
	settings_init(&settings);
	for (size_t i = 0; i < option_count; i++) {
		struct err_info why = {0};
		if (option_table[i].key &&
		    option_set(&option_table[i], &settings, option_table[i].initial, NULL, &why) != ERR_OK)
			fail_msg("%s: %s", option_table[i].key, why.text);
	}
	assert_int_equal(settings.refresh.ms, 1000);
	assert_int_equal(settings.completion_timeout_per_gib.ms, 800000);
	assert_string_equal(settings.theme, "default");
	settings_done(&settings);
}

/* Words of a command line, ended by NULL; argv is what getopt may permute. */
struct words {
	char *argv[16];
	int argc;
};

static struct words split(const char *line)
{
	static char text[256];
	struct words words = {.argc = 0};
	snprintf(text, sizeof text, "virt-drain %s", line);
	char *rest = text, *word;
	while ((word = strsep(&rest, " ")) != NULL)
		words.argv[words.argc++] = word;
	return words;
}

static enum err parse(struct command_line *line, struct settings *settings, const char *text, struct err_info *why)
{
	struct words words = split(text);
	enum err err = command_line_parse(line, words.argc, words.argv, why);
	if (err)
		return err;
	settings_init(settings);
	return command_line_apply(line, NULL, settings, why);
}

static void options_are_taken_before_and_after_the_command(void **state)
{
	(void)state;
	static const char *const lines[] = {"--wait --method=pause -c host1 force-complete web",
					    "force-complete web --wait --method pause --connect host1",
					    "-c host1 force-complete --wait web --method pause"};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct command_line line;
		struct settings settings;
		assert_int_equal(parse(&line, &settings, lines[i], NULL), ERR_OK);
		assert_int_equal(line.command, COMMAND_FORCE);
		assert_string_equal(line.domain, "web");
		assert_true(settings.wait);
		assert_int_equal(settings.force_method, METHOD_PAUSE);
		assert_string_equal(settings.added.host[0].uri, "host1");
		settings_done(&settings);
		command_line_done(&line);
	}
}

static void words_that_are_no_command_are_hosts(void **state)
{
	(void)state;
	struct command_line line;
	struct settings settings;
	assert_int_equal(parse(&line, &settings, "-r -d 0.5 --drain host1 host1 root@host2 db=qemu:///system", NULL),
			 ERR_OK);
	assert_int_equal(line.command, COMMAND_DASHBOARD);
	assert_int_equal(line.named.n_hosts, 3);
	assert_string_equal(line.named.host[2].name, "db");
	assert_true(settings.read_only);
	assert_int_equal(settings.refresh.ms, 500);
	assert_string_equal(settings.drain, "host1");
	settings_done(&settings);
	command_line_done(&line);
}

static void a_scenario_may_be_left_out(void **state)
{
	(void)state;
	struct command_line line;
	struct settings settings;
	assert_int_equal(parse(&line, &settings, "--demo --once", NULL), ERR_OK);
	assert_int_equal(line.command, COMMAND_ONCE);
	assert_true(settings.demo);
	assert_string_equal(settings.scenario, "");
	settings_done(&settings);
	command_line_done(&line);
	assert_int_equal(parse(&line, &settings, "--demo=fleet:5:9:2 --stream --for 3 --json", NULL), ERR_OK);
	assert_int_equal(line.command, COMMAND_STREAM);
	assert_string_equal(settings.scenario, "fleet:5:9:2");
	assert_int_equal(settings.stream_for.ms, 3000);
	settings_done(&settings);
	command_line_done(&line);
}

static void plain_is_a_stream_unless_a_picture_is_wanted(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum command command;
	} cases[] = {{"--plain host1", COMMAND_STREAM},
		     {"--plain --stream --for 3", COMMAND_STREAM},
		     {"--plain --for 3", COMMAND_STREAM},
		     {"--once --plain", COMMAND_ONCE}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct command_line line;
		struct settings settings;
		assert_int_equal(parse(&line, &settings, cases[i].line, NULL), ERR_OK);
		assert_int_equal(line.command, cases[i].command);
		assert_true(settings.plain);
		settings_done(&settings);
		command_line_done(&line);
	}
}

static void a_wrong_command_line_is_refused_with_the_word_that_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *line, *words;
	} cases[] = {
		{"--frobnicate", "unknown option --frobnicate"},
		{"-x", "unknown option -x"},
		{"-rx", "unknown option -x"},
		{"--delay", "--delay needs a value"},
		{"-d", "--delay needs a value"},
		{"--read-only=yes", "--read-only takes no value"},
		{"--once --stream host1", "exclude each other"},
		{"--once history", "exclude each other"},
		{"--plain --json host1", "--plain and --json exclude each other"},
		{"--once --plain --json", "--plain and --json exclude each other"},
		{"--plain abort web", "--plain is not for abort, only for --once, --stream"},
		{"--plain --theme mono", "--theme is not for --stream"},
		{"--wait host1",
		 "--wait is not for the dashboard, only for force-complete, abort, downtime, bandwidth, arm, disarm, "
		 "timeout"},
		{"--for 3 --once host1", "--for is not for --once, only for --stream"},
		{"--theme mono --once host1", "--theme is not for --once"},
		{"--method pause abort web", "--method is not for abort"},
		{"--actions host1", "--actions is not for the dashboard, only for history"},
		{"--once --actions", "--actions is not for --once, only for history"},
		{"abort web --actions", "--actions is not for abort"},
		{"--json host1", "--json is not for the dashboard"},
		{"--csv host1", "--csv is not for the dashboard, only for --once"},
		{"--once --json --csv host1", "--csv excludes --json and --plain"},
		{"--once --plain --csv host1", "--csv excludes --json and --plain"},
		{"--demo history", "--demo is not for history"},
		{"--demo host1", "hosts of its own"},
		{"--demo -c host1", "hosts of its own"},
		{"abort", "abort takes one DOMAIN"},
		{"abort web host1", "abort takes one DOMAIN"},
		{"force-complete", "force-complete takes one DOMAIN"},
		{"downtime", "downtime takes one DOMAIN (a name, a UUID or HOST/NAME) and one DURATION"},
		{"downtime web", "and one DURATION"},
		{"downtime web 1s 2s", "and one DURATION"},
		{"downtime web 0", "give 1 ms to 2000 s"},
		{"downtime web 0.1ms", "give 1 ms to 2000 s"},
		{"downtime web 2001", "give 1 ms to 2000 s"},
		{"downtime web 9999999999999999999999", "too long a duration"},
		{"downtime web soon", "\"soon\" is no duration"},
		{"downtime web -1", "unknown option -1"},
		{"timeout web", "timeout takes one DOMAIN (a name, a UUID or HOST/NAME) and one DURATION|none"},
		{"timeout web soon", "\"soon\" is no duration"},
		{"timeout web 366d", "at most 365 days: give less, or none for no limit"},
		{"timeout web 1m 2m", "and one DURATION|none"},
		{"--timeout-action abort abort web", "--timeout-action is not for abort, only for timeout"},
		{"arm", "arm takes one DOMAIN"},
		{"arm web now", "arm takes one DOMAIN"},
		{"bandwidth web", "and one MIB_PER_S|none"},
		{"bandwidth web 0", "none for no limit"},
		{"bandwidth web fast", "\"fast\" is no bandwidth"},
		{"bandwidth web 8796093022208", "above 8796093022207 MiB/s"},
		{"bandwidth web 99999999999999999999999999", "above 8796093022207 MiB/s"},
		{"bandwidth web 100K", "\"100K\" is not a whole number of MiB/s"},
		{"--method pause downtime web 1s", "--method is not for downtime"},
		{"history host1", "history takes no argument"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct words words = split(cases[i].line);
		struct command_line line = {0};
		struct err_info why = {0};
		assert_int_equal(command_line_parse(&line, words.argc, words.argv, &why), ERR_USAGE);
		if (!strstr(why.text, cases[i].words))
			fail_msg("%s\ngave: %s", cases[i].line, why.text);
		assert_null(line.given);
	}
}

static void a_wrong_value_is_refused_with_its_option(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"--delay soon", "--delay: \"soon\""},
		{"-d 0", "--delay: 0 is out of range"},
		{"-d 61", "--delay: 61 is out of range"},
		{"--sort colour", "--sort: \"colour\""},
		{"--stream --for x", "--for: \"x\""},
		{"force-complete web --method kill", "--method: \"kill\""},
		{"timeout web 1h --timeout-action kill", "--timeout-action: \"kill\""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct command_line line;
		struct settings settings;
		struct err_info why;
		assert_int_equal(parse(&line, &settings, cases[i][0], &why), ERR_USAGE);
		if (strstr(why.text, cases[i][1]) != why.text)
			fail_msg("%s\ngave: %s", cases[i][0], why.text);
		settings_done(&settings);
		command_line_done(&line);
	}
}

static void help_and_version_come_before_everything_else(void **state)
{
	(void)state;
	struct command_line line;
	struct settings settings;
	assert_int_equal(parse(&line, &settings, "--once --stream --help", NULL), ERR_OK);
	assert_true(command_line_has(&line, "help"));
	settings_done(&settings);
	command_line_done(&line);
}

static void help_names_every_option_and_command(void **state)
{
	(void)state;
	struct buffer help = {0};
	command_line_help(&help);
	for (size_t i = 0; i < option_count; i++) {
		char name[40];
		if (!option_table[i].name)
			continue;
		snprintf(name, sizeof name, "--%s", option_table[i].name);
		assert_non_null(strstr(help.text, name));
		assert_non_null(strstr(help.text, option_table[i].help));
	}
	for (int i = 0; i < COMMAND_COUNT; i++)
		assert_true(!command_name((enum command)i) || strstr(help.text, command_name((enum command)i)));
	buffer_done(&help);
}

/* Is this word in the text, and not as a part of another? */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '-');
		bool ends = !(isalnum((unsigned char)at[length]) || at[length] == '-');
		if (begins && ends)
			return true;
	}
	return false;
}

static void assert_word(const char *text, enum shell shell, const char *before, const char *word)
{
	char whole[80];
	snprintf(whole, sizeof whole, "%s%s", before, word);
	if (!has_word(text, whole))
		fail_msg("the completion of shell %d lacks %s", shell, whole);
}

static void each_shell_completes_every_option_value_and_command(void **state)
{
	(void)state;
	for (int shell = 0; shell < SHELL_COUNT; shell++) {
		struct buffer script = {0};
		completion_script((enum shell)shell, &script);
		for (size_t i = 0; i < option_count; i++) {
			const struct option_row *row = &option_table[i];
			if (!row->name)
				continue;
			assert_word(script.text, (enum shell)shell, shell == SHELL_FISH ? "-l " : "--", row->name);
			for (int j = 0; row->choices && row->choices[j]; j++)
				assert_word(script.text, (enum shell)shell, "", row->choices[j]);
		}
		for (int i = 0; i < COMMAND_COUNT; i++) {
			if (command_name((enum command)i))
				assert_word(script.text, (enum shell)shell, "", command_name((enum command)i));
		}
		for (int i = 0; i < FIELD_COUNT; i++)
			assert_word(script.text, (enum shell)shell, "", field_by_id((enum field_id)i)->name);
		buffer_done(&script);
	}
}

/* app/paths.c says where themes are, and tui/ looks for them. */
static void a_theme_is_found_where_the_paths_say(void **state)
{
	(void)state;
	char home[] = "/tmp/virt-drain-test-XXXXXX";
	struct theme theme;
	struct err_info why;
	assert_non_null(mkdtemp(home));
	setenv("XDG_CONFIG_HOME", home, 1);
	char *folder = paths_user_themes(), *file = paths_join(folder, "sunrise.theme");
	assert_int_equal(paths_make_private(folder, &why), ERR_OK);
	assert_int_equal(theme_load("sunrise", &theme, &why), ERR_NOT_FOUND);
	FILE *written = fopen(file, "w");
	assert_non_null(written);
	fputs("nonsense", written);
	assert_int_equal(fclose(written), 0);
	assert_int_equal(theme_load("sunrise", &theme, &why), ERR_CONFIG);
	if (strstr(why.text, file) != why.text)
		fail_msg("%s is not about %s", why.text, file);
	unlink(file);
	rmdir(folder);
	*strrchr(folder, '/') = '\0';
	rmdir(folder);
	rmdir(home);
	unsetenv("XDG_CONFIG_HOME");
	free(folder);
	free(file);
}

/* The manual without the backslashes of its dashes and the changes of font inside of words. */
static char *manual_text(void)
{
	const char *top = getenv("srcdir");
	char *path = paths_join(top ? top : "..", "docs/virt-drain.1");
	FILE *file = fopen(path, "r");
	struct buffer text = {0};
	char byte[2] = "";
	assert_non_null(file);
	while (fread(byte, 1, 1, file) == 1) {
		if (byte[0] == '\\' && fread(byte, 1, 1, file) == 1 && byte[0] == 'f') {
			assert_int_equal(fread(byte, 1, 1, file), 1);
			continue;
		}
		buffer_add(&text, byte, 1);
	}
	fclose(file);
	free(path);
	return buffer_take(&text);
}

static void the_manual_has_every_option_key_and_field(void **state)
{
	(void)state;
	char *manual = manual_text(), line[200];
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		if (row->name) {
			snprintf(line, sizeof line, "--%s", row->name);
			if (!strstr(manual, line))
				fail_msg("the manual lacks %s", line);
		}
		if (row->key) {
			bool is_plain = row->initial[0] && row->type != OPTION_HOST;
			snprintf(line, sizeof line, "\n.BR %s \" (%s)\"\n", row->key,
				 is_plain ? row->initial : "empty");
			if (!strstr(manual, line))
				fail_msg("the manual lacks the line%s", line);
		}
	}
	for (int i = 0; i < FIELD_COUNT; i++) {
		snprintf(line, sizeof line, "\n.B %s\n", field_by_id((enum field_id)i)->name);
		if (!strstr(manual, line))
			fail_msg("the manual lacks the field %s", field_by_id((enum field_id)i)->name);
	}
	free(manual);
}

/* "\n.B a rate such as 100M/s\ndirty, send\n": the fields of a type, below how their values are written. */
static void say_values(struct buffer *out, enum value_type type)
{
	size_t n = 0;

	out->length = 0;
	buffer_printf(out, "\n.B %s\n", filter_value_form(type));
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);
		if (field->type == type)
			buffer_printf(out, "%s%s", n++ ? ", " : "", field->name);
	}
	buffer_puts(out, "\n");
}

static void the_manual_says_how_each_field_is_filtered(void **state)
{
	(void)state;
	char *manual = manual_text(), line[80];
	struct buffer values = {0};
	for (int type = VALUE_TEXT; type <= VALUE_PERCENT; type++) {
		say_values(&values, (enum value_type)type);
		if (!strstr(manual, values.text))
			fail_msg("the manual lacks the lines%s", values.text);
	}
	for (int i = 0; i < FIELD_COUNT; i++) {
		const char *other = field_other_name(field_by_id((enum field_id)i));
		if (other && !strstr(strstr(manual, ".SH FILTERS"), other))
			fail_msg("the manual lacks the name %s", other);
	}
	for (int i = 0; i < COMPARE_COUNT; i++) {
		snprintf(line, sizeof line, " %s", filter_compare_sign((enum filter_compare)i));
		assert_non_null(strstr(strstr(manual, ".SH FILTERS"), line));
	}
	buffer_done(&values);
	free(manual);
}

static void a_filter_is_refused_with_its_column(void **state)
{
	(void)state;
	struct command_line line;
	struct settings settings;
	struct err_info why;
	assert_int_equal(parse(&line, &settings, "--once --filter=dirty>100M", &why), ERR_OK);
	assert_string_equal(settings.filter, "dirty>100M");
	settings_done(&settings);
	command_line_done(&line);
	assert_int_equal(parse(&line, &settings, "--stream --filter=pass=x", &why), ERR_USAGE);
	assert_int_equal(err_exit_code(why.code), 2);
	assert_string_equal(why.text, "--filter: column 6: pass wants a number such as 3");
	settings_done(&settings);
	command_line_done(&line);
	assert_int_equal(parse(&line, &settings, "--filter=db abort web", &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "--filter is not for abort"));
}

static bool is_option(const char *name, size_t length)
{
	for (size_t i = 0; i < option_count; i++) {
		const char *known = option_table[i].name;
		if (known && strlen(known) == length && memcmp(known, name, length) == 0)
			return true;
	}
	return false;
}

static void the_manual_promises_no_option_that_is_not_there(void **state)
{
	(void)state;
	char *manual = manual_text();
	for (const char *at = strstr(manual, "--"); at; at = strstr(at, "--")) {
		size_t length = 0;
		at += 2;
		while (islower((unsigned char)at[length]) || at[length] == '-')
			length++;
		if (length > 0 && !is_option(at, length))
			fail_msg("the manual names --%.*s", (int)length, at);
		at += length;
	}
	free(manual);
}

static void a_place_is_remembered_until_the_command_line_speaks(void **state)
{
	struct settings settings;
	struct err_info why;
	const struct option_row *row = option_by_key("drain");

	(void)state;
	settings_init(&settings);
	assert_null(settings.drain_place);
	assert_int_equal(option_set(row, &settings, "host1", "a.conf:3", &why), ERR_OK);
	assert_string_equal(settings.drain_place, "a.conf:3");
	assert_int_equal(option_set(row, &settings, "host2", NULL, &why), ERR_OK);
	assert_null(settings.drain_place);
	settings_done(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete_and_unique),
		cmocka_unit_test(every_key_of_the_design_is_there_or_refused_as_for_later),
		cmocka_unit_test(defaults_are_values_that_may_be_set),
		cmocka_unit_test(options_are_taken_before_and_after_the_command),
		cmocka_unit_test(words_that_are_no_command_are_hosts),
		cmocka_unit_test(a_scenario_may_be_left_out),
		cmocka_unit_test(plain_is_a_stream_unless_a_picture_is_wanted),
		cmocka_unit_test(a_wrong_command_line_is_refused_with_the_word_that_is_wrong),
		cmocka_unit_test(a_wrong_value_is_refused_with_its_option),
		cmocka_unit_test(help_and_version_come_before_everything_else),
		cmocka_unit_test(a_place_is_remembered_until_the_command_line_speaks),
		cmocka_unit_test(help_names_every_option_and_command),
		cmocka_unit_test(each_shell_completes_every_option_value_and_command),
		cmocka_unit_test(a_theme_is_found_where_the_paths_say),
		cmocka_unit_test(the_manual_has_every_option_key_and_field),
		cmocka_unit_test(the_manual_says_how_each_field_is_filtered),
		cmocka_unit_test(a_filter_is_refused_with_its_column),
		cmocka_unit_test(the_manual_promises_no_option_that_is_not_there),
	};
	return cmocka_run_group_tests_name("app_options", tests, NULL, NULL);
}
