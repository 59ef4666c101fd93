/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rebase - what a record says of places, for another place.
 *
 * docrun; pure.  A shard is worked on by some host, with its spool, and without
 * a shared file system with copies of its documents under other names.  Its
 * records are kept with paths relative to the run directory ("spool/...") and
 * the names of the manifest; those of the merged run have the full path again.
 */
#ifndef DOC_REBASE_H
#define DOC_REBASE_H

#include "lib/record/path.h"
#include "lib/record/place.h"

/* Append the line of `rec`, without an end, to `out`: its document is called
 * `path` (bytes), with the ids that go with it.  STREAM, NO_MEMORY. */
int doc_rebase_name(const struct doc_record *rec, const char *path,
    struct doc_buf *out, struct doc_error *err) DOC_MUST_CHECK;

#endif
