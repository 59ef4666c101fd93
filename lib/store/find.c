/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/store/find.h"
#include "lib/store/schema.h"
#include "lib/store/words.h"

enum { VALUES = 16 };

/* A statement in the making: its text, and what is bound to it. */
struct draft {
	struct doc_buf sql;
	struct {
		const char *text; /* NULL: the number */
		int64_t number;
	} value[VALUES];
	int values;
};

static void
add_text(struct draft *d, const char *condition, const char *text)
{
	if (text == NULL)
		return;
	doc_buf_addf(&d->sql, " AND %s", condition);
	d->value[d->values++].text = text;
}

static void
add_number(struct draft *d, const char *condition, uint64_t n)
{
	doc_buf_addf(&d->sql, " AND %s", condition);
	d->value[d->values++].number = (int64_t)n;
}

/* The order of the values is that of the question marks. */
static void
add_fields(struct draft *d, const struct doc_find_terms *t)
{
	add_text(d, "d.tenant=?", t->tenant);
	add_text(d, "d.verdict=?", t->verdict);
	add_text(d, "d.status=?", t->status);
	add_text(d, "d.error=?", t->error);
	if (t->type != NULL && strpbrk(t->type, "/*?[") != NULL)
		add_text(d, "d.media GLOB ?", t->type);
	else
		add_text(d, "d.family=?", t->type);
	add_text(d, "d.path GLOB ?", t->path);
	add_text(d, "lower(hex(d.sha256)) GLOB ? || '*'", t->sha256);
	add_text(d, "d.mtime>=?", t->after);
	add_text(d, "d.mtime<?", t->before);
	if (t->min_size > 0)
		add_number(d, "d.size>=?", t->min_size);
	if (t->max_size > 0)
		add_number(d, "d.size<=?", t->max_size);
	if (!t->near)
		return;
	doc_buf_adds(&d->sql, " AND d.fingerprint IS NOT NULL");
	add_number(d, "distance(d.fingerprint,?)<=?", t->fingerprint);
	d->value[d->values++].number = t->distance;
}

static void
add_order(struct draft *d, const struct doc_find_terms *t)
{
	static const char *const by[] = { [DOC_FIND_PATH] = "d.path",
		[DOC_FIND_SIZE] = "d.size DESC",
		[DOC_FIND_TIME] = "d.mtime DESC" };

	if (t->order != DOC_FIND_BEST)
		doc_buf_addf(&d->sql, " ORDER BY %s, d.n", by[t->order]);
	else if (t->words != NULL)
		doc_buf_adds(&d->sql, " ORDER BY rank, d.n");
	else if (t->near) {
		doc_buf_adds(&d->sql,
		    " ORDER BY distance(d.fingerprint,?), d.n");
		d->value[d->values++].number = (int64_t)t->fingerprint;
	} else
		doc_buf_adds(&d->sql, " ORDER BY d.n");
	if (t->limit > 0) {
		doc_buf_adds(&d->sql, " LIMIT ?");
		d->value[d->values++].number = (int64_t)t->limit;
	}
}

/* A word of the title weighs as much as five of the text. */
static void
add_source(struct draft *d, const struct doc_find_terms *t, const char *words,
    const char *what)
{
	doc_buf_addf(&d->sql, "SELECT %s FROM ", what);
	if (t->words == NULL) {
		doc_buf_adds(&d->sql, "doc d WHERE 1");
		return;
	}
	doc_buf_adds(&d->sql,
	    "fulltext JOIN doc d ON d.body=fulltext.rowid "
	    "WHERE rank MATCH 'bm25(5.0,1.0,1.0)'");
	add_text(d, "fulltext MATCH ?", words);
}

static int
make(struct doc_db *db, struct draft *d, struct doc_query **query,
    struct doc_error *err)
{
	const char *sql = doc_buf_str(&d->sql);

	if (sql == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_query_make(db, sql, query, err) < 0)
		return -1;
	for (int i = 0; i < d->values; i++)
		if (d->value[i].text != NULL)
			doc_query_str(*query, i + 1, d->value[i].text);
		else
			doc_query_int(*query, i + 1, d->value[i].number);
	return 0;
}

static int
open_db(struct doc_find *f, const char *path,
    const struct doc_find_terms *terms, struct doc_error *err)
{
	*f = (struct doc_find){ 0 };
	if (terms->words != NULL &&
	    (doc_words_prepare(&f->words, terms->words, strlen(terms->words)) <
		    0 ||
		doc_buf_str(&f->words) == NULL))
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_db_open(&f->db, path, DOC_DB_READ, err) < 0 ||
	    doc_schema_expect(f->db, err) < 0)
		return -1;
	/* One state of it all, whoever writes. */
	return doc_db_exec(f->db, "BEGIN", err);
}

int
doc_find_open(struct doc_find *f, const char *path,
    const struct doc_find_terms *terms, struct doc_error *err)
{
	struct draft d = { 0 };
	int rc = open_db(f, path, terms, err);

	if (rc == 0) {
		add_source(&d, terms, f->words.data, "d.n");
		add_fields(&d, terms);
		add_order(&d, terms);
		rc = make(f->db, &d, &f->rows, err);
	}
	/* The lines apart, so that only those shown are read and sorted. */
	if (rc == 0)
		rc = doc_query_make(f->db, "SELECT record FROM line WHERE n=?1",
		    &f->line, err);
	doc_buf_release(&d.sql);
	if (rc < 0)
		doc_find_close(f);
	return rc;
}

void
doc_find_close(struct doc_find *f)
{
	doc_query_free(f->rows);
	doc_query_free(f->line);
	doc_db_close(f->db);
	doc_buf_release(&f->words);
	*f = (struct doc_find){ 0 };
}

int
doc_find_next(struct doc_find *f, const char **line, size_t *len,
    struct doc_error *err)
{
	int rc = doc_query_step(f->rows, err);

	if (rc <= 0)
		return rc;
	doc_query_reset(f->line);
	doc_query_int(f->line, 1, doc_row_int(f->rows, 0));
	rc = doc_query_step(f->line, err);
	if (rc == 0)
		return doc_error_set(err, DOC_E_IO,
		    "the store has a document without its record: see "
		    "docstore --check");
	if (rc > 0) {
		f->rank++;
		*line = doc_row_text(f->line, 0, len);
	}
	return rc;
}

int
doc_find_count(const char *path, const struct doc_find_terms *terms, int64_t *n,
    struct doc_error *err)
{
	struct doc_find f;
	struct draft d = { 0 };
	int rc = open_db(&f, path, terms, err);

	if (rc == 0) {
		add_source(&d, terms, f.words.data, "count(*)");
		add_fields(&d, terms);
		rc = make(f.db, &d, &f.rows, err);
	}
	if (rc == 0) {
		rc = doc_query_step(f.rows, err) > 0 ? 0 : -1;
		*n = rc == 0 ? doc_row_int(f.rows, 0) : 0;
	}
	doc_buf_release(&d.sql);
	doc_find_close(&f);
	return rc;
}
