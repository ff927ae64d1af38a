/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON writer. Pure.
 */
#include "report/json.h"

#include "base/text.h"

#include <inttypes.h>

/* One character inside of quotes. Everything but printable ASCII is escaped, in UTF-16 as RFC 8259 section 7 has it. */
static void put_character(struct buffer *out, uint32_t character)
{
	char byte = (char)character;
	if (character == '"' || character == '\\') {
		buffer_printf(out, "\\%c", (int)character);
	} else if (character >= 0x20 && character < 0x7f) {
		buffer_add(out, &byte, 1);
	} else if (character < 0x10000) {
		buffer_printf(out, "\\u%04" PRIx32, character);
	} else {
		uint32_t rest = character - 0x10000;
		buffer_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
	}
}

static void put_quoted(struct buffer *out, const char *text)
{
	buffer_puts(out, "\"");
	for (uint32_t character = text_next(&text); character != 0; character = text_next(&text))
		put_character(out, character);
	buffer_puts(out, "\"");
}

static void begin(struct json *json, const char *key)
{
	if (json->needs_comma)
		buffer_puts(json->out, ",");
	json->needs_comma = true;
	if (key) {
		put_quoted(json->out, key);
		buffer_puts(json->out, ":");
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	buffer_add(json->out, &bracket, 1);
	json->needs_comma = false;
}

void json_close(struct json *json, char bracket)
{
	buffer_add(json->out, &bracket, 1);
	json->needs_comma = true;
}

void json_text(struct json *json, const char *key, const char *clean)
{
	begin(json, key);
	if (clean)
		put_quoted(json->out, clean);
	else
		buffer_puts(json->out, "null");
}

void json_number(struct json *json, const char *key, uint64_t number)
{
	begin(json, key);
	buffer_printf(json->out, "%" PRIu64, number);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	buffer_puts(json->out, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
	json_text(json, key, NULL);
}

void json_duration(struct json *json, const char *key, duration d)
{
	if (d.ms < 0)
		json_null(json, key);
	else
		json_number(json, key, (uint64_t)d.ms);
}

void json_time(struct json *json, const char *key, wall_time t)
{
	char text[TEXT_NUMBER_MAX + 8];
	json_text(json, key, t.ms ? text_iso_utc(text, sizeof text, t) : NULL);
}

void json_value(struct json *json, const char *key, const struct value *value)
{
	switch (value->type) {
	case VALUE_ABSENT: json_null(json, key); break;
	case VALUE_TEXT: json_text(json, key, value->text); break;
	case VALUE_DURATION: json_duration(json, key, value->duration); break;
	case VALUE_COUNT:
	case VALUE_BYTES:
	case VALUE_RATE:
	case VALUE_PAGES_PER_S:
	case VALUE_PERCENT: json_number(json, key, value->number); break;
	}
}
