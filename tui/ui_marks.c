/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks: which migrations the next action is about. They are identities, kept sorted so that ten thousand of them are found as fast
 * as ten. Main thread, pure beside struct ui.
 */
#include "tui/ui.h"

#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *left, const void *right)
{
	const struct migration_id *a = left, *b = right;
	int cmp = memcmp(a->host.byte, b->host.byte, sizeof a->host.byte);

	if (cmp == 0)
		cmp = memcmp(a->domain.byte, b->domain.byte, sizeof a->domain.byte);
	return cmp ? cmp : (a->attempt > b->attempt) - (a->attempt < b->attempt);
}

/* Where the mark is, or where it would be. */
static size_t place_of(const struct ui *ui, const struct migration_id *id)
{
	size_t low = 0, high = ui->n_marks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_ids(&ui->mark[middle], id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool ui_is_marked(const struct ui *ui, const struct migration_id *id)
{
	size_t at = place_of(ui, id);

	return at < ui->n_marks && migration_id_equal(&ui->mark[at], id);
}

void ui_unmark(struct ui *ui, const struct migration_id *id)
{
	size_t at = place_of(ui, id);

	if (!ui_is_marked(ui, id))
		return;
	ui->n_marks--;
	memmove(&ui->mark[at], &ui->mark[at + 1], (ui->n_marks - at) * sizeof *ui->mark);
}

void ui_toggle_mark(struct ui *ui, const struct migration_id *id)
{
	size_t at = place_of(ui, id);

	if (ui_is_marked(ui, id)) {
		ui_unmark(ui, id);
		return;
	}
	ui->mark = array_reserve(ui->mark, &ui->marks_capacity, ui->n_marks + 1, sizeof *ui->mark);
	memmove(&ui->mark[at + 1], &ui->mark[at], (ui->n_marks - at) * sizeof *ui->mark);
	ui->mark[at] = *id;
	ui->n_marks++;
}

void ui_forget_marks(struct ui *ui, const struct snapshot *snapshot)
{
	size_t n = 0;

	if (ui->n_marks == 0)
		return;
	struct migration_id *kept = mem_new(ui->n_marks, sizeof *kept);
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct row *row = &snapshot->row[i];

		if (!phase_is_outcome(row->phase) && n < ui->n_marks && ui_is_marked(ui, &row->id))
			kept[n++] = row->id;
	}
	qsort(kept, n, sizeof *kept, compare_ids);
	memcpy(ui->mark, kept, n * sizeof *kept);
	ui->n_marks = n;
	free(kept);
}

bool ui_acts_on_marks(const struct ui *ui)
{
	return ui->n_marks > 0 && ui->view == VIEW_MAIN;
}

size_t ui_marked_rows(const struct ui *ui, const struct snapshot *snapshot, const struct row ***out, size_t *n_hidden)
{
	const struct row **row = mem_new(ui->n_marks + 1, sizeof(*row));
	bool *is_shown = mem_new(snapshot->n_rows + 1, sizeof *is_shown);
	size_t n = 0;

	/* while the view is frozen the index is of another snapshot than the newest */
	for (size_t i = 0; i < ui->n_shown; i++) {
		if (ui->index[i] >= snapshot->n_rows)
			continue;
		const struct row *shown = &snapshot->row[ui->index[i]];

		is_shown[ui->index[i]] = true;
		if (n < ui->n_marks && ui_is_marked(ui, &shown->id))
			row[n++] = shown;
	}
	*n_hidden = n;
	for (size_t i = 0; i < snapshot->n_rows && n < ui->n_marks; i++) {
		if (!is_shown[i] && ui_is_marked(ui, &snapshot->row[i].id))
			row[n++] = &snapshot->row[i];
	}
	*n_hidden = n - *n_hidden;
	free(is_shown);
	*out = row;
	return n;
}
