/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "lib/base/io.h"
#include "lib/base/start.h"
#include "lib/run/child.h"

enum { PATIENCE_MS = 1 << 16 };

static void
close_watch(struct doc_child *c, struct doc_watch *w)
{
	if (w->fd < 0)
		return;
	doc_loop_del(c->loop, w);
	close(w->fd);
	w->fd = -1;
}

/* What a killed process left without an end is no line. */
static void
cut_torn_line(struct doc_lines *l)
{
	const char *end = l->buf.len > l->at
	    ? memrchr(l->buf.data + l->at, '\n', l->buf.len - l->at)
	    : NULL;

	l->buf.len = end ? (size_t)(end - l->buf.data) + 1 : l->at;
}

static void
readable(struct doc_watch *w, unsigned events)
{
	struct doc_child *c = w->ctx;

	(void)events;
	if (doc_lines_fill(&c->lines, &c->err) < 0)
		c->lines.eof = true;
	if (c->lines.eof) {
		cut_torn_line(&c->lines);
		close_watch(c, &c->from); /* the end is told once */
	}
}

static void
writable(struct doc_watch *w, unsigned events)
{
	(void)events;
	doc_child_write(w->ctx);
}

static void
become(const struct doc_command *cmd, int in, int out, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	doc_die_with_parent(parent);
	if (cmd->group)
		setpgid(0, 0);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(3);
	doc_command_exec(cmd);
}

int
doc_child_start(struct doc_child *c, const struct doc_command *cmd,
    struct doc_error *err)
{
	int in[2], out[2];
	pid_t self = getpid();

	if (pipe2(in, O_CLOEXEC) < 0)
		return doc_error_sys(err, "cannot make a pipe");
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		return doc_error_sys(err, "cannot make a pipe");
	}
	doc_pipe_widen(in[1]);
	doc_pipe_widen(out[0]);
	c->pid = fork();
	if (c->pid == 0)
		become(cmd, in[0], out[1], self);
	c->group = cmd->group;
	if (c->group && c->pid > 0)
		setpgid(c->pid, c->pid); /* whoever comes first */
	close(in[0]);
	close(out[1]);
	c->to = (struct doc_watch){ .fd = in[1], .ready = writable, .ctx = c };
	c->from =
	    (struct doc_watch){ .fd = out[0], .ready = readable, .ctx = c };
	c->closing = c->paused = false;
	c->out.len = 0;
	c->out.max = (size_t)1 << 30;
	doc_lines_release(&c->lines);
	doc_lines_init(&c->lines, out[0], '\n', DOC_LINE_MAX);
	if (c->pid < 0) {
		c->pid = 0;
		doc_error_sys(err, "cannot start %s", cmd->name);
	} else if (doc_fd_nonblock(in[1], true) == 0 &&
	    doc_fd_nonblock(out[0], true) == 0 &&
	    doc_loop_add(c->loop, &c->from, EPOLLIN, err) == 0) {
		return 0;
	}
	doc_child_kill(c, SIGKILL);
	doc_child_reap(c);
	return doc_error_sys(err, "cannot start %s", cmd->name);
}

void
doc_child_write(struct doc_child *c)
{
	size_t at = 0;

	while (c->to.fd >= 0 && at < c->out.len) {
		ssize_t n = write(c->to.fd, c->out.data + at, c->out.len - at);

		if (n < 0 && errno == EAGAIN)
			break;
		/* It is gone; its output's end will say so. */
		if (n < 0 && errno != EINTR)
			at = c->out.len;
		if (n > 0)
			at += (size_t)n;
	}
	doc_buf_skip(&c->out, at);
	if (c->to.fd < 0)
		return;
	if (c->out.len > 0) {
		(void)!doc_loop_add(c->loop, &c->to, EPOLLOUT, &c->err);
		return;
	}
	doc_loop_del(c->loop, &c->to);
	if (c->closing)
		close_watch(c, &c->to);
}

void
doc_child_end(struct doc_child *c)
{
	c->closing = true;
	doc_child_write(c);
}

void
doc_child_pause(struct doc_child *c, bool pause)
{
	if (c->paused == pause || c->from.fd < 0)
		return;
	c->paused = pause;
	if (pause)
		doc_loop_del(c->loop, &c->from);
	else
		(void)!doc_loop_add(c->loop, &c->from, EPOLLIN, &c->err);
}

int
doc_child_reap(struct doc_child *c)
{
	int ws = 0;

	close_watch(c, &c->to);
	close_watch(c, &c->from);
	doc_lines_release(&c->lines);
	doc_buf_release(&c->out);
	/* It said all it had to say; some take their time to go. */
	for (unsigned ms = 1; c->pid > 0; ms *= 2) {
		if (waitpid(c->pid, &ws, WNOHANG) != 0)
			break;
		if (ms > PATIENCE_MS)
			doc_child_kill(c, SIGKILL);
		usleep(DOC_MIN(ms, 100U) * 1000);
	}
	c->pid = 0;
	c->closing = false;
	return ws;
}

void
doc_child_kill(const struct doc_child *c, int sig)
{
	if (c->pid > 0)
		kill(c->group ? -c->pid : c->pid, sig);
}
