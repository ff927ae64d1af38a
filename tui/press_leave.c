/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Out of the program, for good or for a while. Who goes while an action is open is asked, or told why not. Main thread, pure beside
 * struct ui.
 */
#include "tui/press.h"

static bool something_is_open(const struct press *press)
{
	const struct snapshot *snapshot = press->snapshot;

	return snapshot && snapshot_next_open(snapshot, 0) < snapshot->n_answers;
}

/* Who leaves while an action is open leaves it to the next start: that is asked. */
unsigned press_quit(const struct press *press)
{
	if (!something_is_open(press))
		return NEXT_QUIT;
	press->ui->is_leaving = true;
	press->ui->leaving_since = press->now.mono;
	return NEXT_PAINT;
}

unsigned press_suspend(const struct press *press)
{
	struct err_info why;

	if (!something_is_open(press))
		return NEXT_SUSPEND;
	err_set(&why, ERR_INVALID_STATE, "virt-drain", 0,
		"an action is open: a program that is stopped does not see to its guest");
	return press_refuse(press, "", &why);
}

unsigned ui_stop_asked(struct ui *ui, const struct snapshot *snapshot, struct stamp now)
{
	return press_suspend(&(struct press){ui, snapshot, now, COMMAND_SUSPEND, snapshot});
}
