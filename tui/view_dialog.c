/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before an action. Pure. Figures in a dialog are live, its target is not: it is the migration that was selected when the
 * key was pressed.
 */
#include "tui/view_box.h"

#include "tui/price.h"
#include "tui/shown.h"

#include <stdio.h>
#include <string.h>

/* What happens if nobody presses a key. */
static void write_end(struct writer *w, const struct row *row, duration since)
{
	char text[SENTENCE_MAX], limit[OUTLOOK_MAX];
	enum role role = shown_mood_role(outlook_end(row, since, text, sizeof text));
	int room = w->rest.w - (int)text_width(text) - 2;
	size_t n = strlen(text);

	shown_limit(row, since, room, limit, sizeof limit);
	if (n && *limit)
		snprintf(text + n, sizeof text - n, "; %s", limit);
	writer_text(w, role == ROLE_DIM ? ROLE_TEXT : role, text);
}

static void write_target(struct writer *w, const struct dialog *dialog, const struct view *view, const struct row *row)
{
	char text[512], a[TEXT_NUMBER_MAX], b[TEXT_NUMBER_MAX], uuid[UUID_TEXT_SIZE];
	bytes left;

	snprintf(text, sizeof text, "%s  %s", dialog->name, uuid_text(&dialog->target.domain, uuid));
	writer_text(w, ROLE_STRONG, text);
	const char *to = row && row->destination ? row->destination : dialog->destination;
	snprintf(text, sizeof text, "%s %s %s%s%s", dialog->source, view->glyphs->arrow, to,
		 row && row->owner ? ", owner: " : "", row && row->owner ? row->owner : "");
	writer_text(w, ROLE_TEXT, text);
	if (!row || phase_is_outcome(row->phase))
		return;
	int n = snprintf(text, sizeof text, "%s, elapsed %s", shown_phase(row->phase),
			 text_duration(a, sizeof a, row_elapsed(row, view->since)));
	if (phase_has_job(row->phase) && job_remaining(&row->stats, &left))
		n += snprintf(text + n, sizeof text - (size_t)n, ", %s left", text_bytes(b, sizeof b, left));
	if (row->is_frozen)
		snprintf(text + n, sizeof text - (size_t)n, ", frozen for %s",
			 text_duration(a, sizeof a, row_frozen(row, view->since)));
	writer_text(w, row->is_frozen ? ROLE_FROZEN : ROLE_TEXT, text);
	write_end(w, row, view->since);
}

static void write_methods(struct writer *w, const struct dialog *dialog, const struct action_facts *facts,
			  const struct row *row, const struct forecast *forecast)
{
	static const char *const names[METHOD_COUNT] = {
		[METHOD_AUTO] = "automatic", [METHOD_PAUSE] = "pause", [METHOD_POSTCOPY] = "post-copy"};
	char text[SENTENCE_MAX], price[OUTLOOK_MAX];

	for (int i = 0; i < METHOD_COUNT && dialog_has_methods(dialog); i++) {
		bool is_chosen = dialog->method == (enum force_method)i;
		bool may = action_check(dialog->action, (enum force_method)i, facts, NULL) == ERR_OK;

		snprintf(text, sizeof text, "(%c) %-9s  %s", is_chosen ? '*' : ' ', names[i],
			 price_of_method((enum force_method)i, row, forecast, price, sizeof price));
		writer_text(w, !may ? ROLE_KEY_OFF : is_chosen ? ROLE_STRONG : ROLE_TEXT, text);
	}
}

/* What is typed, what it brings, and what is in force. */
static void write_downtime(struct writer *w, const struct dialog *dialog, const struct row *row,
			   const struct forecast *forecast)
{
	char text[OUTLOOK_MAX];
	uint64_t ms;

	snprintf(text, sizeof text, "maximum downtime: %s_", dialog->value.text);
	writer_text(w, ROLE_STRONG, text);
	writer_text(w, ROLE_TEXT, outlook_downtime_now(row, text, sizeof text));
	if (dialog_value(dialog, &ms, NULL) == ERR_OK)
		writer_text(w, ROLE_INFO, outlook_downtime(forecast, (duration){(int64_t)ms}, text, sizeof text));
}

static void write_bandwidth(struct writer *w, const struct dialog *dialog, const struct row *row,
			    const struct forecast *forecast)
{
	char text[OUTLOOK_MAX], sent[TEXT_NUMBER_MAX];
	size_t n = strlen(dialog->value.text);
	bool is_plain = n > 0 && strchr("0123456789", dialog->value.text[n - 1]);
	uint64_t mib;

	snprintf(text, sizeof text, "bandwidth limit: %s%s", dialog->value.text,
		 n == 0     ? "_ none"
		 : is_plain ? "_ MiB/s"
			    : "_");
	writer_text(w, ROLE_STRONG, text);
	if (forecast->bandwidth.n) {
		snprintf(text, sizeof text, "sent now: %s/s", text_rate(sent, sizeof sent, forecast->bandwidth));
		writer_text(w, ROLE_TEXT, text);
	}
	if (dialog_value(dialog, &mib, NULL) == ERR_OK)
		writer_text(w, ROLE_INFO, outlook_bandwidth(row, forecast, mib, text, sizeof text));
}

/* What stands behind a choice of what is done at the limit. */
static const char *limit_price(enum limit_action action, const struct row *row, char *buffer, size_t size)
{
	switch (action) {
	case LIMIT_NONE: return "it is only shown";
	case LIMIT_ABORT: return "cancel it; the guest stays on its source";
	case LIMIT_FORCE: return "post-copy if the job permits it, else pause";
	case LIMIT_AS_CONFIGURED: snprintf(buffer, size, "now: %s", limit_action_name(row->limit_configured)); break;
	case LIMIT_ACTION_COUNT: break;
	}
	return buffer;
}

static void write_limit(struct writer *w, const struct dialog *dialog, const struct row *row)
{
	static const char *const names[LIMIT_ACTION_COUNT] = {[LIMIT_NONE] = "nothing",
							      [LIMIT_ABORT] = "abort",
							      [LIMIT_FORCE] = "force-complete",
							      [LIMIT_AS_CONFIGURED] = "as configured"};
	char text[SENTENCE_MAX], price[OUTLOOK_MAX];

	snprintf(text, sizeof text, "our limit: %s_   (0 is none)", dialog->value.text);
	writer_text(w, ROLE_STRONG, text);
	snprintf(text, sizeof text, "in force now: %s%s; what is done then:",
		 row->timeout.ms > 0 ? text_duration(price, sizeof price, row->timeout) : "none",
		 row->own_limit.order ? ", for this one alone" : "");
	writer_text(w, ROLE_TEXT, text);
	for (int i = 0; i < LIMIT_ACTION_COUNT; i++) {
		bool is_chosen = dialog->limit_action == (enum limit_action)i;

		snprintf(text, sizeof text, "(%c) %-14s  %s", is_chosen ? '*' : ' ', names[i],
			 limit_price((enum limit_action)i, row, price, sizeof price));
		writer_text(w, is_chosen ? ROLE_STRONG : ROLE_TEXT, text);
	}
}

/* What the order brings or costs, where no method line has said it. */
static void write_price(struct writer *w, const struct dialog *dialog, const struct row *row,
			const struct forecast *forecast)
{
	char text[OUTLOOK_MAX];

	switch (dialog->action) {
	case ACTION_FORCE_COMPLETE:
		if (dialog->method != METHOD_POSTCOPY && row->phase == PHASE_PRECOPY)
			writer_text(w, ROLE_INFO, outlook_best_moment(forecast, text, sizeof text));
		break;
	case ACTION_ARM: writer_text(w, ROLE_INFO, price_of_arming(dialog->method, forecast, text, sizeof text)); break;
	case ACTION_ABORT: writer_text(w, ROLE_INFO, outlook_abort(row, forecast, text, sizeof text)); break;
	case ACTION_BANDWIDTH: write_bandwidth(w, dialog, row, forecast); break;
	case ACTION_DOWNTIME: write_downtime(w, dialog, row, forecast); break;
	case ACTION_DISARM: break; /* is not asked about */
	case ACTION_TIMEOUT: write_limit(w, dialog, row); break;
	case ACTION_RESUME: /* its consequence says all */
	case ACTION_COUNT: break;
	}
}

static void write_warnings(struct writer *w, const struct dialog *dialog, const struct view *view,
			   const struct row *row)
{
	char text[512];
	const char *warning = dialog_owner_warning(dialog, row);

	if (*warning) {
		snprintf(text, sizeof text, "%s: %s", row->owner, warning);
		writer_text(w, ROLE_WARN, text);
	}
	if (view->ui->n_marks) {
		snprintf(text, sizeof text, "%zu marked in the table: this acts on %s alone.", view->ui->n_marks,
			 dialog->name);
		writer_text(w, ROLE_INFO, text);
	}
}

static void write_question(struct writer *w, const struct dialog *dialog, const struct view *view,
			   enum dialog_state state, const char *sentence)
{
	const struct row *row = view->snapshot ? snapshot_find(view->snapshot, &dialog->target) : NULL;

	write_target(w, dialog, view, row);
	writer_gap(w);
	if (state == DIALOG_OVER || !row) {
		writer_text(w, ROLE_WARN, sentence);
		return;
	}
	struct action_facts facts = ui_facts(view->ui, view->snapshot, row);
	struct forecast forecast = outlook_at(row, view->since);
	write_methods(w, dialog, &facts, row, &forecast);
	write_price(w, dialog, row, &forecast);
	writer_gap(w);
	if (state == DIALOG_REFUSED || state == DIALOG_NEEDS_VALUE)
		writer_text(w, state == DIALOG_REFUSED ? ROLE_CRIT : ROLE_WARN, sentence);
	else
		writer_text(w, ROLE_TEXT, action_consequence(dialog->action, dialog->method, row->phase));
	writer_gap(w);
	if (state == DIALOG_NEEDS_INSIST)
		writer_text(w, ROLE_CRIT, sentence);
	write_warnings(w, dialog, view, row);
}

void view_dialog(struct surface *surface, const struct view *view)
{
	const struct dialog *dialog = &view->ui->dialog;

	if (dialog->n_marked) {
		view_marked(surface, view);
		return;
	}
	struct err_info why = {.text = ""};
	enum dialog_state state = dialog_state(dialog, view->snapshot, view->ui->is_read_only, &why);
	bool has_choice = dialog_has_methods(dialog) || dialog->action == ACTION_TIMEOUT;
	struct rect box = layout_box(surface->width, surface->height, BOX_WIDTH,
				     BOX_HEIGHT - (has_choice                         ? 0
						   : action_has_value(dialog->action) ? 2
										      : 5));
	char title[192];

	if (box.w < 12 || box.h < 4)
		return;
	snprintf(title, sizeof title, "%s: %s", dialog_verb(dialog->action), dialog->name);
	view_box(surface, box, view, ROLE_DANGER, title);
	struct writer w = writer_in(surface, box);
	writer_gap(&w);
	write_question(&w, dialog, view, state, why.text);
	view_buttons(surface, box, state == DIALOG_OVER ? NULL : dialog_verb(dialog->action), state == DIALOG_READY);
	surface->ground = GROUND_SCREEN;
}
