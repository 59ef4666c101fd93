/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/archive.h"
#include "lib/format/behind.h"
#include "lib/format/called.h"
#include "lib/format/member.h"
#include "lib/format/unpack.h"
#include "lib/format/volume.h"
#include "lib/record/media.h"

/* A reader that calls a header bad and stays there would never end. */
#define MAX_BAD_IN_A_ROW 1000

/* Beat the heart inside long members, too: every so many bytes. */
#define BEAT_BYTES ((uint64_t)16 << 20)

#define BEAT_MEMBERS 16

/* To guess what names mean a small archive is gone through twice, so far. */
#define LEARN_BYTES   ((size_t)8 << 20)
#define LEARN_MEMBERS 1000

struct lister {
	struct doc_work *work;
	struct doc_member member;
	struct doc_called called;
	bool learnt; /* what other names there are */
	const struct doc_input *in;
	enum doc_unpack_kind kind;
	bool raw_names;
	struct doc_unpack *u;
	const struct doc_archive_wish *wish;
	enum doc_family family;
	unsigned members;
	uint64_t refused;
	uint64_t reasons;  /* bits of enum doc_reason, each is said once */
	bool dead;	   /* the archive broke inside a member */
	bool lost;	   /* the entry before was bad and had no name */
	unsigned password; /* number of the one that fitted, or 0 */
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

/* A member is not whole, and why. */
static void
blame(struct lister *l, const struct doc_error *bad)
{
	l->refused++;
	note(l, doc_reason_of(bad->code));
}

/* One more is done with.  The heart beats for every so many. */
static void
count(struct lister *l)
{
	if (++l->members % BEAT_MEMBERS == 0)
		doc_work_progress(l->work, l->members, 0, 0);
}

/* Is all of it there?  libarchive 3.6.2 calls it the end, too, where the next
 * volume of a RAR 5 would have to go on. */
static int
check_length(struct doc_member *m, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	if (!e->has_size || m->end >= e->size)
		return 0;
	if (e->has_holes)
		return doc_member_write(m, NULL, 0, e->size, err);
	return doc_error_set(err, DOC_E_DAMAGED,
	    "content ends at byte %llu of %llu", (unsigned long long)m->end,
	    (unsigned long long)e->size);
}

static int
copy_content(struct lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_member *m = &l->member;
	uint64_t at, beat = BEAT_BYTES;
	enum doc_unpack_status st;
	const char *p;
	size_t n;

	for (;;) {
		st = doc_unpack_block(l->u, &p, &n, &at);
		if (st != DOC_UNPACK_OK)
			break;
		if (doc_member_write(m, p, n, at, err) < 0)
			return -1;
		if (m->end >= beat) {
			doc_work_progress(l->work, l->members, 0, 0);
			beat = m->end + BEAT_BYTES;
		}
	}
	if (st == DOC_UNPACK_END)
		return check_length(m, e, err);
	l->dead = st == DOC_UNPACK_DEAD;
	return doc_unpack_error(l->u, err);
}

/* The names that are to come: one by itself proves little. */
static void
learn_names(struct lister *l)
{
	struct doc_unpack_wish wish = { .raw_names = l->raw_names };
	struct doc_error err = { 0 };
	struct doc_unpack *u;

	l->learnt = true;
	if (l->in->size > LEARN_BYTES ||
	    doc_unpack_open_wish(l->in->data, l->in->size, l->kind, &wish, &u,
		&err) < 0)
		return;
	for (unsigned i = 0; i < LEARN_MEMBERS; i++) {
		struct doc_unpack_entry e = { .name = "" };
		enum doc_unpack_status st = doc_unpack_next(u, &e);

		if (st == DOC_UNPACK_END || st == DOC_UNPACK_DEAD)
			break;
		doc_called_learn(&l->called, e.name, strlen(e.name));
	}
	doc_unpack_free(u);
}

static void
say_place(struct lister *l, const struct doc_unpack_entry *e)
{
	size_t n = strlen(e->name);

	if (!l->learnt && doc_utf8_valid(e->name, n) < n)
		learn_names(l);
	doc_called_say(&l->called, e->name, n, l->work);
	if (e->has_mtime && e->mtime >= 0)
		doc_work_int(l->work, DOC_F_MTIME, (uint64_t)e->mtime);
}

/* Returns -1 with *err when nothing more may be delivered. */
static int
deliver_file(struct lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_error bad = { 0 };

	doc_member_begin(&l->member, e->name, strlen(e->name));
	say_place(l, e);
	if (copy_content(l, e, &bad) < 0)
		blame(l, &bad);
	count(l);
	if (l->member.refused) {
		*err = bad;
		return -1;
	}
	if (doc_member_end(&l->member, &bad, err) < 0) {
		blame(l, err);
		return -1;
	}
	if (doc_error_class(bad.code) != DOC_CLASS_SYSTEM)
		return 0;
	*err = bad;
	return -1;
}

/* One of the passwords may fit. */
static int
deliver_locked(struct lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	uint64_t refused = l->refused;
	int rc = deliver_file(l, e, err);

	if (l->refused == refused)
		l->password = doc_unpack_password(l->u);
	return rc;
}

/* A member without content. */
static void
deliver_bare(struct lister *l, const struct doc_unpack_entry *e,
    const struct doc_error *err, enum doc_reason reason)
{
	say_place(l, e);
	if (err != NULL)
		blame(l, err);
	l->work->ops->member_close(l->work, err, reason);
	count(l);
}

static bool
ends_in(const char *name, const char *tail)
{
	size_t n = strlen(name), t = strlen(tail);

	return n >= t && strcasecmp(name + n - t, tail) == 0;
}

/* The parts that are the document itself: its markup. */
static bool
is_own_part(enum doc_family family, const char *name)
{
	static const char *const markup[] = { ".xml", ".rels", ".xhtml",
		".html", ".htm", ".css", ".opf", ".ncx", ".rdf", ".vml",
		"mimetype" };

	if (strncmp(name, "META-INF/", 9) == 0 ||
	    strncmp(name, "Thumbnails/", 11) == 0)
		return true;
	for (size_t i = 0; i < DOC_LEN(markup); i++)
		if (ends_in(name, markup[i]))
			return true;
	/* What Office keeps beside the markup: settings of printers, caches. */
	return family == DOC_FAMILY_OOXML && strstr(name, "/media/") == NULL &&
	    strstr(name, "/embeddings/") == NULL &&
	    strstr(name, "/attachments/") == NULL;
}

/* Of a package that is a document, what is embedded; of an archive all. */
static bool
is_wanted(const struct lister *l, const char *name)
{
	if (l->family != DOC_FAMILY_OOXML && l->family != DOC_FAMILY_ODF &&
	    l->family != DOC_FAMILY_EPUB)
		return true;
	return !is_own_part(l->family, name);
}

static int
deliver(struct lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_error locked = { 0 };

	if (e->gap)
		note(l, DOC_R_DAMAGED);
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
	if (!is_wanted(l, e->name))
		return 0;
	if (!e->encrypted)
		return deliver_file(l, e, err);
	if (doc_unpack_unlocks(l->u))
		return deliver_locked(l, e, err);
	(void)doc_error_set(&locked, DOC_E_ENCRYPTED,
	    "member needs a password");
	deliver_bare(l, e, &locked, DOC_R_NONE);
	return 0;
}

/* A bad entry.  A tar is searched for its next header block by block: what
 * has no name is one loss, however many blocks of it there are. */
static void
deliver_bad(struct lister *l, const struct doc_unpack_entry *e)
{
	struct doc_error bad = { 0 };
	bool nameless = *e->name == '\0';

	(void)doc_unpack_error(l->u, &bad);
	if (!nameless || !l->lost)
		deliver_bare(l, e, &bad, DOC_R_NONE);
	l->lost = nameless;
}

/* The headers one after the other.  Returns 0 at the end of the archive, -1
 * with *err when it could not be reached. */
static int
walk(struct lister *l, struct doc_error *err)
{
	enum doc_unpack_status st;
	unsigned bad_row = 0;
	uint64_t at = 0;

	while (!l->dead && bad_row < MAX_BAD_IN_A_ROW) {
		struct doc_unpack_entry e = { .name = "" };

		st = doc_unpack_next(l->u, &e);
		if (st == DOC_UNPACK_END)
			return 0;
		if (st == DOC_UNPACK_DEAD)
			return doc_unpack_error(l->u, err);
		if (st == DOC_UNPACK_BAD) {
			bad_row = e.position > at ? 0 : bad_row + 1;
			at = DOC_MAX(at, e.position);
			deliver_bad(l, &e);
			continue;
		}
		l->lost = false;
		bad_row = 0;
		if (deliver(l, &e, err) < 0)
			return -1;
	}
	return doc_error_set(err, DOC_E_DAMAGED, "the rest is damaged");
}

/* Does libarchive 3.6.2 stop at a name?  It makes all names of an LHA Unicode,
 * by the locale, and most are in Shift JIS. */
static bool
stops_at_name(const struct doc_input *in)
{
	struct doc_error err = { 0 };
	struct doc_unpack_entry e;
	enum doc_unpack_status st;
	struct doc_unpack *u;
	bool is_lha;

	if (strncmp(in->media, "application/x-l", 15) != 0 ||
	    doc_unpack_open(in->data, in->size, DOC_UNPACK_ANY, &u, &err) < 0)
		return false;
	do
		st = doc_unpack_next(u, &e);
	while (st == DOC_UNPACK_OK);
	is_lha = doc_unpack_is_lha(u);
	doc_unpack_free(u);
	return is_lha && st != DOC_UNPACK_END;
}

/* All members; *end tells why they are not all. */
static int
list(struct lister *l, const struct doc_input *in, enum doc_unpack_kind kind,
    struct doc_error *end, struct doc_error *err)
{
	struct doc_unpack_wish wish = { .passwords = l->wish->passwords,
		.raw_names = stops_at_name(in) };

	l->in = in;
	l->kind = kind;
	l->raw_names = wish.raw_names;
	if (doc_unpack_open_wish(in->data, in->size, kind, &wish, &l->u, err) <
	    0)
		return -1;
	(void)walk(l, end);
	doc_unpack_free(l->u);
	return 0;
}

/* Of a lone compressed file what is in it, whatever that is: zeros look like an
 * empty tar, which may begin with any number of them; and nothing at all, as an
 * idle log is when it is put away, is a file as well. */
static int
list_lone(struct lister *l, const struct doc_input *in, struct doc_error *end,
    struct doc_error *err)
{
	static const char name[] = "data"; /* as libarchive calls it */
	int rc = list(l, in, DOC_UNPACK_RAW, end, err);

	if (rc < 0 || l->members > 0 || end->code != DOC_E_NONE)
		return rc;
	count(l);
	return doc_member_whole(&l->member, name, "", 0, err);
}

/* libarchive 3.6.2 goes by the members it finds, and takes none for the end:
 * what the archive counts has to be there. */
static void
check_count(struct lister *l, const struct doc_input *in, struct doc_error *end)
{
	const char *e = in->size > 3 && memcmp(in->data, "PK", 2) == 0
	    ? doc_zip_end(in)
	    : NULL;
	unsigned count = e != NULL ? doc_le16(e + 10) : 0;

	if (end->code == DOC_E_NONE && count != UINT16_MAX &&
	    l->members < count)
		doc_error_set(end, DOC_E_DAMAGED,
		    "%u members, and its directory counts %u", l->members,
		    count);
}

/* Zeros are the end of a tar: what begins with them looks like an empty one,
 * whatever it is. */
static void
check_empty(struct lister *l, const struct doc_input *in, struct doc_error *end)
{
	static const char zeros[512];
	size_t n = DOC_MIN(in->size, sizeof(zeros));

	if (end->code != DOC_E_NONE || l->members > 0 ||
	    memcmp(in->data, zeros, n) != 0)
		return;
	for (size_t i = n; i < in->size; i++)
		if (in->data[i] != '\0') {
			doc_error_set(end, DOC_E_UNSUPPORTED,
			    "unrecognized archive format");
			return;
		}
}

/* A zip whose directory is encrypted, too, says so in its first local header
 * (APPNOTE.TXT 4.4.4, bit 13); libarchive 3.6.2 says nothing. */
static void
check_masked(const struct lister *l, const struct doc_input *in,
    struct doc_error *end)
{
	enum { MASKED = 1 << 13 };

	if (end->code == DOC_E_DAMAGED && l->members == 0 && in->size > 8 &&
	    memcmp(in->data, "PK\3\4", 4) == 0 &&
	    (doc_le16(in->data + 6) & MASKED) != 0)
		*end = (struct doc_error){ .code = DOC_E_ENCRYPTED,
			.msg = "the directory needs a password" };
}

/* One part of several?  Of a RAR nothing may be missed all the same: what goes
 * on from the part before is passed over, and so is what begins there. */
static void
note_volume(struct lister *l, const struct doc_input *in, bool all)
{
	if (doc_volume_is_rar(in) || (!all && doc_volume_is_zip(in)))
		note(l, DOC_R_VOLUMES);
}

int
doc_archive_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	static const struct doc_archive_wish none = { 0 };

	return doc_archive_list_wish(in, &none, work, err);
}

int
doc_archive_list_wish(const struct doc_input *in,
    const struct doc_archive_wish *wish, struct doc_work *work,
    struct doc_error *err)
{
	struct lister l = { .work = work,
		.wish = wish,
		.family = doc_media_family(in->media) };
	struct doc_error end = { 0 };
	struct doc_input part = *in;
	struct doc_behind found;
	const char *end_record;
	int rc;

	if (in->size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	if (doc_behind_find(in, &found)) {
		part.data += found.from;
		part.size = found.len;
		in = &part;
	}
	if (doc_member_init(&l.member, work, err) < 0)
		return -1;
	if (in->size > 3 && memcmp(in->data, "PK", 2) == 0 &&
	    (end_record = doc_zip_end(in)) != NULL) {
		doc_called_learn_zip(&l.called, in, end_record);
		l.learnt = l.called.n > 0;
	}
	rc = list(&l, in, DOC_UNPACK_ANY, &end, err);
	if (rc == 0 && l.members == 0 && end.code == DOC_E_NONE &&
	    doc_media_family(in->media) == DOC_FAMILY_COMPRESSED)
		rc = list_lone(&l, in, &end, err);
	doc_member_release(&l.member);
	if (rc < 0)
		return -1;
	if (rc == 0 && l.family == DOC_FAMILY_ARCHIVE) {
		check_count(&l, in, &end);
		check_empty(&l, in, &end);
		check_masked(&l, in, &end);
	}
	note_volume(&l, in, end.code == DOC_E_NONE && l.reasons == 0);
	/* When something was delivered, the result is partial, no error. */
	if (l.members > 0 && doc_reason_of(end.code) != DOC_R_NONE) {
		note(&l, doc_reason_of(end.code));
		end.code = DOC_E_NONE;
	}
	doc_work_int(work, DOC_F_SEEN, l.members);
	doc_work_int(work, DOC_F_REFUSED, l.refused);
	if (l.password > 0)
		doc_work_int(work, DOC_F_PASSWORD, l.password);
	if (end.code == DOC_E_NONE)
		return 0;
	*err = end;
	return -1;
}
