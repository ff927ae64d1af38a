/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a file in libconfig's syntax, read and looked through for what libconfig itself would do badly: its scanner ends the program
 * when reading fails, follows @include anywhere, and takes a text or comment that does not end for the end of the file. Any thread.
 */
#ifndef BASE_CONFIG_TEXT_H
#define BASE_CONFIG_TEXT_H

#include "base/err.h"

/* A file that says what may be done must not be everybody's to write. */
enum config_text { CONFIG_TEXT_ANY, CONFIG_TEXT_OURS };

/* *out is for config_read_string; the caller frees it. Errors: ERR_CONFIG with "FILE:LINE: sentence" or "FILE: sentence"; *out untouched. At
 * most a MiB is read. */
enum err config_text_read(const char *path, enum config_text kind, char **out, struct err_info *why) ATTR_WARN_UNUSED;

#endif
