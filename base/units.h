/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantities as types, so that pages per second never meet bytes per second. Plain values, any thread.
 * Arithmetic saturates: numbers come from daemons that may lie (reliability: total 0, remaining > total).
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
typedef struct { uint64_t n; } bytes;
typedef struct { uint64_t n; } bytes_per_s;
typedef struct { uint64_t n; } pages;
typedef struct { uint64_t n; } pages_per_s;
typedef struct { int64_t ms; } duration;

/* Milliseconds of CLOCK_MONOTONIC of this boot: every age, deadline and elapsed time of ours. */
typedef struct { int64_t ms; } mono_time;
/* Milliseconds since 1970 UTC: for people, logs and the cache only; it may step. */
typedef struct { int64_t ms; } wall_time;
/* clang-format on */

/* The same instant on both clocks. */
struct stamp {
	mono_time mono;
	wall_time wall;
};

static inline duration mono_since(mono_time later, mono_time earlier)
{
	return (duration){later.ms - earlier.ms};
}

static inline mono_time mono_add(mono_time t, duration d)
{
	return (mono_time){t.ms + d.ms};
}

static inline bool mono_reached(mono_time now, mono_time deadline)
{
	return now.ms >= deadline.ms;
}

uint64_t u64_add(uint64_t a, uint64_t b); /* saturates at UINT64_MAX */
uint64_t u64_sub(uint64_t a, uint64_t b); /* 0 where b > a */
uint64_t u64_mul(uint64_t a, uint64_t b); /* saturates at UINT64_MAX */

/* Bytes that `rate` pages per second of `page_size` bytes are, per second. */
bytes_per_s pages_to_bytes_per_s(pages_per_s rate, bytes page_size);

/* Time to send `amount` at `rate`; a rate of 0 gives -1 ms, which callers must treat as "never". */
duration bytes_div_rate(bytes amount, bytes_per_s rate);

#endif
