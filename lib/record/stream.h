/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream - lines in, lines out.
 *
 * Supervisors, docprogress, docrun.  Input is read in chunks and handed out
 * line by line without copying; output is collected and written whole lines at
 * a time.
 */
#ifndef DOC_STREAM_H
#define DOC_STREAM_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

struct doc_lines {
	int fd;
	int end; /* '\n', or '\0' for names */
	struct doc_buf buf;
	size_t at;	 /* first byte not handed out */
	size_t seen;	 /* bytes behind at known to hold no end */
	uint64_t number; /* lines handed out so far */
	bool eof;
};

void doc_lines_init(struct doc_lines *l, int fd, int end, size_t max_line);

/* Read once (blocks unless the fd does not).  1 when something came or the
 * input ended, 0 when it would block, -1 with IO. */
int doc_lines_fill(struct doc_lines *l, struct doc_error *err);

/* The next whole line, without its end, valid until the next fill; a last
 * line without an end counts.  1, or 0 when another fill is needed (or, at
 * eof, nothing is left), or -1 with STREAM when it is longer than max_line. */
int doc_lines_next(struct doc_lines *l, const char **line, size_t *len,
    struct doc_error *err);

void doc_lines_release(struct doc_lines *l);

/* Output: add whole lines to `buf`, then flush when there is enough. */
struct doc_sink {
	int fd;
	struct doc_buf buf;
};

enum { DOC_SINK_FULL = 1 << 16 }; /* flush from here on */

/* Write all that is collected.  -1 with IO or NO_SPACE. */
int doc_sink_flush(struct doc_sink *s, struct doc_error *err) DOC_MUST_CHECK;

#endif
