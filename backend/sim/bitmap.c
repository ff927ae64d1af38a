/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of page numbers, sixty-four at a time. Pure.
 */
#include "backend/sim/bitmap.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

static size_t n_words(const struct bitmap *map)
{
	return (map->n_bits + 63) / 64;
}

void bitmap_init(struct bitmap *map, size_t n_bits)
{
	*map = (struct bitmap){.n_bits = n_bits};
	map->word = mem_new(n_words(map), sizeof *map->word);
}

void bitmap_done(struct bitmap *map)
{
	free(map->word);
	*map = (struct bitmap){0};
}

void bitmap_fill(struct bitmap *map)
{
	memset(map->word, 0xff, n_words(map) * sizeof *map->word);
	if (map->n_bits % 64)
		map->word[map->n_bits / 64] = (UINT64_C(1) << (map->n_bits % 64)) - 1;
	map->n_set = map->n_bits;
}

/* The first set bit from `from` up to and without `end`; `end` if none is. */
static size_t next_before(const struct bitmap *map, size_t from, size_t end)
{
	for (size_t at = from; at < end;) {
		uint64_t rest = map->word[at / 64] >> (at % 64);
		if (rest) {
			at += (size_t)__builtin_ctzll(rest);
			return at < end ? at : end;
		}
		at = (at / 64 + 1) * 64;
	}
	return end;
}

size_t bitmap_next(const struct bitmap *map, size_t from)
{
	if (!map->n_set)
		return map->n_bits;
	size_t at = next_before(map, from, map->n_bits);
	return at < map->n_bits ? at : next_before(map, 0, from);
}

size_t bitmap_merge(struct bitmap *into, struct bitmap *from)
{
	size_t n_new = 0;

	if (!from->n_set)
		return 0;
	for (size_t i = 0; i < n_words(from); i++) {
		n_new += (size_t)__builtin_popcountll(from->word[i] & ~into->word[i]);
		into->word[i] |= from->word[i];
		from->word[i] = 0;
	}
	into->n_set += n_new;
	from->n_set = 0;
	return n_new;
}
