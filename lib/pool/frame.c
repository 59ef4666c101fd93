/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "lib/cage/cage.h"
#include "lib/pool/frame.h"

union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(DOC_FRAME_FDS * sizeof(int))];
};

int
doc_frame_send(int sock, enum doc_frame_type type, uint32_t id,
    const void *data, size_t len, const int fds[DOC_FRAME_FDS])
{
	struct doc_frame_head head = { type, id, (uint32_t)len };
	struct iovec iov[2] = { { &head, sizeof(head) },
		{ (void *)(uintptr_t)data, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = len ? 2 : 1 };
	union control ctl = { 0 };
	size_t n = 0;
	ssize_t r;

	while (fds != NULL && n < DOC_FRAME_FDS && fds[n] >= 0)
		n++;
	if (n > 0) {
		msg.msg_control = ctl.room;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		ctl.align.cmsg_level = SOL_SOCKET;
		ctl.align.cmsg_type = SCM_RIGHTS;
		ctl.align.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&ctl.align), fds, n * sizeof(int));
	}
	do
		r = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -1 : 0;
}

int
doc_frame_write(int sock, enum doc_frame_type type, uint32_t id,
    const void *data, size_t len)
{
	struct doc_frame_head head = { type, id, (uint32_t)len };
	struct iovec iov[2] = { { &head, sizeof(head) },
		{ (void *)(uintptr_t)data, len } };
	ssize_t r;

	do
		r = writev(sock, iov, len ? 2 : 1);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -1 : 0;
}

static void
take_fds(struct msghdr *msg, struct doc_frame *frame)
{
	size_t have = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (have < DOC_FRAME_FDS)
				frame->fds[have++] = fd;
			else
				close(fd);
		}
	}
}

void
doc_frame_close_fds(struct doc_frame *frame)
{
	for (size_t i = 0; i < DOC_FRAME_FDS; i++) {
		if (frame->fds[i] >= 0)
			close(frame->fds[i]);
		frame->fds[i] = -1;
	}
}

static int
receive(int sock, struct doc_frame *frame, int flags)
{
	struct iovec iov[2] = { { &frame->head, sizeof(frame->head) },
		{ frame->data, sizeof(frame->data) } };
	union control ctl = { 0 };
	struct msghdr msg = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = ctl.room,
		.msg_controllen = sizeof(ctl.room) };
	ssize_t r;

	for (size_t i = 0; i < DOC_FRAME_FDS; i++)
		frame->fds[i] = -1;
	do
		r = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC | flags);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -1;
	take_fds(&msg, frame);
	/* A message of no bytes looks like the end, but can bring fds. */
	if (r == 0) {
		doc_frame_close_fds(frame);
		return 0;
	}
	/* The last words of a traced worker come from a signal handler and
	 * have a form of their own (cage.h). */
	if ((size_t)r == sizeof(struct doc_cage_trace) &&
	    frame->head.type == DOC_CAGE_TRACE_MAGIC) {
		memcpy(frame->data, &frame->head.id, sizeof(int32_t));
		frame->head = (struct doc_frame_head){ DOC_FRAME_TRACE, 0,
			sizeof(int32_t) };
		return 1;
	}
	if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    (size_t)r < sizeof(frame->head) ||
	    frame->head.len != (size_t)r - sizeof(frame->head)) {
		doc_frame_close_fds(frame);
		errno = EPROTO;
		return -1;
	}
	return 1;
}

int
doc_frame_recv(int sock, struct doc_frame *frame)
{
	return receive(sock, frame, 0);
}

int
doc_frame_try(int sock, struct doc_frame *frame)
{
	return receive(sock, frame, MSG_DONTWAIT);
}

struct field_head {
	uint32_t field, len;
};

int
doc_field_put(struct doc_buf *buf, enum doc_field field, const void *p,
    size_t n)
{
	struct field_head head = { field, (uint32_t)n };

	if (doc_buf_reserve(buf, sizeof(head) + n) < 0)
		return -1;
	doc_buf_add(buf, &head, sizeof(head));
	return doc_buf_add(buf, p, n);
}

int
doc_field_next(const char **at, const char *end, struct doc_field_view *view)
{
	struct field_head head;

	if (*at == end)
		return 0;
	if ((size_t)(end - *at) < sizeof(head))
		return -1;
	memcpy(&head, *at, sizeof(head));
	*at += sizeof(head);
	if ((size_t)(end - *at) < head.len)
		return -1;
	*view = (struct doc_field_view){ head.field, *at, head.len };
	*at += head.len;
	return 1;
}

void
doc_failure_pack(struct doc_failure *f, const struct doc_error *err)
{
	*f = (struct doc_failure){ .code = err->code };
	snprintf(f->msg, sizeof(f->msg), "%.*s", (int)sizeof(f->msg) - 1,
	    err->msg);
}

int
doc_failure_unpack(const void *p, size_t n, struct doc_error *err)
{
	struct doc_failure f;

	if (n < sizeof(f))
		return -1;
	memcpy(&f, p, sizeof(f));
	if (f.code >= DOC_E_COUNT || memchr(f.msg, '\0', sizeof(f.msg)) == NULL)
		return -1;
	*err = (struct doc_error){ 0 };
	if (f.code != DOC_E_NONE)
		doc_error_set(err, (enum doc_code)f.code, "%s", f.msg);
	return 0;
}
