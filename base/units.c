/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saturating arithmetic on quantities. Pure, any thread.
 */
#include "base/units.h"

uint64_t u64_add(uint64_t a, uint64_t b)
{
	return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

uint64_t u64_sub(uint64_t a, uint64_t b)
{
	return b > a ? 0 : a - b;
}

uint64_t u64_mul(uint64_t a, uint64_t b)
{
	return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

bytes_per_s pages_to_bytes_per_s(pages_per_s rate, bytes page_size)
{
	return (bytes_per_s){u64_mul(rate.n, page_size.n)};
}

duration bytes_div_rate(bytes amount, bytes_per_s rate)
{
	if (rate.n == 0)
		return (duration){-1};
	/* Whole seconds first, not amount * 1000, because that overflows from 16 PiB on. */
	uint64_t seconds = amount.n / rate.n;
	uint64_t rest = amount.n % rate.n;
	uint64_t ms = rest <= UINT64_MAX / 1000 ? rest * 1000 / rate.n : rest / (rate.n / 1000);
	uint64_t all = u64_add(u64_mul(seconds, 1000), ms);
	return (duration){all > INT64_MAX ? INT64_MAX : (int64_t)all};
}
