/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clamav - signature scan (libclamav).
 *
 * doc_clamav_load runs in the zygote, single-threaded; doc_clamav_scan in the
 * worker.  libclamav says CL_CLEAN in situations where it did not look
 * (facts: no temp directory, limits); this module turns each of them into an
 * error or a reason.
 */
#ifndef DOC_CLAMAV_H
#define DOC_CLAMAV_H

#include "lib/base/buf.h"
#include "lib/engine/dbset.h"
#include "lib/pool/work.h"

struct doc_clamav_info {
	unsigned signatures;
	bool test_only;	  /* only the built-in test signatures are loaded */
	bool fuzzy;	  /* image fuzzy hashing is on: a signature needs it */
	char version[64]; /* of libclamav */
	char database[DOC_DB_KEY]; /* doc_dbset_key of what is loaded */
	/* A line for each database file: name, version (0: none), signatures
	 * and time of building (Unix), separated by tabs. */
	struct doc_buf files;
};

/* Load every database in directory (or file) `db`; NULL loads the built-in
 * test set (EICAR).  `canary` is a hex body signature added under the name
 * "Docpipe.Canary".  Then compile, preload charsets, warm with a sample of
 * each format.  `info` must be zero; its files are the caller's.  ENGINE on
 * failure. */
int doc_clamav_load(const char *db, const char *canary,
    struct doc_clamav_info *info, struct doc_error *err) DOC_MUST_CHECK;

enum doc_scan_depth {
	DOC_SCAN_BYTES, /* as they are, and nothing more */
	DOC_SCAN_KNOWN, /* unpack; the members have records of their own, so
			   that what cannot be unpacked is no gap */
	DOC_SCAN_WHOLE	/* unpack, and tell of each gap */
};

/* Scan all of `in`, temp files in work->temp.  Says matches, found, heuristics,
 * scanned, and a reason for everything that was not looked at (size, files,
 * recursion, time, encrypted, damaged, unsupported).  0 when the engine did its
 * work, whatever it found; -1 with ENGINE, MEMORY, TEMP, TIMEOUT. */
int doc_clamav_scan(const struct doc_input *in, enum doc_scan_depth depth,
    struct doc_work *work, struct doc_error *err) DOC_MUST_CHECK;

#endif
