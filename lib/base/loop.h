/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop - wait for fds (epoll).
 *
 * Supervisors, docprogress.  One event at a time, so that a callback may
 * remove any watch, its own included, without leaving stale events behind.
 */
#ifndef DOC_LOOP_H
#define DOC_LOOP_H

#include "lib/base/error.h"

struct doc_watch {
	int fd;
	void (*ready)(struct doc_watch *watch, unsigned events);
	void *ctx;
	bool on;     /* is in the loop */
	bool always; /* a plain file: epoll refuses it, it never blocks */
};

struct doc_loop {
	int epoll;
	struct doc_watch *always; /* the one plain file we may have */
};

int doc_loop_open(struct doc_loop *loop, struct doc_error *err) DOC_MUST_CHECK;
void doc_loop_close(struct doc_loop *loop);

/* events: EPOLLIN, EPOLLOUT.  Adding a watch that is on changes its events. */
int doc_loop_add(struct doc_loop *loop, struct doc_watch *watch,
    unsigned events, struct doc_error *err) DOC_MUST_CHECK;
void doc_loop_del(struct doc_loop *loop, struct doc_watch *watch);

/* Wait up to timeout_ms (-1: for ever) and call at most one watch.  Returns 1
 * if one was called, 0 if not. */
int doc_loop_once(struct doc_loop *loop, int timeout_ms);

#endif
