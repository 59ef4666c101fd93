/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gc - removes entries of a spool that were not used for some time.
 *
 * docrun gc.  Names and times only: no file of the spool is opened.  An entry
 * goes as a whole, by the youngest of its files; one that is used or written
 * meanwhile by another process stays, or is written anew by who misses it.
 */
#ifndef DOC_GC_H
#define DOC_GC_H

#include "lib/base/error.h"

struct doc_gc {
	/* set by the caller */
	const char *tenant; /* NULL: all */
	uint64_t keep_ms;   /* younger than that stays */
	bool dry_run;
	/* found out */
	uint64_t seen, removed, bytes; /* entries; bytes of those removed */
};

/* Clean the spool at `path`; NULL: the default one, see doc_spool_open.
 * USAGE, IO. */
int doc_gc(struct doc_gc *gc, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
