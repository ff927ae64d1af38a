/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of characters for base/text_clean.c and nobody else: sorted, first and last of each range included. Constant, any thread.
 */
#ifndef BASE_TEXT_RANGES_H
#define BASE_TEXT_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct text_range {
	uint32_t first, last;
};

/* Assigned characters that can be seen in a cell (or on the one before). */
extern const struct text_range text_shown[];
extern const size_t text_shown_count;
/* Marks that combine with the character before them and take no cell. */
extern const struct text_range text_combining[];
extern const size_t text_combining_count;
/* Characters that take two cells (East Asian wide and fullwidth, emoji). */
extern const struct text_range text_wide[];
extern const size_t text_wide_count;

#endif
