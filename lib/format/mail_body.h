/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mail_body - a decoded part of a mail as text.
 *
 * Runs in the worker.
 */
#ifndef DOC_MAIL_BODY_H
#define DOC_MAIL_BODY_H

#include "lib/format/text.h"

struct doc_mail_body {
	const char *data;
	size_t size;
	const char *charset; /* as the part says, or NULL */
	bool html;
	bool rtf;
	bool flowed, delsp; /* RFC 3676 */
};

int doc_mail_body_put(const struct doc_mail_body *body, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
