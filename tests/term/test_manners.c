/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manners of the dashboard at a terminal, by the bytes that it sends: how it leaves, stops, comes back, is hung up on, and what it does
 * when nobody reads. The program is $builddir/virt-drain --demo.
 */
#include "base/array.h"
#include "tests/support/vt.h"
#include "tui/dialog.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static char program[4096];

/* Crashes are ours to see here, not the sanitizer's. */
static const char *const usual_env[] = {"ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_abort=0", NULL};

static struct vt *start(int width, int height, const char *term, const char *argument)
{
	const char *argv[] = {program, "--demo", argument, NULL};
	struct vt_setup setup = {.width = width, .height = height, .term = term, .env = usual_env, .argv = argv};

	return vt_start(&setup);
}

/* A dashboard that has drawn its first row. */
static struct vt *dashboard(void)
{
	struct vt *vt = start(100, 30, "xterm-256color", NULL);

	assert_true(vt_await_text(vt, "pre-copy"));
	return vt;
}

static void assert_clean(struct vt *vt)
{
	assert_string_equal(vt->wire.trouble, "");
	assert_true(wire_is_at_rest(&vt->wire));
}

/* No attribute and no colour is left for whoever writes next. */
static void assert_plain_pen(struct vt *vt)
{
	static const VTermAttr attributes[] = {VTERM_ATTR_BOLD, VTERM_ATTR_UNDERLINE, VTERM_ATTR_ITALIC,
					       VTERM_ATTR_BLINK, VTERM_ATTR_REVERSE};
	VTermState *state = vterm_obtain_state(vt->vterm);
	VTermValue value;

	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		vterm_state_get_penattr(state, attributes[i], &value);
		assert_int_equal(value.number, 0);
	}
	vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &value);
	assert_true(VTERM_COLOR_IS_DEFAULT_FG(&value.color));
	vterm_state_get_penattr(state, VTERM_ATTR_BACKGROUND, &value);
	assert_true(VTERM_COLOR_IS_DEFAULT_BG(&value.color));
}

static void assert_as_found(struct vt *vt)
{
	assert_int_equal(vt->wire.modes, 0);
	assert_true(vt_has_modes_as_found(vt));
	assert_plain_pen(vt);
	assert_clean(vt);
}

static bool has_taken(struct vt *vt, const void *modes)
{
	return vt->wire.modes == *(const unsigned *)modes;
}

/* Awaited, because what was read may end within a frame. */
static void assert_taken(struct vt *vt)
{
	const unsigned modes = WIRE_ALTERNATE | WIRE_CURSOR_GONE | WIRE_MOUSE | WIRE_MOUSE_SGR | WIRE_PASTE |
			       WIRE_KEYPAD | WIRE_CURSOR_KEYS;

	assert_true(vt_await(vt, has_taken, &modes));
	assert_false(vt_has_modes_as_found(vt));
}

static bool is_stopped_at_rest(struct vt *vt, const void *what)
{
	(void)what;
	return vt->job == VT_STOPPED && vt->wire.modes == 0;
}

/* ---- time */

/* A newer frame came: the clock in the corner is another. */
static bool has_ticked(struct vt *vt, const void *clock)
{
	char *line = vt_line(vt, 0);
	bool is_other = strlen(line) > 8 && strcmp(line + strlen(line) - 8, clock) != 0;

	free(line);
	return is_other;
}

static void wait_for_tick(struct vt *vt)
{
	char clock[9] = "", *line = vt_line(vt, 0);

	if (strlen(line) > 8)
		memcpy(clock, line + strlen(line) - 8, 8);
	free(line);
	assert_true(vt_await(vt, has_ticked, clock));
}

/* ---- how it ends */

static void assert_status(const struct vt *vt, int expected)
{
	int status = WIFEXITED(vt->status) ? WEXITSTATUS(vt->status) : 128 + WTERMSIG(vt->status);

	assert_int_equal(status, expected);
}

static void it_leaves_the_terminal_as_it_found_it(void **state)
{
	static const struct {
		int number; /* 0: the key q */
		int status;
		bool is_crash;
	} ends[] = {
		{0, 0, false},
		{SIGINT, 128 + SIGINT, false},
		{SIGTERM, 128 + SIGTERM, false},
		{SIGHUP, 128 + SIGHUP, false},
		{SIGQUIT, 128 + SIGQUIT, false},
		{SIGSEGV, 128 + SIGSEGV, true},
		{SIGBUS, 128 + SIGBUS, true},
		{SIGABRT, 128 + SIGABRT, true},
		{SIGFPE, 128 + SIGFPE, true},
		{SIGUSR1, 128 + SIGUSR1, false},
		{SIGALRM, 128 + SIGALRM, false},
		{SIGXCPU, 128 + SIGXCPU, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct vt *vt = dashboard();

		assert_taken(vt);
		if (ends[i].number)
			vt_signal(vt, ends[i].number);
		else
			vt_type(vt, "q");
		assert_true(vt_await_end(vt));
		assert_status(vt, ends[i].status);
		assert_as_found(vt);
		assert_int_equal(vt_shows(vt, "has crashed"), ends[i].is_crash);
		vt_free(vt);
	}
}

static void it_leaves_every_kind_of_terminal_after_a_crash(void **state)
{
	static const char *const terms[] = {"linux", "vt100", "screen", "tmux-256color", "xterm", "rxvt-unicode"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct vt *vt = start(80, 24, terms[i], NULL);

		assert_true(vt_await_text(vt, "pre-copy"));
		vt_signal(vt, SIGSEGV);
		assert_true(vt_await_end(vt));
		assert_as_found(vt);
		vt_free(vt);
	}
}

static void a_crash_says_what_where_and_that_it_is_remembered(void **state)
{
	char folder[] = "/tmp/vd-crash-XXXXXX", home[64], remove[64];
	const char *argv[] = {program, "--cache=none", "here=qemu+unix:///system?socket=/nonexistent", NULL};
	const char *env[] = {home, usual_env[0], NULL};
	struct vt_setup setup = {.width = 120, .height = 30, .term = "xterm-256color", .env = env, .argv = argv};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(home, sizeof home, "XDG_STATE_HOME=%s", folder);
	struct vt *vt = vt_start(&setup);
	assert_true(vt_await_text(vt, "0/1 up"));
	vt_signal(vt, SIGSEGV);
	assert_true(vt_await_end(vt));
	assert_status(vt, 128 + SIGSEGV);
	assert_true(vt_shows(vt, "virt-drain 0."));
	assert_true(vt_shows(vt, "has crashed"));
	assert_true(vt_shows(vt, "ledger.sqlite"));
	assert_true(vt_shows(vt, "history --actions"));
	assert_true(vt_shows(vt, "SIGSEGV"));
	assert_true(vt_shows(vt, "virt-drain(+0x"));
	assert_as_found(vt);
	vt_free(vt);
	snprintf(remove, sizeof remove, "rm -rf %s", folder);
	assert_int_equal(system(remove), 0);
}

/* The highest thread of the program, which is none that knows of a terminal. */
static pid_t youngest_thread(const struct vt *vt)
{
	char path[64];
	pid_t youngest = vt->program;

	snprintf(path, sizeof path, "/proc/%d/task", (int)vt->program);
	DIR *tasks = opendir(path);
	for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
		pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);

		youngest = thread > youngest ? thread : youngest;
	}
	if (tasks)
		closedir(tasks);
	return youngest;
}

static void a_crash_of_another_thread_is_no_different(void **state)
{
	struct vt *vt = dashboard();
	pid_t thread = youngest_thread(vt);

	(void)state;
	assert_int_not_equal(thread, vt->program);
	assert_int_equal(syscall(SYS_tgkill, vt->program, thread, SIGSEGV), 0);
	assert_true(vt_await_end(vt));
	assert_status(vt, 128 + SIGSEGV);
	assert_as_found(vt);
	assert_true(vt_shows(vt, "has crashed"));
	vt_free(vt);
}

/* ---- stop and go on */

static bool has_entered(struct vt *vt, const void *times)
{
	return vt->wire.n_entries == *(const size_t *)times;
}

static void come_back(struct vt *vt, size_t entries)
{
	vt_foreground(vt);
	assert_true(vt_await(vt, has_entered, &entries));
	assert_true(vt_await_text(vt, "pre-copy"));
	assert_taken(vt);
}

static void it_stops_and_comes_back(void **state)
{
	struct vt *vt = dashboard();

	(void)state;
	vt_type(vt, "\032");
	assert_true(vt_await(vt, is_stopped_at_rest, NULL));
	assert_as_found(vt);
	come_back(vt, 2);
	vt_signal(vt, SIGTSTP);
	assert_true(vt_await(vt, is_stopped_at_rest, NULL));
	assert_as_found(vt);
	come_back(vt, 3);
	vt_type(vt, "q");
	assert_true(vt_await_end(vt));
	assert_as_found(vt);
	vt_free(vt);
}

/* Opens the question of an abort, and waits until a key is no echo any more. */
static void ask(struct vt *vt)
{
	vt_type(vt, "a");
	assert_true(vt_await_text(vt, "[ Cancel ]"));
	vt_pump(vt, 2 * BURST_GUARD_MS);
}

static bool shows_no(struct vt *vt, const void *text)
{
	return !vt_shows(vt, text);
}

/* The question is still open and can be closed, and nothing was asked of anybody. */
static void assert_not_answered(struct vt *vt)
{
	assert_true(vt_await_text(vt, "[ Cancel ]"));
	wait_for_tick(vt);
	vt_type(vt, "n");
	assert_true(vt_await(vt, shows_no, "[ Cancel ]"));
	vt_type(vt, "l");
	assert_true(vt_await_text(vt, "LOG"));
	assert_false(vt_shows(vt, "asked for"));
	assert_false(vt_shows(vt, "abort of"));
}

static void what_is_typed_while_it_is_stopped_answers_nothing(void **state)
{
	struct vt *vt = dashboard();

	(void)state;
	ask(vt);
	vt_signal(vt, SIGSTOP);
	assert_true(vt_await_job(vt, VT_STOPPED));
	vt_type(vt, "y");
	come_back(vt, 2);
	assert_not_answered(vt);
	vt_free(vt);
}

static void a_storm_of_signals_changes_nothing(void **state)
{
	static const int numbers[] = {SIGWINCH, SIGCHLD, SIGPIPE, SIGURG, SIGCONT};
	struct vt *vt = dashboard();

	(void)state;
	for (int i = 0; i < 50000; i++) {
		vt_signal(vt, numbers[(size_t)i % ARRAY_LEN(numbers)]);
		vt_pump(vt, 0);
	}
	wait_for_tick(vt);
	vt_type(vt, "?");
	assert_true(vt_await_text(vt, "one line up"));
	vt_type(vt, "qq");
	assert_true(vt_await_end(vt));
	assert_status(vt, 0);
	assert_as_found(vt);
	vt_free(vt);
}

/* ---- nobody at the other end */

static void a_hang_up_ends_it_without_spinning(void **state)
{
	struct vt *vt = dashboard();

	(void)state;
	vt_hang_up(vt);
	assert_true(vt_await_end(vt));
	print_message("# hung up on: ended with %lld ms of CPU time\n", (long long)vt->cpu_ms);
	assert_true(vt->cpu_ms < 5000);
	vt_free(vt);
}

static void a_hang_up_ends_it_while_a_question_is_open(void **state)
{
	struct vt *vt = dashboard();

	(void)state;
	ask(vt);
	vt_hang_up(vt);
	assert_true(vt_await_end(vt));
	vt_free(vt);
}

/* Makes the program paint everything again and again until the kernel takes no more. */
static void get_stuck(struct vt *vt)
{
	int before, now = -1, same = 0;

	vt->is_deaf = true;
	while (same < 10) {
		before = now;
		vt_type(vt, "\f");
		vt_pump(vt, 50);
		assert_int_equal(ioctl(vt->master, FIONREAD, &now), 0);
		same = now == before ? same + 1 : 0;
	}
}

static void signals_end_it_although_nobody_reads(void **state)
{
	static const int numbers[] = {SIGTERM, SIGSEGV};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct vt *vt = dashboard();

		get_stuck(vt);
		vt_signal(vt, numbers[i]);
		assert_true(vt_await_end(vt));
		assert_status(vt, 128 + numbers[i]);
		assert_true(vt_has_modes_as_found(vt));
		vt_free(vt);
	}
}

static void a_hang_up_ends_it_although_nobody_reads(void **state)
{
	struct vt *vt = dashboard();

	(void)state;
	get_stuck(vt);
	vt_hang_up(vt);
	assert_true(vt_await_end(vt));
	vt_free(vt);
}

struct growth {
	const char *path;
	off_t size;
};

static off_t size_of(const char *path)
{
	struct stat facts;

	return stat(path, &facts) == 0 ? facts.st_size : 0;
}

static bool has_grown(struct vt *vt, const void *what)
{
	const struct growth *growth = what;

	vt_pump(vt, 50);
	return size_of(growth->path) > growth->size;
}

static void it_goes_on_collecting_and_takes_no_answer_while_nobody_reads(void **state)
{
	char folder[] = "/tmp/vd-stuck-XXXXXX", record[64], argument[80];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(record, sizeof record, "%s/record", folder);
	snprintf(argument, sizeof argument, "--record=%s", record);
	struct vt *vt = start(100, 30, "xterm-256color", argument);
	assert_true(vt_await_text(vt, "pre-copy"));
	get_stuck(vt);
	for (int i = 0; i < 2; i++) {
		struct growth growth = {record, size_of(record)};

		assert_true(vt_await(vt, has_grown, &growth));
	}
	vt_type(vt, "a");
	vt_pump(vt, 1000);
	vt_type(vt, "y");
	vt_pump(vt, 1000);
	vt->is_deaf = false;
	assert_not_answered(vt);
	assert_clean(vt);
	vt_type(vt, "q");
	assert_true(vt_await_end(vt));
	assert_as_found(vt);
	vt_free(vt);
	unlink(record);
	rmdir(folder);
}

/* ---- sizes */

static bool has_cleared(struct vt *vt, const void *than)
{
	return vt->wire.n_clears > *(const size_t *)than;
}

/* What is on the screen is what a full repaint makes of it; the first line has the clock. */
static void assert_right(struct vt *vt, int height)
{
	char *before[100];
	size_t clears = vt->wire.n_clears;

	for (int y = 1; y < height; y++)
		before[y] = vt_line(vt, y);
	vt_type(vt, "\f");
	assert_true(vt_await(vt, has_cleared, &clears));
	vt_pump(vt, 200);
	for (int y = 1; y < height; y++) {
		char *now = vt_line(vt, y);

		assert_string_equal(before[y], now);
		free(before[y]);
		free(now);
	}
}

static void ten_thousand_sizes_later_the_screen_is_right(void **state)
{
	struct vt *vt = dashboard();
	uint32_t dice = 1;

	(void)state;
	vt_type(vt, "?");
	assert_true(vt_await_text(vt, "one line up"));
	size_t from = vt->n_log, clears = vt->wire.n_clears;
	for (int i = 0; i < 10000; i++) {
		dice = dice * 1664525 + 1013904223;
		vt_resize(vt, 1 + (int)(dice >> 8) % 250, 1 + (int)(dice >> 20) % 80);
		vt_pump(vt, 0);
	}
	print_message("# 10,000 sizes: %zu frames, %zu bytes\n", vt->wire.n_clears - clears, vt->n_log - from);
	vt_resize(vt, 110, 40);
	assert_true(vt_await_text(vt, "Esc back"));
	assert_true(vt_await_text(vt, "one line up"));
	vt_pump(vt, 200);
	assert_right(vt, 40);
	assert_clean(vt);
	vt_free(vt);
}

static void no_size_is_too_large(void **state)
{
	struct vt *vt = dashboard();
	struct winsize size = {.ws_col = 65535, .ws_row = 65535};

	(void)state;
	ioctl(vt->master, TIOCSWINSZ, &size);
	vt_pump(vt, 500);
	size.ws_col = 10000;
	size.ws_row = 3;
	ioctl(vt->master, TIOCSWINSZ, &size);
	vt_pump(vt, 500);
	vt_resize(vt, 1, 1);
	vt_pump(vt, 200);
	vt_resize(vt, 100, 30);
	assert_true(vt_await_text(vt, "pre-copy"));
	vt_type(vt, "q");
	assert_true(vt_await_end(vt));
	assert_status(vt, 0);
	vt_free(vt);
}

/* ---- terminals */

static bool has_byte_above_127(const struct vt *vt)
{
	for (size_t i = 0; i < vt->n_log; i++) {
		if ((unsigned char)vt->log[i] > 127)
			return true;
	}
	return false;
}

static bool sent(const struct vt *vt, const char *text)
{
	return vt->n_log > 0 && memmem(vt->log, vt->n_log, text, strlen(text)) != NULL;
}

static void it_draws_on_every_terminal(void **state)
{
	static const struct {
		const char *term;
		bool is_modern, has_colour;
	} terms[] = {
		{"xterm-256color", true, true}, {"xterm", true, true},        {"tmux-256color", true, true},
		{"screen", true, true},         {"vte-256color", true, true}, {"linux", false, true},
		{"vt100", false, false},        {"vt220", false, false},
	};
	static const char *const locales[] = {"LC_ALL=C.UTF-8", "LC_ALL=C"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms) * ARRAY_LEN(locales); i++) {
		const char *argv[] = {program, "--demo", NULL}, *locale = locales[i % ARRAY_LEN(locales)];
		const char *env[] = {locale, usual_env[0], NULL};
		struct vt_setup setup = {
			.width = 80, .height = 24, .term = terms[i / 2].term, .env = env, .argv = argv};
		struct vt *vt = vt_start(&setup);

		assert_true(vt_await_text(vt, "pre-copy"));
		assert_true(vt_await_text(vt, "TIME/LIMIT"));
		vt_type(vt, "2");
		assert_true(vt_await_text(vt, "GUESTS"));
		vt_type(vt, "1q");
		assert_true(vt_await_end(vt));
		assert_status(vt, 0);
		assert_as_found(vt);
		assert_int_equal(has_byte_above_127(vt), i % 2 == 0);
		assert_int_equal(sent(vt, "\033[?2026h"), terms[i / 2].is_modern);
		assert_int_equal(sent(vt, "\033[?2004h"), terms[i / 2].is_modern);
		assert_int_equal(sent(vt, "\033[33m"), terms[i / 2].has_colour);
		vt_free(vt);
	}
}

static void no_color_sends_none(void **state)
{
	const char *argv[] = {program, "--demo", NULL}, *env[] = {"NO_COLOR=1", NULL};
	struct vt_setup setup = {.width = 80, .height = 24, .term = "xterm-256color", .env = env, .argv = argv};
	struct vt *vt = vt_start(&setup);

	(void)state;
	assert_true(vt_await_text(vt, "pre-copy"));
	for (int i = 0; i < 16; i++) {
		char text[16];

		snprintf(text, sizeof text, "\033[%d%dm", i < 8 ? 3 : 4, i % 8);
		assert_false(sent(vt, text));
	}
	assert_false(sent(vt, "38;"));
	assert_false(sent(vt, "48;"));
	assert_true(sent(vt, "\033[0;1m"));
	vt_free(vt);
}

static void a_terminal_without_a_cursor_is_refused_in_words(void **state)
{
	struct vt *vt = start(80, 24, "dumb", NULL);

	(void)state;
	assert_true(vt_await_end(vt));
	assert_true(vt_shows(vt, "cannot place the cursor"));
	assert_status(vt, 1);
	assert_as_found(vt);
	vt_free(vt);
}

/* ---- what it costs */

/* With everything but the clock at rest, only the digits that changed are sent. */
static void a_still_picture_costs_the_clock_alone(void **state)
{
	struct vt *vt = dashboard();

	(void)state;
	vt_type(vt, "?");
	assert_true(vt_await_text(vt, "one line up"));
	wait_for_tick(vt);
	size_t from = vt->n_log;
	for (int i = 0; i < 4; i++)
		wait_for_tick(vt);
	vt_pump(vt, 100);
	print_message("# 4 seconds of the help page: %zu bytes\n", vt->n_log - from);
	for (size_t at = from; at < vt->n_log; at++) {
		size_t n = 0;

		if (vt->log[at] == '\033' && vt->log[at + 1] == '[')
			n = strspn(vt->log + at + 2, "0123456789;") + 2;
		else
			assert_non_null(strchr("0123456789:\r\b", vt->log[at]));
		assert_true(n == 0 || strchr("HGCD", vt->log[at + n]));
		at += n;
	}
	vt_free(vt);
}

static void figures_of_the_demo(void **state)
{
	static const int sizes[][2] = {{80, 24}, {120, 35}, {200, 60}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct vt *vt = start(sizes[i][0], sizes[i][1], "xterm-256color", NULL);

		assert_true(vt_await_text(vt, "pre-copy"));
		wait_for_tick(vt);
		size_t first = vt->n_log;
		for (int k = 0; k < 4; k++)
			wait_for_tick(vt);
		print_message("# %dx%d: %zu bytes until the first second, then %zu a second\n", sizes[i][0],
			      sizes[i][1], first, (vt->n_log - first) / 4);
		assert_int_equal(vt->wire.n_clears, 1);
		assert_clean(vt);
		vt_free(vt);
	}
}

/* "y": one line of the row, as base64, to those that take it; nothing to those that would print it. */
static void a_row_goes_to_the_clipboard_of_a_terminal_that_has_one(void **state)
{
	static const struct {
		const char *term, *told;
		size_t n_copies;
	} cases[] = {{"xterm-256color", "sent to the terminal's clipboard", 1},
		     {"linux", "this terminal (TERM=linux) has no clipboard", 0},
		     {"vt100", "this terminal (TERM=vt100) has no clipboard", 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct vt *vt = start(120, 30, cases[i].term, NULL);

		assert_true(vt_await_text(vt, "pre-copy"));
		vt_type(vt, "y");
		assert_true(vt_await_text(vt, cases[i].told));
		assert_int_equal(vt->wire.n_copies, cases[i].n_copies);
		vt_type(vt, "q");
		assert_true(vt_await_end(vt));
		assert_clean(vt);
		vt_free(vt);
	}
}

int main(int argc, char **argv)
{
	const char *builddir = getenv("builddir");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_leaves_the_terminal_as_it_found_it),
		cmocka_unit_test(it_leaves_every_kind_of_terminal_after_a_crash),
		cmocka_unit_test(a_crash_says_what_where_and_that_it_is_remembered),
		cmocka_unit_test(a_crash_of_another_thread_is_no_different),
		cmocka_unit_test(it_stops_and_comes_back),
		cmocka_unit_test(what_is_typed_while_it_is_stopped_answers_nothing),
		cmocka_unit_test(a_storm_of_signals_changes_nothing),
		cmocka_unit_test(a_hang_up_ends_it_without_spinning),
		cmocka_unit_test(a_hang_up_ends_it_while_a_question_is_open),
		cmocka_unit_test(signals_end_it_although_nobody_reads),
		cmocka_unit_test(a_hang_up_ends_it_although_nobody_reads),
		cmocka_unit_test(it_goes_on_collecting_and_takes_no_answer_while_nobody_reads),
		cmocka_unit_test(ten_thousand_sizes_later_the_screen_is_right),
		cmocka_unit_test(no_size_is_too_large),
		cmocka_unit_test(it_draws_on_every_terminal),
		cmocka_unit_test(no_color_sends_none),
		cmocka_unit_test(a_terminal_without_a_cursor_is_refused_in_words),
		cmocka_unit_test(a_still_picture_costs_the_clock_alone),
		cmocka_unit_test(a_row_goes_to_the_clipboard_of_a_terminal_that_has_one),
		cmocka_unit_test(figures_of_the_demo),
	};

	snprintf(program, sizeof program, "%s/virt-drain", builddir ? builddir : ".");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("manners", tests, NULL, NULL);
}
