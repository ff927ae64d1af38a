/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab-clock.so: loaded into a lab host's libvirtd by LD_PRELOAD, it shifts the wall clock that the daemon sees by the
 * seconds in a file, so that `lab fault clock` can step the clock of one host while the machine's own stays right.
 * The monotonic clock is left alone. Waits until a moment of the wall clock are shifted back, or a step would make
 * libvirt's 30 s waits last for ever or not at all.
 * Any thread of the daemon. The file (LAB_CLOCK_FILE) is one 64-bit integer in the machine's byte order, mapped shared:
 * lab/fault.sh writes it.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset_s;

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_gettimeofday)(struct timeval *, void *);
static int (*real_cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

__attribute__((constructor)) static void clock_open(void)
{
	const char *path = getenv("LAB_CLOCK_FILE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map;

	*(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	*(void **)&real_gettimeofday = dlsym(RTLD_NEXT, "gettimeofday");
	*(void **)&real_cond_timedwait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		offset_s = map;
}

static time_t clock_offset(void)
{
	return offset_s ? (time_t)*offset_s : 0;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	int result;

	if (!real_clock_gettime)
		clock_open();
	result = real_clock_gettime(id, now);
	if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		now->tv_sec += clock_offset();
	return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	int result;

	if (!real_gettimeofday)
		clock_open();
	result = real_gettimeofday(now, zone);
	if (result == 0)
		now->tv_sec += clock_offset();
	return result;
}

time_t time(time_t *seconds)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	if (seconds)
		*seconds = now.tv_sec;
	return now.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
			   const struct timespec *restrict until)
{
	struct timespec shifted = *until;

	if (!real_cond_timedwait)
		clock_open();
	shifted.tv_sec -= clock_offset();
	return real_cond_timedwait(cond, mutex, &shifted);
}
