/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for people: numbers with units, durations, and names that come from hosts made harmless. Names are data: libvirt
 * lets a domain be called by an escape sequence. Pure; any thread.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/err.h"
#include "base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room that is enough for every text_* number below, with its final NUL. */
#define TEXT_NUMBER_MAX 24

/* All writers return `buffer`. At most five figures and a unit, never cut: "0", "712K", "21.4G", "1.02T" (powers of 1024). */
char *text_bytes(char *buffer, size_t size, bytes amount);
char *text_rate(char *buffer, size_t size, bytes_per_s rate); /* as text_bytes, without "/s": the header says it */
/* "0:07", "12:48", "1:02:03", "4d 03:12"; negative is "-". */
char *text_duration(char *buffer, size_t size, duration d);
/* "84 ms", "6.2 s", "2:05 min" */
char *text_short_duration(char *buffer, size_t size, duration d);
char *text_clock(char *buffer, size_t size, wall_time t);   /* local time of day, "12:41:07" */
char *text_iso_utc(char *buffer, size_t size, wall_time t); /* "2026-01-31T12:41:07.123Z", 25 bytes */

/* "90", "90s", "15m", "2h", "500ms", "1h30m" to a duration. Errors: ERR_USAGE; *out untouched. */
enum err text_parse_duration(const char *text, duration *out, struct err_info *why) ATTR_WARN_UNUSED;
/* "100M", "1.5GiB", "4096" to bytes (powers of 1024). Errors: ERR_USAGE. */
enum err text_parse_bytes(const char *text, bytes *out, struct err_info *why) ATTR_WARN_UNUSED;

/* Writes a harmless UTF-8 form of `raw` (raw_len bytes, any content) to `clean`, cut at a whole character so that it fits
 * `size` bytes with its NUL. Control characters, invalid bytes, bidirectional overrides, zero-width and unassigned characters
 * become visible escapes (\x1b, \u202e), more than two combining marks on one base too. Returns true if something was changed or cut. */
bool text_clean(char *clean, size_t size, const char *raw, size_t raw_len);

/* Cells that a cleaned UTF-8 text takes on a terminal. */
size_t text_width(const char *clean);
/* Decodes the character at *at and moves *at behind it; 0 at the end. Invalid bytes give U+FFFD. */
uint32_t text_next(const char **at);
/* Writes a character (not 0) as UTF-8, without a NUL. Returns how many bytes, 1 to 4. */
size_t text_encode(char out[4], uint32_t character);
/* Cells of one character: 0, 1 or 2; the table is our own and the same everywhere. */
int text_char_width(uint32_t character);

/* A UUID as 16 bytes <-> "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx". */
#define UUID_TEXT_SIZE 37
struct uuid {
	unsigned char byte[16];
};
bool uuid_parse(const char *text, struct uuid *out); /* false and *out untouched unless the whole text is one */
char *uuid_text(const struct uuid *uuid, char buffer[UUID_TEXT_SIZE]);
bool uuid_equal(const struct uuid *a, const struct uuid *b);
int uuid_compare(const struct uuid *a, const struct uuid *b);
bool uuid_is_nil(const struct uuid *uuid);

#endif
