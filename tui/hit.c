/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the screen back to things. Pure, main thread. Neighbours: layout.c, columns.c; the views draw from the same two.
 */
#include "tui/hit.h"

#include "tui/layout.h"
#include "tui/view.h"

static struct rect list_area(const struct ui *ui, const struct snapshot *snapshot)
{
	if (ui->view == VIEW_MAIN || ui->view == VIEW_DETAIL)
		return layout_main(ui->width, ui->height, view_has_trouble(snapshot)).table;
	struct rect body = layout_page(ui->width, ui->height).body;
	return ui->view == VIEW_HOSTS ? layout_hosts(body).table : body;
}

int hit_list_height(const struct ui *ui, const struct snapshot *snapshot)
{
	bool has_header = ui->view != VIEW_HELP && ui->view != VIEW_LOG;
	int height = list_area(ui, snapshot).h - has_header;

	return height > 1 ? height : 1;
}

static struct hit hit_header(const struct ui *ui, struct rect area, int x)
{
	struct fitted_column fitted[COLUMNS_MAX];
	size_t n = columns_fit(&ui->columns, area.w, &ui->hints, fitted);

	for (size_t i = 0; i < n; i++) {
		if (x - area.x >= fitted[i].x && x - area.x < fitted[i].x + fitted[i].width)
			return (struct hit){.what = HIT_COLUMN, .field = fitted[i].column->field};
	}
	return (struct hit){.what = HIT_NOTHING};
}

struct hit hit_find(const struct ui *ui, const struct snapshot *snapshot, int x, int y)
{
	struct rect area = list_area(ui, snapshot);
	bool is_hosts = ui->view == VIEW_HOSTS;

	if (!snapshot || !rect_has(area, x, y) || (ui->view != VIEW_MAIN && !is_hosts))
		return (struct hit){.what = HIT_NOTHING};
	if (y == area.y)
		return is_hosts ? (struct hit){.what = HIT_NOTHING} : hit_header(ui, area, x);
	size_t n = is_hosts ? snapshot->n_hosts : ui->n_shown;
	const struct list *list = is_hosts ? &ui->hosts : &ui->rows;
	size_t line = list_top(list, n, area.h - 1) + (size_t)(y - area.y - 1);
	if (line >= n)
		return (struct hit){.what = HIT_NOTHING};
	return (struct hit){.what = is_hosts ? HIT_HOST : HIT_ROW, .line = line};
}
