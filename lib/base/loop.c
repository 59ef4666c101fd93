/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/epoll.h>

#include "lib/base/loop.h"

int
doc_loop_open(struct doc_loop *loop, struct doc_error *err)
{
	loop->always = NULL;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		return doc_error_sys(err, "cannot make an epoll instance");
	return 0;
}

void
doc_loop_close(struct doc_loop *loop)
{
	if (loop->epoll >= 0)
		close(loop->epoll);
	loop->epoll = -1;
}

int
doc_loop_add(struct doc_loop *loop, struct doc_watch *watch, unsigned events,
    struct doc_error *err)
{
	struct epoll_event ev = { .events = events, .data.ptr = watch };
	int op = watch->on ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (watch->always)
		loop->always = watch;
	else if (epoll_ctl(loop->epoll, op, watch->fd, &ev) < 0) {
		if (errno != EPERM || loop->always != NULL)
			return doc_error_sys(err, "cannot watch a descriptor");
		watch->always = true;
		loop->always = watch;
	}
	watch->on = true;
	return 0;
}

void
doc_loop_del(struct doc_loop *loop, struct doc_watch *watch)
{
	if (!watch->on)
		return;
	if (watch->always)
		loop->always = NULL;
	else
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->on = false;
}

int
doc_loop_once(struct doc_loop *loop, int timeout_ms)
{
	struct epoll_event ev;
	int n = epoll_wait(loop->epoll, &ev, 1, loop->always ? 0 : timeout_ms);
	struct doc_watch *watch = loop->always;

	if (n == 1)
		watch = ev.data.ptr;
	if (watch == NULL)
		return 0;
	watch->ready(watch, n == 1 ? ev.events : EPOLLIN);
	return 1;
}
