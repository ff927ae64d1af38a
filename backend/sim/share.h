/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who gets how much of the links. Pure.
 */
#ifndef BACKEND_SIM_SHARE_H
#define BACKEND_SIM_SHARE_H

#include "backend/sim/job.h"

/* Gives every job its rate: no link carries more than it can, each job gets an equal part of both of its links or what it
 * demands, and what one leaves is shared by the others (in a few rounds, so nearly all of it). */
void sim_share_links(struct sim_world *world);

#endif
