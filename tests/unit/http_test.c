/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which requests are answered, and who may ask. */
#include <string.h>

#include "lib/gauge/http.h"
#include "tests/unit/tap.h"

#define NL "\r\n"
#define H  "Host: 127.0.0.1:80" NL

static const struct {
	const char *request;
	enum doc_http_trust trust;
	int status;
	enum doc_http_target target;
} rows[] = {
	{ "GET / HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 200, DOC_HTTP_PAGE },
	{ "GET /events HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 200,
	    DOC_HTTP_EVENTS },
	{ "GET /status?x=1 HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 200,
	    DOC_HTTP_STATUS },
	{ "HEAD /metrics HTTP/1.0" NL "host:localhost" NL NL, DOC_HTTP_LOCAL,
	    200, DOC_HTTP_METRICS },
	{ "GET / HTTP/1.1" NL "Host: [::1]:99" NL NL, DOC_HTTP_LOCAL, 200,
	    DOC_HTTP_PAGE },
	{ "GET / HTTP/1.1" NL "hOsT:  LocalHost:1 " NL NL, DOC_HTTP_LOCAL, 200,
	    DOC_HTTP_PAGE },
	{ "GET / HTTP/1.1" NL NL, DOC_HTTP_ANY, 200, DOC_HTTP_PAGE },
	/* Another name that leads here: DNS rebinding. */
	{ "GET / HTTP/1.1" NL "Host: evil.example" NL NL, DOC_HTTP_LOCAL, 403,
	    0 },
	{ "GET / HTTP/1.1" NL "Host: 127.0.0.1.evil.example" NL NL,
	    DOC_HTTP_LOCAL, 403, 0 },
	{ "GET / HTTP/1.1" NL "Host: localhost.evil.example" NL NL,
	    DOC_HTTP_LOCAL, 403, 0 },
	{ "GET / HTTP/1.1" NL "Host: evil.example" NL NL, DOC_HTTP_NET, 403,
	    0 },
	{ "GET / HTTP/1.1" NL "Host: 192.0.2.1" NL NL, DOC_HTTP_LOCAL, 403, 0 },
	{ "GET / HTTP/1.1" NL "Host: 192.0.2.1" NL NL, DOC_HTTP_NET, 200,
	    DOC_HTTP_PAGE },
	{ "GET / HTTP/1.1" NL "Host:" NL NL, DOC_HTTP_LOCAL, 403, 0 },
	{ "GET / HTTP/1.1" NL NL, DOC_HTTP_LOCAL, 403, 0 },
	{ "GET / HTTP/1.1" NL H "Host: evil.example" NL NL, DOC_HTTP_LOCAL, 400,
	    0 },
	/* A script of another site. */
	{ "GET /status HTTP/1.1" NL H "Origin: http://evil.example" NL NL,
	    DOC_HTTP_LOCAL, 403, 0 },
	{ "GET /status HTTP/1.1" NL H "Origin: null" NL NL, DOC_HTTP_LOCAL, 403,
	    0 },
	{ "GET /status HTTP/1.1" NL H "Origin: http://127.0.0.1:81" NL NL,
	    DOC_HTTP_LOCAL, 403, 0 },
	{ "GET /status HTTP/1.1" NL H "Origin: http://127.0.0.1:80" NL NL,
	    DOC_HTTP_LOCAL, 200, DOC_HTTP_STATUS },
	{ "GET / HTTP/1.1" NL "Origin: http://evil.example" NL NL, DOC_HTTP_ANY,
	    403, 0 },
	{ "POST / HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 405, 0 },
	{ "get / HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 405, 0 },
	{ "GET /etc/passwd HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 404, 0 },
	{ "GET /../page.js HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 404, 0 },
	{ "GET  HTTP/1.1" NL H NL, DOC_HTTP_LOCAL, 404, 0 },
	{ "GET / HTTP/2.0" NL H NL, DOC_HTTP_LOCAL, 400, 0 },
	{ "GET / HTTP/1.1 x" NL H NL, DOC_HTTP_LOCAL, 400, 0 },
	{ "GET /" NL NL, DOC_HTTP_LOCAL, 400, 0 },
	{ NL NL, DOC_HTTP_LOCAL, 400, 0 },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < DOC_LEN(rows); i++) {
		struct doc_http req;
		const char *r = rows[i].request;
		int rc = doc_http_parse(r, strlen(r), rows[i].trust, &req);
		char what[64];

		snprintf(what, sizeof(what), "row %zu: %d", i, rows[i].status);
		OK(rc == 1 && req.status == rows[i].status &&
			(req.status != 200 || req.target == rows[i].target),
		    what);
	}
}

static void
test_pieces(void)
{
	static const char r[] = "GET / HTTP/1.1" NL H NL;
	char big[DOC_HTTP_MAX];
	struct doc_http req;
	bool early = false;

	for (size_t n = 0; n < sizeof(r) - 1; n++)
		early = early || doc_http_parse(r, n, DOC_HTTP_LOCAL, &req);
	OK(!early, "not before it is complete");
	memset(big, 'x', sizeof(big));
	OK(doc_http_parse(big, sizeof(big), DOC_HTTP_LOCAL, &req) == 1 &&
		req.status == 400,
	    "one without an end is refused");
}

int
main(void)
{
	test_rows();
	test_pieces();
	return TAP_DONE();
}
