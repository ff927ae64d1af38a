/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a recording's line: escaped names, numbers and the names of our enumerations, put into a buffer or taken from a
 * line. Pure; one line belongs to one thread at a time. Its user is format.c.
 *
 * Words are parted by one blank. `%XX` stands for a byte that a word cannot hold: blanks, control characters, '%' and all beyond ASCII, so
 * that raw names survive and a file can be printed on any terminal. `-` is no text (NULL), `%00` an empty one.
 */
#ifndef BACKEND_RECORDED_WORDS_H
#define BACKEND_RECORDED_WORDS_H

#include "base/buffer.h"
#include "base/text.h"
#include "model/domain.h"

#include <stdbool.h>
#include <stdint.h>

/* Times of a recording are below this: sums of them and of clocks do not overflow. */
#define WORDS_MS_MAX INT64_C(100000000000000)

/* Writers; each puts a blank before its word. */
void words_put_name(struct buffer *out, const char *raw);
void words_put_text(struct buffer *out, const char *raw); /* the last of its line: blanks inside stay as they are */
void words_put_uuid(struct buffer *out, const struct uuid *uuid);
void words_put_state(struct buffer *out, struct domain_state state); /* "running", "paused:migration" */
void words_add_state(struct buffer *out, struct domain_state state); /* without the blank */

/* A line that is being read. Readers go on behind the first thing that is wrong, and give zero values from there on. */
struct words {
	char *at; /* what is left of the line, which is written into; NULL at its end */
	char wrong[200];
	char nothing[1]; /* the word that is not there */
};

void words_wrong(struct words *words, const char *format, ...) ATTR_PRINTF(2, 3); /* only the first is kept */
bool words_more(const struct words *words);
char *words_next(struct words *words, const char *what); /* in the line; "" where there is none */
uint64_t words_number(struct words *words, const char *what, uint64_t max);
int64_t words_signed(struct words *words, const char *what, int64_t limit); /* within -limit and limit */
char *words_name(struct words *words, const char *what);                    /* owned; NULL where there is none */
char *words_text(struct words *words, const char *what);                    /* as words_name, of all that is left */
struct uuid words_uuid(struct words *words, const char *what);
struct domain_state words_state(struct words *words);
/* Which of n names the next word is; 0 where it is none of them. */
int words_choice(struct words *words, const char *what, const char *const *names, size_t n);
void words_end(struct words *words); /* whatever is left is wrong */

/* Numbers alone, for words that hold more than one. False unless all of the text is one. */
bool words_parse_number(const char *text, uint64_t *out);
bool words_parse_signed(const char *text, int64_t *out); /* with or without its sign */
bool words_parse_state(const char *text, struct domain_state *out);

#endif
