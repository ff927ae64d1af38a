/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to be right about a path before SQLite may open it, the lock of the one who writes, and setting a damaged file
 * aside. No SQLite here; any thread.
 */
#ifndef BACKEND_STORE_DB_PATH_H
#define BACKEND_STORE_DB_PATH_H

#include "base/err.h"
#include "base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* The same path with its directory resolved (realpath), on the heap. With `create` missing directories are made (0700) and a missing
 * file too (0600, empty, its directory synced). The directory must be ours or root's and not writable by others (unless sticky);
 * the file a regular one of ours with one name. Errors: ERR_NOT_FOUND, ERR_UNSUPPORTED (link, pipe, foreign owner), ERR_FULL, ERR_IO. */
enum err path_prepare(const char *path, bool create, char **resolved, struct err_info *why) ATTR_WARN_UNUSED;

/* True for a file system type (statfs f_type) that is reached over a network or through FUSE. */
bool path_type_is_network(unsigned long type);
bool path_is_on_network(const char *path);

/* Takes the lock of the one process that writes `path` (flock on PATH-lock, gone when the process is). *fd is to be closed to release it.
 * Errors: ERR_BUSY with the process id of the owner in the sentence, ERR_FULL, ERR_IO. */
enum err path_lock(const char *path, int *fd, struct err_info *why) ATTR_WARN_UNUSED;

/* Renames PATH-wal, PATH-shm and PATH to PATH.corrupt-TIME...; writes the new name of PATH into `aside`. */
enum err path_set_aside(const char *path, wall_time now, char *aside, size_t size,
			struct err_info *why) ATTR_WARN_UNUSED;

#endif
