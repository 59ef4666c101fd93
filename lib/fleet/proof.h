/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proof - is a planned run what its shards say it is?
 *
 * docrun verify.  Such a run has no journal: each committed shard is looked at
 * by its own digest, its records by the files they name, and those of a merged
 * run by what the shards hold, byte for byte, end records too.  Changes
 * nothing.
 */
#ifndef DOC_PROOF_H
#define DOC_PROOF_H

#include "lib/run/verify.h"

/* As doc_verify_run; `where` may be "shard 3:17", too. */
int doc_proof(struct doc_verify *v, struct doc_error *err) DOC_MUST_CHECK;

#endif
