/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simulated guest: its memory in pages and the writers that dirty it. It knows nothing of migrations; whoever must know
 * of a write gives a function. Pure; owned by the world.
 *
 * A page of the simulation stands for one or more of the guest's 4 KiB pages: small ones for a few guests that are looked at
 * closely, large ones for thousands.
 */
#ifndef BACKEND_SIM_GUEST_H
#define BACKEND_SIM_GUEST_H

#include "base/text.h"
#include "model/domain.h"

/* What the guest's processor knows as a page, and what libvirt calls memory_page_size. */
#define SIM_REAL_PAGE 4096u

enum sim_pattern {
	SIM_HOT,    /* nine of ten writes hit the first eighth of the set, at random; the tenth hits anywhere in it */
	SIM_SWEEP,  /* one page after the other through the set, and again from its beginning */
	SIM_RANDOM, /* any page of the set */
};

struct sim_writer {
	enum sim_pattern pattern;
	uint64_t first, n_pages; /* the working set */
	double pages_per_ms;
	int64_t period_ms, busy_ms; /* writes in the first busy_ms of each period; period 0: always */
	uint64_t cursor;            /* SIM_SWEEP: next page of the set */
	double owed;                /* part of a page that is due */
};

#define SIM_WRITERS_MAX 2

/* How somebody migrates it. */
struct sim_terms {
	bytes_per_s bandwidth;          /* 0: no limit */
	bytes_per_s postcopy_bandwidth; /* 0: no limit */
	bool permits_postcopy;
	bool auto_converge;
	bytes disk;              /* mirrored before memory; 0: shared storage */
	bytes_per_s disk_writes; /* what the guest writes to it meanwhile */
};

struct sim_guest {
	struct uuid uuid;
	char *name;                /* raw; owned */
	const char *owner;         /* who manages it, for people; static, NULL: nobody says so */
	uint32_t host;             /* where it lives; the destination only when a migration has succeeded */
	struct domain_state state; /* on that host */
	bytes max_memory;
	uint64_t n_pages; /* of the simulation; includes what the hypervisor adds (video memory) */
	uint64_t n_used;  /* pages from here on have never been written: zero pages */
	struct sim_writer writer[SIM_WRITERS_MAX];
	size_t n_writers;
	uint64_t chance;        /* state of its own generator */
	struct sim_terms terms; /* as the other tool would migrate it */
	int64_t retry_at_ms;    /* the other tool leaves it alone until then */
	bool is_hung;           /* its QEMU does not answer the monitor; the guest itself runs on */
	struct sim_job *job;    /* NULL: does not migrate */
};

/* Told of each page before it is written. False: the page is not there and the writer waits for the rest of this step. */
typedef bool sim_touch(void *context, uint64_t page);

/* Lets the writers write for dt_ms that begin at now_ms, at `speed` (0 to 1) of their own. */
void sim_guest_write(struct sim_guest *guest, int64_t now_ms, double dt_ms, double speed, sim_touch *touch,
		     void *context);

/* Reads `n` pages of used memory at random, as every operating system does that idles. */
void sim_guest_read(struct sim_guest *guest, unsigned n, sim_touch *touch, void *context);

#endif
