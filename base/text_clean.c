/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that come from hosts made harmless, and the cells that text takes. This is the one place where
 * foreign bytes become text for a terminal, a log or JSON. Pure, any thread; independent of the locale.
 */
#include "base/text.h"

#include "base/text_ranges.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT UINT32_C(0xfffd)
#define MARKS_MAX 2 /* combining marks on one base: more of them paint over the lines above */

static bool in_ranges(uint32_t character, const struct text_range *ranges, size_t count)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (character < ranges[middle].first)
			high = middle;
		else if (character > ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

static bool is_shown(uint32_t character)
{
	if (character < 0x7f)
		return character >= 0x20;
	return in_ranges(character, text_shown, text_shown_count);
}

static bool is_combining(uint32_t character)
{
	return character >= 0x300 && in_ranges(character, text_combining, text_combining_count);
}

/* Length of the well-formed UTF-8 character at the beginning of `raw`, with its code; 0 where the first byte
 * begins none (Unicode 15.0, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t decode(const unsigned char *raw, size_t length, uint32_t *character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = raw[0];
	size_t n = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : 4;
	if (lead >= 0xf5 || (lead >= 0x80 && lead < 0xc2) || n > length)
		return 0;
	uint32_t code = n == 1 ? lead : lead & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((raw[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (raw[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*character = code;
	return n;
}

uint32_t text_next(const char **at)
{
	const unsigned char *raw = (const unsigned char *)*at;
	if (raw[0] == '\0')
		return 0;
	/* The final NUL is no continuation byte, so decode stops there whatever length it is told. */
	uint32_t character;
	size_t n = decode(raw, 4, &character);
	*at += n ? n : 1;
	return n ? character : REPLACEMENT;
}

size_t text_encode(char out[4], uint32_t character)
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	size_t n = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, character >>= 6)
		out[i] = (char)(0x80 | (character & 63));
	out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | character);
	return n;
}

int text_char_width(uint32_t character)
{
	if (character < 0x300)
		return character != 0;
	if (is_combining(character))
		return 0;
	return in_ranges(character, text_wide, text_wide_count) ? 2 : 1;
}

size_t text_width(const char *clean)
{
	size_t cells = 0;
	for (uint32_t character = text_next(&clean); character != 0; character = text_next(&clean))
		cells += (size_t)text_char_width(character);
	return cells;
}

/* What is written for one input character: itself, or its escape. */
struct piece {
	char text[12];
	size_t length;   /* of text */
	size_t consumed; /* bytes of the input */
	bool is_escape, is_mark;
};

static struct piece piece_of(const unsigned char *raw, size_t length, size_t n_marks, bool has_base)
{
	struct piece piece = {.consumed = 1, .is_escape = true};
	uint32_t character;
	size_t n = decode(raw, length, &character);
	if (n == 0) {
		piece.length = (size_t)snprintf(piece.text, sizeof piece.text, "\\x%02x", raw[0]);
		return piece;
	}
	piece.consumed = n;
	piece.is_mark = is_combining(character);
	if (is_shown(character) && (!piece.is_mark || (has_base && n_marks < MARKS_MAX))) {
		piece.is_escape = false;
		piece.length = n;
		memcpy(piece.text, raw, n);
		return piece;
	}
	int digits = character < 0x80 ? 2 : character < 0x10000 ? 4 : 8;
	char kind = character < 0x80 ? 'x' : character < 0x10000 ? 'u' : 'U';
	piece.length = (size_t)snprintf(piece.text, sizeof piece.text, "\\%c%0*x", kind, digits, (unsigned)character);
	return piece;
}

bool text_clean(char *clean, size_t size, const char *raw, size_t raw_len)
{
	size_t used = 0, n_marks = 0;
	bool is_changed = false, has_base = false;
	for (size_t at = 0; at < raw_len;) {
		struct piece piece = piece_of((const unsigned char *)raw + at, raw_len - at, n_marks, has_base);
		if (used + piece.length >= size) {
			is_changed = true;
			break;
		}
		memcpy(clean + used, piece.text, piece.length);
		used += piece.length;
		at += piece.consumed;
		is_changed |= piece.is_escape;
		n_marks = piece.is_mark ? n_marks + 1 : 0;
		/* A mark after an escape would change how the escape looks. */
		has_base = piece.is_mark ? has_base && !piece.is_escape : !piece.is_escape;
	}
	if (size > 0)
		clean[used] = '\0';
	return is_changed;
}
