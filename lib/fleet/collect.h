/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect - the records of a finished piece, made into those of its shard.
 *
 * docrun.  One tree of records for each input, in the order of the inputs;
 * places relative to the run directory; then the end records; then one line of
 * type "shard" that says how much there is and the SHA-256 of all before it.
 */
#ifndef DOC_COLLECT_H
#define DOC_COLLECT_H

#include "lib/fleet/facts.h"
#include "lib/fleet/manifest.h"

struct doc_collect {
	const char *out;   /* out.ndjson of the piece */
	const char *spool; /* that its records name, links resolved */
	const char *tenant;
	const struct doc_input_row *rows; /* as the piece was told */
	size_t n;
	/* As they are called in the manifest; NULL: the same. */
	const struct doc_input_row *names;
	uint32_t shard;
	/* found out */
	uint64_t documents, bytes, errors, partial, infected, changed;
	struct doc_facts facts;
};

/* Write them to `fd`.  STREAM when a record is missing. */
int doc_collect(struct doc_collect *c, int fd,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_collect_release(struct doc_collect *c);

/* A collected shard, from its last line: what it holds, and where the lines
 * before that one end. */
struct doc_shard_sum {
	uint32_t shard;
	uint64_t inputs, documents, bytes, errors, partial, infected;
	uint64_t end; /* bytes before the last line */
	char sha256[DOC_DIGEST_HEX];
};
int doc_shard_sum(int fd, struct doc_shard_sum *sum,
    struct doc_error *err) DOC_MUST_CHECK;

/* One of the lines before that one, counted from 1; 0, or -1 and err. */
typedef int doc_shard_line_fn(void *ctx, const char *line, size_t len,
    uint64_t number, struct doc_error *err);

/* All of them in turn, from where fd stands.  1 when their digest is the one of
 * `sum`, else 0; -1 when they cannot be read or `each` says so. */
int doc_shard_lines(int fd, const struct doc_shard_sum *sum,
    doc_shard_line_fn *each, void *ctx, struct doc_error *err) DOC_MUST_CHECK;

#endif
