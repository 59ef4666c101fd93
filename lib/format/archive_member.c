/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/archive_impl.h"
#include "lib/format/embedded.h"

/* Beat the heart inside long members, too: every so many bytes. */
#define BEAT_BYTES ((uint64_t)16 << 20)

#define BEAT_MEMBERS 16

/* To guess what names mean a small archive is gone through twice, so far. */
#define LEARN_BYTES   ((size_t)8 << 20)
#define LEARN_MEMBERS 1000

void
doc_lister_note(struct doc_lister *l, enum doc_reason reason)
{
	uint64_t bit = (uint64_t)1 << reason;

	if (reason == DOC_R_NONE || (l->reasons & bit))
		return;
	l->reasons |= bit;
	doc_work_reason(l->work, reason);
}

/* A member is not whole, and why. */
static void
blame(struct doc_lister *l, const struct doc_error *bad)
{
	l->refused++;
	doc_lister_note(l, doc_reason_of(bad->code));
}

void
doc_lister_count(struct doc_lister *l)
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

static void
beat(struct doc_lister *l, uint64_t *next)
{
	if (l->member.end < *next)
		return;
	doc_work_progress(l->work, l->members, 0, 0);
	*next = l->member.end + BEAT_BYTES;
}

struct pour {
	struct doc_lister *l;
	uint64_t beat;
};

static int
pour(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	struct pour *to = ctx;

	if (doc_member_write(&to->l->member, p, n, to->l->member.end, err) < 0)
		return -1;
	beat(to->l, &to->beat);
	return 0;
}

static int
copy_content(struct doc_lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_member *m = &l->member;
	struct pour to = { l, BEAT_BYTES };
	uint64_t at;
	enum doc_unpack_status st;
	const char *p;
	size_t n;

	if (l->rest != NULL)
		return doc_zip_rest_pour(l->rest, pour, &to, err);
	while ((st = doc_unpack_block(l->u, &p, &n, &at)) == DOC_UNPACK_OK) {
		if (doc_member_write(m, p, n, at, err) < 0)
			return -1;
		beat(l, &to.beat);
	}
	if (st == DOC_UNPACK_END)
		return check_length(m, e, err);
	l->dead = st == DOC_UNPACK_DEAD;
	return doc_unpack_error(l->u, err);
}

/* The names that are to come: one by itself proves little. */
static void
learn_names(struct doc_lister *l)
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
say_place(struct doc_lister *l, const struct doc_unpack_entry *e)
{
	size_t n = strlen(e->name);

	if (!l->learnt && doc_utf8_valid(e->name, n) < n)
		learn_names(l);
	doc_called_say(&l->called, e->name, n, l->work);
	if (e->has_mtime && e->mtime >= 0)
		doc_work_int(l->work, DOC_F_MTIME, (uint64_t)e->mtime);
}

/* What libarchive 3.6.2 finds damaged by the local header of a zip may be whole
 * by its directory, which is what other programs go by. */
static int
copy_again(struct doc_lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct pour to = { l, BEAT_BYTES };
	struct doc_error again = { 0 };
	struct doc_zip_rest *rest;
	struct doc_unpack_entry same;
	int rc = -1;

	if (err->code != DOC_E_DAMAGED || l->rest != NULL || e->encrypted ||
	    l->resumed >= DOC_LISTER_RESUMED)
		return -1;
	l->resumed++;
	rest = doc_zip_rest_open(l->in, l->entries - 1);
	if (rest != NULL && doc_zip_rest_next(rest, &same) &&
	    strcmp(same.name, e->name) == 0 &&
	    doc_member_restart(&l->member, &again) == 0)
		rc = doc_zip_rest_pour(rest, pour, &to, &again);
	doc_zip_rest_free(rest);
	if (rc == 0)
		*err = (struct doc_error){ 0 };
	return rc;
}

/* With the first password, from the beginning, that gives all of the member. */
static int
try_passwords(struct doc_lister *l, struct doc_error *err)
{
	struct doc_unpack *was = l->u;
	bool dead = l->dead;
	unsigned from = 1;
	int rc = -1;

	do {
		struct doc_unpack_entry e;

		*err = (struct doc_error){ 0 };
		l->u = doc_lister_reopen(l, l->entries, from, &e);
		if (l->u == NULL || doc_member_restart(&l->member, err) < 0)
			break;
		rc = copy_content(l, &e, err);
		from = doc_unpack_password(l->u) + 1;
		doc_unpack_free(doc_steal(&l->u));
	} while (rc < 0 && err->code == DOC_E_DAMAGED);
	doc_unpack_free(l->u);
	l->u = was;
	l->dead = dead;
	if (rc == 0)
		l->password = from - 1;
	return rc;
}

/* The old encryption of zip compares one byte (APPNOTE.TXT 6.1.6): of 256 wrong
 * passwords one seems to fit, and then all that comes looks damaged. */
static int
copy_unlocked(struct doc_lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_error failed = { 0 };

	if (!e->encrypted || l->member.refused ||
	    (err->code != DOC_E_DAMAGED &&
		!(err->code == DOC_E_ENCRYPTED && l->from > 1)))
		return -1;
	if (try_passwords(l, &failed) == 0) {
		*err = failed;
		return 0;
	}
	if (failed.code == DOC_E_ENCRYPTED && l->password == 0)
		*err = failed;
	else if (failed.code != DOC_E_ENCRYPTED &&
	    failed.code != DOC_E_DAMAGED && failed.code != DOC_E_NONE)
		*err = failed;
	return -1;
}

/* Returns -1 with *err when nothing more may be delivered. */
static int
deliver_file(struct doc_lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_error bad = { 0 };

	doc_member_begin(&l->member, e->name, strlen(e->name));
	say_place(l, e);
	if (copy_content(l, e, &bad) == 0) {
		if (e->encrypted)
			l->password = doc_unpack_password(l->u);
	} else if (copy_again(l, e, &bad) < 0 &&
	    copy_unlocked(l, e, &bad) < 0) {
		blame(l, &bad);
	}
	doc_lister_count(l);
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

void
doc_lister_bare(struct doc_lister *l, const struct doc_unpack_entry *e,
    const struct doc_error *err, enum doc_reason reason)
{
	say_place(l, e);
	if (err != NULL)
		blame(l, err);
	l->work->ops->member_close(l->work, err, reason);
	doc_lister_count(l);
}

int
doc_lister_deliver(struct doc_lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err)
{
	struct doc_error locked = { 0 };

	if (e->gap)
		doc_lister_note(l, DOC_R_DAMAGED);
	switch (e->type) {
	case DOC_UNPACK_DIRECTORY:
		doc_lister_bare(l, e, NULL, DOC_R_DIRECTORY);
		return 0;
	case DOC_UNPACK_LINK:
		doc_lister_bare(l, e, NULL, DOC_R_LINK);
		return 0;
	case DOC_UNPACK_SPECIAL:
		doc_lister_bare(l, e, NULL, DOC_R_SPECIAL);
		return 0;
	case DOC_UNPACK_FILE:
		break;
	}
	if (!doc_embedded(l->family, e->name))
		return 0;
	if (!e->encrypted || (l->rest == NULL && doc_unpack_unlocks(l->u)))
		return deliver_file(l, e, err);
	(void)doc_error_set(&locked, DOC_E_ENCRYPTED,
	    "member needs a password");
	doc_lister_bare(l, e, &locked, DOC_R_NONE);
	return 0;
}
