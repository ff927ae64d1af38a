/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A writer of JSON (RFC 8259): ASCII only, so that no terminal and no locale can break it. Pure; writes into a growing buffer.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "base/buffer.h"
#include "base/units.h"
#include "model/field.h"

struct json {
	struct buffer *out;
	bool needs_comma; /* something stands before in the object or list that is open */
};

/* `key` NULL: an element of a list, or the document itself. */
void json_open(struct json *json, const char *key, char bracket);      /* '{' or '[' */
void json_close(struct json *json, char bracket);                      /* '}' or ']' */
void json_text(struct json *json, const char *key, const char *clean); /* cleaned UTF-8; NULL gives null */
void json_number(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
void json_duration(struct json *json, const char *key, duration d); /* in ms; negative, which is unknown, gives null */
void json_time(struct json *json, const char *key, wall_time t);    /* "2026-01-31T12:41:07.123Z"; 0 gives null */
void json_value(struct json *json, const char *key, const struct value *value); /* absent gives null */

#endif
