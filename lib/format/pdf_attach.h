/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdf_attach - the files attached to a PDF or to one of its pages (poppler).
 *
 * Runs in the worker.
 */
#ifndef DOC_PDF_ATTACH_H
#define DOC_PDF_ATTACH_H

#include "lib/pool/work.h"

/* Hand each to work->ops: those of the document, in its order, then those of
 * the pages.  `passwords` each end in a newline; NULL: none.  DAMAGED,
 * ENCRYPTED, or a limit. */
int doc_pdf_attach_list(const struct doc_input *in, const char *passwords,
    struct doc_work *work, struct doc_error *err) DOC_MUST_CHECK;

#endif
