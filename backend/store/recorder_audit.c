/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread that tells the audit sink, the system's log, of actions. Its own, because a log that does not read makes its writers wait,
 * and neither the ledger nor a call may wait for it. It owns nothing but what it was handed.
 */
#include "backend/store/ledger.h"
#include "backend/store/recorder.h"
#include "base/log.h"

#include <unistd.h>

void recorder_audit(struct recorder *recorder, const struct intent *intent)
{
	if (!recorder->audit.is_running)
		return;
	struct parcel *parcel = parcel_new(PARCEL_INTENT_CHANGE);
	parcel->intent = *intent;
	if (queue_put(recorder->audit.queue, parcel, false))
		return;
	parcel_free(parcel);
	if (!atomic_exchange(&recorder->audit_is_late, true))
		log_write(LOG_LEVEL_WARNING, "the system's log takes nothing: actions are in the ledger only");
}

void *recorder_audit_run(void *argument)
{
	struct recorder *recorder = argument;
	struct ledger_row row = {0};
	bool goes_on = true;
	ledger_owner_init(&row.owner);
	while (goes_on) {
		struct parcel *parcel = queue_wait(recorder->audit.queue, -1);
		if (!parcel)
			continue;
		goes_on = parcel->kind != PARCEL_STOP;
		row.intent = parcel->intent;
		if (goes_on)
			recorder->audit_sink.put(recorder->audit_sink.context, &row);
		parcel_free(parcel);
	}
	(void)!write(recorder->audit.done_fd, &(uint64_t){1}, sizeof(uint64_t));
	return NULL;
}
