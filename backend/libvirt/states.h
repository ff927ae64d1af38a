/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt's numbers for states and lifecycle events in the words of the model. Numbers that our libvirt headers do not know (they
 * come from newer daemons) are written as numbers. Pure.
 */
#ifndef BACKEND_LIBVIRT_STATES_H
#define BACKEND_LIBVIRT_STATES_H

#include "model/event.h"

/* virDomainGetState's state and reason. */
struct domain_state state_of(int state, int reason);

/* A lifecycle event's event and detail, and the state that it says the domain has now (DOMAIN_UNKNOWN: it does not say).
 * `is_source`: the domain had an outgoing migration, so "resumed: migrated" is the end of a migration that did not happen. */
enum domain_event lifecycle_of(int event, int detail, bool is_source, struct domain_state *now);

#endif
