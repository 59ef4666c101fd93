/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "lib/format/member.h"

int
doc_member_init(struct doc_member *m, struct doc_work *work,
    struct doc_error *err)
{
	*m = (struct doc_member){ .work = work, .fd = -1 };
	m->content = malloc(DOC_WORK_CONTENT);
	if (m->content == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "member");
	return 0;
}

void
doc_member_release(struct doc_member *m)
{
	free(doc_steal(&m->content));
}

void
doc_member_begin(struct doc_member *m, const char *name, size_t n)
{
	m->fd = -1;
	m->end = 0;
	m->held = 0;
	m->refused = false;
	doc_work_bytes(m->work, DOC_F_NAME, name, n);
}

static int
write_at(int fd, const char *p, size_t n, uint64_t at, struct doc_error *err)
{
	while (n > 0) {
		ssize_t got = pwrite(fd, p, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EFBIG)
			return doc_error_set(err, DOC_E_OUTPUT,
			    "member is too large");
		if (got < 0)
			return doc_error_sys(err, "cannot write member");
		p += got;
		n -= (size_t)got;
		at += (uint64_t)got;
	}
	return 0;
}

/* It is too large to be collected: give it a file. */
static int
open_file(struct doc_member *m, struct doc_error *err)
{
	m->fd = m->work->ops->member_open(m->work, err);
	if (m->fd < 0) {
		m->refused = true;
		return -1;
	}
	return write_at(m->fd, m->content, m->held, 0, err);
}

/* The budget of the whole input, of which this member has what is left. */
static int
spend(const struct doc_member *m, uint64_t end, struct doc_error *err)
{
	uint64_t room = m->work->max_member;

	if (room == 0 || end <= room)
		return 0;
	return doc_error_set(err, DOC_E_BYTES,
	    "the input unpacks to more bytes than allowed");
}

/* Zeros that no block brought: the hole at the end of a sparse file. */
static int
set_length(int fd, uint64_t length, struct doc_error *err)
{
	if (ftruncate(fd, (off_t)length) == 0)
		return 0;
	if (errno == EFBIG || errno == EINVAL)
		return doc_error_set(err, DOC_E_OUTPUT, "member is too large");
	return doc_error_sys(err, "cannot write member");
}

int
doc_member_write(struct doc_member *m, const void *p, size_t n, uint64_t at,
    struct doc_error *err)
{
	uint64_t end;

	if (__builtin_add_overflow(at, n, &end) || end > INT64_MAX)
		return doc_error_set(err, DOC_E_OUTPUT, "member is too large");
	if (m->fd < 0 && end <= DOC_WORK_CONTENT &&
	    m->work->ops->member_put != NULL) {
		if (end > m->held) {
			memset(m->content + m->held, 0, end - m->held);
			m->held = end;
		}
		if (n > 0)
			memcpy(m->content + at, p, n);
		m->end = DOC_MAX(m->end, end);
		return 0;
	}
	if (m->fd < 0 && open_file(m, err) < 0)
		return -1;
	if (spend(m, end, err) < 0)
		return -1;
	m->end = DOC_MAX(m->end, end);
	return n > 0 ? write_at(m->fd, p, n, at, err)
		     : set_length(m->fd, m->end, err);
}

int
doc_member_restart(struct doc_member *m, struct doc_error *err)
{
	if (m->refused)
		return doc_error_set(err, DOC_E_MEMBERS, "no more members");
	m->end = 0;
	m->held = 0;
	return m->fd < 0 ? 0 : set_length(m->fd, 0, err);
}

int
doc_member_end(struct doc_member *m, const struct doc_error *bad,
    struct doc_error *err)
{
	struct doc_work *w = m->work;
	struct doc_error failed = { 0 };

	if (bad != NULL && bad->code == DOC_E_NONE)
		bad = NULL;
	if (m->refused)
		return doc_error_set(err, DOC_E_MEMBERS, "no more members");
	if (m->fd < 0 && bad == NULL && w->ops->member_put != NULL)
		return w->ops->member_put(w, m->content, m->held, err);
	/* What is not whole is delivered as far as it goes. */
	if (m->fd < 0 && open_file(m, &failed) < 0) {
		if (m->refused) {
			*err = failed;
			return -1;
		}
		bad = bad ? bad : &failed;
	}
	w->ops->member_close(w, bad, DOC_R_NONE);
	return 0;
}

int
doc_member_whole(struct doc_member *m, const char *name, const void *p,
    size_t n, struct doc_error *err)
{
	struct doc_error bad = { 0 };

	doc_member_begin(m, name, strlen(name));
	if (doc_member_write(m, p, n, 0, &bad) < 0 && m->refused) {
		*err = bad;
		return -1;
	}
	return doc_member_end(m, &bad, err);
}
