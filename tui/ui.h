/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the screen remembers between two keys: which view, which order, which migration is selected (its identity, not its row),
 * marks, prompt, dialog. No terminal, no backend: run.c has both, views read this, press*.c changes it. Main thread.
 */
#ifndef TUI_UI_H
#define TUI_UI_H

#include "model/query.h"
#include "tui/columns.h"
#include "tui/dialog.h"
#include "tui/keymap.h"
#include "tui/prompt.h"
#include "tui/tui.h"

enum view_id { VIEW_MAIN, VIEW_DETAIL, VIEW_HOSTS, VIEW_LOG, VIEW_HELP, VIEW_COUNT };

/* A cursor in a list that is longer than its window. */
struct list {
	size_t cursor, top;
};

struct flash {
	char text[400];
	enum role role;
	mono_time until;
};

/* What the screen itself has to say in the log: refused keys, a bad theme. The newest OWN_NOTICES stay. */
#define OWN_NOTICES 32

struct own_notice {
	struct stamp at;
	enum severity severity;
	char subject[64];
	char text[320];
};

/* An order that was submitted, and how far its answer has been told. */
struct asked {
	uint64_t serial; /* 0: free */
	enum intent_stage told;
	char name[128];
};

#define ASKED_MAX 32

struct ui {
	/* as set at start */
	enum force_method force_method;
	bool is_read_only, is_demo, is_recording;
	enum tui_bell bell;
	char drain[64];
	const struct glyphs *glyphs;

	int width, height;
	enum view_id view, came_from; /* came_from: where help was opened */
	struct column_set columns;
	struct column_hints hints;
	struct query query;
	uint32_t *index; /* rows of the snapshot in the order of the table, ended ones last */
	size_t n_shown, index_capacity;
	struct list rows, hosts, log, help, menu;
	bool has_selection;
	struct migration_id selected;
	struct migration_id *mark;
	size_t n_marks, marks_capacity;
	struct prompt prompt;
	bool menu_is_open;
	struct dialog dialog;
	bool is_leaving; /* asks whether to leave although something is open */
	mono_time leaving_since;
	struct flash flash;
	mono_time quiet_until; /* no action key counts before */
	struct own_notice own[OWN_NOTICES];
	size_t n_own; /* ever; the newest is own[(n_own - 1) % OWN_NOTICES] */
	struct asked asked[ASKED_MAX];
	size_t n_asked;
	uint64_t heard;     /* serial of the newest notice that the bell knows of */
	bool has_heard;     /* false until the first snapshot: what is old does not ring */
	struct order order; /* with NEXT_SUBMIT */
};

/* What must happen after a key or a snapshot; the loop does it. Bits. */
enum {
	NEXT_NOTHING = 0,
	NEXT_PAINT = 1,
	NEXT_QUIT = 2,
	NEXT_SUSPEND = 4,
	NEXT_REPAINT = 8,  /* everything anew, also what did not change */
	NEXT_PREPARE = 16, /* backend_prepare for ui->dialog.target */
	NEXT_SUBMIT = 32,  /* backend_submit of ui->order, then ui_submitted */
	NEXT_BELL = 64,
};

/* Errors: ERR_CONFIG (columns, sort); then *ui needs no ui_done. */
enum err ui_init(struct ui *ui, const struct tui_settings *settings, const struct glyphs *glyphs,
		 struct err_info *why) ATTR_WARN_UNUSED;
void ui_done(struct ui *ui);

/* A newer snapshot came: order, selection, answers and freezes are brought up to date. Returns NEXT_ bits. */
unsigned ui_adopt(struct ui *ui, const struct snapshot *snapshot, mono_time now);

/* The table again after filter or order changed. */
void ui_requery(struct ui *ui, const struct snapshot *snapshot);

/* One key. snapshot may be NULL (none yet). Returns NEXT_ bits. */
unsigned ui_key(struct ui *ui, const struct snapshot *snapshot, const struct key_event *event, struct stamp now);

/* A signal asks the program to stop: as the key that does. Returns NEXT_ bits. */
unsigned ui_stop_asked(struct ui *ui, const struct snapshot *snapshot, struct stamp now);

void ui_resize(struct ui *ui, int width, int height);
void ui_submitted(struct ui *ui, const struct order *order, uint64_t serial, mono_time now);

/* A line that stays for some seconds, and one in the log of the screen. */
void ui_flash(struct ui *ui, enum role role, mono_time now, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void ui_note(struct ui *ui, struct stamp at, enum severity severity, const char *subject, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The selected row, NULL if there is none. */
const struct row *ui_selected(const struct ui *ui, const struct snapshot *snapshot);
void ui_select(struct ui *ui, const struct snapshot *snapshot, size_t cursor);
bool ui_is_marked(const struct ui *ui, const struct migration_id *id);
void ui_toggle_mark(struct ui *ui, const struct migration_id *id);

/* Facts of a row as the rule wants them, read-only mode of this screen included. */
struct action_facts ui_facts(const struct ui *ui, const struct snapshot *snapshot, const struct row *row);
/* May this command's action begin now on the selected row? Errors: as action_check. */
enum err ui_may(const struct ui *ui, const struct snapshot *snapshot, enum command command, struct err_info *why);

unsigned ui_scope(const struct ui *ui);

/* Moves a list's cursor by `step` among `n` lines. */
void list_move(struct list *list, long step, size_t n);
/* The first line to show so that the cursor is inside a window of `height` lines. */
size_t list_top(const struct list *list, size_t n, int height);

#endif
