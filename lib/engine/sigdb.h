/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sigdb - what is to be known of the signatures before they are loaded, and our
 * own few.
 *
 * Runs in the zygote, before any document.
 */
#ifndef DOC_SIGDB_H
#define DOC_SIGDB_H

#include "lib/base/buf.h"
#include "lib/engine/dbset.h"

/* Is some signature of the set an image fuzzy hash? */
int doc_sigdb_fuzzy(const struct doc_dbset *set, bool *fuzzy,
    struct doc_error *err) DOC_MUST_CHECK;

/* Digest of the built-in set. */
void doc_sigdb_builtin(char digest[static DOC_DIGEST_HEX]);

/* The text of an .ndb file: the EICAR test file's signature if `eicar`, and
 * `canary` (hexadecimal, or NULL) as Docpipe.Canary.  -1: out of memory. */
int doc_sigdb_ndb(struct doc_buf *ndb, bool eicar, const char *canary);

#endif
