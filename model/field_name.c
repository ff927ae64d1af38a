/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How people call a field: its name, what a column calls it, or as much of either as is plain; and the words that it says. Pure.
 */
#include "model/field.h"

#include "base/array.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What the heads of columns say where that is no name, nor the beginning of one. */
static const struct {
	enum field_id field;
	const char *name;
} others[] = {
	{FIELD_SOURCE, "from"},   {FIELD_DESTINATION, "to"}, {FIELD_ELAPSED, "time"},
	{FIELD_TIMEOUT, "limit"}, {FIELD_OUTCOME, "note"},
};

const char *field_other_name(const struct field *field)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (others[i].field == field->id)
			return others[i].name;
	}
	return NULL;
}

const char *field_word(const struct field *field, int n)
{
	int first_phase = field->id == FIELD_OUTCOME ? PHASE_COMPLETED : 0;

	if (field->id == FIELD_VERDICT)
		return n + 1 < VERDICT_COUNT ? verdict_name((enum verdict)(n + 1)) : NULL; /* but VERDICT_NONE */
	if (field->id == FIELD_PHASE || field->id == FIELD_OUTCOME)
		return first_phase + n < PHASE_COUNT ? phase_name((enum phase)(first_phase + n)) : NULL;
	return NULL;
}

static bool is_called(const struct field *field, const char *text, size_t length)
{
	const char *other = field_other_name(field);

	return (strlen(field->name) == length && strncasecmp(field->name, text, length) == 0) ||
	       (other && strlen(other) == length && strncasecmp(other, text, length) == 0);
}

static bool begins_with(const struct field *field, const char *text, size_t length)
{
	return strncasecmp(field->name, text, length) == 0;
}

static void list(const char *text, size_t length, char *candidates, size_t size)
{
	size_t used = 0;

	for (int i = 0; i < FIELD_COUNT && used < size; i++) {
		const struct field *field = field_by_id((enum field_id)i);

		if (begins_with(field, text, length))
			used += (size_t)snprintf(candidates + used, size - used, "%s%s", used ? ", " : "", field->name);
	}
}

const struct field *field_find(const char *text, size_t length, char *candidates, size_t size)
{
	const struct field *shortest = NULL;
	bool begins_all = true;

	candidates[0] = '\0';
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);

		if (is_called(field, text, length))
			return field;
		if (begins_with(field, text, length) && (!shortest || strlen(field->name) < strlen(shortest->name)))
			shortest = field;
	}
	for (int i = 0; shortest && i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);

		begins_all &=
			!begins_with(field, text, length) || begins_with(field, shortest->name, strlen(shortest->name));
	}
	if (shortest && begins_all)
		return shortest;
	list(text, length, candidates, size);
	return NULL;
}
