/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store - records kept in a file: by id, in transactions, with an index over
 * their text.
 *
 * docstore.  What is committed survives kill -9 and power loss (WAL,
 * synchronous=FULL).  A record that is there already, byte for byte, costs one
 * look; one of the same id replaces it.
 *
 * What is trusted: records are JSON of ours, checked by lib/record.  Texts are
 * files that our workers made; they are opened below the tenant's folder of
 * the spool alone, through no link, checked again to be UTF-8, and then go
 * through SQLite's tokenizer, a table of character classes.  No document is
 * opened, whatever a record says.
 */
#ifndef DOC_STORE_H
#define DOC_STORE_H

#include "lib/record/reason.h"
#include "lib/store/db.h"
#include "lib/store/entry.h"

struct doc_store {
	struct doc_db *db;
	const char *spool; /* absolute; texts lie below it */
	bool index;	   /* texts are indexed */
	uint64_t max_text; /* bytes of one text that are */
	struct doc_query *find, *add, *change, *keep, *find_body, *add_body,
	    *add_words;
};

/* The file that is meant: `path`, else $DOCPIPE_STORE, else store.db in
 * $XDG_DATA_HOME/docpipe or ~/.local/share/docpipe.  Appended to out. */
int doc_store_path(const char *path, struct doc_buf *out,
    struct doc_error *err) DOC_MUST_CHECK;

/* Open or make the store at `path`, of the newest version.  The caller sets
 * spool, index and max_text. */
int doc_store_open(struct doc_store *s, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_store_close(struct doc_store *s); /* what is not committed is gone */

/* Begin a transaction unless one is open; end it. */
int doc_store_begin(struct doc_store *s, struct doc_error *err) DOC_MUST_CHECK;
int doc_store_commit(struct doc_store *s, struct doc_error *err) DOC_MUST_CHECK;

/* Why the text of a document is not in the index, or not all of it. */
struct doc_store_lack {
	enum doc_reason reason; /* NONE: nothing is missing */
	struct doc_error err;	/* with the reason ERRORS */
};

/* Keep a document, inside a transaction.  Fails only for the store's own
 * trouble. */
int doc_store_put(struct doc_store *s, const struct doc_entry *e,
    struct doc_store_lack *lack, struct doc_error *err) DOC_MUST_CHECK;

/* Look at every page and every row.  Appends a line for each thing that is
 * wrong, and nothing when all is well. */
int doc_store_check(struct doc_store *s, struct doc_buf *out,
    struct doc_error *err) DOC_MUST_CHECK;

/* Make the index anew from the texts as they are now, in one transaction.
 * *lost: documents of which a text could not be read; they are found by their
 * other fields only, until their record comes again. */
int doc_store_rebuild(struct doc_store *s, const char *tenant, uint64_t *lost,
    struct doc_error *err) DOC_MUST_CHECK;

/* Documents, and texts in the index. */
int doc_store_count(struct doc_store *s, int64_t *documents, int64_t *texts,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
