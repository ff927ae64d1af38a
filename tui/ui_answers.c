/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders on their way out, and what is told of each when its answer comes. Those of one dialog about marked rows are summed up in one
 * line; the rows and the log have each. Main thread, pure beside struct ui. Neighbours: press_dialog.c wishes, run.c submits.
 */
#include "tui/ui.h"

#include <stdio.h>
#include <stdlib.h>

#define ASKED_KEPT 64
/* Room in the log of the screen, which has OWN_NOTICES lines, is left for others. */
#define REFUSED_TOLD 16

static const struct {
	const char *single, *several;
	enum role role;
} stages[INTENT_STAGE_COUNT] = {
	[INTENT_ASKED] = {"asked", "asked", ROLE_FLASH_INFO},
	[INTENT_RECORDED] = {"recorded", "asked", ROLE_FLASH_INFO},
	[INTENT_ARMED] = {"armed", "armed", ROLE_FLASH_INFO},
	[INTENT_SENT] = {"accepted", "sent", ROLE_FLASH_INFO},
	[INTENT_PROVEN] = {"took effect", "took effect", ROLE_FLASH_INFO},
	[INTENT_REFUSED] = {"refused", "refused", ROLE_FLASH_ERROR},
	[INTENT_FAILED] = {"failed", "failed", ROLE_FLASH_ERROR},
	[INTENT_UNPROVEN] = {"unproven", "unproven", ROLE_FLASH_WARN},
	[INTENT_DISARMED] = {"disarmed", "disarmed", ROLE_FLASH_WARN},
};

void ui_wish_begin(struct ui *ui)
{
	ui->n_wishes = ui->n_submitted = 0;
	ui->wish_batch = 0;
}

void ui_wish(struct ui *ui, const struct order *order, const char *name)
{
	ui->wish = array_reserve(ui->wish, &ui->wishes_capacity, ui->n_wishes + 1, sizeof *ui->wish);
	struct wish *wish = &ui->wish[ui->n_wishes++];

	wish->order = *order;
	snprintf(wish->name, sizeof wish->name, "%s", name);
	if (ui->n_wishes == 1)
		ui->order = *order;
}

void ui_batch_begin(struct ui *ui, enum action action)
{
	ui_wish_begin(ui);
	ui->batch = (struct batch){.number = ui->batch.number + 1, .action = action};
	ui->wish_batch = ui->batch.number;
}

void ui_batch_refused(struct ui *ui, struct stamp now, const char *name, const struct err_info *why)
{
	struct batch *batch = &ui->batch;

	if (batch->n_refused++ == 0)
		snprintf(batch->refused, sizeof batch->refused, "%.64s: %s", name, why->text);
	if (batch->n_refused <= REFUSED_TOLD)
		ui_note(ui, now, SEVERITY_WARNING, name, "%s refused: %s", action_name(batch->action), why->text);
	else if (batch->n_refused == REFUSED_TOLD + 1)
		ui_note(ui, now, SEVERITY_WARNING, "", "%s refused of more; they are still marked",
			action_name(batch->action));
}

/* "abort: 3 sent, 1 refused: web-3: post-copy cannot be aborted", the gravest last. */
static void sum_up(struct ui *ui, mono_time now)
{
	const struct batch *batch = &ui->batch;
	size_t count[INTENT_STAGE_COUNT] = {[INTENT_REFUSED] = batch->n_refused}, used = 0;
	const struct asked *first = NULL;
	enum role role = ROLE_FLASH_INFO;
	char text[sizeof ui->flash.text] = "";

	for (size_t i = 0; i < ui->n_asked; i++) {
		const struct asked *asked = &ui->asked[i];

		if (asked->batch != batch->number)
			continue;
		count[asked->told]++;
		if (!first && asked->text[0])
			first = asked;
	}
	for (int i = 0; i < INTENT_STAGE_COUNT && used < sizeof text; i++) {
		if (count[i] == 0)
			continue;
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu %s", used ? ", " : "", count[i],
					 stages[i].several);
		role = role == ROLE_FLASH_ERROR || stages[i].role == ROLE_FLASH_INFO ? role : stages[i].role;
	}
	if (batch->n_refused)
		ui_flash(ui, role, now, "%s: %s: %s", action_name(batch->action), text, batch->refused);
	else if (first)
		ui_flash(ui, role, now, "%s: %s: %.64s: %s", action_name(batch->action), text, first->name,
			 first->text);
	else
		ui_flash(ui, role, now, "%s: %s", action_name(batch->action), text);
}

/* What was told to its end makes room. */
static void forget_told(struct ui *ui)
{
	size_t n = 0;

	for (size_t i = 0; i < ui->n_asked; i++) {
		if (!ui->asked[i].is_closed || (ui->asked[i].batch && ui->asked[i].batch == ui->batch.number))
			ui->asked[n++] = ui->asked[i];
	}
	ui->n_asked = n;
}

bool ui_submitted(struct ui *ui, const struct order *order, uint64_t serial, mono_time now)
{
	const struct wish *wish = ui->n_submitted < ui->n_wishes ? &ui->wish[ui->n_submitted++] : NULL;

	if (ui->n_asked >= ASKED_KEPT)
		forget_told(ui);
	ui->asked = array_reserve(ui->asked, &ui->asked_capacity, ui->n_asked + 1, sizeof *ui->asked);
	struct asked *asked = &ui->asked[ui->n_asked++];
	*asked = (struct asked){
		.serial = serial, .batch = ui->wish_batch, .told = INTENT_ASKED, .target = order->target};
	snprintf(asked->name, sizeof asked->name, "%s", wish ? wish->name : "");
	if (asked->batch)
		sum_up(ui, now);
	else
		ui_flash(ui, ROLE_FLASH_INFO, now, "%s of %s is asked for", action_name(order->action), asked->name);
	if (ui->n_submitted >= ui->n_wishes)
		return false;
	ui->order = ui->wish[ui->n_submitted].order;
	return true;
}

static const char *answer_text(const struct intent *intent)
{
	return intent->text[0] ? intent->text : intent->result != ERR_OK ? err_text(intent->result) : "";
}

/* True if the answer says something new: each stage is told once, from "accepted" on. */
static bool take_answer(struct asked *asked, const struct intent *intent)
{
	if (intent->stage == asked->told || intent->stage < INTENT_ARMED)
		return false;
	asked->told = intent->stage;
	asked->is_closed = intent_is_closed(intent);
	bool is_bad = stages[intent->stage].role != ROLE_FLASH_INFO;
	snprintf(asked->text, sizeof asked->text, "%s", is_bad ? answer_text(intent) : "");
	return true;
}

static void tell_single(struct ui *ui, const struct asked *asked, const struct intent *intent, mono_time now)
{
	const char *text = answer_text(intent);

	ui_flash(ui, stages[intent->stage].role, now, "%s of %s %s%s%s", action_name(intent->order.action), asked->name,
		 stages[intent->stage].single, *text ? ": " : "", text);
}

static bool is_accepted(enum intent_stage stage)
{
	return stage == INTENT_ARMED || stage == INTENT_SENT || stage == INTENT_PROVEN;
}

/* One answer. What was accepted needs its mark no more: those that are left show what is left. */
static unsigned tell_answer(struct ui *ui, struct asked *asked, const struct intent *intent, mono_time now)
{
	if (!take_answer(asked, intent))
		return NEXT_NOTHING;
	if (asked->batch && is_accepted(asked->told))
		ui_unmark(ui, &asked->target);
	if (!asked->batch || asked->batch != ui->batch.number)
		tell_single(ui, asked, intent, now);
	else
		sum_up(ui, now);
	return NEXT_PAINT;
}

unsigned ui_read_answers(struct ui *ui, const struct snapshot *snapshot, mono_time now)
{
	unsigned next = NEXT_NOTHING;

	for (size_t i = 0; i < snapshot->n_answers; i++) {
		const struct intent *intent = &snapshot->answer[i].intent;

		for (size_t k = 0; k < ui->n_asked; k++) {
			if (ui->asked[k].serial == intent->order.serial)
				next |= tell_answer(ui, &ui->asked[k], intent, now);
		}
	}
	return next;
}
