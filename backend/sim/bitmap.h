/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of page numbers, as a hypervisor keeps it: one bit per page, and how many are set. Pure; belongs to one copy.
 */
#ifndef BACKEND_SIM_BITMAP_H
#define BACKEND_SIM_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bitmap {
	uint64_t *word;
	size_t n_bits;
	size_t n_set;
};

void bitmap_init(struct bitmap *map, size_t n_bits); /* all clear */
void bitmap_done(struct bitmap *map);                /* empty and valid again */
void bitmap_fill(struct bitmap *map);                /* all set */

static inline bool bitmap_has(const struct bitmap *map, size_t bit)
{
	return (map->word[bit / 64] >> (bit % 64)) & 1;
}

/* True if it was not set before. */
static inline bool bitmap_set(struct bitmap *map, size_t bit)
{
	uint64_t mask = UINT64_C(1) << (bit % 64);
	bool is_new = !(map->word[bit / 64] & mask);

	map->word[bit / 64] |= mask;
	map->n_set += is_new;
	return is_new;
}

/* True if it was set before. */
static inline bool bitmap_clear(struct bitmap *map, size_t bit)
{
	uint64_t mask = UINT64_C(1) << (bit % 64);
	bool was_set = map->word[bit / 64] & mask;

	map->word[bit / 64] &= ~mask;
	map->n_set -= was_set;
	return was_set;
}

/* The first set bit at or after `from`, going on from 0 after the last; n_bits if none is set. */
size_t bitmap_next(const struct bitmap *map, size_t from);

/* Moves all bits of `from` into `into` (same size) and clears `from`. Returns how many were not in `into` before. */
size_t bitmap_merge(struct bitmap *into, struct bitmap *from);

#endif
