/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buf - bytes that grow with input, up to a cap.
 *
 * Any process.  A zeroed doc_buf is empty and capped at DOC_BUF_MAX; set .max
 * for another cap.  Growing past the cap or out of memory fails with -1 and
 * leaves the content as it was.  Release with doc_buf_release, or declare it
 * `doc_autobuf struct doc_buf b = { 0 }`.
 */
#ifndef DOC_BUF_H
#define DOC_BUF_H

#include "lib/base/base.h"

#define DOC_BUF_MAX ((size_t)64 << 20) /* no line, frame or field is larger */

struct doc_buf {
	char *data; /* NULL while empty; not NUL-terminated by itself */
	size_t len; /* bytes in use */
	size_t room;
	size_t max; /* cap in bytes; 0 means DOC_BUF_MAX */
};

#define doc_autobuf __attribute__((cleanup(doc_buf_release)))

/* Make sure that n more bytes fit. */
int doc_buf_reserve(struct doc_buf *buf, size_t n) DOC_MUST_CHECK;

int doc_buf_add(struct doc_buf *buf, const void *p, size_t n);
int doc_buf_adds(struct doc_buf *buf, const char *s);
int doc_buf_addc(struct doc_buf *buf, char c);
int doc_buf_addf(struct doc_buf *buf, const char *fmt, ...) DOC_PRINTF(2, 3);

/* The content as a C string ("" when empty); NULL when memory ran out. */
const char *doc_buf_str(struct doc_buf *buf);

/* Drop the first n bytes. */
void doc_buf_skip(struct doc_buf *buf, size_t n);

void doc_buf_release(struct doc_buf *buf);

#endif
