/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actions in the system's log: a socket of our own at /dev/log, in a mount namespace of its own.
 */
#include "app/system_log.h"
#include "base/array.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

static struct ledger_row hostile_row(enum intent_stage stage)
{
	struct ledger_row row = {
		.intent = {.id = 7,
			   .order = {.serial = 3,
				     .action = ACTION_ABORT,
				     .target = {.attempt = 1},
				     .confirmation = "key y"},
			   .stage = stage,
			   .result = stage == INTENT_FAILED ? ERR_TIMEOUT : ERR_OK,
			   .domain_name = "%s%n\xe6\x97\xa5\"}",
			   .source = "host1",
			   .text = "line\\x0a %d"},
		.owner = {.pid = 11, .user = "root", .login_uid = -1, .version = "0.1"},
	};
	return row;
}

/* In the child: a /dev of its own with our socket in it. -1: this machine does not allow that. */
static int socket_at_dev_log(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("none", "/dev", "tmpfs", 0, NULL) != 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
		return -1;
	return fd;
}

enum { CHILD_OK, CHILD_WRONG, CHILD_CANNOT };

/* The datagram of one row is as wanted: priority, then anything, then the message to its end. */
static int heard(int fd, const struct ledger_row *row, int severity, const char *wanted)
{
	char text[4096] = "", head[16];
	snprintf(head, sizeof head, "<%d>", LOG_AUTHPRIV | severity);
	system_log_put(NULL, row);
	ssize_t n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
	const char *message = n > 0 ? strstr(text, "]: ") : NULL;
	if (message && strncmp(text, head, strlen(head)) == 0 && strstr(text, "virt-drain[") &&
	    strcmp(message + 3, wanted) == 0)
		return CHILD_OK;
	fprintf(stderr, "heard %s\nnot   %s\n", text, wanted);
	return CHILD_WRONG;
}

static int listen_and_tell(void)
{
	struct ledger_row asked = hostile_row(INTENT_RECORDED), failed = hostile_row(INTENT_FAILED);
	int fd = socket_at_dev_log();
	if (fd < 0)
		return CHILD_CANNOT;
	int code = heard(fd, &asked, LOG_NOTICE,
			 "{\"event\":\"asked\",\"order\":3,\"id\":7,\"action\":\"abort\",\"method\":null,"
			 "\"method_used\":null,\"fell_back\":false,\"bandwidth_mib_per_s\":null,\"max_downtime_ms\":"
			 "null,\"timeout_ms\":null,\"timeout_action\":null,"
			 "\"name\":\"%s%n\\u65e5\\\"}\",\"uuid\":null,\"source\":\"host1\",\"source_uuid\":null,"
			 "\"destination\":null,\"attempt\":1,\"user\":\"root\",\"login_uid\":null,\"tty\":null,"
			 "\"ssh_client\":null,\"pid\":11,\"boot_id\":null,\"program_version\":\"0.1\","
			 "\"confirmation\":\"key y\",\"insisted\":false,\"seen\":null}");
	if (code != CHILD_OK)
		return code;
	return heard(
		fd, &failed, LOG_WARNING,
		"{\"event\":\"ended\",\"order\":3,\"id\":7,\"action\":\"abort\",\"method\":null,\"method_used\":null,"
		"\"fell_back\":false,\"bandwidth_mib_per_s\":null,\"max_downtime_ms\":null,\"timeout_ms\":null,"
		"\"timeout_action\":null,\"name\":\"%s%n\\u65e5\\\"}"
		"\",\"uuid\":null,"
		"\"source\":\"host1\",\"source_uuid\":null,\"destination\":null,\"attempt\":1,\"outcome\":\"failed\","
		"\"result\":\"no answer in time\",\"text\":\"line\\\\x0a %d\",\"owes\":false}");
}

static int in_child(int (*run)(void))
{
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(run());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void the_log_gets_one_line_of_ascii_in_which_names_are_data(void **state)
{
	(void)state;
	int code = in_child(listen_and_tell);
	if (code == CHILD_CANNOT)
		skip();
	assert_int_equal(code, CHILD_OK);
}

static int tell_nobody(void)
{
	struct ledger_row row = hostile_row(INTENT_RECORDED);
	int fd = socket_at_dev_log();
	if (fd < 0)
		return CHILD_CANNOT;
	close(fd);
	unlink("/dev/log");
	for (int i = 0; i < 3; i++)
		system_log_put(NULL, &row);
	return CHILD_OK;
}

static void a_machine_without_a_log_is_no_trouble(void **state)
{
	(void)state;
	int code = in_child(tell_nobody);
	if (code == CHILD_CANNOT)
		skip();
	assert_int_equal(code, CHILD_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_gets_one_line_of_ascii_in_which_names_are_data),
		cmocka_unit_test(a_machine_without_a_log_is_no_trouble),
	};
	return cmocka_run_group_tests_name("system_log", tests, NULL, NULL);
}
