/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The diagnostic log. log_open and log_close belong to the main thread while no other runs; log_write may be
 * called by any.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A log that grew beyond this is set aside under the name PATH.old when it is opened again. */
#define LOG_KEPT (4 * 1024 * 1024)

static int log_file = -1;
static enum log_level log_most = LOG_LEVEL_INFO;

static void set_aside_if_big(const char *path)
{
	struct stat facts;
	char old[4096];
	if (stat(path, &facts) != 0 || facts.st_size < LOG_KEPT)
		return;
	if (snprintf(old, sizeof old, "%s.old", path) < (int)sizeof old)
		(void)rename(path, old);
}

enum err log_open(const char *path, enum log_level level, struct err_info *why)
{
	log_close();
	if (!path)
		return ERR_OK;
	set_aside_if_big(path);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (fd < 0) {
		int number = errno;
		char text[128];
		return err_set(why, ERR_IO, "system", number, "cannot open the log %s: %s", path,
			       strerror_r(number, text, sizeof text));
	}
	log_file = fd;
	log_most = level;
	return ERR_OK;
}

void log_close(void)
{
	if (log_file >= 0)
		close(log_file);
	log_file = -1;
}

int log_fd(void)
{
	return log_file;
}

void log_write(enum log_level level, const char *format, ...)
{
	static const char *const names[] = {"error", "warning", "info", "debug"};
	if (log_file < 0 || level > log_most)
		return;
	char raw[1024], clean[1024], when[TEXT_NUMBER_MAX + 8], line[1200];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	text_clean(clean, sizeof clean, raw, strlen(raw));
	text_iso_utc(when, sizeof when, clock_wall());
	int length = snprintf(line, sizeof line, "%s %d %s: %s\n", when, (int)gettid(), names[level], clean);
	/* One write to a file opened for appending: lines of several threads do not mix. A full disk must not
	 * stop anything. */
	ssize_t written = write(log_file, line, (size_t)length);
	(void)written;
}
