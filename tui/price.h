/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an order brings or costs, as the dialogs about one migration and about several say it. Pure, main thread.
 */
#ifndef TUI_PRICE_H
#define TUI_PRICE_H

#include "model/outlook.h"
#include "tui/dialog.h"

/* What stands behind the name of a method: its price, unless the guest stands still already. `buffer` has room for OUTLOOK_MAX. */
const char *price_of_method(enum force_method method, const struct row *row, const struct forecast *forecast,
			    char *buffer, size_t size);
/* When an armed force would fire, and what a pause costs then. */
const char *price_of_arming(enum force_method method, const struct forecast *forecast, char *buffer, size_t size);
/* What the dialog's order does to one of several migrations, in a line: method and price. */
const char *price_of_order(const struct dialog *dialog, const struct row *row, const struct forecast *forecast,
			   char *buffer, size_t size);

#endif
