/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three shapes, and learning their parameters: for each shape the most likely pair (set, rate) by a search from coarse to
 * fine, and around it four others as far away as the measurements leave open (the sigma points of Julier and Uhlmann's unscented
 * transform, of second order). Pure.
 */
#include "model/writing.h"

#include <math.h>
#include <string.h>

#define HOT_SECONDS 0.3 /* after which a hot part is dirty again */

double writing_dirtied(const struct writing *writing, double seconds)
{
	double written = writing->rate * seconds;

	switch (writing->shape) {
	case WRITING_SWEEP: return fmin(writing->set, written);
	case WRITING_RANDOM: return writing->set * -expm1(-written / writing->set);
	case WRITING_HOT: return writing->set * -expm1(-seconds / HOT_SECONDS) + written;
	case WRITING_SHAPE_COUNT: break;
	}
	return 0;
}

double writing_again(const struct writing *writing, double seconds)
{
	switch (writing->shape) {
	case WRITING_SWEEP: return writing->rate * seconds < writing->set ? 0 : 1;
	case WRITING_RANDOM: return -expm1(-writing->rate * seconds / writing->set);
	case WRITING_HOT: return -expm1(-seconds / HOT_SECONDS);
	case WRITING_SHAPE_COUNT: break;
	}
	return 0;
}

/* The search happens in logarithms: x of the set, y of the rate. */
struct point {
	double x, y;
};

/* What is likely before anything was measured, as normal distributions of the logarithms. */
struct prior {
	struct point mean, deviation;
	double most; /* logarithm of all memory */
};

static struct writing writing_at(enum writing_shape shape, struct point at)
{
	return (struct writing){shape, exp(at.x), exp(at.y)};
}

static double square(double a)
{
	return a * a;
}

/* Squared error of the measurements alone. */
static double misfit(const struct writing *writing, const struct writing_seen *seen, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double again = writing_again(writing, seen[i].seconds);
		double found = seen[i].unsent * (1 - again) + writing_dirtied(writing, seen[i].seconds);

		sum += seen[i].weight * square((log(found + 1) - log(seen[i].found + 1)) / seen[i].error);
	}
	return sum;
}

static double cost(enum writing_shape shape, struct point at, const struct prior *prior,
		   const struct writing_seen *seen, size_t n)
{
	struct writing writing = writing_at(shape, at);
	double over = at.x - prior->most;

	return misfit(&writing, seen, n) + square((at.x - prior->mean.x) / prior->deviation.x) +
	       square((at.y - prior->mean.y) / prior->deviation.y) + (over > 0 ? square(over / 0.05) : 0);
}

/* A set is likely not much larger than the largest peak; a hot part is likely a part of the smallest. */
static struct prior prior_of(enum writing_shape shape, const struct writing_seen *seen, size_t n, double most)
{
	double largest = 1, smallest = most, rate = 1;

	for (size_t i = 0; i < n; i++) {
		largest = fmax(largest, seen[i].found);
		smallest = fmin(smallest, fmax(seen[i].found, 1));
		rate = fmax(rate, seen[i].found / fmax(seen[i].seconds, 0.05));
	}
	if (shape == WRITING_HOT)
		return (struct prior){{log(0.4 * smallest), log(0.4 * rate)}, {1.2, 1.5}, log(most)};
	return (struct prior){{log(1.5 * largest), log(1.5 * rate)}, {1.0, 1.0}, log(most)};
}

static struct point best_of(enum writing_shape shape, const struct prior *prior, const struct writing_seen *seen,
			    size_t n)
{
	enum { COARSE = 6, ROUNDS = 8 };
	struct point best = prior->mean;
	double least = cost(shape, best, prior, seen, n);
	double step = 0.5;

	for (int i = -COARSE; i <= COARSE; i++) {
		for (int j = -COARSE; j <= COARSE; j++) {
			struct point at = {prior->mean.x + i * step, prior->mean.y + j * step};
			double c = cost(shape, at, prior, seen, n);

			if (c < least) {
				least = c;
				best = at;
			}
		}
	}
	for (int round = 0; round < ROUNDS; round++) {
		struct point centre = best;

		step *= 0.6;
		for (int k = 0; k < 9; k++) {
			struct point at = {centre.x + (k % 3 - 1) * step, centre.y + (k / 3 - 1) * step};
			double c = cost(shape, at, prior, seen, n);

			if (c < least) {
				least = c;
				best = at;
			}
		}
	}
	return best;
}

/* One standard deviation along each axis: there the cost, a chi square, has risen by one. */
struct spread {
	struct point a, b;
};

/* From the curvature of the cost (half its second derivatives) to the axes. A direction that nothing curves ends at `LONGEST`. */
static struct spread spread_of(enum writing_shape shape, struct point at, const struct prior *prior,
			       const struct writing_seen *seen, size_t n)
{
	const double h = 0.04, longest = 1.0;
	double c[3][3];

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++)
			c[i][j] = cost(shape, (struct point){at.x + (i - 1) * h, at.y + (j - 1) * h}, prior, seen, n);
	}
	double xx = (c[2][1] - 2 * c[1][1] + c[0][1]) / (2 * h * h);
	double yy = (c[1][2] - 2 * c[1][1] + c[1][0]) / (2 * h * h);
	double xy = (c[2][2] - c[2][0] - c[0][2] + c[0][0]) / (8 * h * h);
	double angle = 0.5 * atan2(2 * xy, xx - yy);
	double co = cos(angle), si = sin(angle);
	double first = xx * co * co + 2 * xy * co * si + yy * si * si;
	double second = xx * si * si - 2 * xy * co * si + yy * co * co;
	double la = fmin(longest, 1 / sqrt(fmax(first, 1e-3))), lb = fmin(longest, 1 / sqrt(fmax(second, 1e-3)));

	return (struct spread){{la * co, la * si}, {-lb * si, lb * co}};
}

/* The best guess has the weight of 1/3, each of the four others at sqrt(3) deviations 1/6. */
static void add_shape(struct writing_cloud *cloud, enum writing_shape shape, struct point best, struct spread spread,
		      double likelihood)
{
	const double far = sqrt(3);
	const struct point to[5] = {{0, 0},
				    {far * spread.a.x, far * spread.a.y},
				    {-far * spread.a.x, -far * spread.a.y},
				    {far * spread.b.x, far * spread.b.y},
				    {-far * spread.b.x, -far * spread.b.y}};

	for (int i = 0; i < 5; i++) {
		struct point at = {best.x + to[i].x, best.y + to[i].y};

		cloud->guess[cloud->n++] = (struct writing_guess){writing_at(shape, at), likelihood / (i ? 6 : 3)};
	}
}

void writing_learn(struct writing_cloud *cloud, const struct writing_seen *seen, size_t n, double most)
{
	double costs[WRITING_SHAPE_COUNT], least = INFINITY, sum = 0;
	struct point best[WRITING_SHAPE_COUNT];
	struct prior prior[WRITING_SHAPE_COUNT];

	memset(cloud, 0, sizeof *cloud);
	if (n == 0 || !(most > 0))
		return;
	cloud->misfit = INFINITY;
	for (int s = 0; s < WRITING_SHAPE_COUNT; s++) {
		enum writing_shape shape = (enum writing_shape)s;

		prior[s] = prior_of(shape, seen, n, most);
		best[s] = best_of(shape, &prior[s], seen, n);
		costs[s] = cost(shape, best[s], &prior[s], seen, n);
		struct writing writing = writing_at(shape, best[s]);
		cloud->misfit = fmin(cloud->misfit, misfit(&writing, seen, n) / (double)n);
		least = fmin(least, costs[s]);
	}
	for (int s = 0; s < WRITING_SHAPE_COUNT; s++)
		sum += exp((least - costs[s]) / 2);
	for (int s = 0; s < WRITING_SHAPE_COUNT; s++) {
		enum writing_shape shape = (enum writing_shape)s;

		add_shape(cloud, shape, best[s], spread_of(shape, best[s], &prior[s], seen, n),
			  exp((least - costs[s]) / 2) / sum);
	}
}
