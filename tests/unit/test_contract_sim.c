/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract of drivers, kept by the simulated one. The fleet's time runs faster than ours.
 */
#include "backend/sim/calls.h"
#include "backend/sim/inside.h"
#include "tests/support/contract.h"

#include <stddef.h>
#include <stdlib.h>

#define MIB (UINT64_C(1) << 20)

struct fixture {
	struct driver *driver; /* borrowed from the contract while its case runs */
};

static bool open_driver(void *context, bool is_read_only, struct driver **out)
{
	struct fixture *fixture = context;
	struct sim_world *world = sim_world_new(11, SIM_REAL_PAGE, 10);
	struct sim_settings settings = {.speed = 12, .refresh = {60}, .is_read_only = is_read_only};

	sim_world_add_host(world, "one", (bytes_per_s){125000000});
	sim_world_add_host(world, "two", (bytes_per_s){125000000});
	sim_world_add_host(world, "three", (bytes_per_s){125000000});
	if (sim_driver_over(world, &settings, out, NULL) != ERR_OK)
		return false;
	fixture->driver = *out;
	return true;
}

static void close_driver(void *context)
{
	((struct fixture *)context)->driver = NULL;
}

struct guest_visit {
	const struct contract_guest *plan;
	struct uuid uuid;
};

static void add_guest(struct sim_world *world, void *context)
{
	struct guest_visit *visit = context;
	const struct contract_guest *plan = visit->plan;
	uint32_t number =
		sim_world_add_guest(world, &(struct sim_guest_plan){
						   .name = plan->name,
						   .memory_mib = plan->memory_mib,
						   .used_mib = plan->memory_mib * 3 / 4,
						   .writer = {{SIM_RANDOM, plan->set_mib, plan->mib_per_s, 0, 0}},
					   });

	visit->uuid = world->guest[number].uuid;
}

static bool new_guest(void *context, const struct contract_guest *plan, struct uuid *out)
{
	struct guest_visit visit = {.plan = plan};

	sim_driver_visit(((struct fixture *)context)->driver, add_guest, &visit);
	*out = visit.uuid;
	return true;
}

struct migrate_visit {
	const struct uuid *guest;
	const struct contract_migration *terms;
	bool is_done;
};

static void start_migration(struct sim_world *world, void *context)
{
	struct migrate_visit *visit = context;
	const struct contract_migration *terms = visit->terms;
	const struct sim_guest *guest = sim_world_find(world, visit->guest);
	struct sim_terms own = {.bandwidth = {terms->bandwidth_mib * MIB},
				.postcopy_bandwidth = {terms->postcopy_bandwidth_mib * MIB},
				.permits_postcopy = terms->permits_postcopy};

	visit->is_done =
		sim_call_migrate(world, sim_guest_number(world, guest), terms->destination, &own, NULL) == ERR_OK;
}

static bool migrate(void *context, const struct uuid *guest, const struct contract_migration *terms)
{
	struct migrate_visit visit = {.guest = guest, .terms = terms};

	sim_driver_visit(((struct fixture *)context)->driver, start_migration, &visit);
	return visit.is_done;
}

static void kill_client(struct sim_world *world, void *context)
{
	const struct migrate_visit *visit = context;

	sim_fault_client(world, sim_guest_number(world, sim_world_find(world, visit->guest)));
}

static bool abandon(void *context, const struct uuid *guest)
{
	struct contract_migration terms = {.destination = 1, .bandwidth_mib = 20};
	struct migrate_visit visit = {.guest = guest, .terms = &terms};
	struct driver *driver = ((struct fixture *)context)->driver;

	sim_driver_visit(driver, start_migration, &visit);
	sim_driver_visit(driver, kill_client, &visit);
	return visit.is_done;
}

struct truth_visit {
	const struct uuid *guest;
	struct contract_truth *out;
};

static void read_truth(struct sim_world *world, void *context)
{
	const struct truth_visit *visit = context;
	const struct sim_guest *guest = sim_world_find(world, visit->guest);

	*visit->out = (struct contract_truth){guest != NULL, guest ? guest->host : 0,
					      guest && guest->state.run == DOMAIN_RUNNING};
}

static bool truth(void *context, const struct uuid *guest, struct contract_truth *out)
{
	struct truth_visit visit = {guest, out};

	sim_driver_visit(((struct fixture *)context)->driver, read_truth, &visit);
	return true;
}

static void pause_guest(struct sim_world *world, void *context)
{
	struct migrate_visit *visit = context;

	visit->is_done =
		sim_call_suspend(world, sim_guest_number(world, sim_world_find(world, visit->guest)), NULL) == ERR_OK;
}

static bool pause_as_owner(void *context, const struct uuid *guest)
{
	struct migrate_visit visit = {.guest = guest};

	sim_driver_visit(((struct fixture *)context)->driver, pause_guest, &visit);
	return visit.is_done;
}

int main(void)
{
	static const struct contract_ops ops = {
		.driver = open_driver,
		.close = close_driver,
		.guest = new_guest,
		.migrate = migrate,
		.abandon = abandon,
		.truth = truth,
		.pause = pause_as_owner,
	};
	struct fixture fixture = {0};
	struct contract_world world = {
		.name = "simulated driver", .ops = &ops, .world = &fixture, .patience_ms = 30000, .quiet_ms = 300};

	return contract_run(&world);
}
