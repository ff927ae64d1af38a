/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forecast a little later than the statistics that it was made from: a dialog is read for longer than a second. Pure.
 */
#include "model/forecast_private.h"

#include <math.h>

/* The copy as it will be at input->at, from the statistics of a little earlier. */
static bool move_on(const struct forecast_state *state, const struct forecast_input *input, struct precopy *out)
{
	const struct passes *passes = input->passes;
	size_t i = passes->n_passes;

	while (i > 0 && passes->pass[i - 1].number > state->sampled_pass)
		i--;
	struct forecast_input then = *input;
	then.at = state->updated_at;
	if (i == 0 || !forecast_precopy(state, &then, out))
		return false;
	out->since_sync = (double)(then.at.ms - passes->pass[i - 1].start.ms) / 1000;
	double sent_from = (double)then.at.ms / 1000, now = (double)input->at.ms / 1000;
	for (; i < passes->n_passes; i++) {
		double seconds;

		out->remaining = forecast_next_peak(state, out, &seconds);
		out->since_sync = 0;
		sent_from = (double)passes->pass[i].start.ms / 1000;
	}
	double passed = fmax(now - sent_from, 0);
	out->remaining = fmax(out->remaining - passed * out->bandwidth, fmin(out->remaining, precopy_unsent(out)));
	out->since_sync = fmax(out->since_sync, 0) + passed;
	return true;
}

struct forecast forecast_at(const struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast told = state->told;
	int64_t passed = input->at.ms - state->updated_at.ms;
	struct precopy now;

	if (passed <= 0 || state->stage == FORECAST_ENDED)
		return told;
	estimate_shorten(&told.eta, passed);
	if (told.silent.ms > 0)
		told.silent.ms += passed;
	if (estimate_known(&told.pause_now) && input->stage == FORECAST_PRECOPY && move_on(state, input, &now))
		forecast_price_pause(state, &now, &told);
	return told;
}
