/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing what is shown. Main thread. Neighbours: press_save.c asks for the name, run.c calls this; report/ has CSV and JSON.
 */
#include "tui/save.h"

#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *save_suffix(enum save_form form)
{
	static const char *const suffixes[SAVE_FORM_COUNT] = {
		[SAVE_CSV] = ".csv", [SAVE_JSON] = ".json", [SAVE_TEXT] = ".txt"};

	return suffixes[form];
}

enum err save_form_of(const char *path, enum save_form *out, struct err_info *why)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	for (int i = 0; dot && dot != name && i < SAVE_FORM_COUNT; i++) {
		if (strcmp(dot, save_suffix((enum save_form)i)) == 0) {
			*out = (enum save_form)i;
			return ERR_OK;
		}
	}
	return err_set(why, ERR_USAGE, "virt-drain", 0, "the name must end in .csv, .json or .txt");
}

static void put_line(struct buffer *out, const struct surface *surface, int y)
{
	size_t end = out->length;

	for (int x = 0; x < surface->width; x++) {
		const struct cell *cell = surface_at(surface, x, y);
		char character[4];

		for (int i = 0; cell->width > 0 && i < CELL_PARTS && cell->part[i]; i++)
			buffer_add(out, character, text_encode(character, cell->part[i]));
		if (cell->width > 0 && cell->part[0] != ' ')
			end = out->length;
	}
	out->length = end;
	buffer_puts(out, "\n");
}

static void put_screen(struct buffer *out, const struct view *view)
{
	struct surface surface;

	surface_init(&surface);
	surface_reset(&surface, view->ui->width, view->ui->height);
	view_draw(&surface, view);
	for (int y = 0; y < surface.height; y++)
		put_line(out, &surface, y);
	surface_done(&surface);
}

static void put_form(struct buffer *out, enum save_form form, const struct view *view)
{
	switch (form) {
	case SAVE_CSV: report_csv(out, view->snapshot, &view->ui->query); break;
	case SAVE_JSON: report_json(out, view->snapshot, &view->ui->query); break;
	case SAVE_TEXT: put_screen(out, view); break;
	case SAVE_FORM_COUNT: break;
	}
}

static enum err fail(const char *what, int number, struct err_info *why)
{
	char text[128];

	return err_set(why, ERR_IO, "system", number, "%s: %s", what, strerror_r(number, text, sizeof text));
}

static enum err write_all(int fd, const char *text, size_t n, struct err_info *why)
{
	while (n > 0) {
		ssize_t written = write(fd, text, n);

		if (written < 0 && errno != EINTR)
			return fail("cannot write it", errno, why);
		text += written > 0 ? written : 0;
		n -= written > 0 ? (size_t)written : 0;
	}
	return ERR_OK;
}

/* Not over a file that is there, nor through a link that somebody else has put there. */
static enum err write_new(const char *path, const struct buffer *out, struct err_info *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0 && errno == EEXIST)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "there is such a file already");
	if (fd < 0)
		return fail("cannot create it", errno, why);
	enum err code = write_all(fd, out->text, out->length, why);
	if (close(fd) != 0 && code == ERR_OK)
		code = fail("cannot write it", errno, why);
	if (code != ERR_OK)
		unlink(path);
	return code;
}

enum err save_view(const struct view *view, const char *path, char *where, size_t size, struct err_info *why)
{
	const char *home = strncmp(path, "~/", 2) == 0 ? getenv("HOME") : NULL;
	struct buffer out = {0};
	char whole[PATH_MAX], real[PATH_MAX];
	enum save_form form;
	enum err code = save_form_of(path, &form, why);

	if (code != ERR_OK)
		return code;
	snprintf(whole, sizeof whole, "%s%s", home ? home : "", home ? path + 1 : path);
	put_form(&out, form, view);
	code = write_new(whole, &out, why);
	buffer_done(&out);
	if (code == ERR_OK)
		snprintf(where, size, "%s", realpath(whole, real) ? real : whole);
	return code;
}
