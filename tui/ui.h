/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the screen remembers between two keys: which view, which order, which migration is selected (its identity, not its row),
 * marks, prompt, dialog. No terminal, no backend: run.c has both, views read this, press*.c changes it. Main thread.
 */
#ifndef TUI_UI_H
#define TUI_UI_H

#include "model/query.h"
#include "tui/column_menu.h"
#include "tui/dialog.h"
#include "tui/keymap.h"
#include "tui/prompt.h"
#include "tui/theme.h"
#include "tui/tui.h"

enum view_id { VIEW_MAIN, VIEW_DETAIL, VIEW_HOSTS, VIEW_LOG, VIEW_HELP, VIEW_COUNT };

/* What is being typed. */
enum prompt_use { PROMPT_FILTER, PROMPT_FILE };

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

/* The list of themes. What the cursor is on is shown at once. */
struct picker {
	bool is_open;
	struct theme_list themes;
	struct list list;
	char before[THEME_PATH_MAX]; /* what ui->theme was */
	char fault[320];             /* why the one under the cursor cannot be shown; "": it is */
};

/* An order that y gave, not submitted yet, and whom it is about. */
struct wish {
	struct order order;
	char name[128];
};

/* An order that was submitted, and how far its answer has been told. */
struct asked {
	uint64_t serial;
	unsigned batch; /* those of one dialog about marked rows are told together; 0: on its own */
	enum intent_stage told;
	bool is_closed; /* nothing more will be told */
	struct migration_id target;
	char name[128];
	char text[320]; /* what the answer said, where it was not good news */
};

/* The newest dialog about marked rows that was confirmed: one line sums up what became of each. */
struct batch {
	unsigned number; /* 0: none yet */
	enum action action;
	size_t n_refused;  /* listed in the dialog, and not possible when y was pressed */
	char refused[400]; /* the first of those, and why */
};

#define COPY_MAX 1500

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
	struct list rows, hosts, log, help, menu, column_list;
	struct column_menu column_menu;
	/* The newest that ui_adopt was given, borrowed; NULL before the first. */
	const struct snapshot *newest;
	bool is_frozen; /* the views stand on an older one, the picture, to which `index` belongs */
	struct stamp frozen_at;
	bool is_following; /* the cursor goes where its migration goes; else it keeps its line in the table */
	bool has_selection;
	struct migration_id selected;
	struct migration_id *mark; /* of migrations that have not ended, sorted */
	size_t n_marks, marks_capacity;
	struct prompt prompt;
	enum prompt_use prompt_use;
	char prompt_fault[320]; /* of a file's name: why nothing was written; "" */
	char copy[COPY_MAX];    /* with NEXT_COPY: one line of cleaned text */
	bool menu_is_open;
	char theme[THEME_PATH_MAX]; /* name or path of the one that is wanted */
	struct picker picker;
	struct dialog dialog;
	bool is_leaving; /* asks whether to leave although something is open */
	mono_time leaving_since;
	struct flash flash;
	mono_time quiet_until; /* no action key counts before */
	struct own_notice own[OWN_NOTICES];
	size_t n_own;        /* ever; the newest is own[(n_own - 1) % OWN_NOTICES] */
	struct asked *asked; /* oldest first */
	size_t n_asked, asked_capacity;
	struct batch batch;
	uint64_t heard;     /* serial of the newest notice that the bell knows of */
	bool has_heard;     /* false until the first snapshot: what is old does not ring */
	struct order order; /* with NEXT_SUBMIT: the first, or the next, of the wishes */
	struct wish *wish;
	size_t n_wishes, n_submitted, wishes_capacity;
	unsigned wish_batch; /* the batch that they are; 0: each on its own */
};

/* What must happen after a key or a snapshot; the loop does it. Bits. */
enum {
	NEXT_NOTHING = 0,
	NEXT_PAINT = 1,
	NEXT_QUIT = 2,
	NEXT_SUSPEND = 4,
	NEXT_REPAINT = 8,  /* everything anew, also what did not change */
	NEXT_PREPARE = 16, /* backend_prepare for what ui->dialog is about */
	NEXT_SUBMIT = 32,  /* backend_submit of ui->order, then ui_submitted, as long as that asks for it */
	NEXT_BELL = 64,
	NEXT_PICK_THEME = 128, /* ui_pick_theme with the themes that there are */
	NEXT_THEME = 256,      /* show ui->theme; ui_theme_refused if it cannot be */
	NEXT_THEME_BACK = 512, /* show what was shown at NEXT_PICK_THEME */
	NEXT_SAVE = 1024,      /* save_view to what the prompt says, then ui_saved or ui_not_saved */
	NEXT_COPY = 2048,      /* term_copy of ui->copy, then ui_copied */
};

/* Errors: ERR_CONFIG (columns, sort); then *ui needs no ui_done. */
enum err ui_init(struct ui *ui, const struct tui_settings *settings, const struct glyphs *glyphs,
		 struct err_info *why) ATTR_WARN_UNUSED;
void ui_done(struct ui *ui);

/* A newer snapshot came: order, selection, answers and freezes are brought up to date; while the view is frozen only what is not of the
 * table. It must live until the next one is adopted, and the picture of a frozen view until it goes on. Returns NEXT_ bits. */
unsigned ui_adopt(struct ui *ui, const struct snapshot *snapshot, mono_time now);

/* What is drawn stands still from `now` on; or goes on with the newest snapshot. A snapshot must have been adopted. */
void ui_freeze(struct ui *ui, struct stamp now);
void ui_thaw(struct ui *ui);

/* The table again after filter or order changed. `snapshot` is what is drawn. */
void ui_requery(struct ui *ui, const struct snapshot *snapshot);

/* One key. snapshot is what is drawn, NULL if there is none yet. Returns NEXT_ bits. */
unsigned ui_key(struct ui *ui, const struct snapshot *snapshot, const struct key_event *event, struct stamp now);

/* A signal asks the program to stop: as the key that does. Returns NEXT_ bits. */
unsigned ui_stop_asked(struct ui *ui, const struct snapshot *snapshot, struct stamp now);

void ui_resize(struct ui *ui, int width, int height);

/* A line that stays for some seconds, and one in the log of the screen. */
void ui_flash(struct ui *ui, enum role role, mono_time now, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void ui_note(struct ui *ui, struct stamp at, enum severity severity, const char *subject, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The selected row, NULL if there is none: in what is drawn, or in the newest. */
const struct row *ui_selected(const struct ui *ui, const struct snapshot *snapshot);
void ui_select(struct ui *ui, const struct snapshot *snapshot, size_t cursor);
/* Facts of a row as the rule wants them, read-only mode of this screen included. */
struct action_facts ui_facts(const struct ui *ui, const struct snapshot *snapshot, const struct row *row);
/* May this command's action begin now on the selected row, or on any of the marked ones? Errors: as action_check. */
enum err ui_may(const struct ui *ui, const struct snapshot *snapshot, enum command command, struct err_info *why);

unsigned ui_scope(const struct ui *ui);

/* ---- the list of themes (tui/press_theme.c) */

/* Opens it. Takes `themes`, and leaves an empty one. */
void ui_pick_theme(struct ui *ui, struct theme_list *themes);
/* ui->theme cannot be used: said in the open list. */
void ui_theme_refused(struct ui *ui, const struct err_info *why);

/* ---- files and the clipboard (tui/press_save.c) */

/* What is shown was written, says the line of news; or it was not: then the name can be changed. */
void ui_saved(struct ui *ui, const char *path, mono_time now);
void ui_not_saved(struct ui *ui, const struct err_info *why);
/* The text was sent, which is all that is known; or why not. */
void ui_copied(struct ui *ui, enum err code, const struct err_info *why, mono_time now);

/* ---- marks (tui/ui_marks.c) */

bool ui_is_marked(const struct ui *ui, const struct migration_id *id);
void ui_toggle_mark(struct ui *ui, const struct migration_id *id);
void ui_unmark(struct ui *ui, const struct migration_id *id);
/* A mark ends with its migration. */
void ui_forget_marks(struct ui *ui, const struct snapshot *snapshot);
/* True where an action key means the marked rows, whatever the cursor is on: in the table, not in the detail of one migration. */
bool ui_acts_on_marks(const struct ui *ui);
/* The marked rows in the order of the table, then those that the filter hides. Returns how many; *out is the caller's to free. */
size_t ui_marked_rows(const struct ui *ui, const struct snapshot *snapshot, const struct row ***out, size_t *n_hidden);

/* ---- orders and what became of them (tui/ui_answers.c) */

/* What was wished before and not submitted is forgotten; then each wish that follows is submitted in turn. */
void ui_wish_begin(struct ui *ui);
void ui_wish(struct ui *ui, const struct order *order, const char *name);
/* The wishes that follow belong together, and their answers are told together. */
void ui_batch_begin(struct ui *ui, enum action action);
/* A row that was listed and cannot be acted on, with its sentence: in the log, and in the sum. */
void ui_batch_refused(struct ui *ui, struct stamp now, const char *name, const struct err_info *why);
/* `order` was submitted. Returns true if ui->order is another one now, to be submitted too. */
bool ui_submitted(struct ui *ui, const struct order *order, uint64_t serial, mono_time now);
/* Tells what is new of the orders given here. Returns NEXT_ bits. */
unsigned ui_read_answers(struct ui *ui, const struct snapshot *snapshot, mono_time now);

/* Moves a list's cursor by `step` among `n` lines. */
void list_move(struct list *list, long step, size_t n);
/* The first line to show so that the cursor is inside a window of `height` lines. */
size_t list_top(const struct list *list, size_t n, int height);

#endif
