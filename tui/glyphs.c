/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two sets of glyphs. Every sign is one cell wide by base/text's table, tells its meaning without colour, and differs from its
 * neighbours in the same table (tests/unit/test_tui_draw.c sees to it).
 */
#include "tui/glyphs.h"

const struct glyphs glyphs_utf8 = {
	.arrow = "→",
	.absent = "–",
	.dots = "…",
	.up = "▲",
	.down = "▼",
	.ellipsis = 0x2026,
	.horizontal = 0x2500,
	.vertical = 0x2502,
	.top_left = 0x256d,
	.top_right = 0x256e,
	.bottom_left = 0x2570,
	.bottom_right = 0x256f,
	.tick = 0x2534,
	.mark = 0x25cf,
	.cursor = 0x25b8,
	.peak = 0x254c,
	.rising = {' ', 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588},
	.reaching = {' ', 0x258f, 0x258e, 0x258d, 0x258c, 0x258b, 0x258a, 0x2589, 0x2588},
	.rest = 0x2500,
	.phase =
		{
			[PHASE_PREPARING] = 0x00b7,
			[PHASE_PRECOPY] = 0x25b8,
			[PHASE_PAUSED] = 0x25a0,
			[PHASE_POSTCOPY] = 0x00bb,
			[PHASE_POSTCOPY_FAILED] = '!',
			[PHASE_COMPLETED] = 0x2713,
			[PHASE_CANCELLED] = 0x00d7,
			[PHASE_FAILED] = 0x2717,
			[PHASE_NOT_MOVED] = '=',
			[PHASE_LOST] = 0x2205,
		},
	.link =
		{
			[LINK_CONNECTING] = 0x00b7,
			[LINK_UP] = 0x25cf,
			[LINK_SLOW] = '~',
			[LINK_STALE] = '?',
			[LINK_DOWN] = 0x2717,
		},
	.severity = {[SEVERITY_INFO] = 0x00b7,
		     [SEVERITY_GOOD] = 0x2713,
		     [SEVERITY_WARNING] = '~',
		     [SEVERITY_CRITICAL] = '!'},
	.verdict =
		{
			[VERDICT_NONE] = ' ',
			[VERDICT_MEASURING] = 0x2026,
			[VERDICT_CONVERGING] = 0x2193,
			[VERDICT_MARGINAL] = 0x00b1,
			[VERDICT_HOPELESS] = 0x221e,
			[VERDICT_STALLED] = 0x2551,
			[VERDICT_FINISHING] = 0x25cb,
		},
	.tail = 0x00b7,
	.unsure = '?',
};

const struct glyphs glyphs_ascii = {
	.arrow = ">",
	.absent = "-",
	.dots = "...",
	.up = "^",
	.down = "v",
	.ellipsis = '~',
	.horizontal = '-',
	.vertical = '|',
	.top_left = '+',
	.top_right = '+',
	.bottom_left = '+',
	.bottom_right = '+',
	.tick = '+',
	.mark = '*',
	.cursor = '>',
	.peak = '-',
	.rising = {' ', '.', '.', '.', ':', ':', ':', '|', '|'},
	.reaching = {' ', ' ', ' ', ' ', '#', '#', '#', '#', '#'},
	.rest = '.',
	.phase =
		{
			[PHASE_PREPARING] = '.',
			[PHASE_PRECOPY] = '>',
			[PHASE_PAUSED] = '#',
			[PHASE_POSTCOPY] = '~',
			[PHASE_POSTCOPY_FAILED] = '!',
			[PHASE_COMPLETED] = '+',
			[PHASE_CANCELLED] = '-',
			[PHASE_FAILED] = 'x',
			[PHASE_NOT_MOVED] = '=',
			[PHASE_LOST] = '%',
		},
	.link = {[LINK_CONNECTING] = '.', [LINK_UP] = '*', [LINK_SLOW] = '~', [LINK_STALE] = '?', [LINK_DOWN] = 'x'},
	.severity = {[SEVERITY_INFO] = '.', [SEVERITY_GOOD] = '+', [SEVERITY_WARNING] = '~', [SEVERITY_CRITICAL] = '!'},
	.verdict =
		{
			[VERDICT_NONE] = ' ',
			[VERDICT_MEASURING] = ':',
			[VERDICT_CONVERGING] = '\\',
			[VERDICT_MARGINAL] = '/',
			[VERDICT_HOPELESS] = '@',
			[VERDICT_STALLED] = '|',
			[VERDICT_FINISHING] = 'o',
		},
	.tail = '.',
	.unsure = '?',
};
