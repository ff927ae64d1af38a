/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread that writes the ledger: a new intent at once and synced before it is answered, changes right after, what failed again
 * later. It owns the ledger.
 */
#include "backend/store/ledger.h"
#include "backend/store/ledger_watch.h"
#include "backend/store/recorder.h"
#include "base/clock.h"
#include "base/failpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RETRY_FIRST_MS 1000
#define RETRY_MAX_MS 30000

struct writer {
	struct recorder *recorder;
	struct ledger ledger;
	struct ledger_watch watch;
	int retry_ms; /* 0: nothing failed */
	mono_time retry_at;
};

static const char *hint(enum err err)
{
	switch (err) {
	case ERR_FULL: return "; actions are refused until there is space";
	case ERR_BUSY: return "; actions are refused until it is free";
	case ERR_CORRUPT: return "; it is kept as it is, actions are refused: repair it or move it away";
	default: return "; actions are refused: look at the disk, owner and permissions";
	}
}

static void tell(struct writer *writer, enum err err, const struct err_info *why)
{
	char text[320];
	if (err == ERR_OK) {
		writer->retry_ms = 0;
		recorder_tell_ledger(writer->recorder, true, writer->ledger.remark);
		return;
	}
	snprintf(text, sizeof text, "%.220s%s", why->text, hint(err));
	recorder_tell_ledger(writer->recorder, false, text);
	writer->retry_ms = writer->retry_ms ? writer->retry_ms * 2 : RETRY_FIRST_MS;
	if (writer->retry_ms > RETRY_MAX_MS)
		writer->retry_ms = RETRY_MAX_MS;
	writer->retry_at = mono_add(clock_mono(), (duration){writer->retry_ms});
}

static void add(struct writer *writer, const struct intent *intent)
{
	struct err_info why = {0};
	struct event *event = event_new(EVENT_LEDGER, HOST_NONE, clock_stamp());
	event->ledger.order_serial = intent->order.serial;
	event->ledger.result = ledger_add(&writer->ledger, intent, &event->ledger.intent_id, &why);
	snprintf(event->ledger.text, sizeof event->ledger.text, "%s", why.text);
	enum err result = event->ledger.result;
	if (result == ERR_OK)
		failpoint("after-record");
	struct intent told = *intent;
	told.id = result == ERR_OK ? event->ledger.intent_id : 0;
	recorder_audit(writer->recorder, &told);
	recorder_say(writer->recorder, event);
	/* what the ledger itself forbids is no trouble of the ledger */
	tell(writer, result == ERR_INVALID_STATE ? ERR_OK : result, &why);
}

static void say_adopted(void *context, const struct intent *intent)
{
	struct event *event = event_new(EVENT_ADOPTED, HOST_NONE, clock_stamp());
	event->adopted = *intent;
	recorder_say(context, event);
}

/* A ledger that cannot be written now is told by the next flush; what is left stays for the host's next answer, or the next start. */
static void adopt(struct writer *writer, const struct uuid *host)
{
	(void)!ledger_adopt(&writer->ledger, host, say_adopted, writer->recorder, NULL);
}

static void flush(struct writer *writer)
{
	struct err_info why = {0};
	/* Opened even where nothing waits, so that a bad ledger is told before the first action needs it. */
	enum err err = ledger_open(&writer->ledger, &why);
	if (err == ERR_OK)
		err = ledger_flush(&writer->ledger, &why);
	tell(writer, err, &why);
}

/* False for the parcel that ends the thread. */
static bool unpack(struct writer *writer, struct parcel *parcel)
{
	enum parcel_kind kind = parcel->kind;
	if (kind == PARCEL_INTENT_NEW)
		add(writer, &parcel->intent);
	else if (kind == PARCEL_INTENT_CHANGE)
		ledger_change(&writer->ledger, &parcel->intent);
	else if (kind == PARCEL_ADOPT)
		adopt(writer, &parcel->adopted_host);
	else if (kind == PARCEL_TELL_LEFT)
		recorder_tell_debts(writer->recorder);
	parcel_free(parcel);
	return kind != PARCEL_STOP;
}

/* What all processes share, if it is another than before. */
static void look(struct writer *writer)
{
	const struct ledger_watch *watch = &writer->watch;
	if (!ledger_watch_look(&writer->watch))
		return;
	struct event *event = event_new(EVENT_SHARED, HOST_NONE, clock_stamp());
	event->shared.order = mem_new(watch->n_orders + 1, sizeof *event->shared.order);
	event->shared.n_orders = watch->n_orders;
	for (size_t i = 0; i < watch->n_orders; i++)
		event->shared.order[i] = watch->order[i];
	recorder_say(writer->recorder, event);
}

/* All that waits is taken before changes are written: one sync for many. False after the parcel that ends the thread. */
static bool turn(struct writer *writer)
{
	struct queue *queue = writer->recorder->ledger.queue;
	struct parcel *parcel = queue_wait(queue, LEDGER_WATCH_MS);
	bool is_due = parcel || (writer->retry_ms && mono_reached(clock_mono(), writer->retry_at));
	bool goes_on = true;
	while (parcel && goes_on) {
		goes_on = unpack(writer, parcel);
		parcel = queue_take(queue);
	}
	if (parcel)
		parcel_free(parcel);
	if (is_due && !writer->recorder->reads_ledger_only)
		flush(writer);
	if (goes_on)
		look(writer);
	return goes_on;
}

void *recorder_ledger_run(void *argument)
{
	struct recorder *recorder = argument;
	struct writer writer = {.recorder = recorder};
	ledger_init(&writer.ledger, recorder->ledger_path);
	ledger_watch_init(&writer.watch, recorder->ledger_path, writer.ledger.owner.session);
	if (!recorder->reads_ledger_only)
		flush(&writer);
	look(&writer);
	if (!recorder->adopts)
		recorder_tell_debts(recorder);
	while (turn(&writer))
		continue;
	ledger_watch_done(&writer.watch);
	ledger_done(&writer.ledger);
	(void)!write(recorder->ledger.done_fd, &(uint64_t){1}, sizeof(uint64_t));
	return NULL;
}
