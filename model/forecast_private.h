/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the forecast, shared by forecast*.c and nobody else. Bytes and seconds are doubles here: they are estimates.
 */
#ifndef MODEL_FORECAST_PRIVATE_H
#define MODEL_FORECAST_PRIVATE_H

#include "model/forecast.h"
#include "model/precopy.h"

/* forecast_course.c: one value per guess of a cloud. */
struct forecast_course {
	double value[WRITING_CLOUD]; /* INFINITY: never */
	double weight[WRITING_CLOUD];
	size_t n;
};

/* Weighted mean over the finite values; *deviation may be NULL. */
double course_mean(const struct forecast_course *course, double *deviation);
/* The value below which this share of the weight lies; INFINITY where that is not finite. */
double course_quantile(const struct forecast_course *course, double share);
/* The weight of the finite values. */
double course_chance(const struct forecast_course *course);
/* Seconds until each guess's end. */
struct forecast_course forecast_ends(const struct forecast_state *state, const struct precopy *now);
/* What is dirty when the running pass has ended, and the seconds until then. */
double forecast_next_peak(const struct forecast_state *state, const struct precopy *now, double *seconds);

struct estimate estimate_of(double low, double best, double high); /* seconds; INFINITY or NAN: unknown */
extern const struct estimate estimate_unknown;

/* forecast_sent.c: looks at the counters; told.silent says afterwards whether they move. */
void forecast_look(struct forecast_state *state, const struct forecast_input *input);
/* Bytes per second over the last seconds. */
double forecast_bandwidth(const struct forecast_state *state, const struct forecast_input *input);
uint64_t forecast_processed(const struct job_stats *stats); /* memory and disks */
uint64_t forecast_disk_left(const struct job_stats *stats);

/* forecast_learn.c: the state of the copy as QEMU's rules need it, from the newest statistics. False: memory has not begun, or nothing
 * is sent. */
bool forecast_precopy(const struct forecast_state *state, const struct forecast_input *input, struct precopy *out);
/* A pass began, and its peak is known. */
void forecast_learn(struct forecast_state *state, const struct forecast_input *input);

/* forecast_price.c: the price of a pause, now and at the best moment. */
void forecast_price_pause(const struct forecast_state *state, const struct precopy *now, struct forecast *told);
/* What would have to change, for one that does not end by itself. */
void forecast_price_change(struct forecast_state *state, const struct precopy *now);
/* All other prices of state->told. `now` NULL where forecast_precopy said false. */
void forecast_price(struct forecast_state *state, const struct forecast_input *input, const struct precopy *now);

#endif
