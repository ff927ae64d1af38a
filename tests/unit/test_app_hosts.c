/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hosts may be watched: the allow-list of URIs, what HOST stands for, unique names.
 */
#include "app/hosts.h"
#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct uri_rules rules = {"qemu+ssh://%s/system", false};

static void allowed_uris_are_completed(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"qemu:///system", "qemu:///system"},
		{"qemu:///session", "qemu:///session"},
		{"qemu+unix:///system?socket=/run/other/libvirt-sock",
		 "qemu+unix:///system?socket=/run/other/libvirt-sock"},
		{"qemu+unix:///system?mode=direct", "qemu+unix:///system?mode=direct"},
		{"qemu+ssh://host1/system", "qemu+ssh://host1/system?no_tty=1"},
		{"qemu+ssh://root@host1:2222/system?keyfile=/root/.ssh/id_x",
		 "qemu+ssh://root@host1:2222/system?no_tty=1&keyfile=/root/.ssh/id_x"},
		{"qemu+ssh://host1/system?no_tty=0&proxy=native", "qemu+ssh://host1/system?no_tty=1&proxy=native"},
		{"qemu+ssh://[fe80::1]:22/system", "qemu+ssh://[fe80::1]:22/system?no_tty=1"},
		{"qemu+tls://host1.example.org/system", "qemu+tls://host1.example.org/system"},
		{"qemu://host1/system", "qemu://host1/system"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err_info why;
		char *uri = NULL;
		if (uri_complete(&uri, cases[i][0], false, &why) != ERR_OK)
			fail_msg("%s: %s", cases[i][0], why.text);
		assert_string_equal(uri, cases[i][1]);
		free(uri);
	}
}

static void everything_else_is_refused_with_a_sentence(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"host1",
		"qemu",
		"qemu://",
		"test:///default",
		"xen+ssh://host1/system",
		"QEMU+ssh://host1/system",
		"qemu+ext://host1/system?command=/bin/sh",
		"qemu+libssh2://host1/system",
		"qemu+ssh://host1/system?command=/tmp/x",
		"qemu+ssh://host1/system?netcat=/tmp/x",
		"qemu+tls://host1/system?no_verify=1",
		"qemu+tls://host1/system?pkipath=/tmp",
		"qemu+ssh://host1/system?known_hosts_verify=ignore",
		"qemu+ssh://host1/system?proxy=netcat",
		"qemu+ssh://host1/system?no_tty=1;command=/tmp/x",
		"qemu+ssh://host1/system?no_tty=1&no_tty=1",
		"qemu+ssh://host1/system?%63ommand=/tmp/x",
		"qemu+ssh://host1/system?keyfile=relative",
		"qemu+ssh://host1/system?keyfile=/a b",
		"qemu+ssh://host1/system?socket=/x'$(id)'",
		"qemu+tls://host1/system?keyfile=/x",
		"qemu+tls://host1/system?no_tty=1",
		"qemu+ssh://-oProxyCommand=x/system",
		"qemu+ssh://-x/system",
		"qemu+ssh://-x@host1/system",
		"qemu+ssh://@host1/system",
		"qemu+ssh://a@b@host1/system",
		"qemu+ssh:///system",
		"qemu+ssh://host1:0/system",
		"qemu+ssh://host1:99999/system",
		"qemu+ssh://host1:/system",
		"qemu+ssh://[fe80::1/system",
		"qemu+ssh://[]/system",
		"qemu+ssh://[fe80::1]x/system",
		"qemu+ssh://host1/",
		"qemu+ssh://host1",
		"qemu+ssh://host1/system/x",
		"qemu+ssh://host1/system#x",
		"qemu+unix://host1/system",
		"qemu+tls://user@host1/system",
		"qemu+tcp://host1/system",
		"qemu+ssh://h\xc3\xb6st/system",
		"qemu+ssh://host1/system\n",
		"qemu+://host1/system",
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err_info why = {0};
		char *uri = NULL;
		if (uri_complete(&uri, cases[i], false, &why) != ERR_USAGE)
			fail_msg("allowed: %s", cases[i]);
		assert_null(uri);
		assert_true(strlen(why.text) > 20);
		assert_null(strchr(why.text, '\n'));
	}
}

static void tcp_needs_a_permission(void **state)
{
	(void)state;
	char *uri;
	struct err_info why;
	assert_int_equal(uri_complete(&uri, "qemu+tcp://10.0.0.1/system", false, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "--allow-tcp"));
	assert_int_equal(uri_complete(&uri, "qemu+tcp://10.0.0.1/system", true, NULL), ERR_OK);
	assert_string_equal(uri, "qemu+tcp://10.0.0.1/system");
	free(uri);
}

static void a_password_is_refused_and_not_repeated(void **state)
{
	(void)state;
	char *uri;
	struct err_info why;
	assert_int_equal(uri_complete(&uri, "qemu+ssh://root:secret@host1/system", false, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "password"));
	assert_null(strstr(why.text, "secret"));
}

static void a_host_goes_into_the_template(void **state)
{
	(void)state;
	static const char *const good[][2] = {
		{"host1", "qemu+ssh://host1/system"},
		{"root@host1", "qemu+ssh://root@host1/system"},
		{"host1:2222", "qemu+ssh://host1:2222/system"},
		{"fe80::1", "qemu+ssh://[fe80::1]/system"},
		{"root@fe80::1", "qemu+ssh://root@[fe80::1]/system"},
		{"[fe80::1]:22", "qemu+ssh://[fe80::1]:22/system"},
	};
	static const char *const bad[] = {"",       "-host",  "root@",       "root@-x", "ho st",
					  "host;x", "host/x", "h\xc3\xb6st", "host\n",  "$(id)"};
	char *uri;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(uri_from_host(&uri, good[i][0], rules.uri_template, NULL), ERR_OK);
		assert_string_equal(uri, good[i][1]);
		free(uri);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(uri_from_host(&uri, bad[i], rules.uri_template, NULL), ERR_USAGE);
}

static void a_template_holds_the_host_exactly_once(void **state)
{
	(void)state;
	assert_int_equal(uri_template_check("qemu+tls://%s.example.org/system", NULL), ERR_OK);
	assert_int_equal(uri_template_check("qemu:///system", NULL), ERR_USAGE);
	assert_int_equal(uri_template_check("qemu+tcp://%s/system", NULL),
			 ERR_OK); /* whether tcp may be is judged later */
	assert_int_equal(uri_template_check("qemu+ext://%s/system?command=/bin/sh", NULL), ERR_USAGE);
	assert_int_equal(uri_template_check("xen+ssh://%s/", NULL), ERR_USAGE);
	assert_int_equal(uri_template_check("qemu+ssh://%s/%s", NULL), ERR_USAGE);
	assert_int_equal(uri_template_check("qemu+ssh://%s/%n", NULL), ERR_USAGE);
	assert_int_equal(uri_template_check("qemu+ssh://%%s/", NULL), ERR_USAGE);
}

struct lists {
	struct host_list configured, named, added, out;
};

static int lists_init(void **state)
{
	struct lists *lists = mem_new(1, sizeof *lists);
	host_list_add(&lists->configured, "web", "qemu+ssh://host1/system", "rack1", "x.conf:3");
	host_list_add(&lists->configured, NULL, "host2", NULL, "x.conf:4");
	*state = lists;
	return 0;
}

static int lists_done(void **state)
{
	struct lists *lists = *state;
	host_list_done(&lists->configured);
	host_list_done(&lists->named);
	host_list_done(&lists->added);
	host_list_done(&lists->out);
	free(lists);
	return 0;
}

static enum err resolve(struct lists *lists, struct err_info *why)
{
	return hosts_resolve(&lists->out, &lists->configured, &lists->named, &lists->added, &rules, why);
}

static void configured_hosts_are_watched_unless_others_are_named(void **state)
{
	struct lists *lists = *state;
	assert_int_equal(resolve(lists, NULL), ERR_OK);
	assert_int_equal(lists->out.n_hosts, 2);
	assert_string_equal(lists->out.host[1].name, "host2");
	assert_string_equal(lists->out.host[1].uri, "qemu+ssh://host2/system?no_tty=1");
	host_list_done(&lists->out);
	host_list_add_word(&lists->named, "root@host7");
	host_list_add_word(&lists->added, "db=qemu+tls://host9/system");
	assert_int_equal(resolve(lists, NULL), ERR_OK);
	assert_int_equal(lists->out.n_hosts, 2);
	assert_string_equal(lists->out.host[0].name, "host7");
	assert_string_equal(lists->out.host[1].name, "db");
	assert_string_equal(lists->out.host[1].uri, "qemu+tls://host9/system");
}

static void a_configured_name_on_the_command_line_keeps_its_uri(void **state)
{
	struct lists *lists = *state;
	host_list_add_word(&lists->named, "web");
	assert_int_equal(resolve(lists, NULL), ERR_OK);
	assert_int_equal(lists->out.n_hosts, 1);
	assert_string_equal(lists->out.host[0].uri, "qemu+ssh://host1/system?no_tty=1");
	assert_string_equal(lists->out.host[0].group, "rack1");
}

static void an_equal_sign_of_a_parameter_makes_no_name(void **state)
{
	struct lists *lists = *state;
	host_list_add_word(&lists->named, "qemu+ssh://host3/system?keyfile=/x");
	assert_int_equal(resolve(lists, NULL), ERR_OK);
	assert_string_equal(lists->out.host[0].name, "host3");
}

static void two_hosts_with_one_name_are_refused(void **state)
{
	struct lists *lists = *state;
	struct err_info why;
	host_list_add_word(&lists->added, "root@host2");
	assert_int_equal(resolve(lists, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "\"host2\""));
	assert_int_equal(lists->out.n_hosts, 0);
}

static void a_bad_configured_host_is_told_with_file_and_line(void **state)
{
	struct lists *lists = *state;
	struct err_info why;
	host_list_add(&lists->configured, "evil", "qemu+ssh://h/system?command=/bin/sh", NULL, "x.conf:9");
	assert_int_equal(resolve(lists, &why), ERR_CONFIG);
	assert_ptr_equal(strstr(why.text, "x.conf:9: "), why.text);
	assert_non_null(strstr(why.text, "\"command\""));
}

static void a_name_that_would_confuse_is_refused(void **state)
{
	struct lists *lists = *state;
	static const char *const bad[] = {"a/b", "-a", "\x1b[2J",
					  "a-name-of-more-than-sixty-three-characters-is-not-a-name-for-a-host"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		host_list_add(&lists->named, bad[i], "host1", NULL, NULL);
		assert_int_equal(resolve(lists, NULL), ERR_USAGE);
		host_list_done(&lists->named);
	}
}

#define with_lists(test) cmocka_unit_test_setup_teardown(test, lists_init, lists_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allowed_uris_are_completed),
		cmocka_unit_test(everything_else_is_refused_with_a_sentence),
		cmocka_unit_test(tcp_needs_a_permission),
		cmocka_unit_test(a_password_is_refused_and_not_repeated),
		cmocka_unit_test(a_host_goes_into_the_template),
		cmocka_unit_test(a_template_holds_the_host_exactly_once),
		with_lists(configured_hosts_are_watched_unless_others_are_named),
		with_lists(a_configured_name_on_the_command_line_keeps_its_uri),
		with_lists(an_equal_sign_of_a_parameter_makes_no_name),
		with_lists(two_hosts_with_one_name_are_refused),
		with_lists(a_bad_configured_host_is_told_with_file_and_line),
		with_lists(a_name_that_would_confuse_is_refused),
	};
	return cmocka_run_group_tests_name("app_hosts", tests, NULL, NULL);
}
