/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sentence as a voice reads it: what base/text.h and model/outlook.h write for the eye, in whole words. For report/ only. Pure.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "base/buffer.h"

/*
 * Appends the sentence with its figures in words: "~4 min (3:10 to 5:00)" is "about 4 minutes, 3 minutes 10 seconds to 5 minutes", "1.20G/s"
 * is "1.20 gibibytes per second". It knows the forms that those writers make and nothing else; a name in the sentence that looks like one of
 * them is read as a figure, so names that can stand apart belong before it.
 */
void words_add(struct buffer *out, const char *sentence);

#endif
