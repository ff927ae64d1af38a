/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prices in the words of the dialogs. Pure, main thread. Neighbours: model/outlook.h has the sentences, view_dialog.c and
 * view_marked.c show them.
 */
#include "tui/price.h"

#include <stdio.h>

const char *price_of_method(enum force_method method, const struct row *row, const struct forecast *forecast,
			    char *buffer, size_t size)
{
	if (method == METHOD_AUTO)
		return "post-copy if the job permits it, else pause";
	if (method == METHOD_POSTCOPY)
		return outlook_postcopy(row, forecast, buffer, size);
	return row->phase == PHASE_PAUSED ? "the guest stands still already" : outlook_pause(forecast, buffer, size);
}

const char *price_of_arming(enum force_method method, const struct forecast *forecast, char *buffer, size_t size)
{
	outlook_best_moment(forecast, buffer, size);
	if (!*buffer)
		snprintf(buffer, size, "the best moment is not known yet: it waits until it is");
	else if (forecast->best_in.ms < 1000)
		snprintf(buffer, size, "the next pass is as good as those after it: fires when it begins");
	return method == METHOD_POSTCOPY ? "fires at the moment where a pause would be cheapest too" : buffer;
}

/* What automatic will come to for this one, with the price of its pause. */
static const char *price_of_force(enum force_method method, const struct row *row, const struct forecast *forecast,
				  char *buffer, size_t size)
{
	char price[OUTLOOK_MAX];
	const char *way = method != METHOD_AUTO    ? force_method_name(method)
			  : row->facts.no_postcopy ? "pause"
						   : "post-copy, else pause";

	snprintf(buffer, size, "%s: %s", way,
		 price_of_method(method == METHOD_AUTO ? METHOD_PAUSE : method, row, forecast, price, sizeof price));
	return buffer;
}

const char *price_of_order(const struct dialog *dialog, const struct row *row, const struct forecast *forecast,
			   char *buffer, size_t size)
{
	char now[TEXT_NUMBER_MAX], elapsed[TEXT_NUMBER_MAX];
	uint64_t value = 0;
	bool has_value = dialog_value(dialog, &value, NULL) == ERR_OK;

	switch (dialog->action) {
	case ACTION_FORCE_COMPLETE: return price_of_force(dialog->method, row, forecast, buffer, size);
	case ACTION_ARM: return price_of_arming(dialog->method, forecast, buffer, size);
	case ACTION_ABORT: return outlook_waste(row, forecast, buffer, size);
	case ACTION_BANDWIDTH:
		return has_value ? outlook_bandwidth(row, forecast, value, buffer, size)
				 : outlook_needed(forecast, buffer, size);
	case ACTION_DOWNTIME:
		return has_value ? outlook_downtime(forecast, (duration){(int64_t)value}, buffer, size)
				 : outlook_needed(forecast, buffer, size);
	case ACTION_TIMEOUT:
		snprintf(buffer, size, "now: %s; elapsed %s",
			 row->timeout.ms > 0 ? text_duration(now, sizeof now, row->timeout) : "none",
			 text_duration(elapsed, sizeof elapsed, row->elapsed));
		return buffer;
	case ACTION_RESUME:
		snprintf(buffer, size, "has stood still for %s", text_duration(elapsed, sizeof elapsed, row->frozen));
		return buffer;
	case ACTION_DISARM:
	case ACTION_COUNT: break;
	}
	return "";
}
