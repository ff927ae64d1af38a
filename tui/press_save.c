/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is shown goes into a file, whose name is asked for, or a row into the clipboard. Main thread, pure beside struct ui. Neighbours:
 * save.c writes, term.c sends.
 */
#include "tui/press.h"

#include "report/report.h"
#include "tui/save.h"

#include <stdio.h>
#include <string.h>

/* "virt-drain-20260131T124107Z.csv": the time of the picture, which is in UTC inside of it too. */
static void propose_name(const struct press *press, char *out, size_t size)
{
	bool is_table = press->ui->view == VIEW_MAIN || press->ui->view == VIEW_DETAIL;
	char time[TEXT_NUMBER_MAX + 8], digits[sizeof time];
	size_t n = 0;

	text_iso_utc(time, sizeof time, press->snapshot->at.wall);
	for (const char *at = time; *at && *at != '.'; at++) {
		if (*at != '-' && *at != ':')
			digits[n++] = *at;
	}
	digits[n] = '\0';
	snprintf(out, size, "virt-drain-%sZ%s", digits, save_suffix(is_table ? SAVE_CSV : SAVE_TEXT));
}

unsigned press_save(const struct press *press)
{
	struct ui *ui = press->ui;
	char name[sizeof ui->prompt.text];

	if (!press->snapshot)
		return NEXT_NOTHING;
	propose_name(press, name, sizeof name);
	prompt_open(&ui->prompt, name);
	ui->prompt_use = PROMPT_FILE;
	ui->prompt_fault[0] = '\0';
	return NEXT_PAINT;
}

/* Tab: the same name for the next form. */
static void change_form(struct prompt *prompt)
{
	enum save_form form = SAVE_FORM_COUNT - 1;
	size_t length = strlen(prompt->text);

	if (save_form_of(prompt->text, &form, NULL) == ERR_OK)
		length -= strlen(save_suffix(form));
	form = (enum save_form)((form + 1) % SAVE_FORM_COUNT);
	if (length + strlen(save_suffix(form)) <= PROMPT_MAX)
		snprintf(prompt->text + length, sizeof prompt->text - length, "%s", save_suffix(form));
}

unsigned press_type_file(const struct press *press, const struct key_event *event)
{
	struct ui *ui = press->ui;
	enum save_form form;
	struct err_info why;

	/* what is pasted is a name at most: its end is no Enter */
	if (event->is_pasted && (event->key < KEY_SPACE || event->key >= KEY_BEYOND_UNICODE))
		return NEXT_NOTHING;
	ui->prompt_fault[0] = '\0';
	if (event->key == KEY_TAB) {
		change_form(&ui->prompt);
		return NEXT_PAINT;
	}
	if (prompt_key(&ui->prompt, event->key) != PROMPT_ACCEPTED)
		return NEXT_PAINT;
	if (save_form_of(ui->prompt.text, &form, &why) == ERR_OK)
		return NEXT_PAINT | NEXT_SAVE;
	ui_not_saved(ui, &why);
	return NEXT_PAINT;
}

void ui_saved(struct ui *ui, const char *path, mono_time now)
{
	enum save_form form;
	bool is_screen = save_form_of(path, &form, NULL) == ERR_OK && form == SAVE_TEXT;
	char where[sizeof ui->flash.text];

	text_clean(where, sizeof where, path, strlen(path));
	if (is_screen)
		ui_flash(ui, ROLE_FLASH_INFO, now, "the screen is in %s", where);
	else
		ui_flash(ui, ROLE_FLASH_INFO, now, "%zu migration%s in %s", ui->n_shown,
			 ui->n_shown == 1 ? " is" : "s are", where);
}

void ui_not_saved(struct ui *ui, const struct err_info *why)
{
	ui->prompt.is_open = true;
	snprintf(ui->prompt_fault, sizeof ui->prompt_fault, "%s", why->text);
}

/* One line without an end: pasted into a shell it must not run. */
unsigned press_copy(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row *row = ui_selected(ui, press->snapshot);
	struct buffer line = {0};

	if (!row)
		return NEXT_NOTHING;
	report_migration_line(&line, row, press->snapshot->at.wall);
	line.text[strcspn(line.text, "\n")] = '\0';
	snprintf(ui->copy, sizeof ui->copy, "%s %s", row->uuid_text, line.text);
	buffer_done(&line);
	return NEXT_PAINT | NEXT_COPY;
}

void ui_copied(struct ui *ui, enum err code, const struct err_info *why, mono_time now)
{
	if (code == ERR_OK)
		ui_flash(ui, ROLE_FLASH_INFO, now, "sent to the terminal's clipboard: %.300s", ui->copy);
	else
		ui_flash(ui, ROLE_FLASH_WARN, now, "copy: %s", why->text);
}
