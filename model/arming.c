/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision of an armed force. Pure.
 */
#include "model/arming.h"

/* A later moment must be cheaper by so much: forecasts of it are rougher than the figure of now, and waiting has its own risk. */
#define NOTABLY 0.85

bool arming_fires(const struct forecast *forecast, unsigned n_waited)
{
	if (n_waited >= ARMING_WAITS_MOST)
		return true;
	if (!estimate_known(&forecast->pause_now))
		return false;
	bool has_later = estimate_known(&forecast->pause_best) && forecast->best_in.ms > 0;
	return !has_later || (double)forecast->pause_best.best.ms > NOTABLY * (double)forecast->pause_now.best.ms;
}
