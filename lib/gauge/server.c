/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "lib/base/clock.h"
#include "lib/base/units.h"
#include "lib/gauge/client.h"
#include "lib/gauge/server.h"

enum { OTHER_FDS = 64 /* left for everything else */ };

static void
accept_some(struct doc_watch *watch, unsigned events)
{
	struct doc_server *s = watch->ctx;
	int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd >= 0 && (s->count == s->most || client_new(s, fd) < 0))
		close(fd);
	/* Out of descriptors: not before somebody has gone (doc_server_tick),
	 * or the loop would spin. */
	if (fd < 0 && errno != EAGAIN && errno != EINTR &&
	    errno != ECONNABORTED)
		doc_loop_del(s->loop, watch);
}

/* --- where -----------------------------------------------------------------*/

/* A socket nobody listens at is of a process that was killed. */
static int
bind_unix(struct doc_server *s, const char *path, struct doc_error *err)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, old;

	if (*path == '\0' || strlen(path) >= sizeof(a.sun_path))
		return doc_error_set(err, DOC_E_USAGE,
		    "a path of 1 to %zu bytes is needed",
		    sizeof(a.sun_path) - 1);
	strcpy(a.sun_path, path);
	old = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (old >= 0 && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    connect(old, (struct sockaddr *)&a, sizeof(a)) < 0 &&
	    errno == ECONNREFUSED)
		unlink(path);
	if (old >= 0)
		close(old);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Made with the umask of all our files: for this user alone. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		doc_error_sys(err, "cannot listen at '%s'", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	strcpy(s->path, path);
	snprintf(s->where, sizeof(s->where), "unix:%s", path);
	s->trust = DOC_HTTP_ANY;
	return fd;
}

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* "127.0.0.1:8080" or "[::1]:8080"; numbers only, nothing is looked up. */
static int
parse_address(const char *where, union address *a, bool *loopback)
{
	const char *colon = strrchr(where, ':');
	char host[64];
	uint64_t port;
	size_t n = colon ? (size_t)(colon - where) : 0;

	memset(a, 0, sizeof(*a));
	if (n == 0 || n >= sizeof(host) ||
	    doc_number_parse(colon + 1, 65535, &port) < 0)
		return -1;
	memcpy(host, where, n);
	host[n] = '\0';
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = htons((uint16_t)port);
		if (inet_pton(AF_INET6, host + 1, &a->in6.sin6_addr) != 1)
			return -1;
		*loopback = IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr);
		return 0;
	}
	a->in.sin_family = AF_INET;
	a->in.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &a->in.sin_addr) != 1)
		return -1;
	*loopback = ntohl(a->in.sin_addr.s_addr) >> 24 == 127;
	return 0;
}

/* With the port the kernel chose. */
static void
name_address(struct doc_server *s, int fd)
{
	union address a;
	socklen_t n = sizeof(a);
	char host[64];

	if (getsockname(fd, &a.any, &n) < 0)
		return;
	if (a.any.sa_family == AF_INET &&
	    inet_ntop(AF_INET, &a.in.sin_addr, host, sizeof(host)))
		snprintf(s->where, sizeof(s->where), "http://%s:%u/", host,
		    ntohs(a.in.sin_port));
	else if (a.any.sa_family == AF_INET6 &&
	    inet_ntop(AF_INET6, &a.in6.sin6_addr, host, sizeof(host)))
		snprintf(s->where, sizeof(s->where), "http://[%s]:%u/", host,
		    ntohs(a.in6.sin6_port));
}

static int
bind_net(struct doc_server *s, const char *where, bool allow_net,
    struct doc_error *err)
{
	union address a;
	bool loopback = false;
	int fd, yes = 1;

	if (parse_address(where, &a, &loopback) < 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s' is not unix:PATH or ADDRESS:PORT", where);
	if (!loopback && !allow_net)
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s' is open to the network: that needs --allow-net",
		    where);
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (fd < 0 || bind(fd, &a.any, sizeof(a)) < 0) {
		doc_error_sys(err, "cannot listen at '%s'", where);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	s->trust = loopback ? DOC_HTTP_LOCAL : DOC_HTTP_NET;
	return fd;
}

static unsigned
most_clients(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur <= 2 * OTHER_FDS)
		return OTHER_FDS;
	return (unsigned)DOC_MIN(l.rlim_cur - OTHER_FDS,
	    (rlim_t)DOC_SERVER_CLIENTS);
}

int
doc_server_open(struct doc_server *s, struct doc_loop *loop, const char *where,
    bool allow_net, struct doc_error *err)
{
	int fd;

	s->loop = loop;
	s->most = most_clients();
	fd = strncmp(where, "unix:", 5) == 0
	    ? bind_unix(s, where + 5, err)
	    : bind_net(s, where, allow_net, err);
	s->listener =
	    (struct doc_watch){ .fd = fd, .ready = accept_some, .ctx = s };
	if (fd < 0)
		return -1;
	if (listen(fd, 128) < 0)
		return doc_error_sys(err, "cannot listen at '%s'", where);
	if (s->path[0] == '\0')
		name_address(s, fd);
	return doc_loop_add(loop, &s->listener, EPOLLIN, err);
}

void
doc_server_tick(struct doc_server *s, bool now)
{
	uint64_t ms = doc_clock_ms();
	struct doc_error err = { 0 };

	if (s->listener.fd < 0)
		return;
	client_sweep(s, ms);
	if (!s->listener.on && s->count < s->most)
		(void)!doc_loop_add(s->loop, &s->listener, EPOLLIN, &err);
	if (!now && ms - s->sent_ms < DOC_SERVER_STEP_MS)
		return;
	s->sent_ms = ms;
	client_tell_all(s, ms);
}

bool
doc_server_idle(const struct doc_server *s)
{
	return s->listener.fd < 0 || client_idle(s);
}

void
doc_server_close(struct doc_server *s)
{
	if (s->listener.fd < 0)
		return;
	while (s->clients != NULL)
		client_free(s, s->clients);
	doc_loop_del(s->loop, &s->listener);
	close(s->listener.fd);
	s->listener.fd = -1;
	if (s->path[0] != '\0')
		unlink(s->path);
}
