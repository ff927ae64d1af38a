/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A limit that somebody gave to one migration, in place of the computed one: how it is written, and which one can be. Pure.
 */
#ifndef MODEL_OWN_LIMIT_H
#define MODEL_OWN_LIMIT_H

#include "model/intent.h"

struct own_limit {
	uint64_t order;           /* id of the intent that set it: the newest counts; 0: none has */
	duration limit;           /* of its elapsed time; 0: it has no limit */
	enum limit_action action; /* what is done then; may be LIMIT_AS_CONFIGURED */
};

/* What a person wrote: a duration as text_parse_duration reads it, or "none" or "off", which give 0. Errors: ERR_USAGE with what would be
 * right; *ms untouched. */
enum err own_limit_parse(const char *text, uint64_t *ms, struct err_info *why) ATTR_WARN_UNUSED;
/* As own_limit_parse reads it: "45m", "1h30m", "90s", "none". */
char *own_limit_text(uint64_t ms, char *buffer, size_t size);

/* Whether a limit can be so long at all. Errors: ERR_USAGE. */
enum err own_limit_check_length(uint64_t ms, struct err_info *why) ATTR_WARN_UNUSED;
/* Whether it can be given to a migration that has run for `elapsed`: one that has passed already would have `then` done at once, which
 * nobody means who writes a limit. Errors: ERR_USAGE with what would be right. */
enum err own_limit_check(uint64_t ms, enum limit_action then, duration elapsed, struct err_info *why) ATTR_WARN_UNUSED;

/* What a key offers that moves the limit by `step`: whole minutes, none that has passed. Without a limit it is reckoned from now. */
uint64_t own_limit_step(duration limit, duration elapsed, duration step);

#endif
