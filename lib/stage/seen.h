/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seen - what was met before, by digest, in memory that does not grow.
 *
 * Supervisor of doclist.  A table of fixed size: DOC_SEEN_ROWS entries of a key
 * and a value, in sets of DOC_SEEN_WAYS.  When a set is full, the entry that
 * was not asked for the longest goes: a content that comes back after more than
 * a hundred thousand others may be taken for new, never the other way round.
 * Memory is touched as it fills.
 */
#ifndef DOC_SEEN_H
#define DOC_SEEN_H

#include "lib/base/digest.h"

enum { DOC_SEEN_ROWS = 1 << 17, DOC_SEEN_WAYS = 8 };

struct doc_seen;

/* NULL: no memory. */
struct doc_seen *doc_seen_new(size_t value_size);
void doc_seen_free(struct doc_seen *s);

/* The value of `key`, or NULL. */
void *doc_seen_find(struct doc_seen *s,
    const unsigned char key[static DOC_DIGEST_BYTES]);

/* A zeroed value for `key`, which is not in the table; never NULL. */
void *doc_seen_add(struct doc_seen *s,
    const unsigned char key[static DOC_DIGEST_BYTES]);

#endif
