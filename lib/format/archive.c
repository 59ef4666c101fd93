/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/archive_impl.h"
#include "lib/format/behind.h"
#include "lib/format/volume.h"

/* A reader that calls a header bad and stays there would never end. */
#define MAX_BAD_IN_A_ROW 1000

/* A bad entry.  A tar is searched for its next header block by block: what
 * has no name is one loss, however many blocks of it there are. */
static void
deliver_bad(struct doc_lister *l, const struct doc_unpack_entry *e)
{
	struct doc_error bad = { 0 };
	bool nameless = *e->name == '\0';

	(void)doc_unpack_error(l->u, &bad);
	if (!nameless || !l->lost)
		doc_lister_bare(l, e, &bad, DOC_R_NONE);
	l->lost = nameless;
}

/* The headers one after the other.  Returns 0 at the end of the archive, -1
 * with *err when it could not be reached. */
static int
walk(struct doc_lister *l, struct doc_error *err)
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
		l->entries++;
		if (st == DOC_UNPACK_BAD) {
			bad_row = e.position > at ? 0 : bad_row + 1;
			at = DOC_MAX(at, e.position);
			deliver_bad(l, &e);
			continue;
		}
		l->lost = false;
		bad_row = 0;
		if (doc_lister_deliver(l, &e, err) < 0) {
			l->enough = true;
			return -1;
		}
	}
	return doc_error_set(err, DOC_E_DAMAGED, "the rest is damaged");
}

struct doc_unpack *
doc_lister_reopen(const struct doc_lister *l, uint64_t entries, unsigned from,
    struct doc_unpack_entry *e)
{
	struct doc_unpack_wish wish = { .passwords = l->wish->passwords,
		.password_from = from,
		.raw_names = l->raw_names };
	struct doc_error err = { 0 };
	enum doc_unpack_status st;
	struct doc_unpack *u;

	if (doc_unpack_open_wish(l->in->data, l->in->size, l->kind, &wish, &u,
		&err) < 0)
		return NULL;
	do
		st = doc_unpack_next(u, e);
	while (--entries > 0 && (st == DOC_UNPACK_OK || st == DOC_UNPACK_BAD));
	if (entries == 0)
		return u;
	doc_unpack_free(u);
	return NULL;
}

/* Go on behind a member whose content is broken: libarchive 3.6.2 can read no
 * more, but headers lead over what is not unpacked.  The password that fitted
 * is the first one then. */
static bool
resume(struct doc_lister *l)
{
	struct doc_unpack_entry e;
	struct doc_unpack *u;

	if (!l->dead || l->resumed++ >= DOC_LISTER_RESUMED ||
	    !doc_unpack_leads_over(l->u))
		return false;
	u = doc_lister_reopen(l, l->entries, l->password, &e);
	if (u == NULL)
		return false;
	doc_unpack_free(l->u);
	l->u = u;
	l->from = l->password;
	l->dead = false;
	return true;
}

/* The same of a zip, by its directory. */
static void
walk_rest(struct doc_lister *l, struct doc_error *end)
{
	struct doc_error stop = { 0 };
	struct doc_unpack_entry e;

	l->rest = doc_zip_rest_open(l->in, l->entries);
	while (l->rest != NULL && doc_zip_rest_next(l->rest, &e))
		if (doc_lister_deliver(l, &e, &stop) < 0) {
			*end = stop;
			break;
		}
	doc_zip_rest_free(doc_steal(&l->rest));
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
list(struct doc_lister *l, const struct doc_input *in,
    enum doc_unpack_kind kind, struct doc_error *end, struct doc_error *err)
{
	struct doc_unpack_wish wish = { .passwords = l->wish->passwords,
		.raw_names = stops_at_name(in) };

	l->in = in;
	l->kind = kind;
	l->entries = 0;
	l->dead = false;
	l->raw_names = wish.raw_names;
	if (doc_unpack_open_wish(in->data, in->size, kind, &wish, &l->u, err) <
	    0)
		return -1;
	while (walk(l, end) < 0 && resume(l))
		*end = (struct doc_error){ 0 };
	if (end->code == DOC_E_DAMAGED && !l->enough)
		walk_rest(l, end);
	doc_unpack_free(l->u);
	return 0;
}

/* Of a lone compressed file what is in it, whatever that is: zeros look like an
 * empty tar, which may begin with any number of them; and nothing at all, as an
 * idle log is when it is put away, is a file as well. */
static int
list_lone(struct doc_lister *l, const struct doc_input *in,
    struct doc_error *end, struct doc_error *err)
{
	static const char name[] = "data"; /* as libarchive calls it */
	int rc = list(l, in, DOC_UNPACK_RAW, end, err);

	if (rc < 0 || l->members > 0 || end->code != DOC_E_NONE)
		return rc;
	doc_lister_count(l);
	return doc_member_whole(&l->member, name, "", 0, err);
}

/* What a zip counts in its directory; 0: it is none, or counts in 64 bits. */
static unsigned
count_of(const struct doc_input *in)
{
	bool is_zip = strcmp(in->media, "application/zip") == 0 ||
	    (in->size > 3 && memcmp(in->data, "PK", 2) == 0);
	const char *e = is_zip ? doc_zip_end(in) : NULL;
	unsigned count = e != NULL ? doc_le16(e + 10) : 0;

	return count != UINT16_MAX ? count : 0;
}

/* libarchive 3.6.2 goes by the members it finds, and takes none for the end:
 * what the archive counts has to be there.  With 64 bits behind a program it
 * finds none. */
static void
check_count(struct doc_lister *l, const struct doc_input *in,
    struct doc_error *end)
{
	unsigned count = count_of(in);

	if (end->code != DOC_E_NONE || l->members >= count)
		return;
	/* The directory of several disks tells of the others, too. */
	if (doc_le16(doc_zip_end(in) + 4) == 0)
		walk_rest(l, end);
	if (l->members < count)
		doc_error_set(end, DOC_E_DAMAGED,
		    "%u members, and its directory counts %u", l->members,
		    count);
}

/* Zeros are the end of a tar: what begins with them looks like an empty one,
 * whatever it is. */
static void
check_empty(struct doc_lister *l, const struct doc_input *in,
    struct doc_error *end)
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
check_masked(const struct doc_lister *l, const struct doc_input *in,
    struct doc_error *end)
{
	enum { MASKED = 1 << 13 };

	if (end->code == DOC_E_DAMAGED && l->members == 0 && in->size > 8 &&
	    memcmp(in->data, "PK\3\4", 4) == 0 &&
	    (doc_le16(in->data + 6) & MASKED) != 0)
		*end = (struct doc_error){ .code = DOC_E_ENCRYPTED,
			.msg = "the directory needs a password" };
}

/* Where the directory of a zip is beyond reading: by its local headers. */
static int
list_headers(struct doc_lister *l, const struct doc_input *in,
    const struct doc_error *end, struct doc_error *err)
{
	struct doc_error again = { 0 };

	if (end->code != DOC_E_DAMAGED || l->members > 0 || in->size < 4 ||
	    memcmp(in->data, "PK\3\4", 4) != 0)
		return 0;
	return list(l, in, DOC_UNPACK_ZIP, &again, err);
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
	struct doc_lister l = { .work = work,
		.wish = wish,
		.family = doc_media_family(in->media) };
	struct doc_error end = { 0 };
	struct doc_input part = *in;
	struct doc_behind found;
	const char *end_record;
	int rc;

	if (in->size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	if (doc_volume_is_mixed(in))
		return doc_error_set(err, DOC_E_DAMAGED,
		    "the parts are not of one archive");
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
	if (rc == 0 && l.family == DOC_FAMILY_ARCHIVE) {
		check_count(&l, in, &end);
		check_empty(&l, in, &end);
		check_masked(&l, in, &end);
		rc = list_headers(&l, in, &end, err);
	}
	doc_member_release(&l.member);
	if (doc_volume_lacks(in, rc < 0 ? err : &end, l.reasons != 0))
		doc_lister_note(&l, DOC_R_VOLUMES);
	if (rc < 0)
		return -1;
	/* When something was delivered, the result is partial, no error. */
	if (l.members > 0 && doc_reason_of(end.code) != DOC_R_NONE) {
		doc_lister_note(&l, doc_reason_of(end.code));
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
