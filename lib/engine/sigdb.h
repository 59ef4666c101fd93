/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sigdb - signature databases as files: what is in the directory, and our own
 * few signatures.
 *
 * Runs in the zygote, before any document.
 */
#ifndef DOC_SIGDB_H
#define DOC_SIGDB_H

#include "lib/base/buf.h"
#include "lib/base/digest.h"
#include "lib/base/error.h"

struct doc_sigdb {
	bool fuzzy;		     /* some signature is an image fuzzy hash */
	char digest[DOC_DIGEST_HEX]; /* over names, sizes and times */
};

/* Look at the database file, or at all of them in the directory, `path`.
 * ENGINE when there are none. */
int doc_sigdb_survey(const char *path, struct doc_sigdb *db,
    struct doc_error *err) DOC_MUST_CHECK;

/* The same for the built-in set. */
void doc_sigdb_builtin(struct doc_sigdb *db);

/* The text of an .ndb file: the EICAR test file's signature if `eicar`, and
 * `canary` (hexadecimal, or NULL) as Docpipe.Canary.  -1: out of memory. */
int doc_sigdb_ndb(struct doc_buf *ndb, bool eicar, const char *canary);

#endif
