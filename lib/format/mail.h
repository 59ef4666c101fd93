/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mail - a message (RFC 5322, MIME): headers and the right body part.
 *
 * Runs in the worker.  gmime is in this one file, and text and members come of
 * the same walk over the parts: that is why mail.c is long.
 */
#ifndef DOC_MAIL_H
#define DOC_MAIL_H

#include "lib/format/text.h"

/*
 * Put the text to `text` and the metadata to `text->work`.  0, or -1 with
 * DAMAGED, ENCRYPTED, UNSUPPORTED, MEMORY; what was put before a failure
 * stays.  Damage that leaves part of the text readable is no failure: the
 * reason `damaged` is added instead.
 */
int doc_mail_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

/*
 * Hand every attachment and attached message to work->ops as a member, and say
 * members seen and refused.  For an mbox each message is a member.
 */
int doc_mail_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

/* In the zygote: gmime's tables and the converters of common charsets. */
int doc_mail_warm(struct doc_error *err) DOC_MUST_CHECK;

#endif
