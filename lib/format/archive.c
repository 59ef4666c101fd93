/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "lib/format/archive.h"
#include "lib/format/unpack.h"
#include "lib/record/media.h"

/* A reader that calls every header bad would never end. */
#define MAX_BAD_IN_A_ROW 1000

/* Beat the heart inside long members, too: every so many bytes. */
#define BEAT_BYTES ((uint64_t)16 << 20)

struct lister {
	struct doc_work *work;
	struct doc_unpack *u;
	unsigned members;
	uint64_t refused;
	uint64_t reasons; /* bits of enum doc_reason, each is said once */
	bool dead;	  /* the archive broke inside a member */
};

_Static_assert(DOC_R_COUNT <= 64, "reasons are bits of 64");

static void
note(struct lister *l, enum doc_reason reason)
{
	uint64_t bit = (uint64_t)1 << reason;

	if (reason == DOC_R_NONE || (l->reasons & bit))
		return;
	l->reasons |= bit;
	doc_work_reason(l->work, reason);
}

/* One more member is done with; `err` tells why it is not whole. */
static void
close_member(struct lister *l, const struct doc_error *err,
    enum doc_reason reason)
{
	if (err != NULL) {
		l->refused++;
		note(l, doc_reason_of(err->code));
	}
	l->work->ops->member_close(l->work, err, reason);
	doc_work_progress(l->work, ++l->members, 0, 0);
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

/* The budget of the whole input, of which this member has what is left. */
static int
spend(const struct lister *l, uint64_t end, struct doc_error *err)
{
	uint64_t room = l->work->max_member;

	if (room == 0 || end <= room)
		return 0;
	return doc_error_set(err, DOC_E_BYTES,
	    "the input unpacks to more bytes than allowed");
}

static int
copy_content(struct lister *l, int fd, struct doc_error *err)
{
	uint64_t end = 0, at, beat = BEAT_BYTES;
	enum doc_unpack_status st;
	const char *p;
	size_t n;

	for (;;) {
		st = doc_unpack_block(l->u, &p, &n, &at);
		if (st != DOC_UNPACK_OK || at > INT64_MAX - n)
			break;
		if (spend(l, at + n, err) < 0 ||
		    write_at(fd, p, n, at, err) < 0)
			return -1;
		end = DOC_MAX(end, at + n);
		if (end >= beat) {
			doc_work_progress(l->work, l->members, 0, 0);
			beat = end + BEAT_BYTES;
		}
	}
	if (st == DOC_UNPACK_END)
		return at > end && spend(l, at, err) == 0
		    ? set_length(fd, at, err)
		    : -(err->code != DOC_E_NONE);
	l->dead = st == DOC_UNPACK_DEAD;
	return doc_unpack_error(l->u, err);
}

/* Returns -1 with *err when nothing more may be delivered. */
static int
deliver_file(struct lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_error bad = { 0 };
	int fd = l->work->ops->member_open(l->work, err);

	if (fd < 0) {
		l->members++;
		l->refused++;
		return -1;
	}
	doc_work_bytes(l->work, DOC_F_NAME, e->name, strlen(e->name));
	if (e->has_mtime && e->mtime >= 0)
		doc_work_int(l->work, DOC_F_MTIME, (uint64_t)e->mtime);
	if (copy_content(l, fd, &bad) == 0) {
		close_member(l, NULL, DOC_R_NONE);
		return 0;
	}
	close_member(l, &bad, DOC_R_NONE);
	if (doc_error_class(bad.code) != DOC_CLASS_SYSTEM)
		return 0;
	*err = bad;
	return -1;
}

/* A member without content. */
static void
deliver_bare(struct lister *l, const struct doc_unpack_entry *e,
    const struct doc_error *err, enum doc_reason reason)
{
	doc_work_bytes(l->work, DOC_F_NAME, e->name, strlen(e->name));
	if (e->has_mtime && e->mtime >= 0)
		doc_work_int(l->work, DOC_F_MTIME, (uint64_t)e->mtime);
	close_member(l, err, reason);
}

static int
deliver(struct lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_error locked = { 0 };

	switch (e->type) {
	case DOC_UNPACK_DIRECTORY:
		deliver_bare(l, e, NULL, DOC_R_DIRECTORY);
		return 0;
	case DOC_UNPACK_LINK:
		deliver_bare(l, e, NULL, DOC_R_LINK);
		return 0;
	case DOC_UNPACK_SPECIAL:
		deliver_bare(l, e, NULL, DOC_R_SPECIAL);
		return 0;
	case DOC_UNPACK_FILE:
		break;
	}
	if (!e->encrypted)
		return deliver_file(l, e, err);
	(void)doc_error_set(&locked, DOC_E_ENCRYPTED,
	    "member needs a password");
	deliver_bare(l, e, &locked, DOC_R_NONE);
	return 0;
}

/* The headers one after the other.  Returns 0 at the end of the archive, -1
 * with *err when it could not be reached. */
static int
walk(struct lister *l, struct doc_error *err)
{
	enum doc_unpack_status st;
	unsigned bad_row = 0;

	while (!l->dead && bad_row < MAX_BAD_IN_A_ROW) {
		struct doc_unpack_entry e = { .name = "" };
		struct doc_error bad = { 0 };

		st = doc_unpack_next(l->u, &e);
		if (st == DOC_UNPACK_END)
			return 0;
		if (st == DOC_UNPACK_DEAD)
			return doc_unpack_error(l->u, err);
		if (st == DOC_UNPACK_BAD) {
			bad_row++;
			(void)doc_unpack_error(l->u, &bad);
			deliver_bare(l, &e, &bad, DOC_R_NONE);
			continue;
		}
		bad_row = 0;
		if (deliver(l, &e, err) < 0)
			return -1;
	}
	return doc_error_set(err, DOC_E_DAMAGED, "the rest is damaged");
}

int
doc_archive_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct lister l = { .work = work };
	struct doc_error end = { 0 };

	if (in->size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	if (doc_unpack_open(in->data, in->size, DOC_UNPACK_ANY, &l.u, err) < 0)
		return -1;
	(void)walk(&l, &end);
	doc_unpack_free(l.u);
	/* Zeros look like an empty tar, which may begin with any number of
	 * them; in a lone compressed file they are its content. */
	if (l.members == 0 && end.code == DOC_E_NONE &&
	    doc_media_family(in->media) == DOC_FAMILY_COMPRESSED) {
		if (doc_unpack_open(in->data, in->size, DOC_UNPACK_RAW, &l.u,
			err) < 0)
			return -1;
		(void)walk(&l, &end);
		doc_unpack_free(l.u);
	}
	/* When something was delivered, the result is partial, no error. */
	if (l.members > 0 && doc_reason_of(end.code) != DOC_R_NONE) {
		note(&l, doc_reason_of(end.code));
		end.code = DOC_E_NONE;
	}
	doc_work_int(work, DOC_F_SEEN, l.members);
	doc_work_int(work, DOC_F_REFUSED, l.refused);
	if (end.code == DOC_E_NONE)
		return 0;
	*err = end;
	return -1;
}
