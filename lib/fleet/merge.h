/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge - RUN/out.ndjson from the shards: what one docrun over the same inputs
 * would have written there.
 *
 * docrun.
 */
#ifndef DOC_MERGE_H
#define DOC_MERGE_H

#include "lib/fleet/ends.h"
#include "lib/fleet/fleet.h"

struct doc_merge {
	bool partial; /* what is not committed is left out */
	/* found out */
	uint32_t shards, missing;
	uint64_t documents, errors, partials, infected;
};

/* Checks the digest of each shard; replaces out.ndjson at the end.  STREAM when
 * one is missing or damaged. */
int doc_merge(const struct doc_fleet *f, struct doc_merge *m,
    struct doc_error *err) DOC_MUST_CHECK;

/* The exit status by the gates of docrun. */
int doc_merge_judge(const struct doc_merge *m, unsigned gates);

#endif
