/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the libvirt driver computes without a host (parameters, states, XML, addresses, timers), and that it lives through
 * hosts that are not there and libvirt's own test:///default.
 */
#include "backend/libvirt/libvirt.h"
#include "backend/libvirt/params.h"
#include "backend/libvirt/probe.h"
#include "backend/libvirt/states.h"
#include "backend/libvirt/timers.h"
#include "backend/libvirt/xml.h"
#include "backend/queue.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- parameters */

static virTypedParameter ullong(const char *name, unsigned long long value)
{
	virTypedParameter param = {.type = VIR_TYPED_PARAM_ULLONG, .value.ul = value};

	snprintf(param.field, sizeof param.field, "%s", name);
	return param;
}

static virTypedParameter integer(const char *name, int value)
{
	virTypedParameter param = {.type = VIR_TYPED_PARAM_INT, .value.i = value};

	snprintf(param.field, sizeof param.field, "%s", name);
	return param;
}

static void parameters_land_in_their_fields_and_mark_them_present(void **state)
{
	virTypedParameter param[] = {
		integer("operation", VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT),
		ullong("time_elapsed", 1234),
		ullong("memory_total", 1 << 20),
		ullong("memory_remaining", 0),
		ullong("memory_bps", 99),
		ullong("memory_iteration", 3),
		ullong("memory_dirty_rate", 77),
		integer("auto_converge_throttle", 30),
	};
	struct params_read read;

	(void)state;
	params_read(&read, param, 8);
	assert_true(read.has_operation);
	assert_int_equal(read.operation, VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT);
	assert_int_equal(read.stats.elapsed.ms, 1234);
	assert_int_equal(read.stats.memory_total.n, 1 << 20);
	assert_true(job_has(&read.stats, JOB_MEMORY_REMAINING)); /* zero is a number */
	assert_int_equal(read.stats.memory_throughput.n, 99);
	assert_int_equal(read.stats.pass, 3);
	assert_int_equal(read.stats.dirty_rate.n, 77);
	assert_int_equal(read.stats.throttle_percent, 30);
	assert_false(job_has(&read.stats, JOB_DOWNTIME));
	assert_false(job_has(&read.stats, JOB_PAGE_SIZE));
	assert_int_equal(read.n_unknown + read.n_wrong_type, 0);
}

static void the_dirty_rate_is_unknown_in_the_first_pass_and_without_a_pass(void **state)
{
	virTypedParameter param[] = {ullong("memory_dirty_rate", 0), ullong("memory_iteration", 1)};
	struct params_read read;

	(void)state;
	params_read(&read, param, 2);
	assert_false(job_has(&read.stats, JOB_DIRTY_RATE));
	params_read(&read, param, 1);
	assert_false(job_has(&read.stats, JOB_DIRTY_RATE));
	param[1].value.ul = 2;
	params_read(&read, param, 2);
	assert_true(job_has(&read.stats, JOB_DIRTY_RATE));
}

static void a_parameter_of_a_wrong_type_or_range_is_absent(void **state)
{
	virTypedParameter param[] = {
		integer("memory_total", -1),
		ullong("time_elapsed", ~0ULL),
		integer("auto_converge_throttle", -5),
		ullong("operation", 5),
	};
	struct params_read read;

	(void)state;
	params_read(&read, param, 4);
	assert_int_equal(read.stats.present, 0);
	assert_false(read.has_operation);
	assert_int_equal(read.n_wrong_type, 4);
}

static void unknown_parameters_are_counted_and_the_first_is_named(void **state)
{
	virTypedParameter param[] = {ullong("brand_new", 1), ullong("newer_still", 2), ullong("compression_pages", 3)};
	struct params_read read;

	(void)state;
	memset(param[1].field, 'x', sizeof param[1].field); /* without an end */
	params_read(&read, param, 3);
	assert_int_equal(read.n_unknown, 2);
	assert_string_equal(read.unknown, "brand_new");
}

/* ---- states and events */

static void states_are_told_in_our_words(void **state)
{
	static const struct {
		int state, reason;
		struct domain_state means;
	} cases[] = {
		{1, 1, {DOMAIN_RUNNING, REASON_OTHER}},     {1, 2, {DOMAIN_RUNNING, REASON_MIGRATED}},
		{1, 10, {DOMAIN_RUNNING, REASON_POSTCOPY}}, {1, 11, {DOMAIN_RUNNING, REASON_POSTCOPY_FAILED}},
		{3, 1, {DOMAIN_PAUSED, REASON_USER}},       {3, 2, {DOMAIN_PAUSED, REASON_MIGRATION}},
		{3, 12, {DOMAIN_PAUSED, REASON_POSTCOPY}},  {3, 14, {DOMAIN_PAUSED, REASON_API_ERROR}},
		{5, 4, {DOMAIN_SHUT_OFF, REASON_MIGRATED}}, {99, 99, {DOMAIN_UNKNOWN, REASON_OTHER}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct domain_state found = state_of(cases[i].state, cases[i].reason);
		assert_int_equal(found.run, cases[i].means.run);
		assert_int_equal(found.reason, cases[i].means.reason);
	}
}

static void a_resume_after_a_migration_means_another_thing_at_each_end(void **state)
{
	struct domain_state now;

	(void)state;
	assert_int_equal(lifecycle_of(4, 1, false, &now), DOMAIN_EVENT_RESUMED_MIGRATED);
	assert_int_equal(now.reason, REASON_MIGRATED);
	assert_int_equal(lifecycle_of(4, 1, true, &now), DOMAIN_EVENT_RESUMED_MIGRATED);
	assert_int_equal(now.reason, REASON_MIGRATION_CANCELED);
}

static void events_of_no_interest_and_of_the_future_are_told_apart_from_those_known(void **state)
{
	struct domain_state now;

	(void)state;
	assert_int_equal(lifecycle_of(5, 3, false, &now), DOMAIN_EVENT_STOPPED_MIGRATED);
	assert_int_equal(lifecycle_of(5, 77, false, &now), DOMAIN_EVENT_STOPPED);
	assert_int_equal(now.run, DOMAIN_SHUT_OFF);
	assert_int_equal(lifecycle_of(3, 77, false, &now), DOMAIN_EVENT_SUSPENDED);
	assert_int_equal(lifecycle_of(0, 0, false, &now), DOMAIN_EVENT_OTHER);
	assert_int_equal(now.run, DOMAIN_UNKNOWN);
	assert_int_equal(lifecycle_of(1234, 0, false, &now), DOMAIN_EVENT_OTHER);
}

/* ---- XML */

static void an_element_is_found_whatever_its_prefix(void **state)
{
	char text[64] = "untouched";

	(void)state;
	assert_true(
		xml_text("<instance><package version='1'/><name>web-1</name></instance>", "name", text, sizeof text));
	assert_string_equal(text, "web-1");
	assert_true(xml_text("<nova:name x=\"1\">a &amp; b &lt;c&gt;</nova:name>", "name", text, sizeof text));
	assert_string_equal(text, "a & b <c>");
}

static void what_is_no_such_element_leaves_the_text_alone(void **state)
{
	static const char *const none[] = {"",
					   "<",
					   "<name",
					   "<name>",
					   "<name>x",
					   "<name/>",
					   "<names>x</names>",
					   "<name></name>",
					   "name>x<",
					   "<a:name/>x<",
					   "<name>0123456789012345</name>"};
	char text[16] = "untouched";

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(xml_text(none[i], "name", text, sizeof text));
	assert_string_equal(text, "untouched");
}

static void an_owner_is_named_harmlessly(void **state)
{
	char text[128];

	(void)state;
	assert_string_equal(owner_text("<instance><name>web-1</name></instance>", text, sizeof text),
			    "OpenStack Nova (web-1)");
	assert_string_equal(owner_text("<instance/>", text, sizeof text), "OpenStack Nova");
	owner_text("<instance><name>a\033[2Jb</name></instance>", text, sizeof text);
	assert_null(strchr(text, '\033'));
}

/* ---- addresses */

static void only_tcp_and_tls_are_probed(void **state)
{
	static const struct {
		const char *uri, *host, *port;
	} cases[] = {
		{"qemu+tcp://10.0.0.1/system", "10.0.0.1", "16509"},
		{"qemu+tcp://host:1234/system?x=y", "host", "1234"},
		{"qemu+tls://user@host/system", "host", "16514"},
		{"qemu://host/system", "host", "16514"},
		{"qemu+tcp://[fe80::1]:99/system", "fe80::1", "99"},
		{"qemu+tcp://[fe80::1]/system", "fe80::1", "16509"},
		{"qemu+ssh://host/system", NULL, NULL},
		{"qemu+unix:///system?socket=/x", NULL, NULL},
		{"qemu:///system", NULL, NULL},
		{"test:///default", NULL, NULL},
		{"nonsense", NULL, NULL},
	};
	struct probe_target target;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(probe_target_of(cases[i].uri, &target), cases[i].host != NULL);
		if (!cases[i].host)
			continue;
		assert_string_equal(target.host, cases[i].host);
		assert_string_equal(target.port, cases[i].port);
	}
}

/* ---- timers */

static void timers_come_in_the_order_of_their_deadlines_whatever_was_moved_or_cleared(void **state)
{
	struct timers timers = {0};
	struct timer_node node[200] = {{{0}, 0}};
	uint32_t random = 12345;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		random = random * 1664525u + 1013904223u;
		struct timer_node *one = &node[random >> 8 & 127];
		if (random >> 30 == 0)
			timers_clear(&timers, one);
		else
			timers_set(&timers, one, (mono_time){(int64_t)(random >> 16 & 1023)});
		const struct timer_node *first = timers_first(&timers);
		for (size_t i = 0; i < 200; i++)
			if (node[i].position)
				assert_true(first->at.ms <= node[i].at.ms);
	}
	for (int64_t last = -1; timers_first(&timers);) {
		struct timer_node *first = timers_first(&timers);
		assert_true(first->at.ms >= last);
		last = first->at.ms;
		timers_clear(&timers, first);
		assert_int_equal(first->position, 0);
	}
	timers_done(&timers);
}

/* ---- the driver, against hosts that need no lab */

static bool put(void *queue, struct event *event)
{
	return queue_put(queue, event, true);
}

static void release(void *event)
{
	event_free(event);
}

/* The first event of that kind (and, for a link, state) of host 0. */
static struct event *await(struct queue *queue, enum event_kind kind, enum link_state link)
{
	for (int i = 0; i < 1000; i++) {
		struct event *event = queue_wait(queue, 30);
		if (event && event->kind == kind && (kind != EVENT_LINK || event->link.state == link))
			return event;
		event_free(event);
	}
	fail_msg("event of kind %d did not come", (int)kind);
	return NULL;
}

static struct driver *driver_for(const char *uri, bool is_read_only, struct queue *queue)
{
	struct libvirt_host host = {.name = "here", .uri = uri};
	struct libvirt_settings settings = {.host = &host, .n_hosts = 1, .is_read_only = is_read_only};
	struct driver *driver = driver_libvirt_new(&settings);
	struct err_info why;

	assert_int_equal(driver->ops->start(driver, (struct event_sink){put, queue}, 7, &why), ERR_OK);
	return driver;
}

static void end(struct driver *driver, struct queue *queue)
{
	driver->ops->stop(driver);
	driver->ops->free(driver);
	queue_free(queue, release);
}

static void a_host_that_refuses_is_down_with_a_reason_and_a_next_try(void **state)
{
	struct queue *queue = queue_new(64);
	struct driver *driver = driver_for("qemu+tcp://127.0.0.1:1/system", false, queue);
	struct event *event = await(queue, EVENT_LINK, LINK_DOWN);

	(void)state;
	assert_int_equal(event->host, 7);
	assert_non_null(strstr(event->link.reason, "127.0.0.1"));
	assert_true(event->link.retry_at.ms > 0);
	event_free(event);
	end(driver, queue);
}

static void a_name_that_does_not_resolve_is_down_with_that_reason(void **state)
{
	struct queue *queue = queue_new(64);
	struct driver *driver = driver_for("qemu+tls://no-such-host.invalid/system", false, queue);
	struct event *event = await(queue, EVENT_LINK, LINK_DOWN);

	(void)state;
	assert_non_null(strstr(event->link.reason, "resolve"));
	event_free(event);
	end(driver, queue);
}

static void an_intent_for_a_host_that_is_not_there_is_answered(void **state)
{
	struct queue *queue = queue_new(64);
	struct driver *driver = driver_for("qemu+tcp://127.0.0.1:1/system", false, queue);
	struct intent intent = {.id = 42, .order.target.host.byte = {1}};

	(void)state;
	driver->ops->submit(driver, &intent);
	struct event *event = await(queue, EVENT_REPLY, 0);
	assert_int_equal(event->reply.intent_id, 42);
	assert_int_equal(event->reply.result, ERR_NOT_FOUND);
	assert_false(event->reply.was_called);
	event_free(event);
	end(driver, queue);
}

static void a_read_only_driver_refuses_even_what_it_does_not_know(void **state)
{
	struct queue *queue = queue_new(64);
	struct driver *driver = driver_for("qemu+tcp://127.0.0.1:1/system", true, queue);
	struct intent intent = {.id = 43};

	(void)state;
	driver->ops->pay_debt(driver, &intent);
	struct event *event = await(queue, EVENT_REPLY, 0);
	assert_int_equal(event->reply.result, ERR_NOT_PERMITTED);
	event_free(event);
	end(driver, queue);
}

static void a_driver_that_never_started_can_be_freed(void **state)
{
	struct libvirt_host host = {.name = "here", .uri = "test:///default", .group = "rack"};
	struct libvirt_settings settings = {.host = &host, .n_hosts = 1};
	struct driver *driver = driver_libvirt_new(&settings);

	(void)state;
	assert_int_equal(driver->ops->n_hosts(driver), 1);
	assert_string_equal(driver->ops->host(driver, 0).group, "rack");
	driver->ops->stop(driver);
	driver->ops->free(driver);
}

static void libvirts_own_test_host_comes_up_and_goes_again(void **state)
{
	struct queue *queue = queue_new(64);
	struct driver *driver = driver_for("test:///default", false, queue);

	(void)state;
	event_free(await(queue, EVENT_LINK, LINK_UP));
	struct event *event = await(queue, EVENT_HOST, 0);
	assert_non_null(event->host_facts.hostname);
	event_free(event);
	end(driver, queue);
}

static void every_call_has_a_name_and_the_library_a_version(void **state)
{
	char text[64];

	(void)state;
	for (int i = 0; i < LIBVIRT_CALL_COUNT; i++)
		assert_true(strlen(libvirt_call_name((enum libvirt_call)i)) > 0);
	unsigned major = 0;
	assert_int_equal(sscanf(libvirt_version_text(text, sizeof text), "%u.", &major), 1);
	assert_true(major >= 6);
	assert_string_equal(libvirt_log_outputs("/x/y", text, sizeof text), "4:file:/x/y");
	assert_string_equal(libvirt_log_outputs(NULL, text, sizeof text), "4:file:/dev/null");
	assert_string_equal(libvirt_log_outputs("/my state/log", text, sizeof text), "4:file:/dev/null");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_land_in_their_fields_and_mark_them_present),
		cmocka_unit_test(the_dirty_rate_is_unknown_in_the_first_pass_and_without_a_pass),
		cmocka_unit_test(a_parameter_of_a_wrong_type_or_range_is_absent),
		cmocka_unit_test(unknown_parameters_are_counted_and_the_first_is_named),
		cmocka_unit_test(states_are_told_in_our_words),
		cmocka_unit_test(a_resume_after_a_migration_means_another_thing_at_each_end),
		cmocka_unit_test(events_of_no_interest_and_of_the_future_are_told_apart_from_those_known),
		cmocka_unit_test(an_element_is_found_whatever_its_prefix),
		cmocka_unit_test(what_is_no_such_element_leaves_the_text_alone),
		cmocka_unit_test(an_owner_is_named_harmlessly),
		cmocka_unit_test(only_tcp_and_tls_are_probed),
		cmocka_unit_test(timers_come_in_the_order_of_their_deadlines_whatever_was_moved_or_cleared),
		cmocka_unit_test(a_host_that_refuses_is_down_with_a_reason_and_a_next_try),
		cmocka_unit_test(a_name_that_does_not_resolve_is_down_with_that_reason),
		cmocka_unit_test(an_intent_for_a_host_that_is_not_there_is_answered),
		cmocka_unit_test(a_read_only_driver_refuses_even_what_it_does_not_know),
		cmocka_unit_test(a_driver_that_never_started_can_be_freed),
		cmocka_unit_test(libvirts_own_test_host_comes_up_and_goes_again),
		cmocka_unit_test(every_call_has_a_name_and_the_library_a_version),
	};

	setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", 1);
	return cmocka_run_group_tests_name("libvirt", tests, NULL, NULL);
}
