/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has a file changed? Asked from time to time with what stat says: not inotify, because files of a configuration are symbolic links into
 * other folders, lie on network file systems, or come into being in folders that were not there. Main thread.
 */
#ifndef TUI_WATCH_H
#define TUI_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct file_stamp {
	uint64_t device, inode, size;
	int64_t seconds, nanoseconds; /* of the last modification; all are 0 where there is no such file */
};

struct file_stamp file_stamp(const char *path); /* NULL: no file */

struct watch {
	struct file_stamp known, last; /* as it was read; as it was at the last look */
};

/* This is what was read, or will be at once. */
void watch_begin(struct watch *watch, const struct file_stamp *now);
/* True once for each change, at the second look that finds it: then nobody is in the midst of writing it. */
bool watch_look(struct watch *watch, const struct file_stamp *now);

#endif
