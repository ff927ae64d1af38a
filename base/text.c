/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers, durations, times and UUIDs, to text for people and back. Pure, any thread. Names are in
 * text_clean.c.
 */
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

char *text_bytes(char *buffer, size_t size, bytes amount)
{
	static const char units[] = "KMGTPE";
	if (amount.n < 1000) {
		snprintf(buffer, size, "%u", (unsigned)amount.n);
		return buffer;
	}
	double value = (double)amount.n / 1024;
	size_t unit = 0;
	while (value >= 999.5) {
		value /= 1024;
		unit++;
	}
	int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	snprintf(buffer, size, "%.*f%c", decimals, value, units[unit]);
	return buffer;
}

char *text_rate(char *buffer, size_t size, bytes_per_s rate)
{
	return text_bytes(buffer, size, (bytes){rate.n});
}

char *text_duration(char *buffer, size_t size, duration d)
{
	long long seconds = d.ms / 1000;
	long long minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
	if (d.ms < 0)
		snprintf(buffer, size, "-");
	else if (days > 0)
		snprintf(buffer, size, "%lldd %02lld:%02lld", days, hours % 24, minutes % 60);
	else if (hours > 0)
		snprintf(buffer, size, "%lld:%02lld:%02lld", hours, minutes % 60, seconds % 60);
	else
		snprintf(buffer, size, "%lld:%02lld", minutes, seconds % 60);
	return buffer;
}

char *text_short_duration(char *buffer, size_t size, duration d)
{
	long long ms = d.ms;
	if (ms < 0)
		snprintf(buffer, size, "-");
	else if (ms < 1000)
		snprintf(buffer, size, "%lld ms", ms);
	else if (ms < 60 * 1000)
		snprintf(buffer, size, "%lld.%lld s", ms / 1000, ms % 1000 / 100);
	else if (ms < 60 * 60 * 1000)
		snprintf(buffer, size, "%lld:%02lld min", ms / 60000, ms / 1000 % 60);
	else
		snprintf(buffer, size, "%lld:%02lld h", ms / 3600000, ms / 60000 % 60);
	return buffer;
}

/* Rounds to whole seconds downwards, also before 1970, because a clock that steps may be there. */
static time_t whole_seconds(wall_time t, int *ms)
{
	int64_t rest = t.ms % 1000;
	if (rest < 0)
		rest += 1000;
	*ms = (int)rest;
	return (time_t)((t.ms - rest) / 1000);
}

char *text_clock(char *buffer, size_t size, wall_time t)
{
	int ms;
	time_t seconds = whole_seconds(t, &ms);
	struct tm parts;
	if (!localtime_r(&seconds, &parts) || strftime(buffer, size, "%H:%M:%S", &parts) == 0)
		snprintf(buffer, size, "-");
	return buffer;
}

char *text_iso_utc(char *buffer, size_t size, wall_time t)
{
	int ms;
	time_t seconds = whole_seconds(t, &ms);
	struct tm parts;
	char date[32];
	if (gmtime_r(&seconds, &parts) && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) != 0)
		snprintf(buffer, size, "%s.%03dZ", date, ms);
	else
		snprintf(buffer, size, "-");
	return buffer;
}

/* Reads digits with an optional fraction ("12", "1.5") at *at, moving it behind. No sign, no exponent, no
 * infinity. */
static bool read_number(const char **at, double *out)
{
	const char *start = *at, *end = start;
	while (isdigit((unsigned char)*end))
		end++;
	if (end == start)
		return false;
	double value = 0, scale = 1;
	for (const char *digit = start; digit < end; digit++)
		value = value * 10 + (*digit - '0');
	if (*end == '.') {
		start = ++end;
		for (; isdigit((unsigned char)*end); end++) {
			scale /= 10;
			value += (*end - '0') * scale;
		}
		if (end == start)
			return false;
	}
	*at = end;
	*out = value;
	return true;
}

/* Milliseconds of the unit at *at, moving it behind; 0 where there is none. */
static double read_time_unit(const char **at)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		size_t length = strlen(units[i].name);
		if (strncmp(*at, units[i].name, length) == 0) {
			*at += length;
			return units[i].ms;
		}
	}
	return 0;
}

enum err text_parse_duration(const char *text, duration *out, struct err_info *why)
{
	const char *at = text;
	double total = 0, value, last_unit = 0;
	do {
		bool is_first = at == text;
		double unit = 0;
		bool is_good = read_number(&at, &value);
		if (is_good)
			unit = *at == '\0' && is_first ? 1e3 : read_time_unit(&at);
		/* Units fall ("1h30m"), so that a typing error like "1m30m" is not silently added up. */
		if (unit == 0 || (!is_first && unit >= last_unit))
			return err_set(why, ERR_USAGE, "virt-drain", 0,
				       "\"%s\" is no duration: write it like 90, 500ms, 15m, 1h30m or 2d", text);
		total += value * unit;
		last_unit = unit;
	} while (*at != '\0');
	if (total > 1e15)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "\"%s\" is too long a duration", text);
	*out = (duration){(int64_t)(total + 0.5)};
	return ERR_OK;
}

enum err text_parse_bytes(const char *text, bytes *out, struct err_info *why)
{
	static const char units[] = "KMGTPE";
	const char *at = text;
	double value;
	if (read_number(&at, &value)) {
		const char *unit = *at ? strchr(units, toupper((unsigned char)*at)) : NULL;
		for (const char *u = units; unit && u <= unit; u++)
			value *= 1024;
		if (unit)
			at++;
		if (unit && strncmp(at, "iB", 2) == 0)
			at += 2;
		else if (*at == 'B')
			at++;
		if (*at == '\0' && value < 18446744073709551616.0) {
			*out = (bytes){(uint64_t)value};
			return ERR_OK;
		}
	}
	return err_set(why, ERR_USAGE, "virt-drain", 0,
		       "\"%s\" is no amount of memory: write it like 4096, 100M or 1.5GiB", text);
}

/* A dash stands before these bytes of a UUID's text. */
static bool dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid_parse(const char *text, struct uuid *out)
{
	struct uuid parsed;
	for (size_t i = 0; i < sizeof parsed.byte; i++) {
		if (dash_before(i) && *text++ != '-')
			return false;
		int high = hex_digit(text[0]);
		int low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return false;
		parsed.byte[i] = (unsigned char)(high << 4 | low);
		text += 2;
	}
	if (*text != '\0')
		return false;
	*out = parsed;
	return true;
}

char *uuid_text(const struct uuid *uuid, char buffer[UUID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *at = buffer;
	for (size_t i = 0; i < sizeof uuid->byte; i++) {
		if (dash_before(i))
			*at++ = '-';
		*at++ = digits[uuid->byte[i] >> 4];
		*at++ = digits[uuid->byte[i] & 15];
	}
	*at = '\0';
	return buffer;
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->byte, b->byte, sizeof a->byte) == 0;
}

int uuid_compare(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->byte, b->byte, sizeof a->byte);
}

bool uuid_is_nil(const struct uuid *uuid)
{
	static const struct uuid nil;
	return uuid_equal(uuid, &nil);
}
