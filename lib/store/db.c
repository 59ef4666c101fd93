/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "lib/store/db.h"

enum { BUSY_MS = 30000, RETRY_MS = 10 };

/* doc_db is sqlite3 and doc_query sqlite3_stmt under names of ours, so that
 * the library stays in this file. */
static sqlite3 *
raw(struct doc_db *db)
{
	return (sqlite3 *)db;
}

static sqlite3_stmt *
stmt(struct doc_query *query)
{
	return (sqlite3_stmt *)query;
}

static enum doc_code
code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return DOC_E_NO_SPACE;
	case SQLITE_NOMEM:
		return DOC_E_NO_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return DOC_E_RESOURCE;
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return DOC_E_PERMISSION;
	case SQLITE_CANTOPEN:
		return DOC_E_NOT_FOUND;
	case SQLITE_ERROR: /* of the words of a search */
		return DOC_E_USAGE;
	default:
		return DOC_E_IO;
	}
}

static int
fail(sqlite3 *db, int rc, struct doc_error *err)
{
	return doc_error_set(err, code_of(rc), "the store: %s",
	    db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
}

/* popcount of a xor b: how far two fingerprints are from each other. */
static void
distance(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	sqlite3_int64 a = sqlite3_value_int64(argv[0]);
	sqlite3_int64 b = sqlite3_value_int64(argv[1]);

	(void)argc;
	sqlite3_result_int(ctx,
	    __builtin_popcountll(
		(unsigned long long)a ^ (unsigned long long)b));
}

static int
harden(sqlite3 *db)
{
	static const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	int on, rc = SQLITE_OK;

	rc |= sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
	rc |= sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &on);
	rc |= sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, &on);
	rc |= sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, &on);
	rc |= sqlite3_busy_timeout(db, BUSY_MS);
	rc |= sqlite3_extended_result_codes(db, 1);
	rc |= sqlite3_create_function(db, "distance", 2, flags, NULL, distance,
	    NULL, NULL);
	return rc;
}

int
doc_db_open(struct doc_db **db, const char *path, enum doc_db_mode mode,
    struct doc_error *err)
{
	static const int flags[] = { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
		SQLITE_OPEN_READONLY,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY };
	sqlite3 *s = NULL;
	int rc = sqlite3_open_v2(mode == DOC_DB_MEMORY ? ":memory:" : path, &s,
	    flags[mode] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

	if (rc == SQLITE_OK)
		rc = harden(s);
	if (rc != SQLITE_OK) {
		fail(s, rc, err);
		sqlite3_close(s);
		return -1;
	}
	*db = (struct doc_db *)s;
	if (doc_db_exec(*db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;",
		err) == 0)
		return 0;
	doc_db_close(*db);
	*db = NULL;
	return -1;
}

void
doc_db_close(struct doc_db *db)
{
	if (db != NULL)
		sqlite3_close_v2(raw(db));
}

int
doc_db_exec(struct doc_db *db, const char *sql, struct doc_error *err)
{
	int rc = sqlite3_exec(raw(db), sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(raw(db), rc, err);
}

int
doc_db_wal(struct doc_db *db, struct doc_error *err)
{
	int rc = SQLITE_BUSY;

	for (int ms = 0; ms < BUSY_MS && (rc & 0xff) == SQLITE_BUSY;
	     ms += RETRY_MS) {
		rc = sqlite3_exec(raw(db), "PRAGMA journal_mode=WAL", NULL,
		    NULL, NULL);
		if ((rc & 0xff) == SQLITE_BUSY)
			sqlite3_sleep(RETRY_MS);
	}
	return rc == SQLITE_OK ? 0 : fail(raw(db), rc, err);
}

int
doc_db_number(struct doc_db *db, const char *sql, int64_t *n,
    struct doc_error *err)
{
	struct doc_query *q = NULL;
	int rc;

	if (doc_query_make(db, sql, &q, err) < 0)
		return -1;
	rc = doc_query_step(q, err);
	if (rc == 1)
		*n = doc_row_int(q, 0);
	doc_query_free(q);
	return rc == 1 ? 0 : doc_error_set(err, DOC_E_IO, "no answer");
}

int
doc_query_make(struct doc_db *db, const char *sql, struct doc_query **query,
    struct doc_error *err)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v3(raw(db), sql, -1, SQLITE_PREPARE_PERSISTENT,
	    &s, NULL);

	if (rc != SQLITE_OK)
		return fail(raw(db), rc, err);
	*query = (struct doc_query *)s;
	return 0;
}

void
doc_query_free(struct doc_query *query)
{
	sqlite3_finalize(stmt(query));
}

void
doc_query_int(struct doc_query *query, int at, int64_t v)
{
	sqlite3_bind_int64(stmt(query), at, v);
}

void
doc_query_null(struct doc_query *query, int at)
{
	sqlite3_bind_null(stmt(query), at);
}

void
doc_query_str(struct doc_query *query, int at, const char *s)
{
	doc_query_text(query, at, s, s ? strlen(s) : 0);
}

void
doc_query_text(struct doc_query *query, int at, const char *p, size_t n)
{
	sqlite3_bind_text64(stmt(query), at, p, n, SQLITE_STATIC, SQLITE_UTF8);
}

void
doc_query_blob(struct doc_query *query, int at, const void *p, size_t n)
{
	sqlite3_bind_blob64(stmt(query), at, p, n, SQLITE_STATIC);
}

int
doc_query_step(struct doc_query *query, struct doc_error *err)
{
	int rc = sqlite3_step(stmt(query));

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE) {
		doc_query_reset(query);
		return 0;
	}
	fail(sqlite3_db_handle(stmt(query)), rc, err);
	doc_query_reset(query);
	return -1;
}

int
doc_query_run(struct doc_query *query, struct doc_error *err)
{
	int rc;

	while ((rc = doc_query_step(query, err)) > 0)
		;
	return rc;
}

void
doc_query_reset(struct doc_query *query)
{
	sqlite3_reset(stmt(query));
}

int64_t
doc_row_int(struct doc_query *query, int at)
{
	return sqlite3_column_int64(stmt(query), at);
}

bool
doc_row_null(struct doc_query *query, int at)
{
	return sqlite3_column_type(stmt(query), at) == SQLITE_NULL;
}

const char *
doc_row_text(struct doc_query *query, int at, size_t *n)
{
	const char *p = (const char *)sqlite3_column_text(stmt(query), at);

	*n = p ? (size_t)sqlite3_column_bytes(stmt(query), at) : 0;
	return p ? p : "";
}

int64_t
doc_db_last_row(struct doc_db *db)
{
	return sqlite3_last_insert_rowid(raw(db));
}

bool
doc_db_in_transaction(struct doc_db *db)
{
	return sqlite3_get_autocommit(raw(db)) == 0;
}
