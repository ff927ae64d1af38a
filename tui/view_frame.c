/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands above and below every view: where am I, may I act, the drain, the sums, the selected row in a sentence, the keys.
 * Pure. Sums are of the whole fleet; a filter never changes them.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct drain_sums no_sums;

static const struct drain_sums *sums_of(const struct view *view)
{
	return view->snapshot ? &view->snapshot->drain : &no_sums;
}

static const char *drained_host(const struct view *view)
{
	const struct drain_sums *sums = sums_of(view);

	if (sums->has_host && sums->host)
		return sums->host;
	return view->ui->drain[0] ? view->ui->drain : NULL;
}

static bool is_recording(const struct view *view)
{
	return view->ui->is_recording || (view->snapshot && view->snapshot->is_recording);
}

static bool is_read_only(const struct view *view)
{
	return view->ui->is_read_only || (view->snapshot && view->snapshot->is_read_only) || is_recording(view);
}

/* What is shown instead of a real fleet; NULL where it is one. */
static const char *stand_in(const struct view *view)
{
	if (is_recording(view))
		return "RECORDING";
	return view->ui->is_demo || (view->snapshot && view->snapshot->is_simulated) ? "DEMO" : NULL;
}

/* Writes at the right end and shortens `area` by it and two blanks. */
static void put_right(struct surface *surface, struct rect *area, enum role role, const char *text)
{
	int width = (int)text_width(text);

	if (width > area->w)
		return;
	surface_text(surface, area->x + area->w - width, area->y, width, role, text);
	area->w -= width + 2 < area->w ? width + 2 : area->w;
}

/* Writes at the left and shortens `area` by it and `gap` blanks. */
void view_put(struct surface *surface, struct rect *area, enum role role, int gap, const char *text)
{
	int used = surface_text(surface, area->x, area->y, area->w, role, text);

	used += gap;
	used = used < area->w ? used : area->w;
	area->x += used;
	area->w -= used;
}

static void put_tabs(struct surface *surface, struct rect *area, const struct view *view)
{
	static const struct {
		enum view_id id;
		const char *text;
	} tabs[] = {{VIEW_MAIN, "1 migrations"}, {VIEW_HOSTS, "2 hosts"}, {VIEW_LOG, "3 log"}};

	for (size_t i = 0; i < ARRAY_LEN(tabs); i++) {
		bool is_here = tabs[i].id == view->ui->view || (i == 0 && view->ui->view == VIEW_DETAIL);

		view_put(surface, area, is_here ? ROLE_HEADER_SORTED : ROLE_DIM, 2, tabs[i].text);
	}
}

/* A picture that stands says so before anything else: its figures look as those of now do. */
static void put_frozen(struct surface *surface, struct rect *area, const struct view *view)
{
	char text[64], age[TEXT_NUMBER_MAX];

	if (!view->ui->is_frozen || !view->snapshot)
		return;
	duration old = mono_since(view->clock.mono, view->snapshot->at.mono);
	text_compact(age, sizeof age, old);
	snprintf(text, sizeof text, area->w < 64 ? "FROZEN VIEW %s" : " FROZEN VIEW %s old ", age);
	put_right(surface, area, ROLE_BADGE_DEMO, text);
}

void view_title(struct surface *surface, struct rect area, const struct view *view)
{
	static const char *const place[VIEW_COUNT] = {
		[VIEW_MAIN] = "", [VIEW_DETAIL] = "", [VIEW_HOSTS] = "HOSTS", [VIEW_LOG] = "LOG", [VIEW_HELP] = "HELP"};
	const char *host = drained_host(view), *where = place[view->ui->view];
	const struct row *row = view->ui->view == VIEW_DETAIL ? ui_selected(view->ui, view->snapshot) : NULL;
	struct rect rest = {area.x + 1, area.y, area.w > 2 ? area.w - 2 : 0, area.h};
	char clock[TEXT_NUMBER_MAX], text[256];

	if (rect_is_empty(area))
		return;
	if (!view->ui->is_frozen || area.w >= 64)
		put_right(surface, &rest, ROLE_TEXT, text_clock(clock, sizeof clock, view->clock.wall));
	put_frozen(surface, &rest, view);
	if (is_read_only(view))
		put_right(surface, &rest, ROLE_BADGE_READONLY, rest.w < 44 ? "READ-ONLY" : " READ-ONLY ");
	else
		put_right(surface, &rest, ROLE_BADGE_ACTIONS, rest.w < 44 ? "ACTIONS" : "ACTIONS ON");
	if (stand_in(view)) {
		snprintf(text, sizeof text, rest.w < 44 ? "%s" : " %s ", stand_in(view));
		put_right(surface, &rest, ROLE_BADGE_DEMO, text);
	}
	if (area.w >= 64)
		view_put(surface, &rest, ROLE_TITLE, 2, "virt-drain");
	if (*where)
		view_put(surface, &rest, ROLE_STRONG, 2, where);
	if (host) {
		snprintf(text, sizeof text, "DRAIN %s", host);
		view_put(surface, &rest, ROLE_STRONG, 2, text);
	} else if (!*where && area.w < 64) {
		view_put(surface, &rest, ROLE_TITLE, 2, "virt-drain");
	}
	if (row) {
		snprintf(text, sizeof text, "%s %s", host ? ">" : "", row->name);
		view_put(surface, &rest, ROLE_STRONG, 3, text + (host ? 0 : 1));
	}
	if (area.w >= 110)
		put_tabs(surface, &rest, view);
}

static bool is_well(const struct host_row *host)
{
	return host->state == LINK_UP;
}

/* "hosts 5/6 up", then the first that is not, with its reason; how many more. */
static void put_hosts(struct surface *surface, struct rect *area, const struct view *view, int width)
{
	const struct snapshot *snapshot = view->snapshot;
	struct rect part = {area->x, area->y, width < area->w ? width : area->w, 1};
	const struct host_row *first = NULL;
	size_t n_bad = 0;
	char text[512], age[TEXT_NUMBER_MAX];

	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		if (!is_well(&snapshot->host[i])) {
			first = first ? first : &snapshot->host[i];
			n_bad++;
		}
	}
	snprintf(text, sizeof text, "hosts %" PRIu32 "/%zu up", snapshot->hosts_up, snapshot->n_hosts);
	view_put(surface, &part, n_bad ? ROLE_TEXT : ROLE_DIM, 2, text);
	if (first) {
		text_duration(age, sizeof age, (duration){first->state_age.ms + view->since.ms});
		snprintf(text, sizeof text, "%s %s %s", first->name, shown_link(first->state), age);
		view_put(surface, &part, shown_link_role(first->state), 1, text);
		snprintf(text, sizeof text, "and %zu more", n_bad - 1);
		if (n_bad > 1)
			view_put(surface, &part, shown_link_role(first->state), 2, text);
		else if (first->reason)
			view_put(surface, &part, shown_link_role(first->state), 2, first->reason);
	}
	area->w -= part.x - area->x;
	area->x = part.x;
}

void view_badges(struct surface *surface, struct rect area, const struct view *view)
{
	const struct ui *ui = view->ui;
	struct rect rest = {area.x + 1, area.y, area.w > 2 ? area.w - 2 : 0, area.h};
	char text[256];

	if (rect_is_empty(area) || !view->snapshot)
		return;
	snprintf(text, sizeof text, "sort %s%s%s", field_by_id(ui->query.order)->name,
		 view->glyphs->ellipsis < 0x80 ? " " : "",
		 ui->query.descending ? view->glyphs->down : view->glyphs->up);
	put_right(surface, &rest, ROLE_DIM, text);
	if (!ui->is_following)
		put_right(surface, &rest, ROLE_INFO, "not following");
	if (ui->n_marks) {
		snprintf(text, sizeof text, "%zu marked", ui->n_marks);
		put_right(surface, &rest, ROLE_MARK, text);
	}
	if (ui->query.filter[0]) {
		snprintf(text, sizeof text, "filter: %.40s (%zu of %zu)", ui->query.filter, ui->n_shown,
			 view->snapshot->n_rows);
		put_right(surface, &rest, ROLE_INPUT, text);
	}
	put_hosts(surface, &rest, view, rest.w);
}

bool view_has_trouble(const struct snapshot *snapshot)
{
	return snapshot && (!snapshot->cache_ok || !snapshot->ledger_ok);
}

void view_trouble(struct surface *surface, struct rect area, const struct view *view)
{
	const struct snapshot *snapshot = view->snapshot;

	if (rect_is_empty(area) || !view_has_trouble(snapshot))
		return;
	if (!snapshot->ledger_ok)
		surface_printf(surface, area.x + 1, area.y, area.w - 2, ROLE_FLASH_ERROR, "ledger: %s%s%s",
			       snapshot->ledger_text,
			       snapshot->cache_ok ? "" : "; cache: ", snapshot->cache_ok ? "" : snapshot->cache_text);
	else
		surface_printf(surface, area.x + 1, area.y, area.w - 2, ROLE_WARN, "cache: %s", snapshot->cache_text);
}

static void status_of_row(struct surface *surface, struct rect area, const struct view *view)
{
	const struct row *row = ui_selected(view->ui, view->snapshot);
	struct rect rest = {area.x + 1, area.y, area.w > 2 ? area.w - 2 : 0, 1};
	char sentence[SENTENCE_MAX], owner[128];

	if (!row)
		return;
	enum role role = shown_sentence(row, view->since, view->now.wall, sentence, sizeof sentence);
	view_put(surface, &rest, ROLE_STRONG, 0, row->name);
	view_put(surface, &rest, ROLE_TEXT, 0, shown_owner(row, owner, sizeof owner));
	view_put(surface, &rest, ROLE_TEXT, 1, ":");
	view_put(surface, &rest, role, 2, sentence);
	role = shown_limit(row, view->since, rest.w, sentence, sizeof sentence);
	if (*sentence && (int)text_width(sentence) <= rest.w)
		view_put(surface, &rest, role, 2, sentence);
	if (row->facts.no_postcopy && phase_has_job(row->phase))
		view_put(surface, &rest, ROLE_WARN, 2, "no post-copy");
	snprintf(sentence, sizeof sentence, "owner: %s", row->owner ? row->owner : "");
	if (row->owner && (int)text_width(sentence) <= rest.w)
		view_put(surface, &rest, ROLE_DIM, 0, sentence);
}

/* The end of a text, so that it fits `width` cells. */
static const char *text_end(const char *text, int width)
{
	while ((int)text_width(text) > width && *text)
		text_next(&text);
	return text;
}

/* What is typed, the part that is not in force yet apart, and at the right what is wrong with it. */
static void put_prompt(struct surface *surface, struct rect rest, const char *text)
{
	struct filter filter;
	struct filter_fault fault;
	const char *not_used = text + filter_read_typed(text, &filter, &fault);
	enum role role = !fault.text[0] || fault.is_unfinished ? ROLE_DIM : ROLE_WARN;

	view_put(surface, &rest, ROLE_KEY, 1, "filter:");
	const char *shown = text_end(text, rest.w - 1);
	int used = surface_text(surface, rest.x, rest.y, rest.w, ROLE_INPUT, shown);
	int apart = (int)text_width(not_used > shown ? not_used : shown);
	if (*not_used)
		surface_set_role(surface, (struct rect){rest.x + used - apart, rest.y, apart, 1}, role);
	surface_glyph(surface, rest.x + used, rest.y, ROLE_BUTTON, ' ');
	surface_text_right(surface, rest.x + used + 2, rest.y, rest.w - used - 2, role,
			   fault.text[0] ? fault.text : "Enter keeps it, Esc drops it");
}

/* The name that is typed, and at the right what can be done or why nothing was: of that the whole is worth more than of the name. */
static void put_file_prompt(struct surface *surface, struct rect rest, const struct ui *ui)
{
	bool is_fault = ui->prompt_fault[0] != '\0';
	const char *hint = is_fault ? ui->prompt_fault : "Tab: csv, json, txt   Enter   Esc";

	view_put(surface, &rest, ROLE_KEY, 1, "write to:");
	int room = is_fault ? rest.w - (int)text_width(hint) - 3 : rest.w - 1;
	int used = surface_text(surface, rest.x, rest.y, rest.w, ROLE_INPUT,
				text_end(ui->prompt.text, room > 8 ? room : 8));
	surface_glyph(surface, rest.x + used, rest.y, ROLE_BUTTON, ' ');
	surface_text_right(surface, rest.x + used + 2, rest.y, rest.w - used - 2, is_fault ? ROLE_WARN : ROLE_DIM,
			   hint);
}

/* The line above the keys: what is typed, what just happened, or what the selected row says. */
void view_status(struct surface *surface, struct rect area, const struct view *view)
{
	const struct ui *ui = view->ui;
	struct rect rest = {area.x + 1, area.y, area.w > 2 ? area.w - 2 : 0, 1};

	if (rect_is_empty(area))
		return;
	if (ui->prompt.is_open && ui->prompt_use == PROMPT_FILE) {
		put_file_prompt(surface, rest, ui);
	} else if (ui->prompt.is_open) {
		put_prompt(surface, rest, ui->prompt.text);
	} else if (ui->flash.text[0] && !mono_reached(view->clock.mono, ui->flash.until)) {
		view_put(surface, &rest, ui->flash.role, 0, ui->flash.text);
	} else if (ui->view == VIEW_MAIN || ui->view == VIEW_DETAIL) {
		status_of_row(surface, area, view);
	}
}

/* Would the key do nothing now? */
static bool is_key_off(const struct view *view, enum command command)
{
	const struct ui *ui = view->ui;
	const struct snapshot *newest = view_live(view).snapshot;

	if (ui->is_leaving)
		return command == COMMAND_CHOOSE_NEXT;
	if (ui->dialog.is_open && command == COMMAND_CONFIRM)
		return dialog_state(&ui->dialog, newest, ui->is_read_only, NULL) != DIALOG_READY;
	if (ui->dialog.is_open && command == COMMAND_CHOOSE_NEXT)
		return !dialog_has_choice(&ui->dialog);
	return ui_may(ui, newest, command, NULL) != ERR_OK;
}

static int put_key(struct surface *surface, struct rect *area, const struct view *view, enum command command)
{
	const struct command_entry *entry = command_entry(command);
	char buffer[16];
	const char *key = key_label(keymap_key_of(command, ui_scope(view->ui)), buffer, sizeof buffer);
	bool is_off = is_key_off(view, command);

	if (!surface || (int)(strlen(key) + 1 + strlen(entry->label)) > area->w)
		return (int)(strlen(key) + 1 + strlen(entry->label));
	view_put(surface, area, is_off ? ROLE_KEY_OFF : ROLE_KEY, 1, key);
	view_put(surface, area, is_off ? ROLE_KEY_OFF : ROLE_KEY_LABEL, 2, entry->label);
	return 0;
}

void view_keys(struct surface *surface, struct rect area, const struct view *view)
{
	size_t n;
	const enum command *bar = keymap_bar(ui_scope(view->ui), &n);
	struct rect rest = {area.x + 1, area.y, area.w > 1 ? area.w - 1 : 0, 1};

	if (rect_is_empty(area))
		return;
	int way_out = put_key(NULL, &rest, view, bar[n - 1]);
	for (size_t i = 0; i + 1 < n; i++) {
		if (put_key(NULL, &rest, view, bar[i]) + 2 + way_out > rest.w)
			break;
		put_key(surface, &rest, view, bar[i]);
	}
	put_key(surface, &rest, view, bar[n - 1]);
}

void view_line(struct surface *surface, struct rect area, const struct view *view)
{
	const struct drain_sums *sums = sums_of(view);
	const struct row *row = ui_selected(view->ui, view->snapshot);
	struct rect rest = {area.x, area.y, area.w, 1};
	char text[256], spent[TEXT_NUMBER_MAX];

	if (rect_is_empty(area))
		return;
	view_put(surface, &rest, is_read_only(view) ? ROLE_BADGE_READONLY : ROLE_BADGE_ACTIONS, 1,
		 is_read_only(view) ? "RO" : "ON");
	if (view->ui->is_frozen && view->snapshot) {
		snprintf(text, sizeof text, "FROZEN VIEW %s",
			 text_compact(spent, sizeof spent, mono_since(view->clock.mono, view->snapshot->at.mono)));
		view_put(surface, &rest, ROLE_BADGE_DEMO, 1, text);
	}
	if (stand_in(view))
		view_put(surface, &rest, ROLE_BADGE_DEMO, 1, stand_in(view));
	if (drained_host(view))
		view_put(surface, &rest, ROLE_STRONG, 1, drained_host(view));
	if (!view->snapshot)
		return;
	snprintf(text, sizeof text, "%" PRIu32 "/%" PRIu32, sums->moved, sums->moved + sums->moving + sums->left);
	view_put(surface, &rest, ROLE_TEXT, 1, text);
	if (sums->end.never || sums->end.is_known) {
		outlook_about(sums->end.empty.best, text, sizeof text);
		view_put(surface, &rest, shown_mood_role(outlook_drain_mood(sums)), 1,
			 sums->end.never ? "never" : text);
	}
	if (sums->frozen) {
		snprintf(text, sizeof text, "%" PRIu32 " FROZEN", sums->frozen);
		view_put(surface, &rest, ROLE_FROZEN, 1, text);
	}
	if (row) {
		text_duration(spent, sizeof spent, row_elapsed(row, view->since));
		snprintf(text, sizeof text, "%s %s %s", row->name, shown_phase(row->phase), spent);
		view_put(surface, &rest, row_is_old(row) ? ROLE_STALE : shown_phase_role(row->phase), 1, text);
	}
}

void view_heading(struct surface *surface, struct rect area, const struct view *view, const char *text)
{
	if (rect_is_empty(area))
		return;
	surface_repeat(surface, area.x, area.y, area.w, ROLE_FRAME, view->glyphs->horizontal);
	if (*text && area.w > 6) {
		int used = surface_printf(surface, area.x + 2, area.y, area.w - 4, ROLE_TITLE, " %s", text);

		surface_glyph(surface, area.x + 2 + used, area.y, ROLE_FRAME, ' ');
	}
}
