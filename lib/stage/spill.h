/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spill - a queue of bytes that stays small in memory, however long it gets.
 *
 * Supervisor of doclist: the members of a container are known before the
 * container's own record can be written, and they may be a million.  The first
 * DOC_SPILL_MEMORY bytes stay in memory, more go to a nameless file of the
 * spool.  First everything is put, then everything is got.
 */
#ifndef DOC_SPILL_H
#define DOC_SPILL_H

#include "lib/base/buf.h"
#include "lib/spool/spool.h"

#define DOC_SPILL_MEMORY ((size_t)128 << 10)

struct doc_spill {
	struct doc_buf buf; /* not yet in the file; later: read back from it */
	size_t at;	    /* bytes of buf that were got */
	bool filed;
	int fd; /* if filed */
	uint64_t in_file, got;
};

int doc_spill_put(struct doc_spill *s, struct doc_spool *spool, const void *p,
    size_t n, struct doc_error *err) DOC_MUST_CHECK;

/* Exactly n bytes, which must have been put. */
int doc_spill_get(struct doc_spill *s, void *p, size_t n,
    struct doc_error *err) DOC_MUST_CHECK;

void doc_spill_release(struct doc_spill *s);

#endif
