/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pictures that text does not have: one set for UTF-8 terminals, one in ASCII for the rest. Constant tables; the same columns
 * at the same places with both.
 */
#ifndef TUI_GLYPHS_H
#define TUI_GLYPHS_H

#include "model/snapshot.h"

struct glyphs {
	const char *arrow;     /* one cell: from source to destination */
	const char *absent;    /* a figure that is not there */
	const char *dots;      /* something is under way: "forcing…" */
	const char *up, *down; /* sorted ascending, descending */
	uint32_t ellipsis;
	uint32_t horizontal, vertical, top_left, top_right, bottom_left, bottom_right, tick;
	uint32_t mark, cursor;
	uint32_t peak;        /* the line of the peaks */
	uint32_t rising[9];   /* a column filled from 0 to 8 eighths */
	uint32_t reaching[9]; /* a bar filled from the left from 0 to 8 eighths */
	uint32_t rest;        /* the empty part of a bar */
	uint32_t phase[PHASE_COUNT];
	uint32_t link[LINK_DOWN + 1];
	uint32_t severity[SEVERITY_CRITICAL + 1];
	uint32_t verdict[VERDICT_COUNT];
	uint32_t tail;   /* what is foretold, behind the curve */
	uint32_t unsure; /* before an old row */
};

extern const struct glyphs glyphs_utf8, glyphs_ascii;

#endif
