/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "lib/gauge/http.h"

/* Bytes of a request, not NUL-terminated. */
struct span {
	const char *p;
	size_t n;
};

static bool
is(struct span s, const char *word)
{
	return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

/* Cut the part before `c` off *rest; all of it when there is no c. */
static struct span
until(struct span *rest, char c)
{
	const char *end = memchr(rest->p, c, rest->n);
	struct span s = { rest->p, end ? (size_t)(end - rest->p) : rest->n };
	size_t skip = s.n + (end != NULL);

	rest->p += skip;
	rest->n -= skip;
	return s;
}

static struct span
line(struct span *rest)
{
	struct span s = until(rest, '\n');

	if (s.n > 0 && s.p[s.n - 1] == '\r')
		s.n--;
	return s;
}

/* The value of a header: 1, 0 when it is not there, -1 when it is twice. */
static int
header(struct span lines, const char *name, struct span *value)
{
	int found = 0;

	while (lines.n > 0) {
		struct span v = line(&lines), key = until(&v, ':');

		if (key.n != strlen(name) || strncasecmp(key.p, name, key.n))
			continue;
		while (v.n > 0 && (*v.p == ' ' || *v.p == '\t')) {
			v.p++;
			v.n--;
		}
		while (v.n > 0 && strchr(" \t", v.p[v.n - 1]) != NULL)
			v.n--;
		*value = v;
		if (++found > 1)
			return -1;
	}
	return found;
}

/* "127.0.0.1:80", "[::1]", "localhost" without the port; false: no name. */
static bool
host_name(struct span host, char out[static 256])
{
	struct span name = host;

	if (host.n > 0 && host.p[0] == '[') {
		name.p++;
		name.n--;
		name = until(&name, ']');
	} else {
		name = until(&name, ':');
	}
	if (name.n == 0 || name.n > 255)
		return false;
	memcpy(out, name.p, name.n);
	out[name.n] = '\0';
	return strlen(out) == name.n;
}

static bool
host_is_ours(struct span host, enum doc_http_trust trust)
{
	char name[256], own[256] = "";
	struct in6_addr a6;
	struct in_addr a4;

	if (!host_name(host, name))
		return false;
	if (strcasecmp(name, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, name, &a4) == 1)
		return trust == DOC_HTTP_NET || ntohl(a4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, name, &a6) == 1)
		return trust == DOC_HTTP_NET || IN6_IS_ADDR_LOOPBACK(&a6);
	return trust == DOC_HTTP_NET &&
	    gethostname(own, sizeof(own) - 1) == 0 &&
	    strcasecmp(name, own) == 0;
}

/* A script may ask only the place it came from. */
static bool
origin_is_ours(struct span origin, struct span host)
{
	static const char scheme[] = "http://";
	size_t n = sizeof(scheme) - 1;

	return origin.n == n + host.n && memcmp(origin.p, scheme, n) == 0 &&
	    memcmp(origin.p + n, host.p, host.n) == 0;
}

static int
find_target(struct span path, enum doc_http_target *target)
{
	static const char *const names[] = { "/", "/page.js", "/page.css",
		"/events", "/status", "/metrics" };

	path = until(&path, '?');
	for (unsigned i = 0; i < DOC_LEN(names); i++)
		if (is(path, names[i])) {
			*target = (enum doc_http_target)i;
			return 200;
		}
	return 404;
}

static int
judge(struct span all, enum doc_http_trust trust, struct doc_http *req)
{
	struct span first = line(&all), host = { "", 0 }, origin = { "", 0 };
	struct span method = until(&first, ' '), path = until(&first, ' ');
	int hosts = header(all, "Host", &host);
	int origins = header(all, "Origin", &origin);

	if (first.n != 8 || memcmp(first.p, "HTTP/1.", 7) != 0 || hosts < 0 ||
	    origins < 0)
		return 400;
	if (trust != DOC_HTTP_ANY && (hosts == 0 || !host_is_ours(host, trust)))
		return 403;
	if (origins == 1 && !origin_is_ours(origin, host))
		return 403;
	req->head = is(method, "HEAD");
	if (!req->head && !is(method, "GET"))
		return 405;
	return find_target(path, &req->target);
}

int
doc_http_parse(const char *p, size_t n, enum doc_http_trust trust,
    struct doc_http *req)
{
	const char *end = memmem(p, n, "\r\n\r\n", 4);

	*req = (struct doc_http){ .status = 400 };
	if (end == NULL)
		return n >= DOC_HTTP_MAX;
	req->status = judge((struct span){ p, (size_t)(end - p) + 2 }, trust,
	    req);
	return 1;
}
