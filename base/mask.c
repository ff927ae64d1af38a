/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mask of threads.
 */
#include "base/mask.h"

#include "base/array.h"

void mask_of_threads(sigset_t *out)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

	sigfillset(out);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		sigdelset(out, faults[i]);
}
