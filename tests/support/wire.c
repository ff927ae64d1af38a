/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allow-list of what may reach a terminal: text, and what curses and we ourselves send of ECMA-48 and of xterm's private modes
 * (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). Whatever is not named here is trouble.
 */
#include "tests/support/wire.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT, UTF8, ESCAPE, DESIGNATE, CSI, COPY, COPY_END };

static void complain(struct wire *wire, const char *what, unsigned value)
{
	if (!wire->trouble[0])
		snprintf(wire->trouble, sizeof wire->trouble, "byte %zu: %s (0x%x) after \"%.*s\"", wire->n_bytes, what,
			 value, (int)wire->n_sequence, wire->sequence);
}

static void set_private(struct wire *wire, int mode, bool on)
{
	static const struct {
		int mode;
		unsigned bit;
		bool is_inverse;
	} known[] = {
		{1, WIRE_CURSOR_KEYS, false},
		{7, 0, false},
		{12, 0, false},
		{25, WIRE_CURSOR_GONE, true},
		{1000, WIRE_MOUSE, false},
		{1002, WIRE_MOUSE, false},
		{1003, WIRE_MOUSE, false},
		{1006, WIRE_MOUSE_SGR, false},
		{1049, WIRE_ALTERNATE, false},
		{2004, WIRE_PASTE, false},
		{2026, WIRE_SYNC, false},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (known[i].mode != mode)
			continue;
		wire->n_entries += mode == 1049 && on;
		if (mode == 2026 && on == ((wire->modes & WIRE_SYNC) != 0) && on)
			complain(wire, "a frame begins inside of a frame", 2026);
		wire->n_syncs += mode == 2026 && on;
		wire->modes = on != known[i].is_inverse ? wire->modes | known[i].bit : wire->modes & ~known[i].bit;
		return;
	}
	complain(wire, "a private mode that is not on the list", (unsigned)mode);
}

static void private_modes(struct wire *wire, const char *numbers, bool on)
{
	char *end;

	for (const char *at = numbers; *at; at = *end ? end + 1 : end) {
		long mode = strtol(at, &end, 10);

		if (end == at || (*end && *end != ';')) {
			complain(wire, "a private mode that is no number", 0);
			return;
		}
		set_private(wire, (int)mode, on);
	}
}

/* wire->sequence is what came after ESC [, without the last byte. */
static void control_sequence(struct wire *wire, char last)
{
	const char *text = wire->sequence;

	if (*text == '?') {
		if (last == 'h' || last == 'l')
			private_modes(wire, text + 1, last == 'h');
		else if (last != 'c') /* the size of the Linux console's cursor */
			complain(wire, "a private sequence that is not on the list", (unsigned)last);
		return;
	}
	if (strspn(text, "0123456789;") != strlen(text)) {
		complain(wire, "a sequence with something else than numbers", (unsigned)last);
		return;
	}
	if (last == 't'                    ? strcmp(text, "22;0;0") != 0 && strcmp(text, "23;0;0") != 0
	    : (last == 'h' || last == 'l') ? strcmp(text, "4") != 0 && strcmp(text, "34") != 0
					   : !strchr("ABCDGHIJKLMPSTXZbdmr@", last))
		complain(wire, "a sequence that is not on the list", (unsigned)last);
	wire->n_clears += last == 'J' && (text[0] == '2' || text[0] == '3');
}

static void take_sequence(struct wire *wire, unsigned char byte)
{
	if (byte >= 0x40 && byte <= 0x7e) {
		wire->state = TEXT;
		control_sequence(wire, (char)byte);
	} else if (byte < 0x20 || byte > 0x7e || wire->n_sequence + 1 >= sizeof wire->sequence) {
		complain(wire, "a byte inside of a sequence", byte);
		wire->state = TEXT;
	} else {
		wire->sequence[wire->n_sequence++] = (char)byte;
		wire->sequence[wire->n_sequence] = '\0';
	}
}

static void take_escape(struct wire *wire, unsigned char byte)
{
	wire->state = TEXT;
	if (byte == '[') {
		wire->state = CSI;
		wire->n_sequence = 0;
		wire->sequence[0] = '\0';
	} else if (byte == ']') {
		wire->state = COPY;
		wire->n_sequence = 0;
	} else if (byte == '(' || byte == ')') {
		wire->state = DESIGNATE;
	} else if (byte == '=' || byte == '>') {
		wire->modes = byte == '=' ? wire->modes | WIRE_KEYPAD : wire->modes & ~(unsigned)WIRE_KEYPAD;
	} else if (!strchr("78MDEH", byte)) {
		complain(wire, "an escape that is not on the list", byte);
	}
}

/* OSC 52, the only one: a text for the clipboard in base64. wire->n_sequence is how much of its beginning has come. */
static void take_copy(struct wire *wire, unsigned char byte)
{
	static const char begin[] = "52;c;";
	bool is_begun = wire->n_sequence == sizeof begin - 1;

	if (!is_begun && byte == (unsigned char)begin[wire->n_sequence]) {
		wire->sequence[wire->n_sequence++] = (char)byte;
	} else if (is_begun && byte == 0x1b) {
		wire->state = COPY_END;
	} else if (!is_begun || !(isalnum(byte) || strchr("+/=", byte)) || byte == 0) {
		complain(wire, "a command to the terminal that is not on the list", byte);
		wire->state = TEXT;
	}
}

static void end_copy(struct wire *wire, unsigned char byte)
{
	if (byte != '\\')
		complain(wire, "a text for the clipboard that does not end", byte);
	wire->n_copies++;
	wire->state = TEXT;
}

/* No C1 control, nothing that turns the direction of text or has no width of its own. */
static void take_character(struct wire *wire, unsigned c)
{
	bool turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f ||
		     c == 0x061c;

	if (c < 0xa0 || turns || c == 0x2028 || c == 0x2029 || c == 0xfeff || (c >= 0xd800 && c <= 0xdfff))
		complain(wire, "a character that commands", c);
}

static void begin_character(struct wire *wire, unsigned char byte)
{
	wire->left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
	wire->character = byte & (0x3fu >> wire->left);
	wire->state = UTF8;
	if (byte < 0xc2 || byte > 0xf4) {
		complain(wire, "a byte that is no UTF-8", byte);
		wire->state = TEXT;
	}
}

static void go_on_character(struct wire *wire, unsigned char byte)
{
	if ((byte & 0xc0) != 0x80) {
		complain(wire, "a character that is cut", byte);
		wire->state = TEXT;
		return;
	}
	wire->character = wire->character << 6 | (byte & 0x3fu);
	if (--wire->left == 0) {
		wire->state = TEXT;
		take_character(wire, wire->character);
	}
}

static void take_text(struct wire *wire, unsigned char byte)
{
	if (byte == 0x1b)
		wire->state = ESCAPE;
	else if (byte >= 0x80)
		begin_character(wire, byte);
	else if (byte == '\a')
		wire->n_bells++;
	else if (byte < 0x20 ? !strchr("\r\n\b\t\016\017", byte) || byte == 0 : byte == 0x7f)
		complain(wire, "a control character", byte);
}

void wire_feed(struct wire *wire, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++, wire->n_bytes++) {
		unsigned char byte = (unsigned char)bytes[i];

		switch (wire->state) {
		case TEXT: take_text(wire, byte); break;
		case UTF8: go_on_character(wire, byte); break;
		case ESCAPE: take_escape(wire, byte); break;
		case DESIGNATE:
			if (!strchr("AB0", byte) || byte == 0)
				complain(wire, "a character set that is not on the list", byte);
			wire->state = TEXT;
			break;
		case CSI: take_sequence(wire, byte); break;
		case COPY: take_copy(wire, byte); break;
		case COPY_END: end_copy(wire, byte); break;
		}
	}
}

bool wire_is_at_rest(const struct wire *wire)
{
	return wire->state == TEXT;
}
