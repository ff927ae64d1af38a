/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The column table and what the cells say. Pure, main thread. Neighbours: columns_fit.c shares out the width, view_table.c draws,
 * model/field.c has the figures.
 */
#include "tui/columns.h"

#include "tui/shown.h"
#include "tui/tui.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void say_value(enum field_id id, const struct row *row, const struct cell_context *context,
		      struct cell_text *cell)
{
	struct value value = field_by_id(id)->get(row);

	/* What never was says so; what is over says nothing. */
	if (value.type == VALUE_ABSENT)
		snprintf(cell->text, sizeof cell->text, "%s", phase_has_job(row->phase) ? context->glyphs->absent : "");
	else if (value.type == VALUE_COUNT || value.type == VALUE_PAGES_PER_S)
		text_count(cell->text, sizeof cell->text, value.number);
	else
		value_text(&value, cell->text, sizeof cell->text);
	cell->role = value.type == VALUE_ABSENT ? ROLE_DIM : ROLE_TEXT;
}

static void say_name(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	(void)context;
	snprintf(cell->text, sizeof cell->text, "%s", row->name);
	cell->role = phase_is_outcome(row->phase) ? ROLE_TEXT : ROLE_STRONG;
}

/* One character as UTF-8. */
static void put_glyph(char *out, size_t size, uint32_t glyph)
{
	char utf8[4];

	snprintf(out, size, "%.*s", (int)text_encode(utf8, glyph), utf8);
}

static void say_phase(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	bool is_old = row_is_old(row);
	char sign[8], word[32], age[TEXT_NUMBER_MAX];
	const char *intent = shown_intent(row, context->glyphs, word, sizeof word);

	put_glyph(sign, sizeof sign, is_old ? context->glyphs->unsure : context->glyphs->phase[row->phase]);
	cell->role = is_old ? ROLE_STALE : shown_phase_role(row->phase);
	if (row->is_frozen && !is_old && !intent)
		snprintf(cell->text, sizeof cell->text, "%s %s %s", sign, shown_phase(row->phase),
			 text_compact(age, sizeof age, row_frozen(row, context->since)));
	else
		snprintf(cell->text, sizeof cell->text, "%s %s", sign, intent ? intent : shown_phase(row->phase));
}

/* A guest that stands still or runs elsewhere already, a job that has not begun, an outcome: there the phase is what matters. Also while nothing
 * is known of the end. */
static bool phase_says_more(const struct row *row, enum verdict verdict)
{
	bool is_precopy = row->phase == PHASE_PRECOPY || row->phase == PHASE_PREPARING;
	char word[32];

	return !is_precopy || verdict == VERDICT_NONE || verdict == VERDICT_MEASURING ||
	       shown_intent(row, &glyphs_ascii, word, sizeof word);
}

static void say_verdict(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	struct forecast forecast = outlook_at(row, context->since);
	char sign[8], words[OUTLOOK_MAX];

	if (context->is_state && phase_says_more(row, forecast.verdict)) {
		say_phase(row, context, cell);
		return;
	}
	if (forecast.verdict == VERDICT_NONE) {
		say_value(FIELD_VERDICT, row, context, cell);
		return;
	}
	put_glyph(sign, sizeof sign, context->glyphs->verdict[forecast.verdict]);
	snprintf(cell->text, sizeof cell->text, "%s %s", sign,
		 outlook_verdict(&forecast, context->width - 2, words, sizeof words));
	cell->role = shown_verdict_role(forecast.verdict);
}

/* A guest that stands still, or runs elsewhere, while no byte moves: its state cell has the phase, so this one must say it. */
static void say_eta(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	struct forecast forecast = outlook_at(row, context->since);
	bool is_stuck = forecast.verdict == VERDICT_STALLED && row->phase >= PHASE_PAUSED;

	if (forecast.verdict == VERDICT_HOPELESS || row->phase == PHASE_POSTCOPY_FAILED || is_stuck) {
		snprintf(cell->text, sizeof cell->text, "%s", is_stuck ? "stalled" : "never");
		cell->role = ROLE_CRIT;
	} else if (estimate_known(&forecast.eta)) {
		outlook_about(forecast.eta.best, cell->text, sizeof cell->text);
		cell->role = forecast.verdict == VERDICT_MARGINAL ? ROLE_WARN : ROLE_TEXT;
	} else {
		say_value(FIELD_ETA, row, context, cell);
	}
}

/* Cuts cleaned text to `width` cells, the last of them the ellipsis. */
static void cut_text(char *text, size_t size, int width, uint32_t ellipsis)
{
	const char *at = text, *fits = text;
	char sign[8];

	if ((int)text_width(text) <= width)
		return;
	for (int used = 0; used < width; used += text_char_width(text_next(&at)))
		fits = at;
	put_glyph(sign, sizeof sign, ellipsis);
	snprintf(text + (fits - text), size - (size_t)(fits - text), "%s", sign);
}

static void say_route(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	int room = context->width - (int)text_width(context->glyphs->arrow);
	const char *to = row->destination ? row->destination : "?";
	int left = (int)text_width(row->source), right = (int)text_width(to);
	char source[256];

	/* Too narrow for both: within a drain all come from one host, so the source gives way first. */
	cell->role = ROLE_TEXT;
	snprintf(source, sizeof source, "%s", row->source);
	if (left + right > room && room > 4)
		cut_text(source, sizeof source, room - right >= 1 ? room - right : room / 2, context->glyphs->ellipsis);
	snprintf(cell->text, sizeof cell->text, "%s%s%s", source, context->glyphs->arrow, to);
}

static void say_remaining(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	say_value(FIELD_REMAINING, row, context, cell);
	if (!phase_has_job(row->phase))
		cell->text[0] = '\0';
}

static enum role limit_role(int64_t elapsed, int64_t limit)
{
	return elapsed >= limit ? ROLE_CRIT : elapsed * 5 >= limit * 4 ? ROLE_WARN : ROLE_TEXT;
}

static void say_time(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	duration elapsed = row_elapsed(row, context->since);
	char spent[TEXT_NUMBER_MAX], limit[TEXT_NUMBER_MAX];

	text_duration(spent, sizeof spent, elapsed);
	cell->role = ROLE_TEXT;
	if (row->timeout.ms <= 0 || !phase_has_job(row->phase)) {
		snprintf(cell->text, sizeof cell->text, "%s", spent);
		return;
	}
	text_limit(limit, sizeof limit, row->timeout);
	cell->role = limit_role(elapsed.ms, row->timeout.ms);
	int64_t filled = elapsed.ms < row->timeout.ms ? elapsed.ms * 1000 / row->timeout.ms : 1000;
	cell->filled = (int)(filled < 0 ? 0 : filled);
	const char *about = row->timeout_is_about ? "~" : "";
	int n = snprintf(cell->text, sizeof cell->text, "%s/%s%s", spent, about, limit);
	if (n > context->width)
		n = snprintf(cell->text, sizeof cell->text, "%s/%s%s", text_limit(spent, sizeof spent, elapsed), about,
			     limit);
	if (n > context->width)
		snprintf(cell->text, sizeof cell->text, "%s", spent);
}

static void say_age(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	duration age = row_age(row, context->since);

	cell->role = row_is_old(row) ? ROLE_STALE : ROLE_DIM;
	if (age.ms < 0 || phase_is_outcome(row->phase))
		cell->text[0] = '\0';
	else
		text_compact(cell->text, sizeof cell->text, age);
}

static void say_note(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	cell->role = shown_sentence(row, context->since, context->now, cell->text, sizeof cell->text);
	/* A limit that is far away is in its own column already. */
	if (cell->role == ROLE_TEXT || cell->role == ROLE_DIM)
		cell->text[0] = '\0';
}

/* clang-format off */
static const struct column special[] = {
	{FIELD_NAME,              "NAME",         10, 40, false, false, 10, say_name},
	{FIELD_PHASE,             "PHASE",        12, 12, false, false, 2, say_phase},
	{FIELD_VERDICT,           "VERDICT",      12, 14, false, false, 9, say_verdict},
	{FIELD_DESTINATION,       "FROM/TO",      11, 40, false, false, 5, say_route},
	{FIELD_PASS,              "PASS",         4,  4,  true,  false, 2, NULL},
	{FIELD_REMAINING,         "REMAIN",       6,  7,  true,  false, 8, say_remaining},
	{FIELD_DIRTY_RATE,        "DIRTY/s",      7,  8,  true,  true,  4, NULL},
	{FIELD_THROUGHPUT,        "SEND/s",       6,  7,  true,  true,  3, NULL},
	{FIELD_ELAPSED,           "TIME/LIMIT",   12, 26, true,  false, 6, say_time},
	{FIELD_ETA,               "ETA",          7,  7,  true,  false, 7, say_eta},
	{FIELD_THROTTLE,          "THROTTLE",     8,  8,  true,  false, 1, NULL},
	{FIELD_AGE,               "AGE",          3,  4,  true,  false, 6, say_age},
	{FIELD_OUTCOME,           "NOTE",         40, 80, false, false, 0, say_note},
	{FIELD_EXPECTED_DOWNTIME, "DOWN EXP",     8,  8,  true,  false, 1, NULL},
	{FIELD_FROZEN,            "FROZEN",       7,  7,  true,  false, 1, NULL},
	{FIELD_DOWNTIME,          "DOWNTIME",     8,  8,  true,  false, 1, NULL},
};
/* clang-format on */

/* Without `columns`. The source is in FROM/TO. */
static const char usual[] = "name phase verdict destination pass remaining dirty send elapsed eta throttle outcome";

static short plain_width(enum value_type type)
{
	switch (type) {
	case VALUE_ABSENT:
	case VALUE_TEXT: return 12;
	case VALUE_COUNT: return 7;
	case VALUE_BYTES:
	case VALUE_RATE: return 7;
	case VALUE_PAGES_PER_S: return 9;
	case VALUE_DURATION: return 8;
	case VALUE_PERCENT: return 5;
	}
	return 8;
}

static struct column column_of(const struct field *field)
{
	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (special[i].field == field->id)
			return special[i];
	}
	short title = (short)strlen(field->name), width = plain_width(field->type);
	bool is_text = field->type == VALUE_TEXT;
	return (struct column){.field = field->id,
			       .title = field->name,
			       .min = title > width ? title : width,
			       .max = is_text         ? 37
				      : title > width ? title
						      : width,
			       .is_right = !is_text,
			       .rank = 1};
}

enum err columns_add(struct column_set *set, enum field_id id, struct err_info *why)
{
	const struct field *field = field_by_id(id);

	for (size_t i = 0; i < set->n_columns; i++) {
		if (set->column[i].field == id)
			return err_set(why, ERR_CONFIG, "virt-drain", 0, "columns: \"%s\" is there twice", field->name);
	}
	if (set->n_columns == COLUMNS_MAX)
		return err_set(why, ERR_CONFIG, "virt-drain", 0, "columns: at most %d", COLUMNS_MAX);
	set->column[set->n_columns++] = column_of(field);
	return ERR_OK;
}

char *columns_text(const struct column_set *set, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < set->n_columns && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? "," : "",
					 field_by_id(set->column[i].field)->name);
	return buffer;
}

enum err columns_parse(const char *text, struct column_set *out, struct err_info *why)
{
	struct column_set set = {.n_columns = 0};
	char words[512], *rest = words, *word;

	snprintf(words, sizeof words, "%s", text && *text ? text : usual);
	while ((word = strsep(&rest, " ,\t")) != NULL) {
		const struct field *field = *word ? field_by_name(word) : NULL;

		if (!*word)
			continue;
		if (!field)
			return err_set(why, ERR_CONFIG, "virt-drain", 0, "there is no field called \"%s\"", word);
		enum err code = columns_add(&set, field->id, why);
		if (code != ERR_OK)
			return code;
	}
	if (set.n_columns == 0)
		return err_set(why, ERR_CONFIG, "virt-drain", 0, "columns: none is named");
	*out = set;
	return ERR_OK;
}

enum err tui_columns_check(const char *columns, struct err_info *why)
{
	struct column_set set;

	return columns_parse(columns, &set, why);
}

void column_say(const struct column *column, const struct row *row, const struct cell_context *context,
		struct cell_text *cell)
{
	cell->filled = -1;
	if (column->say)
		column->say(row, context, cell);
	else
		say_value(column->field, row, context, cell);
}

bool columns_note(const struct row *row, const struct cell_context *context, struct cell_text *cell)
{
	char text[TEXT_NUMBER_MAX];

	cell->filled = -1;
	if (row_is_old(row)) {
		if (row->age.ms < 0)
			snprintf(cell->text, sizeof cell->text, "no figures");
		else
			snprintf(cell->text, sizeof cell->text, "%s old",
				 text_compact(text, sizeof text, row_age(row, context->since)));
		cell->role = ROLE_STALE;
		return true;
	}
	if (!phase_is_outcome(row->phase))
		return false;
	cell->role = ROLE_DIM;
	if (row->phase == PHASE_COMPLETED && row->downtime.ms >= 0)
		snprintf(cell->text, sizeof cell->text, "down %s",
			 text_short_duration(text, sizeof text, row->downtime));
	else
		cell->text[0] = '\0';
	return true;
}
