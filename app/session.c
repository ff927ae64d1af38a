/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings into drivers and a backend. Main thread.
 */
#include "app/session.h"

#include "app/paths.h"
#include "app/signals.h"
#include "app/system_log.h"
#include "backend/driver.h"
#include "backend/libvirt/libvirt.h"
#include "backend/recorded/recorded.h"
#include "backend/recorded/tap.h"
#include "backend/sim/sim.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_acting(enum command command)
{
	enum action action;
	return command_action(command, &action);
}

/* These stay and watch; a picture or an action that ends at once tells by itself. */
static bool is_watching(enum command command)
{
	return command == COMMAND_DASHBOARD || command == COMMAND_STREAM;
}

/* A picture and an action need no memory of the past, and whoever writes the cache keeps others from it. But where an orphan was to go, only
 * who has seen its migration knows. */
static bool uses_cache(enum command command)
{
	return command == COMMAND_DASHBOARD || command == COMMAND_STREAM || command == COMMAND_HISTORY ||
	       command == COMMAND_RESUME;
}

/* All that reach hosts: limits of single migrations and armed forces of other processes are in it. */
static bool uses_ledger(const struct run *run)
{
	return run->line->command != COMMAND_HISTORY || run->settings->actions;
}

/* Who acts, or stays long enough to look after what a virt-drain that died left open. */
static bool writes_ledger(const struct run *run)
{
	enum command command = run->line->command;
	return run->ledger && !run->settings->read_only &&
	       (command == COMMAND_DASHBOARD || command == COMMAND_STREAM || is_acting(command));
}

/* Before the first thread: the library reads it once, and would write its warnings to the terminal. */
static void keep_libvirt_quiet(const char *log)
{
	char outputs[4200];
	setenv("LIBVIRT_LOG_OUTPUTS", libvirt_log_outputs(log, outputs, sizeof outputs), 1);
}

enum err run_find_files(struct run *run, struct err_info *why)
{
	const struct settings *settings = run->settings;
	if (settings->demo)
		return ERR_OK;
	char *state = paths_state();
	if (!state)
		return err_set(why, ERR_CONFIG, "virt-drain", 0,
			       "neither HOME nor XDG_STATE_HOME is set: set one of them");
	struct err_info said;
	enum err err = paths_make_private(state, &said);
	if (err == ERR_CONFIG) {
		free(state);
		return err_set(why, err, said.origin, said.origin_code, "%s", said.text);
	}
	char *log = paths_join(state, "log");
	bool has_log = log_open(log, LOG_LEVEL_INFO, NULL) == ERR_OK; /* without a log everything else still works */
	keep_libvirt_quiet(has_log ? log : NULL);
	free(log);
	bool is_usual = settings->cache[0] == '\0';
	if (uses_cache(run->line->command) && strcmp(settings->cache, "none") != 0)
		run->cache = is_usual ? paths_join(state, "cache.sqlite") : mem_dup(settings->cache);
	if (uses_ledger(run))
		run->ledger = paths_join(state, "ledger.sqlite");
	free(state);
	return ERR_OK;
}

enum err run_find_hosts(struct run *run, struct err_info *why)
{
	const struct settings *settings = run->settings;
	struct uri_rules rules = {settings->uri_template, settings->allow_tcp};
	if (settings->demo || run->line->command == COMMAND_HISTORY)
		return ERR_OK;
	enum err err = hosts_resolve(&run->hosts, &settings->hosts, &run->line->named, &settings->added, &rules, why);
	if (!err && run->hosts.n_hosts == 0)
		return err_set(
			why, ERR_USAGE, "virt-drain", 0,
			"no hosts: name them (virt-drain HOST ...), set hosts in the configuration, or try --demo");
	return err;
}

void run_done(struct run *run)
{
	host_list_done(&run->hosts);
	free(run->cache);
	free(run->ledger);
	*run = (struct run){0};
}

static struct driver *libvirt_driver(const struct run *run)
{
	const struct settings *settings = run->settings;
	struct libvirt_host *hosts = mem_new(run->hosts.n_hosts, sizeof *hosts);
	for (size_t i = 0; i < run->hosts.n_hosts; i++) {
		const struct host_entry *entry = &run->hosts.host[i];
		hosts[i] = (struct libvirt_host){entry->name, entry->uri, entry->group};
	}
	struct libvirt_settings driver_settings = {
		.host = hosts,
		.n_hosts = run->hosts.n_hosts,
		.is_read_only = settings->read_only,
		.refresh = settings->refresh,
		.heartbeat = settings->heartbeat,
		.sweep = settings->sweep,
	};
	struct driver *driver = driver_libvirt_new(&driver_settings);
	free(hosts);
	return driver;
}

/* A path, or the name of a file that is here, is a recording; every other word is a scenario. */
static bool is_recording(const struct settings *settings)
{
	struct stat file;
	return settings->demo &&
	       (strchr(settings->scenario, '/') || (stat(settings->scenario, &file) == 0 && !S_ISDIR(file.st_mode)));
}

/* The policy acts where somebody sits who can see it and where it is remembered: the dashboard. */
static bool acts_at_limits(const struct run *run)
{
	return run->line->command == COMMAND_DASHBOARD && !run->settings->read_only && !is_recording(run->settings);
}

static enum err make_demo(struct driver **out, const struct settings *settings, struct err_info *why)
{
	struct sim_settings sim = {
		.scenario = settings->scenario[0] ? settings->scenario : NULL,
		.refresh = settings->refresh,
		.is_read_only = settings->read_only,
	};
	struct err_info said;
	if (is_recording(settings))
		return driver_recorded_new(out, settings->scenario, why);
	enum err err = driver_sim_new(out, &sim, &said);
	if (err)
		return err_set(why, err, said.origin, said.origin_code, "%s; nor is there a file of this name",
			       said.text);
	return ERR_OK;
}

static enum err make_driver(struct driver **out, const struct run *run, struct err_info *why)
{
	if (run->settings->demo)
		return make_demo(out, run->settings, why);
	*out = libvirt_driver(run);
	return ERR_OK;
}

static enum err check_drain(const struct driver *driver, const char *drain, const char *place, struct err_info *why)
{
	struct buffer names = {0};
	size_t n = driver->ops->n_hosts(driver);
	for (size_t i = 0; i < n; i++) {
		struct fleet_host host = driver->ops->host(driver, i);
		if (strcmp(host.name, drain) == 0) {
			buffer_done(&names);
			return ERR_OK;
		}
		if (i < 8)
			buffer_printf(&names, "%s%s", i ? ", " : "", host.name);
	}
	enum err err = err_set(why, ERR_USAGE, "virt-drain", 0,
			       "%s%sdrain: \"%s\" is not among the watched hosts (%s%s)", place ? place : "",
			       place ? ": " : "", drain, names.text ? names.text : "none", n > 8 ? ", ..." : "");
	buffer_done(&names);
	return err;
}

/* A connection takes two descriptors: the soft limit of 1,024 would end at 500 hosts. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* The host that is being emptied: the one that is named, or in the simulated drain the first, which that scenario empties. */
static const char *drained_host(const struct driver *driver, const struct settings *settings)
{
	bool is_drain_demo = settings->demo && (!settings->scenario[0] || strcmp(settings->scenario, "drain") == 0);
	if (settings->drain[0])
		return settings->drain;
	return is_drain_demo && driver->ops->n_hosts(driver) > 0 ? driver->ops->host(driver, 0).name : NULL;
}

enum err session_start(struct session *out, const struct run *run, struct err_info *why)
{
	const struct settings *settings = run->settings;
	struct backend_settings backend_settings = {
		.fleet = {.completion_timeout_per_gib = settings->completion_timeout_per_gib,
			  .limit_action =
				  is_recording(settings) ? LIMIT_NONE : (enum limit_action)settings->timeout_action,
			  .is_policy_elsewhere = !acts_at_limits(run),
			  .is_policy_observing = settings->policy == 1,
			  .frozen_warning = settings->frozen_warning,
			  .is_read_only = settings->read_only,
			  .is_simulated = settings->demo && !is_recording(settings),
			  .is_recording = is_recording(settings)},
		.refresh = settings->refresh,
		.cache_path = run->cache,
		.only_reads_cache = is_acting(run->line->command),
		.ledger_path = run->ledger,
		.reads_ledger_only = !writes_ledger(run),
		.retention = settings->retention,
		.adopts = !failpoint_is_armed("no-adoption"),
	};
	*out = (struct session){.is_recording = backend_settings.fleet.is_recording};
	enum err err = make_driver(&out->driver, run, why);
	if (err)
		return err;
	out->drain = backend_settings.fleet.drain = drained_host(out->driver, settings);
	if (out->drain)
		err = check_drain(out->driver, out->drain, settings->drain_place, why);
	if (!err && settings->record[0]) {
		err = driver_tap_new(&out->driver, out->driver, settings->record, why);
		out->tap = err ? NULL : out->driver;
	}
	raise_descriptor_limit();
	if (writes_ledger(run)) {
		backend_settings.audit.put = system_log_put;
		system_log_look();
	}
	if (!err && signals_start() < 0)
		err = err_set(why, ERR_FAILED, "system", errno, "cannot watch for signals");
	if (!err && settings->hook_command[0] && is_watching(run->line->command))
		out->hook = hook_start(settings->hook_command, (duration){0});
	if (out->hook)
		backend_settings.alert = (struct alert_sink){hook_say, out->hook};
	if (!err)
		err = backend_start(&out->backend, &out->driver, 1, &backend_settings, why);
	if (signals_fd() >= 0)
		signals_threads_started();
	if (err)
		session_stop(out);
	return err;
}

void session_stop(struct session *session)
{
	backend_stop(session->backend);
	hook_stop(session->hook);
	const char *trouble = session->tap ? driver_tap_trouble(session->tap) : NULL;
	if (trouble)
		fprintf(stderr, "virt-drain: %s\n", trouble);
	if (session->driver)
		session->driver->ops->free(session->driver);
	*session = (struct session){0};
}

enum session_news session_wait(const struct session *session, mono_time deadline)
{
	struct pollfd watched[] = {{.fd = signals_fd(), .events = POLLIN},
				   {.fd = backend_wake_fd(session->backend), .events = POLLIN}};
	for (;;) {
		int64_t left = deadline.ms < 0 ? -1 : mono_since(deadline, clock_mono()).ms;
		if (deadline.ms >= 0 && left <= 0)
			return SESSION_DEADLINE;
		int n = poll(watched, ARRAY_LEN(watched), left > 60000 ? 60000 : (int)left);
		if (n > 0 && watched[0].revents)
			return SESSION_SIGNAL;
		if (n > 0 && watched[1].revents)
			return SESSION_SNAPSHOT;
	}
}

static enum err output_failed(int number, struct err_info *why)
{
	char text[128];
	return err_set(why, ERR_IO, "system", number, "cannot write the output: %s",
		       strerror_r(number, text, sizeof text));
}

enum err output_write(const char *text, size_t length, struct err_info *why)
{
	/* At most what a pipe takes at once when poll says that it takes something (pipe(7): PIPE_BUF). */
	enum { PIECE = 4096 };
	struct pollfd watched[] = {{.fd = STDOUT_FILENO, .events = POLLOUT}, {.fd = signals_fd(), .events = POLLIN}};
	while (length > 0) {
		if (poll(watched, ARRAY_LEN(watched), -1) < 0 && errno != EINTR)
			return output_failed(errno, why);
		if (watched[1].revents && !watched[0].revents)
			return err_set(why, ERR_TIMEOUT, "virt-drain", 0, "the reader of the output does not read");
		if (!watched[0].revents)
			continue;
		ssize_t n = write(STDOUT_FILENO, text, length < PIECE ? length : PIECE);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return output_failed(errno, why);
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
	return ERR_OK;
}

int complain_and_exit_code(const struct err_info *why)
{
	fprintf(stderr, "virt-drain: %s\n", why->text);
	return err_exit_code(why->code);
}
