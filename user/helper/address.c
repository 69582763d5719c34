// SPDX-License-Identifier: GPL-2.0-or-later
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static int parse_local(const char *text, struct sockaddr_storage *addr,
		       socklen_t *len)
{
	struct sockaddr_un *un = (struct sockaddr_un *)addr;
	size_t n = strlen(text);

	if (n < 2 || n >= sizeof(un->sun_path))
		return -EINVAL;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, text, n);
	if (text[0] == '@')
		un->sun_path[0] = '\0';
	/* The zero ends a path; an abstract name has none. */
	*len = offsetof(struct sockaddr_un, sun_path) + n + (text[0] == '/');
	return 0;
}

static int parse_port(const char *text, in_port_t *port)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	value = strtoul(text, &end, 10);
	if (*end || !value || value > UINT16_MAX)
		return -EINVAL;
	*port = htons(value);
	return 0;
}

static int parse_v6(const char *text, struct sockaddr_storage *addr,
		    socklen_t *len)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
	char host[INET6_ADDRSTRLEN];
	const char *end = NULL;
	size_t n = strlen(text);

	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end)
			return -EINVAL;
		n = end - text;
	}
	if (n >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	in6->sin6_family = AF_INET6;
	*len = sizeof(*in6);
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
		return -EINVAL;
	if (!end || !end[1])
		return 0;
	return end[1] == ':' ? parse_port(end + 2, &in6->sin6_port) : -EINVAL;
}

static int parse_v4(const char *text, struct sockaddr_storage *addr,
		    socklen_t *len)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : strlen(text);
	char host[INET_ADDRSTRLEN];

	if (n >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	if (!strcmp(host, "localhost"))
		strcpy(host, "127.0.0.1");
	in->sin_family = AF_INET;
	*len = sizeof(*in);
	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		return -EINVAL;
	return colon ? parse_port(colon + 1, &in->sin_port) : 0;
}

int rg_address_parse(const char *text, bool local,
		     struct sockaddr_storage *addr, socklen_t *len)
{
	const char *colon = strchr(text, ':');

	memset(addr, 0, sizeof(*addr));
	if (text[0] == '/' || text[0] == '@')
		return local ? parse_local(text, addr, len) : -EINVAL;
	if (text[0] == '[' || (colon && strchr(colon + 1, ':')))
		return parse_v6(text, addr, len);
	return parse_v4(text, addr, len);
}

uint16_t rg_address_port(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)addr)->sin_port);
	if (addr->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)addr)->sin6_port);
	return 0;
}
