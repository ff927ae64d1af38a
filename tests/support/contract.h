/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The promises of backend/driver.h and model/event.h, tested on whatever driver a world gives: simulated and libvirt alike.
 * The test's thread plays the collector. A world is a handful of functions; tests/unit/test_contract_sim.c has one.
 *
 * Rates are modest, so that real guests in software emulation can keep up: 64 to 128 MiB of memory, 10 to 40 MiB/s.
 */
#ifndef TESTS_SUPPORT_CONTRACT_H
#define TESTS_SUPPORT_CONTRACT_H

#include "backend/driver.h"

struct contract_guest {
	const char *name; /* a plain one; the world may make it unique */
	unsigned memory_mib;
	unsigned set_mib, mib_per_s; /* written at random; 0: it idles */
};

struct contract_migration {
	uint32_t destination;   /* host number of the driver */
	unsigned bandwidth_mib; /* MiB/s */
	unsigned postcopy_bandwidth_mib;
	bool permits_postcopy;
};

struct contract_truth {
	bool exists;     /* it is active on some host */
	uint32_t host;   /* where it lives: the source until the migration succeeded (in post-copy either will do) */
	bool is_running; /* there */
};

/* Functions return false when the world itself failed; the test then fails with that. `world` is the first argument of each. */
struct contract_ops {
	/* A driver over two or more hosts that can reach each other, not started; the contract frees it. */
	bool (*driver)(void *world, bool is_read_only, struct driver **out);
	/* After the driver was freed: nothing of this case is left. */
	void (*close)(void *world);
	/* A guest that runs on host 0. Called before or after the driver's start. */
	bool (*guest)(void *world, const struct contract_guest *plan, struct uuid *out);
	/* Somebody else starts a live migration from host 0; returns when it was asked for. */
	bool (*migrate)(void *world, const struct uuid *guest, const struct contract_migration *terms);
	/* The same by a client that drives it itself and dies when all is copied; returns when the guest stands on host 0 with no job, and
	 * host 1 has no copy. */
	bool (*abandon)(void *world, const struct uuid *guest);
	bool (*truth)(void *world, const struct uuid *guest, struct contract_truth *out);
	/* The guest's owner pauses it (virsh suspend). */
	bool (*pause)(void *world, const struct uuid *guest);
};

struct contract_world {
	const char *name;
	const struct contract_ops *ops;
	void *world;
	int patience_ms; /* how long anything may take at most; a deadline, never a measure */
	int quiet_ms;    /* how long nothing must come where nothing may: a few times the driver's refresh */
};

/* Runs every case; the number of those that failed. */
int contract_run(const struct contract_world *world);

#endif
