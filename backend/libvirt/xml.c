/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for one element's text. Pure.
 */
#include "backend/libvirt/xml.h"

#include "base/array.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *entity;
	char means;
} entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};

static char xml_character(const char **at)
{
	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		size_t length = strlen(entities[i].entity);
		if (strncmp(*at, entities[i].entity, length) == 0) {
			*at += length;
			return entities[i].means;
		}
	}
	return *(*at)++;
}

/* Behind the opening tag's ">" if `tag` (at its "<") opens an element `name`; NULL otherwise. */
static const char *xml_opens(const char *tag, const char *name)
{
	size_t prefix = strcspn(tag + 1, ":/> \t\r\n");
	const char *local = tag[1 + prefix] == ':' ? tag + prefix + 2 : tag + 1;
	size_t length = strcspn(local, "/> \t\r\n");

	if (length != strlen(name) || strncmp(local, name, length) != 0)
		return NULL;
	const char *end = strchr(local, '>');
	return end && end[-1] != '/' ? end + 1 : NULL;
}

bool xml_text(const char *xml, const char *name, char *out, size_t size)
{
	for (const char *tag = strchr(xml, '<'); tag; tag = strchr(tag + 1, '<')) {
		const char *at = xml_opens(tag, name);
		if (!at)
			continue;
		char text[512];
		size_t n = 0;
		while (*at && *at != '<' && n < sizeof text - 1)
			text[n++] = xml_character(&at);
		text[n] = '\0';
		if (n == 0 || *at != '<' || n >= size)
			return false;
		memcpy(out, text, n + 1);
		return true;
	}
	return false;
}

char *owner_text(const char *nova_metadata, char *buffer, size_t size)
{
	char name[256], clean[256];

	if (!xml_text(nova_metadata, "name", name, sizeof name)) {
		snprintf(buffer, size, "OpenStack Nova");
		return buffer;
	}
	text_clean(clean, sizeof clean, name, strlen(name));
	snprintf(buffer, size, "OpenStack Nova (%s)", clean);
	return buffer;
}
