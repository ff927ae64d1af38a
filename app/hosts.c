/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of hosts: from words to checked URIs with unique names. Main thread. uri.c has the allow-list.
 */
#include "app/hosts.h"

#include "base/array.h"
#include "base/buffer.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MOST 63

void host_list_add(struct host_list *list, const char *name, const char *uri, const char *group, const char *where)
{
	list->host = array_reserve(list->host, &list->capacity, list->n_hosts + 1, sizeof *list->host);
	list->host[list->n_hosts++] = (struct host_entry){mem_dup(name), mem_dup(uri), mem_dup(group), mem_dup(where)};
}

void host_list_done(struct host_list *list)
{
	for (size_t i = 0; i < list->n_hosts; i++) {
		free(list->host[i].name);
		free(list->host[i].uri);
		free(list->host[i].group);
		free(list->host[i].where);
	}
	free(list->host);
	*list = (struct host_list){0};
}

const struct host_entry *host_list_find(const struct host_list *list, const char *name)
{
	for (size_t i = 0; i < list->n_hosts; i++) {
		if (list->host[i].name && strcmp(list->host[i].name, name) == 0)
			return &list->host[i];
	}
	return NULL;
}

void host_list_add_word(struct host_list *list, const char *word)
{
	const char *equal = strchr(word, '=');
	/* "NAME=URI": the first = stands before the URI, so that one of a parameter is not taken for it. */
	if (equal && equal > word && strcspn(word, "/?") > (size_t)(equal - word)) {
		char *name = mem_dup(word);
		name[equal - word] = '\0';
		host_list_add(list, name, equal + 1, NULL, NULL);
		free(name);
		return;
	}
	host_list_add(list, NULL, word, NULL, NULL);
}

enum err uri_template_check(const char *text, struct err_info *why)
{
	const char *place = strstr(text, "%s");
	if (!place || strchr(place + 1, '%') || strchr(text, '%') != place)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "\"%s\" is no template: it must hold one %%s where the host goes, and no other %%",
			       text);
	struct buffer example = {0};
	char *complete = NULL;
	buffer_add(&example, text, (size_t)(place - text));
	buffer_printf(&example, "HOST%s", place + 2);
	enum err err = uri_complete(&complete, example.text, true, why);
	buffer_done(&example);
	free(complete);
	return err;
}

enum err uri_from_host(char **out, const char *host, const char *uri_template, struct err_info *why)
{
	const char *at = strchr(host, '@');
	const char *name = at ? at + 1 : host;
	size_t n_colons = 0;
	for (const char *c = host; *c; c++) {
		bool is_good = (unsigned char)*c < 0x80 && (isalnum((unsigned char)*c) || strchr(".:_-[]@", *c));
		if (!is_good)
			return err_set(why, ERR_USAGE, "virt-drain", 0,
				       "\"%s\" is no host name: letters, digits and .:_- only", host);
		n_colons += *c == ':';
	}
	if (name[0] == '\0' || name[0] == '-' || host[0] == '-')
		return err_set(why, ERR_USAGE, "virt-drain", 0, "\"%s\" is no host name", host);
	enum err err = uri_template_check(uri_template, why);
	if (err)
		return err;
	const char *place = strstr(uri_template, "%s");
	/* One colon is a port; more are an IPv6 address, which a URI has in brackets. */
	bool needs_brackets = n_colons > 1 && name[0] != '[';
	struct buffer uri = {0};
	buffer_add(&uri, uri_template, (size_t)(place - uri_template));
	buffer_add(&uri, host, (size_t)(name - host));
	buffer_printf(&uri, needs_brackets ? "[%s]" : "%s", name);
	buffer_puts(&uri, place + 2);
	*out = buffer_take(&uri);
	return ERR_OK;
}

/* The name of a host that was given none: what stands where the host stands. */
static char *name_of_address(const char *address)
{
	const char *mark = strstr(address, "://");
	const char *start = mark ? mark + 3 : address;
	char *name = mem_dup(start);
	name[strcspn(name, "/?")] = '\0';
	char *host = strchr(name, '@');
	host = host ? host + 1 : name;
	if (host[0] == '[' && strchr(host, ']')) {
		host++;
		*strchr(host, ']') = '\0';
	}
	char *out = mem_dup(host[0] ? host : "localhost");
	free(name);
	return out;
}

static enum err name_check(const char *name, struct err_info *why)
{
	char clean[4 * NAME_MOST + 1];
	if (name[0] == '\0' || strlen(name) > NAME_MOST || strchr(name, '/') || name[0] == '-' ||
	    text_clean(clean, sizeof clean, name, strlen(name)))
		return err_set(
			why, ERR_USAGE, "virt-drain", 0,
			"\"%s\" is no name for a host: up to %d visible characters without /, not beginning with -",
			name, NAME_MOST);
	return ERR_OK;
}

/* Fills name and URI of one entry of the list that is watched. */
static enum err entry_complete(struct host_entry *entry, const struct uri_rules *rules, struct err_info *why)
{
	char *uri = NULL, *complete;
	enum err err = ERR_OK;
	if (!entry->name)
		entry->name = name_of_address(entry->uri);
	if (!strstr(entry->uri, "://"))
		err = uri_from_host(&uri, entry->uri, rules->uri_template, why);
	if (!err)
		err = uri_complete(&complete, uri ? uri : entry->uri, rules->allow_tcp, why);
	free(uri);
	if (err)
		return err;
	free(entry->uri);
	entry->uri = complete;
	return name_check(entry->name, why);
}

static void copy_entry(struct host_list *to, const struct host_entry *from)
{
	host_list_add(to, from->name, from->uri, from->group, from->where);
}

static enum err unique_check(const struct host_list *list, const struct host_entry *entry, struct err_info *why)
{
	for (const struct host_entry *other = list->host; other < entry; other++) {
		if (strcmp(other->name, entry->name) == 0)
			return err_set(
				why, ERR_USAGE, "virt-drain", 0,
				"there are two hosts with the name \"%s\": give one another name, as in NAME=URI",
				entry->name);
	}
	return ERR_OK;
}

/* Puts the place in the configuration, or the name, before what was said of an entry. */
static enum err blame(const struct host_entry *entry, struct err_info *why)
{
	struct err_info said = *why;
	if (entry->where)
		return err_set(why, ERR_CONFIG, said.origin, said.origin_code, "%s: %s", entry->where, said.text);
	return said.code;
}

enum err hosts_resolve(struct host_list *out, const struct host_list *configured, const struct host_list *named,
		       const struct host_list *added, const struct uri_rules *rules, struct err_info *why)
{
	struct host_list list = {0};
	struct err_info local = {0};
	struct err_info *said = why ? why : &local;
	for (size_t i = 0; i < named->n_hosts; i++) {
		const struct host_entry *entry = &named->host[i];
		const struct host_entry *known = entry->name ? NULL : host_list_find(configured, entry->uri);
		copy_entry(&list, known ? known : entry);
	}
	for (size_t i = 0; named->n_hosts == 0 && i < configured->n_hosts; i++)
		copy_entry(&list, &configured->host[i]);
	for (size_t i = 0; i < added->n_hosts; i++)
		copy_entry(&list, &added->host[i]);
	for (size_t i = 0; i < list.n_hosts; i++) {
		enum err err = entry_complete(&list.host[i], rules, said);
		if (!err)
			err = unique_check(&list, &list.host[i], said);
		if (err) {
			err = blame(&list.host[i], said);
			host_list_done(&list);
			return err;
		}
	}
	*out = list;
	return ERR_OK;
}
