/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * volumes - an archive in several files, joined for the worker that opens it.
 *
 * Supervisor of doclist; docrun asks for the sum only.  Nothing is parsed here.
 * Which files belong together is told by their names (record/volname.h) and by
 * the first bytes of the first of them, which have to be those of an archive;
 * all of them lie in the folder of the one that leads, are regular files, and
 * are opened as it was: below the same root, no link followed.  A folder has
 * one owner: files of several tenants do not belong into one.
 *
 * Joined bytes go to a file of the spool that has no name any more, some at a
 * time, so that workers are seen to meanwhile.
 */
#ifndef DOC_VOLUMES_H
#define DOC_VOLUMES_H

#include <sys/stat.h>

#include "lib/base/opt.h"
#include "lib/record/volname.h"
#include "lib/spool/spool.h"

/* Where a document lies, and what may be opened beside it.  Borrowed. */
struct doc_volumes_at {
	const struct doc_words *roots; /* of the user, may be none: then */
	const char *root;	       /* what the user named */
	const char *path;	       /* of the document */
	bool (*excludes)(const char *path, void *ctx); /* NULL: nothing */
	void *ctx;
};

enum doc_volumes_role {
	DOC_VOLUMES_NONE,
	DOC_VOLUMES_LEADS,  /* at least one more can be joined to it */
	DOC_VOLUMES_FOLLOWS /* another one leads */
};

/* With FOLLOWS, *leader (free) is the path of the one that does, or NULL for
 * want of memory, and *in_row tells if all before this one are there. */
enum doc_volumes_role doc_volumes_role(const struct doc_volumes_at *at,
    char **leader, bool *in_row);

/* The number, from 1 in the order of their bytes, of the first file that is
 * not there or cannot be opened, and why; 0: not called as one of several, or
 * it is the last one, which is called otherwise. */
unsigned doc_volumes_missing(const struct doc_volumes_at *at,
    struct doc_error *why);

/* Joining. */
struct doc_volumes;

struct doc_volumes_sum {
	unsigned count;	      /* files that were joined */
	unsigned missing;     /* number of the first that was not */
	bool gap;	      /* which certainly belongs to them */
	struct doc_error why; /* it was not */
	uint64_t bytes;
};

/* Begin, for one that leads and is `lead` (its size is, if the rest is zero);
 * at most `max_bytes` in all.  Keeps nothing of `at`.  -1 with NO_SPACE and the
 * like. */
int doc_volumes_begin(struct doc_volumes **v, const struct doc_volumes_at *at,
    const struct stat *lead, uint64_t max_bytes, struct doc_spool *spool,
    struct doc_error *err) DOC_MUST_CHECK;

/* Go on for a few milliseconds.  1: there is more; 0: done.  -1: NO_SPACE, IO,
 * BYTES; CHANGED when the one that leads is not what it was.  Another one that
 * changes meanwhile is one that is missing. */
int doc_volumes_step(struct doc_volumes *v,
    struct doc_error *err) DOC_MUST_CHECK;

/* What became of it, and all bytes, open for reading: the caller's. */
int doc_volumes_end(struct doc_volumes *v, struct doc_volumes_sum *sum);
void doc_volumes_free(struct doc_volumes *v);

/* By their names, do both lie in one folder and belong to one archive, in the
 * order of their names? */
bool doc_volumes_same(const char *path, const char *next);

/* For docrun, by names only.  Add what stat says of those that may be joined to
 * `path`; of one that follows, if there is one that leads.  Nothing when there
 * are no others. */
void doc_volumes_stat(const char *path, struct doc_digest *d);

/* Call `fn` with the path of each that is told otherwise of since `path` came
 * or went: the one that leads, and those behind it. */
void doc_volumes_concern(const char *path,
    void (*fn)(const char *path, void *ctx), void *ctx);

#endif
