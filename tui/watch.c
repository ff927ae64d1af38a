/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stamps of files, compared. Main thread. Neighbour: theme_live.c looks each second.
 */
#include "tui/watch.h"

#include <stddef.h>
#include <sys/stat.h>

struct file_stamp file_stamp(const char *path)
{
	struct stat file;

	if (!path || stat(path, &file) != 0)
		return (struct file_stamp){0};
	return (struct file_stamp){file.st_dev, file.st_ino, (uint64_t)file.st_size, file.st_mtim.tv_sec,
				   file.st_mtim.tv_nsec};
}

static bool is_same(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size && a->seconds == b->seconds &&
	       a->nanoseconds == b->nanoseconds;
}

void watch_begin(struct watch *watch, const struct file_stamp *now)
{
	watch->known = watch->last = *now;
}

bool watch_look(struct watch *watch, const struct file_stamp *now)
{
	bool is_settled = is_same(now, &watch->last);

	watch->last = *now;
	if (!is_settled || is_same(now, &watch->known))
		return false;
	watch->known = *now;
	return true;
}
