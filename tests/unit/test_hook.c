/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hook_command with real commands: what it gets, that nobody waits for it, and what is said when it does not work.
 */
#include "app/hook.h"
#include "base/array.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000

struct desk {
	char folder[64], log[96], command[512];
	struct row row;
	struct snapshot snapshot;
	struct hook *hook;
};

static int set_up(void **state)
{
	struct desk *desk = mem_new(1, sizeof *desk);
	snprintf(desk->folder, sizeof desk->folder, "/tmp/vd-hook-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->log, sizeof desk->log, "%s/log", desk->folder);
	assert_int_equal(log_open(desk->log, LOG_LEVEL_INFO, NULL), ERR_OK);
	desk->row = (struct row){.name = "$(touch pwned)`touch pwned`';touch pwned;'\"",
				 .phase = PHASE_COMPLETED,
				 .downtime = {84},
				 .forecast = forecast_nothing};
	desk->snapshot = (struct snapshot){.row = &desk->row, .n_rows = 1, .is_simulated = true};
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *desk = *state;
	hook_stop(desk->hook);
	log_close();
	snprintf(desk->command, sizeof desk->command, "rm -rf '%s'", desk->folder);
	assert_int_equal(system(desk->command), 0);
	free(desk);
	return 0;
}

/* The command runs in the folder. */
static void start(struct desk *desk, const char *command, int64_t patience_ms)
{
	snprintf(desk->command, sizeof desk->command, "cd '%s' && { %s; }", desk->folder, command);
	desk->hook = hook_start(desk->command, (duration){patience_ms});
	assert_non_null(desk->hook);
}

static void say(struct desk *desk, enum alert alert, int n)
{
	for (int i = 0; i < n; i++)
		hook_say(desk->hook, alert, &desk->row, &desk->snapshot);
}

static char *content(const struct desk *desk, const char *name)
{
	char path[128], piece[4096];
	struct buffer text = {0};
	snprintf(path, sizeof path, "%s/%s", desk->folder, name);
	FILE *file = fopen(path, "r");
	for (size_t n; file && (n = fread(piece, 1, sizeof piece, file)) > 0;)
		buffer_add(&text, piece, n);
	if (file)
		fclose(file);
	return buffer_take(&text);
}

static size_t count(const struct desk *desk, const char *name, const char *part)
{
	char *text = content(desk, name);
	size_t n = 0;
	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		n++;
	free(text);
	return n;
}

static bool await_count(const struct desk *desk, const char *name, const char *part, size_t wanted)
{
	mono_time deadline = mono_add(clock_mono(), (duration){PATIENCE_MS});
	while (count(desk, name, part) < wanted) {
		if (mono_reached(clock_mono(), deadline))
			return false;
		poll(NULL, 0, 10);
	}
	return true;
}

static void the_command_gets_the_document_and_names_stay_data(void **state)
{
	struct desk *desk = *state;
	start(desk, "cat >>out; echo \"$#\" >>args", 0);
	say(desk, ALERT_FINISHED, 1);
	assert_true(await_count(desk, "args", "0\n", 1));
	char *text = content(desk, "out");
	assert_non_null(strstr(text, "\"event\":\"finished\",\"simulated\":true,\"recording\":false,\"migration\":{"));
	assert_non_null(strstr(text, "\"name\":\"$(touch pwned)`touch pwned`';touch pwned;'\\\"\""));
	assert_non_null(strstr(text, "\"downtime_ms\":84,"));
	assert_string_equal(text + strlen(text) - 3, "}}\n");
	free(text);
	assert_int_equal(count(desk, "log", "hook_command"), 0);
	snprintf(desk->command, sizeof desk->command, "%s/pwned", desk->folder);
	assert_int_not_equal(access(desk->command, F_OK), 0);
}

static void the_command_has_a_session_of_its_own_and_nothing_of_ours(void **state)
{
	struct desk *desk = *state;
	enum { FORGOTTEN = 77 }; /* a descriptor that a library did not mark */
	assert_int_equal(dup2(STDERR_FILENO, FORGOTTEN), FORGOTTEN);
	/* fields 1 and 6 of its line are the process and the session */
	start(desk,
	      "set -- $(cat /proc/$$/stat); echo \"$1 $6 $$\" >>out; outputs=$(readlink /proc/$$/fd/1 /proc/$$/fd/2);"
	      " echo \"$outputs\" >>out;"
	      " [ -e /proc/$$/fd/77 ] || echo closed >>out; echo end >>out",
	      0);
	say(desk, ALERT_FAILED, 1);
	assert_true(await_count(desk, "out", "end", 1));
	char *text = content(desk, "out");
	int pid, session, own;
	assert_int_equal(sscanf(text, "%d %d %d", &pid, &session, &own), 3);
	assert_true(pid == session && pid == own && session != getsid(0));
	assert_non_null(strstr(text, "\n/dev/null\n/dev/null\nclosed\nend\n"));
	free(text);
	close(FORGOTTEN);
}

static void four_run_at_once_and_the_rest_waits_its_turn(void **state)
{
	struct desk *desk = *state;
	start(desk, "cat >/dev/null; echo begun >>out; while [ ! -e go ]; do sleep 0.02; done; echo done >>out", 0);
	say(desk, ALERT_STALLED, 10);
	assert_true(await_count(desk, "out", "begun", HOOK_RUNNING_MOST));
	poll(NULL, 0, 200);
	assert_int_equal(count(desk, "out", "begun"), HOOK_RUNNING_MOST);
	char path[128];
	snprintf(path, sizeof path, "%s/go", desk->folder);
	fclose(fopen(path, "w"));
	assert_true(await_count(desk, "out", "done", 10));
}

static void what_finds_no_room_is_dropped_and_that_is_said_once(void **state)
{
	struct desk *desk = *state;
	start(desk, "exec sleep 30", 500);
	say(desk, ALERT_STALLED, HOOK_RUNNING_MOST + HOOK_WAITING_MOST + 20);
	assert_int_equal(count(desk, "log", "hook_command is too slow"), 1);
	say(desk, ALERT_STALLED, 5);
	assert_int_equal(count(desk, "log", "hook_command is too slow"), 1);
	hook_stop(desk->hook);
	desk->hook = NULL;
	assert_int_equal(count(desk, "log", "alerts were left at the end"), 1);
}

static void a_command_that_fails_or_is_missing_is_said_once(void **state)
{
	struct desk *desk = *state;
	start(desk, "no-such-command-of-virt-drain", 0);
	say(desk, ALERT_STALLED, 3);
	assert_true(await_count(desk, "log", "ended with code 127; this is told once", 1));
	say(desk, ALERT_STALLED, 1);
	poll(NULL, 0, 200);
	assert_int_equal(count(desk, "log", "hook_command"), 1);
}

static void a_command_that_hangs_is_ended_with_what_it_started(void **state)
{
	struct desk *desk = *state;
	start(desk, "sleep 300 & echo $! >pid; wait", 300);
	say(desk, ALERT_FROZEN, 1);
	assert_true(await_count(desk, "log", "was ended after 0 s; this is told once", 1));
	char *text = content(desk, "pid");
	pid_t pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	assert_true(pid > 1);
	mono_time deadline = mono_add(clock_mono(), (duration){PATIENCE_MS});
	char state_path[64], line[256] = "";
	snprintf(state_path, sizeof state_path, "/proc/%d/stat", (int)pid);
	/* gone, or waiting for whoever adopted it to reap it */
	while (kill(pid, 0) == 0 && !strstr(line, ") Z ")) {
		FILE *file = fopen(state_path, "r");
		if (file && !fgets(line, sizeof line, file))
			line[0] = '\0';
		if (file)
			fclose(file);
		assert_false(mono_reached(clock_mono(), deadline));
		poll(NULL, 0, 10);
	}
}

static void stopping_starts_what_waits_and_leaves_the_rest_alone(void **state)
{
	struct desk *desk = *state;
	start(desk, "cat >/dev/null; sleep 0.3; echo done >>out", 0);
	say(desk, ALERT_FINISHED, 3);
	mono_time before = clock_mono();
	hook_stop(desk->hook);
	desk->hook = NULL;
	assert_in_range(mono_since(clock_mono(), before).ms, 0, 5000);
	assert_true(await_count(desk, "out", "done", 3));
}

int main(void)
{
#define HOOK_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		HOOK_TEST(the_command_gets_the_document_and_names_stay_data),
		HOOK_TEST(the_command_has_a_session_of_its_own_and_nothing_of_ours),
		HOOK_TEST(four_run_at_once_and_the_rest_waits_its_turn),
		HOOK_TEST(what_finds_no_room_is_dropped_and_that_is_said_once),
		HOOK_TEST(a_command_that_fails_or_is_missing_is_said_once),
		HOOK_TEST(a_command_that_hangs_is_ended_with_what_it_started),
		HOOK_TEST(stopping_starts_what_waits_and_leaves_the_rest_alone),
	};
	return cmocka_run_group_tests_name("hook", tests, NULL, NULL);
}
