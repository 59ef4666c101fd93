/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mail_impl - what the three files of a mail share; nobody else includes it.
 *
 * mail_parse.c makes of bytes what gmime calls a message, and mends what it
 * does wrong; mail_part.c says what a part of it is; mail.c walks over them,
 * for text or for members.
 */
#ifndef DOC_MAIL_IMPL_H
#define DOC_MAIL_IMPL_H

#include "lib/base/buf.h"
#include "lib/pool/work.h"

struct _GByteArray;
struct _GMimeMessage;
struct _GMimeObject;

/* Multiparts inside each other; real mail has five. */
enum { DOC_MAIL_DEPTH = 64 };

/* mail_parse.c.  The message in bytes [from, from + len) of the input, to be
 * released with g_object_unref; NULL when it is none.  Attachments are read
 * from in->fd when they are wanted. */
struct _GMimeMessage *doc_mail_parse(const struct doc_input *in, size_t from,
    size_t len);

/* mail_part.c */

bool doc_part_is(struct _GMimeObject *part, const char *type,
    const char *subtype);
bool doc_part_is_rtf(struct _GMimeObject *part);
/* Is it to be read with the message, rather than opened on its own? */
bool doc_part_is_body(struct _GMimeObject *part);
bool doc_part_is_enveloped(struct _GMimeObject *part); /* S/MIME, locked */
/* Of a message that was sent in several (RFC 2046 section 5.2.2). */
bool doc_part_is_piece(struct _GMimeObject *part);
/* A mail that was cut short: the part goes on to its end, and ends within four
 * letters of base64, which are three bytes (RFC 2045 section 6.8). */
bool doc_part_is_cut_short(struct _GMimeObject *part);

/* How much an alternative is wanted: plain text, then HTML, then other text;
 * in containers their best part counts. */
int doc_part_rank(struct _GMimeObject *part, unsigned depth);

const char *doc_part_filename(
    struct _GMimeObject *part); /* NULL: it has none */
/* A name for what has none: the tail tells programs what it is. */
void doc_part_make_name(struct _GMimeObject *part, unsigned number,
    struct doc_buf *name);

/* The decoded content; NULL when there is none. */
struct _GByteArray *doc_part_content(struct _GMimeObject *part);
/* The same to a file; -1 with errno. */
int doc_part_write(struct _GMimeObject *part, int fd) DOC_MUST_CHECK;

#endif
