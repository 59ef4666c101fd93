/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sums - what the records of a run add up to.
 *
 * docrun and its verbs.  Counted from the documents themselves, not taken from
 * end records.  Memory is bounded: of names beyond DOC_SUMS_NAMES in one table
 * (tenants, say) only the sum is kept, as "other".
 */
#ifndef DOC_SUMS_H
#define DOC_SUMS_H

#include "lib/review/records.h"

enum { DOC_SUMS_NAMES = 1000 };

struct doc_sum {
	char name[128];
	uint64_t count, bytes;
};

/* Counters by name, in the order they came. */
struct doc_sum_table {
	struct doc_sum *at;
	unsigned n, room;
};

struct doc_sums {
	uint64_t documents, members; /* members: out of containers */
	uint64_t bytes, member_bytes;
	unsigned gates; /* what was found: bits of enum doc_gate */
	bool complete;
	struct doc_sum_table stages; /* "text ok", "text error" ... */
	struct doc_sum_table verdicts, found /* rules */, media, tenants;
};

int doc_sums_make(struct doc_sums *s, struct doc_records *r,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_sums_release(struct doc_sums *s);

/* One JSON object and a newline. */
int doc_sums_json(const struct doc_sums *s, struct doc_buf *out) DOC_MUST_CHECK;

/* A table for people. */
int doc_sums_text(const struct doc_sums *s, struct doc_buf *out) DOC_MUST_CHECK;

#endif
