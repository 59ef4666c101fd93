/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/tree.h"
#include "lib/store/schema.h"
#include "lib/store/store.h"
#include "lib/store/text.h"
#include "lib/store/words.h"

enum { BODY_KEY = 32 }; /* hexadecimal digits of what was indexed */

/* --- opening ---------------------------------------------------------------*/

int
doc_store_path(const char *path, struct doc_buf *out, struct doc_error *err)
{
	const char *own = getenv("DOCPIPE_STORE");
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int rc;

	if (path != NULL)
		rc = doc_buf_adds(out, path);
	else if (own != NULL && *own != '\0')
		rc = doc_buf_adds(out, own);
	else if (data != NULL && *data == '/')
		rc = doc_buf_addf(out, "%s/docpipe/store.db", data);
	else if (home != NULL && *home == '/')
		rc = doc_buf_addf(out, "%s/.local/share/docpipe/store.db",
		    home);
	else
		return doc_error_set(err, DOC_E_USAGE,
		    "no place for the store: give --store, or set HOME");
	return rc < 0 || doc_buf_str(out) == NULL
	    ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
	    : 0;
}

static int
make_folder(const char *path, struct doc_error *err)
{
	const char *slash = strrchr(path, '/');
	doc_autofree char *dir = NULL;

	if (slash == NULL || slash == path)
		return 0;
	dir = strndup(path, (size_t)(slash - path));
	if (dir == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return doc_tree_make(dir, err);
}

static int
make_queries(struct doc_store *s, struct doc_error *err)
{
	const struct {
		struct doc_query **query;
		const char *sql;
	} all[] = {
		{ &s->find,
		    "SELECT n, digest, body, cut FROM doc WHERE id=?1" },
		{ &s->add,
		    "INSERT INTO doc(id,tenant,path,media,family,size,mtime,"
		    "sha256,status,error,verdict,pages,words,fingerprint,body,"
		    "digest,cut) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,"
		    "?12,?13,?14,?15,?16,?17)" },
		{ &s->change,
		    "UPDATE doc SET tenant=?2,path=?3,media=?4,family=?5,"
		    "size=?6,mtime=?7,sha256=?8,status=?9,error=?10,"
		    "verdict=?11,pages=?12,words=?13,fingerprint=?14,"
		    "body=?15,digest=?16,cut=?17 WHERE id=?1" },
		{ &s->keep, "REPLACE INTO line(n,record) VALUES(?1,?2)" },
		{ &s->find_body, "SELECT n FROM body WHERE key=?1" },
		{ &s->add_body, "INSERT INTO body(key) VALUES(?1)" },
		{ &s->add_words,
		    "INSERT INTO fulltext(rowid,title,text,ocr) "
		    "VALUES(?1,?2,?3,?4)" },
	};

	for (size_t i = 0; i < DOC_LEN(all); i++)
		if (doc_query_make(s->db, all[i].sql, all[i].query, err) < 0)
			return -1;
	return 0;
}

int
doc_store_open(struct doc_store *s, const char *path, struct doc_error *err)
{
	if (make_folder(path, err) < 0 ||
	    doc_db_open(&s->db, path, DOC_DB_WRITE, err) < 0)
		return -1;
	if (doc_db_wal(s->db, err) < 0 ||
	    doc_db_exec(s->db,
		"PRAGMA synchronous=FULL;"
		/* A page of the id's index is written to the file once in
		 * many commits, not after each fourth. */
		"PRAGMA wal_autocheckpoint=10000; PRAGMA cache_size=-65536;",
		err) < 0 ||
	    doc_schema_migrate(s->db, 0, err) < 0 || make_queries(s, err) < 0) {
		doc_store_close(s);
		return -1;
	}
	return 0;
}

void
doc_store_close(struct doc_store *s)
{
	struct doc_query *all[] = { s->find, s->add, s->change, s->keep,
		s->find_body, s->add_body, s->add_words };

	for (size_t i = 0; i < DOC_LEN(all); i++)
		doc_query_free(all[i]);
	doc_db_close(s->db);
	s->db = NULL;
}

int
doc_store_begin(struct doc_store *s, struct doc_error *err)
{
	if (doc_db_in_transaction(s->db))
		return 0;
	return doc_db_exec(s->db, "BEGIN IMMEDIATE", err);
}

int
doc_store_commit(struct doc_store *s, struct doc_error *err)
{
	if (!doc_db_in_transaction(s->db))
		return 0;
	return doc_db_exec(s->db, "COMMIT", err);
}

/* --- the text --------------------------------------------------------------*/

/* One text of a document, from its file or from the record itself. */
static void
load(const struct doc_store *s, const struct doc_entry *e,
    const struct doc_buf *file, const struct doc_buf *in, struct doc_buf *out,
    struct doc_store_lack *lack)
{
	struct doc_error err = { 0 };
	char root[4200];
	bool cut = false;

	if (file->len == 0) {
		if (doc_words_prepare(out, in->data,
			DOC_MIN(in->len, s->max_text)) < 0)
			doc_error_set(&err, DOC_E_NO_MEMORY, "no memory");
	} else {
		/* A record of one tenant cannot name a text of another. */
		snprintf(root, sizeof(root), "%s/%.*s", s->spool,
		    (int)e->tenant.len, e->tenant.data);
		(void)!doc_text_load(root, file->data, s->max_text, out, &cut,
		    &err);
	}
	if (err.code != DOC_E_NONE) {
		lack->reason = DOC_R_ERRORS;
		lack->err = err;
	} else if (cut && lack->reason == DOC_R_NONE) {
		lack->reason = DOC_R_SIZE;
	}
}

struct body {
	struct doc_buf title, text, ocr;
};

static void
body_release(struct body *b)
{
	doc_buf_release(&b->title);
	doc_buf_release(&b->text);
	doc_buf_release(&b->ocr);
}

static void
body_key(const struct doc_entry *e, const struct body *b,
    char key[static DOC_DIGEST_HEX])
{
	struct doc_digest d;

	doc_digest_init(&d);
	doc_digest_field(&d, e->tenant.data, e->tenant.len);
	doc_digest_field(&d, b->title.data, b->title.len);
	doc_digest_field(&d, b->text.data, b->text.len);
	doc_digest_field(&d, b->ocr.data, b->ocr.len);
	doc_digest_hex(&d, key);
}

static int
index_body(struct doc_store *s, const char *key, const struct body *b,
    int64_t *n, struct doc_error *err)
{
	int rc;

	doc_query_blob(s->find_body, 1, key, BODY_KEY);
	rc = doc_query_step(s->find_body, err);
	if (rc > 0)
		*n = doc_row_int(s->find_body, 0);
	doc_query_reset(s->find_body);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	doc_query_blob(s->add_body, 1, key, BODY_KEY);
	if (doc_query_run(s->add_body, err) < 0)
		return -1;
	*n = doc_db_last_row(s->db);
	doc_query_int(s->add_words, 1, *n);
	doc_query_text(s->add_words, 2, b->title.data, b->title.len);
	doc_query_text(s->add_words, 3, b->text.data, b->text.len);
	doc_query_text(s->add_words, 4, b->ocr.data, b->ocr.len);
	return doc_query_run(s->add_words, err);
}

/* The row of the document's text in the index; *n 0: it has none. */
static int
find_body(struct doc_store *s, const struct doc_entry *e, int64_t *n,
    struct doc_store_lack *lack, struct doc_error *err)
{
	char key[DOC_DIGEST_HEX];
	struct body b = { 0 };
	int rc = 0;

	*n = 0;
	if (!s->index)
		return 0;
	if (doc_words_prepare(&b.title, e->title.data, e->title.len) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	load(s, e, &e->text, &e->text_in, &b.text, lack);
	load(s, e, &e->ocr, &e->ocr_in, &b.ocr, lack);
	if (b.title.len + b.text.len + b.ocr.len > 0) {
		body_key(e, &b, key);
		rc = index_body(s, key, &b, n, err);
	}
	body_release(&b);
	return rc;
}

/* --- documents -------------------------------------------------------------*/

static void
bind_count(struct doc_query *q, int at, int64_t v)
{
	if (v < 0)
		doc_query_null(q, at);
	else
		doc_query_int(q, at, v);
}

static void
bind_buf(struct doc_query *q, int at, const struct doc_buf *b)
{
	doc_query_text(q, at, b->len ? b->data : NULL, b->len);
}

static int
write_doc(struct doc_query *q, const struct doc_entry *e, int64_t body,
    const struct doc_store_lack *lack, struct doc_error *err)
{
	/* One whose text could not be read is tried again next time. */
	uint64_t digest = lack->reason == DOC_R_ERRORS ? 0 : e->digest;

	bind_buf(q, 1, &e->id);
	bind_buf(q, 2, &e->tenant);
	doc_query_text(q, 3, e->path.len ? e->path.data : "", e->path.len);
	bind_buf(q, 4, &e->media);
	doc_query_str(q, 5, e->family);
	bind_count(q, 6, e->size);
	bind_buf(q, 7, &e->mtime);
	doc_query_blob(q, 8, e->has_sha256 ? e->sha256 : NULL,
	    sizeof(e->sha256));
	doc_query_str(q, 9, e->status);
	doc_query_str(q, 10, e->error[0] ? e->error : NULL);
	doc_query_str(q, 11, e->verdict[0] ? e->verdict : NULL);
	bind_count(q, 12, e->pages);
	bind_count(q, 13, e->words);
	if (e->has_fingerprint)
		doc_query_int(q, 14, (int64_t)e->fingerprint);
	else
		doc_query_null(q, 14);
	bind_count(q, 15, body > 0 ? body : -1);
	doc_query_int(q, 16, (int64_t)digest);
	doc_query_int(q, 17, lack->reason == DOC_R_SIZE);
	return doc_query_run(q, err);
}

struct present {
	int64_t n; /* 0: it is not there */
	uint64_t digest;
	bool indexed, cut;
};

static int
find_present(struct doc_store *s, const struct doc_entry *e, struct present *p,
    struct doc_error *err)
{
	int rc;

	bind_buf(s->find, 1, &e->id);
	rc = doc_query_step(s->find, err);
	if (rc > 0)
		*p = (struct present){ doc_row_int(s->find, 0),
			(uint64_t)doc_row_int(s->find, 1),
			!doc_row_null(s->find, 2), doc_row_int(s->find, 3) };
	doc_query_reset(s->find);
	return rc < 0 ? -1 : 0;
}

int
doc_store_put(struct doc_store *s, const struct doc_entry *e,
    struct doc_store_lack *lack, struct doc_error *err)
{
	struct present was = { 0 };
	int64_t body;

	*lack = (struct doc_store_lack){ 0 };
	if (find_present(s, e, &was, err) < 0)
		return -1;
	if (was.n != 0 && was.digest == e->digest &&
	    (was.indexed || !s->index)) {
		lack->reason = s->index && was.cut ? DOC_R_SIZE : DOC_R_NONE;
		return 0;
	}
	if (find_body(s, e, &body, lack, err) < 0 ||
	    write_doc(was.n ? s->change : s->add, e, body, lack, err) < 0)
		return -1;
	doc_query_int(s->keep, 1, was.n ? was.n : doc_db_last_row(s->db));
	doc_query_text(s->keep, 2, e->rec->line, e->rec->len);
	return doc_query_run(s->keep, err);
}

/* --- all of it -------------------------------------------------------------*/

static int
rebuild_rows(struct doc_store *s, const char *tenant, uint64_t *lost,
    struct doc_error *err)
{
	struct doc_query *rows, *set = NULL;
	int rc;

	if (doc_query_make(s->db, "SELECT n, record FROM line ORDER BY n",
		&rows, err) < 0)
		return -1;
	rc = doc_query_make(s->db, "UPDATE doc SET body=?2 WHERE n=?1", &set,
	    err);
	while (rc == 0 && (rc = doc_query_step(rows, err)) > 0) {
		struct doc_store_lack lack = { 0 };
		struct doc_record rec;
		struct doc_entry e;
		int64_t body;
		size_t len;
		const char *line = doc_row_text(rows, 1, &len);

		rc = -1;
		if (doc_record_parse(&rec, line, len, err) < 0 ||
		    doc_entry_make(&e, &rec, tenant, err) < 0)
			break;
		if (find_body(s, &e, &body, &lack, err) == 0) {
			doc_query_int(set, 1, doc_row_int(rows, 0));
			bind_count(set, 2, body > 0 ? body : -1);
			*lost += lack.reason == DOC_R_ERRORS;
			rc = doc_query_run(set, err);
		}
		doc_entry_release(&e);
	}
	doc_query_free(set);
	doc_query_free(rows);
	return rc;
}

int
doc_store_rebuild(struct doc_store *s, const char *tenant, uint64_t *lost,
    struct doc_error *err)
{
	struct doc_error ignored = { 0 };

	*lost = 0;
	if (doc_store_begin(s, err) < 0)
		return -1;
	if (doc_db_exec(s->db,
		"UPDATE doc SET body=NULL; DELETE FROM body;"
		"INSERT INTO fulltext(fulltext) VALUES('delete-all');",
		err) == 0 &&
	    rebuild_rows(s, tenant, lost, err) == 0)
		return doc_store_commit(s, err);
	(void)!doc_db_exec(s->db, "ROLLBACK", &ignored);
	return -1;
}

int
doc_store_count(struct doc_store *s, int64_t *documents, int64_t *texts,
    struct doc_error *err)
{
	if (doc_db_number(s->db, "SELECT count(*) FROM doc", documents, err) <
	    0)
		return -1;
	return doc_db_number(s->db, "SELECT count(*) FROM body", texts, err);
}

/* What SQLite says of its pages and indexes; "ok" is nothing. */
static int
check_pages(struct doc_store *s, struct doc_buf *out, struct doc_error *err)
{
	struct doc_query *q;
	const char *text;
	size_t n;
	int rc;

	if (doc_query_make(s->db, "PRAGMA integrity_check(20)", &q, err) < 0)
		return -1;
	while ((rc = doc_query_step(q, err)) > 0) {
		text = doc_row_text(q, 0, &n);
		if (strcmp(text, "ok") != 0 &&
		    doc_buf_addf(out, "%s\n", text) < 0)
			rc = doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	doc_query_free(q);
	return rc;
}

int
doc_store_check(struct doc_store *s, struct doc_buf *out, struct doc_error *err)
{
	static const struct {
		const char *sql, *what;
	} rows[] = {
		{ "SELECT count(*) FROM doc WHERE n NOT IN (SELECT n FROM line)",
		    "documents without their record" },
		{ "SELECT count(*) FROM line WHERE n NOT IN (SELECT n FROM doc)",
		    "records without their document" },
		{ "SELECT count(*) FROM doc WHERE body IS NOT NULL AND "
		  "body NOT IN (SELECT n FROM body)",
		    "documents whose text is not in the index" },
		{ "SELECT count(*) FROM body WHERE n NOT IN "
		  "(SELECT id FROM fulltext_docsize)",
		    "texts whose words are not in the index" },
	};
	struct doc_error why = { 0 };
	int64_t n;

	if (check_pages(s, out, err) < 0)
		return -1;
	for (size_t i = 0; i < DOC_LEN(rows); i++) {
		if (doc_db_number(s->db, rows[i].sql, &n, err) < 0)
			return -1;
		if (n > 0)
			doc_buf_addf(out, "%jd %s\n", (intmax_t)n,
			    rows[i].what);
	}
	if (doc_db_exec(s->db,
		"INSERT INTO fulltext(fulltext) VALUES('integrity-check')",
		&why) < 0)
		doc_buf_addf(out, "the index: %s\n", why.msg);
	return 0;
}
