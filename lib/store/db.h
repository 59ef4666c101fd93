/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * db - SQLite (3.40), as little of it as the store needs.
 *
 * docstore, docfind.  A database is opened for one process and one thread.  It
 * runs in its defensive mode: no schema tricks, no extensions, pages checked
 * as they are read, nothing of the file mapped into memory.  All values are
 * bound, never written into SQL.
 */
#ifndef DOC_DB_H
#define DOC_DB_H

#include "lib/base/error.h"

struct doc_db;
struct doc_query;

enum doc_db_mode {
	DOC_DB_WRITE, /* made if it is not there */
	DOC_DB_READ,
	DOC_DB_MEMORY /* a scratch one; path is not used */
};

/* NOT_FOUND, PERMISSION, IO (damaged, or no database), NO_SPACE, RESOURCE
 * (held by another process for half a minute). */
int doc_db_open(struct doc_db **db, const char *path, enum doc_db_mode mode,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_db_close(struct doc_db *db);

/* Switch to a write-ahead log.  SQLite does not wait for another process that
 * does the same; this does. */
int doc_db_wal(struct doc_db *db, struct doc_error *err) DOC_MUST_CHECK;

/* Statements without values or rows. */
int doc_db_exec(struct doc_db *db, const char *sql,
    struct doc_error *err) DOC_MUST_CHECK;
/* A pragma or query whose only answer is a number. */
int doc_db_number(struct doc_db *db, const char *sql, int64_t *n,
    struct doc_error *err) DOC_MUST_CHECK;

/* A statement to be used again and again; *query is to be freed. */
int doc_query_make(struct doc_db *db, const char *sql, struct doc_query **query,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_query_free(struct doc_query *query);

/* Values by number, from 1.  Text and blobs are borrowed until the query is
 * reset.  A NULL pointer is SQL's NULL.  Failures show in the next step. */
void doc_query_int(struct doc_query *query, int at, int64_t v);
void doc_query_null(struct doc_query *query, int at);
void doc_query_str(struct doc_query *query, int at, const char *s);
void doc_query_text(struct doc_query *query, int at, const char *p, size_t n);
void doc_query_blob(struct doc_query *query, int at, const void *p, size_t n);

/* 1: a row is there, 0: no more; the query is reset then, and on failure. */
int doc_query_step(struct doc_query *query,
    struct doc_error *err) DOC_MUST_CHECK;
/* For statements without rows. */
int doc_query_run(struct doc_query *query,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_query_reset(struct doc_query *query);

/* Columns of the row, from 0; borrowed until the next step. */
int64_t doc_row_int(struct doc_query *query, int at);
bool doc_row_null(struct doc_query *query, int at);
const char *doc_row_text(struct doc_query *query, int at, size_t *n);

int64_t doc_db_last_row(struct doc_db *db);
bool doc_db_in_transaction(struct doc_db *db);

#endif
