/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The theme that is on the screen: the one that was asked for at start, the one that is chosen from the list, and either read anew
 * when its file or the configuration changes. What cannot be read is told with file and line, and the last good one stays. Main thread;
 * reads files, knows no terminal.
 */
#ifndef TUI_THEME_LIVE_H
#define TUI_THEME_LIVE_H

#include "tui/ui.h"
#include "tui/watch.h"

#define LOOK_MS 1000 /* between two looks at the files */

struct theme_live {
	const struct tui_settings *settings; /* borrowed */
	struct theme theme;                  /* on the screen */
	struct theme before;                 /* was on it when the list was opened */
	char configured[THEME_PATH_MAX];     /* what command line and configuration asked for last */
	struct watch file, configuration[TUI_CONFIGURATION_FILES];
	mono_time looked;
};

/* Loads the theme of the settings; if it cannot be used the default one stands in, and ui tells. */
void theme_live_begin(struct theme_live *live, const struct tui_settings *settings, struct ui *ui, struct stamp now);

/* Does what the NEXT_ bits about themes ask for. Both return true if the theme has become another one. */
bool theme_live_follow(struct theme_live *live, struct ui *ui, unsigned next);
/* Looks at the files, once in LOOK_MS at most. *has_news gets true if ui has something to tell. */
bool theme_live_look(struct theme_live *live, struct ui *ui, struct stamp now, bool *has_news);

#endif
