/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files in libconfig's syntax, before libconfig. Any thread.
 */
#include "base/config_text.h"

#include "base/array.h"
#include "base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST (1024 * 1024)

static enum err cannot_read(const char *path, int number, struct err_info *why)
{
	char text[128];
	return err_set(why, ERR_CONFIG, "system", number, "%s: cannot read this file: %s", path,
		       strerror_r(number, text, sizeof text));
}

/* Reads all of an open file; errno's value, or 0. */
static int read_all(int fd, struct buffer *out)
{
	char piece[4096];
	ssize_t n;
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		buffer_add(out, piece, (size_t)n);
		if (out->length > FILE_MOST)
			return EFBIG;
	}
	return 0;
}

/* The text of a file. Read here and not by libconfig, because its scanner ends the program when reading fails. */
static enum err load(const char *path, enum config_text kind, struct buffer *out, struct err_info *why)
{
	struct stat facts;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int number = fd < 0 || fstat(fd, &facts) != 0 ? errno : 0;
	if (!number)
		number = S_ISDIR(facts.st_mode) ? EISDIR : read_all(fd, out);
	if (fd >= 0)
		close(fd);
	if (number)
		return cannot_read(path, number, why);
	if (kind == CONFIG_TEXT_OURS && S_ISREG(facts.st_mode) && (facts.st_mode & S_IWOTH))
		return err_set(why, ERR_CONFIG, "virt-drain", 0,
			       "%s: everybody may write to this configuration: chmod o-w it", path);
	if (out->length > 0 && strlen(out->text) != out->length)
		return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s: this is no text", path);
	return ERR_OK;
}

/* libconfig would read other files at @include; then an error would not name the file that is to blame. */
static enum err refuse_include(const char *path, const char *text, struct err_info *why)
{
	int line = 1;
	while (text) {
		const char *end = strchr(text, '\n');
		if (strncmp(text + strspn(text, " \t"), "@include", strlen("@include")) == 0)
			return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s:%d: @include is not supported", path,
				       line);
		text = end ? end + 1 : NULL;
		line++;
	}
	return ERR_OK;
}

/* Length of what begins at `at` and ends with `end`, both included; 0 where the text ends before. A backslash hides a quote. */
static size_t length_until(const char *at, size_t n_open, const char *end)
{
	for (size_t i = n_open; at[i]; i++) {
		if (end[0] == '"' && at[i] == '\\' && at[i + 1])
			i++;
		else if (strncmp(at + i, end, strlen(end)) == 0)
			return i + strlen(end);
	}
	return 0;
}

/* Length of the text or comment that begins here; 1 for anything else. False where it does not end. */
static bool token_length(const char *at, size_t *length)
{
	static const char *const kinds[][2] = {{"\"", "\""}, {"/*", "*/"}, {"#", "\n"}, {"//", "\n"}};
	*length = 1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *open = kinds[i][0], *end = kinds[i][1];
		if (strncmp(at, open, strlen(open)) != 0)
			continue;
		*length = length_until(at, strlen(open), end);
		return *length > 0;
	}
	return true;
}

/* libconfig takes a text or comment that does not end for the end of the file, and all keys after it would be lost in silence. */
static enum err refuse_unfinished(const char *path, const char *text, struct err_info *why)
{
	int line = 1;
	size_t length;
	for (size_t at = 0, size = strlen(text); at < size; at += length) {
		if (!token_length(text + at, &length))
			return err_set(why, ERR_CONFIG, "virt-drain", 0, "%s:%d: the %s that begins here does not end",
				       path, line, text[at] == '"' ? "text" : "comment");
		for (size_t i = 0; i < length; i++)
			line += text[at + i] == '\n';
	}
	return ERR_OK;
}

enum err config_text_read(const char *path, enum config_text kind, char **out, struct err_info *why)
{
	struct buffer text = {0};
	enum err err = load(path, kind, &text, why);
	buffer_puts(&text, "\n"); /* libconfig does not take a comment for one that the file ends in */
	char *all = buffer_take(&text);
	if (!err)
		err = refuse_include(path, all, why);
	if (!err)
		err = refuse_unfinished(path, all, why);
	if (err)
		free(all);
	else
		*out = all;
	return err;
}
