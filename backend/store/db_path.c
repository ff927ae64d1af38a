/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths of cache and ledger: private directories and files, no links, one writer, damaged files kept under a new name. Used by
 * db.c and the recorder's threads.
 */
#include "backend/store/db_path.h"

#include "base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* How many files of the same second may be set aside. */
#define ASIDE_TRIES 100

static enum err path_fail(int number, const char *verb, const char *path, struct err_info *why)
{
	char text[128];
	enum err code = number == ENOSPC || number == EDQUOT ? ERR_FULL : number == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	return err_set(why, code, "system", number, "cannot %s %s: %s", verb, path,
		       strerror_r(number, text, sizeof text));
}

static enum err directories_make(char *directory, struct err_info *why)
{
	for (char *at = directory + 1;; at++) {
		if (*at != '/' && *at != '\0')
			continue;
		char was = *at;
		*at = '\0';
		if (mkdir(directory, 0700) != 0 && errno != EEXIST && errno != EISDIR)
			return path_fail(errno, "make the directory", directory, why);
		*at = was;
		if (!was)
			return ERR_OK;
	}
}

/* Whoever may write into the directory may replace the file under us. */
static enum err directory_check(const char *directory, struct err_info *why)
{
	struct stat facts;
	if (stat(directory, &facts) != 0)
		return path_fail(errno, "look at", directory, why);
	if (!S_ISDIR(facts.st_mode))
		return err_set(why, ERR_IO, "system", ENOTDIR, "%s is not a directory", directory);
	if (facts.st_uid != geteuid() && facts.st_uid != 0)
		return err_set(why, ERR_UNSUPPORTED, NULL, 0, "the directory %s belongs to somebody else", directory);
	if ((facts.st_mode & (S_IWGRP | S_IWOTH)) && !(facts.st_mode & S_ISVTX))
		return err_set(why, ERR_UNSUPPORTED, NULL, 0,
			       "others may write into the directory %s: say chmod go-w to it", directory);
	return ERR_OK;
}

static enum err file_make(const char *directory, const char *path, struct err_info *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST ? ERR_OK : path_fail(errno, "make", path, why);
	close(fd);
	/* SQLite syncs the directory for its journals only: without this a crash could lose the name of a file
	 * whose content was promised. */
	int directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory_fd >= 0) {
		(void)fsync(directory_fd);
		close(directory_fd);
	}
	return ERR_OK;
}

static enum err file_check(const char *path, bool create, struct err_info *why)
{
	struct stat facts;
	if (lstat(path, &facts) != 0)
		return path_fail(errno, "look at", path, why);
	if (!S_ISREG(facts.st_mode))
		return err_set(why, ERR_UNSUPPORTED, NULL, 0, "%s is %s", path,
			       S_ISLNK(facts.st_mode) ? "a symbolic link, which is not followed" : "not a file");
	if (!create)
		return ERR_OK;
	if (facts.st_uid != geteuid())
		return err_set(why, ERR_UNSUPPORTED, NULL, 0, "%s belongs to somebody else", path);
	if (facts.st_nlink > 1)
		return err_set(why, ERR_UNSUPPORTED, NULL, 0,
			       "%s has a second name (hard link), which SQLite cannot keep safe", path);
	if ((facts.st_mode & 077) && chmod(path, 0600) != 0)
		return path_fail(errno, "make private", path, why);
	return ERR_OK;
}

/* Splits at the last slash: *directory on the heap, *name inside path. */
static void path_split(const char *path, char **directory, const char **name)
{
	const char *slash = strrchr(path, '/');
	*name = slash ? slash + 1 : path;
	*directory = mem_dup(slash ? path : ".");
	if (slash)
		(*directory)[slash == path ? 1 : slash - path] = '\0';
}

static enum err prepare_in(const char *directory, const char *name, bool create, char **resolved, struct err_info *why)
{
	char *real = realpath(directory, NULL);
	if (!real)
		return path_fail(errno, "look at", directory, why);
	size_t size = strlen(real) + strlen(name) + 2;
	char *whole = mem_new(size, 1);
	snprintf(whole, size, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	enum err err = create ? directory_check(real, why) : ERR_OK;
	if (err == ERR_OK && create)
		err = file_make(real, whole, why);
	if (err == ERR_OK)
		err = file_check(whole, create, why);
	free(real);
	if (err == ERR_OK)
		*resolved = whole;
	else
		free(whole);
	return err;
}

enum err path_prepare(const char *path, bool create, char **resolved, struct err_info *why)
{
	char *directory;
	const char *name;
	path_split(path, &directory, &name);
	enum err err = ERR_OK;
	if (!*name)
		err = err_set(why, ERR_IO, NULL, 0, "%s is not the name of a file", path);
	if (err == ERR_OK && create)
		err = directories_make(directory, why);
	if (err == ERR_OK)
		err = prepare_in(directory, name, create, resolved, why);
	free(directory);
	return err;
}

bool path_type_is_network(unsigned long type)
{
	/* linux/magic.h where it has the name; the others from statfs(2) and their file systems' sources. */
	static const unsigned long network[] = {
		NFS_SUPER_MAGIC,         SMB_SUPER_MAGIC,       0xff534d42 /* CIFS */,
		0xfe534d42 /* SMB2 */,   FUSE_SUPER_MAGIC,      V9FS_MAGIC,
		CEPH_SUPER_MAGIC,        AFS_SUPER_MAGIC,       CODA_SUPER_MAGIC,
		0x6b414653 /* kAFS */,   OCFS2_SUPER_MAGIC,     0x01161970 /* GFS2 */,
		0x0bd00bd0 /* Lustre */, 0x47504653 /* GPFS */,
	};
	for (size_t i = 0; i < ARRAY_LEN(network); i++) {
		if (network[i] == (type & 0xffffffff))
			return true;
	}
	return false;
}

bool path_is_on_network(const char *path)
{
	struct statfs facts;
	return statfs(path, &facts) == 0 && path_type_is_network((unsigned long)facts.f_type);
}

/* "12345", written by the owner of the lock; 0 if it cannot be read. */
static long lock_owner(int fd)
{
	char text[24] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	return n > 0 ? strtol(text, NULL, 10) : 0;
}

enum err path_lock(const char *path, int *out, struct err_info *why)
{
	char name[PATH_MAX], text[24];
	if (snprintf(name, sizeof name, "%s-lock", path) >= (int)sizeof name)
		return path_fail(ENAMETOOLONG, "lock", path, why);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return path_fail(errno, "open the lock", name, why);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int number = errno;
		long owner = lock_owner(fd);
		close(fd);
		if (number != EWOULDBLOCK)
			return path_fail(number, "lock", name, why);
		return err_set(why, ERR_BUSY, "system", number,
			       "another virt-drain (process %ld) writes the cache; this one goes on without", owner);
	}
	/* The number is for the sentence of others only: a full disk that keeps it out is no reason to stop. */
	int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, text, (size_t)length, 0);
	*out = fd;
	return ERR_OK;
}

static bool rename_if_there(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 || errno == ENOENT;
}

enum err path_set_aside(const char *path, wall_time now, char *aside, size_t size, struct err_info *why)
{
	/* The WAL goes first: were we killed in between, a new file must never meet the old WAL. */
	static const char *const part[] = {"-wal", "-shm", ""};
	char when[32], from[PATH_MAX], to[PATH_MAX + 64], base[PATH_MAX + 48];
	struct tm utc;
	time_t seconds = (time_t)(now.ms / 1000);
	gmtime_r(&seconds, &utc);
	strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
	for (int try = 0; try < ASIDE_TRIES; try++) {
		char more[16] = "";
		if (try > 0)
			snprintf(more, sizeof more, "-%d", try + 1);
		snprintf(base, sizeof base, "%s.corrupt-%s%s", path, when, more);
		if (access(base, F_OK) == 0)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(part); i++) {
			snprintf(from, sizeof from, "%s%s", path, part[i]);
			snprintf(to, sizeof to, "%s%s", base, part[i]);
			if (!rename_if_there(from, to))
				return path_fail(errno, "set aside", from, why);
		}
		snprintf(aside, size, "%s", base);
		return ERR_OK;
	}
	return err_set(why, ERR_IO, NULL, 0, "too many damaged files were set aside beside %s", path);
}
