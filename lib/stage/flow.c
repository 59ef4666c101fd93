/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/stage/flow.h"
#include "lib/stage/show.h"

enum {
	WINDOW_TASKS = 1024,
	WINDOW_BYTES = 32 << 20,
	OUTPUT_HELD = 1 << 20 /* with more unwritten, no new work */
};

const char *
doc_status_name(enum doc_status status)
{
	static const char *const names[DOC_STATUS_COUNT] = { "ok", "partial",
		"skipped", "error" };

	return names[status];
}

int
doc_status_find(const char *word)
{
	for (int s = 0; word != NULL && s < DOC_STATUS_COUNT; s++)
		if (strcmp(word, doc_status_name((enum doc_status)s)) == 0)
			return s;
	return -1;
}

void
doc_status_counts(struct doc_json *j,
    const uint64_t count[static DOC_STATUS_COUNT])
{
	for (unsigned s = 0; s < DOC_STATUS_COUNT; s++)
		doc_json_int(j, doc_status_name((enum doc_status)s),
		    (int64_t)count[s]);
}

static void
woken(struct doc_watch *watch, unsigned events)
{
	/* The loop goes round and looks for itself; one look per event. */
	(void)events;
	if (watch->ctx != NULL)
		*(bool *)watch->ctx = false;
}

static void
signalled(struct doc_watch *watch, unsigned events)
{
	struct doc_flow *flow = watch->ctx;
	struct signalfd_siginfo si;

	(void)events;
	if (read(watch->fd, &si, sizeof(si)) == sizeof(si))
		flow->signal = (int)si.ssi_signo;
}

static int
watch_signals(struct doc_flow *flow, struct doc_error *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	/* Seen as EPIPE, so that workers and temp files are cleared away. */
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	flow->signals = (struct doc_watch){ .fd = signalfd(-1, &set,
						SFD_CLOEXEC | SFD_NONBLOCK),
		.ready = signalled,
		.ctx = flow };
	if (flow->signals.fd < 0)
		return doc_error_sys(err, "cannot wait for signals");
	return doc_loop_add(&flow->loop, &flow->signals, EPOLLIN, err);
}

/*
 * A pipe gets a description of our own, so that O_NONBLOCK does not stick to
 * what the shell or a terminal shares with others.
 */
static int
own_output(int out)
{
	char path[40];
	struct stat st;
	int fd;

	if (fstat(out, &st) < 0 || !S_ISFIFO(st.st_mode))
		return out;
	doc_pipe_widen(out);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return out;
	close(out);
	return fd;
}

int
doc_flow_open(struct doc_flow *flow, int out, unsigned jobs,
    struct doc_error *err)
{
	flow->input.fd = flow->signals.fd = -1;
	flow->input.ready = woken;
	doc_share_open(&flow->share, jobs);
	flow->tokens = (struct doc_watch){ .fd = flow->share.tokens.in,
		.ready = woken };
	if (doc_loop_open(&flow->loop, err) < 0)
		return -1;
	flow->sink.fd = own_output(out);
	flow->sink.buf.max = (size_t)1 << 30;
	flow->output = (struct doc_watch){ .fd = flow->sink.fd,
		.ready = woken,
		.ctx = &flow->output_blocks };
	return watch_signals(flow, err);
}

void
doc_flow_insert(struct doc_flow *flow, struct doc_task *after,
    struct doc_task *task)
{
	task->prev = after;
	task->next = after ? after->next : flow->head;
	if (task->prev)
		task->prev->next = task;
	else
		flow->head = task;
	if (task->next)
		task->next->prev = task;
	else
		flow->tail = task;
	flow->count++;
	flow->held += task->cost;
}

void
doc_flow_add(struct doc_flow *flow, struct doc_task *task)
{
	doc_flow_insert(flow, flow->tail, task);
}

static void
remove_task(struct doc_flow *flow, struct doc_task *task)
{
	if (task->prev)
		task->prev->next = task->next;
	else
		flow->head = task->next;
	if (task->next)
		task->next->prev = task->prev;
	else
		flow->tail = task->prev;
	flow->count--;
	flow->held -= task->cost;
	task->free(task);
}

static bool
room(const struct doc_flow *flow)
{
	return flow->count < WINDOW_TASKS && flow->held < WINDOW_BYTES &&
	    flow->sink.buf.len < OUTPUT_HELD;
}

static int
write_some(struct doc_flow *flow)
{
	struct doc_sink *s = &flow->sink;
	size_t at = 0;

	while (at < s->buf.len) {
		ssize_t n = write(s->fd, s->buf.data + at, s->buf.len - at);

		if (n < 0 && errno == EAGAIN) {
			flow->output_blocks = true;
			break;
		}
		if (n < 0 && errno == EPIPE) {
			flow->signal = SIGPIPE;
			return 0;
		}
		if (n < 0 && errno != EINTR)
			return doc_error_sys(&flow->err,
			    "cannot write to standard output");
		if (n > 0)
			at += (size_t)n;
	}
	doc_buf_skip(&s->buf, at);
	return 0;
}

static int
emit(struct doc_flow *flow)
{
	struct doc_task *t, *next;

	for (t = flow->head; t != NULL; t = next) {
		next = t->next;
		if (t->state != DOC_TASK_DONE) {
			if (!flow->unordered)
				break;
			continue;
		}
		if (t->finish != NULL)
			t->finish(flow, t);
		/* A record made in want of memory is not to be written. */
		if (flow->err.code != DOC_E_NONE)
			return -1;
		if (doc_buf_add(&flow->sink.buf, t->line.data, t->line.len) < 0)
			return doc_error_set(&flow->err, DOC_E_NO_MEMORY,
			    "no memory for the output");
		remove_task(flow, t);
		if (flow->sink.buf.len >= DOC_SINK_FULL &&
		    !flow->output_blocks && write_some(flow) < 0)
			return -1;
	}
	return 0;
}

/* When there is work but no token, a token that comes free wakes the loop. */
static int
want_tokens(struct doc_flow *flow, bool want)
{
	if (flow->tokens.fd < 0)
		return 0;
	if (want)
		return doc_loop_add(&flow->loop, &flow->tokens, EPOLLIN,
		    &flow->err);
	doc_loop_del(&flow->loop, &flow->tokens);
	return 0;
}

/* Workers on the documents of its tenant. */
static unsigned
busy(const struct doc_flow *flow, const struct doc_task *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < DOC_FLOW_POOLS; i++)
		if (flow->pool[i] != NULL)
			n += doc_pool_busy(flow->pool[i], t->tenant);
	return n;
}

/* A place for the task?  Among several tenants none gets the last one while
 * it has others, and one that has none gets a place beyond --jobs. */
static bool
place(struct doc_flow *flow, const struct doc_task *t)
{
	struct doc_pool *pool = flow->pool[t->pool];
	bool fair = flow->mixed && t->tenant != NULL;
	unsigned has = fair ? busy(flow, t) : 0;

	if (fair && has > 0 && has + 1 >= flow->share.slots)
		return false;
	return doc_pool_free(pool) ||
	    (fair && has == 0 && doc_pool_guest(pool));
}

static int
dispatch(struct doc_flow *flow)
{
	bool want = false;

	if (flow->sink.buf.len >= OUTPUT_HELD)
		return want_tokens(flow, false);
	for (struct doc_task *t = flow->head, *next; t != NULL; t = next) {
		while (t->state == DOC_TASK_WAITING &&
		    (t->urgent || !flow->hold)) {
			if (!place(flow, t)) {
				want = true;
				break;
			}
			t->dispatch(flow, t);
			doc_show_task(flow, t);
		}
		next = want && !flow->mixed ? NULL : t->next;
	}
	doc_share_idle(&flow->share);
	return want_tokens(flow, want && flow->share.busy < flow->share.slots);
}

/* Milliseconds until a clock runs out in one of the pools; -1: none runs. */
static int
tick(struct doc_flow *flow)
{
	int least = -1;

	for (unsigned i = 0; i < DOC_FLOW_POOLS; i++) {
		int ms = flow->pool[i] ? doc_pool_tick(flow->pool[i]) : -1;

		if (ms >= 0 && (least < 0 || ms < least))
			least = ms;
	}
	return least;
}

static int
pull(struct doc_flow *flow)
{
	int rc = 1;

	while (rc > 0 && !flow->ended && room(flow))
		rc = flow->pull(flow);
	return flow->err.code != DOC_E_NONE ? -1 : rc;
}

/* Sleep until something happens; what is finished is written before. */
static int
wait_some(struct doc_flow *flow, bool want_input)
{
	struct doc_error *err = &flow->err;
	bool full = flow->sink.buf.len >= OUTPUT_HELD;

	if (!flow->output_blocks && write_some(flow) < 0)
		return -1;
	if (flow->signal != 0)
		return 0;
	/* What waited for this room may go on, and no event will say so. */
	if (full && flow->sink.buf.len < OUTPUT_HELD)
		return 0;
	/* The last line is out, and no event may come any more. */
	if (flow->ended && flow->head == NULL && flow->sink.buf.len == 0)
		return 0;
	if (flow->output_blocks &&
	    doc_loop_add(&flow->loop, &flow->output, EPOLLOUT, err) < 0)
		return -1;
	if (!flow->output_blocks)
		doc_loop_del(&flow->loop, &flow->output);
	if (want_input && flow->input.fd >= 0 &&
	    doc_loop_add(&flow->loop, &flow->input, EPOLLIN, err) < 0)
		return -1;
	if (!want_input)
		doc_loop_del(&flow->loop, &flow->input);
	doc_loop_once(&flow->loop, tick(flow));
	return 0;
}

/* Where the kernel has no filter for us it has none for workers either, and
 * that is for doc_end_require to judge. */
static void
confine(const struct doc_flow *flow)
{
	struct doc_error err = { 0 };

	if (!flow->commands && doc_cage_confine_parent(flow->network, &err) < 0)
		doc_info("%s", err.msg);
}

int
doc_flow_run(struct doc_flow *flow)
{
	confine(flow);
	while (flow->signal == 0) {
		bool starved;
		int rc = pull(flow);

		if (rc < 0 && flow->err.code != DOC_E_NONE)
			return -1;
		starved = rc == 0 && !flow->ended;
		flow->again = false;
		if (dispatch(flow) < 0 || flow->err.code != DOC_E_NONE)
			return -1;
		/* Before a finished task is gone. */
		doc_show_flow(flow);
		if (emit(flow) < 0)
			return -1;
		if (flow->ended && flow->head == NULL) {
			if (!flow->output_blocks && write_some(flow) < 0)
				return -1;
			if (flow->sink.buf.len == 0)
				return 0;
		} else if (flow->again ||
		    (!starved && !flow->ended && room(flow))) {
			continue;
		}
		if (wait_some(flow, starved) < 0)
			return -1;
	}
	return 0;
}

int
doc_flow_flush(struct doc_flow *flow)
{
	if (doc_sink_flush(&flow->sink, &flow->err) == 0)
		return 0;
	if (flow->err.sys != EPIPE)
		return -1;
	flow->signal = SIGPIPE;
	return 0;
}

void
doc_flow_close(struct doc_flow *flow)
{
	for (unsigned i = 0; i < DOC_FLOW_POOLS; i++) {
		doc_pool_close(flow->pool[i]);
		flow->pool[i] = NULL;
	}
	doc_share_close(&flow->share);
	while (flow->head != NULL)
		remove_task(flow, flow->head);
	doc_buf_release(&flow->sink.buf);
	doc_gauge_close(&flow->gauge);
	doc_loop_close(&flow->loop);
	if (flow->signals.fd >= 0)
		close(flow->signals.fd);
}
