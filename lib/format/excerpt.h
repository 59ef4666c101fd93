/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * excerpt - the beginning of a document's text, for a card.
 *
 * Runs in the worker; doc_excerpt_warm in the zygote.  For documents that
 * doctext did not read before; and for the kinds that need no more than is
 * linked here.
 */
#ifndef DOC_EXCERPT_H
#define DOC_EXCERPT_H

#include "lib/format/text.h"

int doc_excerpt_warm(struct doc_error *err) DOC_MUST_CHECK;

/* Append the first `max` bytes of its text to `out`.  0, or -1 with
 * UNSUPPORTED (no text comes out of that kind here), DAMAGED, ENCRYPTED,
 * MEMORY; what came before a failure is in `out`. */
int doc_excerpt(const struct doc_input *in, size_t max, struct doc_buf *out,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
