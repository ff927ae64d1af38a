/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of comparisons: what a cell shows can be typed, and so can what the configuration takes.
 */
#include "model/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *filter_value_form(enum value_type type)
{
	switch (type) {
	case VALUE_ABSENT: break;
	case VALUE_TEXT: return "a word, or a text in quotes";
	case VALUE_COUNT: return "a number such as 3";
	case VALUE_BYTES: return "an amount such as 100M";
	case VALUE_RATE: return "a rate such as 100M/s";
	case VALUE_PAGES_PER_S: return "a number such as 25000";
	case VALUE_DURATION: return "a time such as 90, 15m or 12:48";
	case VALUE_PERCENT: return "a percentage such as 40%";
	}
	return "none";
}

/* Digits and nothing else, then `unit` or nothing. */
static bool read_whole(const char *text, const char *unit, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 19 || (text[digits] && strcmp(text + digits, unit) != 0))
		return false;
	*out = strtoull(text, NULL, 10);
	return true;
}

static bool read_amount(const char *text, const char *unit, uint64_t *out)
{
	char amount[64];
	size_t length = strlen(text), end = strlen(unit);
	bytes read;

	if (length >= sizeof amount)
		return false;
	if (end && length > end && strcmp(text + length - end, unit) == 0)
		length -= end;
	snprintf(amount, sizeof amount, "%.*s", (int)length, text);
	if (text_parse_bytes(amount, &read, NULL) != ERR_OK)
		return false;
	*out = read.n;
	return true;
}

/* As the screen shows times: "12:48", "1:02:03", "4d 03:12". */
static bool read_clock(const char *text, int64_t *out)
{
	long long a, b, c;
	int end = 0;

	if (text[strspn(text, "0123456789:d ")])
		return false; /* a sign, which sscanf would take */
	if (sscanf(text, "%9lldd %2lld:%2lld%n", &a, &b, &c, &end) == 3 && !text[end])
		*out = ((a * 24 + b) * 60 + c) * 60000;
	else if (sscanf(text, "%9lld:%2lld:%2lld%n", &a, &b, &c, &end) == 3 && !text[end])
		*out = ((a * 60 + b) * 60 + c) * 1000;
	else if (sscanf(text, "%9lld:%2lld%n", &a, &b, &end) == 2 && !text[end])
		*out = (a * 60 + b) * 1000;
	else
		return false;
	return true;
}

static bool read_time(const char *text, int64_t *out)
{
	duration read;

	if (strchr(text, ':'))
		return read_clock(text, out);
	if (text_parse_duration(text, &read, NULL) != ERR_OK)
		return false;
	*out = read.ms;
	return true;
}

static bool read_value(enum value_type type, const char *text, struct filter_node *node)
{
	switch (type) {
	case VALUE_ABSENT:
	case VALUE_TEXT: return false;
	case VALUE_COUNT: return read_whole(text, "", &node->number);
	case VALUE_PAGES_PER_S: return read_whole(text, "/s", &node->number);
	case VALUE_PERCENT: return read_whole(text, "%", &node->number);
	case VALUE_BYTES: return read_amount(text, "", &node->number);
	case VALUE_RATE: return read_amount(text, "/s", &node->number);
	case VALUE_DURATION: return read_time(text, &node->duration_ms);
	}
	return false;
}

/* A field that says only a few words is asked for one of them, or for a part of one. */
static enum err check_word(const struct field *field, const char *text, enum filter_compare compare,
			   struct err_info *why)
{
	char all[160] = "", quoted[40];

	for (int i = 0; field_word(field, i); i++) {
		const char *word = field_word(field, i);
		size_t used = strlen(all);

		if (compare == COMPARE_CONTAINS ? strcasestr(word, text) != NULL : strcasecmp(word, text) == 0)
			return ERR_OK;
		filter_quote(quoted, sizeof quoted, word);
		snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", quoted);
	}
	return *all ? err_set(why, ERR_USAGE, "virt-drain", 0, "%s is one of %s", field->name, all) : ERR_OK;
}

enum err filter_value_read(const struct field *field, const char *text, struct filter_node *node, struct err_info *why)
{
	if (field->type == VALUE_TEXT)
		return check_word(field, text, (enum filter_compare)node->compare, why);
	if (read_value(field->type, text, node))
		return ERR_OK;
	return err_set(why, ERR_USAGE, "virt-drain", 0, "%s wants %s", field->name, filter_value_form(field->type));
}
