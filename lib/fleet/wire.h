/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire - lines and files through one pipe, each file with its digest.
 *
 * docrun.  What a bundle is made of: a line of words that says how many bytes
 * follow, the bytes, and a line "sum SHA256".  No tar: what arrives is named by
 * us, and docrun parses nothing but records.
 */
#ifndef DOC_WIRE_H
#define DOC_WIRE_H

#include "lib/base/buf.h"
#include "lib/base/digest.h"
#include "lib/base/error.h"

struct doc_wire {
	int fd;
	size_t at, len;
	char buf[1 << 16];
};

/* The next line, without its end, into `line`; at most 64 KiB.  STREAM when
 * there is none. */
int doc_wire_line(struct doc_wire *w, struct doc_buf *line,
    struct doc_error *err) DOC_MUST_CHECK;

/* `size` bytes to fd, and the sum behind them, which must fit.  `hex` gets it.
 * STREAM; IO when they cannot be written. */
int doc_wire_take(struct doc_wire *w, uint64_t size, int fd,
    char hex[static DOC_DIGEST_HEX], struct doc_error *err) DOC_MUST_CHECK;

/* A line, which must have its end. */
int doc_wire_say(int to, const struct doc_buf *line,
    struct doc_error *err) DOC_MUST_CHECK;

/* `size` bytes of fd from its beginning, and their sum.  CHANGED when there are
 * fewer. */
int doc_wire_give(int to, int fd, uint64_t size,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
