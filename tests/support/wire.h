/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program sends to its terminal, byte by byte: is each one allowed, and which modes does it leave switched on?
 */
#ifndef TESTS_SUPPORT_WIRE_H
#define TESTS_SUPPORT_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* Modes that a program switches on and has to switch off again. Bits. */
enum {
	WIRE_ALTERNATE = 1,    /* ?1049 */
	WIRE_CURSOR_GONE = 2,  /* ?25 off */
	WIRE_MOUSE = 4,        /* ?1000, ?1002, ?1003 */
	WIRE_MOUSE_SGR = 8,    /* ?1006 */
	WIRE_PASTE = 16,       /* ?2004 */
	WIRE_SYNC = 32,        /* ?2026 */
	WIRE_KEYPAD = 64,      /* ESC = */
	WIRE_CURSOR_KEYS = 128 /* ?1 */
};

struct wire {
	unsigned modes;
	size_t n_bytes, n_clears, n_syncs, n_bells, n_copies,
		n_entries; /* entries: how often the alternate screen was entered */
	char trouble[200]; /* the first thing that is not allowed; "" if all is well */

	/* inside */
	int state, left;
	unsigned character;
	char sequence[40];
	size_t n_sequence;
};

void wire_feed(struct wire *wire, const char *bytes, size_t n);

/* Is it between two characters and two sequences? */
bool wire_is_at_rest(const struct wire *wire);

#endif
