/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open - a document by its name, once and safely.
 *
 * Supervisor, the only process that opens documents.  A record is a request,
 * not an authority: with roots nothing outside them opens, and below a root no
 * symbolic link is followed (openat2, RESOLVE_BENEATH).  Only regular files,
 * and nothing else is opened even for a look: a name is first found (O_PATH),
 * and what was found is checked and then opened through /proc/self/fd, so that
 * nothing can take its place between.
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
 * path.  CHANGED when that is not the file that was listed: another size, or
 * time of change. */
int doc_open_record(const struct doc_words *roots, const char *spool,
    const struct doc_record *rec, struct doc_error *err) DOC_MUST_CHECK;

/* The file that another stage's member `key` of the record names, below the
 * spool and nowhere else.  NOT_FOUND when it names none. */
int doc_open_artifact(const char *spool, const struct doc_record *rec,
    const char *key, struct doc_error *err) DOC_MUST_CHECK;

/* The folder that a file of this absolute path is in, with no link on the way
 * to it, for calls like renameat(2): where the path is somebody else's, he
 * could put a link there meanwhile.  Returns an fd (O_PATH) and the file's own
 * name in *name, within `path`; -1 with NOT_FOUND, PERMISSION, SYMLINK, IO. */
int doc_open_folder_of(const char *path, const char **name,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
