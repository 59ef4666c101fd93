/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch - several small documents in one job of docsniff.
 *
 * Written by the supervisor into a memory file, read by the worker: head,
 * `count` spans, then the bytes.
 */
#ifndef DOC_BATCH_H
#define DOC_BATCH_H

#include "lib/base/base.h"

/* Units of work of docsniff. */
enum {
	DOC_UNIT_SNIFF = 0, /* digest and type */
	DOC_UNIT_TYPE = 1,  /* the digest is known */
	DOC_UNIT_BATCH = 2  /* types of many, whose digests are known */
};

/* More gain little, and all wait for the slowest. */
enum { DOC_BATCH_MAX = 64 };

struct doc_batch_span {
	uint64_t at, len; /* bytes, from the start of the file */
};

struct doc_batch_head {
	uint64_t count;
	struct doc_batch_span span[DOC_BATCH_MAX];
};

#endif
