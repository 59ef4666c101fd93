/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shelf - walks through a spool: TENANT/aa/SHA256/NAME.
 *
 * docrun gc, docrun cache.  What does not look like that is left out; what is
 * gone meanwhile is nobody's loss.
 */
#ifndef DOC_SHELF_H
#define DOC_SHELF_H

#include "lib/spool/spool.h"

struct doc_shelf {
	/* set by the caller */
	const char *tenant; /* NULL: all */
	/* For each file; `dir` is its entry's folder.  -1 ends it. */
	int (*file)(struct doc_shelf *s, int dir, const char *name);
	/* Behind the files of an entry, and behind the entries of a shelf, with
	 * the folder above and the name; may be NULL. */
	void (*leave)(struct doc_shelf *s, int above, const char *name);
	/* where it is */
	char place[256]; /* TENANT/aa/SHA256 */
	uint64_t entries;
};

/* IO, or what `file` set. */
int doc_shelf_walk(struct doc_shelf *s, const struct doc_spool *spool,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
