/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snippet - the place in a text where the words stand.
 *
 * docfind.  The index holds no text; the text of a document that is shown is
 * read from the spool, and the same tokenizer finds the same words in it, in a
 * database of one row in memory.
 */
#ifndef DOC_SNIPPET_H
#define DOC_SNIPPET_H

#include "lib/store/db.h"
#include "lib/store/entry.h"

struct doc_snippet {
	struct doc_db *db;
	struct doc_query *add, *ask, *drop;
};

int doc_snippet_open(struct doc_snippet *s,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_snippet_close(struct doc_snippet *s);

/* Append a line with `words` (prepared) in [brackets]; nothing when the text
 * is gone, or they stand behind its first 4 MiB. */
int doc_snippet_make(struct doc_snippet *s, const struct doc_entry *e,
    const char *words, struct doc_buf *out,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
