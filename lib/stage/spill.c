/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/stage/spill.h"

static int
to_file(struct doc_spill *s, struct doc_spool *spool, struct doc_error *err)
{
	struct doc_spool_file file;

	if (!s->filed) {
		s->fd = doc_spool_create(spool, &file, err);
		if (s->fd < 0)
			return -1;
		s->filed = true;
		doc_spool_drop(spool, &file);
	}
	if (doc_write_full(s->fd, s->buf.data, s->buf.len) < 0)
		return doc_error_sys(err, "cannot write to the spool");
	s->in_file += s->buf.len;
	s->buf.len = 0;
	return 0;
}

int
doc_spill_put(struct doc_spill *s, struct doc_spool *spool, const void *p,
    size_t n, struct doc_error *err)
{
	if (doc_buf_add(&s->buf, p, n) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return s->buf.len > DOC_SPILL_MEMORY ? to_file(s, spool, err) : 0;
}

/* The file holds what was put first, buf what came last: once something is
 * got, all that was put must be in one of them. */
static int
refill(struct doc_spill *s, size_t n, struct doc_error *err)
{
	size_t have = s->buf.len - s->at;
	size_t want = DOC_MAX(n, DOC_SPILL_MEMORY) - have;
	ssize_t r;

	memmove(s->buf.data, s->buf.data + s->at, have);
	s->buf.len = have;
	s->at = 0;
	if (doc_buf_reserve(&s->buf, want) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	want = DOC_MIN(want, (size_t)(s->in_file - s->got));
	r = pread(s->fd, s->buf.data + have, want, (off_t)s->got);
	if (r < (ssize_t)want)
		return doc_error_sys(err, "cannot read from the spool");
	s->got += want;
	s->buf.len += want;
	return 0;
}

int
doc_spill_get(struct doc_spill *s, void *p, size_t n, struct doc_error *err)
{
	if (s->filed && s->got == 0 && s->at == 0 && s->buf.len > 0 &&
	    to_file(s, NULL, err) < 0)
		return -1;
	if (s->filed && s->buf.len - s->at < n && refill(s, n, err) < 0)
		return -1;
	if (s->buf.len - s->at < n)
		return doc_error_set(err, DOC_E_IO, "the queue is short");
	memcpy(p, s->buf.data + s->at, n);
	s->at += n;
	return 0;
}

void
doc_spill_release(struct doc_spill *s)
{
	if (s->filed)
		close(s->fd);
	doc_buf_release(&s->buf);
	*s = (struct doc_spill){ 0 };
}
