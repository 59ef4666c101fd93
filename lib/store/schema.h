/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema - the tables of the store, and how an older store becomes a newer.
 *
 * docstore, docfind.  The version stands in the file (user_version); each step
 * makes a version out of the one before, in one transaction.  Steps are added,
 * never changed.
 *
 *	doc	what can be asked for, a row for each record
 *	line	the record as it came, byte for byte
 *	body	what was indexed, a row for each text of a tenant: documents
 *		of the same text share it
 *	fulltext	the index over these (FTS5, without the text)
 */
#ifndef DOC_SCHEMA_H
#define DOC_SCHEMA_H

#include "lib/store/db.h"

/* The version that this program writes. */
int doc_schema_version(void);

/* A fresh file, or a store of any version up to `to`, becomes one of version
 * `to` (0: the newest).  USAGE when the file is of another program, or of a
 * newer version of this one. */
int doc_schema_migrate(struct doc_db *db, int to,
    struct doc_error *err) DOC_MUST_CHECK;

/* Fails likewise, and when it is older: for readers. */
int doc_schema_expect(struct doc_db *db, struct doc_error *err) DOC_MUST_CHECK;

#endif
