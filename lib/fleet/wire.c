/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/fleet/wire.h"

enum { LINE_MOST = 1 << 16, CHUNK = 1 << 16 };

/* 1; 0 at the end. */
static int
fill(struct doc_wire *w, struct doc_error *err)
{
	ssize_t n;

	do
		n = read(w->fd, w->buf, sizeof(w->buf));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return doc_error_set(err, DOC_E_STREAM,
		    "cannot read from the other side");
	w->at = 0;
	w->len = (size_t)n;
	return n > 0;
}

static int
cut_short(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_STREAM,
	    "what came from the other side ends too early");
}

int
doc_wire_line(struct doc_wire *w, struct doc_buf *line, struct doc_error *err)
{
	line->len = 0;
	line->max = LINE_MOST;
	for (;;) {
		const char *p = w->buf + w->at;
		size_t left = w->len - w->at;
		const char *nl = memchr(p, '\n', left);
		size_t n = nl ? (size_t)(nl - p) : left;
		int rc;

		if (doc_buf_add(line, p, n) < 0)
			return doc_error_set(err, DOC_E_STREAM,
			    "a line from the other side is too long");
		w->at += n + (nl != NULL);
		if (nl != NULL)
			return memchr(line->data ? line->data : "", '\0',
				   line->len) == NULL &&
				doc_buf_str(line) != NULL
			    ? 0
			    : cut_short(err);
		rc = fill(w, err);
		if (rc <= 0)
			return rc < 0 ? -1 : cut_short(err);
	}
}

int
doc_wire_take(struct doc_wire *w, uint64_t size, int fd,
    char hex[static DOC_DIGEST_HEX], struct doc_error *err)
{
	doc_autobuf struct doc_buf sum = { 0 };
	struct doc_digest d;

	doc_digest_init(&d);
	while (size > 0) {
		size_t n = DOC_MIN(size, (uint64_t)(w->len - w->at));
		int rc;

		if (n > 0 && doc_write_full(fd, w->buf + w->at, n) < 0)
			return doc_error_sys(err, "cannot write what came");
		doc_digest_add(&d, w->buf + w->at, n);
		w->at += n;
		size -= n;
		if (size == 0)
			break;
		rc = fill(w, err);
		if (rc <= 0)
			return rc < 0 ? -1 : cut_short(err);
	}
	doc_digest_hex(&d, hex);
	if (doc_wire_line(w, &sum, err) < 0)
		return -1;
	if (strncmp(sum.data ? sum.data : "", "sum ", 4) != 0 ||
	    strcmp(sum.data + 4, hex) != 0)
		return doc_error_set(err, DOC_E_STREAM,
		    "what came is not what was sent: the digest is wrong");
	return 0;
}

static int
gone(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_STREAM,
	    "cannot write to the other side");
}

int
doc_wire_say(int to, const struct doc_buf *line, struct doc_error *err)
{
	return doc_write_full(to, line->data, line->len) < 0 ? gone(err) : 0;
}

int
doc_wire_give(int to, int fd, uint64_t size, struct doc_error *err)
{
	doc_autofree char *chunk = malloc(CHUNK);
	char hex[DOC_DIGEST_HEX], line[DOC_DIGEST_HEX + 8];
	struct doc_digest d;
	uint64_t at = 0;

	if (chunk == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	doc_digest_init(&d);
	while (at < size) {
		ssize_t n = doc_pread_full(fd, chunk,
		    (size_t)DOC_MIN(size - at, (uint64_t)CHUNK), (off_t)at);

		if (n <= 0)
			return doc_error_set(err, DOC_E_CHANGED,
			    "a file was cut while it was sent");
		doc_digest_add(&d, chunk, (size_t)n);
		if (doc_write_full(to, chunk, (size_t)n) < 0)
			return gone(err);
		at += (uint64_t)n;
	}
	doc_digest_hex(&d, hex);
	snprintf(line, sizeof(line), "sum %s\n", hex);
	return doc_write_full(to, line, strlen(line)) < 0 ? gone(err) : 0;
}
