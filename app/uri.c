/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allow-list of libvirt URIs. What is not listed is refused: qemu+ext:// and parameters such as command= or netcat= start
 * programs, no_verify= and known_hosts= switch off the check of who answers (https://libvirt.org/uri.html). Pure.
 */
#include "app/hosts.h"

#include "base/array.h"
#include "base/buffer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum transport { TRANSPORT_UNIX, TRANSPORT_SSH, TRANSPORT_TLS, TRANSPORT_TCP, TRANSPORT_COUNT };

static const char *const transport_names[TRANSPORT_COUNT] = {"unix", "ssh", "tls", "tcp"};

#define ON(transport) (1u << TRANSPORT_##transport)

/* A parameter that may stand in a URI: on which transports, and which values it may have. */
struct parameter {
	const char *name;
	unsigned transports;
	bool is_path;              /* an absolute path of harmless characters */
	const char *const *values; /* else one of these, ended by NULL */
};

static const char *const modes[] = {"auto", "direct", "legacy", NULL};
static const char *const proxies[] = {"native", NULL};
static const char *const switches[] = {"0", "1", NULL};

static const struct parameter parameters[] = {
	{"keyfile", ON(SSH), true, NULL},
	{"socket", ON(UNIX) | ON(SSH), true, NULL},
	{"mode", ON(UNIX) | ON(SSH) | ON(TLS) | ON(TCP), false, modes},
	{"proxy", ON(SSH), false, proxies},
	{"no_tty", ON(SSH), false, switches},
};

/* A part of a longer text. */
struct span {
	const char *at;
	size_t length;
};

static bool span_is(struct span span, const char *text)
{
	return span.length == strlen(text) && memcmp(span.at, text, span.length) == 0;
}

static bool span_has_only(struct span span, const char *others)
{
	for (size_t i = 0; i < span.length; i++) {
		unsigned char c = (unsigned char)span.at[i];
		if (!(c < 0x80 && isalnum(c)) && (c == '\0' || !strchr(others, c)))
			return false;
	}
	return true;
}

/* Cuts off and returns what stands before `mark`; the whole where there is none. *rest is what follows, or empty. */
static struct span span_before(struct span whole, char mark, struct span *rest)
{
	const char *found = whole.length ? memchr(whole.at, mark, whole.length) : NULL;
	struct span first = {whole.at, found ? (size_t)(found - whole.at) : whole.length};
	*rest = found ? (struct span){found + 1, whole.length - first.length - 1}
		      : (struct span){whole.at + whole.length, 0};
	return first;
}

/* A URI taken apart; spans point into its text. */
struct uri {
	enum transport transport;
	bool has_transport;
	struct span user, host, path, query;
};

static bool is_port(struct span port)
{
	char text[6];
	if (port.length == 0 || port.length >= sizeof text)
		return false;
	memcpy(text, port.at, port.length);
	text[port.length] = '\0';
	return strspn(text, "0123456789") == port.length && strtol(text, NULL, 10) > 0 &&
	       strtol(text, NULL, 10) < 65536;
}

/* Takes "host:port", "host" or "[address]:port" apart. */
static bool split_host(struct span place, struct uri *uri)
{
	struct span after;
	bool is_bracketed = place.length > 0 && place.at[0] == '[';
	if (!is_bracketed) {
		uri->host = span_before(place, ':', &after);
		after = (struct span){place.at + uri->host.length, place.length - uri->host.length};
	} else {
		const char *end = memchr(place.at, ']', place.length);
		if (!end)
			return false;
		uri->host = (struct span){place.at + 1, (size_t)(end - place.at) - 1};
		after = (struct span){end + 1, place.length - uri->host.length - 2};
	}
	if (!span_has_only(uri->host, is_bracketed ? ".:" : "._-") || (is_bracketed && uri->host.length == 0))
		return false;
	if (uri->host.length > 0 && uri->host.at[0] == '-')
		return false;
	return after.length == 0 || (after.at[0] == ':' && is_port((struct span){after.at + 1, after.length - 1}));
}

/* Takes "user@host:port" apart; false where it is not of this form. A password is looked for by the caller. */
static bool split_authority(struct span authority, struct uri *uri)
{
	if (authority.length && memchr(authority.at, '@', authority.length)) {
		uri->user = span_before(authority, '@', &authority);
		if (uri->user.length == 0 || !span_has_only(uri->user, "._-") || uri->user.at[0] == '-')
			return false;
	}
	return split_host(authority, uri);
}

static enum err check_scheme(const char *text, struct span scheme, struct uri *uri, struct err_info *why)
{
	struct span transport;
	if (!span_is(span_before(scheme, '+', &transport), "qemu"))
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "URI \"%s\" is not allowed: only qemu hosts can be watched", text);
	uri->has_transport = transport.length > 0;
	if (!uri->has_transport && scheme.length == strlen("qemu"))
		return ERR_OK;
	for (int i = 0; i < TRANSPORT_COUNT; i++) {
		if (span_is(transport, transport_names[i])) {
			uri->transport = (enum transport)i;
			return ERR_OK;
		}
	}
	return err_set(why, ERR_USAGE, "virt-drain", 0,
		       "URI \"%s\" is not allowed: the transport must be unix, ssh, tls or tcp", text);
}

static const struct parameter *parameter_find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
		if (span_is(name, parameters[i].name))
			return &parameters[i];
	}
	return NULL;
}

static bool parameter_may_be(const struct parameter *parameter, struct span value)
{
	if (parameter->is_path)
		return value.length > 1 && value.at[0] == '/' && span_has_only(value, "/._-");
	for (const char *const *allowed = parameter->values; *allowed; allowed++) {
		if (span_is(value, *allowed))
			return true;
	}
	return false;
}

static enum err check_query(const char *text, const struct uri *uri, struct err_info *why)
{
	unsigned seen = 0;
	for (struct span rest = uri->query; rest.length > 0;) {
		struct span value, pair = span_before(rest, '&', &rest);
		struct span name = span_before(pair, '=', &value);
		const struct parameter *parameter = parameter_find(name);
		if (!parameter || !(parameter->transports & (1u << uri->transport)))
			return err_set(why, ERR_USAGE, "virt-drain", 0,
				       "URI \"%s\": parameter \"%.*s\" is not allowed over %s (allowed are keyfile, "
				       "socket, mode, "
				       "proxy=native and no_tty)",
				       text, (int)name.length, name.at, transport_names[uri->transport]);
		unsigned bit = 1u << (parameter - parameters);
		if (seen & bit)
			return err_set(why, ERR_USAGE, "virt-drain", 0,
				       "URI \"%s\": parameter \"%s\" stands there twice", text, parameter->name);
		if (!parameter_may_be(parameter, value))
			return err_set(why, ERR_USAGE, "virt-drain", 0,
				       "URI \"%s\": \"%.*s\" is no allowed value of %s", text, (int)value.length,
				       value.at, parameter->name);
		seen |= bit;
	}
	return ERR_OK;
}

static enum err check_place(const char *text, const struct uri *uri, bool allow_tcp, struct err_info *why)
{
	bool is_local = uri->transport == TRANSPORT_UNIX;
	if (!span_is(uri->path, "system") && !span_is(uri->path, "session"))
		return err_set(why, ERR_USAGE, "virt-drain", 0, "URI \"%s\" must end in /system or /session", text);
	if (is_local && uri->host.length > 0)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "URI \"%s\": a unix socket has no host name", text);
	if (!is_local && uri->host.length == 0)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "URI \"%s\" names no host", text);
	if (uri->user.length > 0 && uri->transport != TRANSPORT_SSH)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "URI \"%s\": a user can be given for ssh only", text);
	if (uri->transport == TRANSPORT_TCP && !allow_tcp)
		return err_set(
			why, ERR_USAGE, "virt-drain", 0,
			"URI \"%s\": tcp is not encrypted and is allowed only with --allow-tcp (allow_tcp = true)",
			text);
	return ERR_OK;
}

/* Writes the URI again with no_tty=1 in the place of any no_tty: without it ssh would ask for a password on the screen. */
static char *with_no_tty(const char *text, const struct uri *uri)
{
	struct buffer out = {0};
	buffer_add(&out, text, strcspn(text, "?"));
	buffer_puts(&out, "?no_tty=1");
	for (struct span rest = uri->query; rest.length > 0;) {
		struct span value, pair = span_before(rest, '&', &rest);
		if (!span_is(span_before(pair, '=', &value), "no_tty"))
			buffer_printf(&out, "&%.*s", (int)pair.length, pair.at);
	}
	return buffer_take(&out);
}

static bool has_password(const char *text)
{
	const char *authority = strstr(text, "://");
	if (!authority)
		return false;
	authority += 3;
	const char *at = memchr(authority, '@', strcspn(authority, "/?"));
	return at && memchr(authority, ':', (size_t)(at - authority));
}

enum err uri_complete(char **out, const char *text, bool allow_tcp, struct err_info *why)
{
	struct uri uri = {.transport = TRANSPORT_UNIX};
	const char *mark = strstr(text, "://");
	/* Not with the text: it would put the password on the screen and into logs. */
	if (has_password(text))
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "a URI must not hold a password, because every user of this machine can see it: use an "
			       "ssh key");
	if (!mark || !span_has_only((struct span){text, strlen(text)}, "+:/@.[]_?&=-"))
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "\"%s\" is no URI like qemu+ssh://HOST/system (letters, digits and +:/@.[]_?&=- only)",
			       text);
	enum err err = check_scheme(text, (struct span){text, (size_t)(mark - text)}, &uri, why);
	if (err)
		return err;
	struct span rest;
	struct span whole = {mark + 3, strlen(mark + 3)};
	struct span place = span_before(whole, '?', &uri.query);
	if (!split_authority(span_before(place, '/', &rest), &uri))
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "URI \"%s\": the host must be [user@]NAME[:port] of letters, digits and .:_-, not "
			       "beginning with -",
			       text);
	uri.path = rest;
	/* libvirt's own rule: a host without a transport means tls (https://libvirt.org/uri.html). */
	if (!uri.has_transport && uri.host.length > 0)
		uri.transport = TRANSPORT_TLS;
	if ((err = check_place(text, &uri, allow_tcp, why)) || (err = check_query(text, &uri, why)))
		return err;
	*out = uri.transport == TRANSPORT_SSH ? with_no_tty(text, &uri) : mem_dup(text);
	return ERR_OK;
}
