/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was foretold against what happened, as figures. Also linked by the unit test that replays the corpus.
 */
#include "tests/bench/forecast.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct figures *figures, double value)
{
	figures->value = array_reserve(figures->value, &figures->capacity, figures->n + 1, sizeof *figures->value);
	figures->value[figures->n++] = value;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double figures_share(const struct figures *figures, double share)
{
	if (!figures->n)
		return NAN;
	qsort(figures->value, figures->n, sizeof *figures->value, by_size);
	return figures->value[(size_t)(share * (double)(figures->n - 1) + 0.5)];
}

static double total_of(const struct trial_said *said, duration eta)
{
	return said->elapsed + (double)eta.ms / 1000;
}

static void score_time(struct half *half, const struct trial *trial)
{
	const struct trial_said *said = &trial->after_2;
	double truth = trial->total;

	if (!said->is_there)
		return;
	add(&half->by_remaining, fabs(said->by_remaining - truth) / truth);
	add(&half->by_processed, fabs(said->by_processed - truth) / truth);
	if (!estimate_known(&said->eta)) {
		half->n_without++;
		add(&half->model, INFINITY);
		return;
	}
	add(&half->model, fabs(total_of(said, said->eta.best) - truth) / truth);
	half->n_intervals++;
	bool is_open = said->eta.high.ms < 0;
	half->n_inside +=
		truth >= total_of(said, said->eta.low) && (is_open || truth <= total_of(said, said->eta.high));
	add(&half->width, is_open ? INFINITY : (double)(said->eta.high.ms - said->eta.low.ms) / 1000 / truth);
}

static void score_verdict(struct half *half, const struct trial *trial, bool converges)
{
	bool is_hopeless = trial->after_3.verdict == VERDICT_HOPELESS;

	if (!trial->after_3.is_there)
		return;
	half->true_hopeless += is_hopeless && !converges;
	half->false_hopeless += is_hopeless && converges;
	half->missed += !is_hopeless && !converges;
	half->true_hopeful += !is_hopeless && converges;
}

static void say_time(const char *name, const struct trial *trial, bool converges)
{
	const struct trial_said *said = &trial->after_2;

	printf("%-44s %-5s %3zu passes %7.1f s", name, converges ? "ends" : "never", trial->n_passes, trial->total);
	if (said->is_there && estimate_known(&said->eta))
		printf(" | after 2: %6.1f [%6.1f %6.1f] %+5.0f %%", total_of(said, said->eta.best),
		       total_of(said, said->eta.low), said->eta.high.ms < 0 ? INFINITY : total_of(said, said->eta.high),
		       100 * (total_of(said, said->eta.best) / trial->total - 1));
	else
		printf(" | after 2: %6s %24s", said->is_there ? "?" : "-", "");
	if (trial->after_3.is_there)
		printf(" | after 3: %s (%.0f %%)\n", verdict_name(trial->after_3.verdict), 100 * trial->after_3.chance);
	else
		printf(" | after 3: -\n");
}

static void score_into(struct half *half, const struct trial *trial, bool ended, bool converges)
{
	if (ended)
		score_time(half, trial);
	score_verdict(half, trial, converges);
	if (trial->n_passes >= 3)
		add(&half->verdicts, trial->n_verdicts);
}

void score_trial(struct scores *scores, struct trial_name name, const struct trial *trial, bool ended, bool converges)
{
	int side = name.is_tuned ? 0 : 1;

	if (scores->is_wordy)
		say_time(name.text, trial, converges);
	score_into(&scores->half[GROUP_ALL][side], trial, ended, converges);
	if (name.is_steady)
		score_into(&scores->half[GROUP_STEADY][side], trial, ended, converges);
}

static void score_pause_into(struct half *half, double truth, double best, const struct trial_price *price)
{
	double good = fmax(0.28, 0.2 * truth);

	add(&half->pause, fabs(best - truth));
	add(&half->pause_rival, fabs(price->by_remaining - truth));
	add(&half->pause_share, fabs(best - truth) / truth);
	add(&half->pause_rival_share, fabs(price->by_remaining - truth) / truth);
	half->n_pause_good += fabs(best - truth) <= good;
	half->n_pause_rival_good += fabs(price->by_remaining - truth) <= good;
	half->n_pause_inside +=
		truth * 1000 >= (double)price->pause.low.ms && truth * 1000 <= (double)price->pause.high.ms;
}

void score_pause(struct scores *scores, struct trial_name name, const struct trial *trial)
{
	const struct trial_price *price = &trial->price;
	double truth = trial->downtime, best = (double)price->pause.best.ms / 1000;
	int side = name.is_tuned ? 0 : 1;

	if (truth < 0 || price->elapsed <= 0 || !estimate_known(&price->pause))
		return;
	score_pause_into(&scores->half[GROUP_ALL][side], truth, best, price);
	if (name.is_steady)
		score_pause_into(&scores->half[GROUP_STEADY][side], truth, best, price);
	if (scores->is_wordy)
		printf("%-44s paused at %5.1f: froze %5.2f, said %5.2f [%5.2f %5.2f], remaining/bandwidth %5.2f\n",
		       name.text, price->elapsed, truth, best, (double)price->pause.low.ms / 1000,
		       (double)price->pause.high.ms / 1000, price->by_remaining);
}

static void half_done(struct half *half)
{
	struct figures *all[] = {&half->model,   &half->by_remaining, &half->by_processed, &half->width,
				 &half->pause,   &half->pause_rival,  &half->pause_share,  &half->pause_rival_share,
				 &half->verdicts};

	for (size_t k = 0; k < ARRAY_LEN(all); k++)
		free(all[k]->value);
}

void scores_done(struct scores *scores)
{
	for (int group = 0; group < GROUP_COUNT; group++) {
		half_done(&scores->half[group][0]);
		half_done(&scores->half[group][1]);
	}
	*scores = (struct scores){.is_wordy = scores->is_wordy};
}
