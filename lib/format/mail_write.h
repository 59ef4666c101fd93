/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mail_write - a mail (RFC 5322, MIME) as a member: what a store that keeps
 * messages in another form gives its messages as.
 *
 * Runs in the worker.  Bodies and files are written in base64, so that their
 * bytes come back as they are.  Errors are kept: the first one in *err, and
 * nothing more is written.
 */
#ifndef DOC_MAIL_WRITE_H
#define DOC_MAIL_WRITE_H

#include "lib/base/buf.h"
#include "lib/format/member.h"

enum { DOC_MAIL_LINE = 57 }; /* bytes in a line of base64 */

struct doc_mail_writer {
	struct doc_member *member; /* borrowed; was begun */
	struct doc_error *err;
	struct doc_buf buf;
	char line[DOC_MAIL_LINE];
	size_t held; /* bytes of it */
};

/* As it is. */
void doc_mail_put(struct doc_mail_writer *w, const char *p, size_t n);
void doc_mail_puts(struct doc_mail_writer *w, const char *s);

/* A header; `value` is UTF-8.  Nothing when it is empty. */
void doc_mail_header(struct doc_mail_writer *w, const char *name,
    const char *value);
/* The same with a time, seconds since 1970. */
void doc_mail_date(struct doc_mail_writer *w, int64_t when);
/* The name of a file (RFC 2231), on a line of its own that goes on. */
void doc_mail_filename(struct doc_mail_writer *w, const char *name);

/* A part's content, piece after piece; then its end. */
void doc_mail_code(struct doc_mail_writer *w, const char *p, size_t n);
void doc_mail_code_end(struct doc_mail_writer *w);

/* What is still held; -1 with *err when not all was written. */
int doc_mail_finish(struct doc_mail_writer *w) DOC_MUST_CHECK;

#endif
