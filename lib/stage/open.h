/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open - a document by its name, once and safely.
 *
 * Supervisor, the only process that opens documents.  A record is a request,
 * not an authority: with roots nothing outside them opens, and below a root no
 * symbolic link is followed (openat2, RESOLVE_BENEATH).  Only regular files;
 * O_NONBLOCK, so that a fifo cannot stop us before we see what it is.
 */
#ifndef DOC_OPEN_H
#define DOC_OPEN_H

#include <sys/stat.h>

#include "lib/base/opt.h"
#include "lib/record/record.h"

/*
 * Open `path` read-only below whichever of `roots` it starts with (a root
 * itself may be reached through links: the user named it); with no roots, any
 * path without links.  Returns the fd, or -1 with NOT_FOUND, PERMISSION,
 * SYMLINK, OUTSIDE, SPECIAL, NAME, IO.  *st is filled on success.
 */
int doc_open_below(const struct doc_words *roots, const char *path,
    struct stat *st, struct doc_error *err) DOC_MUST_CHECK;

/* The content of a record: its `data` in the spool (below `spool`), else its
 * path. */
int doc_open_record(const struct doc_words *roots, const char *spool,
    const struct doc_record *rec, struct doc_error *err) DOC_MUST_CHECK;

/* The file that another stage's member `key` of the record names, below the
 * spool and nowhere else.  NOT_FOUND when it names none. */
int doc_open_artifact(const char *spool, const struct doc_record *rec,
    const char *key, struct doc_error *err) DOC_MUST_CHECK;

/* Open `name` in folder `dir`, as above. */
int doc_open_at(int dir, const char *name, struct stat *st,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
