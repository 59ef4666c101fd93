/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html - HTML and XHTML, with the charset rules of the HTML standard.
 *
 * Runs in the worker; libxml2.
 */
#ifndef DOC_HTML_H
#define DOC_HTML_H

#include "lib/format/text.h"

/*
 * Put the text to `text` and the metadata to `text->work`.  0, or -1 with
 * DAMAGED, ENCRYPTED, UNSUPPORTED, MEMORY; what was put before a failure
 * stays.  Damage that leaves part of the text readable is no failure: the
 * reason `damaged` is added instead.
 */
int doc_html_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

/* The text of HTML inside something else (a mail, a book): no fields.  `label`
 * is the charset the outside names, or "". */
int doc_html_part(const char *p, size_t n, const char *label,
    struct doc_text *text, struct doc_error *err) DOC_MUST_CHECK;

#endif
