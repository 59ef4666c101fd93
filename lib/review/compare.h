/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare - two records of one document; diff.c alone includes it. */
#ifndef DOC_COMPARE_H
#define DOC_COMPARE_H

#include "lib/base/digest.h"
#include "lib/review/diff.h"

enum { DOC_COMPARISON = 24 }; /* differences of one document, at most */

struct doc_comparison {
	unsigned loss; /* set by the caller: per cent */
	struct doc_difference at[DOC_COMPARISON];
	unsigned n;
	uint64_t cpu_ms_a, cpu_ms_b;
};

/* -1: no memory. */
int doc_compare(struct doc_comparison *c, const struct doc_record *a,
    const struct doc_record *b) DOC_MUST_CHECK;

#endif
