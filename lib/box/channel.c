/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "lib/base/le.h"
#include "lib/box/channel.h"

int
doc_frame_head(struct doc_buf *out, enum doc_frame_type type, size_t n)
{
	uint8_t head[DOC_FRAME_HEAD] = { (uint8_t)type };

	if (n > DOC_FRAME_MAX)
		return -1;
	for (unsigned i = 0; i < 4; i++)
		head[4 + i] = (uint8_t)(n >> 8 * i);
	return doc_buf_add(out, head, sizeof(head));
}

int
doc_frame_add(struct doc_buf *out, enum doc_frame_type type, const void *p,
    size_t n)
{
	if (doc_buf_reserve(out, DOC_FRAME_HEAD + n) < 0 ||
	    doc_frame_head(out, type, n) < 0)
		return -1;
	return n == 0 ? 0 : doc_buf_add(out, p, n);
}

void
doc_frames_init(struct doc_frames *f, int fd)
{
	*f = (struct doc_frames){ .fd = fd,
		.buf.max = 2 * (size_t)DOC_FRAME_MAX };
}

int
doc_frames_fill(struct doc_frames *f, struct doc_error *err)
{
	ssize_t n;

	doc_buf_skip(&f->buf, f->at);
	f->at = 0;
	if (doc_buf_reserve(&f->buf, DOC_FRAME_CHUNK) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY,
		    "no memory for a frame");
	do
		n = read(f->fd, f->buf.data + f->buf.len, DOC_FRAME_CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n < 0)
		return doc_error_sys(err, "cannot read from the box");
	f->buf.len += (size_t)n;
	f->eof = n == 0;
	return 1;
}

static bool
known(int type)
{
	return type != 0 && strchr("AFDCRLESX", type) != NULL;
}

int
doc_frames_next(struct doc_frames *f, struct doc_frame *frame,
    struct doc_error *err)
{
	size_t left = f->buf.len - f->at, len;
	const uint8_t *p;

	if (left < DOC_FRAME_HEAD)
		return !f->eof || left == 0
		    ? 0
		    : doc_error_set(err, DOC_E_PROTOCOL,
			  "the box ended inside a frame");
	p = (const uint8_t *)f->buf.data + f->at;
	len = doc_le32(p + 4);
	if (!known(p[0]) || (p[1] | p[2] | p[3]) != 0 || len > DOC_FRAME_MAX)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the box sent what is no frame");
	if (left - DOC_FRAME_HEAD < len)
		return !f->eof ? 0
			       : doc_error_set(err, DOC_E_PROTOCOL,
				     "the box ended inside a frame");
	frame->type = (enum doc_frame_type)p[0];
	frame->data = (const char *)p + DOC_FRAME_HEAD;
	frame->len = len;
	f->at += DOC_FRAME_HEAD + len;
	return 1;
}

const char *
doc_frame_string(struct doc_frame *frame)
{
	const char *s = frame->data;
	const char *end = frame->len ? memchr(s, '\0', frame->len) : NULL;

	if (end == NULL)
		return NULL;
	frame->len -= (size_t)(end - s) + 1;
	frame->data = end + 1;
	return s;
}

void
doc_frames_release(struct doc_frames *f)
{
	doc_buf_release(&f->buf);
}
