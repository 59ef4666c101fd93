/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * end - the record that ends a stream: counts, cage, engine.
 */
#ifndef DOC_END_H
#define DOC_END_H

#include "lib/stage/flow.h"

struct doc_run;

struct doc_end {
	const char *stage; /* "docscan" */
	uint64_t in, out;
	const uint64_t *count;	      /* by enum doc_status */
	uint64_t cached;	      /* of them known already */
	const struct doc_pool *pool;  /* NULL: a stage without a cage */
	const struct doc_pool *other; /* a second one, or NULL */
	const struct doc_pool *third; /* likewise */
	/* Optional: members of `engine`; default the pool's facts. */
	void (*engine)(const struct doc_run *run, struct doc_json *j);
	const struct doc_run *run;
};

int doc_end_write(const struct doc_end *end,
    struct doc_buf *out) DOC_MUST_CHECK;

/* Compare the cage with what is required.  0, or -1 with SANDBOX. */
int doc_end_require(const struct doc_pool *pool, enum doc_level require,
    bool allow_degraded, struct doc_error *err) DOC_MUST_CHECK;

#endif
