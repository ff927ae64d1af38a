/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which columns are shown at a width, and how wide each is. Pure, main thread. Neighbour: columns.c has the table.
 */
#include "tui/columns.h"

#define MARGIN 2 /* cursor and mark */

const char *columns_title(const struct fitted_column *fitted)
{
	return fitted->is_state ? "STATE" : fitted->column->title;
}

/* The column of lowest rank that is still in; of equals the rightmost. */
static size_t least_ranked(const struct column_set *set, const bool *is_in)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < set->n_columns; i++) {
		if (is_in[i] && (least == SIZE_MAX || set->column[i].rank <= set->column[least].rank))
			least = i;
	}
	return least;
}

static int needed_width(const struct column_set *set, const bool *is_in)
{
	int needed = MARGIN - 1;

	for (size_t i = 0; i < set->n_columns; i++) {
		if (is_in[i])
			needed += set->column[i].min + 1;
	}
	return needed;
}

static int wanted_width(const struct column *column, const struct column_hints *hints)
{
	int wanted = column->max;

	if (column->field == FIELD_NAME && hints->name < wanted)
		wanted = hints->name;
	if (column->field == FIELD_DESTINATION && hints->route < wanted)
		wanted = hints->route;
	return wanted > column->min ? wanted : column->min;
}

/* Who gets spare cells first: names and the verdict in words, then the bar of the limit, then the rest. */
static int claim_of(const struct column *column)
{
	if (column->field == FIELD_NAME || column->field == FIELD_DESTINATION || column->field == FIELD_VERDICT)
		return 0;
	return column->field == FIELD_ELAPSED ? 1 : 2;
}

/* Gives spare cells to the columns of one claim that want more, one cell each in turn; returns what is left. */
static int widen(struct fitted_column *out, size_t n, int spare, const struct column_hints *hints, int claim)
{
	bool gave = true;

	while (spare > 0 && gave) {
		gave = false;
		for (size_t i = 0; i < n && spare > 0; i++) {
			if (claim_of(out[i].column) == claim && out[i].width < wanted_width(out[i].column, hints)) {
				out[i].width++;
				spare--;
				gave = true;
			}
		}
	}
	return spare;
}

size_t columns_fit(const struct column_set *set, int width, const struct column_hints *hints, struct fitted_column *out)
{
	bool is_in[COLUMNS_MAX];
	size_t n_in = set->n_columns, n = 0;

	for (size_t i = 0; i < set->n_columns; i++)
		is_in[i] = true;
	for (; n_in > 1 && needed_width(set, is_in) > width; n_in--)
		is_in[least_ranked(set, is_in)] = false;
	for (size_t i = 0; i < set->n_columns; i++) {
		if (is_in[i])
			out[n++] = (struct fitted_column){&set->column[i], 0, set->column[i].min, false};
	}
	int spare = width - needed_width(set, is_in);
	for (int claim = 0; claim < 3; claim++)
		spare = widen(out, n, spare, hints, claim);
	int x = MARGIN;
	bool has_phase = false;
	for (size_t i = 0; i < n; i++)
		has_phase |= out[i].column->field == FIELD_PHASE;
	for (size_t i = 0; i < n; i++) {
		out[i].is_state = out[i].column->field == FIELD_VERDICT && !has_phase;
		out[i].x = x;
		if (out[i].width > width - x)
			out[i].width = width > x ? width - x : 0;
		x += out[i].width + 1;
	}
	return n;
}
