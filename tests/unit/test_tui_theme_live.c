/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Themes while the screen is open: where they are found, the list to choose from, and files that change.
 */
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"
#include "tui/theme_live.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A home of one's own with some themes in it. */
struct home {
	char root[32], themes[128];
};

static void put_theme(const struct home *home, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", home->themes, file);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void home_open(struct home *home)
{
	char path[64];

	snprintf(home->root, sizeof home->root, "/tmp/vd-home-XXXXXX");
	assert_non_null(mkdtemp(home->root));
	snprintf(path, sizeof path, "%s/virt-drain", home->root);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(home->themes, sizeof home->themes, "%s/themes", path);
	assert_int_equal(mkdir(home->themes, 0700), 0);
	setenv("XDG_CONFIG_HOME", home->root, 1);
}

static void home_close(struct home *home)
{
	char pattern[160];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/.theme", home->themes);
	unlink(pattern);
	snprintf(pattern, sizeof pattern, "%s/*", home->themes);
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	rmdir(home->themes);
	snprintf(pattern, sizeof pattern, "%s/virt-drain", home->root);
	rmdir(pattern);
	rmdir(home->root);
	unsetenv("XDG_CONFIG_HOME");
}

static const struct theme_entry *find_entry(const struct theme_list *list, const char *name)
{
	const struct theme_entry *found = NULL;

	for (size_t i = 0; i < list->n; i++) {
		assert_true(i == 0 || strcmp(list->entry[i - 1].name, list->entry[i].name) < 0);
		if (strcmp(list->entry[i].name, name) == 0)
			found = &list->entry[i];
	}
	return found;
}

static void the_list_has_what_can_be_loaded(void **state)
{
	struct theme_list list = {0};
	struct home home;
	char path[THEME_PATH_MAX], own[256];

	(void)state;
	home_open(&home);
	put_theme(&home, "alert.theme", "");
	put_theme(&home, "nord.theme", "");
	put_theme(&home, "mono.theme", "");
	put_theme(&home, "notes.txt", "");
	put_theme(&home, ".theme", "");
	put_theme(&home, "bad\033name.theme", "");
	theme_list_read(&list);
	assert_int_equal(find_entry(&list, "alert")->origin, THEME_OWN);
	assert_int_equal(find_entry(&list, "nord")->origin, THEME_OWN);
	assert_int_equal(find_entry(&list, "mono")->origin, THEME_COMPILED_IN);
	assert_int_equal(find_entry(&list, "default")->origin, THEME_COMPILED_IN);
	assert_null(find_entry(&list, "notes.txt"));
	assert_null(find_entry(&list, ""));
	for (size_t i = 0; i < list.n; i++) {
		assert_null(strchr(list.entry[i].name, '\033'));
		assert_int_equal(theme_find(list.entry[i].name, path, sizeof path),
				 list.entry[i].origin != THEME_COMPILED_IN);
	}
	assert_true(theme_find("nord", path, sizeof path));
	snprintf(own, sizeof own, "%s/nord.theme", home.themes);
	assert_string_equal(path, own);
	theme_list_done(&list);
	home_close(&home);
}

/* ---- the list to choose from */

static void open_list(struct screen *screen)
{
	struct theme_list themes = {0};

	screen_open(screen, snapshot_build_drain(), 80, 24, NULL);
	assert_true(screen_press(screen, 'T') & NEXT_PICK_THEME);
	theme_list_add(&themes, "default", THEME_COMPILED_IN);
	theme_list_add(&themes, "nord", THEME_INSTALLED);
	theme_list_add(&themes, "alert", THEME_OWN);
	ui_pick_theme(&screen->ui, &themes);
	assert_int_equal(themes.n, 0);
}

static void each_step_shows_another_theme_and_esc_the_one_before(void **state)
{
	struct screen screen;

	(void)state;
	open_list(&screen);
	assert_true(screen_press(&screen, KEY_ARROW_DOWN) & NEXT_THEME);
	assert_string_equal(screen.ui.theme, "nord");
	screen_press(&screen, 'k');
	assert_true(screen_press(&screen, 'k') & NEXT_THEME);
	assert_string_equal(screen.ui.theme, "alert");
	assert_true(screen_press(&screen, KEY_ESCAPE) & NEXT_THEME_BACK);
	assert_string_equal(screen.ui.theme, "default");
	assert_int_equal(ui_scope(&screen.ui), SCOPE_MAIN);
	screen_close(&screen);
}

static void enter_takes_the_theme_and_says_how_to_keep_it(void **state)
{
	struct screen screen;

	(void)state;
	open_list(&screen);
	screen_press(&screen, 'j');
	unsigned next = screen_press(&screen, KEY_RETURN);
	assert_false(next & (NEXT_THEME_BACK | NEXT_SUBMIT));
	assert_string_equal(screen.ui.theme, "nord");
	assert_int_equal(ui_scope(&screen.ui), SCOPE_MAIN);
	assert_non_null(strstr(screen.ui.flash.text, "theme = \"nord\";"));
	screen_close(&screen);
}

static void a_theme_that_cannot_be_shown_cannot_be_taken(void **state)
{
	struct screen screen;
	struct err_info why = {.text = "alert.theme:3: unknown role"};

	(void)state;
	open_list(&screen);
	screen_press(&screen, 'k');
	ui_theme_refused(&screen.ui, &why);
	assert_int_equal(screen_press(&screen, KEY_RETURN), NEXT_NOTHING);
	assert_int_equal(ui_scope(&screen.ui), SCOPE_MENU);
	screen_press(&screen, 'j');
	screen_press(&screen, KEY_RETURN);
	assert_string_equal(screen.ui.theme, "default");
	screen_close(&screen);
}

/* No key of an action, no click and no view change behind the list. */
static void the_open_list_keeps_all_other_keys(void **state)
{
	struct screen screen;

	(void)state;
	open_list(&screen);
	for (uint32_t key = ' '; key < 127; key++) {
		if (keymap_find(key, SCOPE_MENU) == COMMAND_NONE)
			assert_int_equal(screen_press(&screen, key), NEXT_NOTHING);
	}
	assert_true(screen.ui.picker.is_open);
	assert_false(screen.ui.dialog.is_open);
	assert_int_equal(screen.ui.view, VIEW_MAIN);
	screen_close(&screen);
}

/* ---- while files change */

struct stage {
	struct home home;
	struct screen screen;
	struct tui_settings settings;
	struct theme_live live;
	char asked[64]; /* the theme of the configuration; "": it is broken */
	char conf[160];
};

static enum err configured_theme(const void *context, char *out, size_t size, struct err_info *why)
{
	const struct stage *stage = context;

	if (!stage->asked[0])
		return err_set(why, ERR_CONFIG, "test", 0, "virt-drain.conf:4: unknown key");
	snprintf(out, size, "%s", stage->asked);
	return ERR_OK;
}

#define MADE_OF(crit)                                                                                                  \
	"roles = { text = { }; background = { }; frame = { }; header = { }; cursor = { }; key = { }; ok = { };\n"      \
	"warn = { }; frozen = { }; stale = { }; graph = { };\n" crit " };\n"
#define RED MADE_OF("crit = { fg = \"#ff0000\"; };")
#define PINK MADE_OF("crit = { fg = \"#ff8080\"; attr = \"bold\"; };")
#define BROKEN MADE_OF("crit = { fg = \"#ff00\"; };")

static void touch_configuration(struct stage *stage, const char *text)
{
	FILE *out = fopen(stage->conf, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void stage_open(struct stage *stage, const char *theme)
{
	*stage = (struct stage){.asked = "alert"};
	home_open(&stage->home);
	put_theme(&stage->home, "alert.theme", RED);
	put_theme(&stage->home, "other.theme", PINK);
	snprintf(stage->conf, sizeof stage->conf, "%s/a.conf", stage->home.themes);
	screen_open(&stage->screen, snapshot_build_drain(), 80, 24, NULL);
	stage->settings =
		(struct tui_settings){.theme = theme, .configuration = {{stage->conf, NULL}, configured_theme, stage}};
	snprintf(stage->screen.ui.theme, sizeof stage->screen.ui.theme, "%s", theme);
	theme_live_begin(&stage->live, &stage->settings, &stage->screen.ui, stage->screen.now);
}

static void stage_close(struct stage *stage)
{
	screen_close(&stage->screen);
	home_close(&stage->home);
}

/* Looks until the files are at rest: was another theme shown? */
static bool look(struct stage *stage)
{
	bool is_another = false, has_news;

	for (int i = 0; i < 3; i++) {
		stage->screen.now.mono.ms += LOOK_MS;
		is_another |= theme_live_look(&stage->live, &stage->screen.ui, stage->screen.now, &has_news);
	}
	return is_another;
}

static int32_t crit_of(const struct stage *stage)
{
	return theme_style(&stage->live.theme, DEPTH_DIRECT, ROLE_CRIT, GROUND_SCREEN).fg;
}

static const char *newest_note(const struct stage *stage)
{
	const struct ui *ui = &stage->screen.ui;

	return ui->n_own ? ui->own[(ui->n_own - 1) % OWN_NOTICES].text : "";
}

static void a_theme_is_read_anew_when_its_file_changes(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, "alert");
	assert_int_equal(crit_of(&stage), 0xff0000);
	assert_false(look(&stage));
	put_theme(&stage.home, "alert.theme", PINK);
	assert_true(look(&stage));
	assert_int_equal(crit_of(&stage), 0xff8080);
	assert_false(look(&stage));
	stage_close(&stage);
}

static void a_broken_file_keeps_the_theme_and_is_told_with_its_line(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, "alert");
	put_theme(&stage.home, "alert.theme", BROKEN);
	assert_false(look(&stage));
	assert_int_equal(crit_of(&stage), 0xff0000);
	assert_non_null(strstr(stage.screen.ui.flash.text, "alert.theme:3: not a colour"));
	assert_non_null(strstr(newest_note(&stage), "alert.theme:3: not a colour"));
	put_theme(&stage.home, "alert.theme", PINK);
	assert_true(look(&stage));
	assert_int_equal(crit_of(&stage), 0xff8080);
	stage_close(&stage);
}

static void a_theme_that_was_missing_is_shown_when_it_comes(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, "late");
	assert_non_null(strstr(newest_note(&stage), "no theme called late"));
	assert_string_equal(stage.live.theme.name, "default");
	put_theme(&stage.home, "late.theme", PINK);
	assert_true(look(&stage));
	assert_int_equal(crit_of(&stage), 0xff8080);
	stage_close(&stage);
}

static void a_file_in_the_making_is_not_read(void **state)
{
	struct stage stage;
	bool has_news;

	(void)state;
	stage_open(&stage, "alert");
	put_theme(&stage.home, "alert.theme", BROKEN);
	stage.screen.now.mono.ms += LOOK_MS;
	assert_false(theme_live_look(&stage.live, &stage.screen.ui, stage.screen.now, &has_news));
	assert_false(has_news);
	put_theme(&stage.home, "alert.theme", PINK);
	assert_true(look(&stage));
	assert_string_equal(newest_note(&stage), "");
	stage_close(&stage);
}

static void the_configuration_can_ask_for_another_theme(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, "alert");
	touch_configuration(&stage, "theme = \"other\";");
	snprintf(stage.asked, sizeof stage.asked, "other");
	assert_true(look(&stage));
	assert_int_equal(crit_of(&stage), 0xff8080);
	assert_string_equal(stage.screen.ui.theme, "other");
	touch_configuration(&stage, "theme = \"other\"; bell = \"off\";");
	assert_false(look(&stage));
	assert_non_null(strstr(stage.screen.ui.flash.text, "when virt-drain starts"));
	stage_close(&stage);
}

static void a_broken_configuration_keeps_the_theme(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, "alert");
	touch_configuration(&stage, "them = 7;");
	stage.asked[0] = '\0';
	assert_false(look(&stage));
	assert_int_equal(crit_of(&stage), 0xff0000);
	assert_non_null(strstr(stage.screen.ui.flash.text, "virt-drain.conf:4: unknown key"));
	assert_non_null(strstr(newest_note(&stage), "virt-drain.conf:4: unknown key"));
	stage_close(&stage);
}

static void esc_brings_back_what_was_shown_although_its_file_is_broken_now(void **state)
{
	struct stage stage;
	struct screen *screen = &stage.screen;

	(void)state;
	stage_open(&stage, "alert");
	theme_live_follow(&stage.live, &screen->ui, screen_press(screen, 'T'));
	for (size_t i = 0; i < screen->ui.picker.themes.n && strcmp(screen->ui.theme, "other") != 0; i++)
		theme_live_follow(&stage.live, &screen->ui, screen_press(screen, 'j'));
	assert_int_equal(crit_of(&stage), 0xff8080);
	put_theme(&stage.home, "alert.theme", BROKEN);
	assert_true(theme_live_follow(&stage.live, &screen->ui, screen_press(screen, KEY_ESCAPE)));
	assert_int_equal(crit_of(&stage), 0xff0000);
	assert_string_equal(screen->ui.theme, "alert");
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_has_what_can_be_loaded),
		cmocka_unit_test(each_step_shows_another_theme_and_esc_the_one_before),
		cmocka_unit_test(enter_takes_the_theme_and_says_how_to_keep_it),
		cmocka_unit_test(a_theme_that_cannot_be_shown_cannot_be_taken),
		cmocka_unit_test(the_open_list_keeps_all_other_keys),
		cmocka_unit_test(a_theme_is_read_anew_when_its_file_changes),
		cmocka_unit_test(a_broken_file_keeps_the_theme_and_is_told_with_its_line),
		cmocka_unit_test(a_theme_that_was_missing_is_shown_when_it_comes),
		cmocka_unit_test(a_file_in_the_making_is_not_read),
		cmocka_unit_test(the_configuration_can_ask_for_another_theme),
		cmocka_unit_test(a_broken_configuration_keeps_the_theme),
		cmocka_unit_test(esc_brings_back_what_was_shown_although_its_file_is_broken_now),
	};

	return cmocka_run_group_tests_name("theme_live", tests, NULL, NULL);
}
