/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fleets: two told as tables, one drawn at random. Pure.
 */
#include "backend/sim/scenario.h"

#include "backend/sim/draw.h"
#include "backend/sim/script.h"
#include "base/array.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MIB_PER_S(n)                                                                                                   \
	{                                                                                                              \
		UINT64_C(n) << 20                                                                                      \
	}
#define MIB(n)                                                                                                         \
	{                                                                                                              \
		UINT64_C(n) << 20                                                                                      \
	}
#define TEN_GIGABIT ((bytes_per_s){1250000000})
#define SECONDS(n) ((int64_t)(n)*1000)

#define PLAIN                                                                                                          \
	{                                                                                                              \
		.bandwidth = MIB_PER_S(100)                                                                            \
	}
#define POSTCOPY                                                                                                       \
	{                                                                                                              \
		.bandwidth = MIB_PER_S(100), .permits_postcopy = true                                                  \
	}
#define THROTTLED                                                                                                      \
	{                                                                                                              \
		.bandwidth = MIB_PER_S(100), .auto_converge = true                                                     \
	}
#define SLOW_POSTCOPY                                                                                                  \
	{                                                                                                              \
		.bandwidth = MIB_PER_S(100), .postcopy_bandwidth = MIB_PER_S(60), .permits_postcopy = true             \
	}

struct scenario {
	const char *name;
	const char *const *host;
	size_t n_hosts;
	size_t n_unwatched; /* the last ones of host */
	const struct sim_guest_plan *guest;
	size_t n_guests;
	const struct sim_scene *scene;
	size_t n_scenes;
	size_t n_parallel; /* of the tool that drains host 0, then the next; 0: no tool */
};

static const char *const drain_hosts[] = {"cobalt-1", "cobalt-2", "cobalt-3", "cobalt-4",
					  "cobalt-5", "cobalt-6", "quartz-9"};

#define LONG_NAME                                                                                                      \
	"customer-4711-production-eu-central-order-processing-and-invoicing-service-with-a-name-that-somebody-"        \
	"generated-"                                                                                                   \
	"from-every-label-that-the-inventory-has-0123456789"

/* The first five are started at once. */
static const struct sim_guest_plan drain_guests[] = {
	{"db-main", NULL, 0, 8192, 6500, {{SIM_RANDOM, 3072, 210, 0, 0}}, PLAIN},
	{"web-1", NULL, 0, 4096, 1900, {{SIM_HOT, 256, 12, 0, 0}}, POSTCOPY},
	{"mail",
	 NULL,
	 0,
	 2048,
	 1400,
	 {{SIM_RANDOM, 200, 8, 0, 0}},
	 {.bandwidth = MIB_PER_S(100), .disk = MIB(6144), .disk_writes = MIB_PER_S(6)}},
	{"db-replica", NULL, 0, 8192, 7000, {{SIM_HOT, 4096, 170, 0, 0}}, SLOW_POSTCOPY},
	{"build-7", NULL, 0, 4096, 3000, {{SIM_RANDOM, 1024, 300, 60, 35}}, PLAIN},
	{"数据库-报表", NULL, 0, 4096, 2600, {{SIM_SWEEP, 512, 15, 0, 0}}, POSTCOPY},
	{"web-2", NULL, 0, 4096, 1700, {{SIM_HOT, 256, 9, 0, 0}}, PLAIN},
	{"cache-1", NULL, 0, 4096, 3900, {{SIM_SWEEP, 3000, 130, 0, 0}}, THROTTLED},
	{"instance-0000a4f1", "OpenStack Nova (shop-frontend)", 0, 2048, 1500, {{SIM_RANDOM, 300, 14, 0, 0}}, POSTCOPY},
	{"k8s-worker-3", NULL, 0, 8192, 5200, {{SIM_HOT, 1024, 90, 0, 0}, {SIM_SWEEP, 800, 6, 0, 0}}, POSTCOPY},
	{"e\u0301valuation-2", NULL, 0, 2048, 900, {{SIM_RANDOM, 64, 4, 0, 0}}, PLAIN},
	{"💾-backup-🐧",
	 NULL,
	 0,
	 2048,
	 700,
	 {{SIM_SWEEP, 128, 5, 0, 0}},
	 {.bandwidth = MIB_PER_S(120), .permits_postcopy = true, .disk = MIB(4096), .disk_writes = MIB_PER_S(2)}},
	{"instance-0000b210", "OpenStack Nova (ci-runner)", 0, 4096, 3300, {{SIM_RANDOM, 2048, 140, 90, 50}}, POSTCOPY},
	{"web\033[31m-red", NULL, 0, 1024, 600, {{SIM_HOT, 64, 5, 0, 0}}, PLAIN},
	{LONG_NAME, NULL, 0, 2048, 1200, {{SIM_RANDOM, 150, 10, 0, 0}}, POSTCOPY},
	{"tenant-\u202egpj.exe", NULL, 0, 1024, 500, {{SIM_RANDOM, 40, 3, 0, 0}}, PLAIN},
	{"metrics", NULL, 0, 4096, 3600, {{SIM_SWEEP, 2048, 22, 0, 0}}, PLAIN},
	{"vdi-14", NULL, 0, 4096, 2200, {{SIM_RANDOM, 512, 30, 20, 9}}, POSTCOPY},
	{"idle-test", NULL, 0, 1024, 350, {{0}}, PLAIN},
	{"ldap", NULL, 0, 1024, 800, {{SIM_HOT, 32, 2, 0, 0}}, PLAIN},
	{"edge-proxy", NULL, 0, 2048, 1600, {{SIM_RANDOM, 256, 30, 0, 0}}, {.bandwidth = MIB_PER_S(40)}},
	{"dns-1", NULL, 1, 1024, 400, {{SIM_HOT, 32, 1, 0, 0}}, PLAIN},
	{"web-3", NULL, 1, 4096, 1800, {{SIM_HOT, 256, 12, 0, 0}}, POSTCOPY},
	{"dns-2", NULL, 2, 1024, 400, {{SIM_HOT, 32, 1, 0, 0}}, PLAIN},
	{"git", NULL, 2, 4096, 3100, {{SIM_RANDOM, 700, 35, 45, 20}}, POSTCOPY},
	{"proxy-a", NULL, 3, 1024, 500, {{SIM_RANDOM, 64, 6, 0, 0}}, PLAIN},
	{"wiki", NULL, 3, 2048, 1500, {{SIM_HOT, 128, 4, 0, 0}}, PLAIN},
	{"proxy-b", NULL, 4, 1024, 500, {{SIM_RANDOM, 64, 6, 0, 0}}, PLAIN},
	{"instance-0000c00f", "OpenStack Nova (billing)", 4, 2048, 1700, {{SIM_SWEEP, 600, 25, 0, 0}}, POSTCOPY},
	{"ntp", NULL, 5, 512, 200, {{0}}, PLAIN},
	{"queue-1", NULL, 5, 4096, 2800, {{SIM_SWEEP, 1500, 60, 0, 0}}, THROTTLED},
};

static const struct sim_scene drain_scenes[] = {
	{SECONDS(3), SIM_DO_MIGRATE, 6, "edge-proxy", NULL},
	{SECONDS(48), SIM_DO_LINK_DOWN, 3, NULL, "connection closed due to keepalive timeout"},
	{SECONDS(78), SIM_DO_LINK_UP, 3, NULL, NULL},
	{SECONDS(110), SIM_DO_KILL_DESTINATION, 0, "cache-1", NULL},
};

static const char *const stuck_hosts[] = {"basalt-1", "basalt-2", "basalt-3"};

static const struct sim_guest_plan stuck_guests[] = {
	{"too-busy", NULL, 0, 4096, 3800, {{SIM_RANDOM, 2048, 400, 0, 0}}, PLAIN},
	{"flat-sweep", NULL, 0, 4096, 3000, {{SIM_SWEEP, 1024, 101, 0, 0}}, SLOW_POSTCOPY},
	{"nearly", NULL, 0, 2048, 1600, {{SIM_HOT, 1200, 125, 0, 0}}, POSTCOPY},
	{"throttled",
	 NULL,
	 0,
	 2048,
	 1800,
	 {{SIM_RANDOM, 1024, 190, 0, 0}},
	 {.bandwidth = MIB_PER_S(30), .auto_converge = true}},
	{"disk-storm",
	 NULL,
	 0,
	 1024,
	 800,
	 {{SIM_HOT, 64, 4, 0, 0}},
	 {.bandwidth = MIB_PER_S(60), .disk = MIB(8192), .disk_writes = MIB_PER_S(90)}},
	{"frozen",
	 NULL,
	 0,
	 2048,
	 1500,
	 {{SIM_RANDOM, 512, 60, 0, 0}},
	 {.bandwidth = MIB_PER_S(2), .permits_postcopy = true}},
	{"torn",
	 NULL,
	 1,
	 2048,
	 1700,
	 {{SIM_RANDOM, 1024, 120, 0, 0}},
	 {.bandwidth = MIB_PER_S(100), .postcopy_bandwidth = MIB_PER_S(4), .permits_postcopy = true}},
	{"silent", NULL, 1, 2048, 1200, {{SIM_RANDOM, 512, 150, 0, 0}}, PLAIN},
	{"left", NULL, 2, 2048, 1000, {{SIM_RANDOM, 256, 20, 0, 0}}, PLAIN},
	{"at-home", NULL, 2, 1024, 500, {{SIM_HOT, 64, 3, 0, 0}}, PLAIN},
};

static const struct sim_scene stuck_scenes[] = {
	{SECONDS(1), SIM_DO_MIGRATE, 1, "too-busy", NULL},   {SECONDS(1), SIM_DO_MIGRATE, 1, "flat-sweep", NULL},
	{SECONDS(2), SIM_DO_MIGRATE, 1, "nearly", NULL},     {SECONDS(2), SIM_DO_MIGRATE, 1, "throttled", NULL},
	{SECONDS(2), SIM_DO_MIGRATE, 1, "disk-storm", NULL}, {SECONDS(3), SIM_DO_MIGRATE, 1, "frozen", NULL},
	{SECONDS(3), SIM_DO_MIGRATE, 2, "torn", NULL},       {SECONDS(3), SIM_DO_MIGRATE, 0, "silent", NULL},
	{SECONDS(15), SIM_DO_HANG, 0, "silent", NULL},       {SECONDS(20), SIM_DO_SUSPEND, 0, "frozen", NULL},
	{SECONDS(24), SIM_DO_POSTCOPY, 0, "torn", NULL},     {SECONDS(25), SIM_DO_MIGRATE, 0, "left", NULL},
	{SECONDS(31), SIM_DO_KILL_CLIENT, 0, "left", NULL},  {SECONDS(40), SIM_DO_CUT, 2, NULL, NULL},
};

#define TABLE(of) of, ARRAY_LEN(of)

static const struct scenario scenarios[] = {
	{"drain", TABLE(drain_hosts), 1, TABLE(drain_guests), TABLE(drain_scenes), 5},
	{"stuck", TABLE(stuck_hosts), 0, TABLE(stuck_guests), TABLE(stuck_scenes), 0},
};

static struct sim_world *build(const struct scenario *scenario, uint64_t seed)
{
	struct sim_world *world = sim_world_new(seed, SIM_REAL_PAGE, 20);

	for (size_t i = 0; i < scenario->n_hosts; i++) {
		uint32_t host = sim_world_add_host(world, scenario->host[i], TEN_GIGABIT);
		world->host[host].is_watched = i < scenario->n_hosts - scenario->n_unwatched;
	}
	for (size_t i = 0; i < scenario->n_guests; i++)
		sim_world_add_guest(world, &scenario->guest[i]);
	world->script = mem_new(1, sizeof *world->script);
	*world->script = (struct sim_script){
		.scene = scenario->scene,
		.n_scenes = scenario->n_scenes,
		.drains = scenario->n_parallel > 0,
		.n_parallel = scenario->n_parallel,
		.next_start_ms = SECONDS(1),
	};
	return world;
}

struct fleet_size {
	unsigned n_hosts, n_guests, n_migrations;
};

#define HOSTS_MAX 20000
#define GUESTS_MAX 200000

static void draw_guest(struct sim_world *world, const struct fleet_size *size, unsigned i)
{
	static const enum sim_pattern patterns[] = {SIM_HOT, SIM_SWEEP, SIM_RANDOM};
	uint64_t *chance = &world->chance;
	char name[32];
	unsigned memory = 1024u << sim_draw_below(chance, 4);
	unsigned used = memory / 4 + (unsigned)sim_draw_below(chance, memory / 2);
	unsigned set = 16 + (unsigned)sim_draw_below(chance, used / 2);
	/* One of ten never ends by itself. */
	unsigned rate = (unsigned)(sim_draw_below(chance, 10) ? 1 + sim_draw_below(chance, 16)
							      : 60 + sim_draw_below(chance, 100));

	snprintf(name, sizeof name, "vm-%06u", i + 1);
	sim_world_add_guest(
		world, &(struct sim_guest_plan){
			       .name = name,
			       .host = i % size->n_hosts,
			       .memory_mib = memory,
			       .used_mib = used,
			       .writer = {{patterns[sim_draw_below(chance, 3)], set, rate, 0, 0}},
			       .terms = {.bandwidth = MIB_PER_S(32), .permits_postcopy = sim_draw_below(chance, 2)},
		       });
}

static struct sim_world *draw_fleet(const struct fleet_size *size, uint64_t seed)
{
	struct sim_world *world = sim_world_new(seed, 1u << 20, 100);
	char name[32];

	for (unsigned i = 0; i < size->n_hosts; i++) {
		snprintf(name, sizeof name, "host-%05u", i + 1);
		sim_world_add_host(world, name, TEN_GIGABIT);
	}
	for (unsigned i = 0; i < size->n_guests; i++)
		draw_guest(world, size, i);
	world->script = mem_new(1, sizeof *world->script);
	world->script->n_parallel = size->n_migrations;
	return world;
}

/* "fleet:H:V:M" and nothing behind it. */
static bool parse_fleet(const char *name, struct fleet_size *out)
{
	int end = -1;

	if (sscanf(name, "fleet:%6u:%6u:%6u%n", &out->n_hosts, &out->n_guests, &out->n_migrations, &end) != 3)
		return false;
	return end > 0 && name[end] == '\0' && strspn(name + 6, "0123456789:") == strlen(name + 6);
}

static enum err check_size(const char *name, const struct fleet_size *size, struct err_info *why)
{
	if (size->n_hosts < 1 || size->n_hosts > HOSTS_MAX || size->n_guests > GUESTS_MAX)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "scenario \"%s\": 1 to %d hosts and at most %d guests can be simulated", name, HOSTS_MAX,
			       GUESTS_MAX);
	if (size->n_migrations > size->n_guests)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "scenario \"%s\": more migrations than guests", name);
	if (size->n_migrations && size->n_hosts < 2)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "scenario \"%s\": a migration needs two hosts", name);
	return ERR_OK;
}

enum err sim_scenario_new(const char *name, uint64_t seed, struct sim_world **out, struct err_info *why)
{
	struct fleet_size size;

	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		if (name && strcmp(name, scenarios[i].name) != 0)
			continue;
		*out = build(&scenarios[i], seed);
		return ERR_OK;
	}
	if (!parse_fleet(name, &size))
		return err_set(why, ERR_USAGE, "virt-drain", 0, "unknown scenario \"%s\": there are " SIM_SCENARIOS,
			       name);
	enum err code = check_size(name, &size, why);
	if (code != ERR_OK)
		return code;
	*out = draw_fleet(&size, seed);
	return ERR_OK;
}
