/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listing - the first members of an archive as lines for people (libarchive
 * through unpack.h).
 *
 * Runs in the worker.
 */
#ifndef DOC_LISTING_H
#define DOC_LISTING_H

#include "lib/base/buf.h"
#include "lib/pool/work.h"

/* Append the names of at most `max` members in the archive's order as UTF-8,
 * one a line, folders left out, and a line with an ellipsis when there are
 * more.  0, or -1 when nothing can be read: DAMAGED, ENCRYPTED, UNSUPPORTED,
 * MEMORY. */
int doc_listing(const struct doc_input *in, unsigned max, struct doc_buf *out,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
