/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "lib/base/clock.h"
#include "lib/engine/clamd_impl.h"

/* A clamd that is being restarted, or has all its places taken, is tried again
 * for so long. */
enum { RETRY_MS = 100, PATIENCE_MS = 10000 };

struct request {
	struct request *next;
	struct doc_clamd *clamd;
	int fd; /* borrowed */
	doc_clamd_done *done;
	void *ctx;
	struct doc_watch socket, timer;
	uint64_t started_ms;
	char line[DOC_CLAMD_LINE];
	size_t len;
	bool connected;
};

struct doc_clamd {
	struct doc_loop *loop;
	char *path;
	uint64_t timeout_ms;
	struct request *requests;
	bool lost; /* it was waited for in vain */
};

static void
drop(struct request *r)
{
	for (struct request **at = &r->clamd->requests; *at; at = &(*at)->next)
		if (*at == r) {
			*at = r->next;
			break;
		}
	doc_loop_del(r->clamd->loop, &r->socket);
	doc_loop_del(r->clamd->loop, &r->timer);
	if (r->socket.fd >= 0)
		close(r->socket.fd);
	if (r->timer.fd >= 0)
		close(r->timer.fd);
	free(r);
}

static void
finish(struct request *r, const char *alert, const struct doc_error *err)
{
	doc_clamd_done *done = r->done;
	void *ctx = r->ctx;
	char name[DOC_CLAMD_LINE] = "";

	if (alert != NULL)
		memcpy(name, alert, strlen(alert) + 1);
	drop(r);
	done(ctx, alert ? name : NULL, err);
}

static void
fail(struct request *r, enum doc_code code, const char *why)
{
	struct doc_error err = { 0 };

	(void)doc_error_set(&err, code, "clamd: %s", why);
	finish(r, NULL, &err);
}

static int
set_timer(struct request *r, uint64_t ms)
{
	struct itimerspec t = { .it_value = { .tv_sec = (time_t)(ms / 1000),
				    .tv_nsec = (long)(ms % 1000) * 1000000 } };

	if (ms == 0)
		t.it_value.tv_nsec = 1;
	return timerfd_settime(r->timer.fd, 0, &t, NULL);
}

static void
answer(struct doc_watch *watch, unsigned events)
{
	struct request *r = watch->ctx;
	struct doc_error err = { 0 };
	char alert[DOC_CLAMD_LINE];
	ssize_t n = read(watch->fd, r->line + r->len,
	    sizeof(r->line) - 1 - r->len);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(r, DOC_E_ENGINE, "it ended without an answer");
		return;
	}
	r->len += (size_t)n;
	r->line[r->len] = '\0';
	if (memchr(r->line, '\0', r->len) == NULL &&
	    r->len < sizeof(r->line) - 1)
		return;
	switch (doc_clamd_read(r->line, alert, &err)) {
	case 1:
		finish(r, alert, &err);
		break;
	default:
		finish(r, NULL, &err);
	}
}

/* 1: sent, 0: try again later, -1 with *err. */
static int
try_connect(struct request *r, struct doc_error *err)
{
	int rc, fd = doc_clamd_connect(r->clamd->path, true);

	if (fd < 0)
		return 0;
	r->socket.fd = fd;
	rc = doc_clamd_send(fd, "FILDES", r->fd);
	if (rc < 0)
		return doc_error_sys(err, "clamd: cannot send");
	return doc_loop_add(r->clamd->loop, &r->socket, EPOLLIN, err) < 0 ? -1
									  : 1;
}

static void
attempt(struct request *r)
{
	struct doc_clamd *c = r->clamd;
	struct doc_error err = { 0 };
	uint64_t age = doc_clock_ms() - r->started_ms;
	int rc = try_connect(r, &err);

	if (rc < 0) {
		finish(r, NULL, &err);
	} else if (rc > 0) {
		c->lost = false;
		r->connected = true;
		(void)set_timer(r, c->timeout_ms);
	} else if (c->lost || age >= PATIENCE_MS) {
		c->lost = true;
		fail(r, DOC_E_ENGINE, "nobody answers at its socket");
	} else {
		(void)set_timer(r, RETRY_MS);
	}
}

static void
timer(struct doc_watch *watch, unsigned events)
{
	struct request *r = watch->ctx;
	uint64_t ticks;

	(void)events;
	if (read(watch->fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	if (r->connected)
		fail(r, DOC_E_TIMEOUT, "no answer in time");
	else
		attempt(r);
}

int
doc_clamd_open(struct doc_clamd **out, struct doc_loop *loop,
    const char *socket, uint64_t timeout_ms, struct doc_error *err)
{
	struct doc_clamd *c = calloc(1, sizeof(*c));

	if (c == NULL || (c->path = strdup(socket)) == NULL) {
		free(c);
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	c->loop = loop;
	c->timeout_ms = timeout_ms;
	*out = c;
	return 0;
}

/* The first attempt comes from the loop, too: `done` must not be called before
 * the caller is ready. */
void
doc_clamd_scan(struct doc_clamd *c, int fd, doc_clamd_done *done, void *ctx)
{
	struct request *r = calloc(1, sizeof(*r));
	struct doc_error err = { 0 };

	if (r == NULL)
		abort();
	*r = (struct request){ .next = c->requests,
		.clamd = c,
		.fd = fd,
		.done = done,
		.ctx = ctx,
		.started_ms = doc_clock_ms() };
	r->socket = (struct doc_watch){ .fd = -1, .ready = answer, .ctx = r };
	r->timer = (struct doc_watch){ .fd = timerfd_create(CLOCK_MONOTONIC,
					   TFD_CLOEXEC | TFD_NONBLOCK),
		.ready = timer,
		.ctx = r };
	c->requests = r;
	if (r->timer.fd < 0 || set_timer(r, 0) < 0 ||
	    doc_loop_add(c->loop, &r->timer, EPOLLIN, &err) < 0)
		abort();
}

void
doc_clamd_close(struct doc_clamd *c)
{
	if (c == NULL)
		return;
	while (c->requests != NULL)
		drop(c->requests);
	free(c->path);
	free(c);
}
