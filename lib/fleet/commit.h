/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commit - RUN/out/NNNNNNN/NNNNNNNNNN.ndjson, one file for each shard that is
 * done, a thousand to a folder.
 *
 * docrun.  A shard may be worked on by many, some of them believed dead: it is
 * done when its file has its name, and the first to give it wins.  link(2) and
 * not rename(2), which would let a late one replace what was committed, and
 * which some NFS servers cannot be told not to.
 */
#ifndef DOC_COMMIT_H
#define DOC_COMMIT_H

#include "lib/fleet/manifest.h"

struct doc_commit {
	char folder[4200], temp[4300], final[4300];
	int fd; /* of the temporary file; -1 none */
};

/* A new temporary file for shard `number` of the run in `dir`; those that dead
 * processes left in its folder are removed. */
int doc_commit_begin(struct doc_commit *c, const char *dir, uint32_t number,
    struct doc_error *err) DOC_MUST_CHECK;

/* To the disk: the file system of `spool` (a path) first, what it names, then
 * the file, then its name.  1; 0: somebody was first, and ours is dropped; -1
 * IO. */
int doc_commit_finish(struct doc_commit *c, const char *spool,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_commit_drop(struct doc_commit *c);

/* The file of a committed shard, open; -1: it is not committed, or (with *err)
 * cannot be opened. */
int doc_committed(const char *dir, uint32_t number, struct doc_error *err);

/* Which shards are committed: called for each, in no order, folder by folder.
 * -1: IO, or what `each` returned. */
int doc_commits(const char *dir, int (*each)(uint32_t number, void *ctx),
    void *ctx, struct doc_error *err) DOC_MUST_CHECK;

/* Shards that are not, the largest first (free).  A document costs something,
 * however small. */
int doc_todo(const char *dir, uint32_t shards, uint32_t **list, size_t *n,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
