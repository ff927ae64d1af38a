/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool's lock protects what waits and the few flags; the thread writes without it.
 */
#include "backend/recorded/spool.h"

#include "base/array.h"
#include "base/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PENDING_MAX ((size_t)16 << 20) /* some minutes of a disk that stands still */
#define PENDING_ENOUGH ((size_t)64 << 10)
#define FLUSH_S 1
#define FINISH_PATIENCE_S 2

struct spool {
	pthread_mutex_t lock;
	pthread_cond_t wake; /* the thread: something waits, or the end */
	pthread_cond_t done; /* spool_finish: the thread has closed the file */
	struct buffer pending;
	bool is_new; /* the file was made by us */
	bool has_started, is_running, is_finishing, is_done, is_abandoned, has_failed;
	struct err_info trouble;
	struct spool_ear ear;
	char *path;
	int fd;
	pthread_t thread;
};

static void spool_free(struct spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	pthread_cond_destroy(&spool->wake);
	pthread_cond_destroy(&spool->done);
	pthread_mutex_destroy(&spool->lock);
	buffer_done(&spool->pending);
	free(spool->path);
	free(spool);
}

/* With the lock held. */
static void fail(struct spool *spool, int number, const char *what)
{
	if (spool->has_failed)
		return;
	spool->has_failed = true;
	buffer_done(&spool->pending);
	(void)!err_set(&spool->trouble, number == ENOSPC || number == EDQUOT ? ERR_FULL : ERR_IO, "system", number,
		       "the recording %s stops here: %s", spool->path, what);
	if (spool->ear.hear && !spool->is_finishing)
		spool->ear.hear(spool->ear.context, spool->trouble.text);
}

static void fail_by_number(struct spool *spool, int number)
{
	char text[128];

	fail(spool, number, strerror_r(number, text, sizeof text));
}

/* ---- the thread ---- */

static int write_all(int fd, const struct buffer *text)
{
	for (size_t at = 0; at < text->length;) {
		ssize_t n = write(fd, text->text + at, text->length - at);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			at += (size_t)n;
	}
	return 0;
}

/* Waits until something is there, and then up to a second for more: a disk is not written to for each line. Lock held. */
static void wait_for_work(struct spool *spool)
{
	struct timespec until;
	int code = 0;

	while (!spool->is_finishing && spool->pending.length == 0)
		pthread_cond_wait(&spool->wake, &spool->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += FLUSH_S;
	while (code == 0 && !spool->is_finishing && spool->pending.length < PENDING_ENOUGH)
		code = pthread_cond_timedwait(&spool->wake, &spool->lock, &until);
}

static void *run(void *argument)
{
	struct spool *spool = argument;
	bool is_over = false;

	pthread_setname_np(pthread_self(), "recording");
	pthread_mutex_lock(&spool->lock);
	while (!is_over) {
		wait_for_work(spool);
		struct buffer taken = spool->pending;
		spool->pending = (struct buffer){0};
		is_over = spool->is_finishing;
		int fd = spool->fd;
		pthread_mutex_unlock(&spool->lock);
		int number = write_all(fd, &taken);
		if (is_over && close(fd) != 0 && number == 0)
			number = errno;
		buffer_done(&taken);
		pthread_mutex_lock(&spool->lock);
		if (number)
			fail_by_number(spool, number);
	}
	spool->fd = -1;
	spool->is_done = true;
	bool is_abandoned = spool->is_abandoned;
	pthread_cond_signal(&spool->done);
	pthread_mutex_unlock(&spool->lock);
	if (is_abandoned)
		spool_free(spool);
	return NULL;
}

/* ---- the door ---- */

static bool is_character_device(const char *path)
{
	struct stat what;

	return stat(path, &what) == 0 && S_ISCHR(what.st_mode);
}

/* A recording never takes the place of another file; what goes to a device leaves nothing behind that could be lost. */
static enum err make_file(int *out, bool *is_new, const char *path, struct err_info *why)
{
	char text[128];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int number = errno;

	*is_new = fd >= 0;
	if (fd < 0 && number == EEXIST) {
		if (!is_character_device(path))
			return err_set(why, ERR_USAGE, "virt-drain", 0,
				       "%s exists, and a recording never overwrites a file: choose another name", path);
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		number = errno;
	}
	if (fd < 0)
		return err_set(why, ERR_IO, "system", number, "cannot record to %s: %s", path,
			       strerror_r(number, text, sizeof text));
	*out = fd;
	return ERR_OK;
}

enum err spool_open(struct spool **out, const char *path, struct err_info *why)
{
	pthread_condattr_t monotonic;
	bool is_new;
	int fd = -1;
	enum err err = make_file(&fd, &is_new, path, why);

	if (err)
		return err;
	struct spool *spool = mem_new(1, sizeof *spool);
	spool->fd = fd;
	spool->is_new = is_new;
	spool->path = mem_dup(path);
	pthread_mutex_init(&spool->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&spool->wake, &monotonic);
	pthread_cond_init(&spool->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*out = spool;
	return ERR_OK;
}

void spool_start(struct spool *spool, struct spool_ear ear)
{
	int code;

	pthread_mutex_lock(&spool->lock);
	spool->ear = ear;
	spool->has_started = true;
	code = pthread_create(&spool->thread, NULL, run, spool);
	if (code)
		fail_by_number(spool, code);
	else
		spool->is_running = true;
	pthread_mutex_unlock(&spool->lock);
}

void spool_add(struct spool *spool, const char *text, size_t length)
{
	pthread_mutex_lock(&spool->lock);
	if (!spool->has_failed && !spool->is_finishing) {
		if (spool->pending.length + length > PENDING_MAX)
			fail(spool, 0, "the disk does not take it fast enough");
		else
			buffer_add(&spool->pending, text, length);
		if (spool->pending.length == length || spool->pending.length >= PENDING_ENOUGH)
			pthread_cond_signal(&spool->wake);
	}
	pthread_mutex_unlock(&spool->lock);
}

/* Lock held; true when the thread is through, false when it is left behind. */
static bool wait_for_end(struct spool *spool)
{
	struct timespec until;
	int code = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += FINISH_PATIENCE_S;
	while (!spool->is_done && code == 0)
		code = pthread_cond_timedwait(&spool->done, &spool->lock, &until);
	return spool->is_done;
}

bool spool_finish(struct spool *spool, struct err_info *why)
{
	if (!spool)
		return true;
	bool is_running = spool->is_running;
	pthread_t thread = spool->thread;
	pthread_mutex_lock(&spool->lock);
	spool->is_finishing = true;
	pthread_cond_signal(&spool->wake);
	bool is_done = !is_running || wait_for_end(spool);
	if (!is_done)
		fail(spool, 0, "the disk does not answer, the end may be missing");
	bool is_whole = !spool->has_failed;
	if (!is_whole && why)
		*why = spool->trouble;
	spool->is_abandoned = !is_done;
	pthread_mutex_unlock(&spool->lock);
	if (!is_done) {
		pthread_detach(thread);
		return false;
	}
	if (is_running)
		pthread_join(thread, NULL);
	if (!spool->has_started && spool->is_new)
		(void)unlink(spool->path);
	spool_free(spool);
	return is_whole;
}
