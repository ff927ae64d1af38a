/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen's memory. Main thread, no terminal and no backend. Neighbours: press*.c (keys), run.c (the loop), view_*.c (pictures).
 */
#include "tui/ui.h"

#include "tui/shown.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLASH_MS 6000

enum err ui_init(struct ui *ui, const struct tui_settings *settings, const struct glyphs *glyphs, struct err_info *why)
{
	struct ui fresh = {
		.force_method = settings->method,
		.is_read_only = settings->is_read_only,
		.is_demo = settings->is_demo,
		.is_recording = settings->is_recording,
		.bell = settings->bell,
		.query = {.order = settings->order, .descending = settings->descending},
		.glyphs = glyphs,
		.is_following = true,
	};
	snprintf(fresh.theme, sizeof fresh.theme, "%s", settings->theme ? settings->theme : "default");
	snprintf(fresh.query.filter, sizeof fresh.query.filter, "%s", settings->filter ? settings->filter : "");
	enum err code = columns_parse(settings->columns, &fresh.columns, why);

	if (code != ERR_OK)
		return code;
	const char *drain = settings->drain ? settings->drain : "";
	text_clean(fresh.drain, sizeof fresh.drain, drain, strlen(drain));
	*ui = fresh;
	return ERR_OK;
}

void ui_done(struct ui *ui)
{
	free(ui->index);
	free(ui->mark);
	free(ui->wish);
	free(ui->asked);
	dialog_close(&ui->dialog);
	theme_list_done(&ui->picker.themes);
}

void ui_resize(struct ui *ui, int width, int height)
{
	ui->width = width;
	ui->height = height;
}

void ui_flash(struct ui *ui, enum role role, mono_time now, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ui->flash.text, sizeof ui->flash.text, format, arguments);
	va_end(arguments);
	ui->flash.role = role;
	ui->flash.until = mono_add(now, (duration){FLASH_MS});
}

void ui_note(struct ui *ui, struct stamp at, enum severity severity, const char *subject, const char *format, ...)
{
	struct own_notice *notice = &ui->own[ui->n_own++ % OWN_NOTICES];
	va_list arguments;

	notice->at = at;
	notice->severity = severity;
	snprintf(notice->subject, sizeof notice->subject, "%s", subject);
	va_start(arguments, format);
	vsnprintf(notice->text, sizeof notice->text, format, arguments);
	va_end(arguments);
}

void list_move(struct list *list, long step, size_t n)
{
	long to = (long)list->cursor + step;

	if (n == 0)
		to = 0;
	else if (to >= (long)n)
		to = (long)n - 1;
	list->cursor = to > 0 ? (size_t)to : 0;
}

size_t list_top(const struct list *list, size_t n, int height)
{
	size_t h = height > 0 ? (size_t)height : 1, top = list->top;

	if (n <= h)
		return 0;
	if (top > n - h)
		top = n - h;
	if (list->cursor < top)
		top = list->cursor;
	return list->cursor >= top + h ? list->cursor - h + 1 : top;
}

const struct row *ui_selected(const struct ui *ui, const struct snapshot *snapshot)
{
	if (!snapshot || !ui->has_selection || ui->rows.cursor >= ui->n_shown)
		return NULL;
	/* while the view is frozen the index is of another snapshot than the newest */
	uint32_t at = ui->index[ui->rows.cursor];
	bool is_there = at < snapshot->n_rows && migration_id_equal(&snapshot->row[at].id, &ui->selected);
	return is_there ? &snapshot->row[at] : snapshot_find(snapshot, &ui->selected);
}

void ui_select(struct ui *ui, const struct snapshot *snapshot, size_t cursor)
{
	ui->has_selection = ui->n_shown > 0;
	ui->rows.cursor = cursor < ui->n_shown ? cursor : ui->n_shown ? ui->n_shown - 1 : 0;
	if (ui->has_selection)
		ui->selected = snapshot->row[ui->index[ui->rows.cursor]].id;
}

/* The cursor goes where the selected migration went; if that is not shown any more, or nobody wants it so, the line stays and the
 * selection changes. Other views than the table are about a migration and no line. */
static void follow_selection(struct ui *ui, const struct snapshot *snapshot)
{
	bool follows = ui->has_selection && (ui->is_following || ui->view != VIEW_MAIN);

	for (size_t i = 0; follows && i < ui->n_shown; i++) {
		if (migration_id_equal(&snapshot->row[ui->index[i]].id, &ui->selected)) {
			ui->rows.cursor = i;
			return;
		}
	}
	ui_select(ui, snapshot, ui->rows.cursor);
}

/* Ended migrations are a record, running ones are work: work comes first, whatever the order. */
static void put_ended_last(uint32_t *index, size_t n, const struct snapshot *snapshot)
{
	uint32_t *ended = mem_new(n + 1, sizeof *ended);
	size_t running = 0, n_ended = 0;

	for (size_t i = 0; i < n; i++) {
		if (phase_is_outcome(snapshot->row[index[i]].phase))
			ended[n_ended++] = index[i];
		else
			index[running++] = index[i];
	}
	for (size_t i = 0; i < n_ended; i++)
		index[running + i] = ended[i];
	free(ended);
}

static void measure_names(struct ui *ui, const struct snapshot *snapshot)
{
	struct column_hints hints = {0, 0};

	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];
		int name = (int)text_width(row->name);
		int route =
			(int)text_width(row->source) + 1 + (row->destination ? (int)text_width(row->destination) : 1);

		hints.name = name > hints.name ? name : hints.name;
		hints.route = route > hints.route ? route : hints.route;
	}
	ui->hints = hints;
}

void ui_requery(struct ui *ui, const struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	ui->index = array_reserve(ui->index, &ui->index_capacity, snapshot->n_rows + 1, sizeof *ui->index);
	ui->n_shown = query_run(&ui->query, snapshot, ui->index);
	put_ended_last(ui->index, ui->n_shown, snapshot);
	follow_selection(ui, snapshot);
}

/* Rings once for what is new and grave: a guest that stands still too long is told so by the fleet. */
static unsigned ring(struct ui *ui, const struct snapshot *snapshot)
{
	enum severity least = ui->bell == BELL_ALL ? SEVERITY_WARNING : SEVERITY_CRITICAL;
	bool is_grave = false;

	for (size_t i = 0; i < snapshot->n_notices; i++) {
		if (snapshot->notice[i].serial > ui->heard) {
			is_grave |= snapshot->notice[i].severity >= least;
			ui->heard = snapshot->notice[i].serial;
		}
	}
	bool rings = is_grave && ui->has_heard && ui->bell != BELL_OFF;
	ui->has_heard = true;
	return rings ? NEXT_BELL : NEXT_NOTHING;
}

/* The picture becomes that of the newest snapshot. */
static void take_picture(struct ui *ui)
{
	measure_names(ui, ui->newest);
	ui_requery(ui, ui->newest);
	ui_forget_marks(ui, ui->newest);
	list_move(&ui->hosts, 0, ui->newest->n_hosts);
}

void ui_freeze(struct ui *ui, struct stamp now)
{
	ui->is_frozen = true;
	ui->frozen_at = now;
}

void ui_thaw(struct ui *ui)
{
	ui->is_frozen = false;
	take_picture(ui);
}

unsigned ui_adopt(struct ui *ui, const struct snapshot *snapshot, mono_time now)
{
	struct migration_id before = ui->selected;
	bool had_selection = ui->has_selection;

	ui->newest = snapshot;
	if (!ui->is_frozen)
		take_picture(ui);
	/* a key that was meant for the row before must not be about this one */
	if (had_selection && ui->has_selection && !migration_id_equal(&before, &ui->selected))
		ui->quiet_until = mono_add(now, (duration){BURST_GUARD_MS});
	dialog_follow(&ui->dialog, snapshot);
	return NEXT_PAINT | ui_read_answers(ui, snapshot, now) | ring(ui, snapshot);
}

struct action_facts ui_facts(const struct ui *ui, const struct snapshot *snapshot, const struct row *row)
{
	struct action_facts facts = row->facts;

	facts.is_read_only |= ui->is_read_only || snapshot->is_read_only;
	facts.is_recording |= ui->is_recording || snapshot->is_recording;
	return facts;
}

/* For the key that means the marked rows: is it worth pressing? The question tells of each. */
static enum err may_any(const struct ui *ui, const struct snapshot *snapshot, enum action action, struct err_info *why)
{
	const struct row **row;
	size_t n_hidden, n = ui_marked_rows(ui, snapshot, &row, &n_hidden);
	enum err code = err_set(why, ERR_INVALID_STATE, "virt-drain", 0, "not possible for any of the %zu marked", n);
	enum force_method method;

	for (size_t i = 0; i < n && code != ERR_OK; i++) {
		struct action_facts facts = ui_facts(ui, snapshot, row[i]);

		if (dialog_method(action, ui->force_method, &facts, &method, NULL) == ERR_OK)
			code = ERR_OK;
	}
	free(row);
	return code;
}

enum err ui_may(const struct ui *ui, const struct snapshot *snapshot, enum command command, struct err_info *why)
{
	const struct command_entry *entry = command_entry(command);
	const struct row *row = ui_selected(ui, snapshot);
	enum force_method method;

	if (!entry->has_action)
		return ERR_OK;
	if (ui->is_read_only) {
		struct action_facts facts = {.is_read_only = true};
		return action_check(entry->action, METHOD_AUTO, &facts, why);
	}
	if (snapshot && ui_acts_on_marks(ui))
		return may_any(ui, snapshot, entry->action, why);
	if (!row)
		return err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "no migration is selected");
	struct action_facts facts = ui_facts(ui, snapshot, row);
	/* the key of what is armed disarms it */
	facts.is_armed = false;
	return dialog_method(entry->action, ui->force_method, &facts, &method, why);
}

unsigned ui_scope(const struct ui *ui)
{
	static const unsigned scopes[VIEW_COUNT] = {[VIEW_MAIN] = SCOPE_MAIN,
						    [VIEW_DETAIL] = SCOPE_DETAIL,
						    [VIEW_HOSTS] = SCOPE_HOSTS,
						    [VIEW_LOG] = SCOPE_LOG,
						    [VIEW_HELP] = SCOPE_HELP};

	if (ui->dialog.is_open || ui->is_leaving)
		return SCOPE_DIALOG;
	if (ui->column_menu.is_open)
		return SCOPE_COLUMNS;
	return ui->menu_is_open || ui->picker.is_open ? SCOPE_MENU : scopes[ui->view];
}
