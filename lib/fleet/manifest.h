/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifest - all inputs of a planned run, in order, and where it is cut.
 *
 * docrun.  Three files of the run directory, made once and only read after:
 *
 *	manifest	SHA256 SIZE MTIME TENANT NAME, one line for each input;
 *			MTIME in nanoseconds; in NAME a newline is "\n", a
 *			backslash "\\", all other bytes are themselves.  An
 *			input that could not be read has 64 dashes for digest.
 *	shards		NUMBER OFFSET LENGTH INPUTS BYTES DIGEST: lines of one
 *			length, so that shard K is found by a seek
 *	sources		TENANT NAME: what the user named, as above
 *
 * A shard is a range of the manifest: the records of all shards one behind the
 * other are in the order of the manifest.  No shard has two tenants.
 */
#ifndef DOC_MANIFEST_H
#define DOC_MANIFEST_H

#include "lib/base/digest.h"
#include "lib/run/names.h"
#include "lib/run/tenant.h"

/* Where to cut: a shard is full at that many inputs, or bytes. */
struct doc_cut {
	unsigned documents; /* 0: DOC_CUT_DOCUMENTS */
	uint64_t bytes;	    /* 0: DOC_CUT_BYTES */
	unsigned slots;	    /* smaller ones, so that each gets 16; 0: do not */
	bool trust_times;   /* do not read the files: size and mtime stand for
			     * the content */
};
enum {
	DOC_CUT_DOCUMENTS = 256,
	DOC_CUT_BYTES = 64 << 20,
	DOC_CUT_PER_SLOT = 16,
	/* What --slots does not go below: about ten seconds of work (64 mixed
	 * documents with all stages at 150 ms each; docpipe-scale(7)). */
	DOC_CUT_LEAST_DOCUMENTS = 64,
	DOC_CUT_LEAST_BYTES = 16 << 20
};

struct doc_manifest_sum {
	uint64_t inputs, bytes;
	uint32_t shards;
	char digest[DOC_DIGEST_HEX]; /* of the manifest */
};

/* Write the three files into `dir`.  Reads all inputs, unless times are
 * trusted.  USAGE (no input), IO. */
int doc_manifest_write(const char *dir, const struct doc_tenants *tenants,
    struct doc_names *names, const struct doc_cut *cut,
    struct doc_manifest_sum *sum, struct doc_error *err) DOC_MUST_CHECK;

struct doc_shard {
	uint32_t number;
	uint64_t offset, length; /* of the manifest */
	unsigned inputs;
	uint64_t bytes;
	char digest[33]; /* of that part of the manifest */
};

enum { DOC_SHARD_LINE = 96 }; /* bytes, newline included */

/* The row of shard `number`, of the open file `shards`.  USAGE: there is none
 * of that number. */
int doc_shard_find(int shards, uint32_t number, struct doc_shard *shard,
    struct doc_error *err) DOC_MUST_CHECK;

/* An input of a shard. */
struct doc_input_row {
	char sha256[DOC_DIGEST_HEX]; /* or 64 dashes */
	uint64_t size;
	int64_t mtime_ns;
	char *path; /* as the user would write it */
};

struct doc_slice {
	char tenant[72];
	struct doc_input_row *at;
	size_t n;
	struct doc_words sources; /* of that tenant */
};

/* Read a shard's part of the manifest in `dir`.  STREAM when that is not what
 * was written. */
int doc_slice_read(struct doc_slice *s, const char *dir,
    const struct doc_shard *shard, struct doc_error *err) DOC_MUST_CHECK;
void doc_slice_release(struct doc_slice *s);

/* Digest, size and mtime of a file, opened below its sources as doclist would;
 * -1 when it cannot be read. */
int doc_input_look(const struct doc_words *sources, const char *path,
    bool digest, struct doc_input_row *row);

#endif
