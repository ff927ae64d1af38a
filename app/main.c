/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry of virt-drain. Thread: main. Command line, configuration, and over to one cmd_*.c.
 */
#include "app/commands.h"
#include "app/completion.h"
#include "app/conf.h"
#include "backend/libvirt/libvirt.h"
#include "backend/store/store.h"
#include "base/log.h"
#include "tui/tui.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

static int (*const commands[COMMAND_COUNT])(const struct run *run) = {
	[COMMAND_DASHBOARD] = cmd_dashboard, [COMMAND_ONCE] = cmd_once,  [COMMAND_STREAM] = cmd_stream,
	[COMMAND_FORCE] = cmd_act,           [COMMAND_ABORT] = cmd_act,  [COMMAND_DOWNTIME] = cmd_act,
	[COMMAND_BANDWIDTH] = cmd_act,       [COMMAND_ARM] = cmd_act,    [COMMAND_DISARM] = cmd_act,
	[COMMAND_TIMEOUT] = cmd_act,         [COMMAND_RESUME] = cmd_act, [COMMAND_HISTORY] = cmd_history,
};

/* A file that is opened later must not become the standard output that somebody closed. */
static void occupy_standard_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int print_help(void)
{
	struct buffer help = {0};
	command_line_help(&help);
	int code = fputs(help.text, stdout) < 0 || fflush(stdout) != 0;
	buffer_done(&help);
	return code;
}

/* Configuration has no say in it, so that a wrong one breaks no build and no shell. */
static int print_completion(struct settings *settings, const struct command_line *line)
{
	struct buffer script = {0};
	struct err_info why;
	if (command_line_apply(line, NULL, settings, &why) != ERR_OK)
		return complain_and_exit_code(&why);
	completion_script((enum shell)settings->completion, &script);
	int code = fputs(script.text, stdout) < 0 || fflush(stdout) != 0;
	buffer_done(&script);
	return code;
}

static int print_version(void)
{
	char libvirt[64], curses[64];
	printf("%s\nlibvirt %s\n%s\nSQLite %s\n", PACKAGE_STRING, libvirt_version_text(libvirt, sizeof libvirt),
	       tui_curses_version(curses, sizeof curses), store_sqlite_version());
	return fflush(stdout) != 0;
}

/* Also where the configuration is wrong, because then it is asked where that is. */
static int print_paths(struct settings *settings, const struct command_line *line)
{
	struct err_info why;
	enum err err = conf_read_all(settings, line, &why);
	int code = cmd_paths(settings);
	return err ? complain_and_exit_code(&why) : code;
}

static int run_command(const struct settings *settings, const struct command_line *line)
{
	struct run run = {.settings = settings, .line = line};
	struct err_info why;
	enum err err = run_find_hosts(&run, &why);
	if (!err)
		err = run_find_files(&run, &why);
	int code = err ? complain_and_exit_code(&why) : commands[line->command](&run);
	run_done(&run);
	return code;
}

int main(int argc, char **argv)
{
	struct command_line line;
	struct settings settings;
	struct err_info why;
	int code;
	occupy_standard_descriptors();
	setlocale(LC_CTYPE, ""); /* not LC_ALL, because a decimal comma is no JSON */
	if (command_line_parse(&line, argc, argv, &why) != ERR_OK)
		return complain_and_exit_code(&why);
	settings_init(&settings);
	if (command_line_has(&line, "help"))
		code = print_help();
	else if (command_line_has(&line, "version"))
		code = print_version();
	else if (command_line_has(&line, "completion"))
		code = print_completion(&settings, &line);
	else if (command_line_has(&line, "paths"))
		code = print_paths(&settings, &line);
	else if (conf_read_all(&settings, &line, &why) != ERR_OK)
		code = complain_and_exit_code(&why);
	else
		code = run_command(&settings, &line);
	settings_done(&settings);
	command_line_done(&line);
	log_close();
	return code;
}
