/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool - what is known about one content, by digest:
 * SPOOL/TENANT/aa/SHA256/{data,text-K.txt,...} (docpipe(7)).
 *
 * Supervisors.  Names in the spool are digests and fixed words, never anything
 * a document chose.  Tenants never share an entry.  Folders 0700, files 0600.
 */
#ifndef DOC_SPOOL_H
#define DOC_SPOOL_H

#include "lib/base/buf.h"
#include "lib/base/digest.h"
#include "lib/base/error.h"
#include "lib/base/lair.h"

struct doc_spool {
	char *path; /* absolute, links resolved */
	int dir;
	struct doc_lair incoming; /* of unfinished files; none until used */
	uint64_t next;
};

/* Open or make the spool at `path`; NULL: $DOCPIPE_SPOOL, else
 * $XDG_CACHE_HOME/docpipe/spool, else ~/.cache/docpipe/spool. */
int doc_spool_open(struct doc_spool *spool, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;
/* The same, but one that is there; none is made. */
int doc_spool_find(struct doc_spool *spool, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_spool_close(struct doc_spool *spool); /* removes unfinished files */

/* A file being written.  Named, not anonymous, so that 100,000 members of an
 * archive need no 100,000 descriptors. */
struct doc_spool_file {
	char name[96]; /* below the spool; "" when there is none */
};

/* A new empty file; returns its fd, for reading and writing. */
int doc_spool_create(struct doc_spool *spool, struct doc_spool_file *file,
    struct doc_error *err) DOC_MUST_CHECK;
int doc_spool_reopen(const struct doc_spool *spool,
    const struct doc_spool_file *file, struct doc_error *err) DOC_MUST_CHECK;
/* SHA-256 of an unfinished file, read again: 1.1 GB/s. */
int doc_spool_digest(const struct doc_spool *spool,
    const struct doc_spool_file *file, char hex[static DOC_DIGEST_HEX],
    struct doc_error *err) DOC_MUST_CHECK;
void doc_spool_drop(struct doc_spool *spool, struct doc_spool_file *file);

/* Note that `name` of tenant's content `sha256` is of use, so that gc keeps
 * it, and is there: in this order (gc.h).  A regular file? */
bool doc_spool_use(const struct doc_spool *spool, const char *tenant,
    const char *sha256, const char *name);

/* Append the content of `name` of tenant's content `sha256` to `out`, and
 * note that it was of use.  1, 0 when there is none, -1 no memory. */
int doc_spool_read(const struct doc_spool *spool, const char *tenant,
    const char *sha256, const char *name, struct doc_buf *out) DOC_MUST_CHECK;

/* Move the file to its place as `name` of tenant's content `sha256` (64 hex
 * digits); what was there is replaced.  *path (free) is the full path. */
int doc_spool_commit(struct doc_spool *spool, struct doc_spool_file *file,
    const char *tenant, const char *sha256, const char *name, char **path,
    struct doc_error *err) DOC_MUST_CHECK;

/* The whole of a small file, put to its place unless it is there already. */
int doc_spool_put(struct doc_spool *spool, const char *tenant,
    const char *sha256, const char *name, const void *p, size_t n,
    struct doc_error *err) DOC_MUST_CHECK;

/* Fail for errno: "WHAT: strerror".  The spool is ours: what goes wrong in it
 * is never a document's fault, as the code of the same errno for a document
 * would say. */
int doc_spool_failed(struct doc_error *err, const char *what);

/* Full path of an entry (free); NULL: no memory. */
char *doc_spool_path(const struct doc_spool *spool, const char *tenant,
    const char *sha256, const char *name);

#endif
