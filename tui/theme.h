/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Roles: what a cell means, and how a meaning looks. Views know roles only; a theme turns a role into colours and attributes
 * for the terminal at hand. Main thread. The role table is in theme.c, reading of theme files in theme_file.c (libconfig), where they are
 * in theme_find.c.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
	ROLE_TEXT,
	ROLE_DIM,
	ROLE_STRONG,
	ROLE_BACKGROUND, /* only its background counts: the ground of the whole screen */
	ROLE_FRAME,
	ROLE_TITLE,
	ROLE_HEADER,
	ROLE_HEADER_SORTED,
	ROLE_KEY,
	ROLE_KEY_LABEL,
	ROLE_KEY_OFF, /* a key that would be refused now */
	ROLE_CURSOR,  /* its background is the ground of the selected row */
	ROLE_MARK,
	ROLE_OK,         /* goes well, done */
	ROLE_INFO,       /* neutral state */
	ROLE_WARN,       /* limit near, slow link */
	ROLE_CRIT,       /* failed, limit passed */
	ROLE_FROZEN,     /* the guest stands still */
	ROLE_POSTCOPY,   /* the phase from which there is no way back */
	ROLE_STALE,      /* old figures */
	ROLE_GRAPH,      /* the saw-tooth */
	ROLE_GRAPH_PEAK, /* the line of its peaks */
	ROLE_GRAPH_DIRTY,
	ROLE_GRAPH_SEND,
	ROLE_BAR_DONE,
	ROLE_BAR_TEXT, /* a bar drawn below figures, where there is no room for one beside them */
	ROLE_BAR_REST,
	ROLE_BADGE_READONLY,
	ROLE_BADGE_ACTIONS,
	ROLE_BADGE_DEMO,
	ROLE_DIALOG, /* its background is the ground of a dialog */
	ROLE_DANGER, /* frame and title of a dialog that changes something */
	ROLE_BUTTON, /* the button that Enter presses */
	ROLE_INPUT,
	ROLE_FLASH_INFO,
	ROLE_FLASH_WARN,
	ROLE_FLASH_ERROR,
	ROLE_COUNT
};

/* What lies behind a cell: a role without a background of its own shows the ground's. */
enum ground { GROUND_SCREEN, GROUND_CURSOR, GROUND_DIALOG, GROUND_COUNT };

/* What the terminal can. */
enum colour_depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_DIRECT, DEPTH_COUNT };

enum {
	ATTR_BOLD = 1,
	ATTR_DIM = 2,
	ATTR_UNDERLINE = 4,
	ATTR_REVERSE = 8,
};

#define COLOUR_DEFAULT (-1) /* the terminal's own */

struct style {
	int32_t fg, bg; /* COLOUR_DEFAULT, a palette index (0..15, 0..255), or 0xRRGGBB at DEPTH_DIRECT */
	unsigned attributes;
};

/* How one role is told to look; what is not told is worked out. */
struct role_spec {
	bool is_set;    /* false: as the parent role */
	int32_t fg, bg; /* COLOUR_DEFAULT, 0..15 with is_named, else 0xRRGGBB */
	bool fg_named, bg_named;
	int16_t fg256, bg256; /* -1: nearest to fg, bg */
	int8_t fg16, bg16;    /* -1: nearest to fg, bg */
	unsigned attributes;
	bool has_mono;
	unsigned mono; /* attributes without colours; without has_mono: from the role table */
};

#define THEME_NAME_MAX 64
#define THEME_PATH_MAX 4096

struct theme {
	char name[THEME_NAME_MAX];
	struct role_spec spec[ROLE_COUNT];
};

/* One row per role. */
struct role_entry {
	enum role role;
	const char *name; /* in theme files: "badge_readonly" */
	char letter;      /* in golden screens; unique */
	enum role parent; /* where a role that a theme leaves out gets its look from; itself: the terminal's own look */
	bool is_required; /* every theme file must define it */
	unsigned mono;    /* attributes without colours */
};

const struct role_entry *role_entry(enum role role);
bool role_by_name(const char *name, enum role *out); /* false, *out untouched, if there is none */

/* The themes that are compiled in: "default" and "mono". */
void theme_default(struct theme *theme);
void theme_mono(struct theme *theme);

/* Reads a theme: `name` with a slash is a path; "default" and "mono" are compiled in; others are NAME.theme in
 * $XDG_CONFIG_HOME/virt-drain/themes (or ~/.config), then in the installed folder. NULL is "default".
 * Errors: ERR_CONFIG with file:line, ERR_NOT_FOUND; *out untouched. */
enum err theme_load(const char *name, struct theme *out, struct err_info *why) ATTR_WARN_UNUSED;

/* The file that theme_load would read; false if it is compiled in or there is none. */
bool theme_find(const char *name, char *path, size_t size);
/* Reads this file. Errors: as theme_load. */
enum err theme_read(const char *path, struct theme *out, struct err_info *why) ATTR_WARN_UNUSED;

enum theme_origin { THEME_COMPILED_IN, THEME_OWN, THEME_INSTALLED, THEME_FILE }; /* THEME_FILE: told by its path */

struct theme_entry {
	char *name; /* as theme_load takes it */
	enum theme_origin origin;
};

/* Ordered by name; of two with one name the first that theme_load would find. {0} is an empty one. */
struct theme_list {
	struct theme_entry *entry;
	size_t n, capacity;
};

/* Adds what can be chosen: the names that theme_load takes. Folders that cannot be read add nothing. */
void theme_list_read(struct theme_list *list);
void theme_list_add(struct theme_list *list, const char *name, enum theme_origin origin);
void theme_list_done(struct theme_list *list);

/* How a role looks on a ground with a terminal of this depth. Pure. */
struct style theme_style(const struct theme *theme, enum colour_depth depth, enum role role, enum ground ground);

/* The palette index nearest to 0xRRGGBB: of the 256 colours of xterm (16..255), and of the 16 of the VGA table. Pure. */
int colour_nearest_256(int32_t rgb);
int colour_nearest_16(int32_t rgb);
/* What xterm and VGA show for a colour of struct style, which is not COLOUR_DEFAULT; the first sixteen a terminal may show otherwise. Pure. */
int32_t colour_rgb(int32_t colour, enum colour_depth depth);

#endif
