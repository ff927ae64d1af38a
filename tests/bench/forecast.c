/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well is foretold: total time after pass 2, "will not converge" at the end of pass 3, the price of a pause; beside two simple
 * rivals on the same data. Prints tables; asserts nothing.
 * Usage: forecast [--each] [--simulated N] [--seed N] [RECORDING ...]; without recordings all of tests/replay.
 */
#include "tests/bench/forecast.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_row(const char *name, struct figures *figures, double unit, int decimals)
{
	printf("  %-34s", name);
	for (int i = 0; i < 2; i++) {
		const double shares[] = {0.5, 0.9};

		printf("%9.*f", decimals, unit * figures_share(figures, shares[i]));
	}
	printf("   n %zu\n", figures->n);
}

static double percent(unsigned k, unsigned n)
{
	return n ? 100.0 * k / n : NAN;
}

static void print_half(const struct half *scored)
{
	struct half half = *scored; /* sorted in place */
	unsigned called = half.true_hopeless + half.false_hopeless, are = half.true_hopeless + half.missed;

	printf("  %-34s%9s%9s\n", "error of the total time, % of it", "median", "90 %");
	print_row("  this forecast", &half.model, 100, 1);
	print_row("  elapsed + remaining / bandwidth", &half.by_remaining, 100, 1);
	print_row("  elapsed x total / processed", &half.by_processed, 100, 1);
	print_row("width of the 80 % interval, %", &half.width, 100, 1);
	printf("  %-34s%9.1f %%  (%u of %u; %u more had no estimate)\n", "truth inside the interval",
	       percent(half.n_inside, half.n_intervals), half.n_inside, half.n_intervals, half.n_without);
	printf("  %-34sprecision %.1f %% (%u of %u), recall %.1f %% (%u of %u)\n", "\"will not converge\" after pass 3",
	       percent(half.true_hopeless, called), half.true_hopeless, called, percent(half.true_hopeless, are),
	       half.true_hopeless, are);
	print_row("changes of the verdict", &half.verdicts, 1, 0);
	print_row("error of the pause price, s", &half.pause, 1, 2);
	print_row("  the same, % of the freeze", &half.pause_share, 100, 1);
	print_row("  remaining / bandwidth, s", &half.pause_rival, 1, 2);
	print_row("  the same, % of the freeze", &half.pause_rival_share, 100, 1);
	printf("  %-34s%9.1f %%  (%u of %zu), the rival %.1f %%\n", "within 280 ms or 20 %",
	       percent(half.n_pause_good, (unsigned)half.pause.n), half.n_pause_good, half.pause.n,
	       percent(half.n_pause_rival_good, (unsigned)half.pause.n));
	printf("  %-34s%9.1f %%  (%u of %zu)\n", "inside the range that was said",
	       percent(half.n_pause_inside, (unsigned)half.pause.n), half.n_pause_inside, half.pause.n);
}

void scores_print(const struct scores *scores, const char *title)
{
	static const char *const halves[] = {"tuned on", "reported"};
	static const char *const groups[] = {"all", "steady guests alone"};

	for (int i = 0; i < 2; i++) {
		for (int group = 0; group < GROUP_COUNT; group++) {
			printf("%s, the half that was %s, %s\n", title, halves[i], groups[group]);
			print_half(&scores->half[group][i]);
		}
	}
}

struct options {
	unsigned n_simulated;
	uint64_t seed;
	int first_file;
};

static struct options options_of(int argc, char **argv, struct scores *scores)
{
	struct options options = {.n_simulated = 1000, .seed = 1, .first_file = argc};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--each") == 0) {
			scores->is_wordy = true;
		} else if (strcmp(argv[i], "--simulated") == 0 && i + 1 < argc) {
			options.n_simulated = (unsigned)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			options.seed = strtoull(argv[++i], NULL, 10);
		} else {
			options.first_file = i;
			break;
		}
	}
	return options;
}

/* Every other one is of the half that constants were tuned on. */
static enum err replay_all(struct scores *scores, char **path, size_t n, struct err_info *why)
{
	for (size_t i = 0; i < n; i++) {
		enum err err = forecast_recorded(scores, path[i], i % 2 == 0, why);

		if (err)
			return err;
	}
	return ERR_OK;
}

int main(int argc, char **argv)
{
	struct scores scores = {.is_wordy = false};
	struct options options = options_of(argc, argv, &scores);
	struct corpus corpus = corpus_read();
	struct err_info why;
	enum err err;

	if (options.first_file < argc)
		err = replay_all(&scores, argv + options.first_file, (size_t)(argc - options.first_file), &why);
	else
		err = replay_all(&scores, corpus.path, corpus.n, &why);
	corpus_done(&corpus);
	if (err) {
		fprintf(stderr, "forecast: %s\n", why.text);
		return 1;
	}
	scores_print(&scores, "real migrations");
	scores_done(&scores);
	if (options.n_simulated) {
		forecast_simulated(&scores, options.seed * 1000003, options.n_simulated);
		scores_print(&scores, "page-by-page simulator");
		scores_done(&scores);
	}
	return 0;
}
