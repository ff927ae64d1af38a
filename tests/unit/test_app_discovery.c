/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a picture is whole, and which migration DOMAIN means.
 */
#include "app/discovery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const uuids[] = {"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"};

static struct row make_row(const char *source, const char *name, int guest, uint32_t attempt, enum phase phase)
{
	struct row row = {.name = name, .name_raw = name, .uuid_text = uuids[guest], .source = source, .phase = phase};
	uuid_parse(uuids[guest], &row.id.domain);
	row.id.host.byte[0] = (unsigned char)source[strlen(source) - 1];
	row.id.attempt = attempt;
	row.has_throughput = true;
	return row;
}

static struct snapshot of_rows(struct row *row, size_t n)
{
	static struct host_row hosts[3];
	return (struct snapshot){.row = row, .n_rows = n, .hosts_up = 2, .host = hosts, .n_hosts = 3};
}

static void a_migration_is_found_by_name_uuid_and_host(void **state)
{
	(void)state;
	struct row rows[] = {make_row("host1", "web", 0, 1, PHASE_PRECOPY),
			     make_row("host2", "db", 1, 1, PHASE_PRECOPY)};
	struct snapshot snapshot = of_rows(rows, 2);
	static const char *const words[] = {"db", "host2/db", "00000000-0000-0000-0000-000000000002",
					    "host2/00000000-0000-0000-0000-000000000002"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const struct row *found = NULL;
		assert_int_equal(target_find(&found, &snapshot, words[i], NULL), ERR_OK);
		assert_ptr_equal(found, &rows[1]);
	}
	assert_false(target_is_exact("db"));
	assert_true(target_is_exact("host2/db"));
	assert_true(target_is_exact(uuids[0]));
}

static void a_name_that_nobody_bears_is_not_found(void **state)
{
	(void)state;
	struct row rows[] = {make_row("host1", "web", 0, 1, PHASE_PRECOPY)};
	struct snapshot snapshot = of_rows(rows, 1);
	static const char *const words[] = {"db", "host2/web", "host/web", "host11/web",
					    "",   "/web",      "host1/",   "00000000-0000-0000-0000-000000000002"};
	const struct row *found = NULL;
	struct err_info why;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(target_find(&found, &snapshot, words[i], &why), ERR_NOT_FOUND);
	assert_null(found);
	assert_non_null(strstr(why.text, "on the hosts that answer (2 of 3)"));
}

static void two_bearers_of_a_name_are_listed_and_refused(void **state)
{
	(void)state;
	struct row rows[] = {make_row("host1", "web", 0, 1, PHASE_PRECOPY),
			     make_row("host2", "web", 1, 1, PHASE_PAUSED)};
	struct snapshot snapshot = of_rows(rows, 2);
	const struct row *found = NULL;
	struct err_info why;
	assert_int_equal(target_find(&found, &snapshot, "web", &why), ERR_USAGE);
	assert_null(found);
	assert_non_null(strstr(why.text, "host1/web"));
	assert_non_null(strstr(why.text, "host2/web"));
	assert_int_equal(target_find(&found, &snapshot, "host2/web", NULL), ERR_OK);
	assert_ptr_equal(found, &rows[1]);
}

static void a_running_migration_comes_before_ended_ones_and_the_last_attempt_before_earlier(void **state)
{
	(void)state;
	struct row rows[] = {make_row("host2", "web", 1, 1, PHASE_COMPLETED),
			     make_row("host1", "web", 0, 1, PHASE_PRECOPY),
			     make_row("host1", "web", 0, 2, PHASE_PRECOPY)};
	struct snapshot snapshot = of_rows(rows, 3);
	const struct row *found = NULL;
	assert_int_equal(target_find(&found, &snapshot, "web", NULL), ERR_OK);
	assert_ptr_equal(found, &rows[2]);
	rows[1].phase = PHASE_CANCELLED;
	assert_int_equal(target_find(&found, &snapshot, "web", NULL), ERR_OK);
	assert_ptr_equal(found, &rows[2]);
}

static void a_uuid_comes_before_a_guest_that_is_called_like_it(void **state)
{
	(void)state;
	struct row rows[] = {make_row("host1", uuids[1], 0, 1, PHASE_PRECOPY),
			     make_row("host2", "db", 1, 1, PHASE_COMPLETED)};
	struct snapshot snapshot = of_rows(rows, 2);
	const struct row *found = NULL;
	assert_int_equal(target_find(&found, &snapshot, uuids[1], NULL), ERR_OK);
	assert_ptr_equal(found, &rows[1]);
}

static void a_picture_out_of_the_cache_is_no_target(void **state)
{
	(void)state;
	struct row rows[] = {make_row("host1", "web", 0, 1, PHASE_PRECOPY)};
	struct snapshot snapshot = of_rows(rows, 1);
	const struct row *found = NULL;
	rows[0].from_cache = true;
	assert_int_equal(target_find(&found, &snapshot, "web", NULL), ERR_NOT_FOUND);
}

struct scene {
	struct host_row host[2];
	struct row row[1];
	struct snapshot snapshot;
	struct discovery discovery;
};

static enum discovery_state at(struct scene *scene, int64_t ms)
{
	scene->snapshot.at.mono.ms = 1000 + ms;
	return discovery_step(&scene->discovery, &scene->snapshot, (duration){10000});
}

static void scene_init(struct scene *scene)
{
	*scene = (struct scene){
		.host = {{.state = LINK_UP, .guests_known = true}, {.state = LINK_CONNECTING}},
		.row = {make_row("host1", "web", 0, 1, PHASE_PRECOPY)},
		.discovery = {.start = {1000}, .refresh = {1000}},
	};
	scene->snapshot = (struct snapshot){.host = scene->host, .n_hosts = 2, .row = scene->row, .n_rows = 1};
	scene->row[0].has_throughput = false;
}

static void a_picture_is_whole_after_every_host_and_two_samples(void **state)
{
	(void)state;
	struct scene scene;
	scene_init(&scene);
	assert_int_equal(at(&scene, 100), DISCOVERY_HOSTS);
	scene.host[1].state = LINK_UP;
	assert_int_equal(at(&scene, 200), DISCOVERY_HOSTS); /* up, but what runs there is not known */
	scene.host[1].guests_known = true;
	scene.host[1].unasked = 2;
	assert_int_equal(at(&scene, 300), DISCOVERY_SETTLED);
	assert_int_equal(at(&scene, 2000), DISCOVERY_SETTLED);
	scene.host[1].unasked = 0;
	assert_int_equal(at(&scene, 2050), DISCOVERY_LISTED);
	scene.row[0].has_throughput = true;
	assert_int_equal(at(&scene, 2100), DISCOVERY_SAMPLED);
}

static void a_host_that_fails_is_not_waited_for(void **state)
{
	(void)state;
	struct scene scene;
	scene_init(&scene);
	scene.host[1].state = LINK_DOWN;
	scene.host[1].unasked = 3; /* of before it failed */
	assert_int_equal(at(&scene, 10), DISCOVERY_SETTLED);
	assert_int_equal(at(&scene, 1510), DISCOVERY_LISTED);
}

/* 300 guests, one answer each 200 ms: longer than the patience with one host, and not given up. */
static void a_busy_host_is_waited_for_while_its_guests_answer(void **state)
{
	(void)state;
	struct scene scene;
	scene_init(&scene);
	scene.host[1] = (struct host_row){.state = LINK_SLOW, .guests_known = true, .unasked = 300};
	for (int64_t ms = 200; scene.host[1].unasked > 0; ms += 200) {
		assert_int_equal(at(&scene, ms), DISCOVERY_SETTLED);
		scene.host[1].unasked--;
	}
	assert_int_equal(at(&scene, 60200), DISCOVERY_LISTED);
}

static void guests_that_never_answer_end_the_patience_and_are_told(void **state)
{
	(void)state;
	struct scene scene;
	const struct row *found = NULL;
	struct err_info why;
	scene_init(&scene);
	scene.host[1] = (struct host_row){.state = LINK_UP, .guests_known = true, .unasked = 5};
	assert_int_equal(at(&scene, 100), DISCOVERY_SETTLED);
	scene.host[1].unasked = 2;
	assert_int_equal(at(&scene, 9000), DISCOVERY_SETTLED);
	/* one whose answer is overdue keeps nobody from a migration that is there, but from saying that one is not */
	scene.host[1].unasked = 0;
	scene.host[1].mute = 2;
	assert_int_equal(at(&scene, 9500), DISCOVERY_LISTED);
	assert_false(scene.discovery.is_complete);
	at(&scene, 18999);
	assert_false(scene.discovery.is_complete);
	at(&scene, 19000);
	assert_true(scene.discovery.is_complete);
	assert_int_equal(target_find(&found, &scene.snapshot, "nobody", &why), ERR_NOT_FOUND);
	assert_non_null(strstr(why.text, "but 2 of their guests do not say whether they migrate"));
}

static void patience_ends_with_hosts_that_hang_and_samples_that_do_not_come(void **state)
{
	(void)state;
	struct scene scene;
	scene_init(&scene);
	assert_int_equal(at(&scene, 9999), DISCOVERY_HOSTS);
	assert_int_equal(at(&scene, 10000), DISCOVERY_SETTLED);
	assert_int_equal(at(&scene, 12000), DISCOVERY_LISTED);
	assert_int_equal(at(&scene, 14999), DISCOVERY_LISTED);
	assert_int_equal(at(&scene, 15000), DISCOVERY_SAMPLED);
}

static void what_may_be_an_orphan_is_waited_for(void **state)
{
	(void)state;
	struct snapshot snapshot = {.at = {{10000}, {1}}, .n_suspects = 1};
	struct discovery discovery = {.start = {10000}, .refresh = {1000}};
	duration patience = {10000};
	assert_int_equal(discovery_step(&discovery, &snapshot, patience), DISCOVERY_SETTLED);
	snapshot.at.mono.ms = 14000;
	assert_int_equal(discovery_step(&discovery, &snapshot, patience), DISCOVERY_SETTLED);
	snapshot.n_suspects = 0;
	assert_int_equal(discovery_step(&discovery, &snapshot, patience), DISCOVERY_SAMPLED);
	/* but not for ever */
	snapshot.n_suspects = 1;
	snapshot.at.mono.ms = 19000;
	assert_int_equal(discovery_step(&discovery, &snapshot, patience), DISCOVERY_SAMPLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_an_orphan_is_waited_for),
		cmocka_unit_test(a_migration_is_found_by_name_uuid_and_host),
		cmocka_unit_test(a_name_that_nobody_bears_is_not_found),
		cmocka_unit_test(two_bearers_of_a_name_are_listed_and_refused),
		cmocka_unit_test(a_running_migration_comes_before_ended_ones_and_the_last_attempt_before_earlier),
		cmocka_unit_test(a_uuid_comes_before_a_guest_that_is_called_like_it),
		cmocka_unit_test(a_picture_out_of_the_cache_is_no_target),
		cmocka_unit_test(a_picture_is_whole_after_every_host_and_two_samples),
		cmocka_unit_test(a_host_that_fails_is_not_waited_for),
		cmocka_unit_test(a_busy_host_is_waited_for_while_its_guests_answer),
		cmocka_unit_test(guests_that_never_answer_end_the_patience_and_are_told),
		cmocka_unit_test(patience_ends_with_hosts_that_hang_and_samples_that_do_not_come),
	};
	return cmocka_run_group_tests_name("app_discovery", tests, NULL, NULL);
}
