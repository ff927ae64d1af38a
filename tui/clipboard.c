/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OSC 52. Pure. Neighbour: term.c sends it.
 */
#include "tui/clipboard.h"

#include <stdint.h>
#include <string.h>

static void put_base64(struct buffer *out, const char *text, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = 0;
		char four[4];

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < n ? (unsigned char)text[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			four[k] = i + k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
		buffer_add(out, four, sizeof four);
	}
}

void clipboard_sequence(struct buffer *out, const char *text)
{
	buffer_puts(out, "\033]52;c;");
	put_base64(out, text, strlen(text));
	buffer_puts(out, "\033\\");
}
