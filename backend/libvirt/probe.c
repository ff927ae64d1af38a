/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A non-blocking connect. Runs on a call thread, as its name resolution may take as long as the resolver likes.
 */
#include "backend/libvirt/probe.h"

#include "base/clock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool probe_target_of(const char *uri, struct probe_target *out)
{
	struct probe_target found = {.port = "16514"}; /* tls is the default where a host is named */
	size_t scheme = strcspn(uri, ":");
	const char *plus = memchr(uri, '+', scheme);
	const char *transport = plus ? plus + 1 : "tls:";

	if (strncmp(uri + scheme, "://", 3) != 0)
		return false;
	if (strncmp(transport, "tcp:", 4) == 0)
		snprintf(found.port, sizeof found.port, "16509");
	else if (strncmp(transport, "tls:", 4) != 0)
		return false;
	const char *host = uri + scheme + 3;
	size_t length = strcspn(host, "/?#");
	for (const char *at; (at = memchr(host, '@', length)) != NULL; host = at + 1)
		length -= (size_t)(at + 1 - host);
	bool is_bracketed = length > 0 && host[0] == '[' && memchr(host, ']', length);
	size_t name =
		is_bracketed ? (size_t)((const char *)memchr(host, ']', length) - host) - 1 : strcspn(host, ":/?#");
	if (name == 0 || name >= sizeof found.host)
		return false;
	snprintf(found.host, sizeof found.host, "%.*s", (int)name, host + is_bracketed);
	const char *rest = host + name + 2 * is_bracketed;
	if (rest < host + length && *rest == ':')
		snprintf(found.port, sizeof found.port, "%.*s", (int)(host + length - rest) - 1, rest + 1);
	*out = found;
	return true;
}

/* 0, or the errno of the connect. */
static int connect_within(const struct addrinfo *address, int64_t patience_ms)
{
	int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
	int failed = 0;
	socklen_t size = sizeof failed;

	if (fd < 0)
		return errno;
	if (connect(fd, address->ai_addr, address->ai_addrlen) < 0)
		failed = errno;
	if (failed == EINPROGRESS) {
		struct pollfd ready = {.fd = fd, .events = POLLOUT};
		if (poll(&ready, 1, (int)patience_ms) <= 0)
			failed = ETIMEDOUT;
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) < 0)
			failed = errno;
	}
	close(fd);
	return failed;
}

enum err probe_connect(const struct probe_target *target, duration patience, struct err_info *why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *list = NULL;
	int64_t end = clock_mono().ms + patience.ms;
	int failed = getaddrinfo(target->host, target->port, &hints, &list);
	char text[128];

	if (failed != 0)
		return err_set(why, ERR_UNREACHABLE, "system", 0, "the name %s cannot be resolved: %s", target->host,
			       gai_strerror(failed));
	failed = ETIMEDOUT;
	for (const struct addrinfo *address = list; address; address = address->ai_next) {
		int64_t left = end - clock_mono().ms;
		failed = connect_within(address, left > 0 ? left : 0);
		if (failed == 0)
			break;
	}
	freeaddrinfo(list);
	if (failed == 0)
		return ERR_OK;
	if (failed == ETIMEDOUT)
		return err_set(why, ERR_UNREACHABLE, "system", failed, "no answer from %s within %lld s", target->host,
			       (long long)((patience.ms + 999) / 1000));
	return err_set(why, ERR_UNREACHABLE, "system", failed, "cannot connect to %s: %s", target->host,
		       strerror_r(failed, text, sizeof text));
}
