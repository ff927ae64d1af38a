/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few words that we need out of XML from a daemon: the text of one element. Not a parser: what it does not understand it does
 * not find. Pure.
 */
#ifndef BACKEND_LIBVIRT_XML_H
#define BACKEND_LIBVIRT_XML_H

#include <stdbool.h>
#include <stddef.h>

/* The text of the first element `name` (whatever its prefix) in `xml`, up to the next tag, entities decoded, raw otherwise.
 * False, and *out untouched, if there is none, it is empty, or does not fit. */
bool xml_text(const char *xml, const char *name, char *out, size_t size);

/* "OpenStack Nova (web-1)" from Nova's metadata element, cleaned; "OpenStack Nova" if it has no name. Returns buffer. */
char *owner_text(const char *nova_metadata, char *buffer, size_t size);

#endif
