/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question about marked rows: a list of what will happen to each, or why it will not, over what holds for all. Pure. The list gets
 * the room that the rest leaves, and says how much of it is not seen.
 */
#include "tui/view_box.h"

#include "tui/price.h"
#include "tui/shown.h"

#include <stdio.h>

#define BOX_WIDTH_MAX 116
#define NAME_MAX_CELLS 24
#define ROUTE_MAX_CELLS 30
#define EFFECT_MIN_CELLS 30
#define LINES_MAX 1000

struct listing {
	struct surface *surface;
	const struct view *view;
	const struct dialog *dialog;
	int name, route; /* cells of these columns; 0: what happens stands below them */
};

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static const char *route_text(const struct listing *listing, const struct dialog_target *target, char *buffer,
			      size_t size)
{
	snprintf(buffer, size, "%s %s %s", target->source, listing->view->glyphs->arrow, target->destination);
	return buffer;
}

/* Columns as wide as the list needs them. */
static struct listing columns_of(struct surface *surface, const struct view *view)
{
	struct listing listing = {.surface = surface, .view = view, .dialog = &view->ui->dialog};
	char route[160];

	for (size_t i = 0; i < listing.dialog->n_marked; i++) {
		const struct dialog_target *target = &listing.dialog->marked[i];
		int name = (int)text_width(target->name);
		int way = (int)text_width(route_text(&listing, target, route, sizeof route));

		listing.name = name > listing.name ? name : listing.name;
		listing.route = way > listing.route ? way : listing.route;
	}
	listing.name = min_int(listing.name, NAME_MAX_CELLS);
	listing.route = min_int(listing.route, ROUTE_MAX_CELLS);
	return listing;
}

/* What happens to it, or why nothing does; false in the second case. */
static bool effect_text(const struct listing *listing, size_t i, char *buffer, size_t size)
{
	const struct view *view = listing->view;
	const struct row *row;
	struct err_info why;
	enum err code = dialog_check(listing->dialog, i, view->snapshot, view->ui->is_read_only, &row, &why);

	if (code != ERR_OK) {
		snprintf(buffer, size, "%s%s", code == ERR_NOT_FOUND ? "" : "refused: ", why.text);
		return false;
	}
	struct forecast forecast = outlook_at(row, view->since);
	char price[OUTLOOK_MAX];
	snprintf(buffer, size, "%s%s%s", price_of_order(listing->dialog, row, &forecast, price, sizeof price),
		 row->owner ? "; owner: " : "", row->owner ? row->owner : "");
	return true;
}

/* One migration from the top of `area` on; returns the lines used. */
static int draw_target(const struct listing *listing, struct rect area, size_t i)
{
	const struct dialog_target *target = &listing->dialog->marked[i];
	char effect[OUTLOOK_MAX * 2], route[160];
	bool may = effect_text(listing, i, effect, sizeof effect);
	enum role role = may ? ROLE_TEXT : ROLE_WARN;

	route_text(listing, target, route, sizeof route);
	if (listing->name == 0) {
		struct rect below = {area.x + 2, area.y + 1, area.w - 2, area.h - 1};
		int used = surface_text(listing->surface, area.x, area.y, area.w, may ? ROLE_STRONG : ROLE_KEY_OFF,
					target->name);

		surface_text(listing->surface, area.x + used + 2, area.y, area.w - used - 2, ROLE_TEXT, route);
		return 1 + surface_wrap(listing->surface, below, role, effect);
	}
	int x = area.x + listing->name + 2;
	surface_text(listing->surface, area.x, area.y, listing->name, may ? ROLE_STRONG : ROLE_KEY_OFF, target->name);
	surface_text(listing->surface, x, area.y, listing->route, ROLE_TEXT, route);
	x += listing->route + 2;
	int used = surface_wrap(listing->surface, (struct rect){x, area.y, area.x + area.w - x, area.h}, role, effect);
	return used > 1 ? used : 1;
}

/* Lines that this one would use; nothing is drawn. */
static int height_of(const struct listing *listing, int width, size_t i)
{
	struct rect before = surface_clip(listing->surface, (struct rect){0, 0, 0, 0});
	int height = draw_target(listing, (struct rect){0, 0, width, LINES_MAX}, i);

	surface_clip(listing->surface, before);
	return height;
}

/* Lines of the whole list, or more than `enough`. */
static int list_height(const struct listing *listing, int width, int enough)
{
	int height = 0;

	for (size_t i = 0; i < listing->dialog->n_marked && height <= enough; i++)
		height += height_of(listing, width, i);
	return height;
}

/* In columns, or what happens below the name where that takes fewer lines. */
static struct listing listing_of(struct surface *surface, const struct view *view, int width)
{
	struct listing columns = columns_of(surface, view), stacked = columns;

	stacked.name = stacked.route = 0;
	if (width - columns.name - columns.route - 4 < EFFECT_MIN_CELLS)
		return stacked;
	int height = list_height(&stacked, width, LINES_MAX);
	return list_height(&columns, width, height) <= height ? columns : stacked;
}

/* "and 2 more above, 7 below" */
static void write_unseen(struct surface *surface, struct rect line, size_t above, size_t below)
{
	if (above)
		surface_printf(surface, line.x, line.y, line.w, ROLE_INFO, "and %zu more above, %zu below (PgUp, PgDn)",
			       above, below);
	else
		surface_printf(surface, line.x, line.y, line.w, ROLE_INFO, "and %zu more (PgDn)", below);
}

/* The first to draw: none is left out at the top while there is room below. */
static size_t first_of(const struct listing *listing, struct rect area)
{
	size_t first = listing->dialog->n_marked;
	int height = 0;

	while (first > 0) {
		height += height_of(listing, area.w, first - 1);
		if (height > area.h)
			break;
		first--;
	}
	return first < listing->dialog->top ? first : listing->dialog->top;
}

static void draw_list(const struct listing *listing, struct rect area)
{
	bool is_whole = list_height(listing, area.w, area.h) <= area.h;
	size_t first = is_whole ? 0 : first_of(listing, (struct rect){area.x, area.y, area.w, area.h - 1}), i = first;
	int room = is_whole ? area.h : area.h - 1, y = 0;

	for (; i < listing->dialog->n_marked; i++) {
		int height = height_of(listing, area.w, i);

		if (y + height > room && y > 0)
			break;
		draw_target(listing, (struct rect){area.x, area.y + y, area.w, min_int(height, room - y)}, i);
		y += height;
	}
	if (!is_whole)
		write_unseen(listing->surface, (struct rect){area.x, area.y + min_int(y, room), area.w, 1}, first,
			     listing->dialog->n_marked - i);
}

static void write_choices(struct writer *w, const struct dialog *dialog)
{
	char text[160];

	snprintf(text, sizeof text, "(%c) automatic   (%c) pause   (%c) post-copy",
		 dialog->method == METHOD_AUTO ? '*' : ' ', dialog->method == METHOD_PAUSE ? '*' : ' ',
		 dialog->method == METHOD_POSTCOPY ? '*' : ' ');
	writer_text(w, ROLE_STRONG, text);
}

/* What is done at the limit. */
static void write_limit_actions(struct writer *w, const struct dialog *dialog)
{
	char text[160];
	size_t used = 0;

	for (int i = 0; i < LIMIT_ACTION_COUNT && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s(%c) %s",
					 i ? "   " : "then: ", dialog->limit_action == (enum limit_action)i ? '*' : ' ',
					 limit_action_name((enum limit_action)i));
	writer_text(w, ROLE_STRONG, text);
}

static void write_value(struct writer *w, const struct dialog *dialog)
{
	char text[256];

	if (action_entry(dialog->action)->takes == TAKES_DURATION)
		snprintf(text, sizeof text, "maximum downtime of each: %s_", dialog->value.text);
	else if (action_entry(dialog->action)->takes == TAKES_LIMIT)
		snprintf(text, sizeof text, "our limit for each: %s_   (0 is none)", dialog->value.text);
	else
		snprintf(text, sizeof text, "bandwidth limit of each, in MiB/s: %s_%s", dialog->value.text,
			 dialog->value.text[0] ? "" : " none");
	writer_text(w, ROLE_STRONG, text);
}

/* What is easily overlooked: rows that are not seen in the table, and managers that do not learn of it. */
static void write_warnings(struct writer *w, const struct dialog *dialog, const struct view *view)
{
	const struct row *row;
	size_t n_owned = 0;
	char text[160];

	for (size_t i = 0; i < dialog->n_marked; i++) {
		bool may = dialog_check(dialog, i, view->snapshot, view->ui->is_read_only, &row, NULL) == ERR_OK;

		n_owned += may && *dialog_owner_warning(dialog, row);
	}
	snprintf(text, sizeof text, "%zu of them %s hidden by the filter.", dialog->n_hidden,
		 dialog->n_hidden == 1 ? "is" : "are");
	if (dialog->n_hidden)
		writer_text(w, ROLE_WARN, text);
	snprintf(text, sizeof text, "%zu of them %s to a manager, which does not learn of it in time.", n_owned,
		 n_owned == 1 ? "belongs" : "belong");
	if (n_owned)
		writer_text(w, ROLE_WARN, text);
}

static void write_number(struct writer *w, const struct dialog *dialog, size_t n, bool is_right)
{
	char text[256];

	snprintf(text, sizeof text, "type how many it will be (%zu), then y: %s_", n, dialog->value.text);
	writer_text(w, is_right ? ROLE_STRONG : ROLE_WARN, text);
}

struct question {
	const struct dialog *dialog;
	enum dialog_state state;
	const char *sentence;
	size_t n; /* how many it will be */
	bool is_tight;
};

/* What holds for all of them. */
static void write_rest(struct writer *w, const struct question *question, const struct view *view)
{
	const struct dialog *dialog = question->dialog;
	char text[SENTENCE_MAX];

	if (dialog_has_methods(dialog))
		write_choices(w, dialog);
	if (action_has_value(dialog->action))
		write_value(w, dialog);
	if (dialog->action == ACTION_TIMEOUT)
		write_limit_actions(w, dialog);
	snprintf(text, sizeof text, "For each: %s", action_consequence(dialog->action, dialog->method, PHASE_PRECOPY));
	if (question->n && !question->is_tight)
		writer_text(w, ROLE_TEXT, text);
	write_warnings(w, dialog, view);
	if (question->n && dialog_wants_number(dialog))
		write_number(w, dialog, question->n, question->state == DIALOG_READY);
	if (question->state != DIALOG_READY && question->state != DIALOG_NEEDS_NUMBER)
		writer_text(w, question->state == DIALOG_NEEDS_VALUE ? ROLE_WARN : ROLE_CRIT, question->sentence);
	if (question->state == DIALOG_REFUSED)
		writer_text(w, ROLE_INFO, "In the table, U takes all marks off.");
}

static int rest_height(struct surface *surface, int width, const struct question *question, const struct view *view)
{
	struct rect before = surface_clip(surface, (struct rect){0, 0, 0, 0});
	struct writer w = {surface, {0, 0, width, LINES_MAX}};

	write_rest(&w, question, view);
	surface_clip(surface, before);
	return LINES_MAX - w.rest.h;
}

static struct question question_of(const struct view *view, struct err_info *why, int height)
{
	const struct dialog *dialog = &view->ui->dialog;

	return (struct question){.dialog = dialog,
				 .state = dialog_state(dialog, view->snapshot, view->ui->is_read_only, why),
				 .sentence = why->text,
				 .n = dialog_count(dialog, view->snapshot, view->ui->is_read_only),
				 .is_tight = height < 18};
}

static void draw_inside(const struct listing *listing, struct rect box, const struct question *question, int rest)
{
	struct writer w = writer_in(listing->surface, box);
	int room = w.rest.h - rest - 1;

	room = room < 2 ? min_int(2, w.rest.h) : room;
	draw_list(listing, (struct rect){w.rest.x, w.rest.y, w.rest.w, room});
	w.rest.y += room + 1;
	w.rest.h -= room + 1;
	write_rest(&w, question, listing->view);
}

static void draw_frame(struct surface *surface, struct rect box, const struct view *view,
		       const struct question *question)
{
	const char *verb = dialog_verb(question->dialog->action);
	char text[160];

	snprintf(text, sizeof text, "%s: %zu of %zu marked", verb, question->n, question->dialog->n_marked);
	view_box(surface, box, view, ROLE_DANGER, text);
	snprintf(text, sizeof text, "%s (%zu)", verb, question->n);
	view_buttons(surface, box, question->state == DIALOG_OVER ? NULL : text, question->state == DIALOG_READY);
}

void view_marked(struct surface *surface, const struct view *view)
{
	struct err_info why = {.text = ""};
	int room = surface->width - 4 > BOX_WIDTH ? surface->width - 4 : BOX_WIDTH;
	int width = min_int(min_int(room, BOX_WIDTH_MAX), surface->width);
	int height = surface->height >= 24 ? surface->height - 2 : surface->height;
	struct question question = question_of(view, &why, height);
	struct listing listing = listing_of(surface, view, width - 6);
	int rest = rest_height(surface, width - 6, &question, view);
	int wanted = list_height(&listing, width - 6, height) + rest + 4;
	struct rect box = layout_box(surface->width, surface->height, width, min_int(wanted, height));

	if (box.w < 12 || box.h < 4)
		return;
	draw_frame(surface, box, view, &question);
	draw_inside(&listing, box, &question, rest);
	surface->ground = GROUND_SCREEN;
}
