/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * That the manual's list of keys is what the tables of commands and bindings make of it, and that it has every role of a theme.
 * UPDATE_GOLDEN=1 writes the list of keys anew; the difference is read in review.
 */
#include "base/array.h"
#include "base/buffer.h"
#include "tui/keymap.h"
#include "tui/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN ".\\\" keys: written by tests/unit/test_tui_manual.c\n"
#define END ".\\\" end of the keys\n"

static void manual_path(char *path, size_t size)
{
	const char *source = getenv("srcdir");
	snprintf(path, size, "%s/docs/virt-drain.1", source ? source : "..");
}

static char *read_manual(void)
{
	char path[4096], piece[4096];
	struct buffer text = {0};
	size_t n;
	manual_path(path, sizeof path);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while ((n = fread(piece, 1, sizeof piece, file)) > 0)
		buffer_add(&text, piece, n);
	fclose(file);
	return buffer_take(&text);
}

/* Text for a line of roff that does not begin with it. */
static void put_roff(struct buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			buffer_puts(out, "\\e");
		else if (*text == '-')
			buffer_puts(out, "\\-");
		else
			buffer_add(out, text, 1);
	}
}

static void put_command(struct buffer *out, const struct command_entry *entry)
{
	char keys[96];
	keymap_keys_text(entry->command, SCOPE_ALL, keys, sizeof keys);
	buffer_puts(out, ".TP\n.B \"");
	put_roff(out, keys);
	buffer_puts(out, "\"\n");
	put_roff(out, entry->help);
	buffer_puts(out, "\n");
}

/* What stands between BEGIN and END. */
static void put_keys(struct buffer *out)
{
	for (int group = 0; group < GROUP_COUNT; group++) {
		buffer_printf(out, ".SS %s\n", command_group_title((enum command_group)group));
		for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
			const struct command_entry *entry = command_entry((enum command)i);
			if (entry->group == (enum command_group)group)
				put_command(out, entry);
		}
	}
}

static void write_keys(const char *manual, const char *begin, const char *end, const char *keys)
{
	char path[4096];
	manual_path(path, sizeof path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%.*s%s%s", (int)(begin - manual), manual, keys, end);
	assert_int_equal(fclose(file), 0);
}

static void the_manual_has_every_key_with_its_command(void **state)
{
	(void)state;
	char *manual = read_manual();
	struct buffer keys = {0};
	put_keys(&keys);
	const char *begin = strstr(manual, BEGIN), *end = strstr(manual, END);
	assert_true(begin && end && begin < end);
	begin += strlen(BEGIN);
	bool is_same = keys.length == (size_t)(end - begin) && memcmp(keys.text, begin, keys.length) == 0;
	if (!is_same && getenv("UPDATE_GOLDEN"))
		write_keys(manual, begin, end, keys.text);
	else if (!is_same)
		fail_msg("the keys of the manual are not those of tui/keymap.c; UPDATE_GOLDEN=1 make check writes "
			 "them, to be read in git diff");
	buffer_done(&keys);
	free(manual);
}

/* Every key that is bound is in some line, the wheel aside, which is no key. */
static void every_binding_is_in_the_list(void **state)
{
	(void)state;
	size_t n;
	const struct binding *bindings = keymap_bindings(&n);
	for (size_t i = 0; i < n; i++) {
		char keys[96], name[16], padded[128], wanted[32];
		if (bindings[i].key == KEY_WHEEL_UP || bindings[i].key == KEY_WHEEL_DOWN)
			continue;
		keymap_keys_text(bindings[i].command, SCOPE_ALL, keys, sizeof keys);
		snprintf(padded, sizeof padded, " %s ", keys);
		snprintf(wanted, sizeof wanted, " %s ", key_label(bindings[i].key, name, sizeof name));
		if (!strstr(padded, wanted))
			fail_msg("%s is not among%s", wanted, padded);
	}
}

/* "\n.BR text_dim " (as text)"\n" */
static void the_manual_has_every_role_and_where_its_look_comes_from(void **state)
{
	(void)state;
	char *manual = read_manual(), line[120];
	const char *themes = strstr(manual, "\n.SH THEMES\n");
	assert_non_null(themes);
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct role_entry *role = role_entry((enum role)i);
		if (role->is_required)
			snprintf(line, sizeof line, "\n.BR %s \" (required)\"\n", role->name);
		else
			snprintf(line, sizeof line, "\n.BR %s \" (as %s)\"\n", role->name,
				 role_entry(role->parent)->name);
		if (!strstr(themes, line))
			fail_msg("the manual lacks the line%s", line);
	}
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manual_has_every_key_with_its_command),
		cmocka_unit_test(every_binding_is_in_the_list),
		cmocka_unit_test(the_manual_has_every_role_and_where_its_look_comes_from),
	};
	return cmocka_run_group_tests_name("tui_manual", tests, NULL, NULL);
}
