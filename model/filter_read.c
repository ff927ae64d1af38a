/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a filter: one function per rule of the grammar in filter.h. The first fault ends the reading; each rule says how much of the text
 * before it can still be used.
 */
#include "model/filter.h"

#include "base/array.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_OPEN_QUOTE, TOKEN_COMPARE, TOKEN_OPEN, TOKEN_CLOSE };

struct token {
	enum token_kind kind;
	enum filter_compare compare;
	const char *start; /* with its quotes */
	size_t length;
};

struct reader {
	const char *text;
	struct token token; /* the next one, not yet taken */
	struct filter *out;
	size_t n_words; /* bytes of out->words that are used */
	bool has_failed;
	bool is_behind_comparison; /* the last thing that was read: what follows needs "and" or "or" */
	struct filter_fault fault;
};

/* ---- tokens ---- */

static bool is_in_word(const char *at)
{
	return *at && !strchr(" ()\"=<>~", *at) && !(at[0] == '!' && at[1] == '=');
}

static struct token quoted_token(const char *at)
{
	struct token token = {.kind = TOKEN_OPEN_QUOTE, .start = at};
	const char *end = at + 1;

	while (*end && (*end != '"' || end[1] == '"'))
		end += *end == '"' ? 2 : 1;
	if (*end == '"') {
		token.kind = TOKEN_QUOTED;
		end++;
	}
	token.length = (size_t)(end - at);
	return token;
}

static struct token token_at(const char *at)
{
	static const struct {
		const char *sign;
		struct token token;
	} signs[] = {
		/* longer ones first */
		{"==", {TOKEN_COMPARE, COMPARE_EQUAL, NULL, 2}},   {"!=", {TOKEN_COMPARE, COMPARE_OTHER, NULL, 2}},
		{"<=", {TOKEN_COMPARE, COMPARE_AT_MOST, NULL, 2}}, {">=", {TOKEN_COMPARE, COMPARE_AT_LEAST, NULL, 2}},
		{"=", {TOKEN_COMPARE, COMPARE_EQUAL, NULL, 1}},    {"<", {TOKEN_COMPARE, COMPARE_LESS, NULL, 1}},
		{">", {TOKEN_COMPARE, COMPARE_MORE, NULL, 1}},     {"~", {TOKEN_COMPARE, COMPARE_CONTAINS, NULL, 1}},
		{"(", {TOKEN_OPEN, COMPARE_EQUAL, NULL, 1}},       {")", {TOKEN_CLOSE, COMPARE_EQUAL, NULL, 1}},
	};
	struct token token = {.kind = TOKEN_END};

	while (*at == ' ')
		at++;
	if (*at == '"')
		return quoted_token(at);
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (strncmp(at, signs[i].sign, signs[i].token.length) == 0) {
			token = signs[i].token;
			break;
		}
	}
	for (token.start = at; token.kind == TOKEN_END && is_in_word(at + token.length);)
		token.length++;
	if (token.kind == TOKEN_END && token.length)
		token.kind = TOKEN_WORD;
	return token;
}

static void take(struct reader *in)
{
	in->token = token_at(in->token.start + in->token.length);
}

static bool is_keyword(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && token->length == strlen(word) &&
	       strncasecmp(token->start, word, token->length) == 0;
}

static bool begins_operand(const struct token *token)
{
	bool is_between = is_keyword(token, "and") || is_keyword(token, "or");

	return token->kind != TOKEN_END && token->kind != TOKEN_CLOSE && !is_between;
}

/* ---- faults ---- */

/* `at` is where it went wrong, `sound` where the part begins that cannot be used. */
static void fail(struct reader *in, const char *at, const char *sound, const char *format, ...) ATTR_PRINTF(4, 5);

static void fail(struct reader *in, const char *at, const char *sound, const char *format, ...)
{
	char raw[sizeof in->fault.text];
	va_list arguments;

	if (in->has_failed)
		return;
	in->has_failed = true;
	in->fault.column = 1;
	for (const char *c = in->text; c < at; c++)
		in->fault.column += ((unsigned char)*c & 0xc0) != 0x80;
	in->fault.sound = (size_t)(sound - in->text);
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	text_clean(in->fault.text, sizeof in->fault.text, raw, strlen(raw));
}

/* The same at the end of the text, where nothing is wrong yet. */
static void miss(struct reader *in, const char *sound, const char *what)
{
	in->fault.is_unfinished |= !in->has_failed;
	fail(in, in->text + strlen(in->text), sound, "%s", what);
}

/* ---- nodes ---- */

static size_t add_node(struct reader *in, struct filter_node node, const char *at)
{
	if (in->out->n_nodes == FILTER_NODES_MAX) {
		fail(in, at, at, "a filter has at most %d words, comparisons and signs between them", FILTER_NODES_MAX);
		return 0;
	}
	in->out->node[in->out->n_nodes] = node;
	return in->out->n_nodes++;
}

/* The token's text without its quotes, kept in the filter. There is room: each is shorter than in the text, by a blank or a quote. */
static uint16_t keep_text(struct reader *in, const struct token *token)
{
	bool is_quoted = token->kind == TOKEN_QUOTED;
	const char *at = token->start + is_quoted, *end = token->start + token->length - is_quoted;
	size_t start = in->n_words;

	for (; at < end; at++) {
		in->out->words[in->n_words++] = *at;
		at += is_quoted && *at == '"';
	}
	in->out->words[in->n_words++] = '\0';
	return (uint16_t)start;
}

/* ---- rules ---- */

static size_t read_or(struct reader *in, const char *opened);

/* The comparison's value, in in->token, by the type of its field. */
static void read_value(struct reader *in, const struct field *field, const struct token *name, struct filter_node *node)
{
	const struct token *token = &in->token;
	struct err_info why;
	char missing[160];

	snprintf(missing, sizeof missing, "%s wants %s", field->name, filter_value_form(field->type));
	if (token->kind == TOKEN_END) {
		miss(in, name->start, missing);
	} else if (token->kind == TOKEN_OPEN_QUOTE) {
		miss(in, name->start, "the quote that ends the text is missing");
	} else if (token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED) {
		fail(in, token->start, name->start, "%s", missing);
	} else if (is_keyword(token, "none")) {
		node->is_none = true;
		if (node->compare != COMPARE_EQUAL && node->compare != COMPARE_OTHER)
			fail(in, token->start, name->start, "none is compared with = or !=");
	} else {
		node->text = keep_text(in, token);
		/* a value at the end may still be typed */
		if (filter_value_read(field, in->out->words + node->text, node, &why) != ERR_OK) {
			in->fault.is_unfinished |= !in->has_failed && token->start[token->length] == '\0';
			fail(in, token->start, name->start, "%s", why.text);
		}
	}
}

static const struct field *read_field(struct reader *in, const struct token *name)
{
	char candidates[120];
	const struct field *field = field_find(name->start, name->length, candidates, sizeof candidates);

	if (!field && *candidates)
		fail(in, name->start, name->start, "\"%.*s\" may mean %s", (int)name->length, name->start, candidates);
	else if (!field)
		fail(in, name->start, name->start,
		     "no figure is called \"%.*s\"; dirty, elapsed, source are, and others", (int)name->length,
		     name->start);
	return field;
}

/* The sign is in in->token. */
static size_t read_comparison(struct reader *in, const struct token *name)
{
	const struct token sign = in->token;
	const struct field *field = read_field(in, name);
	struct filter_node node = {.kind = FILTER_COMPARISON, .compare = (uint8_t)sign.compare};

	if (!field)
		return 0;
	node.field = (uint8_t)field->id;
	if (!filter_may_compare(field->type, sign.compare))
		fail(in, sign.start, name->start,
		     field->type == VALUE_TEXT ? "%s is a text: it is compared with =, != and ~"
					       : "%s is a figure: it is compared with =, !=, <, <=, > and >=",
		     field->name);
	take(in);
	if (!in->has_failed)
		read_value(in, field, name, &node);
	if (in->has_failed)
		return 0;
	take(in);
	in->is_behind_comparison = true;
	return add_node(in, node, name->start);
}

static size_t read_operand(struct reader *in, const char *needed_by)
{
	const struct token token = in->token;

	switch (token.kind) {
	case TOKEN_END: miss(in, needed_by, "a word is missing, or something like dirty > 100M"); return 0;
	case TOKEN_OPEN_QUOTE: miss(in, token.start, "the quote that ends the text is missing"); return 0;
	case TOKEN_CLOSE: fail(in, token.start, needed_by, "a word or a comparison is missing before )"); return 0;
	case TOKEN_COMPARE:
		fail(in, token.start, token.start, "the name of a figure is missing before %s",
		     filter_compare_sign(token.compare));
		return 0;
	case TOKEN_OPEN: take(in); return read_or(in, token.start);
	case TOKEN_WORD:
	case TOKEN_QUOTED: break;
	}
	if (is_keyword(&token, "and") || is_keyword(&token, "or")) {
		fail(in, token.start, needed_by, "a word or a comparison is missing before \"%.*s\"", (int)token.length,
		     token.start);
		return 0;
	}
	take(in);
	if (in->token.kind == TOKEN_COMPARE && token.kind == TOKEN_WORD)
		return read_comparison(in, &token);
	in->is_behind_comparison = false;
	return add_node(in, (struct filter_node){.kind = FILTER_WORD, .text = keep_text(in, &token)}, token.start);
}

static size_t read_not(struct reader *in, const char *needed_by)
{
	const char *at = in->token.start;

	if (!is_keyword(&in->token, "not"))
		return read_operand(in, needed_by);
	take(in);
	size_t operand = read_not(in, at);
	if (in->has_failed)
		return 0;
	return add_node(in, (struct filter_node){.kind = FILTER_NOT, .left = (uint8_t)operand}, at);
}

static size_t join(struct reader *in, enum filter_kind kind, size_t left, size_t right, const char *at)
{
	struct filter_node node = {.kind = (uint8_t)kind, .left = (uint8_t)left, .right = (uint8_t)right};

	return in->has_failed ? 0 : add_node(in, node, at);
}

/* Words side by side mean both. Not so behind a comparison, because `elapsed > 5 min` would then look for guests called "min". */
static size_t read_and(struct reader *in, const char *needed_by)
{
	size_t left = read_not(in, needed_by);

	while (!in->has_failed && (is_keyword(&in->token, "and") || begins_operand(&in->token))) {
		const struct token between = in->token;

		if (is_keyword(&between, "and"))
			take(in);
		else if (in->is_behind_comparison)
			fail(in, between.start, between.start, "\"and\" or \"or\" is missing before \"%.*s\"",
			     (int)between.length, between.start);
		if (!in->has_failed)
			left = join(in, FILTER_AND, left, read_not(in, between.start), between.start);
	}
	return left;
}

/* Up to the end, or up to the ) that belongs to the ( at `opened`, if that is not NULL. */
static size_t read_or(struct reader *in, const char *opened)
{
	size_t left = read_and(in, opened ? opened : in->token.start);

	while (!in->has_failed && is_keyword(&in->token, "or")) {
		const char *at = in->token.start;

		take(in);
		left = join(in, FILTER_OR, left, read_and(in, at), at);
	}
	if (opened && in->token.kind == TOKEN_CLOSE)
		take(in);
	else if (opened)
		miss(in, opened, "the ) that belongs to ( is missing");
	else if (in->token.kind == TOKEN_CLOSE)
		fail(in, in->token.start, in->token.start, "there is no ( that ) could end");
	in->is_behind_comparison &= !opened;
	return left;
}

enum err filter_read(const char *text, struct filter *out, struct filter_fault *fault)
{
	struct filter filter = {.n_nodes = 0};
	struct reader in = {.text = text, .token = token_at(text), .out = &filter};
	char clean[FILTER_TEXT_MAX];

	if (strlen(text) >= FILTER_TEXT_MAX)
		fail(&in, text, text, "a filter has at most %d bytes", FILTER_TEXT_MAX - 1);
	else if (text_clean(clean, sizeof clean, text, strlen(text)))
		fail(&in, text, text, "there are characters in it that cannot be shown");
	else if (in.token.kind != TOKEN_END)
		read_or(&in, NULL);
	if (fault)
		*fault = in.fault;
	if (in.has_failed)
		return ERR_USAGE;
	*out = filter;
	return ERR_OK;
}

size_t filter_read_typed(const char *text, struct filter *out, struct filter_fault *fault)
{
	char sound[FILTER_TEXT_MAX];
	struct filter_fault further;

	if (filter_read(text, out, fault) == ERR_OK)
		return strlen(text);
	further = *fault;
	do {
		/* each fault lies in what is left, so that it becomes shorter every time */
		snprintf(sound, sizeof sound, "%.*s", (int)further.sound, text);
	} while (filter_read(sound, out, &further) != ERR_OK);
	return strlen(sound);
}

enum err filter_check(const char *text, struct err_info *why)
{
	struct filter filter;
	struct filter_fault fault;

	if (filter_read(text, &filter, &fault) == ERR_OK)
		return ERR_OK;
	return err_set(why, ERR_USAGE, "virt-drain", 0, "column %zu: %s", fault.column, fault.text);
}

char *filter_quote(char *buffer, size_t size, const char *word)
{
	struct token token = token_at(word);
	bool is_plain = token.kind == TOKEN_WORD && token.length == strlen(word) && !is_keyword(&token, "and") &&
			!is_keyword(&token, "or") && !is_keyword(&token, "not");
	size_t used = 0;

	if (is_plain && strlen(word) < size) {
		snprintf(buffer, size, "%s", word);
		return buffer;
	}
	if (size >= 3)
		buffer[used++] = '"';
	for (const char *at = word, *next = word; text_next(&next) && used + 2 * (size_t)(next - at) + 2 <= size;
	     at = next)
		for (; at < next; at++) {
			buffer[used++] = *at;
			if (*at == '"')
				buffer[used++] = '"';
		}
	if (size >= 3)
		buffer[used++] = '"';
	buffer[used] = '\0';
	return buffer;
}
