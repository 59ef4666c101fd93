/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remote_impl - what the remote*.c files share.  Nobody else includes it. */
#ifndef DOC_REMOTE_IMPL_H
#define DOC_REMOTE_IMPL_H

#include "lib/engine/remote.h"

/* How an attempt ended. */
enum remote_end {
	REMOTE_OK,
	REMOTE_REFUSED, /* nobody listens: not the call's fault */
	REMOTE_TIMEOUT,
	REMOTE_BUSY,  /* 503: the service says it is down */
	REMOTE_AGAIN, /* it failed, but lives */
	REMOTE_FAILED /* and will every time */
};

struct remote_transport {
	int (*open)(struct doc_remote *remote, struct doc_error *err);
	/* Begin an attempt; remote_ended comes later. */
	int (*start)(struct doc_remote_call *call, struct doc_error *err);
	void (*cancel)(struct doc_remote_call *call);
	void (*close)(struct doc_remote *remote);
};
extern const struct remote_transport remote_http, remote_exec;

struct doc_remote {
	struct doc_loop *loop;
	struct doc_remote_config config;
	const struct remote_transport *transport;
	void *state; /* of the transport */
	struct doc_remote_call *waiting, *running;
	unsigned wait_count, run_count;
	/* breaker */
	unsigned failures;		 /* in a row */
	uint64_t open_ms, open_until_ms; /* 0: closed */
	/* token bucket */
	double tokens;
	uint64_t filled_ms;
	struct doc_watch timer;
};

/* The answer may have this many bytes. */
#define REMOTE_ANSWER_MAX ((uint64_t)16 << 20)

/* The attempt is over; *err says why it failed.  retry_after_ms: 0, or what
 * the service asked for. */
void remote_ended(struct doc_remote_call *call, enum remote_end end,
    uint64_t retry_after_ms, const struct doc_error *err);

/* A timerfd on the loop, and when it fires (0: now; UINT64_MAX: never). */
int remote_timer_open(struct doc_remote *remote, struct doc_watch *watch,
    struct doc_error *err);
void remote_timer_set(struct doc_watch *watch, uint64_t in_ms);
void remote_watch_close(struct doc_remote *remote, struct doc_watch *watch);

#endif
