/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growing text. Any thread.
 */
#include "base/buffer.h"

#include "base/array.h"
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *room_for(struct buffer *buffer, size_t length)
{
	buffer->text = array_reserve(buffer->text, &buffer->capacity, buffer->length + length + 1, 1);
	return buffer->text + buffer->length;
}

void buffer_add(struct buffer *buffer, const char *text, size_t length)
{
	char *end = room_for(buffer, length);
	memcpy(end, text, length);
	end[length] = '\0';
	buffer->length += length;
}

void buffer_puts(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);
	char *end = room_for(buffer, (size_t)length);
	va_start(arguments, format);
	vsnprintf(end, (size_t)length + 1, format, arguments);
	va_end(arguments);
	buffer->length += (size_t)length;
}

static void add_blanks(struct buffer *buffer, size_t count)
{
	while (count-- > 0)
		buffer_add(buffer, " ", 1);
}

void buffer_pad(struct buffer *buffer, const char *text, int cells)
{
	size_t width = text_width(text), wanted = (size_t)(cells < 0 ? -cells : cells);
	size_t missing = wanted > width ? wanted - width : 0;
	if (cells < 0)
		add_blanks(buffer, missing);
	buffer_puts(buffer, text);
	if (cells > 0)
		add_blanks(buffer, missing);
}

char *buffer_take(struct buffer *buffer)
{
	if (!buffer->text)
		buffer_puts(buffer, "");
	char *text = buffer->text;
	*buffer = (struct buffer){0};
	return text;
}

void buffer_done(struct buffer *buffer)
{
	free(buffer->text);
	*buffer = (struct buffer){0};
}
