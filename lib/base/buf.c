/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"

int
doc_buf_reserve(struct doc_buf *buf, size_t n)
{
	size_t max = buf->max ? buf->max : DOC_BUF_MAX;
	size_t need, room;
	char *p;

	if (__builtin_add_overflow(buf->len, n, &need) || need > max)
		return -1;
	if (need <= buf->room)
		return 0;
	room = DOC_MAX(buf->room * 2, (size_t)256);
	room = DOC_MIN(DOC_MAX(room, need), max);
	p = realloc(buf->data, room);
	if (p == NULL)
		return -1;
	buf->data = p;
	buf->room = room;
	return 0;
}

int
doc_buf_add(struct doc_buf *buf, const void *p, size_t n)
{
	if (doc_buf_reserve(buf, n) < 0)
		return -1;
	if (n > 0)
		memcpy(buf->data + buf->len, p, n);
	buf->len += n;
	return 0;
}

int
doc_buf_adds(struct doc_buf *buf, const char *s)
{
	return doc_buf_add(buf, s, strlen(s));
}

int
doc_buf_addc(struct doc_buf *buf, char c)
{
	return doc_buf_add(buf, &c, 1);
}

int
doc_buf_addf(struct doc_buf *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || doc_buf_reserve(buf, (size_t)n + 1) < 0)
		return -1;
	va_start(ap, fmt);
	vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)n;
	return 0;
}

const char *
doc_buf_str(struct doc_buf *buf)
{
	if (doc_buf_addc(buf, '\0') < 0)
		return NULL;
	buf->len--;
	return buf->data;
}

void
doc_buf_skip(struct doc_buf *buf, size_t n)
{
	if (n == 0) /* of an empty buffer, too, which has no data */
		return;
	buf->len -= n;
	memmove(buf->data, buf->data + n, buf->len);
}

void
doc_buf_release(struct doc_buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = buf->room = 0;
}
