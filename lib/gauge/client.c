/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/gauge/client.h"
#include "lib/gauge/page.h"

enum {
	REQUEST_MS = 10000, /* for the request to come */
	BLOCKED_MS = 5000   /* for the client to take something */
};

enum state { READING, ANSWERING, LISTENING };

struct doc_client {
	struct doc_watch watch; /* first: found by cast */
	struct doc_server *server;
	struct doc_client *prev, *next;
	enum state state;
	bool gone; /* to be freed */
	bool half; /* says no more, but may listen */
	char in[DOC_HTTP_MAX];
	size_t in_len;
	struct doc_buf out;
	uint64_t since_ms; /* READING: connected; else the last that it took */
};

void
client_free(struct doc_server *s, struct doc_client *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		s->clients = c->next;
	if (c->next)
		c->next->prev = c->prev;
	s->count--;
	doc_loop_del(s->loop, &c->watch);
	close(c->watch.fd);
	doc_buf_release(&c->out);
	free(c);
}

/* Send what goes without waiting; watch for room only while there is more. */
static void
push(struct doc_client *c)
{
	unsigned events = c->half ? 0 : EPOLLIN;
	struct doc_error err = { 0 };
	ssize_t n = 0;

	while (c->out.len > 0 &&
	    (n = send(c->watch.fd, c->out.data, c->out.len,
		 MSG_NOSIGNAL | MSG_DONTWAIT)) > 0) {
		doc_buf_skip(&c->out, (size_t)n);
		c->since_ms = doc_clock_ms();
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		c->gone = true;
	if (c->out.len == 0 && c->state == ANSWERING) {
		/* The peer closes when it has it all; the sweep if not. */
		shutdown(c->watch.fd, SHUT_WR);
		c->gone = c->gone || c->half;
	}
	events |= c->out.len > 0 ? EPOLLOUT : 0;
	if (doc_loop_add(c->server->loop, &c->watch, events, &err) < 0)
		c->gone = true;
}

/* --- answers ---------------------------------------------------------------*/

static const char *
reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	default:
		return "Bad Request";
	}
}

/* Nothing of ours is kept, framed, or run with anything from elsewhere. */
static void
put_head(struct doc_client *c, int status, const char *type, size_t length)
{
	doc_buf_addf(&c->out,
	    "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
	    "Cross-Origin-Resource-Policy: same-origin\r\n"
	    "Referrer-Policy: no-referrer\r\n"
	    "Content-Security-Policy: default-src 'none'; script-src 'self'; "
	    "style-src 'self'; connect-src 'self'; frame-ancestors 'none'\r\n",
	    status, reason(status), type);
	if (status == 405)
		doc_buf_adds(&c->out, "Allow: GET, HEAD\r\n");
	if (length != SIZE_MAX)
		doc_buf_addf(&c->out,
		    "Content-Length: %zu\r\nConnection: close\r\n", length);
	doc_buf_adds(&c->out, "\r\n");
}

static void
put_body(struct doc_client *c, const struct doc_http *req, const char *type,
    const char *p, size_t n)
{
	put_head(c, req->status, type, n);
	if (!req->head)
		doc_buf_add(&c->out, p, n);
}

static void
put_made(struct doc_client *c, const struct doc_http *req, const char *type,
    int (*make)(const struct doc_report *, struct doc_buf *))
{
	doc_autobuf struct doc_buf b = { 0 };

	if (make(c->server->report, &b) < 0 || doc_buf_addc(&b, '\n') < 0)
		c->gone = true;
	else
		put_body(c, req, type, b.data, b.len);
}

static void
put_event(struct doc_client *c, const struct doc_buf *event, uint64_t now)
{
	c->since_ms = now;
	if (doc_buf_add(&c->out, event->data, event->len) < 0)
		c->gone = true;
	else
		push(c);
}

static int
make_event(const struct doc_server *s, struct doc_buf *b)
{
	if (doc_buf_addf(b, "id: %ju\ndata: ", (uintmax_t)s->report->seq) < 0 ||
	    doc_report_json(s->report, b) < 0)
		return -1;
	return doc_buf_adds(b, "\n\n");
}

static void
listen_to_events(struct doc_client *c)
{
	doc_autobuf struct doc_buf event = { 0 };

	put_head(c, 200, "text/event-stream", SIZE_MAX);
	doc_buf_adds(&c->out, "retry: 2000\n\n");
	c->state = LISTENING;
	if (make_event(c->server, &event) < 0)
		c->gone = true;
	else
		put_event(c, &event, doc_clock_ms());
}

static void
answer(struct doc_client *c, const struct doc_http *req)
{
	static const char text[] = "text/plain; charset=utf-8";
	const char *why = reason(req->status);

	c->state = ANSWERING;
	c->since_ms = doc_clock_ms();
	if (req->status != 200) {
		put_body(c, req, text, why, strlen(why));
		push(c);
		return;
	}
	switch (req->target) {
	case DOC_HTTP_EVENTS:
		if (!req->head) {
			listen_to_events(c);
			return;
		}
		put_head(c, 200, "text/event-stream", 0);
		break;
	case DOC_HTTP_STATUS:
		put_made(c, req, "application/json", doc_report_json);
		break;
	case DOC_HTTP_METRICS:
		put_made(c, req, "text/plain; version=0.0.4; charset=utf-8",
		    doc_report_metrics);
		break;
	case DOC_HTTP_SCRIPT:
		put_body(c, req, "text/javascript; charset=utf-8", doc_page_js,
		    strlen(doc_page_js));
		break;
	case DOC_HTTP_STYLE:
		put_body(c, req, "text/css; charset=utf-8", doc_page_css,
		    strlen(doc_page_css));
		break;
	case DOC_HTTP_PAGE:
		put_body(c, req, "text/html; charset=utf-8", doc_page_html,
		    strlen(doc_page_html));
		break;
	}
	push(c);
}

/* --- the connection --------------------------------------------------------*/

static void
read_request(struct doc_client *c)
{
	struct doc_http req;
	ssize_t n = recv(c->watch.fd, c->in + c->in_len,
	    sizeof(c->in) - c->in_len, MSG_DONTWAIT);

	if (n <= 0) {
		c->gone = n == 0 || (errno != EAGAIN && errno != EINTR);
		return;
	}
	c->in_len += (size_t)n;
	if (doc_http_parse(c->in, c->in_len, c->server->trust, &req) > 0)
		answer(c, &req);
}

/* What comes behind the request is read away.  Its end ends the connection,
 * once the answer is out: `printf ... | nc` closes its half at once. */
static void
read_rest(struct doc_client *c)
{
	char rest[512];
	ssize_t n = recv(c->watch.fd, rest, sizeof(rest), MSG_DONTWAIT);

	if (n == 0 && c->state == ANSWERING && c->out.len > 0) {
		c->half = true;
		push(c);
	} else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		c->gone = true;
	}
}

static void
ready(struct doc_watch *watch, unsigned events)
{
	struct doc_client *c = (struct doc_client *)watch;

	if (events & EPOLLOUT)
		push(c);
	if (!c->gone && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
		if (c->state == READING)
			read_request(c);
		else
			read_rest(c);
	}
	if (c->gone)
		client_free(c->server, c);
}

int
client_new(struct doc_server *s, int fd)
{
	struct doc_client *c = calloc(1, sizeof(*c));
	struct doc_error err = { 0 };

	if (c == NULL)
		return -1;
	c->watch = (struct doc_watch){ .fd = fd, .ready = ready };
	c->server = s;
	c->since_ms = doc_clock_ms();
	if (doc_loop_add(s->loop, &c->watch, EPOLLIN, &err) < 0) {
		free(c);
		return -1;
	}
	c->next = s->clients;
	if (c->next)
		c->next->prev = c;
	s->clients = c;
	s->count++;
	return 0;
}

static bool
is_over(const struct doc_client *c, uint64_t now)
{
	uint64_t age = now - DOC_MIN(c->since_ms, now);

	if (c->state == READING)
		return age > REQUEST_MS;
	/* One that was answered and does not close counts as blocked. */
	return (c->state == ANSWERING || c->out.len > 0) && age > BLOCKED_MS;
}

void
client_sweep(struct doc_server *s, uint64_t now_ms)
{
	for (struct doc_client *c = s->clients, *next; c != NULL; c = next) {
		next = c->next;
		if (is_over(c, now_ms))
			client_free(s, c);
	}
}

void
client_tell_all(struct doc_server *s, uint64_t now_ms)
{
	doc_autobuf struct doc_buf event = { 0 };

	if (s->clients == NULL || make_event(s, &event) < 0)
		return;
	for (struct doc_client *c = s->clients, *next; c != NULL; c = next) {
		next = c->next;
		if (c->state == LISTENING && c->out.len == 0)
			put_event(c, &event, now_ms);
		if (c->gone)
			client_free(s, c);
	}
}

bool
client_idle(const struct doc_server *s)
{
	for (const struct doc_client *c = s->clients; c; c = c->next)
		if (c->out.len > 0)
			return false;
	return true;
}
