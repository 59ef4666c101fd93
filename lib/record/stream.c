/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/record/stream.h"

enum { CHUNK = 1 << 18 };

void
doc_lines_init(struct doc_lines *l, int fd, int end, size_t max_line)
{
	*l = (struct doc_lines){ .fd = fd,
		.end = end,
		.buf = { .max = max_line + CHUNK } };
	doc_pipe_widen(fd);
}

int
doc_lines_fill(struct doc_lines *l, struct doc_error *err)
{
	ssize_t r;

	doc_buf_skip(&l->buf, l->at);
	l->at = 0;
	if (doc_buf_reserve(&l->buf, CHUNK) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY,
		    "cannot hold a line of %zu bytes", l->buf.len);
	do
		r = read(l->fd, l->buf.data + l->buf.len, CHUNK);
	while (r < 0 && errno == EINTR);
	if (r < 0 && errno == EAGAIN)
		return 0;
	if (r < 0)
		return doc_error_sys(err, "cannot read standard input");
	l->buf.len += (size_t)r;
	l->eof = r == 0;
	return 1;
}

static int
too_long(const struct doc_lines *l, struct doc_error *err)
{
	return doc_error_set(err, DOC_E_STREAM,
	    "line %ju is longer than %zu bytes", (uintmax_t)l->number + 1,
	    l->buf.max - CHUNK);
}

int
doc_lines_next(struct doc_lines *l, const char **line, size_t *len,
    struct doc_error *err)
{
	size_t have = l->buf.len - l->at;
	const char *start, *end;

	if (have == 0)
		return 0;
	start = l->buf.data + l->at;
	end = memchr(start + l->seen, l->end, have - l->seen);
	if (end == NULL && have > l->buf.max - CHUNK)
		return too_long(l, err);
	if (end == NULL && !l->eof) {
		l->seen = have;
		return 0;
	}
	have = end ? (size_t)(end - start) : have;
	if (have > l->buf.max - CHUNK)
		return too_long(l, err);
	*line = start;
	*len = have;
	l->at += *len + (end != NULL);
	l->seen = 0;
	l->number++;
	return 1;
}

void
doc_lines_release(struct doc_lines *l)
{
	doc_buf_release(&l->buf);
}

int
doc_sink_flush(struct doc_sink *s, struct doc_error *err)
{
	if (s->buf.len == 0)
		return 0;
	if (doc_write_full(s->fd, s->buf.data, s->buf.len) < 0)
		return doc_error_sys(err, "cannot write to standard output");
	s->buf.len = 0;
	return 0;
}
