/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find - records of a store, by words and by fields.
 *
 * docfind.  Reads while others write: what is found is the state of the last
 * commit before the search began.
 */
#ifndef DOC_FIND_H
#define DOC_FIND_H

#include "lib/base/buf.h"
#include "lib/store/db.h"

enum doc_find_order {
	DOC_FIND_BEST, /* with words by rank, with `near` by nearness */
	DOC_FIND_PATH,
	DOC_FIND_SIZE, /* largest first */
	DOC_FIND_TIME  /* newest first */
};

/* What is asked for; NULL and 0 are no condition, all others must hold. */
struct doc_find_terms {
	const char *words; /* as FTS5 has it, not prepared */
	const char *tenant, *verdict, *status, *error;
	const char *type; /* "pdf", a family; or a media type with wildcards */
	const char *path; /* with wildcards; members: "a.zip > b.pdf" */
	const char *sha256;
	const char *after, *before; /* mtime, as in a record; may be short */
	uint64_t min_size, max_size;
	bool near;	      /* documents that look like this one: */
	uint64_t fingerprint; /* docpreview's */
	unsigned distance;    /* bits that may differ */
	enum doc_find_order order;
	uint64_t limit; /* 0: all */
};

struct doc_find {
	struct doc_db *db;
	struct doc_query *rows, *line;
	struct doc_buf words; /* prepared */
	uint64_t rank;	      /* of the last one found, from 1 */
};

/* USAGE when the words are no query or the store is none, NOT_FOUND when there
 * is no store. */
int doc_find_open(struct doc_find *f, const char *path,
    const struct doc_find_terms *terms, struct doc_error *err) DOC_MUST_CHECK;
void doc_find_close(struct doc_find *f);

/* The next record, borrowed until the next call.  1, 0 at the end. */
int doc_find_next(struct doc_find *f, const char **line, size_t *len,
    struct doc_error *err) DOC_MUST_CHECK;

/* How many there are, without the limit. */
int doc_find_count(const char *path, const struct doc_find_terms *terms,
    int64_t *n, struct doc_error *err) DOC_MUST_CHECK;

#endif
