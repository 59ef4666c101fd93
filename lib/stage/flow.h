/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow - documents in output order, and the loop that moves them.
 *
 * Supervisor.  Tasks stand in a list in the order their lines are to be
 * written.  The loop pulls input while the window has room, gives waiting
 * tasks to the pool, first come first served, and writes finished lines from
 * the head.  Memory is bounded by the window, not by the stream.  When the
 * reader of our output is slow, no new work is started, so that CPU tokens go
 * where there is something to do.
 */
#ifndef DOC_FLOW_H
#define DOC_FLOW_H

#include "lib/gauge/gauge.h"
#include "lib/pool/pool.h"
#include "lib/record/stream.h"

enum doc_status {
	DOC_STATUS_OK,
	DOC_STATUS_PARTIAL,
	DOC_STATUS_SKIPPED,
	DOC_STATUS_ERROR,
	DOC_STATUS_COUNT
};
const char *doc_status_name(enum doc_status status);
/* The status called `word`; -1: none is, or NULL. */
int doc_status_find(const char *word);
/* A count for each, as members of the object that is open. */
void doc_status_counts(struct doc_json *j,
    const uint64_t count[static DOC_STATUS_COUNT]);

struct doc_flow;

enum doc_task_state {
	DOC_TASK_WAITING, /* has a unit of work for the pool */
	DOC_TASK_RUNNING,
	DOC_TASK_DONE /* its line is complete */
};

struct doc_task {
	struct doc_task *prev, *next;
	enum doc_task_state state;
	struct doc_buf line; /* what is written for it */
	size_t cost;	     /* bytes it holds in the window */
	unsigned pool;	     /* which of the flow's pools it waits for */
	/* Called before its line is written; NULL: the line is there. */
	void (*finish)(struct doc_flow *flow, struct doc_task *task);
	const char *tenant; /* whose it is, or NULL; as long as it lives */
	bool urgent;	    /* goes on although the flow holds */
	/* Submit one job (the pool is free), and set the state: RUNNING when
	 * there is nothing more to submit, DONE when nothing was needed. */
	void (*dispatch)(struct doc_flow *flow, struct doc_task *task);
	void (*free)(struct doc_task *task);
	/* Optional: append its name for people, UTF-8. */
	int (*label)(const struct doc_task *task, struct doc_buf *buf);
};

enum { DOC_FLOW_POOLS = 3 };

struct doc_flow {
	struct doc_loop loop;
	struct doc_share share;		       /* of the pools */
	struct doc_pool *pool[DOC_FLOW_POOLS]; /* NULL: unused */
	struct doc_sink sink;
	struct doc_task *head, *tail;
	unsigned count; /* tasks in the list */
	size_t held;	/* bytes they hold */
	bool unordered;
	bool network;  /* the stage has connections of its own */
	bool commands; /* it starts programs of the user's, which would inherit
			  what it gives up: it gives up nothing */
	bool mixed;    /* documents of several tenants came */
	bool ended;    /* no more input */
	struct doc_error err; /* the stream is broken: stop, status 3 */
	bool again;	      /* look at the tasks before waiting */
	bool hold;	      /* begin nothing new: enough waits elsewhere */
	int signal;	      /* SIGINT, SIGTERM, SIGHUP or SIGPIPE came */
	/* Make tasks from input.  1: did something, 0: nothing there yet,
	 * -1: the input has ended (flow->ended), or broke (flow->err). */
	int (*pull)(struct doc_flow *flow);
	struct doc_watch input; /* on while more input is wanted; fd -1 none */
	struct doc_gauge gauge; /* opened by the caller, or not */
	/* private */
	struct doc_task *shown[DOC_GAUGE_SLOTS]; /* by slot, less one */
	struct doc_watch output, signals, tokens;
	bool output_blocks;
};

/* `jobs`: workers at once, all pools together.  The pools are opened by the
 * caller, into flow->pool, and closed by doc_flow_close. */
int doc_flow_open(struct doc_flow *flow, int out, unsigned jobs,
    struct doc_error *err) DOC_MUST_CHECK;

/* Append to the list, or insert behind `after`. */
void doc_flow_add(struct doc_flow *flow, struct doc_task *task);
void doc_flow_insert(struct doc_flow *flow, struct doc_task *after,
    struct doc_task *task);

/* Until the input has ended and all is written, or the stream broke, or a
 * signal came.  0, or -1 with flow->err. */
int doc_flow_run(struct doc_flow *flow) DOC_MUST_CHECK;

/* Write what is left, waiting for the reader.  A reader that is gone is no
 * error: flow->signal is SIGPIPE then. */
int doc_flow_flush(struct doc_flow *flow) DOC_MUST_CHECK;

void doc_flow_close(struct doc_flow *flow);

#endif
