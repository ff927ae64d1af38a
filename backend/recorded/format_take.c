/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines into events. Nothing is allocated that the line itself does not pay for: numbers of guests and hosts come in order, and
 * an inventory names each guest once.
 */
#include "backend/recorded/format_private.h"
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define MS_OF_A_LINK INT64_C(1000000000)

static struct format_guest *take_guest(const struct format *format, struct words *words)
{
	uint64_t number = words_number(words, "a guest's number", UINT32_MAX);

	if (!words->wrong[0] && number >= format->n_guests)
		words_wrong(words, "guest %llu was not declared", (unsigned long long)number);
	return words->wrong[0] ? NULL : &format->guest[number];
}

static struct uuid uuid_of(const struct format_guest *guest)
{
	return guest ? guest->uuid : (struct uuid){{0}};
}

static void take_declaration(struct format *format, struct words *words)
{
	uint64_t number = words_number(words, "a guest's number", UINT32_MAX);
	struct uuid uuid = words_uuid(words, "a guest's UUID");
	char *name = words_name(words, "a guest's name");

	words_end(words);
	if (!words->wrong[0] && number > format->n_guests)
		words_wrong(words, "the next guest has the number %zu", format->n_guests);
	if (!words->wrong[0] && number < format->n_guests && !uuid_equal(&format->guest[number].uuid, &uuid))
		words_wrong(words, "guest %llu has another UUID", (unsigned long long)number);
	if (words->wrong[0]) {
		free(name);
	} else if (number == format->n_guests) {
		format_add_guest(format, &uuid, name);
	} else {
		free(format->guest[number].name);
		format->guest[number].name = name;
	}
}

/* ---- one function per kind of line; host is inside the format ---- */

static void take_link(struct format *format, struct words *words, struct event *event)
{
	const char *names[FORMAT_LINK_STATES];

	(void)format;
	for (int i = 0; i < FORMAT_LINK_STATES; i++)
		names[i] = link_state_name((enum link_state)i);
	event->link.state = (enum link_state)words_choice(words, "a link", names, ARRAY_LEN(names));
	event->link.latency.ms = words_signed(words, "a link's latency", MS_OF_A_LINK);
	if (words->at && strncmp(words->at, "- ", 2) == 0)
		words_next(words, "-");
	else
		event->link.retry_at =
			mono_add(event->at.mono, (duration){words_signed(words, "a link's next try", MS_OF_A_LINK)});
	event->link.reason = words_text(words, "a link's reason");
}

static void take_host_facts(struct format *format, struct words *words, struct event *event)
{
	(void)format;
	event->host_facts.uuid = words_uuid(words, "a host's UUID");
	event->host_facts.hostname = words_name(words, "a host's own name");
}

static void take_listed(struct format *format, struct words *words, struct inventory_domain *domain,
			uint64_t *next_number)
{
	struct words part = {.at = words_next(words, "a guest")};
	char *state = strchr(part.at, ':');

	domain->state = (struct domain_state){DOMAIN_RUNNING, REASON_OTHER};
	if (state) {
		*state++ = '\0';
		if (!words_parse_state(state, &domain->state))
			words_wrong(words, "a guest's state cannot be \"%.40s\"", state);
	}
	struct format_guest *guest = take_guest(format, &part);
	if (!guest) {
		words_wrong(words, "%s", part.wrong);
		return;
	}
	uint64_t number = (uint64_t)(guest - format->guest);
	if (number < *next_number)
		words_wrong(words, "the guests of an inventory are not in the order of their numbers");
	*next_number = number + 1;
	domain->uuid = guest->uuid;
	domain->name = mem_dup(guest->name ? guest->name : "");
}

/* "=": as last time. The words are kept as they came, because reading writes into them. */
static void take_inventory(struct format *format, struct words *words, struct event *event)
{
	struct format_host *host = &format->host[event->host];
	size_t capacity = 0;
	uint64_t next_number = 0;
	char *copy = NULL;

	if (words->at && strcmp(words->at, "=") == 0) {
		if (!host->inventory)
			words_wrong(words, "this host has no inventory yet that could be the same");
		copy = mem_dup(host->inventory);
		words->at = copy && copy[0] ? copy : NULL;
	} else {
		free(host->inventory);
		host->inventory = mem_dup(words->at ? words->at : "");
	}
	while (words_more(words) && !words->wrong[0]) {
		event->inventory.domain =
			array_reserve(event->inventory.domain, &capacity, event->inventory.n_domains + 1,
				      sizeof(struct inventory_domain));
		struct inventory_domain *domain = &event->inventory.domain[event->inventory.n_domains++];
		*domain = (struct inventory_domain){0};
		take_listed(format, words, domain, &next_number);
	}
	words->at = NULL;
	free(copy);
}

static void take_domain(struct format *format, struct words *words, struct event *event)
{
	const struct format_guest *guest = take_guest(format, words);

	event->domain.uuid = uuid_of(guest);
	event->domain.what = (enum domain_event)words_choice(words, "a guest's event", format_domain_event_names,
							     FORMAT_DOMAIN_EVENTS);
	event->domain.state = words_state(words);
	if (words->at && strcmp(words->at, "-") == 0)
		words_next(words, "-");
	else if (guest)
		event->domain.name = mem_dup(guest->name);
}

static void take_facts(struct format *format, struct words *words, struct event *event)
{
	event->facts.uuid = uuid_of(take_guest(format, words));
	event->facts.max_memory.n = words_number(words, "a guest's memory", UINT64_MAX);
	event->facts.owner = words_text(words, "a guest's owner");
}

static void take_stats(struct words *words, struct format_guest *guest, int64_t ms, struct job_stats *out)
{
	if (!guest)
		return;
	figures_take(words, &guest->stats, format_passed(guest, ms));
	guest->sampled_ms = ms;
	*out = guest->stats;
}

static void take_job(struct format *format, struct words *words, struct event *event)
{
	struct format_guest *guest = take_guest(format, words);

	event->job.uuid = uuid_of(guest);
	if (guest && words->at && words->at[0] == '=') {
		words->at++;
		guest->state = words_state(words);
	}
	if (guest)
		event->job.state = guest->state;
	take_stats(words, guest, event->at.wall.ms, &event->job.stats);
}

static void take_no_job(struct format *format, struct words *words, struct event *event)
{
	event->no_job.uuid = uuid_of(take_guest(format, words));
	event->no_job.state = words_state(words);
	event->no_job.how = (enum job_end)words_choice(words, "a job's end", format_job_end_names, FORMAT_JOB_ENDS);
}

static void take_incoming(struct format *format, struct words *words, struct event *event)
{
	event->incoming.uuid = uuid_of(take_guest(format, words));
	event->incoming.state = words_state(words);
}

static void take_pass(struct format *format, struct words *words, struct event *event)
{
	event->pass.uuid = uuid_of(take_guest(format, words));
	event->pass.number = words_number(words, "a pass", UINT64_MAX);
}

static void take_completed(struct format *format, struct words *words, struct event *event)
{
	struct format_guest *guest = take_guest(format, words);

	event->completed.uuid = uuid_of(guest);
	take_stats(words, guest, event->at.wall.ms, &event->completed.stats);
}

static void take_late(struct format *format, struct words *words, struct event *event)
{
	static const char *const answers[] = {"no", "yes"};

	event->late.uuid = uuid_of(take_guest(format, words));
	event->late.is_late = words_choice(words, "whether it is late", answers, ARRAY_LEN(answers)) == 1;
	event->late.reason = words_text(words, "why it is late");
}

static void take_notice(struct format *format, struct words *words, struct event *event)
{
	(void)format;
	event->notice.severity =
		(enum severity)words_choice(words, "a severity", format_severity_names, FORMAT_SEVERITIES);
	event->notice.text = words_text(words, "a notice");
}

static void (*const takers[EVENT_KIND_COUNT])(struct format *format, struct words *words, struct event *event) = {
	[EVENT_LINK] = take_link,           [EVENT_HOST] = take_host_facts,   [EVENT_INVENTORY] = take_inventory,
	[EVENT_DOMAIN] = take_domain,       [EVENT_FACTS] = take_facts,       [EVENT_JOB] = take_job,
	[EVENT_NO_JOB] = take_no_job,       [EVENT_INCOMING] = take_incoming, [EVENT_PASS] = take_pass,
	[EVENT_COMPLETED] = take_completed, [EVENT_LATE] = take_late,         [EVENT_NOTICE] = take_notice,
};

/* ---- the line ---- */

/* EVENT_KIND_COUNT for lines that are no event to be said again. */
static enum event_kind take_kind(struct words *words)
{
	const char *word = words_next(words, "what happened");

	if (words->wrong[0] || strcmp(word, FORMAT_ASKED) == 0 || strcmp(word, FORMAT_END) == 0)
		return EVENT_KIND_COUNT;
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		if (format_kind_names[kind] && strcmp(word, format_kind_names[kind]) == 0)
			return kind == EVENT_REPLY ? EVENT_KIND_COUNT : (enum event_kind)kind;
	}
	words_wrong(words, "nothing is called \"%.40s\"", word);
	return EVENT_KIND_COUNT;
}

/* Only a notice may be about no host. */
static uint32_t take_host_number(const struct format *format, struct words *words, enum event_kind kind)
{
	if (kind == EVENT_NOTICE && words->at && strncmp(words->at, "- ", 2) == 0) {
		words_next(words, "-");
		return HOST_NONE;
	}
	uint64_t number = words_number(words, "a host's number", UINT32_MAX);
	if (!words->wrong[0] && number >= format->n_hosts)
		words_wrong(words, "there is no host %llu", (unsigned long long)number);
	return words->wrong[0] ? HOST_NONE : (uint32_t)number;
}

struct event *format_take_line(struct format *format, struct words *words, int64_t *ms)
{
	if (words->at && (words->at[0] == '#' || words->at[0] == '\0'))
		return NULL;
	if (words->at && strncmp(words->at, "guest ", 6) == 0) {
		words_next(words, "guest");
		take_declaration(format, words);
		return NULL;
	}
	int64_t at = (int64_t)words_number(words, "a time", WORDS_MS_MAX);
	enum event_kind kind = take_kind(words);
	if (words->wrong[0])
		return NULL;
	*ms = at;
	if (kind == EVENT_KIND_COUNT)
		return NULL;
	uint32_t host = take_host_number(format, words, kind);
	if (words->wrong[0])
		return NULL;
	struct event *event = event_new(kind, host, (struct stamp){{at + FORMAT_MONO_START}, {at}});
	takers[kind](format, words, event);
	words_end(words);
	if (!words->wrong[0])
		return event;
	event_free(event);
	return NULL;
}

void format_take_host(struct format *format, struct words *words)
{
	uint64_t number = words_number(words, "a host's number", UINT32_MAX);
	char *name = words_name(words, "a host's name");
	char *uri = words_name(words, "a host's URI");
	char *group = words_name(words, "a host's group");

	words_end(words);
	if (!words->wrong[0] && number != format->n_hosts)
		words_wrong(words, "the next host has the number %zu", format->n_hosts);
	if (!words->wrong[0] && !name)
		words_wrong(words, "a host has a name");
	if (!words->wrong[0])
		format_add_host(format, &(struct fleet_host){0, name, uri, group});
	free(name);
	free(uri);
	free(group);
}
