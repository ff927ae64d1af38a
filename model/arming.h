/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When an armed force fires. A pass just begun is the cheapest moment of its pass, whatever the guest writes (model/forecast_price.c);
 * only a later pass can be cheaper. Pure; any thread.
 */
#ifndef MODEL_ARMING_H
#define MODEL_ARMING_H

#include "model/forecast.h"

/* So many beginnings of passes are let go by at most: a promise that does not come true must not keep it armed for ever. */
#define ARMING_WAITS_MOST 6

/* A pass has just begun, and `forecast` is of this moment: fire now? False: a notably cheaper beginning is among the next three
 * passes, or nothing is known of the guest's writing yet. `n_waited`: how many were let go by before. */
bool arming_fires(const struct forecast *forecast, unsigned n_waited);

#endif
