/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path - names that are bytes, in lines that are UTF-8.
 *
 * Supervisors; pure.  `path` (and `member`) is always valid UTF-8 for people,
 * with U+FFFD for what is not; `path_b64` (`member_b64`) carries the bytes when
 * they differ, and readers use it when it is there.
 */
#ifndef DOC_PATH_H
#define DOC_PATH_H

#include "lib/record/record.h"

enum { DOC_ID_SIZE = 33 }; /* 32 hexadecimal digits and NUL */

/* A document in its place. */
struct doc_name {
	const char *tenant;
	const char *path; /* bytes; no NUL inside */
	size_t path_len;
	const struct doc_buf *members; /* raw member names, outermost first */
	size_t member_count;
	/* How those that are not UTF-8 are to be read, where somebody knows;
	 * NULL, or an empty one: U+FFFD for what is not. */
	const struct doc_buf *shown;
	/* Which member of that name in its container each of them is, from 1;
	 * NULL: the first. */
	const uint32_t *nth;
};

/* `path`, and `path_b64` where it is needed; likewise `member`.  `member_nth`
 * where one is not the first of its name. */
void doc_name_write(struct doc_json *j, const struct doc_name *name);

/* Append it for people: "in/mail.eml > letters.zip > a.pdf", valid UTF-8; the
 * second of two such letters is "in/mail.eml > letters.zip #2 > a.pdf". */
int doc_name_label(const struct doc_name *name,
    struct doc_buf *buf) DOC_MUST_CHECK;

/* The same of a record that has a path. */
int doc_record_label(const struct doc_record *rec,
    struct doc_buf *buf) DOC_MUST_CHECK;

/* Digest over length-prefixed tenant, path and member chain.  Behind the name
 * of one that is not the first of its name stands a length that no name has,
 * and its number in 8 bytes. */
void doc_name_id(const struct doc_name *name, char id[static DOC_ID_SIZE]);

/* Whose record it is, as it says: id, tenant, path, member, their bytes, and
 * which ones of their names they are. */
void doc_record_copy_name(const struct doc_record *rec, struct doc_json *j);

/* Append the bytes of the record's path.  1, 0 (no usable path), -1 memory. */
int doc_record_path(const struct doc_record *rec,
    struct doc_buf *buf) DOC_MUST_CHECK;

/* May a tenant be called so?  Letters, digits, '.', '_', '-', at most 64, not
 * starting with a dot: it becomes a folder of the spool. */
bool doc_tenant_valid(const char *name);

#endif
