/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Curses, and nothing but curses: opening and closing the terminal, cells out, keys in. Main thread. Mutable file statics: there is
 * one terminal. Neighbours: tty.c (the terminal below curses), output.c (the way to it), restore.c (crashes), run.c (the loop).
 */
#include "tui/term.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "tui/clipboard.h"
#include "tui/mouse.h"
#include "tui/output.h"
#include "tui/restore.h"
#include "tui/tty.h"
#include "tui/tui.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#define PAIRS_MAX 200
#define PASTE_PATIENCE_MS 1000
#define ESCAPE_MS 25           /* after which ESC is a key and not the beginning of one */
#define LEAVE_PATIENCE_MS 1000 /* for a terminal that takes nothing */

enum { CODE_PASTE_BEGIN = KEY_MAX + 1, CODE_PASTE_END, CODE_MOUSE_SGR, CODE_MOUSE_X10 };

static struct {
	SCREEN *screen;
	const struct theme *theme;
	enum colour_depth depth;
	bool is_modern; /* takes the private modes of xterm: paste brackets, synchronized output */
	bool mouse;
	struct surface shown;
	struct {
		int fg, bg;
	} pair[PAIRS_MAX];
	int n_pairs;
	bool is_restyled; /* since the last frame */
	struct {
		attr_t attributes;
		int pair;
	} look[ROLE_COUNT][GROUND_COUNT]; /* each role on each ground, worked out once */
	char restore[512];                /* what brings the terminal back, from any state */
	cchar_t *line;
	size_t line_capacity;
	bool is_pasting;
	mono_time last_pasted;
	struct mouse_report report;
} term;

int term_input_fd(void)
{
	return STDIN_FILENO;
}

int term_output_fd(void)
{
	return output_fd();
}

bool term_is_behind(void)
{
	return output_is_behind();
}

bool term_flush(void)
{
	return output_flush();
}

bool term_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void term_size(int *width, int *height)
{
	if (!tty_size(width, height)) {
		*width = COLS;
		*height = LINES;
	}
}

/* A capability without its padding ("$<5>"), which only slow hardware needed. */
static size_t append_capability(char *out, size_t used, size_t size, const char *name)
{
	const char *text = tigetstr(name);

	if (!text || text == (char *)-1)
		return used;
	for (; *text && used + 1 < size; text++) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>'))
			text = strchr(text, '>');
		else
			out[used++] = *text;
	}
	return used;
}

static size_t append_text(char *out, size_t used, size_t size, const char *text)
{
	int n = snprintf(out + used, size - used, "%s", text);

	return n > 0 && (size_t)n < size - used ? used + (size_t)n : used;
}

static bool has_capability(const char *name)
{
	const char *text = tigetstr(name);

	return text && text != (char *)-1;
}

/* What brings any terminal back, whatever state a crash left it in: a frame that was cut, margins, the mouse. The cursor goes to the last
 * line, wherever that is; an alternate screen knows where it was. */
static void prepare_restore(void)
{
	static const char *const first[] = {"sgr0", "cnorm", "rmkx"};
	char *text = term.restore;
	const size_t size = sizeof term.restore - 1;
	size_t used = 0;

	if (term.is_modern)
		used = append_text(text, used, size, "\033[?2026l\033[?2004l");
	if (term.is_modern && term.mouse)
		used = append_text(text, used, size, "\033[?1006l\033[?1000l");
	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		used = append_capability(text, used, size, first[i]);
	if (has_capability("csr"))
		used = append_text(text, used, size, "\033[r");
	used = append_text(text, used, size, "\033[999;1H");
	used = append_capability(text, used, size, "el");
	used = append_capability(text, used, size, "rmcup");
	text[used] = '\0';
	restore_prepare(output_fd(), text, used);
}

/* Who has an alternate screen by a private mode of DEC's reads such modes, and passes over those that it does not know. The Linux console,
 * a VT100 and their like have none, and may print what they do not know. */
static bool takes_private_modes(void)
{
	return has_capability("smcup") && strstr(tigetstr("smcup"), "\033[?");
}

static enum colour_depth find_depth(void)
{
	const char *no_color = getenv("NO_COLOR");

	if (!has_colors() || (no_color && *no_color))
		return DEPTH_MONO;
	if (COLORS >= 1 << 24)
		return DEPTH_DIRECT;
	return COLORS >= 256 ? DEPTH_256 : DEPTH_16;
}

static int pair_of(int fg, int bg)
{
	if (fg < 0 && bg < 0)
		return 0;
	for (int i = 1; i <= term.n_pairs; i++) {
		if (term.pair[i].fg == fg && term.pair[i].bg == bg)
			return i;
	}
	if (term.n_pairs + 1 >= PAIRS_MAX || term.n_pairs + 1 >= COLOR_PAIRS)
		return 0;
	term.n_pairs++;
	term.pair[term.n_pairs].fg = fg;
	term.pair[term.n_pairs].bg = bg;
	return init_extended_pair(term.n_pairs, fg, bg) == OK ? term.n_pairs : 0;
}

/* A terminal of eight colours shows the bright ones as bold. */
static void work_out_look(enum role role, enum ground ground)
{
	struct style style = theme_style(term.theme, term.depth, role, ground);
	attr_t attributes = A_NORMAL;

	if (term.depth == DEPTH_16 && COLORS < 16) {
		attributes |= style.fg >= 8 ? A_BOLD : 0;
		style.fg = style.fg >= 8 ? style.fg - 8 : style.fg;
		style.bg = style.bg >= 8 ? style.bg - 8 : style.bg;
	}
	attributes |= style.attributes & ATTR_BOLD ? A_BOLD : 0;
	attributes |= style.attributes & ATTR_DIM ? A_DIM : 0;
	attributes |= style.attributes & ATTR_UNDERLINE ? A_UNDERLINE : 0;
	attributes |= style.attributes & ATTR_REVERSE ? A_REVERSE : 0;
	term.look[role][ground].attributes = attributes;
	term.look[role][ground].pair = term.depth == DEPTH_MONO ? 0 : pair_of(style.fg, style.bg);
}

static void begin_colours(void)
{
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	term.depth = find_depth();
}

static void work_out_looks(void)
{
	term.n_pairs = 0;
	for (int ground = 0; ground < GROUND_COUNT; ground++) {
		for (int role = 0; role < ROLE_COUNT; role++)
			work_out_look((enum role)role, (enum ground)ground);
	}
}

/* Arrows and friends come in two spellings, whatever the terminal description says of one. */
static void define_keys(void)
{
	static const struct {
		const char *sequence;
		int code;
	} keys[] = {
		{"\033[A", KEY_UP},
		{"\033OA", KEY_UP},
		{"\033[B", KEY_DOWN},
		{"\033OB", KEY_DOWN},
		{"\033[C", KEY_RIGHT},
		{"\033OC", KEY_RIGHT},
		{"\033[D", KEY_LEFT},
		{"\033OD", KEY_LEFT},
		{"\033[H", KEY_HOME},
		{"\033OH", KEY_HOME},
		{"\033[1~", KEY_HOME},
		{"\033[F", KEY_END},
		{"\033OF", KEY_END},
		{"\033[4~", KEY_END},
		{"\033[Z", KEY_BTAB},
		{"\033[200~", CODE_PASTE_BEGIN},
		{"\033[201~", CODE_PASTE_END},
		{MOUSE_SGR_BEGIN, CODE_MOUSE_SGR},
		{MOUSE_X10_BEGIN, CODE_MOUSE_X10},
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		define_key(keys[i].sequence, keys[i].code);
}

/* Curses asks and sets the modes of the terminal here, and never again: from then on it writes to memory. */
static enum err take_modes(struct err_info *why)
{
	raw();
	noecho();
	nonl();
	tty_keep_modes();
	return output_gather(why);
}

static void put_private_modes(bool on)
{
	if (!term.is_modern)
		return;
	output_put(on ? "\033[?2004h" : "\033[?2004l");
	if (term.mouse)
		output_put(on ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l");
}

static void set_screen(void)
{
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	scrollok(stdscr, FALSE);
	idlok(stdscr, FALSE);
	curs_set(0);
	define_keys();
	put_private_modes(true);
}

static enum err refuse(struct err_info *why, const char *what)
{
	return err_set(why, ERR_UNSUPPORTED, "virt-drain", 0, "%s; --stream and --once need no terminal", what);
}

static enum err give_up(enum err code)
{
	if (term.screen) {
		endwin();
		delscreen(term.screen);
		term.screen = NULL;
	}
	output_close();
	restore_modes();
	tty_give_signals_back();
	return code;
}

static enum err open_screen(struct err_info *why)
{
	enum err code = output_open(why);

	if (code != ERR_OK)
		return code;
	set_escdelay(ESCAPE_MS);
	term.screen = newterm(NULL, output_stream(), stdin);
	if (!term.screen || !has_capability("cup"))
		return refuse(why, "this terminal (TERM) is not known or cannot place the cursor");
	return take_modes(why);
}

enum err term_open(const struct term_settings *settings, struct err_info *why)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return refuse(why, "the dashboard needs a terminal");
	const char *name = getenv("TERM");
	if (!name || !*name)
		return refuse(why, "TERM is not set");
	restore_remember();
	tty_take_signals();
	enum err code = open_screen(why);
	if (code != ERR_OK)
		return give_up(code);
	term.theme = settings->theme;
	term.mouse = settings->mouse;
	term.is_modern = takes_private_modes();
	surface_init(&term.shown);
	prepare_restore();
	/* on a terminal by the way that does not block */
	restore_report(tty_hide_errors() ? output_fd() : STDERR_FILENO, settings->crash_note);
	restore_arm();
	begin_colours();
	work_out_looks();
	set_screen();
	return ERR_OK;
}

/* Curses has no modes to set any more: they are set here, when the bytes are out. */
static void finish_leaving(void)
{
	output_drain(LEAVE_PATIENCE_MS);
	restore_modes();
}

static void put_capability(const char *name)
{
	char text[128];

	text[append_capability(text, 0, sizeof text, name)] = '\0';
	output_put(text);
}

/* Not endwin and the refresh after it, because curses would then reset the palette that the user has chosen: curses never learns that the
 * screen was away. */
static void come_back(void)
{
	tty_set_modes();
	/* what was typed meanwhile was meant for nobody here */
	tty_forget_keys();
	flushinp();
	term.is_pasting = term.report.is_open = false;
	put_capability("smcup");
	put_capability("smkx");
	put_capability("civis");
	put_private_modes(true);
}

void term_close(void)
{
	if (!term.screen)
		return;
	put_private_modes(false);
	endwin();
	finish_leaving();
	delscreen(term.screen);
	term.screen = NULL;
	restore_disarm();
	output_close();
	tty_show_errors();
	tty_give_signals_back();
	surface_done(&term.shown);
	free(term.line);
	term.line = NULL;
	term.line_capacity = 0;
}

void term_continue(void)
{
	come_back();
}

void term_suspend(void)
{
	struct sigaction as_usual = {.sa_handler = SIG_DFL}, ours;
	struct timespec none = {0, 0};
	sigset_t stop, go_on;

	output_put(term.restore);
	finish_leaving();
	sigemptyset(&as_usual.sa_mask);
	sigaction(SIGTSTP, &as_usual, &ours);
	/* The whole group, as the terminal's own Ctrl-Z would: a script that runs us must stop with us. */
	kill(0, SIGTSTP);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL); /* stops here */
	sigprocmask(SIG_BLOCK, &stop, NULL);
	sigaction(SIGTSTP, &ours, NULL);
	/* the CONT that woke us is no news any more */
	sigemptyset(&go_on);
	sigaddset(&go_on, SIGCONT);
	sigtimedwait(&go_on, NULL, &none);
	come_back();
}

/* The cell as curses wants it. A character whose width the C library sees otherwise would shift the line: it becomes '?'. */
static void make_cell(cchar_t *out, const struct cell *cell)
{
	wchar_t text[CELL_PARTS + 1] = {(wchar_t)cell->part[0]};
	size_t n = 1;

	for (; n < CELL_PARTS && cell->part[n]; n++)
		text[n] = (wchar_t)cell->part[n];
	if (wcwidth(text[0]) != cell->width) {
		text[0] = L'?';
		n = 1;
	}
	for (size_t i = 1; i < n; i++) {
		if (wcwidth(text[i]) != 0)
			n = i;
	}
	text[n] = L'\0';
	int pair = term.look[cell->role][cell->ground].pair;
	setcchar(out, text, term.look[cell->role][cell->ground].attributes, (short)pair, NULL);
}

static void paint_line(const struct surface *surface, int y)
{
	const struct cell *cell = surface_at(surface, 0, y);
	int n = 0;

	term.line = array_reserve(term.line, &term.line_capacity, (size_t)surface->width * 2 + 1, sizeof *term.line);
	for (int x = 0; x < surface->width; x++) {
		if (cell[x].width == 0)
			continue;
		make_cell(&term.line[n++], &cell[x]);
		if (cell[x].width == 2 && wcwidth((wchar_t)cell[x].part[0]) != 2)
			make_cell(&term.line[n++], &(struct cell){{' '}, cell[x].role, cell[x].ground, 1, 0});
	}
	mvadd_wchnstr(y, 0, term.line, n);
}

static bool line_equal(const struct surface *a, const struct surface *b, int y)
{
	size_t n = (size_t)a->width;

	return memcmp(a->cell + n * (size_t)y, b->cell + n * (size_t)y, n * sizeof *a->cell) == 0;
}

void term_restyle(void)
{
	work_out_looks();
	term.is_restyled = true;
}

void term_paint(const struct surface *surface, bool all)
{
	bool is_new_size = surface->width != term.shown.width || surface->height != term.shown.height;
	bool each_line = all || is_new_size || term.is_restyled;

	if (!each_line && surface_equal(surface, &term.shown))
		return;
	if (is_new_size)
		resizeterm(surface->height > 0 ? surface->height : 1, surface->width > 0 ? surface->width : 1);
	if (all || is_new_size)
		clearok(curscr, TRUE);
	for (int y = 0; y < surface->height; y++) {
		if (each_line || !line_equal(surface, &term.shown, y))
			paint_line(surface, y);
	}
	term.is_restyled = false;
	surface_copy(&term.shown, surface);
	wnoutrefresh(stdscr);
	doupdate();
	output_frame(term.is_modern);
}

void term_bell(void)
{
	if (!output_is_behind())
		beep();
}

enum err term_copy(const char *text, struct err_info *why)
{
	struct buffer sequence = {0};

	if (!term.is_modern)
		return err_set(why, ERR_UNSUPPORTED, "virt-drain", 0,
			       "this terminal (TERM=%.32s) has no clipboard for programs", getenv("TERM"));
	if (output_is_behind())
		return err_set(why, ERR_FAILED, "virt-drain", 0, "the terminal is slow; press the key again");
	clipboard_sequence(&sequence, text);
	output_put(sequence.text);
	buffer_done(&sequence);
	return ERR_OK;
}

static uint32_t key_of_code(int code)
{
	static const struct {
		int code;
		uint32_t key;
	} keys[] = {
		{KEY_UP, KEY_ARROW_UP},       {KEY_DOWN, KEY_ARROW_DOWN},  {KEY_LEFT, KEY_ARROW_LEFT},
		{KEY_RIGHT, KEY_ARROW_RIGHT}, {KEY_PPAGE, KEY_PAGE_UP},    {KEY_NPAGE, KEY_PAGE_DOWN},
		{KEY_HOME, KEY_GO_HOME},      {KEY_END, KEY_GO_END},       {KEY_BTAB, KEY_BACKTAB},
		{KEY_DC, KEY_DELETE},         {KEY_BACKSPACE, KEY_RUBOUT}, {KEY_ENTER, KEY_RETURN},
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (keys[i].code == code)
			return keys[i].key;
	}
	if (code >= KEY_F(1) && code <= KEY_F(10))
		return KEY_FN1 + (uint32_t)(code - KEY_F(1));
	return KEY_UNKNOWN;
}

static uint32_t key_of_character(wint_t character)
{
	if (character == '\n' || character == '\r')
		return KEY_RETURN;
	if (character >= KEY_BEYOND_UNICODE || (character >= 0xd800 && character <= 0xdfff))
		return KEY_UNKNOWN; /* the C library reads more than Unicode has, and our own numbers lie there */
	return character == '\b' ? KEY_RUBOUT : (uint32_t)character;
}

/* A paste whose end never comes must not keep the keys for ever. */
static bool is_inside_paste(void)
{
	mono_time now = clock_mono();

	if (term.is_pasting && mono_reached(now, mono_add(term.last_pasted, (duration){PASTE_PATIENCE_MS})))
		term.is_pasting = false;
	term.last_pasted = now;
	return term.is_pasting;
}

/* A key that is no character; false for what only prepares others. */
static bool take_code(int code, struct key_event *event)
{
	switch (code) {
	case CODE_PASTE_BEGIN:
	case CODE_PASTE_END: term.is_pasting = code == CODE_PASTE_BEGIN; return false;
	case CODE_MOUSE_SGR:
	case CODE_MOUSE_X10: mouse_begin(&term.report, code == CODE_MOUSE_SGR ? MOUSE_SGR : MOUSE_X10); return false;
	case KEY_RESIZE: return false;
	default: event->key = key_of_code(code); return true;
	}
}

bool term_key(struct key_event *event)
{
	wint_t character;
	int kind;

	while ((kind = get_wch(&character)) != ERR) {
		bool is_code = kind == KEY_CODE_YES;

		*event = (struct key_event){.is_pasted = is_inside_paste()};
		term.report.is_open &= !is_code;
		if (term.report.is_open) {
			if (mouse_take(&term.report, character, event))
				return true;
		} else if (is_code) {
			if (take_code((int)character, event))
				return true;
		} else {
			event->key = key_of_character(character);
			return true;
		}
	}
	return false;
}

char *tui_curses_version(char *buffer, size_t size)
{
	snprintf(buffer, size, "%s", curses_version());
	return buffer;
}
