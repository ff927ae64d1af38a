/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dashboard: settings to the screen, and back. Main thread.
 */
#include "app/commands.h"
#include "app/conf.h"
#include "app/signals.h"
#include "base/buffer.h"
#include "tui/tui.h"

#include <stdio.h>
#include <stdlib.h>

#include "config.h"

/* What an operator has to know when the screen is gone all of a sudden. */
static char *crash_note(const char *ledger)
{
	struct buffer note = {0};
	buffer_printf(&note,
		      PACKAGE_STRING " has crashed. The terminal is as it was before; migrations go on without it.\n");
	if (ledger)
		buffer_printf(&note,
			      "What was asked of guests is in %s: virt-drain history --actions shows it,\n"
			      "and the next dashboard looks after what is still open.\n",
			      ledger);
	return note.text;
}

/* The screen asks for this when a configuration file has changed; context: struct command_line. */
static enum err theme_again(const void *context, char *out, size_t size, struct err_info *why)
{
	struct settings settings;
	settings_init(&settings);
	enum err err = conf_read_all(&settings, context, why);
	if (!err)
		snprintf(out, size, "%s", settings.theme);
	settings_done(&settings);
	return err;
}

int cmd_dashboard(const struct run *run)
{
	const struct settings *settings = run->settings;
	struct session session;
	struct err_info why;
	if (session_start(&session, run, &why) != ERR_OK)
		return complain_and_exit_code(&why);
	char *note = crash_note(run->ledger), *file[CONF_FILES_MAX] = {NULL};
	conf_files(settings, file);
	struct tui_settings screen = {
		.theme = settings->theme,
		.configuration = {.file = {file[0], file[1]}, .theme = theme_again, .context = run->line},
		.columns = settings->columns,
		.order = settings->sort.field,
		.descending = settings->sort.descending,
		.filter = settings->filter,
		.glyphs = (enum tui_glyphs)settings->glyphs,
		.mouse = settings->mouse,
		.bell = (enum tui_bell)settings->bell,
		.method = (enum force_method)settings->force_method,
		.refresh = settings->refresh,
		.is_read_only = settings->read_only,
		.is_demo = settings->demo && !session.is_recording,
		.is_recording = session.is_recording,
		.drain = session.drain,
		.crash_note = note,
		.stop_fd = signals_fd(),
	};
	enum err err = tui_run(session.backend, &screen, &why);
	free(note);
	for (size_t i = 0; i < CONF_FILES_MAX; i++)
		free(file[i]);
	int signal = signals_taken();
	session_stop(&session);
	if (err)
		return complain_and_exit_code(&why);
	return signal ? 128 + signal : 0;
}
