/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chance for the simulated fleet: a generator whose whole state is one number, so that each guest has its own and the
 * same seed gives the same fleet whatever else is drawn. Pure.
 * splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 */
#ifndef BACKEND_SIM_DRAW_H
#define BACKEND_SIM_DRAW_H

#include <stdint.h>

static inline uint64_t sim_draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 to n - 1, evenly enough; n from 1 to 2^32. */
static inline uint64_t sim_draw_below(uint64_t *state, uint64_t n)
{
	return ((sim_draw(state) >> 32) * n) >> 32;
}

#endif
