/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forecast in words. Pure.
 */
#include "model/forecast.h"

#include <inttypes.h>
#include <stdio.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_NONE] = "",
		[VERDICT_MEASURING] = "measuring",
		[VERDICT_CONVERGING] = "converging",
		[VERDICT_MARGINAL] = "marginal",
		[VERDICT_HOPELESS] = "will not converge",
		[VERDICT_STALLED] = "stalled",
		[VERDICT_FINISHING] = "finishing",
	};

	return names[verdict];
}

/* "passes 3, 4 and 5 began with 6.1G, 6.0G and 6.1G" */
static int say_peaks(const struct forecast *forecast, char *buffer, size_t size)
{
	static const char *const joints[FORECAST_PEAKS][FORECAST_PEAKS] = {{""}, {" and ", ""}, {", ", " and ", ""}};
	unsigned n = forecast->n_peaks;
	char amount[TEXT_NUMBER_MAX];
	int used = snprintf(buffer, size, "%s ", n == 1 ? "pass" : "passes");

	for (unsigned i = 0; i < n && used < (int)size; i++)
		used += snprintf(buffer + used, size - (size_t)used, "%" PRIu64 "%s", forecast->pass[i],
				 joints[n - 1][i]);
	for (unsigned i = 0; i < n && used < (int)size; i++)
		used += snprintf(buffer + used, size - (size_t)used, "%s%s%s", i ? "" : " began with ",
				 text_bytes(amount, sizeof amount, forecast->peak[i]), joints[n - 1][i]);
	return used < (int)size ? used : (int)size - 1;
}

static const char *conclusion(enum forecast_why why)
{
	switch (why) {
	case WHY_FALLING: return "the peaks fall";
	case WHY_FLAT: return "the peaks are flat";
	case WHY_RISING: return "the peaks rise";
	case WHY_SLOW_FALL: return "they fall, and will stop above what a switch-over may leave";
	case WHY_THROTTLED: return "auto-converge slows the guest";
	case WHY_NOTHING:
	case WHY_FIRST_PASS:
	case WHY_SECOND_PASS:
	case WHY_DISK:
	case WHY_DISK_FLAT:
	case WHY_NO_PROGRESS:
	case WHY_FROZEN:
	case WHY_POSTCOPY: break;
	}
	return "";
}

char *forecast_reason(const struct forecast *forecast, char *buffer, size_t size)
{
	char text[TEXT_NUMBER_MAX];
	int used;

	switch (forecast->why) {
	case WHY_NOTHING: snprintf(buffer, size, "%s", ""); break;
	case WHY_FIRST_PASS:
		snprintf(buffer, size,
			 "the first pass sends all memory; what the guest dirties shows when it has ended");
		break;
	case WHY_SECOND_PASS: snprintf(buffer, size, "one pass has ended: one more peak is needed to compare"); break;
	case WHY_FALLING:
	case WHY_FLAT:
	case WHY_RISING:
	case WHY_SLOW_FALL:
	case WHY_THROTTLED:
		used = say_peaks(forecast, buffer, size);
		snprintf(buffer + used, size - (size_t)used, ": %s", conclusion(forecast->why));
		break;
	case WHY_DISK: snprintf(buffer, size, "disks are mirrored; memory follows"); break;
	case WHY_DISK_FLAT:
		snprintf(buffer, size, "disks are mirrored, and the guest writes to them as fast as they are sent");
		break;
	case WHY_NO_PROGRESS:
		snprintf(buffer, size, "no progress for %s", text_duration(text, sizeof text, forecast->silent));
		break;
	case WHY_FROZEN: snprintf(buffer, size, "the guest stands still until the rest is sent"); break;
	case WHY_POSTCOPY:
		snprintf(buffer, size, "the guest runs at the destination; the rest of its memory follows");
		break;
	}
	return buffer;
}
