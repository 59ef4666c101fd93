/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unseen_deep - for clamd, which unpacks but tells nothing of it: the same
 * containers are unpacked here, in the cage, to see what in them it passes
 * over.
 */
#include <string.h>

#include "lib/base/base64.h"
#include "lib/engine/unseen.h"
#include "lib/format/unpack.h"
#include "lib/record/media.h"

/* As deep as ClamAV goes; memory for one member, and for all of a document. */
enum { DEPTH = 17 };
#define MEMBER_MAX ((size_t)64 << 20)
#define TOTAL_MAX  ((uint64_t)1 << 30)

struct look {
	struct doc_work *work;
	uint64_t total; /* bytes unpacked */
};

static void look_at(struct look *l, const char *data, size_t n, unsigned depth);

static bool
begins(const char *data, size_t n, const char *mark, size_t len)
{
	return n > len && memcmp(data, mark, len) == 0;
}

/* Compressed by what ClamAV knows. */
static bool
is_compressed(const char *p, size_t n)
{
	return begins(p, n, "\x1f\x8b", 2) || begins(p, n, "BZh", 3) ||
	    begins(p, n, "\xfd\67zXZ\0", 6);
}

/* An archive that ClamAV unpacks. */
static bool
is_archive(const char *p, size_t n)
{
	return begins(p, n, "PK\3\4", 4) ||
	    begins(p, n, "7z\xbc\xaf\x27\x1c", 6) || begins(p, n, "MSCF", 4) ||
	    begins(p, n, "0707", 4) || begins(p, n, "\xc7\x71", 2) ||
	    begins(p, n, "\x71\xc7", 2) ||
	    (n > 512 && memcmp(p + 257, "ustar", 5) == 0);
}

/* The content of one entry, as far as it can be read; END: all of it. */
static enum doc_unpack_status
read_entry(struct look *l, struct doc_unpack *u, struct doc_buf *content)
{
	enum doc_unpack_status st;
	const char *p;
	uint64_t at;
	size_t n;

	while ((st = doc_unpack_block(u, &p, &n, &at)) == DOC_UNPACK_OK) {
		l->total += n;
		if (l->total > TOTAL_MAX || doc_buf_add(content, p, n) < 0)
			return DOC_UNPACK_BAD;
	}
	return st;
}

static void
look_in_archive(struct look *l, const char *data, size_t n, unsigned depth)
{
	/* Else libarchive would read an archive that ClamAV does not know in
	 * what is compressed. */
	enum doc_unpack_kind kind = is_compressed(data, n) &&
		doc_unpack_what(data, n) != DOC_UNPACK_TAR
	    ? DOC_UNPACK_RAW
	    : DOC_UNPACK_ANY;
	struct doc_error err = { 0 };
	struct doc_unpack *u;

	/* What cannot be opened is for ClamAV to complain about. */
	if (doc_unpack_open(data, n, kind, &u, &err) < 0)
		return;
	for (;;) {
		doc_autobuf struct doc_buf content = { .max = MEMBER_MAX };
		struct doc_unpack_entry e = { .name = "" };
		enum doc_unpack_status st = doc_unpack_next(u, &e);

		if (st == DOC_UNPACK_END || st == DOC_UNPACK_DEAD)
			break;
		if (st == DOC_UNPACK_BAD || e.encrypted ||
		    e.type != DOC_UNPACK_FILE)
			continue;
		st = read_entry(l, u, &content);
		if (st != DOC_UNPACK_END &&
		    (l->total > TOTAL_MAX || content.len >= MEMBER_MAX / 2)) {
			doc_work_reason(l->work, DOC_R_SIZE);
			break;
		}
		if (content.len > 0)
			look_at(l, content.data, content.len, depth + 1);
		/* libarchive 3.6 crashes when it goes on in such a cab. */
		if (st == DOC_UNPACK_DEAD)
			break;
	}
	doc_unpack_free(u);
}

static bool
is_base64_line(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= 'A' && p[i] <= 'Z') ||
			(p[i] >= 'a' && p[i] <= 'z') ||
			(p[i] >= '0' && p[i] <= '9') || p[i] == '+' ||
			p[i] == '/' || p[i] == '='))
			return false;
	return n > 0;
}

static void
look_at_part(struct look *l, struct doc_buf *code, unsigned depth)
{
	doc_autobuf struct doc_buf part = { .max = MEMBER_MAX };

	code->len -= code->len % 4;
	if (code->len >= 8 &&
	    doc_base64_decode(&part, code->data, code->len) == 0)
		look_at(l, part.data, part.len, depth + 1);
	code->len = 0;
}

/* Attachments are what lies between an empty line and one that is no base64. */
static void
look_in_mail(struct look *l, const char *p, size_t n, unsigned depth)
{
	doc_autobuf struct doc_buf code = { .max = MEMBER_MAX };
	const char *end = p + n;
	bool inside = false;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);

		len -= len > 0 && p[len - 1] == '\r';
		if (inside && is_base64_line(p, len)) {
			(void)!doc_buf_add(&code, p, len);
		} else {
			look_at_part(l, &code, depth);
			inside = len == 0;
		}
		p = nl ? nl + 1 : end;
	}
	look_at_part(l, &code, depth);
}

static void
look_at(struct look *l, const char *data, size_t n, unsigned depth)
{
	doc_unseen_part(data, n, l->work);
	/* Debian's clamd has no unrar. */
	if (begins(data, n, "Rar!\x1a\7", 6))
		doc_work_reason(l->work, DOC_R_UNSUPPORTED);
	if (depth < DEPTH && (is_compressed(data, n) || is_archive(data, n)))
		look_in_archive(l, data, n, depth);
}

void
doc_unseen_say_all(const struct doc_input *in, struct doc_work *work)
{
	enum doc_family family = doc_media_family(in->media);
	struct look l = { .work = work };

	doc_unseen_say(in, work);
	if (family == DOC_FAMILY_MAIL || family == DOC_FAMILY_MBOX)
		look_in_mail(&l, in->data, in->size, 0);
	else
		look_at(&l, in->data, in->size, 0);
}
