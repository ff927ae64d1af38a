/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words out of and into a line. Nothing here trusts the line: a recording may have been edited, cut or made up.
 */
#include "backend/recorded/words.h"

#include "base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const run_names[] = {
	[DOMAIN_UNKNOWN] = "unknown",
	[DOMAIN_RUNNING] = "running",
	[DOMAIN_PAUSED] = "paused",
	[DOMAIN_SHUT_OFF] = "shut-off",
};

static const char *const reason_names[] = {
	[REASON_OTHER] = "other",
	[REASON_MIGRATION] = "migration",
	[REASON_USER] = "user",
	[REASON_IO_ERROR] = "io-error",
	[REASON_STARTING_UP] = "starting-up",
	[REASON_POSTCOPY] = "post-copy",
	[REASON_POSTCOPY_FAILED] = "post-copy-failed",
	[REASON_API_ERROR] = "api-error",
	[REASON_MIGRATED] = "migrated",
	[REASON_MIGRATION_CANCELED] = "canceled",
	[REASON_UNPAUSED] = "unpaused",
	[REASON_FAILED] = "failed",
};

/* ---- writing ---- */

static void put_escaped(struct buffer *out, const char *raw, bool keeps_blanks)
{
	size_t length = raw ? strlen(raw) : 0;

	buffer_puts(out, " ");
	if (!raw || length == 0 || strcmp(raw, "-") == 0) {
		buffer_puts(out, !raw ? "-" : length == 0 ? "%00" : "%2D");
		return;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)raw[i];
		bool is_inside = i > 0 && i + 1 < length; /* editors take blanks from the end of a line */
		if ((c > ' ' && c < 0x7f && c != '%') || (c == ' ' && keeps_blanks && is_inside))
			buffer_add(out, raw + i, 1);
		else
			buffer_printf(out, "%%%02X", c);
	}
}

void words_put_name(struct buffer *out, const char *raw)
{
	put_escaped(out, raw, false);
}

void words_put_text(struct buffer *out, const char *raw)
{
	put_escaped(out, raw, true);
}

void words_put_uuid(struct buffer *out, const struct uuid *uuid)
{
	char text[UUID_TEXT_SIZE];

	buffer_printf(out, " %s", uuid_text(uuid, text));
}

void words_add_state(struct buffer *out, struct domain_state state)
{
	buffer_puts(out, run_names[state.run]);
	if (state.reason != REASON_OTHER)
		buffer_printf(out, ":%s", reason_names[state.reason]);
}

void words_put_state(struct buffer *out, struct domain_state state)
{
	buffer_puts(out, " ");
	words_add_state(out, state);
}

/* ---- reading ---- */

void words_wrong(struct words *words, const char *format, ...)
{
	va_list arguments;

	if (words->wrong[0])
		return;
	va_start(arguments, format);
	vsnprintf(words->wrong, sizeof words->wrong, format, arguments);
	va_end(arguments);
	words->at = NULL;
}

bool words_more(const struct words *words)
{
	return words->at != NULL;
}

char *words_next(struct words *words, const char *what)
{
	char *word = words->at;

	if (!word) {
		words_wrong(words, "%s is missing", what);
		return words->nothing;
	}
	char *blank = strchr(word, ' ');
	if (blank)
		*blank = '\0';
	words->at = blank ? blank + 1 : NULL;
	return word;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool words_parse_number(const char *text, uint64_t *out)
{
	char *end;

	if (!is_digit(text[0]))
		return false;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*out = value;
	return true;
}

bool words_parse_signed(const char *text, int64_t *out)
{
	char *end;

	if (!is_digit(text[text[0] == '-' || text[0] == '+']))
		return false;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*out = value;
	return true;
}

uint64_t words_number(struct words *words, const char *what, uint64_t max)
{
	char *word = words_next(words, what);
	uint64_t value = 0;

	if (words->wrong[0])
		return 0;
	if (words_parse_number(word, &value) && value <= max)
		return value;
	words_wrong(words, "%s \"%.40s\" is no number from 0 to %" PRIu64, what, word, max);
	return 0;
}

int64_t words_signed(struct words *words, const char *what, int64_t limit)
{
	char *word = words_next(words, what);
	int64_t value = 0;

	if (words->wrong[0])
		return 0;
	if (words_parse_signed(word, &value) && value <= limit && value >= -limit)
		return value;
	words_wrong(words, "%s \"%.40s\" is no number within %" PRId64, what, word, limit);
	return 0;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In its place, because it never grows. False where an escape is none, or would end the text. */
static bool unescape(char *text)
{
	char *to = text;

	if (strcmp(text, "%00") == 0) {
		text[0] = '\0';
		return true;
	}
	for (const char *from = text; *from; to++) {
		if (*from != '%') {
			*to = *from++;
			continue;
		}
		int high = hex_value(from[1]);
		int low = high < 0 ? -1 : hex_value(from[2]);
		if (low < 0 || high + low == 0)
			return false;
		*to = (char)(high * 16 + low);
		from += 3;
	}
	*to = '\0';
	return true;
}

static char *take(struct words *words, const char *what, char *word)
{
	if (words->wrong[0] || strcmp(word, "-") == 0)
		return NULL;
	if (unescape(word))
		return mem_dup(word);
	words_wrong(words, "%s has a '%%' without two hexadecimal digits of a byte", what);
	return NULL;
}

char *words_name(struct words *words, const char *what)
{
	return take(words, what, words_next(words, what));
}

char *words_text(struct words *words, const char *what)
{
	char *all = words->at;

	if (!all)
		words_wrong(words, "%s is missing", what);
	words->at = NULL;
	return all ? take(words, what, all) : NULL;
}

struct uuid words_uuid(struct words *words, const char *what)
{
	char *word = words_next(words, what);
	struct uuid uuid = {{0}};

	if (!words->wrong[0] && !uuid_parse(word, &uuid))
		words_wrong(words, "%s \"%.40s\" is no UUID", what, word);
	return uuid;
}

static bool find_name(const char *const *names, size_t n, const char *text, size_t length, int *out)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0) {
			*out = (int)i;
			return true;
		}
	}
	return false;
}

int words_choice(struct words *words, const char *what, const char *const *names, size_t n)
{
	char *word = words_next(words, what);
	int choice = 0;

	if (!words->wrong[0] && !find_name(names, n, word, strlen(word), &choice))
		words_wrong(words, "%s cannot be \"%.40s\"", what, word);
	return choice;
}

bool words_parse_state(const char *text, struct domain_state *out)
{
	const char *colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : strlen(text);
	int run, reason = REASON_OTHER;

	if (!find_name(run_names, ARRAY_LEN(run_names), text, length, &run) ||
	    (colon && !find_name(reason_names, ARRAY_LEN(reason_names), colon + 1, strlen(colon + 1), &reason)))
		return false;
	*out = (struct domain_state){(enum domain_run)run, (enum domain_reason)reason};
	return true;
}

struct domain_state words_state(struct words *words)
{
	char *word = words_next(words, "a guest's state");
	struct domain_state state = {DOMAIN_UNKNOWN, REASON_OTHER};

	if (!words->wrong[0] && !words_parse_state(word, &state))
		words_wrong(words, "a guest's state cannot be \"%.40s\"", word);
	return state;
}

void words_end(struct words *words)
{
	if (words->at)
		words_wrong(words, "\"%.40s\" is more than this line can say", words->at);
}
