/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dbwatch - new signatures during a run.
 *
 * Supervisor.  Looks at the database once a second (freshclam renames files
 * into place, people copy them; both show in names, sizes and times, on any
 * file system).  When it changed and then rested for a second, a second engine
 * is started; once that has passed its self-test new documents go to it, and
 * the old one ends with the last of its own.  A database that cannot be loaded
 * leaves the old one in charge.
 */
#ifndef DOC_DBWATCH_H
#define DOC_DBWATCH_H

#include "lib/engine/dbset.h"
#include "lib/pool/pool.h"

struct doc_dbwatch {
	struct doc_watch timer;
	struct doc_loop *loop;
	struct doc_pool *pool;
	const char *path;
	char seen[DOC_DB_KEY]; /* the change waited upon */
	char
	    tried[DOC_DB_KEY]; /* the last one that an engine was started for */
};

/* `path` must outlive the watch.  RESOURCE on failure. */
int doc_dbwatch_open(struct doc_dbwatch *w, struct doc_loop *loop,
    struct doc_pool *pool, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;

/* Harmless on one that was never opened but zeroed. */
void doc_dbwatch_close(struct doc_dbwatch *w);

#endif
