/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What asks a terminal to put a text into its clipboard: OSC 52 (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). A terminal
 * may pass over it, and does not say so. Pure.
 */
#ifndef TUI_CLIPBOARD_H
#define TUI_CLIPBOARD_H

#include "base/buffer.h"

/* Appends the sequence; the text is in it as base64 (RFC 4648), so that no byte of it can end it. */
void clipboard_sequence(struct buffer *out, const char *text);

#endif
