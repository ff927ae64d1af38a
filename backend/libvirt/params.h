/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed parameters of a job into statistics, through one table of name, type and place. Pure apart from libvirt's own types.
 */
#ifndef BACKEND_LIBVIRT_PARAMS_H
#define BACKEND_LIBVIRT_PARAMS_H

#include "model/job_stats.h"

#include <libvirt/libvirt.h>

struct params_read {
	struct job_stats stats; /* present only what came with its right type; the dirty rate not in the first pass */
	bool has_operation;
	int operation;         /* VIR_DOMAIN_JOB_OPERATION_* */
	unsigned n_unknown;    /* names that we do not know: a newer libvirt */
	unsigned n_wrong_type; /* left out */
	char unknown[64];      /* the first unknown name, for the log; "" if none */
};

/* `param` is borrowed. Anything may be in it: it comes from a daemon. */
void params_read(struct params_read *out, const virTypedParameter *param, int n);

#endif
