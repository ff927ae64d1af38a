/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that grows while it is written. Any thread; one buffer belongs to one thread at a time. Zero-initialised is empty and valid.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/err.h"

#include <stddef.h>

struct buffer {
	char *text; /* ends with NUL once something was added; NULL before */
	size_t length, capacity;
};

void buffer_add(struct buffer *buffer, const char *text, size_t length);
void buffer_puts(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...) ATTR_PRINTF(2, 3);
/* `text` (cleaned UTF-8) and blanks up to `cells`; negative cells set the blanks before it. Longer text stays whole. */
void buffer_pad(struct buffer *buffer, const char *text, int cells);
char *buffer_take(struct buffer *buffer); /* the text, "" at least, for the caller to free; the buffer is empty again */
void buffer_done(struct buffer *buffer);  /* empty and valid again */

#endif
