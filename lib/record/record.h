/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record - one document, one line of JSON: read what a stage needs, append
 * what it found, copy the rest (docrecord(5)).
 *
 * Supervisors, docprogress, docrun.
 */
#ifndef DOC_RECORD_H
#define DOC_RECORD_H

#include "lib/base/error.h"
#include "lib/record/json.h"
#include "lib/record/value.h"

/* Bytes of one line, newline included. */
#define DOC_LINE_MAX ((size_t)8 << 20)

/* What people are told when a stream has no end record. */
#define DOC_NO_END "the input has no end record: it may be incomplete"

enum doc_record_type {
	DOC_TYPE_DOC,  /* "type":"doc" */
	DOC_TYPE_END,  /* "type":"end": a stage ended its stream */
	DOC_TYPE_OTHER /* anything else: passed on as it is */
};

/* A borrowed line and its index. */
struct doc_record {
	const char *line;
	size_t len; /* without the newline */
	enum doc_record_type type;
	int n;
	struct doc_json_member members[DOC_JSON_MEMBERS];
};

/* Index a line.  STREAM when it is not a record: not a JSON object, no
 * integer "v" of 1, no string "type", or a doc without a string "path". */
int doc_record_parse(struct doc_record *rec, const char *line, size_t len,
    struct doc_error *err) DOC_MUST_CHECK;

const struct doc_json_member *doc_record_find(const struct doc_record *rec,
    const char *key);

/* A top-level member as a tree to doc_value_free; NULL when there is none or it
 * is null.  Without memory it is NULL, too, and doc_starved() says so. */
struct doc_value *doc_record_value(const struct doc_record *rec,
    const char *key);

/* Append a top-level string to buf (unescaped).  1 found, 0 absent or not a
 * string, -1 no memory. */
int doc_record_str(const struct doc_record *rec, const char *key,
    struct doc_buf *buf) DOC_MUST_CHECK;

/* Where a top-level string stands in the line, *n bytes.  1 found, 0 absent or
 * not a string, -1: something in it is escaped, ask doc_record_str. */
int doc_record_plain(const struct doc_record *rec, const char *key,
    const char **s, size_t *n) DOC_MUST_CHECK;

int64_t doc_record_int(const struct doc_record *rec, const char *key,
    int64_t or);

/* The members of a top-level object, as if they were a record's: what is asked
 * of every record in passing.  1, 0: none, or it is no object; -1: some key is
 * there twice, and only a tree can tell. */
int doc_record_inside(const struct doc_record *rec, const char *key,
    struct doc_record *inside) DOC_MUST_CHECK;

/* Is there a string `inner` in the object `key` that is `word`? */
bool doc_record_says(const struct doc_record *rec, const char *key,
    const char *inner, const char *word);

/*
 * Write the record's line to `out`, without the member `key` if it has one,
 * with `"key":json` last, and a newline.  json NULL writes it as it is.
 */
int doc_record_append(const struct doc_record *rec, const char *key,
    const char *json, size_t json_len, struct doc_buf *out) DOC_MUST_CHECK;

#endif
