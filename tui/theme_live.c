/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The theme on the screen and what changes it. Main thread. Neighbours: press_theme.c is the list, run.c asks here, watch.c compares.
 */
#include "tui/theme_live.h"

#include <stdio.h>
#include <string.h>

static struct file_stamp stamp_of(const char *theme)
{
	char path[THEME_PATH_MAX];

	return file_stamp(theme_find(theme, path, sizeof path) ? path : NULL);
}

/* What follows is about this file as it is now; a change while it is read is found at the next look. */
static enum err load(struct theme_live *live, const char *name, struct err_info *why)
{
	struct file_stamp stamp = stamp_of(name);

	watch_begin(&live->file, &stamp);
	return theme_load(name, &live->theme, why);
}

static void tell_fault(struct ui *ui, struct stamp now, const char *subject, const struct err_info *why,
		       const char *instead)
{
	ui_flash(ui, ROLE_FLASH_WARN, now.mono, "%s: %s", subject, why->text);
	ui_note(ui, now, SEVERITY_WARNING, subject, "%s; %s", why->text, instead);
}

void theme_live_begin(struct theme_live *live, const struct tui_settings *settings, struct ui *ui, struct stamp now)
{
	struct err_info why;

	*live = (struct theme_live){.settings = settings, .looked = now.mono};
	snprintf(live->configured, sizeof live->configured, "%s", ui->theme);
	for (size_t i = 0; i < TUI_CONFIGURATION_FILES; i++) {
		struct file_stamp stamp = file_stamp(settings->configuration.file[i]);

		watch_begin(&live->configuration[i], &stamp);
	}
	/* not a refusal to start, because the operator needs the screen more than its colours */
	if (load(live, ui->theme, &why) != ERR_OK) {
		theme_default(&live->theme);
		tell_fault(ui, now, "theme", &why, "the default theme is used");
	}
}

bool theme_live_follow(struct theme_live *live, struct ui *ui, unsigned next)
{
	struct theme_list themes = {0};
	struct err_info why;

	if (next & NEXT_PICK_THEME) {
		live->before = live->theme;
		theme_list_read(&themes);
		ui_pick_theme(ui, &themes);
	}
	if (next & NEXT_THEME && load(live, ui->theme, &why) != ERR_OK)
		ui_theme_refused(ui, &why);
	if (next & NEXT_THEME_BACK) {
		struct file_stamp stamp = stamp_of(ui->theme);

		watch_begin(&live->file, &stamp);
		live->theme = live->before;
	}
	return (next & (NEXT_THEME | NEXT_THEME_BACK)) != 0;
}

static bool read_anew(struct theme_live *live, struct ui *ui, struct stamp now)
{
	struct err_info why;

	if (load(live, ui->theme, &why) != ERR_OK) {
		if (ui->picker.is_open)
			ui_theme_refused(ui, &why);
		tell_fault(ui, now, "theme", &why, "the theme that is shown stays");
		return false;
	}
	ui->picker.fault[0] = '\0';
	ui_flash(ui, ROLE_FLASH_INFO, now.mono, "theme: %s, read anew", live->theme.name);
	return true;
}

/* Only the theme: limits and hosts do not change under somebody who watches them because a file was saved. */
static bool read_configuration(struct theme_live *live, struct ui *ui, struct stamp now)
{
	const struct tui_configuration *configuration = &live->settings->configuration;
	char theme[THEME_PATH_MAX];
	struct err_info why;

	if (configuration->theme(configuration->context, theme, sizeof theme, &why) != ERR_OK) {
		tell_fault(ui, now, "configuration", &why, "nothing of it is used");
		return false;
	}
	if (strcmp(theme, live->configured) == 0) {
		ui_flash(ui, ROLE_FLASH_INFO, now.mono,
			 "the configuration has changed: all but the theme is read when virt-drain starts");
		return false;
	}
	snprintf(live->configured, sizeof live->configured, "%s", theme);
	snprintf(ui->theme, sizeof ui->theme, "%s", theme);
	return read_anew(live, ui, now);
}

static bool has_configuration_changed(struct theme_live *live)
{
	bool has_changed = false;

	for (size_t i = 0; i < TUI_CONFIGURATION_FILES; i++) {
		struct file_stamp stamp = file_stamp(live->settings->configuration.file[i]);

		has_changed |= watch_look(&live->configuration[i], &stamp);
	}
	return has_changed;
}

bool theme_live_look(struct theme_live *live, struct ui *ui, struct stamp now, bool *has_news)
{
	struct file_stamp stamp;
	bool is_another = false;

	*has_news = false;
	if (!mono_reached(now.mono, mono_add(live->looked, (duration){LOOK_MS})))
		return false;
	live->looked = now.mono;
	stamp = stamp_of(ui->theme);
	if (watch_look(&live->file, &stamp)) {
		*has_news = true;
		is_another = read_anew(live, ui, now);
	}
	/* with the list open somebody is choosing already */
	if (live->settings->configuration.theme && !ui->picker.is_open && has_configuration_changed(live)) {
		*has_news = true;
		is_another |= read_configuration(live, ui, now);
	}
	return is_another;
}
