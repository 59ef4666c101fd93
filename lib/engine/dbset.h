/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dbset - the files of a signature database: which there are, in which order
 * they load, how old they are, and one digest that changes when any of them
 * does.
 *
 * Supervisor and zygote, before any document.  Reads no signatures.
 */
#ifndef DOC_DBSET_H
#define DOC_DBSET_H

#include "lib/base/digest.h"
#include "lib/base/error.h"

struct doc_dbfile {
	char *name; /* without a folder */
	uint64_t size;
	int64_t mtime_ns; /* since 1970 */
	int64_t built;	  /* seconds; by the file's header, else as mtime */
	unsigned version; /* by the header of a .cvd or .cld, else 0 */
};

struct doc_dbset {
	char *path;  /* the folder, or the one file */
	bool folder; /* path is one */
	struct doc_dbfile *file;
	size_t count;
	char digest[DOC_DIGEST_HEX]; /* over names, sizes and times */
};

/* Look at the database file, or at all of them in the folder, `path`.  A .cvd
 * of which there is a newer .cld, or the other way round, is left out.  ENGINE
 * when there are none. */
int doc_dbset_read(const char *path, struct doc_dbset *set,
    struct doc_error *err) DOC_MUST_CHECK;

/* Open file i of the set read-only; path too, for libraries that want one. */
int doc_dbset_open(const struct doc_dbset *set, size_t i,
    struct doc_error *err) DOC_MUST_CHECK;
int doc_dbset_path(const struct doc_dbset *set, size_t i, char *buf,
    size_t size);

/* The half of a digest that is shown and keys caches. */
#define DOC_DB_KEY 33
void doc_dbset_key(const char *digest, char key[static DOC_DB_KEY]);

/* When the youngest file was built, seconds since 1970. */
int64_t doc_dbset_built(const struct doc_dbset *set);

/* By the end of its name, ignoring case: doc_db_is(name, "cvd"). */
bool doc_db_is(const char *name, const char *extension);

void doc_dbset_release(struct doc_dbset *set);

#endif
