/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text on its way to a file: any thread adds, one thread of the spool's own writes, so that nobody else waits for a disk. What waits
 * is bounded. After the first failure nothing more is taken; the file ends with a whole line or in the middle of one.
 */
#ifndef BACKEND_RECORDED_SPOOL_H
#define BACKEND_RECORDED_SPOOL_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct spool; /* opaque */

/* What is said once, when the file cannot be written any more: from the spool's thread or from within spool_add, under the spool's
 * lock, so it must be short. Not after spool_finish. */
struct spool_ear {
	void (*hear)(void *context, const char *sentence);
	void *context;
};

/* Makes the file (0600), which must not exist; a character device is written to. Nothing is written before spool_start. Errors: ERR_IO,
 * ERR_USAGE where the file exists. */
enum err spool_open(struct spool **out, const char *path, struct err_info *why) ATTR_WARN_UNUSED;

/* Begins to write. Where there is no thread for it, that is a failure as any other. */
void spool_start(struct spool *spool, struct spool_ear ear);

/* Any thread; returns at once. It is in the file a second later at most. */
void spool_add(struct spool *spool, const char *text, size_t length);

/* Writes what waits, closes and frees; a disk that does not answer in two seconds is left behind with its thread. A
 * file that was never written to is taken away again. Returns false with
 * the sentence in *why where something went wrong at any time. NULL is fine. */
bool spool_finish(struct spool *spool, struct err_info *why);

#endif
