/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from hosts, through text_clean, the surface and curses: the bytes that reach the terminal are characters that can be seen
 * and sequences that move the cursor or change the look, and nothing else.
 */
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tui/restore.h"
#include "tui/surface.h"
#include "tui/term.h"

#include <string.h>
#include <unistd.h>

#define WIDTH 80
#define HEIGHT 4
#define NAME_MAX_BYTES 600

/* Not text_clean's own table: what must never be printed, after Unicode 15.0 (Cc, Cf, Zl, Zp, Cs, Co). */
static bool is_harmful(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},        {0x61c, 0x61c},   {0x180e, 0x180e},
		{0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},    {0xd800, 0xf8ff}, {0xfeff, 0xfeff},
		{0xfff0, 0xfffb}, {0xe0000, 0xe007f}, {0xf0000, 0x10ffff},
	};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	}
	return false;
}

/* What text_clean promises of any bytes. */
static void check_clean(const char *clean, size_t size)
{
	char again[NAME_MAX_BYTES * 5];
	const char *at = clean;

	MUST(strlen(clean) < size);
	for (uint32_t c = text_next(&at); c; c = text_next(&at))
		MUST(!is_harmful(c));
	MUST(!text_clean(again, sizeof again, clean, strlen(clean)) && strcmp(again, clean) == 0);
}

/* The length of the control sequence that begins here; it must be one of those that place, erase, colour or set a known mode. */
static size_t sequence_length(const char *at)
{
	static const char *const modes[] = {"?2026h",  "?2026l", "?2004h", "?25l",        "?25h",       "?12l",
					    "?12;25h", "?1h",    "4l",     "4h",          "?7h",        "?1049h",
					    "?1049l",  "?1000h", "?1006h", "?1006;1000h", "?1006;1000l"};
	size_t n = 2;

	if (at[1] == '(')
		return at[2] == 'B' || at[2] == '0' ? 3 : 0;
	if (at[1] != '[')
		return strchr("=>78M", at[1]) && at[1] ? 2 : 0;
	n += strspn(at + n, "0123456789;?");
	if (at[n] == '\0' || !strchr("ABCDEFGHJKLMPSTXZ@bdfmrhltn", at[n]))
		return 0;
	n++;
	if (strchr("hl", at[n - 1])) {
		for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
			if (strncmp(at + 2, modes[i], strlen(modes[i])) == 0 && strlen(modes[i]) == n - 2)
				return n;
		}
		return at[2] == '2' && at[3] == '2' ? n : 0; /* CSI 22;0;0t and its kin are not h or l */
	}
	return n;
}

static void check_output(const char *at, size_t size)
{
	const char *end = at + size;

	MUST(strlen(at) == size);
	while (at < end) {
		if (*at == '\033') {
			size_t n = sequence_length(at);
			MUST(n > 0);
			at += n;
		} else if (strchr("\r\n\b\t", *at)) {
			at++;
		} else {
			const char *before = at;
			uint32_t c = text_next(&at);
			MUST(!is_harmful(c));
			MUST(c != 0xfffd || strncmp(before, "\xef\xbf\xbd", 3) == 0); /* else it was no UTF-8 */
		}
	}
}

static void show(int master, const struct surface *surface)
{
	static char output[65536];
	size_t size = 0;
	ssize_t n;

	term_paint(surface, false);
	do {
		MUST(term_flush());
		while (size + 1 < sizeof output && (n = read(master, output + size, sizeof output - size - 1)) > 0)
			size += (size_t)n;
	} while (term_is_behind());
	output[size] = '\0';
	check_output(output, size);
}

/* One terminal for all inputs; a crash must reach the fuzzer and not our own handler. */
static int open_terminal(struct surface *surface)
{
	static struct theme theme;
	int master = fuzz_terminal("xterm-256color", WIDTH, HEIGHT);

	theme_default(&theme);
	MUST(term_open(&(struct term_settings){.theme = &theme}, NULL) == ERR_OK);
	restore_disarm();
	surface_init(surface);
	return master;
}

/* The first byte says where the cells end; the rest is the name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct surface surface;
	static int master = -1;
	char clean[NAME_MAX_BYTES * 5], cut[64];

	if (size < 1 || size > NAME_MAX_BYTES)
		return 0;
	if (master < 0)
		master = open_terminal(&surface);
	const char *raw = (const char *)data + 1;
	text_clean(clean, sizeof clean, raw, size - 1);
	check_clean(clean, sizeof clean);
	text_clean(cut, (size_t)data[0] % sizeof cut + 1, raw, size - 1);
	check_clean(cut, sizeof cut);
	surface_reset(&surface, WIDTH, HEIGHT);
	show(master, &surface);
	surface_text(&surface, data[0] % 3, 0, WIDTH - data[0] % WIDTH, ROLE_TEXT, clean);
	surface_text_right(&surface, 0, 1, WIDTH - data[0] % 7, ROLE_STRONG, clean);
	surface_wrap(&surface, (struct rect){data[0] % 5, 2, WIDTH - data[0] % 40 - 5, 1}, ROLE_CRIT, clean);
	surface_text(&surface, 0, 3, WIDTH, ROLE_CURSOR, cut);
	show(master, &surface);
	return 0;
}
