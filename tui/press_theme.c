/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of themes: what the cursor is on is shown at once, Enter takes it until the program ends, Esc brings back what was before.
 * Nothing is written. Main thread, pure beside struct ui. Neighbours: run.c reads the folders, view_themes.c draws.
 */
#include "tui/press.h"

#include <stdio.h>
#include <string.h>

unsigned press_theme(const struct press *press)
{
	(void)press;
	return NEXT_PICK_THEME | NEXT_PAINT;
}

void ui_pick_theme(struct ui *ui, struct theme_list *themes)
{
	struct picker *picker = &ui->picker;

	theme_list_done(&picker->themes);
	*picker = (struct picker){.is_open = true, .themes = *themes};
	*themes = (struct theme_list){0};
	snprintf(picker->before, sizeof picker->before, "%s", ui->theme);
	/* a file that was told by its path is in no folder */
	if (strchr(ui->theme, '/'))
		theme_list_add(&picker->themes, ui->theme, THEME_FILE);
	for (size_t i = 0; i < picker->themes.n; i++) {
		if (strcmp(picker->themes.entry[i].name, ui->theme) == 0)
			picker->list.cursor = i;
	}
}

void ui_theme_refused(struct ui *ui, const struct err_info *why)
{
	snprintf(ui->picker.fault, sizeof ui->picker.fault, "%s", why->text);
}

static void close_list(struct picker *picker)
{
	theme_list_done(&picker->themes);
	picker->is_open = false;
}

unsigned press_theme_choose(const struct press *press, int step)
{
	struct ui *ui = press->ui;
	struct picker *picker = &ui->picker;

	list_move(&picker->list, step, picker->themes.n);
	picker->fault[0] = '\0';
	snprintf(ui->theme, sizeof ui->theme, "%s", picker->themes.entry[picker->list.cursor].name);
	return NEXT_THEME | NEXT_PAINT;
}

/* The last good one goes on being shown beside a fault: to take that would be to take what is not seen. */
unsigned press_theme_take(const struct press *press)
{
	struct ui *ui = press->ui;

	if (ui->picker.fault[0])
		return NEXT_NOTHING;
	close_list(&ui->picker);
	if (strcmp(ui->theme, ui->picker.before) != 0)
		ui_flash(ui, ROLE_FLASH_INFO, press->now.mono,
			 "until virt-drain ends; to keep it: theme = \"%s\"; in virt-drain.conf", ui->theme);
	return NEXT_PAINT;
}

unsigned press_theme_leave(const struct press *press)
{
	struct ui *ui = press->ui;

	close_list(&ui->picker);
	snprintf(ui->theme, sizeof ui->theme, "%s", ui->picker.before);
	return NEXT_THEME_BACK | NEXT_PAINT;
}
