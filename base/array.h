/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: allocation that ends the program when there is none (the terminal is restored by the hook that
 * the screen registers), growing arrays, and an arena whose strings live and die together. Any thread;
 * one object belongs to one thread at a time.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Like calloc, realloc and strdup, but never NULL: out of memory runs the hook and aborts. */
void *mem_new(size_t n, size_t size);
void *mem_resize(void *old, size_t n, size_t size);
char *mem_dup(const char *text); /* NULL gives NULL */

/* The function that restores the terminal before an abort; NULL for none. */
void mem_on_exhausted(void (*hook)(void));

/* Makes room in a growing array for `needed` elements of `size` bytes; *capacity is in elements.
 * Usage: items = array_reserve(items, &capacity, n + 1, sizeof *items); */
void *array_reserve(void *items, size_t *capacity, size_t needed, size_t size);

/* An arena. Zero-initialised is empty and valid. */
struct arena {
	struct arena_block *blocks;
};

void *arena_alloc(struct arena *arena, size_t n, size_t size); /* zeroed, aligned for any object */
char *arena_dup(struct arena *arena, const char *text);        /* NULL gives NULL */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_done(struct arena *arena); /* releases everything; the arena is empty and valid again */

#endif
