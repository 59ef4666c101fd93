/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool_impl - what the three files of the pool share; nobody else includes it.
 *
 * pool.c owns jobs, clocks and the interface; pool_zygote.c the engine
 * processes; pool_worker.c the worker sockets (long: what a worker may say, and
 * when, depends on the same few states).
 */
#ifndef DOC_POOL_IMPL_H
#define DOC_POOL_IMPL_H

#include "lib/cage/cgroup.h"
#include "lib/cage/fate.h"
#include "lib/pool/pool.h"
#include "lib/pool/zygote.h"

enum zygote_state {
	Z_STARTING, /* loads its engine */
	Z_TESTING,  /* a worker runs the canary */
	Z_LIVE,
	Z_DRAINING, /* replaced; its last workers finish */
	Z_DEAD
};

/* A generation of the engine. */
struct zlink {
	struct zlink *next;
	struct doc_pool *pool;
	pid_t pid;
	int sock;
	struct doc_watch watch;
	enum zygote_state state;
	unsigned crashes;
	unsigned stillborn; /* workers in a row that died before a job */
	struct doc_ready ready;
	struct doc_buf facts; /* pairs of NUL-ended strings */
	struct doc_job canary;
	int scratch; /* output file of the canary */
};

enum worker_state {
	W_READY, /* waits for a job */
	W_BUSY,
	W_OVER /* answered or given up; its end is awaited */
};

struct wlink {
	struct wlink *next;
	struct doc_pool *pool;
	struct zlink *zygote;
	uint32_t id;
	int sock;
	struct doc_watch watch;
	enum worker_state state;
	struct doc_job *job;
	char tenant[72]; /* "" until the first job */
	unsigned jobs_done;
	uint64_t started_ms, beat_ms;
	enum doc_kill kill;
	int syscall; /* seen in trace mode, else -1 */
	bool eof, exited;
	bool answered; /* but its end is awaited, for --stats */
	struct doc_error answer;
	struct doc_exited end;
	bool in_member;
	unsigned slot; /* of pool->cgroup */
	bool told;     /* that its budget is spent */
};

struct doc_pool {
	struct doc_loop *loop;
	struct doc_pool_config config;
	int bill; /* docrun's ear, or -1 */
	char temp_dir[256];
	int temp_lock; /* as long as it is ours */
	char exe[4200];
	struct zlink *zygotes;
	struct wlink *workers;
	uint32_t next_id;
	struct doc_cgroup *cgroup; /* NULL: none */
	struct doc_share *share;   /* borrowed */
	struct doc_job *orphans;   /* their zygote died; to run again */
	bool came_up;		   /* an engine did, with a cage that */
	unsigned missing;	   /* lacked these mechanisms */
	unsigned starts;	   /* of engines, since the last that came up */
	uint64_t dry_since_ms; /* no worker since then, and none to be had; 0 */
	bool failed;	       /* no engine, and none to be had */
	struct doc_error why;
	struct doc_frame frame; /* the last one received */
};

/* pool_zygote.c */
int zlink_start(struct doc_pool *p, struct doc_error *err);
struct zlink *zlink_live(const struct doc_pool *p);
void zlink_crashed(struct zlink *z);
void zlink_stillborn(struct zlink *z);
void zlink_stop_all(struct doc_pool *p);

/* pool_worker.c */
struct wlink *wlink_spawn(struct zlink *z);
struct wlink *wlink_ready(const struct doc_pool *p, const char *tenant);
void wlink_submit(struct wlink *w, struct doc_job *job);
void wlink_kill(struct wlink *w, enum doc_kill why);
/* Has it nothing to do here any more, and is still there? */
bool wlink_lingers(const struct wlink *w);
void wlink_exited(struct doc_pool *p, uint32_t id,
    const struct doc_exited *end);
void wlink_orphan_all(struct zlink *z);
void wlink_free_all(struct doc_pool *p);

/* pool.c: the job is over, job->err is set. */
void pool_job_done(struct doc_pool *p, struct doc_job *job);
void pool_job_orphaned(struct doc_pool *p, struct doc_job *job);
/* Keep as many workers waiting as may be wanted. */
void pool_fill(struct doc_pool *p);

#endif
