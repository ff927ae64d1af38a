/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The libvirt driver alone: prints what it says, one line per event, and submits what standard input asks for. For the
 * shell tests of tests/lab, which compare it with virsh.
 *
 *   driver_say [--read-only] [--refresh MS] [--heartbeat MS] [--sweep MS] [--slow-taker] NAME=URI ...
 *
 * Input: force GUEST auto|pause|post-copy; abort GUEST; bandwidth GUEST MIB; debt GUEST; each with HOST/GUEST where the host
 * is not the one that last told of the guest's migration; prepare HOST; counts; quit. End of input ends it too.
 * Every line begins with the milliseconds since the start.
 */
#include "backend/libvirt/libvirt.h"
#include "backend/queue.h"
#include "base/array.h"
#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOSTS_MAX 16
#define GUESTS_MAX 256

/* What is remembered, so that a guest can be named. */
struct guest {
	char name[128];
	struct uuid uuid;
	uint32_t host; /* that told last of its migration, or else of it */
};

static struct {
	struct driver *driver;
	struct queue *queue;
	mono_time began;
	struct libvirt_host host[HOSTS_MAX];
	struct uuid host_uuid[HOSTS_MAX];
	size_t n_hosts;
	struct guest guest[GUESTS_MAX];
	size_t n_guests;
	uint64_t n_intents;
	bool is_slow_taker; /* statistics are taken only when "take" is read */
} say;

static bool sink_put(void *queue, struct event *event)
{
	if (queue_put(queue, event, event->kind != EVENT_JOB))
		return true;
	event_free(event);
	return false;
}

static struct guest *guest_find(const struct uuid *uuid, bool is_new_welcome)
{
	for (size_t i = 0; i < say.n_guests; i++)
		if (uuid_equal(&say.guest[i].uuid, uuid))
			return &say.guest[i];
	if (!is_new_welcome || say.n_guests == GUESTS_MAX)
		return NULL;
	say.guest[say.n_guests].uuid = *uuid;
	uuid_text(uuid, say.guest[say.n_guests].name);
	return &say.guest[say.n_guests++];
}

static const char *guest_name(const struct uuid *uuid)
{
	struct guest *guest = guest_find(uuid, false);

	return guest ? guest->name : "?";
}

static void guest_remember(const struct uuid *uuid, const char *name, uint32_t host, bool is_its_source)
{
	struct guest *guest = guest_find(uuid, true);

	if (!guest)
		return;
	if (name && name[0])
		text_clean(guest->name, sizeof guest->name, name, strlen(name));
	if (is_its_source)
		guest->host = host;
}

static const char *state_text(struct domain_state state)
{
	static char buffer[64];

	return domain_state_text(state, buffer, sizeof buffer);
}

#define FIGURE(stats, field, name, value)                                                                              \
	if (job_has(stats, field))                                                                                     \
	printf(" " name "=%" PRIu64, (uint64_t)(value))

static void print_stats(const struct job_stats *stats)
{
	FIGURE(stats, JOB_ELAPSED, "elapsed", stats->elapsed.ms);
	FIGURE(stats, JOB_DOWNTIME, "downtime", stats->downtime.ms);
	FIGURE(stats, JOB_SETUP_TIME, "setup_time", stats->setup_time.ms);
	FIGURE(stats, JOB_DATA_TOTAL, "data_total", stats->data_total.n);
	FIGURE(stats, JOB_DATA_PROCESSED, "data_processed", stats->data_processed.n);
	FIGURE(stats, JOB_DATA_REMAINING, "data_remaining", stats->data_remaining.n);
	FIGURE(stats, JOB_MEMORY_TOTAL, "memory_total", stats->memory_total.n);
	FIGURE(stats, JOB_MEMORY_PROCESSED, "memory_processed", stats->memory_processed.n);
	FIGURE(stats, JOB_MEMORY_REMAINING, "memory_remaining", stats->memory_remaining.n);
	FIGURE(stats, JOB_MEMORY_THROUGHPUT, "memory_bps", stats->memory_throughput.n);
	FIGURE(stats, JOB_MEMORY_CONSTANT, "memory_constant", stats->memory_constant.n);
	FIGURE(stats, JOB_MEMORY_NORMAL, "memory_normal", stats->memory_normal.n);
	FIGURE(stats, JOB_MEMORY_NORMAL_BYTES, "memory_normal_bytes", stats->memory_normal_bytes.n);
	FIGURE(stats, JOB_DIRTY_RATE, "memory_dirty_rate", stats->dirty_rate.n);
	FIGURE(stats, JOB_PAGE_SIZE, "memory_page_size", stats->page_size.n);
	FIGURE(stats, JOB_PASS, "memory_iteration", stats->pass);
	FIGURE(stats, JOB_POSTCOPY_REQUESTS, "memory_postcopy_requests", stats->postcopy_requests);
	FIGURE(stats, JOB_DISK_TOTAL, "disk_total", stats->disk_total.n);
	FIGURE(stats, JOB_DISK_PROCESSED, "disk_processed", stats->disk_processed.n);
	FIGURE(stats, JOB_DISK_REMAINING, "disk_remaining", stats->disk_remaining.n);
	FIGURE(stats, JOB_DISK_THROUGHPUT, "disk_bps", stats->disk_throughput.n);
	FIGURE(stats, JOB_THROTTLE, "auto_converge_throttle", stats->throttle_percent);
	putchar('\n');
}

static const char *const lifecycle_names[] = {
	[DOMAIN_EVENT_OTHER] = "other",
	[DOMAIN_EVENT_STARTED_MIGRATED] = "started-migrated",
	[DOMAIN_EVENT_STARTED] = "started",
	[DOMAIN_EVENT_SUSPENDED_MIGRATED] = "suspended-migrated",
	[DOMAIN_EVENT_SUSPENDED_POSTCOPY] = "suspended-postcopy",
	[DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED] = "suspended-postcopy-failed",
	[DOMAIN_EVENT_SUSPENDED] = "suspended",
	[DOMAIN_EVENT_RESUMED_MIGRATED] = "resumed-migrated",
	[DOMAIN_EVENT_RESUMED_POSTCOPY] = "resumed-postcopy",
	[DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED] = "resumed-postcopy-failed",
	[DOMAIN_EVENT_RESUMED] = "resumed",
	[DOMAIN_EVENT_STOPPED_MIGRATED] = "stopped-migrated",
	[DOMAIN_EVENT_STOPPED_FAILED] = "stopped-failed",
	[DOMAIN_EVENT_STOPPED] = "stopped",
};

static void print_inventory(const struct event *event)
{
	printf("INVENTORY n=%zu", event->inventory.n_domains);
	for (size_t i = 0; i < event->inventory.n_domains; i++) {
		const struct inventory_domain *domain = &event->inventory.domain[i];
		bool is_new = !guest_find(&domain->uuid, false);
		guest_remember(&domain->uuid, domain->name, event->host, is_new);
		printf(" %s=%s", guest_name(&domain->uuid), state_text(domain->state));
	}
	putchar('\n');
}

static void print_reply(const struct intent_reply *reply)
{
	printf("REPLY %" PRIu64 " result=\"%s\" called=%d used=%s fell_back=%d froze=%d resumed=%d text=\"%s\"\n",
	       reply->intent_id, err_text(reply->result), reply->was_called, force_method_name(reply->used),
	       reply->fell_back, reply->froze_guest, reply->resumed_at_once, reply->text);
}

static void print_more(const struct event *event)
{
	switch (event->kind) {
	case EVENT_COMPLETED:
		printf("COMPLETED %s", guest_name(&event->completed.uuid));
		print_stats(&event->completed.stats);
		return;
	case EVENT_LATE:
		printf("LATE %s %s \"%s\"\n", guest_name(&event->late.uuid), event->late.is_late ? "late" : "answers",
		       event->late.reason ? event->late.reason : "");
		return;
	case EVENT_REPLY: print_reply(&event->reply); return;
	case EVENT_FACTS:
		printf("FACTS %s max_memory=%" PRIu64 " owner=\"%s\"\n", guest_name(&event->facts.uuid),
		       event->facts.max_memory.n, event->facts.owner ? event->facts.owner : "");
		return;
	case EVENT_NOTICE: printf("NOTICE \"%s\"\n", event->notice.text); return;
	default: printf("UNEXPECTED kind %d\n", (int)event->kind); return;
	}
}

static void print_event(const struct event *event)
{
	switch (event->kind) {
	case EVENT_LINK:
		printf("LINK %s \"%s\"\n", link_state_name(event->link.state),
		       event->link.reason ? event->link.reason : "");
		return;
	case EVENT_HOST: {
		char text[UUID_TEXT_SIZE];
		say.host_uuid[event->host] = event->host_facts.uuid;
		printf("HOST %s %s\n", uuid_text(&event->host_facts.uuid, text),
		       event->host_facts.hostname ? event->host_facts.hostname : "?");
		return;
	}
	case EVENT_INVENTORY: print_inventory(event); return;
	case EVENT_DOMAIN:
		guest_remember(&event->domain.uuid, event->domain.name, event->host,
			       !guest_find(&event->domain.uuid, false));
		printf("DOMAIN %s %s %s\n", guest_name(&event->domain.uuid), lifecycle_names[event->domain.what],
		       state_text(event->domain.state));
		return;
	case EVENT_JOB:
		guest_remember(&event->job.uuid, NULL, event->host, true);
		printf("JOB %s", guest_name(&event->job.uuid));
		print_stats(&event->job.stats);
		return;
	case EVENT_NO_JOB:
		printf("NO_JOB %s %s\n", guest_name(&event->no_job.uuid), state_text(event->no_job.state));
		return;
	case EVENT_INCOMING:
		printf("INCOMING %s %s\n", guest_name(&event->incoming.uuid), state_text(event->incoming.state));
		return;
	case EVENT_PASS: printf("PASS %s %" PRIu64 "\n", guest_name(&event->pass.uuid), event->pass.number); return;
	default: print_more(event); return;
	}
}

static void take_events(void)
{
	for (struct event *event; (event = queue_take(say.queue)) != NULL;) {
		printf("%" PRId64 " %s ", mono_since(event->at.mono, say.began).ms,
		       event->host < say.n_hosts ? say.host[event->host].name : "?");
		print_event(event);
		if (event->kind == EVENT_JOB && !say.is_slow_taker)
			say.driver->ops->taken(say.driver, event->host, &event->job.uuid);
		event_free(event);
	}
	fflush(stdout);
}

/* ---- what is asked for */

static uint32_t host_by_name(const char *name)
{
	for (size_t i = 0; i < say.n_hosts; i++)
		if (strcmp(say.host[i].name, name) == 0)
			return (uint32_t)i;
	return HOST_NONE;
}

/* GUEST or HOST/GUEST into the target of an order. */
static bool target_find(const char *text, struct intent *intent)
{
	char host_name[64] = "";
	const char *slash = strchr(text, '/');

	if (slash)
		snprintf(host_name, sizeof host_name, "%.*s", (int)(slash - text), text);
	const char *name = slash ? slash + 1 : text;
	for (size_t i = 0; i < say.n_guests; i++) {
		if (strcmp(say.guest[i].name, name) != 0)
			continue;
		uint32_t host = slash ? host_by_name(host_name) : say.guest[i].host;
		if (host >= say.n_hosts)
			return false;
		intent->order.target.domain = say.guest[i].uuid;
		intent->order.target.host = say.host_uuid[host];
		snprintf(intent->domain_name, sizeof intent->domain_name, "%s", name);
		return true;
	}
	return false;
}

static void submit(const char *verb, const char *guest, const char *value)
{
	struct intent intent = {.id = ++say.n_intents};

	if (!target_find(guest, &intent)) {
		printf("- - UNKNOWN %s\n", guest);
		return;
	}
	if (strcmp(verb, "debt") == 0) {
		say.driver->ops->pay_debt(say.driver, &intent);
		return;
	}
	if (strcmp(verb, "force") == 0 && !force_method_parse(value, &intent.order.method))
		printf("- - UNKNOWN method %s\n", value);
	intent.order.action = strcmp(verb, "force") == 0      ? ACTION_FORCE_COMPLETE
			      : strcmp(verb, "abort") == 0    ? ACTION_ABORT
			      : strcmp(verb, "downtime") == 0 ? ACTION_DOWNTIME
							      : ACTION_BANDWIDTH;
	intent.order.value = strtoull(value, NULL, 10);
	say.driver->ops->submit(say.driver, &intent);
}

static void print_counts(void)
{
	uint64_t counts[LIBVIRT_CALL_COUNT];

	libvirt_call_counts(counts);
	printf("%" PRId64 " - COUNTS", mono_since(clock_mono(), say.began).ms);
	for (int i = 0; i < LIBVIRT_CALL_COUNT; i++)
		printf(" %s=%" PRIu64, libvirt_call_name((enum libvirt_call)i), counts[i]);
	putchar('\n');
	fflush(stdout);
}

static void take_all(void)
{
	for (size_t host = 0; host < say.n_hosts; host++)
		for (size_t i = 0; i < say.n_guests; i++)
			say.driver->ops->taken(say.driver, (uint32_t)host, &say.guest[i].uuid);
}

/* False: quit. */
static bool take_line(char *line)
{
	char verb[16] = "", first[200] = "", second[40] = "";

	if (sscanf(line, "%15s %199s %39s", verb, first, second) < 1)
		return true;
	if (strcmp(verb, "quit") == 0)
		return false;
	if (strcmp(verb, "counts") == 0)
		print_counts();
	else if (strcmp(verb, "take") == 0)
		take_all();
	else if (strcmp(verb, "prepare") == 0 && host_by_name(first) != HOST_NONE)
		say.driver->ops->prepare(say.driver, host_by_name(first));
	else
		submit(verb, first, second);
	return true;
}

static bool take_input(void)
{
	static char pending[1024];
	static size_t n;
	ssize_t got = read(STDIN_FILENO, pending + n, sizeof pending - 1 - n);

	if (got <= 0)
		return got < 0 && errno == EINTR;
	n += (size_t)got;
	pending[n] = '\0';
	for (char *end; (end = strchr(pending, '\n')) != NULL;) {
		*end = '\0';
		bool goes_on = take_line(pending);
		n -= (size_t)(end + 1 - pending);
		memmove(pending, end + 1, n + 1);
		if (!goes_on)
			return false;
	}
	return true;
}

/* ---- start */

static void usage(void)
{
	fputs("usage: driver_say [--read-only] [--refresh MS] [--heartbeat MS] [--sweep MS] [--slow-taker] NAME=URI "
	      "...\n",
	      stderr);
	exit(2);
}

static void read_arguments(int argc, char **argv, struct libvirt_settings *settings)
{
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		if (strcmp(argv[i], "--read-only") == 0)
			settings->is_read_only = true;
		else if (strcmp(argv[i], "--slow-taker") == 0)
			say.is_slow_taker = true;
		else if (strcmp(argv[i], "--refresh") == 0 && i + 1 < argc)
			settings->refresh.ms = strtol(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--heartbeat") == 0 && i + 1 < argc)
			settings->heartbeat.ms = strtol(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--sweep") == 0 && i + 1 < argc)
			settings->sweep.ms = strtol(argv[++i], NULL, 10);
		else if (!equals || argv[i][0] == '-' || say.n_hosts == HOSTS_MAX)
			usage();
		else {
			*equals = '\0';
			say.host[say.n_hosts++] = (struct libvirt_host){.name = argv[i], .uri = equals + 1};
		}
	}
	if (say.n_hosts == 0)
		usage();
}

static int queue_is_filled(void *queue)
{
	return queue_length(queue) > 0;
}

int main(int argc, char **argv)
{
	struct libvirt_settings settings = {0};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct err_info why;
	char outputs[64];

	read_arguments(argc, argv, &settings);
	settings.host = say.host;
	settings.n_hosts = say.n_hosts;
	setenv("LIBVIRT_LOG_OUTPUTS", libvirt_log_outputs(NULL, outputs, sizeof outputs), 1);
	sigaction(SIGPIPE, &ignore, NULL);
	say.began = clock_mono();
	say.queue = queue_new(1024);
	say.driver = driver_libvirt_new(&settings);
	if (!say.queue ||
	    say.driver->ops->start(say.driver, (struct event_sink){sink_put, say.queue}, 0, &why) != ERR_OK)
		return 1;
	for (bool goes_on = true; goes_on;) {
		struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
		int ready = poll(&input, 1, queue_is_filled(say.queue) ? 0 : 10);
		take_events();
		if (ready > 0)
			goes_on = take_input();
	}
	say.driver->ops->stop(say.driver);
	take_events();
	say.driver->ops->free(say.driver);
	queue_free(say.queue, NULL);
	return 0;
}
