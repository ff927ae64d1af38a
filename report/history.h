/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A remembered migration in the shape of a row, so that the past is reported by the same code as the present. For report/ only. Pure.
 */
#ifndef REPORT_HISTORY_H
#define REPORT_HISTORY_H

#include "model/record.h"
#include "model/snapshot.h"

/* Strings are cleaned and live in `arena`. A migration that was not seen to end has ended 0 and its last known phase. */
struct row row_of_record(const struct migration_record *record, struct arena *arena, wall_time now);

#endif
