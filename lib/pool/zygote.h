/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zygote - the process that holds a stage's engine and forks its workers.
 *
 * The whole main of cmd/zygote/NAME.c.  Started by the pool (pool.h) with a
 * clean environment and one socket on fd 3.  It loads the engine while
 * single-threaded, never sees a document, and forks workers on demand; each
 * worker locks its cage before it reads its first job.
 */
#ifndef DOC_ZYGOTE_H
#define DOC_ZYGOTE_H

#include "lib/base/opt.h"
#include "lib/cage/cage.h"
#include "lib/pool/work.h"

enum {
	DOC_ZYGOTE_FD = 3, /* the socket to the supervisor */
	/* Unit of the self-test: finds the built-in sample, or the stage does
	 * not run. */
	DOC_UNIT_CANARY = 0xffff
};

struct doc_zygote {
	const char *name; /* "doctext" */
	const struct doc_profile *profile;
	struct doc_opt_group opts; /* the stage's own, or zero */
	bool collapse;		   /* engine heap into huge pages */
	size_t head; /* of a document that does not fit the memory limit, map so
			many bytes and let the work read the rest; 0: fail */
	/* Zygote: load and warm the engine.  Facts about it ("version", …) go
	 * to `facts` as pairs of NUL-ended strings, for the end record. */
	int (*load)(struct doc_buf *facts, struct doc_error *err);
	/* Worker: do the job; what it finds goes to `work`. */
	int (*work)(const struct doc_input *in, struct doc_work *work,
	    struct doc_error *err);
	/* Worker: 0 when the built-in sample was read right, inside the cage.
	 * `work->out` is a scratch file. */
	int (*canary)(struct doc_work *work, struct doc_error *err);
};

/* Does not return but to exit. */
int doc_zygote_main(const struct doc_zygote *zygote, int argc, char *argv[]);

#endif
