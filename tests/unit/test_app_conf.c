/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files: what is accepted, and that what is wrong is told with file and line.
 */
#include "app/conf.h"
#include "app/option.h"
#include "app/paths.h"
#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
	struct settings settings;
	struct err_info why;
	char path[64];
};

static int scene_init(void **state)
{
	struct scene *scene = mem_new(1, sizeof *scene);
	snprintf(scene->path, sizeof scene->path, "/tmp/virt-drain-conf-XXXXXX");
	int fd = mkstemp(scene->path);
	assert_true(fd >= 0);
	close(fd);
	settings_init(&scene->settings);
	*state = scene;
	return 0;
}

static int scene_done(void **state)
{
	struct scene *scene = *state;
	unlink(scene->path);
	settings_done(&scene->settings);
	free(scene);
	return 0;
}

static enum err read_text(struct scene *scene, const char *text)
{
	FILE *file = fopen(scene->path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return conf_read_file(&scene->settings, scene->path, &scene->why);
}

static void every_kind_of_value_is_read(void **state)
{
	struct scene *scene = *state;
	struct settings *settings = &scene->settings;
	assert_int_equal(read_text(scene, "read_only = true; refresh = 0.5; heartbeat = 7; sweep = \"2m\";\n"
					  "uri_template = \"qemu+tls://%s/system\"; force_method = \"pause\";\n"
					  "sort = \"name\"; completion_timeout_per_gib = 0; retention = \"30d\";\n"),
			 ERR_OK);
	assert_true(settings->read_only);
	assert_int_equal(settings->refresh.ms, 500);
	assert_int_equal(settings->heartbeat.ms, 7000);
	assert_int_equal(settings->sweep.ms, 120000);
	assert_string_equal(settings->uri_template, "qemu+tls://%s/system");
	assert_int_equal(settings->force_method, METHOD_PAUSE);
	assert_int_equal(settings->sort.field, FIELD_NAME);
	assert_false(settings->sort.descending);
	assert_int_equal(settings->completion_timeout_per_gib.ms, 0);
	assert_int_equal(settings->retention.ms, INT64_C(30) * 86400000);
}

static void quotes_in_comments_and_comments_in_texts_are_no_harm(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(
		read_text(scene,
			  "# it isn\"t\n// nor \" here\n/* \" */ drain = \"a /* # // \\\" b\";\nrefresh = 2; # end"),
		ERR_OK);
	assert_string_equal(scene->settings.drain, "a /* # // \" b");
	assert_int_equal(scene->settings.refresh.ms, 2000);
}

static void hosts_are_read_with_their_lines(void **state)
{
	struct scene *scene = *state;
	const struct host_list *hosts = &scene->settings.hosts;
	char where[80];
	assert_int_equal(read_text(scene, "hosts = (\n  { name = \"a\"; uri = \"qemu:///system\"; group = \"g\"; },\n"
					  "  { name = \"b\"; },\n  \"c\" );\n"),
			 ERR_OK);
	assert_int_equal(hosts->n_hosts, 3);
	assert_string_equal(hosts->host[0].uri, "qemu:///system");
	assert_string_equal(hosts->host[0].group, "g");
	assert_string_equal(hosts->host[1].uri, "b");
	assert_string_equal(hosts->host[2].uri, "c");
	snprintf(where, sizeof where, "%s:3", scene->path);
	assert_string_equal(hosts->host[1].where, where);
}

static void a_later_file_replaces_keys_of_an_earlier_one(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(read_text(scene, "hosts = (\"a\", \"b\"); refresh = 2; drain = \"a\";"), ERR_OK);
	assert_int_equal(read_text(scene, "hosts = (\"c\"); refresh = 3;"), ERR_OK);
	assert_int_equal(scene->settings.hosts.n_hosts, 1);
	assert_int_equal(scene->settings.refresh.ms, 3000);
	assert_string_equal(scene->settings.drain, "a");
}

static void what_is_wrong_is_told_with_file_line_and_key(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *text;
		int line;
		const char *words;
	} cases[] = {
		{"\nrefersh = 1;\n", 2, "unknown key \"refersh\""},
		{"policy = \"watch\";", 1, "\"watch\" is none of act, observe"},
		{"timeout_action = \"pause\";", 1, "\"pause\" is none of none, abort, force_complete"},
		{"timeout_action_own = \"abort\";", 1, "not supported yet"},
		{"\n\ntimeout_action_own = \"none\";", 3, "not supported yet"},
		{"read_only = 1;", 1, "read_only must be true or false"},
		{"read_only = \"yes\";", 1, "read_only must be true or false"},
		{"refresh = true;", 1, "refresh must be a number of seconds"},
		{"refresh = \"soon\";", 1, "\"soon\" is no duration"},
		{"refresh = 0;", 1, "out of range"},
		{"refresh = -1;", 1, "no duration"},
		{"refresh = 1e9;", 1, "out of range"},
		{"completion_timeout_per_gib = 1e300;", 1, "completion_timeout_per_gib"},
		{"theme = 7;", 1, "theme must be a text"},
		{"theme = \"\";", 1, "empty"},
		{"force_method = \"kill\";", 1, "none of auto, pause, post-copy"},
		{"sort = \"colour\";", 1, "no field"},
		{"\ncolumns = \"name,colour\";", 2, "no field called \"colour\""},
		{"columns = \"name,eta,name\";", 1, "\"name\" is there twice"},
		{"uri_template = \"qemu:///system\";", 1, "%s"},
		{"hosts = \"a\";", 1, "hosts must be a list"},
		{"hosts = { name = \"a\"; };", 1, "hosts must be a list"},
		{"hosts = (\n 7 );", 2, "hosts must be a list"},
		{"hosts = ( {\n nmae = \"a\"; } );", 2, "unknown key \"nmae\" of a host"},
		{"hosts = ( {\n name = 7; } );", 2, "name must be a text"},
		{"hosts = ( { group = \"g\"; } );", 1, "needs a name or a uri"},
		{"refresh = 1;\nrefresh = 2;", 2, "duplicate"},
		{"\nrefresh = ;\n", 2, "syntax error"},
		{"\n\"read_only = true;\n", 2, "the text that begins here does not end"},
		{"refresh = 1;\n/* read_only = true;\n", 2, "the comment that begins here does not end"},
		{"refresh = 1;\n  @include \"/etc/passwd\"\n", 2, "@include is not supported"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char where[80];
		snprintf(where, sizeof where, "%s:%d: ", scene->path, cases[i].line);
		if (read_text(scene, cases[i].text) != ERR_CONFIG)
			fail_msg("accepted: %s", cases[i].text);
		if (strstr(scene->why.text, where) != scene->why.text || !strstr(scene->why.text, cases[i].words))
			fail_msg("%s\ngave: %s", cases[i].text, scene->why.text);
	}
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(conf_read_file(&scene->settings, "/nonexistent/x.conf", &scene->why), ERR_CONFIG);
	assert_non_null(strstr(scene->why.text, "/nonexistent/x.conf"));
	assert_int_equal(conf_read_file(&scene->settings, "/tmp", &scene->why), ERR_CONFIG);
	FILE *file = fopen(scene->path, "w");
	assert_non_null(file);
	fwrite("refresh\0 = 1;", 1, 13, file);
	fclose(file);
	assert_int_equal(conf_read_file(&scene->settings, scene->path, &scene->why), ERR_CONFIG);
	assert_int_equal(read_text(scene, "refresh = 1;"), ERR_OK);
	assert_int_equal(chmod(scene->path, 0666), 0);
	assert_int_equal(conf_read_file(&scene->settings, scene->path, &scene->why), ERR_CONFIG);
	assert_non_null(strstr(scene->why.text, "everybody may write"));
}

static void an_explicit_file_is_the_only_one_and_must_exist(void **state)
{
	struct scene *scene = *state;
	free(scene->settings.config);
	scene->settings.config = mem_dup("/nonexistent/x.conf");
	assert_int_equal(conf_read(&scene->settings, &scene->why), ERR_CONFIG);
}

static char *example_path(void)
{
	const char *top = getenv("srcdir");
	return paths_join(top ? top : "..", "docs/virt-drain.conf.example");
}

/* Makes every value differ from its default, so that a key that the example leaves out is noticed. */
/* What the dashboard does when a file has changed: the command line goes on being the last word. */
static void all_is_read_again_in_the_same_order(void **state)
{
	struct scene *scene = *state;
	char config[96], *path[CONF_FILES_MAX];
	snprintf(config, sizeof config, "--config=%s", scene->path);
	char name[] = "virt-drain", theme[] = "--theme=nord";
	char *argv[] = {name, config, theme, NULL};
	struct command_line line;
	assert_int_equal(read_text(scene, "theme = \"paper\"; bell = \"all\";"), ERR_OK);
	for (int argc = 2; argc <= 3; argc++) {
		struct settings settings;
		settings_init(&settings);
		assert_int_equal(command_line_parse(&line, argc, argv, &scene->why), ERR_OK);
		assert_int_equal(conf_read_all(&settings, &line, &scene->why), ERR_OK);
		assert_string_equal(settings.theme, argc == 2 ? "paper" : "nord");
		assert_int_equal(settings.bell, BELL_ALL);
		assert_int_equal(conf_files(&settings, path), 1);
		assert_string_equal(path[0], scene->path);
		free(path[0]);
		settings_done(&settings);
		command_line_done(&line);
	}
}

static void the_files_that_will_be_read_are_named_before_they_exist(void **state)
{
	struct scene *scene = *state;
	char *path[CONF_FILES_MAX];
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	size_t n = conf_files(&scene->settings, path);
	unsetenv("XDG_CONFIG_HOME");
	assert_int_equal(n, 2);
	assert_string_equal(path[0], VD_SYSCONFDIR "/virt-drain.conf");
	assert_string_equal(path[1], "/nonexistent/virt-drain/virt-drain.conf");
	free(path[0]);
	free(path[1]);
}

static void spoil(struct settings *settings)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		void *value = (char *)settings + row->offset;
		if (!row->key)
			continue;
		switch (row->type) {
		case OPTION_FLAG: *(bool *)value = !*(bool *)value; break;
		case OPTION_TEXT:
			free(*(char **)value);
			*(char **)value = mem_dup("spoilt");
			break;
		case OPTION_DURATION: *(duration *)value = (duration){-7}; break;
		case OPTION_CHOICE: *(int *)value = 99; break;
		case OPTION_SORT: *(struct sort_setting *)value = (struct sort_setting){FIELD_AGE, false}; break;
		case OPTION_HOST: host_list_add(value, "spoilt", "spoilt", NULL, NULL); break;
		}
	}
}

static bool equal(const struct option_row *row, const struct settings *a, const struct settings *b)
{
	const void *x = (const char *)a + row->offset, *y = (const char *)b + row->offset;
	switch (row->type) {
	case OPTION_FLAG: return *(const bool *)x == *(const bool *)y;
	case OPTION_TEXT: return strcmp(*(char *const *)x, *(char *const *)y) == 0;
	case OPTION_DURATION: return ((const duration *)x)->ms == ((const duration *)y)->ms;
	case OPTION_CHOICE: return *(const int *)x == *(const int *)y;
	case OPTION_SORT:
		return ((const struct sort_setting *)x)->field == ((const struct sort_setting *)y)->field &&
		       ((const struct sort_setting *)x)->descending == ((const struct sort_setting *)y)->descending;
	case OPTION_HOST:
		return ((const struct host_list *)x)->n_hosts == 0 && ((const struct host_list *)y)->n_hosts == 0;
	}
	return false;
}

static void the_example_sets_every_key_to_its_default(void **state)
{
	struct scene *scene = *state;
	struct settings usual;
	char *path = example_path();
	settings_init(&usual);
	spoil(&scene->settings);
	if (conf_read_file(&scene->settings, path, &scene->why) != ERR_OK)
		fail_msg("%s", scene->why.text);
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].key && !equal(&option_table[i], &scene->settings, &usual))
			fail_msg("%s of the example is missing or is not the default", option_table[i].key);
	}
	settings_done(&usual);
	free(path);
}

#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_init, scene_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(every_kind_of_value_is_read),
		with_scene(quotes_in_comments_and_comments_in_texts_are_no_harm),
		with_scene(hosts_are_read_with_their_lines),
		with_scene(a_later_file_replaces_keys_of_an_earlier_one),
		with_scene(what_is_wrong_is_told_with_file_line_and_key),
		with_scene(a_file_that_cannot_be_read_is_told),
		with_scene(an_explicit_file_is_the_only_one_and_must_exist),
		with_scene(all_is_read_again_in_the_same_order),
		with_scene(the_files_that_will_be_read_are_named_before_they_exist),
		with_scene(the_example_sets_every_key_to_its_default),
	};
	return cmocka_run_group_tests_name("app_conf", tests, NULL, NULL);
}
