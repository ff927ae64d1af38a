/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three shapes, and learning their parameters: for each shape the most likely pair (set, rate) by a search from coarse to fine, and
 * from there along the valley of pairs that explain the measurements nearly as well (a guest that saturates tells its set and
 * hides its rate; one that does not, the other way round). Pure.
 */
#include "model/writing.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define HOT_SECONDS 0.3 /* the shortest time in which a hot part is dirty again that makes a difference to QEMU */
#define HOT_SEEN 3.0    /* a part of which so many time constants fit into the shortest pass looks hot */
#define HOT_SHARE 0.2   /* of each hot shape, where each other has 1 */
#define LONGEST 1.0     /* deviation of a logarithm that nothing determines */
#define STEPS 3         /* along the valley, each way */
#define STEP 0.6        /* of the deviation */
#define ACROSS 0.7      /* how far to both sides the bottom of the valley is looked for */
#define ACROSS_STEPS 9
#define NEGLIGIBLE 0.004

struct writing_done writing_run(const struct writing *writing, double seconds)
{
	double written = writing->rate * seconds, share;

	switch (writing->shape) {
	case WRITING_SWEEP: return (struct writing_done){fmin(writing->set, written), written < writing->set ? 0 : 1};
	case WRITING_RANDOM:
		share = -expm1(-written / writing->set);
		return (struct writing_done){writing->set * share, share};
	case WRITING_HOT:
	case WRITING_HOT_IN:
		share = -expm1(-seconds / writing->hot_seconds);
		return (struct writing_done){fmin(writing->set * share + written, writing->most), share};
	case WRITING_SHAPE_COUNT: break;
	}
	return (struct writing_done){0, 0};
}

/* The search happens in logarithms: x of the set, y of the rate. */
struct point {
	double x, y;
};

/* What is likely before anything was measured, as normal distributions of the logarithms. */
struct prior {
	struct point mean, deviation;
	double most;  /* bytes that can be dirty at all */
	double share; /* of all guests that write so */
	double hot_seconds;
};

static struct writing writing_at(enum writing_shape shape, struct point at, const struct prior *prior)
{
	return (struct writing){shape, exp(at.x), exp(at.y), prior->most, prior->hot_seconds};
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
		struct writing_done done = writing_run(writing, seen[i].seconds);
		double found = seen[i].unsent * (1 - done.again) + done.dirtied;

		/* the difference of their logarithms */
		sum += seen[i].weight * square(log((found + 1) / (seen[i].found + 1)) / seen[i].error);
	}
	return sum;
}

static double cost(enum writing_shape shape, struct point at, const struct prior *prior,
		   const struct writing_seen *seen, size_t n)
{
	struct writing writing = writing_at(shape, at, prior);
	double over = at.x - log(prior->most);

	return misfit(&writing, seen, n) + square((at.x - prior->mean.x) / prior->deviation.x) +
	       square((at.y - prior->mean.y) / prior->deviation.y) + (over > 0 ? square(over / 0.05) : 0);
}

/* A set is likely not much larger than the largest peak; a hot part is likely a part of the smallest. */
static struct prior prior_of(enum writing_shape shape, const struct writing_seen *seen, size_t n, double most)
{
	double largest = 1, smallest = most, rate = 1, shortest = INFINITY;

	for (size_t i = 0; i < n; i++) {
		largest = fmax(largest, seen[i].found);
		smallest = fmin(smallest, fmax(seen[i].found, 1));
		shortest = fmin(shortest, seen[i].seconds);
		rate = fmax(rate, seen[i].found / fmax(seen[i].seconds, 0.05));
	}
	/* how hot is hot, between what would show and what counts, is not known: the middle, in logarithms */
	double hot_seconds = sqrt(HOT_SECONDS * fmax(HOT_SECONDS, shortest / HOT_SEEN));
	if (shape == WRITING_HOT || shape == WRITING_HOT_IN)
		return (struct prior){{log(0.4 * smallest), log(0.25 * rate)},
				      {1.2, 0.9},
				      shape == WRITING_HOT_IN ? fmin(1.02 * largest, most) : most,
				      HOT_SHARE,
				      hot_seconds};
	return (struct prior){{log(1.5 * largest), log(1.3 * rate)}, {1.0, 0.7}, most, 1, hot_seconds};
}

static struct point best_of(enum writing_shape shape, const struct prior *prior, const struct writing_seen *seen,
			    size_t n)
{
	enum { COARSE = 4, ROUNDS = 8 };
	struct point best = prior->mean;
	double least = cost(shape, best, prior, seen, n);
	double step = 0.75;

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
			int row = k / 3, column = k % 3;
			struct point at = {centre.x + (column - 1) * step, centre.y + (row - 1) * step};
			double c = cost(shape, at, prior, seen, n);

			if (c < least) {
				least = c;
				best = at;
			}
		}
	}
	return best;
}

/* Where the cost curves most and least, and one standard deviation in each direction. */
struct axes {
	struct point lengthwise, across; /* of length 1 */
	double length, width;
};

/* From the second derivatives of the cost, a chi square: one deviation away it has risen by one. */
static struct axes axes_of(enum writing_shape shape, struct point at, const struct prior *prior,
			   const struct writing_seen *seen, size_t n)
{
	const double h = 0.04;
	double c[3][3];

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++)
			c[i][j] = cost(shape, (struct point){at.x + (i - 1) * h, at.y + (j - 1) * h}, prior, seen, n);
	}
	double xx = (c[2][1] - 2 * c[1][1] + c[0][1]) / (2 * h * h);
	double yy = (c[1][2] - 2 * c[1][1] + c[1][0]) / (2 * h * h);
	double xy = (c[2][2] - c[2][0] - c[0][2] + c[0][0]) / (8 * h * h);
	double angle = 0.5 * atan2(2 * xy, xx - yy), co = cos(angle), si = sin(angle);
	double most = xx * co * co + 2 * xy * co * si + yy * si * si;
	double least = xx * si * si - 2 * xy * co * si + yy * co * co;

	return (struct axes){
		.lengthwise = {-si, co},
		.across = {co, si},
		.length = fmin(LONGEST, 1 / sqrt(fmax(least, 1e-3))),
		.width = fmin(LONGEST, 1 / sqrt(fmax(most, 1e-3))),
	};
}

static struct point go(struct point from, struct point direction, double distance)
{
	return (struct point){from.x + distance * direction.x, from.y + distance * direction.y};
}

/* The valley of small cost is curved: after a step along it, its bottom is looked for across. */
static struct point bottom(enum writing_shape shape, struct point from, struct point across, const struct prior *prior,
			   const struct writing_seen *seen, size_t n)
{
	const double golden = 0.618;
	double low = -ACROSS, high = ACROSS;

	for (int i = 0; i < ACROSS_STEPS; i++) {
		double a = high - golden * (high - low), b = low + golden * (high - low);
		bool is_left = cost(shape, go(from, across, a), prior, seen, n) <
			       cost(shape, go(from, across, b), prior, seen, n);

		*(is_left ? &high : &low) = is_left ? b : a;
	}
	return go(from, across, (low + high) / 2);
}

/* What is possible for one shape, with weights that are not normed yet; `ease` divides the cost where nothing fits. Points along the
 * valley, and each a little to both sides. */
static void add_shape(struct writing_cloud *cloud, enum writing_shape shape, struct point best,
		      const struct prior *prior, const struct writing_seen *seen, size_t n, double ease)
{
	static const double beside[3] = {-1.22, 0, 1.22}; /* Gauss and Hermite's places and weights for three points */
	static const double share[3] = {1.0 / 6, 2.0 / 3, 1.0 / 6};
	struct axes axes = axes_of(shape, best, prior, seen, n);
	double step = STEP * axes.length, width = axes.width * sqrt(ease) * sqrt(2);

	for (int i = -STEPS; i <= STEPS; i++) {
		struct point at = go(best, axes.lengthwise, i * step);

		if (i)
			at = bottom(shape, at, axes.across, prior, seen, n);
		double weight = exp(-cost(shape, at, prior, seen, n) / 2 / ease) * step * width * prior->share;
		for (int k = 0; k < 3; k++)
			cloud->guess[cloud->n++] = (struct writing_guess){
				writing_at(shape, go(at, axes.across, beside[k] * width), prior), weight * share[k]};
	}
}

/* The sum becomes 1, and what is next to impossible goes. */
static void norm(struct writing_cloud *cloud)
{
	double sum = 0, kept_sum = 0;
	size_t kept = 0;

	for (size_t i = 0; i < cloud->n; i++)
		sum += cloud->guess[i].weight;
	for (size_t i = 0; i < cloud->n; i++) {
		if (cloud->guess[i].weight < NEGLIGIBLE * sum)
			continue;
		cloud->guess[kept++] = cloud->guess[i];
		kept_sum += cloud->guess[i].weight;
	}
	cloud->n = kept;
	for (size_t i = 0; i < kept; i++)
		cloud->guess[i].weight /= kept_sum;
}

void writing_learn(struct writing_cloud *cloud, const struct writing_seen *seen, size_t n, double most)
{
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
		struct writing writing = writing_at(shape, best[s], &prior[s]);
		cloud->misfit = fmin(cloud->misfit, misfit(&writing, seen, n) / (double)n);
	}
	/* where even the best shape is off, the guest is none of them: what was measured then says less */
	for (int s = 0; s < WRITING_SHAPE_COUNT; s++)
		add_shape(cloud, (enum writing_shape)s, best[s], &prior[s], seen, n, fmax(1, cloud->misfit));
	norm(cloud);
}
