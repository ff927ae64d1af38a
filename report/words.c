/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading aloud of figures. Not in the writers, because the event log, the ledger and the screen share their sentences, and are
 * kept short for the screen. Pure.
 */
#include "report/words.h"

#include "base/array.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *sign, *one; /* "min", "minute"; many of it have an s */
};

static const struct unit spaced[] = {
	{" ms", "millisecond"}, {" s", "second"},     {" min", "minute"},   {" h", "hour"},
	{" d", "day"},          {" KiB", "kibibyte"}, {" MiB", "mebibyte"}, {" GiB", "gibibyte"},
	{" TiB", "tebibyte"},   {" PiB", "pebibyte"}, {" EiB", "exbibyte"},
};
static const struct unit joined[] = {
	{"ms", "millisecond"}, {"s", "second"},   {"m", "minute"},   {"h", "hour"},
	{"d", "day"},          {"K", "kibibyte"}, {"M", "mebibyte"}, {"G", "gibibyte"},
	{"T", "tebibyte"},     {"P", "pebibyte"}, {"E", "exbibyte"}, {"x", "time"},
};

/* The end of a figure is no letter and no digit; a point or a colon only where the sentence goes on or ends behind it. */
static bool is_end(const char *at)
{
	if (*at == '.' || *at == ':')
		at++;
	return !*at || strchr(" ,;()\n", *at);
}

static void put_amount(struct buffer *out, const char *number, int length, const char *one)
{
	bool is_one = length == 1 && *number == '1';
	buffer_printf(out, "%.*s %s%s", length, number, one, is_one ? "" : "s");
}

static const char *read_unit(const struct unit *units, size_t n, const char *at, const char **one, bool *is_rate)
{
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(units[i].sign);
		if (strncmp(at, units[i].sign, length) != 0)
			continue;
		*one = units[i].one;
		*is_rate = strncmp(at + length, "/s", 2) == 0;
		if (is_end(at + length + (*is_rate ? 2 : 0)))
			return at + length + (*is_rate ? 2 : 0);
	}
	return NULL;
}

/* "6.2 s", "512K", "80 MiB/s", "7.3x". Returns where it ends; NULL and nothing written where there is none. */
static const char *put_measure(struct buffer *out, const char *at)
{
	size_t length = strspn(at, "0123456789");
	const char *one;
	bool is_rate;
	if (at[length] == '.' && isdigit((unsigned char)at[length + 1]))
		length += 1 + strspn(at + length + 1, "0123456789");
	const char *end = read_unit(spaced, ARRAY_LEN(spaced), at + length, &one, &is_rate);
	if (!end)
		end = read_unit(joined, ARRAY_LEN(joined), at + length, &one, &is_rate);
	if (!end)
		return NULL;
	put_amount(out, at, (int)length, one);
	buffer_puts(out, is_rate ? " per second" : "");
	return end;
}

/* "2 hours 5 minutes": of four parts those that are not zero. */
static void put_parts(struct buffer *out, const unsigned long part[4], const char *smallest)
{
	static const char *const names[4] = {"day", "hour", "minute", "second"};
	bool is_first = true;
	for (size_t i = 0; i < 4; i++) {
		if (part[i] == 0)
			continue;
		buffer_printf(out, "%s%lu %s%s", is_first ? "" : " ", part[i], names[i], part[i] == 1 ? "" : "s");
		is_first = false;
	}
	if (is_first)
		buffer_printf(out, "0 %ss", smallest);
}

/* Two digits behind a sign; -1 if there are none. */
static int two_digits(const char *at, char sign)
{
	if (*at != sign || !isdigit((unsigned char)at[1]) || !isdigit((unsigned char)at[2]))
		return -1;
	return (at[1] - '0') * 10 + at[2] - '0';
}

/* "4d 03:12", from behind its letter on. */
static const char *put_days(struct buffer *out, unsigned long days, const char *at)
{
	int hours = two_digits(at, ' '), minutes = hours < 0 ? -1 : two_digits(at + 3, ':');
	if (minutes < 0 || !is_end(at + 6))
		return NULL;
	put_parts(out, (unsigned long[4]){days, (unsigned long)hours, (unsigned long)minutes, 0}, "minute");
	return at + 6;
}

/*
 * "0:07", "12:48", "1:02:03", "4d 03:12", "2:05 min", "1:05 h". A range in hours ("~1:05 h (0:50 to 1:30)") names its unit once: *in_hours
 * holds until it is over. Returns where it ends; NULL and nothing written where there is none.
 */
static const char *put_clock(struct buffer *out, const char *at, bool *in_hours)
{
	char *end;
	unsigned long first = strtoul(at, &end, 10);
	if (strncmp(end, "d ", 2) == 0)
		return put_days(out, first, end + 1);
	int second = two_digits(end, ':');
	if (second < 0)
		return NULL;
	int third = two_digits(end + 3, ':');
	if (third >= 0 && is_end(end + 6)) {
		put_parts(out, (unsigned long[4]){0, first, (unsigned long)second, (unsigned long)third}, "second");
		return end + 6;
	}
	bool is_min = strncmp(end + 3, " min", 4) == 0 && is_end(end + 7);
	bool is_hours = strncmp(end + 3, " h", 2) == 0 && is_end(end + 5);
	if (!is_end(end + 3))
		return NULL;
	*in_hours |= is_hours;
	if (*in_hours)
		put_parts(out, (unsigned long[4]){0, first, (unsigned long)second, 0}, "minute");
	else
		put_parts(out, (unsigned long[4]){0, 0, first, (unsigned long)second}, "second");
	return end + 3 + (is_min ? 4 : is_hours ? 2 : 0);
}

void words_add(struct buffer *out, const char *sentence)
{
	bool in_hours = false, begins = true;
	for (const char *at = sentence; *at;) {
		const char *end = NULL;
		if (begins && isdigit((unsigned char)*at)) {
			end = put_clock(out, at, &in_hours);
			end = end ? end : put_measure(out, at);
		}
		begins = !end && strchr(" (~\n", *at);
		if (end) {
			at = end;
			continue;
		}
		if (*at == '~' && isdigit((unsigned char)at[1])) {
			buffer_puts(out, "about ");
		} else if (strncmp(at, " (", 2) == 0) {
			buffer_puts(out, ", ");
			at++;
			begins = true;
		} else if (*at != '(' && *at != ')') {
			buffer_add(out, at, 1);
		}
		in_hours &= *at != ')' && *at != ';';
		at++;
	}
}
