/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver that says a recording again (--demo=FILE). backend/recorded/tap.h records.
 */
#ifndef BACKEND_RECORDED_RECORDED_H
#define BACKEND_RECORDED_RECORDED_H

#include "backend/driver.h"

/* A driver that says the events of a file again, at the pace at which they were recorded; the first comes at once. It cannot act. At
 * the end of the recording every link goes down, with that as its reason. Errors: those of recording_open. */
enum err driver_recorded_new(struct driver **out, const char *path, struct err_info *why) ATTR_WARN_UNUSED;

#endif
