/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gc - removes files of a spool that were not used for some time.
 *
 * docrun gc.  Names and times only: no file of the spool is opened.
 *
 * Others may work in the spool meanwhile.  Who is about to name a file says so
 * by its time, and then looks if it is there (doc_spool_use); here an old file
 * is moved aside, and then its time is looked at once more: whichever comes
 * first, a file that was found to be there stays, and one that went was
 * missed.  A file that is written anew is young.
 */
#ifndef DOC_GC_H
#define DOC_GC_H

#include "lib/base/error.h"
#include "lib/spool/spool.h"

struct doc_gc {
	/* set by the caller */
	const char *tenant; /* NULL: all */
	uint64_t keep_ms;   /* used within that time: stays */
	bool dry_run;
	/* Is TENANT/aa/SHA256/NAME to be kept, whatever its age?  May be NULL.
	 */
	bool (*wanted)(const struct doc_gc *gc, const char *name);
	/* found out */
	uint64_t seen, removed, wanted_count; /* files */
	uint64_t bytes;			      /* of those removed */
};

/* Clean the spool, which is open.  IO. */
int doc_gc_run(struct doc_gc *gc, const struct doc_spool *spool,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
