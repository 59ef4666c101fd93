/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http - is this a request we answer?  (RFC 9112, as little as will do.)
 *
 * docprogress; pure.  Only GET and HEAD of four names.  A browser that shows a
 * stranger's page can be made to ask us in the user's name, hence Host and
 * Origin: an answer goes only to who asked for this machine by its address or
 * as localhost (or else a name that was turned to 127.0.0.1 would be enough:
 * DNS rebinding), and to no other site's script.
 */
#ifndef DOC_HTTP_H
#define DOC_HTTP_H

#include "lib/base/base.h"

enum { DOC_HTTP_MAX = 2048 }; /* bytes of a request; a longer one is refused */

enum doc_http_target {
	DOC_HTTP_PAGE,	 /* / */
	DOC_HTTP_SCRIPT, /* /page.js */
	DOC_HTTP_STYLE,	 /* /page.css */
	DOC_HTTP_EVENTS, /* /events */
	DOC_HTTP_STATUS, /* /status */
	DOC_HTTP_METRICS /* /metrics */
};

/* Who may ask. */
enum doc_http_trust {
	DOC_HTTP_ANY,	/* a Unix socket: the file's mode decides */
	DOC_HTTP_LOCAL, /* Host is localhost or a loopback address */
	DOC_HTTP_NET	/* Host is any address, or this machine's name */
};

struct doc_http {
	int status; /* 200, or why not: 400, 403, 404, 405 */
	enum doc_http_target target;
	bool head; /* HEAD: no body */
};

/* 1: *req is filled; 0: the request is not complete yet. */
int doc_http_parse(const char *p, size_t n, enum doc_http_trust trust,
    struct doc_http *req);

#endif
