/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One action of the libvirt driver, alone: on a connection of the test's choice, with our own check left out if the test says so, and
 * stopping before and after the call so that the test can change the world in between.
 *
 *   driver_act [--read-only-connection] [--no-check] [--stop-before] [--stop-after] URI GUEST auto|pause|post-copy|abort|lift|downtime=MS|debt
 *
 * "--stop-before" prints "before" and goes on when a line of input comes; so does "--stop-after". The reply is the last line.
 */
#include "backend/libvirt/act.h"

#include <inttypes.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
	bool is_read_only, has_no_check, stops_before, stops_after;
};

static void stop_here(const char *where)
{
	char line[16];

	puts(where);
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		exit(3);
}

static void before_call(void *options)
{
	if (((struct options *)options)->stops_before)
		stop_here("before");
}

static void after_call(void *options)
{
	if (((struct options *)options)->stops_after)
		stop_here("after");
}

static enum err everything_is_allowed(enum action action, enum force_method method, const struct action_facts *facts,
				      struct err_info *why)
{
	(void)action;
	(void)method;
	(void)facts;
	(void)why;
	return ERR_OK;
}

static void keep_quiet(void *unused, virErrorPtr error)
{
	(void)unused;
	(void)error;
}

static int read_options(int argc, char **argv, struct options *options)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--read-only-connection") == 0)
			options->is_read_only = true;
		else if (strcmp(argv[i], "--no-check") == 0)
			options->has_no_check = true;
		else if (strcmp(argv[i], "--stop-before") == 0)
			options->stops_before = true;
		else if (strcmp(argv[i], "--stop-after") == 0)
			options->stops_after = true;
		else
			return argc;
	}
	return i;
}

static bool order_parse(const char *text, struct order *order)
{
	if (force_method_parse(text, &order->method))
		order->action = ACTION_FORCE_COMPLETE;
	else if (strcmp(text, "abort") == 0)
		order->action = ACTION_ABORT;
	else if (strcmp(text, "lift") == 0)
		order->action = ACTION_BANDWIDTH;
	else if (sscanf(text, "downtime=%" SCNu64, &order->value) == 1)
		order->action = ACTION_DOWNTIME;
	else
		return strcmp(text, "debt") == 0;
	return true;
}

static int act_on(virConnectPtr conn, const char *name, const char *what, struct options *options)
{
	struct act_seam seam = {.check = options->has_no_check ? everything_is_allowed : NULL,
				.before_call = before_call,
				.after_call = after_call,
				.context = options};
	struct intent intent = {.id = 1};
	struct intent_reply reply;
	virDomainPtr domain = virDomainLookupByName(conn, name);

	if (!domain || virDomainGetUUID(domain, intent.order.target.domain.byte) < 0 ||
	    !order_parse(what, &intent.order))
		return 2;
	snprintf(intent.domain_name, sizeof intent.domain_name, "%s", name);
	if (strcmp(what, "debt") == 0)
		act_pay_debt(conn, &intent, &seam, &reply);
	else
		act_run(conn, &intent, &seam, &reply);
	printf("reply result=\"%s\" called=%d used=%s fell_back=%d froze=%d resumed=%d text=\"%s\"\n",
	       err_text(reply.result), reply.was_called, force_method_name(reply.used), reply.fell_back,
	       reply.froze_guest, reply.resumed_at_once, reply.text);
	virDomainFree(domain);
	return err_exit_code(reply.result);
}

int main(int argc, char **argv)
{
	struct options options = {0};
	int first = read_options(argc, argv, &options);

	if (first + 3 != argc) {
		fputs("usage: driver_act [options] URI GUEST auto|pause|post-copy|abort|lift|downtime=MS|debt\n",
		      stderr);
		return 2;
	}
	virSetErrorFunc(NULL, keep_quiet);
	virConnectPtr conn = options.is_read_only ? virConnectOpenReadOnly(argv[first]) : virConnectOpen(argv[first]);
	if (!conn)
		return 6;
	int code = act_on(conn, argv[first + 1], argv[first + 2], &options);
	virConnectClose(conn);
	return code;
}
