/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/box/outside_impl.h"
#include "lib/record/tool.h"

enum { LONGEST_MS = 60000, SINK_FULL = 1 << 20 };

const char *
doc_outside_key(const char *tool)
{
	const struct doc_tool *t = doc_tool_find(tool, strlen(tool));

	return t != NULL && t->can & DOC_TOOL_BOXED &&
		strcmp(t->name, tool) == 0
	    ? t->key
	    : NULL;
}

static void
frames_wait(struct doc_watch *w, unsigned events)
{
	struct doc_child *c = w->ctx;
	struct box *b = (struct box *)((char *)c - offsetof(struct box, child));

	(void)events;
	(void)!doc_frames_fill(&b->frames, &b->err);
}

static void
input_waits(struct doc_watch *w, unsigned events)
{
	(void)events;
	((struct box *)w->ctx)->in_waits = false;
}

static void
write_out(struct doc_watch *w, unsigned events)
{
	struct box *b = w->ctx;
	struct doc_buf *buf = &b->sink.buf;
	ssize_t n;

	(void)events;
	if (buf->len == 0)
		return;
	n = write(b->sink.fd, buf->data, buf->len);
	if (n > 0)
		doc_buf_skip(buf, (size_t)n);
	else if (n < 0 && errno == EPIPE)
		b->setup->signal = SIGPIPE;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		doc_error_sys(&b->err, "cannot write the output");
}

static void
signal_came(struct doc_watch *w, unsigned events)
{
	struct box *b = w->ctx;
	struct signalfd_siginfo si;

	(void)events;
	if (read(w->fd, &si, sizeof(si)) == (ssize_t)sizeof(si))
		b->setup->signal = (int)si.ssi_signo;
}

static int
watch_signals(struct box *b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return doc_error_sys(&b->err, "cannot block signals");
	signal(SIGPIPE, SIG_IGN);
	b->signals = (struct doc_watch){
		.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
		.ready = signal_came,
		.ctx = b,
	};
	return b->signals.fd < 0
	    ? doc_error_sys(&b->err, "cannot watch signals")
	    : doc_loop_add(&b->loop, &b->signals, EPOLLIN, &b->err);
}

static int
start_box(struct box *b)
{
	b->starts++;
	b->child = (struct doc_child){ .loop = &b->loop };
	if (doc_child_start(&b->child, b->setup->runner, &b->err) < 0)
		return -1;
	b->child.from.ready = frames_wait; /* bytes, not lines */
	doc_frames_init(&b->frames, b->child.from.fd);
	b->deadline_ms = doc_clock_ms() + b->setup->start_ms;
	if (box_send_argv(b) < 0)
		return -1;
	doc_child_write(&b->child);
	return 0;
}

static void
stop_box(struct box *b)
{
	if (b->child.pid == 0)
		return;
	doc_child_kill(&b->child, SIGKILL);
	doc_child_reap(&b->child);
	doc_frames_release(&b->frames);
}

/* A machine may hang while it starts; that costs nothing but time, for no
 * document is in it. */
static int
start_again(struct box *b)
{
	stop_box(b);
	if (b->starts >= b->setup->starts)
		return doc_error_set(&b->err, DOC_E_SPAWN,
		    "%s: the box did not start, %u times",
		    b->setup->runner_name, b->starts);
	doc_warn("%s: the box did not start in time; once more",
	    b->setup->runner_name);
	return start_box(b);
}

static int
box_gone(struct box *b)
{
	int ws = doc_child_reap(&b->child);

	doc_frames_release(&b->frames);
	if (b->exited) {
		/* The stage came to its end: is all that went in out again? */
		if (WIFEXITED(b->setup->wait_status) &&
		    WEXITSTATUS(b->setup->wait_status) <= 1 &&
		    (b->flying > 0 || !b->own_end))
			return doc_error_set(&b->err, DOC_E_PROTOCOL,
			    "the stage in the box ended with %u documents",
			    b->flying);
		return 0;
	}
	b->setup->gone = b->heard;
	return doc_error_set(&b->err, b->heard ? DOC_E_STREAM : DOC_E_SPAWN,
	    "%s: the box %s (status %d)", b->setup->runner_name,
	    b->heard ? "is gone" : "did not start",
	    WIFEXITED(ws) ? WEXITSTATUS(ws) : 128 + WTERMSIG(ws));
}

static int
watch(struct box *b, struct doc_watch *w, bool want, unsigned events)
{
	if (want)
		return doc_loop_add(&b->loop, w, events, &b->err);
	doc_loop_del(&b->loop, w);
	return 0;
}

static int
wait_for(struct box *b)
{
	uint64_t now = doc_clock_ms();
	int ms = b->heard ? -1
	    : now >= b->deadline_ms
	    ? 0
	    : (int)DOC_MIN(b->deadline_ms - now, (uint64_t)LONGEST_MS);

	if (watch(b, &b->in_watch, box_wants_input(b) && b->in_waits, EPOLLIN) <
		0 ||
	    watch(b, &b->out_watch, b->sink.buf.len > 0, EPOLLOUT) < 0)
		return -1;
	doc_child_pause(&b->child, b->sink.buf.len > SINK_FULL);
	doc_loop_once(&b->loop, ms);
	return 0;
}

/* One round.  1 to go on, 0 at the end, -1. */
static int
turn(struct box *b)
{
	struct doc_frame f;
	int rc;

	if (!b->heard && doc_clock_ms() >= b->deadline_ms)
		return start_again(b) < 0 ? -1 : 1;
	if (box_send(b) < 0)
		return -1;
	while ((rc = doc_frames_next(&b->frames, &f, &b->err)) > 0)
		if (box_take(b, &f) < 0)
			return -1;
	if (rc < 0)
		return -1;
	write_out(&b->out_watch, 0);
	if (b->frames.eof || b->exited)
		return b->sink.buf.len > 0 && b->err.code == DOC_E_NONE &&
			b->setup->signal == 0
		    ? (wait_for(b) < 0 ? -1 : 1)
		    : box_gone(b);
	return wait_for(b) < 0 || b->err.code != DOC_E_NONE ||
		b->setup->signal != 0
	    ? -1
	    : 1;
}

static int
open_all(struct box *b, int out)
{
	doc_lines_init(&b->in, 0, '\n', DOC_LINE_MAX);
	b->in_waits = true;
	b->in_watch =
	    (struct doc_watch){ .fd = 0, .ready = input_waits, .ctx = b };
	b->out_watch =
	    (struct doc_watch){ .fd = out, .ready = write_out, .ctx = b };
	b->sink.fd = out;
	b->child.loop = &b->loop;
	return doc_loop_open(&b->loop, &b->err) < 0 || watch_signals(b) < 0 ||
		doc_spool_open(&b->spool, b->setup->spool, &b->err) < 0
	    ? -1
	    : start_box(b);
}

static void
close_all(struct box *b)
{
	stop_box(b);
	box_drop_files(b);
	if (b->doc >= 0)
		close(b->doc);
	for (unsigned i = 0; i < BOX_WINDOW; i++)
		doc_buf_release(&b->flights[i].line);
	doc_spool_close(&b->spool);
	doc_lines_release(&b->in);
	doc_buf_release(&b->sink.buf);
	doc_buf_release(&b->others);
	if (b->signals.fd >= 0)
		close(b->signals.fd);
	doc_loop_close(&b->loop);
}

int
doc_outside(struct doc_outside *setup, int out, struct doc_error *err)
{
	struct box *b = calloc(1, sizeof(*b));
	int rc;

	if (b == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	b->setup = setup;
	b->key = doc_outside_key(setup->stage[0]);
	b->file = b->doc = b->signals.fd = -1;
	rc = open_all(b, out);
	if (rc == 0)
		do
			rc = turn(b);
		while (rc > 0);
	if (rc < 0)
		*err = b->err;
	close_all(b);
	free(b);
	return rc;
}
