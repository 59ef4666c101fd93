/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remote_http - pages to an HTTP service (libcurl multi, on our loop).  All of
 * curl is in this file, so it is a long one; remote_service.c knows what the
 * service wants.
 *
 * The service is not trusted: no redirects, no other protocol than asked for,
 * no compressed answers, nothing longer than REMOTE_ANSWER_MAX, no proxy from
 * the environment.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/version.h"
#include "lib/engine/remote_impl.h"
#include "lib/engine/remote_service.h"

#define CONNECT_MS   5000
#define SLOW_BYTES   100 /* a second, for SLOW_SECONDS: it hangs */
#define SLOW_SECONDS 30
#define SECRET_MAX   ((size_t)64 << 10)

struct http {
	CURLM *multi;
	struct doc_watch timer;
	struct remote_service service;
	struct curl_slist *headers;
	struct sock *socks;
};

/* A socket of libcurl's on the loop. */
struct sock {
	struct sock *next;
	struct doc_watch watch;
};

struct request {
	struct doc_remote_call *call;
	CURL *easy;
	curl_mime *mime;
	void *picture; /* mapped */
	struct doc_buf body;
	uint64_t got; /* bytes of the answer */
	bool too_long, io_failed;
	char why[CURL_ERROR_SIZE];
};

/* --- headers ---------------------------------------------------------------*/

static int
add_header(struct http *h, const char *line, struct doc_error *err)
{
	struct curl_slist *l = curl_slist_append(h->headers, line);

	if (l == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	h->headers = l;
	return 0;
}

/* Each line a header; the values go nowhere but into the request. */
static int
read_headers(struct http *h, const char *name, const char *before,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 }, line = { 0 };
	char *rest = NULL;
	int rc = 0;

	if (remote_read_file(name, SECRET_MAX, true, &b, err) < 0 ||
	    doc_buf_addc(&b, '\0') < 0)
		return -1;
	for (char *s = strtok_r(b.data, "\r\n", &rest); s && rc == 0;
	     s = strtok_r(NULL, "\r\n", &rest)) {
		line.len = 0;
		doc_buf_addf(&line, "%s%s", before, s);
		if (strchr(doc_buf_str(&line), ':') == NULL)
			rc = doc_error_set(err, DOC_E_USAGE,
			    "%s: a line is no header", name);
		else
			rc = add_header(h, doc_buf_str(&line), err);
	}
	if (b.data != NULL)
		explicit_bzero(b.data, b.len);
	if (line.data != NULL)
		explicit_bzero(line.data, line.len);
	return rc;
}

static int
set_headers(struct http *h, const struct doc_remote_config *c,
    struct doc_error *err)
{
	char lang[128];

	snprintf(lang, sizeof(lang), "X-Tika-OCRLanguage: %.100s", c->lang);
	/* libcurl would wait for "100 Continue" before it sends a picture. */
	if (add_header(h, "Expect:", err) < 0)
		return -1;
	if (strcmp(c->api, "tika") == 0 &&
	    (add_header(h, "Accept: text/plain", err) < 0 ||
		add_header(h, lang, err) < 0))
		return -1;
	if (strncmp(h->service.request, "json:", 5) == 0 &&
	    add_header(h, "Content-Type: application/json", err) < 0)
		return -1;
	if ((strcmp(h->service.request, "raw") == 0 ||
		strcmp(h->service.request, "put") == 0) &&
	    add_header(h, "Content-Type: image/png", err) < 0)
		return -1;
	if (c->header_file && read_headers(h, c->header_file, "", err) < 0)
		return -1;
	if (c->bearer_file &&
	    read_headers(h, c->bearer_file, "Authorization: Bearer ", err) < 0)
		return -1;
	return 0;
}

/* --- libcurl on the loop ---------------------------------------------------*/

static void collect(struct doc_remote *r);

static void
act(struct doc_remote *r, curl_socket_t s, int what)
{
	struct http *h = r->state;
	int running;

	curl_multi_socket_action(h->multi, s, what, &running);
	collect(r);
}

static void
timer_fired(struct doc_watch *watch, unsigned events)
{
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) > 0)
		act(watch->ctx, CURL_SOCKET_TIMEOUT, 0);
}

static void
sock_ready(struct doc_watch *watch, unsigned events)
{
	int what = 0;

	if (events & EPOLLIN)
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		what |= CURL_CSELECT_ERR;
	act(watch->ctx, watch->fd, what);
}

static void
drop_sock(struct doc_remote *r, struct sock *k)
{
	struct http *h = r->state;
	struct sock **at = &h->socks;

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	doc_loop_del(r->loop, &k->watch);
	free(k);
}

static int
on_socket(CURL *easy, curl_socket_t s, int what, void *user, void *mine)
{
	struct doc_remote *r = user;
	struct http *h = r->state;
	struct sock *k = mine;
	struct doc_error ignored = { 0 };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (k != NULL)
			drop_sock(r, k);
		return 0;
	}
	if (k == NULL) {
		k = calloc(1, sizeof(*k));
		if (k == NULL)
			return -1;
		k->watch = (struct doc_watch){ .fd = s,
			.ready = sock_ready,
			.ctx = r };
		k->next = h->socks;
		h->socks = k;
		curl_multi_assign(h->multi, s, k);
	}
	return doc_loop_add(r->loop, &k->watch,
	    (what & CURL_POLL_IN ? (unsigned)EPOLLIN : 0U) |
		(what & CURL_POLL_OUT ? (unsigned)EPOLLOUT : 0U),
	    &ignored);
}

static int
on_timer(CURLM *multi, long ms, void *user)
{
	struct doc_remote *r = user;
	struct http *h = r->state;

	(void)multi;
	remote_timer_set(&h->timer, ms < 0 ? UINT64_MAX : (uint64_t)ms);
	return 0;
}

static int
http_open(struct doc_remote *r, struct doc_error *err)
{
	const struct doc_remote_config *c = &r->config;
	struct http *h = calloc(1, sizeof(*h));

	r->state = h;
	if (h == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	h->timer =
	    (struct doc_watch){ .fd = -1, .ready = timer_fired, .ctx = r };
	if (remote_service_open(&h->service, c, err) < 0)
		return -1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (h->multi = curl_multi_init()) == NULL)
		return doc_error_set(err, DOC_E_ENGINE, "libcurl fails");
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, r);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, r);
	if (set_headers(h, c, err) < 0)
		return -1;
	return remote_timer_open(r, &h->timer, err);
}

/* --- one request -----------------------------------------------------------*/

static size_t
on_data(char *p, size_t size, size_t n, void *user)
{
	struct request *q = user;

	n *= size;
	q->too_long = q->got + n > REMOTE_ANSWER_MAX;
	if (q->too_long)
		return 0; /* fewer than n: libcurl stops */
	q->io_failed = doc_write_full(q->call->answer, p, n) < 0;
	q->got += n;
	return q->io_failed ? 0 : n;
}

static void
free_request(struct request *q)
{
	struct http *h = q->call->remote->state;

	if (q->easy != NULL) {
		curl_multi_remove_handle(h->multi, q->easy);
		curl_easy_cleanup(q->easy);
	}
	curl_mime_free(q->mime);
	if (q->picture != NULL)
		munmap(q->picture, q->call->bytes);
	doc_buf_release(&q->body);
	free(q);
}

static int
add_field(struct request *q, const char *name, const char *value)
{
	curl_mimepart *part = curl_mime_addpart(q->mime);

	return part && curl_mime_name(part, name) == CURLE_OK &&
		curl_mime_data(part, value, CURL_ZERO_TERMINATED) == CURLE_OK
	    ? 0
	    : -1;
}

static int
set_multipart(struct request *q, const char *field)
{
	const struct doc_remote_config *c = &q->call->remote->config;
	doc_autobuf struct doc_buf options = { 0 };
	curl_mimepart *part;

	q->mime = curl_mime_init(q->easy);
	if (q->mime == NULL)
		return -1;
	if (strcmp(c->api, "tesseract-server") == 0 &&
	    (remote_tesseract_options(c, &options) < 0 ||
		add_field(q, "options", options.data) < 0))
		return -1;
	if (strcmp(c->api, "liteparse") == 0 &&
	    add_field(q, "language", remote_two_letters(c->lang)) < 0)
		return -1;
	part = curl_mime_addpart(q->mime);
	if (part == NULL || curl_mime_name(part, field) != CURLE_OK ||
	    curl_mime_filename(part, "page.png") != CURLE_OK ||
	    curl_mime_type(part, "image/png") != CURLE_OK ||
	    curl_mime_data(part, q->picture, q->call->bytes) != CURLE_OK)
		return -1;
	return curl_easy_setopt(q->easy, CURLOPT_MIMEPOST, q->mime) == CURLE_OK
	    ? 0
	    : -1;
}

static int
set_body(struct request *q)
{
	struct http *h = q->call->remote->state;
	const void *p = q->picture;
	size_t n = q->call->bytes;

	if (strncmp(h->service.request, "multipart:", 10) == 0)
		return set_multipart(q, h->service.request + 10);
	if (strncmp(h->service.request, "json:", 5) == 0) {
		q->body.max = DOC_BUF_MAX;
		if (remote_service_fill(&h->service, q->call, q->picture,
			&q->body) < 0)
			return -1;
		p = q->body.data;
		n = q->body.len;
	}
	if (curl_easy_setopt(q->easy, CURLOPT_POST, 1L) != CURLE_OK ||
	    curl_easy_setopt(q->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)n) != CURLE_OK ||
	    curl_easy_setopt(q->easy, CURLOPT_POSTFIELDS, p) != CURLE_OK)
		return -1;
	if (strcmp(h->service.request, "put") == 0)
		curl_easy_setopt(q->easy, CURLOPT_CUSTOMREQUEST, "PUT");
	return 0;
}

/* What an untrusted service may not do. */
static int
set_limits(struct request *q)
{
	const struct doc_remote_config *c = &q->call->remote->config;
	CURL *e = q->easy;

	return curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") ||
		curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) ||
		curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) ||
		curl_easy_setopt(e, CURLOPT_PROXY, c->proxy ? c->proxy : "") ||
		curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
		    (long)DOC_MIN((uint64_t)CONNECT_MS, c->timeout_ms)) ||
		curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)c->timeout_ms) ||
		curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT,
		    (long)SLOW_BYTES) ||
		curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME,
		    (long)SLOW_SECONDS) ||
		curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data) ||
		curl_easy_setopt(e, CURLOPT_WRITEDATA, q)
	    ? -1
	    : 0;
}

static int
set_up(struct request *q)
{
	struct http *h = q->call->remote->state;
	CURL *e = q->easy;

	if (set_limits(q) < 0 || set_body(q) < 0 ||
	    curl_easy_setopt(e, CURLOPT_URL, h->service.url) ||
	    curl_easy_setopt(e, CURLOPT_HTTPHEADER, h->headers) ||
	    curl_easy_setopt(e, CURLOPT_USERAGENT, "docpipe/" DOC_VERSION) ||
	    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, q->why) ||
	    curl_easy_setopt(e, CURLOPT_PRIVATE, q))
		return -1;
	if (h->service.socket &&
	    curl_easy_setopt(e, CURLOPT_UNIX_SOCKET_PATH, h->service.socket))
		return -1;
	return curl_multi_add_handle(h->multi, e) == CURLM_OK ? 0 : -1;
}

static int
http_start(struct doc_remote_call *call, struct doc_error *err)
{
	struct request *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	q->call = call;
	q->picture = mmap(NULL, call->bytes, PROT_READ, MAP_SHARED,
	    call->picture, 0);
	if (q->picture == MAP_FAILED) {
		free(q);
		return doc_error_sys(err, "cannot map the picture");
	}
	q->easy = curl_easy_init();
	if (q->easy == NULL || set_up(q) < 0) {
		free_request(q);
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot make the request");
	}
	call->under_way = q;
	return 0;
}

static enum remote_end
judge_status(long status, struct doc_error *err)
{
	switch (status) {
	case 200:
		return REMOTE_OK;
	case 503:
		doc_error_set(err, DOC_E_SERVICE, "the OCR service says 503");
		return REMOTE_BUSY;
	case 408:
	case 429:
	case 500:
	case 502:
	case 504:
		doc_error_set(err, DOC_E_SERVICE, "the OCR service says %ld",
		    status);
		return REMOTE_AGAIN;
	default:
		doc_error_set(err, DOC_E_REJECTED, "the OCR service says %ld",
		    status);
		return REMOTE_FAILED;
	}
}

static enum remote_end
judge_failure(const struct request *q, CURLcode code, struct doc_error *err)
{
	const char *why = q->why[0] ? q->why : curl_easy_strerror(code);

	if (q->too_long) {
		doc_error_set(err, DOC_E_REJECTED,
		    "the answer is longer than %ju MiB",
		    (uintmax_t)(REMOTE_ANSWER_MAX >> 20));
		return REMOTE_FAILED;
	}
	if (q->io_failed) {
		doc_error_sys(err, "cannot write to the spool");
		return REMOTE_FAILED;
	}
	doc_error_set(err, DOC_E_SERVICE, "%s", why);
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		return REMOTE_REFUSED;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return REMOTE_TIMEOUT;
	return code == CURLE_PEER_FAILED_VERIFICATION ? REMOTE_FAILED
						      : REMOTE_AGAIN;
}

static void
finish(struct request *q, CURLcode code)
{
	struct doc_remote_call *call = q->call;
	struct doc_error err = { 0 };
	curl_off_t after = 0;
	enum remote_end end;
	long status = 0;

	curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(q->easy, CURLINFO_RETRY_AFTER, &after);
	end = code == CURLE_OK ? judge_status(status, &err)
			       : judge_failure(q, code, &err);
	free_request(q);
	after = DOC_MIN(DOC_MAX(after, (curl_off_t)0), (curl_off_t)3600);
	remote_ended(call, end, (uint64_t)after * 1000, &err);
}

/* Requests that are over.  finish() may begin others. */
static void
collect(struct doc_remote *r)
{
	struct http *h = r->state;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		char *q = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &q);
		finish((struct request *)(void *)q, code);
	}
}

static void
http_cancel(struct doc_remote_call *call)
{
	free_request(call->under_way);
}

static void
http_close(struct doc_remote *r)
{
	struct http *h = r->state;

	if (h == NULL)
		return;
	curl_multi_cleanup(h->multi);
	while (h->socks)
		drop_sock(r, h->socks);
	remote_watch_close(r, &h->timer);
	curl_slist_free_all(h->headers);
	remote_service_release(&h->service);
	free(h);
	r->state = NULL;
	curl_global_cleanup();
}

const struct remote_transport remote_http = { http_open, http_start,
	http_cancel, http_close };
