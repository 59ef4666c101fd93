/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/record/path.h"
#include "lib/review/compare.h"
#include "lib/review/diff.h"

/* A document of the first run, 32 bytes. */
struct place {
	uint8_t id[16];
	uint64_t at;
	uint32_t len; /* 0: an empty place */
	bool met;
};

struct index {
	struct place *at;
	size_t count, room; /* a power of two */
};

const char *
doc_change_name(enum doc_change change)
{
	static const char *const names[] = {
#define X(id, name, text) name,
		DOC_CHANGES(X)
#undef X
	};

	return names[change];
}

/* 16 bytes that stand for the id, whatever it looks like. */
static int
id_of(const struct doc_record *rec, uint8_t id[static 16])
{
	const struct doc_json_member *m = doc_record_find(rec, "id");
	unsigned char all[DOC_DIGEST_BYTES];
	struct doc_digest d;

	if (m == NULL)
		return -1;
	doc_digest_init(&d);
	doc_digest_add(&d, rec->line + m->value, m->value_len);
	doc_digest_raw(&d, all);
	memcpy(id, all, 16);
	return 0;
}

static struct place *
first_place(const struct index *x, const uint8_t id[static 16])
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	return &x->at[h & (x->room - 1)];
}

static struct place *
next_place(const struct index *x, struct place *p)
{
	return p + 1 == x->at + x->room ? x->at : p + 1;
}

static int
grow(struct index *x)
{
	struct index more = { .room = x->room ? x->room * 2 : 1024 };

	more.at = calloc(more.room, sizeof(*more.at));
	if (more.at == NULL)
		return -1;
	for (size_t i = 0; i < x->room; i++) {
		struct place *p;

		if (x->at[i].len == 0)
			continue;
		p = first_place(&more, x->at[i].id);
		while (p->len != 0)
			p = next_place(&more, p);
		*p = x->at[i];
	}
	more.count = x->count;
	free(x->at);
	*x = more;
	return 0;
}

static int
add(struct index *x, const struct doc_records *r)
{
	struct place it = { .at = r->at, .len = (uint32_t)r->rec.len };
	struct place *p;

	if (x->count * 2 >= x->room && grow(x) < 0)
		return -1;
	if (id_of(&r->rec, it.id) < 0)
		return 0;
	p = first_place(x, it.id);
	while (p->len != 0)
		p = next_place(x, p);
	*p = it;
	x->count++;
	return 0;
}

/* One that was not met: the same name may be given twice. */
static struct place *
meet(const struct index *x, const struct doc_record *rec)
{
	uint8_t id[16];

	if (x->room == 0 || id_of(rec, id) < 0)
		return NULL;
	for (struct place *p = first_place(x, id); p->len != 0;
	     p = next_place(x, p))
		if (!p->met && memcmp(p->id, id, sizeof(id)) == 0) {
			p->met = true;
			return p;
		}
	return NULL;
}

static int
tell(struct doc_diff *d, const struct doc_difference *it,
    const struct doc_record *rec, struct doc_error *err)
{
	d->count[it->change]++;
	d->worse[it->change] += it->worse;
	return d->tell(d, it, rec, err);
}

static int
compare(struct doc_diff *d, const struct doc_record *a,
    const struct doc_record *b, struct doc_error *err)
{
	struct doc_comparison c = { .loss = d->loss };

	if (doc_compare(&c, a, b) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	d->cpu_ms_a += c.cpu_ms_a;
	d->cpu_ms_b += c.cpu_ms_b;
	d->same += c.n == 0;
	for (unsigned i = 0; i < c.n; i++)
		if (tell(d, &c.at[i], b, err) < 0)
			return -1;
	return 0;
}

static int
read_first(struct doc_diff *d, struct doc_records *a, struct index *x,
    struct doc_error *err)
{
	int rc;

	while ((rc = doc_records_next(a, err)) > 0)
		if (a->rec.type == DOC_TYPE_DOC && add(x, a) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	d->documents_a = a->documents;
	d->complete_a = a->complete;
	return rc;
}

static int
read_second(struct doc_diff *d, struct doc_records *a, struct doc_records *b,
    const struct index *x, struct doc_error *err)
{
	static const struct doc_difference new = { .change = DOC_CHANGE_NEW };
	doc_autobuf struct doc_buf line = { 0 };
	struct doc_record before;
	int rc;

	while ((rc = doc_records_next(b, err)) > 0) {
		const struct place *p;

		if (b->rec.type != DOC_TYPE_DOC)
			continue;
		p = meet(x, &b->rec);
		if (p == NULL)
			rc = tell(d, &new, &b->rec, err);
		else if (doc_records_get(a, p->at, p->len, &line, &before,
			     err) < 0)
			return -1;
		else
			rc = compare(d, &before, &b->rec, err);
		if (rc < 0)
			return -1;
	}
	d->documents_b = b->documents;
	d->complete_b = b->complete;
	return rc;
}

/* In the order of the first run; `at` tells which of two of the same id. */
static int
find_gone(struct doc_diff *d, struct doc_records *a, const struct index *x,
    struct doc_error *err)
{
	static const struct doc_difference gone = { .change = DOC_CHANGE_GONE,
		.worse = true };
	int rc = doc_records_rewind(a, err);

	while (rc >= 0 && (rc = doc_records_next(a, err)) > 0) {
		struct place *p;
		uint8_t id[16];

		if (a->rec.type != DOC_TYPE_DOC || id_of(&a->rec, id) < 0)
			continue;
		p = first_place(x, id);
		while (p->len != 0 && p->at != a->at)
			p = next_place(x, p);
		if (p->len != 0 && !p->met && tell(d, &gone, &a->rec, err) < 0)
			return -1;
	}
	return rc;
}

int
doc_diff_run(struct doc_diff *d, struct doc_records *a, struct doc_records *b,
    struct doc_error *err)
{
	struct index x = { 0 };
	int rc = read_first(d, a, &x, err);

	if (rc == 0)
		rc = read_second(d, a, b, &x, err);
	if (rc == 0 && x.room > 0)
		rc = find_gone(d, a, &x, err);
	free(x.at);
	return rc;
}
