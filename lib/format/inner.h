/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inner - the picture a packed document holds of itself: the thumbnail of
 * OOXML (ECMA-376 part 2, section 10) and ODF (part 3, section 3.8), the cover
 * of a book (EPUB 3.3 section D.2 "cover-image", EPUB 2 "cover").
 *
 * Runs in the worker.
 */
#ifndef DOC_INNER_H
#define DOC_INNER_H

#include "lib/base/buf.h"
#include "lib/pool/work.h"

/* The bytes of that picture file, into `out`; they may still be of a kind
 * nobody decodes (EMF).  0, or -1 with UNSUPPORTED when there is none, else
 * DAMAGED, ENCRYPTED, MEMORY. */
int doc_inner_picture(const struct doc_input *in, struct doc_buf *out,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
