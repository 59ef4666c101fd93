/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool - a stage's workers, as its supervisor drives them.
 *
 * Supervisor.  Starts the zygote, keeps workers ready, hands them jobs with
 * the document's fd, runs the three clocks, checks every frame, and turns
 * every ending into an answer or an error.  One job in, exactly one call of
 * `done`, whatever happens.
 */
#ifndef DOC_POOL_H
#define DOC_POOL_H

#include <sys/types.h>

#include "lib/base/loop.h"
#include "lib/base/opt.h"
#include "lib/cage/cage.h"
#include "lib/pool/answer.h"
#include "lib/pool/limits.h"
#include "lib/pool/tokens.h"

struct doc_job;

struct doc_job_ops {
	/* A member was found: an empty file for it, or -1 and the limit in
	 * *err.  The pool closes the fd after sending it.  All NULL: this work
	 * has no members, and a worker that speaks of one lies.  Only
	 * member_close: its members are answers and never have content. */
	int (*member_open)(struct doc_job *job, struct doc_error *err);
	/* The member is complete (*err zero) or not; `fields` describes it.
	 * -1: the worker keeps the file it was given. */
	int (*member_close)(struct doc_job *job, struct doc_answer *fields,
	    const struct doc_error *err, enum doc_reason reason);
	/* A whole small member at once.  -1 with the limit in *err: no more of
	 * them, and the worker is told. */
	int (*member_put)(struct doc_job *job, struct doc_answer *fields,
	    const char *p, size_t n, struct doc_error *err);
	/* The engine process died, and the job is given to another worker: all
	 * that the first one said, wrote and delivered is void.  A new output
	 * file goes into job->out.  NULL: nothing of it is kept here. */
	void (*again)(struct doc_job *job);
	/* The job is over: job->err tells how. */
	void (*done)(struct doc_job *job);
};

/* One unit of work; the caller's, and must live until `done`. */
struct doc_job {
	const struct doc_job_ops *ops;
	void *ctx;
	const char *tenant; /* reused workers stay with one tenant */
	int fd;		    /* document; must stay open until `done` */
	int out;	    /* output file or -1; likewise */
	const char *media;
	bool sized;    /* only the first `size` bytes count */
	uint64_t size; /* bytes */
	uint64_t room; /* for the member just opened: bytes it may have */
	unsigned page, unit, depth;
	unsigned volumes; /* files it was joined from, or 0 */
	/* results */
	struct doc_answer answer;
	struct doc_progress progress; /* as of the last heartbeat */
	struct doc_error err;
	uint32_t cpu_ms, faults; /* of a worker that ended before `done` */
	unsigned attempts;
	struct doc_job
	    *next; /* the pool's, while the job waits for an engine */
};

struct doc_pool_config {
	const char *tool;      /* "doctext": executable under libexec */
	unsigned field_stages; /* whitelist: bits of doc_field_stage */
	bool beats;	       /* its workers beat: arm the stall clock */
	const char *malloc;    /* its engine's GLIBC_TUNABLES, or NULL */
	bool stats;	       /* a job is done when its costs are known */
	const int *stop;       /* not 0 any more: stop waiting for the engine */
	const char *cgroup;    /* "auto", "none" or a path (cage/cgroup.h) */
	bool allow_degraded;   /* a group asked for by name may be missing */
	struct doc_limits limits;
	struct doc_opt_group opts; /* handed on to the zygote; may be zero */
};

struct doc_pool;

/* Start the zygote and run its canary; blocks until it is ready (a large
 * signature database takes seconds).  ENGINE, SANDBOX, SPAWN on failure. */
int doc_pool_open(struct doc_pool **pool, struct doc_loop *loop,
    struct doc_share *share, const struct doc_pool_config *config,
    struct doc_error *err) DOC_MUST_CHECK;

/* Can a job be submitted now?  Takes a place of the share for it, which the
 * submit then uses; so ask only when there is a job. */
bool doc_pool_free(struct doc_pool *pool);

/* The same for a tenant that has no worker while others have them all. */
bool doc_pool_guest(struct doc_pool *pool);

/* Workers that are on a tenant's documents. */
unsigned doc_pool_busy(const struct doc_pool *pool, const char *tenant);
void doc_pool_submit(struct doc_pool *pool, struct doc_job *job);

/* Start another engine, to take over once it has passed its self-test, while
 * the old one ends with its last workers; when it fails the old one stays, and
 * a warning tells.  1: it starts, 0: one is starting already; -1 with SPAWN. */
int doc_pool_renew(struct doc_pool *pool, struct doc_error *err) DOC_MUST_CHECK;

/* Run the clocks; returns milliseconds until it is to be called again, -1 for
 * never. */
int doc_pool_tick(struct doc_pool *pool);

/* What is in force, and the engine's facts as JSON members. */
enum doc_level doc_pool_level(const struct doc_pool *pool);
unsigned doc_pool_missing(const struct doc_pool *pool);
void doc_pool_facts(const struct doc_pool *pool, struct doc_json *j);
const char *doc_pool_fact(const struct doc_pool *pool, const char *name);

/* Kill what runs, wait for the zygote, remove temp files. */
void doc_pool_close(struct doc_pool *pool);

#endif
