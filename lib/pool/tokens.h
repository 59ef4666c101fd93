/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tokens - the right to compute, shared with other processes: GNU make's
 * jobserver protocol (POSIX Jobserver, make manual section 13.1).
 *
 * Supervisors take one token per busy worker; docrun makes the pool.  Under
 * make, a process owns one token without asking; docrun's stages own none
 * (DOCPIPE_TOKENS=all), because docrun counts all of them; nor may they take
 * guests when each worker's memory counts (DOCPIPE_TOKENS=strict).
 */
#ifndef DOC_TOKENS_H
#define DOC_TOKENS_H

#include "lib/base/error.h"

struct doc_tokens {
	int in, out;	 /* -1: no jobserver, take as many as you have slots */
	unsigned held;	 /* those read from `in` */
	bool own_free;	 /* the token we own without asking is not in use */
	bool strict;	 /* nobody works without one */
	char bytes[256]; /* what was read; make wants the same bytes back */
};

/* Join the jobserver of the environment (MAKEFLAGS --jobserver-auth=R,W or
 * fifo:PATH).  A broken MAKEFLAGS is no jobserver. */
void doc_tokens_join(struct doc_tokens *t);
void doc_tokens_close(struct doc_tokens *t); /* gives all back */

/* One token, without waiting.  True when taken. */
bool doc_tokens_take(struct doc_tokens *t);
void doc_tokens_give(struct doc_tokens *t);

/*
 * What the pools of one supervisor have in common: together they run no more
 * workers at once than --jobs, each with a token.
 */
struct doc_share {
	unsigned slots; /* busy workers at most */
	unsigned busy;
	struct doc_tokens tokens;
	bool token_held; /* taken, not yet used */
	bool guest_held; /* and it is none, but a guest's place */
	unsigned guests; /* busy, or about to be, without a token */
};

void doc_share_open(struct doc_share *s, unsigned slots);
void doc_share_close(struct doc_share *s);

/* A place for one more worker, token included?  Asking again without taking
 * gives the same answer. */
bool doc_share_free(struct doc_share *s);

/* Likewise beyond --jobs and without a token, up to twice as many: so that one
 * tenant's long work does not keep another from working at all. */
bool doc_share_guest(struct doc_share *s);
void doc_share_take(struct doc_share *s); /* after doc_share_free said yes */
void doc_share_give(struct doc_share *s); /* the worker is done */
void doc_share_idle(struct doc_share *s); /* no work for the place after all */

/* docrun: make a pool of n tokens in a fifo at `path` and put it into the
 * environment of the children.  Keep the returned fd open as long as they
 * run; -1 with *err. */
int doc_tokens_serve(const char *path, unsigned n,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
