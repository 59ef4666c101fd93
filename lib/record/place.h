/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place - the files that a record names: by which of its members, and where
 * they lie.
 *
 * Any process; pure.
 */
#ifndef DOC_PLACE_H
#define DOC_PLACE_H

#include "lib/base/buf.h"

struct doc_place {
	const char *key;    /* of the member that is the path */
	const char *bytes;  /* of the one beside it that is the size, or NULL */
	const char *sha256; /* and the digest */
};

/* Ends with a key of NULL.  The first is a document's own content. */
extern const struct doc_place doc_places[];

/* Is it the key of one? */
bool doc_place_is(const char *key, size_t n);

/*
 * Append the JSON text, which must be valid, to `out`.  Each string that names
 * a file, at any depth, goes through `move`, as it stands between its quotes;
 * that appends what is to stand there.  -1 no memory, or what `move` returned
 * below 0.
 */
int doc_place_move(const char *json, size_t len,
    int (*move)(const char *s, size_t n, struct doc_buf *out, void *ctx),
    void *ctx, struct doc_buf *out) DOC_MUST_CHECK;

/* The path and a slash as they stand in a string of JSON, without quotes. */
int doc_place_folder(const char *path, struct doc_buf *out) DOC_MUST_CHECK;

/* doc_place_move: what lies below the folder `from` then lies below `to`. */
int doc_rebase_files(const char *json, size_t len, const char *from,
    const char *to, struct doc_buf *out) DOC_MUST_CHECK;

#endif
