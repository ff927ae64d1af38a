/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation without a failure that callers would have to handle, growing arrays, arenas. Any thread; the
 * hook is set once before threads start.
 */
#include "base/array.h"

#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARENA_BLOCK 4096

static void (*exhausted_hook)(void);

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char data[];
};

static _Noreturn void exhausted(void)
{
	static const char message[] = "virt-drain: out of memory\n";
	if (exhausted_hook)
		exhausted_hook();
	ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
	(void)written;
	abort();
}

void mem_on_exhausted(void (*hook)(void))
{
	exhausted_hook = hook;
}

void *mem_new(size_t n, size_t size)
{
	void *new = calloc(n ? n : 1, size ? size : 1);
	if (!new)
		exhausted();
	return new;
}

void *mem_resize(void *old, size_t n, size_t size)
{
	void *new = reallocarray(old, n ? n : 1, size ? size : 1);
	if (!new)
		exhausted();
	return new;
}

char *mem_dup(const char *text)
{
	if (!text)
		return NULL;
	size_t size = strlen(text) + 1;
	return memcpy(mem_new(size, 1), text, size);
}

void *array_reserve(void *items, size_t *capacity, size_t needed, size_t size)
{
	if (needed <= *capacity)
		return items;
	size_t grown = *capacity < SIZE_MAX / 2 ? *capacity * 2 : needed;
	if (grown < needed)
		grown = needed;
	if (grown < 8)
		grown = 8;
	items = mem_resize(items, grown, size);
	*capacity = grown;
	return items;
}

static size_t rounded(size_t size)
{
	const size_t step = _Alignof(max_align_t);
	if (size > SIZE_MAX - step - sizeof(struct arena_block))
		exhausted();
	return (size + step - 1) / step * step;
}

void *arena_alloc(struct arena *arena, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		exhausted();
	size_t needed = rounded(n * size);
	struct arena_block *block = arena->blocks;
	if (!block || block->size - block->used < needed) {
		/* Each block doubles, so that a snapshot of ten thousand rows takes a dozen allocations. */
		size_t room = block ? block->size * 2 : ARENA_BLOCK;
		if (room < needed)
			room = needed;
		block = mem_new(1, sizeof *block + room);
		block->size = room;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	void *out = block->data + block->used;
	block->used += needed;
	return out;
}

char *arena_dup(struct arena *arena, const char *text)
{
	if (!text)
		return NULL;
	size_t size = strlen(text) + 1;
	return memcpy(arena_alloc(arena, size, 1), text, size);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);
	char *out = arena_alloc(arena, (size_t)length + 1, 1);
	va_start(arguments, format);
	vsnprintf(out, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return out;
}

void arena_done(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;
		free(arena->blocks);
		arena->blocks = next;
	}
}
