/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtf - Rich Text Format ("RTF Specification" 1.9.1).
 *
 * Runs in the worker.
 */
#ifndef DOC_RTF_H
#define DOC_RTF_H

#include "lib/format/text.h"

/*
 * Put the text to `text` and the metadata to `text->work`.  0, or -1 with
 * DAMAGED or MEMORY; what was put before a failure stays.
 */
int doc_rtf_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

/* The text of RTF inside something else (a mail): no fields. */
int doc_rtf_part(const char *p, size_t n, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
