/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server - the report for any number of clients: a live page, server-sent
 * events, JSON, Prometheus metrics.
 *
 * docprogress.  One process, one loop, nothing that waits: a client has one
 * request and one pending answer.  Who is slow gets fewer events, for each is
 * a whole picture; who takes nothing for five seconds is dropped.
 */
#ifndef DOC_SERVER_H
#define DOC_SERVER_H

#include "lib/base/loop.h"
#include "lib/gauge/http.h"
#include "lib/gauge/report.h"

enum {
	DOC_SERVER_CLIENTS = 1024,
	DOC_SERVER_STEP_MS = 500 /* between two events */
};

struct doc_client;

struct doc_server {
	struct doc_loop *loop;
	struct doc_watch listener; /* fd -1: not open */
	const struct doc_report *report;
	enum doc_http_trust trust;
	char path[108];	 /* of a Unix socket, to remove at the end */
	char where[160]; /* for people: "http://127.0.0.1:8080/" */
	struct doc_client *clients;
	unsigned count, most;
	uint64_t sent_ms;
};

/*
 * Listen at `where`: "unix:PATH", "127.0.0.1:PORT", "[::1]:PORT"; port 0 takes
 * a free one.  An address of the network needs `allow_net`.  The report stays
 * borrowed.  USAGE, IO.
 */
int doc_server_open(struct doc_server *s, struct doc_loop *loop,
    const char *where, bool allow_net, struct doc_error *err) DOC_MUST_CHECK;

/* A few times a second: tell who listens to events, if it is time or `now`,
 * and drop who does not take them. */
void doc_server_tick(struct doc_server *s, bool now);

/* Are all answers with the kernel? */
bool doc_server_idle(const struct doc_server *s);

void doc_server_close(struct doc_server *s);

#endif
