/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "lib/store/schema.h"

/* "dcpS", in the file's header, for file(1) and for us. */
#define APPLICATION 0x64637053

/*
 * Small rows in doc, the long lines apart: a search by fields reads a fifth of
 * the bytes.  Not WITHOUT ROWID: rows with keys this long would spill to
 * overflow pages (4.6 times the size, measured).
 *
 * No index but the one of id where it can be helped: keys come in no order, so
 * that each index writes a page of its own for each record.  A million rows of
 * doc are looked through in a second.
 *
 * The index of words holds no text (content=''), for that is in the spool. Such
 * an index cannot forget a text without being shown it again (SQLite before
 * 3.43), so that a document whose text changes points to another body; what
 * nobody points to goes with docstore --rebuild.
 */
static const char *const steps[] = {
	/* 1 */
	"CREATE TABLE doc("
	" n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" tenant TEXT NOT NULL, path TEXT NOT NULL, media TEXT, family TEXT,"
	" size INTEGER, mtime TEXT, sha256 BLOB, status TEXT NOT NULL,"
	" error TEXT, verdict TEXT, pages INTEGER, words INTEGER,"
	" digest INTEGER NOT NULL);"
	"CREATE TABLE line(n INTEGER PRIMARY KEY, record TEXT NOT NULL);",
	/* 2 */
	"CREATE TABLE body(n INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE);"
	"CREATE VIRTUAL TABLE fulltext USING fts5(title, text, ocr,"
	" content='', tokenize='unicode61 remove_diacritics 2');"
	"ALTER TABLE doc ADD COLUMN body INTEGER;"
	"ALTER TABLE doc ADD COLUMN cut INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX doc_body ON doc(body) WHERE body IS NOT NULL;",
	/* 3 */
	"ALTER TABLE doc ADD COLUMN fingerprint INTEGER;"
	"CREATE INDEX doc_fingerprint ON doc(fingerprint)"
	" WHERE fingerprint IS NOT NULL;",
};

int
doc_schema_version(void)
{
	return (int)DOC_LEN(steps);
}

static int
read_version(struct doc_db *db, int64_t *version, struct doc_error *err)
{
	int64_t application, tables;

	if (doc_db_number(db, "PRAGMA application_id", &application, err) < 0 ||
	    doc_db_number(db, "PRAGMA user_version", version, err) < 0 ||
	    doc_db_number(db, "SELECT count(*) FROM sqlite_schema", &tables,
		err) < 0)
		return -1;
	if (application != APPLICATION && (tables > 0 || *version != 0))
		return doc_error_set(err, DOC_E_USAGE,
		    "the store: a database of another program");
	if (*version < 0 || *version > doc_schema_version())
		return doc_error_set(err, DOC_E_USAGE,
		    "the store is of version %jd, made by a newer docstore; "
		    "this one writes version %d",
		    (intmax_t)*version, doc_schema_version());
	return 0;
}

static int
do_step(struct doc_db *db, int64_t from, struct doc_error *err)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
	    "PRAGMA user_version=%jd; PRAGMA application_id=%d;",
	    (intmax_t)from + 1, APPLICATION);
	if (doc_db_exec(db, steps[from], err) < 0)
		return -1;
	return doc_db_exec(db, sql, err);
}

int
doc_schema_migrate(struct doc_db *db, int to, struct doc_error *err)
{
	struct doc_error ignored = { 0 };
	int64_t version;

	if (to == 0)
		to = doc_schema_version();
	/* Two that start at once: the second waits, and finds it done. */
	if (doc_db_exec(db, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	if (read_version(db, &version, err) < 0)
		goto out;
	for (; version < to; version++)
		if (do_step(db, version, err) < 0)
			goto out;
	if (doc_db_exec(db, "COMMIT", err) == 0)
		return 0;
out:
	(void)!doc_db_exec(db, "ROLLBACK", &ignored);
	return -1;
}

int
doc_schema_expect(struct doc_db *db, struct doc_error *err)
{
	int64_t version;

	if (read_version(db, &version, err) < 0)
		return -1;
	if (version != doc_schema_version())
		return doc_error_set(err, DOC_E_USAGE,
		    "the store is of version %jd, and empty or made by an older "
		    "docstore: docstore --check makes it version %d",
		    (intmax_t)version, doc_schema_version());
	return 0;
}
