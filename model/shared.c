/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which migration an order of another process is about. Pure.
 */
#include "model/shared.h"

#define DIFFER_MS 5000  /* what two processes may differ about the beginning of a job ... */
#define DIFFER_SHARE 20 /* ... and a twentieth of its age then, as the policy allows between its clocks */
#define AFTER_MS 1000   /* a job that was young when it was asked about may seem to have begun a little later */

bool shared_is_about(const struct shared_order *order, const struct uuid *host, const struct uuid *domain,
		     wall_time began)
{
	int64_t apart = began.ms - order->job_began.ms;
	int64_t age = order->asked.ms - order->job_began.ms;
	int64_t allowed = DIFFER_MS + (age > 0 ? age / DIFFER_SHARE : 0);

	if (order->job_began.ms == 0 || !uuid_equal(&order->host, host) || !uuid_equal(&order->domain, domain))
		return false;
	return began.ms <= order->asked.ms + AFTER_MS && apart <= allowed && apart >= -allowed;
}
