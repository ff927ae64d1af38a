/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract of drivers (tests/support/contract.h), kept by the libvirt driver over a lab of real hosts that stands already.
 * Started by tests/lab/test-driver-contract.sh.
 *
 *   contract_lab LAB-TOOL LAB-NAME HOST=URI HOST=URI ...
 */
#include "backend/libvirt/libvirt.h"
#include "tests/support/contract.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define HOSTS_MAX 4

struct fixture {
	const char *tool, *lab;
	struct libvirt_host host[HOSTS_MAX];
	virConnectPtr conn[HOSTS_MAX]; /* the world's own, for truth and for what an owner does */
	size_t n_hosts;
	unsigned n_guests;
};

/* Runs the lab's tool to its end; true if it ended well. */
static bool lab(const struct fixture *fixture, const char *const *arguments, size_t n)
{
	const char *argv[24] = {fixture->tool, "--name", fixture->lab};
	pid_t child;
	int status;

	for (size_t i = 0; i < n && i + 4 < 24; i++)
		argv[3 + i] = arguments[i];
	if (posix_spawn(&child, fixture->tool, NULL, NULL, (char *const *)(uintptr_t)argv, environ) != 0)
		return false;
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool open_driver(void *context, bool is_read_only, struct driver **out)
{
	const struct fixture *fixture = context;
	struct libvirt_settings settings = {
		.host = fixture->host,
		.n_hosts = fixture->n_hosts,
		.is_read_only = is_read_only,
		.refresh = {250},
		.heartbeat = {1000},
		.sweep = {5000},
	};

	*out = driver_libvirt_new(&settings);
	return true;
}

static void close_driver(void *context)
{
	const struct fixture *fixture = context;

	for (size_t i = 0; i < fixture->n_hosts; i++) {
		virDomainPtr *domain = NULL;
		int n = virConnectListAllDomains(fixture->conn[i], &domain, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
		for (int j = 0; j < n; j++) {
			if (virDomainDestroy(domain[j]) < 0)
				fprintf(stderr, "# a guest could not be destroyed\n");
			virDomainFree(domain[j]);
		}
		free(domain);
	}
}

static virDomainPtr domain_on(const struct fixture *fixture, size_t host, const struct uuid *guest)
{
	return virDomainLookupByUUID(fixture->conn[host], guest->byte);
}

static bool new_guest(void *context, const struct contract_guest *plan, struct uuid *out)
{
	struct fixture *fixture = context;
	char name[64], memory[16], set[16], rate[16];
	const char *const arguments[] = {"guest",        name,   "--on",          fixture->host[0].name,
					 "--memory",     memory, "--working-set", set,
					 "--dirty-rate", rate,   "--pattern",     "random"};

	snprintf(name, sizeof name, "%s-%u", plan->name, ++fixture->n_guests);
	snprintf(memory, sizeof memory, "%u", plan->memory_mib);
	snprintf(set, sizeof set, "%u", plan->set_mib ? plan->set_mib : 1);
	snprintf(rate, sizeof rate, "%u", plan->mib_per_s);
	if (!lab(fixture, arguments, sizeof arguments / sizeof *arguments))
		return false;
	virDomainPtr domain = virDomainLookupByName(fixture->conn[0], name);
	if (!domain)
		return false;
	bool is_known = virDomainGetUUID(domain, out->byte) == 0;
	virDomainFree(domain);
	return is_known;
}

static bool migrate(void *context, const struct uuid *guest, const struct contract_migration *terms)
{
	const struct fixture *fixture = context;
	virDomainPtr domain = domain_on(fixture, 0, guest);
	char bandwidth[16], postcopy_bandwidth[16];

	if (!domain)
		return false;
	snprintf(bandwidth, sizeof bandwidth, "%u", terms->bandwidth_mib);
	snprintf(postcopy_bandwidth, sizeof postcopy_bandwidth, "%u", terms->postcopy_bandwidth_mib);
	const char *const arguments[] = {"migrate",
					 virDomainGetName(domain),
					 fixture->host[terms->destination].name,
					 "--bandwidth",
					 bandwidth,
					 "--postcopy",
					 "--postcopy-bandwidth",
					 postcopy_bandwidth};
	bool has_limit = terms->permits_postcopy && terms->postcopy_bandwidth_mib > 0;
	bool is_done = lab(fixture, arguments, has_limit ? 8 : terms->permits_postcopy ? 6 : 5);
	virDomainFree(domain);
	return is_done;
}

static bool abandon(void *context, const struct uuid *guest)
{
	const struct fixture *fixture = context;
	virDomainPtr domain = domain_on(fixture, 0, guest);

	if (!domain)
		return false;
	const char *const arguments[] = {
		"migrate", virDomainGetName(domain), fixture->host[1].name, "--bandwidth", "20", "--abandon"};
	bool is_done = lab(fixture, arguments, sizeof arguments / sizeof *arguments);
	virDomainFree(domain);
	return is_done;
}

/* Where it lives: on the destination once it runs, or stands paused by anything but its migration, there; the source before. */
static bool truth(void *context, const struct uuid *guest, struct contract_truth *out)
{
	const struct fixture *fixture = context;

	*out = (struct contract_truth){0};
	for (size_t i = 0; i < fixture->n_hosts; i++) {
		int state = 0, reason = 0;
		virDomainPtr domain = domain_on(fixture, i, guest);
		if (!domain)
			continue;
		bool is_active = virDomainGetState(domain, &state, &reason, 0) == 0 && state != VIR_DOMAIN_SHUTOFF;
		bool is_arriving = i > 0 && state == VIR_DOMAIN_PAUSED &&
				   (reason == VIR_DOMAIN_PAUSED_MIGRATION || reason == VIR_DOMAIN_PAUSED_STARTING_UP);
		virDomainFree(domain);
		if (!is_active || (is_arriving && out->exists))
			continue;
		*out = (struct contract_truth){true, (uint32_t)i, state == VIR_DOMAIN_RUNNING};
	}
	return true;
}

static bool pause_as_owner(void *context, const struct uuid *guest)
{
	virDomainPtr domain = domain_on(context, 0, guest);
	bool is_done = domain && virDomainSuspend(domain) == 0;

	if (domain)
		virDomainFree(domain);
	return is_done;
}

static void keep_quiet(void *unused, virErrorPtr error)
{
	(void)unused;
	(void)error;
}

static bool read_arguments(int argc, char **argv, struct fixture *fixture)
{
	for (int i = 3; i < argc && fixture->n_hosts < HOSTS_MAX; i++) {
		char *equals = strchr(argv[i], '=');
		if (!equals)
			return false;
		*equals = '\0';
		fixture->host[fixture->n_hosts] = (struct libvirt_host){.name = argv[i], .uri = equals + 1};
		fixture->conn[fixture->n_hosts] = virConnectOpen(equals + 1);
		if (!fixture->conn[fixture->n_hosts++])
			return false;
	}
	return fixture->n_hosts >= 2;
}

int main(int argc, char **argv)
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
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct fixture fixture = {.tool = argc > 1 ? argv[1] : "", .lab = argc > 2 ? argv[2] : ""};
	struct contract_world world = {
		.name = "libvirt driver", .ops = &ops, .world = &fixture, .patience_ms = 60000, .quiet_ms = 1500};

	setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", 1);
	sigaction(SIGPIPE, &ignore, NULL);
	virSetErrorFunc(NULL, keep_quiet);
	if (!read_arguments(argc, argv, &fixture)) {
		fputs("usage: contract_lab LAB-TOOL LAB-NAME HOST=URI HOST=URI ...\n", stderr);
		return 2;
	}
	return contract_run(&world) ? 1 : 0;
}
