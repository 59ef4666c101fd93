/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ends - end records of many shards, added up to those of one run.
 *
 * docrun; pure.  Counts are sums; the cage is the weakest any shard had; the
 * engine is what the shard said whose engine had most to say.
 */
#ifndef DOC_ENDS_H
#define DOC_ENDS_H

#include "lib/record/record.h"

enum { DOC_ENDS_STAGES = 16, DOC_ENDS_COUNTS = 7 };

struct doc_ends {
	struct doc_ends_stage {
		char name[32];
		uint64_t count[DOC_ENDS_COUNTS]; /* in, out, ok, partial,
						  * skipped, error, cached */
		unsigned weakness;
		struct doc_buf line, sandbox, engine;
	} at[DOC_ENDS_STAGES];
	unsigned n;
};

/* An end record.  STREAM. */
int doc_ends_add(struct doc_ends *e, const struct doc_record *rec,
    struct doc_error *err) DOC_MUST_CHECK;

/* Append one line for each stage. */
int doc_ends_write(const struct doc_ends *e,
    struct doc_buf *out) DOC_MUST_CHECK;

void doc_ends_release(struct doc_ends *e);

#endif
