/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actions to syslog(3). The recorder's audit thread.
 */
#include "app/system_log.h"

#include "base/log.h"
#include "report/report.h"

#include <paths.h>
#include <syslog.h>
#include <unistd.h>

static int priority_of(const struct intent *intent)
{
	bool is_bad = intent->stage == INTENT_FAILED || intent->stage == INTENT_UNPROVEN;
	return LOG_AUTHPRIV | (is_bad ? LOG_WARNING : LOG_NOTICE);
}

void system_log_put(void *context, const struct ledger_row *row)
{
	struct buffer line = {0};
	(void)context;
	report_action_line(&line, row);
	/* Opened each time: a log that was started again meanwhile is found, and actions are rare. */
	openlog("virt-drain", LOG_PID, LOG_AUTHPRIV);
	syslog(priority_of(&row->intent), "%s", line.text);
	closelog();
	buffer_done(&line);
}

void system_log_look(void)
{
	if (access(_PATH_LOG, W_OK) != 0)
		log_write(LOG_LEVEL_INFO, "there is no system's log at " _PATH_LOG ": actions are in the ledger only");
}
