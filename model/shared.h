/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the processes of one user know of each other's orders, through the ledger: limits of single migrations, forces that are armed, and
 * who asks to take one back. Values. Each process numbers attempts by itself, so a migration is known by its guest, its source and when its
 * job began. Pure.
 */
#ifndef MODEL_SHARED_H
#define MODEL_SHARED_H

#include "model/intent.h"

struct shared_order {
	uint64_t id;        /* of the intent, in the ledger */
	enum action action; /* ACTION_TIMEOUT, ACTION_ARM, ACTION_DISARM */
	struct uuid host, domain;
	wall_time job_began, asked, closed; /* 0: not told, or open */
	enum intent_stage stage;
	enum force_method method;       /* ACTION_ARM */
	uint64_t value;                 /* as order.value */
	enum limit_action limit_action; /* ACTION_TIMEOUT */
	int pid;                        /* of its owner */
	bool is_ours;                   /* this process, by this backend, is the owner */
	bool is_alive;                  /* the owner is still there */
};

/* Is it about the job that began at `began` by our wall clock? Two processes reckon that from what libvirt told each, and the clocks of source
 * and reader may drift apart meanwhile; but no job begins after an order about it. */
bool shared_is_about(const struct shared_order *order, const struct uuid *host, const struct uuid *domain,
		     wall_time began);

#endif
