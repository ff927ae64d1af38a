/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentences and exit codes of failures. Any thread, no state. What goes into a sentence may come from a
 * host, so it is cleaned here.
 */
#include "base/err.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *text;
	int exit_code;
} errors[ERR_COUNT] = {
	[ERR_OK] = {"done", 0},
	[ERR_FAILED] = {"failed", 1},
	[ERR_USAGE] = {"wrong usage", 2},
	[ERR_CONFIG] = {"wrong configuration", 2},
	[ERR_INVALID_STATE] = {"invalid in this state", 3},
	[ERR_NOT_PERMITTED] = {"not permitted", 4},
	[ERR_NOT_FOUND] = {"not found", 5},
	[ERR_UNREACHABLE] = {"host unreachable", 6},
	[ERR_TIMEOUT] = {"no answer in time", 1},
	[ERR_NO_POSTCOPY] = {"post-copy not permitted by the migration", 3},
	[ERR_BUSY] = {"in use by somebody else", 1},
	[ERR_FULL] = {"no space left", 1},
	[ERR_CORRUPT] = {"damaged data", 1},
	[ERR_IO] = {"reading or writing failed", 1},
	[ERR_UNSUPPORTED] = {"not supported", 1},
};

enum err err_set(struct err_info *why, enum err code, const char *origin, int origin_code, const char *format, ...)
{
	if (!why)
		return code;
	char raw[2 * sizeof why->text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	why->code = code;
	why->origin = origin ? origin : "virt-drain";
	why->origin_code = origin_code;
	text_clean(why->text, sizeof why->text, raw, strlen(raw));
	return code;
}

const char *err_text(enum err code)
{
	return (unsigned)code < ERR_COUNT ? errors[code].text : "unknown failure";
}

int err_exit_code(enum err code)
{
	return (unsigned)code < ERR_COUNT ? errors[code].exit_code : 1;
}
