/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Release of what records own.
 */
#include "model/record.h"

#include <stdlib.h>

void migration_record_done(struct migration_record *record)
{
	free(record->name);
	free(record->source);
	free(record->destination);
	record->name = record->source = record->destination = NULL;
}

void host_record_done(struct host_record *record)
{
	free(record->name);
	free(record->uri);
	record->name = record->uri = NULL;
}
