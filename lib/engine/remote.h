/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remote - pages read by somebody else: an HTTP service, or a command.
 *
 * Supervisor, on its loop: nothing here waits.  A call is a picture in a file
 * and an empty file for the answer; nothing looks into either (ocr_answer.h
 * does, in the cage).  This module decides when a call is made, how often, and
 * when it is given up; remote_http.c and remote_exec.c make it.
 */
#ifndef DOC_REMOTE_H
#define DOC_REMOTE_H

#include "lib/base/error.h"
#include "lib/base/loop.h"

struct doc_remote;

struct doc_remote_call {
	/* the caller's; must live until `done` */
	int picture;	 /* fd of a PNG file */
	uint64_t bytes;	 /* of it */
	int answer;	 /* fd of a file; empty at `done` unless it went well */
	unsigned page;	 /* from 1 */
	const char *key; /* digest of the document */
	void (*done)(struct doc_remote_call *call);
	struct doc_error err; /* SERVICE, REJECTED, or none */
	/* private */
	struct doc_remote *remote;
	struct doc_remote_call *next;
	unsigned attempts, refusals;
	uint64_t not_before_ms, deadline_ms;
	void *under_way; /* of the transport */
};

/* All strings are borrowed; durations in milliseconds. */
struct doc_remote_config {
	const char *engine;  /* "http:URL", "http+unix:SOCKET", "exec:CMD" */
	const char *api;     /* preset, "none" for none */
	const char *request; /* "raw", "multipart:FIELD", "json:FILE" */
	const char *lang;    /* "eng+deu" */
	const char *header_file; /* lines for the request, or NULL */
	const char *bearer_file; /* a token, or NULL */
	const char *proxy;	 /* URL, or NULL: none, whatever is in the
				    environment */
	unsigned dpi;		 /* of the pictures */
	unsigned concurrency;	 /* calls at once */
	unsigned rate;		 /* calls a second; 0 any */
	unsigned attempts;	 /* of one call */
	uint64_t timeout_ms;	 /* of one attempt */
	uint64_t patience_ms;	 /* of one call, all attempts and waits */
	bool fail_when_open;	 /* the breaker is open: give calls back */
};

/* Is `engine` one of ours, and not "local"? */
bool doc_remote_is(const char *engine);

/* Does it talk over a network? */
bool doc_remote_is_net(const char *engine);

/* "host" or "host:port" of the engine's URL, for the record; false: none. */
bool doc_remote_host(const char *engine, char *out, size_t size);

/* USAGE for what cannot be made sense of, PERMISSION for a secret that others
 * may read. */
int doc_remote_open(struct doc_remote **remote, struct doc_loop *loop,
    const struct doc_remote_config *config,
    struct doc_error *err) DOC_MUST_CHECK;

/* `done` comes later, exactly once, from the loop. */
void doc_remote_submit(struct doc_remote *remote, struct doc_remote_call *call);

/* The answer was garbage: that was an attempt.  True: it is tried again, and
 * `done` comes once more. */
bool doc_remote_retry(struct doc_remote_call *call);

/* Enough calls wait: make no more pictures for now. */
bool doc_remote_full(const struct doc_remote *remote);

/* Gives up what is under way, without `done`. */
void doc_remote_close(struct doc_remote *remote);

#endif
