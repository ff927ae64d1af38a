/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver around another driver that records what is said (--record). backend/recorded/recording.h reads it.
 */
#ifndef BACKEND_RECORDED_TAP_H
#define BACKEND_RECORDED_TAP_H

#include "backend/driver.h"

/* A driver that is `inner` to all who use it, and writes what it says and is asked to a new file. Nobody waits for the disk; when it
 * fails, the recording ends there, a notice says so, and all else goes on. On success the inner driver is consumed. Errors: ERR_USAGE where
 * the file exists, ERR_IO. */
enum err driver_tap_new(struct driver **out, struct driver *inner, const char *path,
			struct err_info *why) ATTR_WARN_UNUSED;

/* After stop: what kept the recording of a tap from being complete, NULL if nothing did. */
const char *driver_tap_trouble(const struct driver *tap);

#endif
