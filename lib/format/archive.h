/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive - members of archives and lone compressed files (libarchive).
 *
 * Runs in the worker: libarchive 3.6.2 never returns on some 400-byte files.
 */
#ifndef DOC_ARCHIVE_H
#define DOC_ARCHIVE_H

#include "lib/base/buf.h"
#include "lib/pool/work.h"

/* Hand every member to work->ops, in the archive's order, and say members
 * seen and refused.  A bad member is an error of that member; a damaged rest
 * is the reason `damaged` with everything before it delivered.  0, or -1 with
 * DAMAGED, ENCRYPTED, UNSUPPORTED or a limit. */
int doc_archive_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

struct doc_archive_wish {
	const char *passwords; /* to try, each ending in a newline; or NULL */
};

/* The same with a wish.  Of a package that is a document (OOXML, ODF, EPUB)
 * only what is embedded is a member: pictures, sounds, other documents. */
int doc_archive_list_wish(const struct doc_input *in,
    const struct doc_archive_wish *wish, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

/* A zip package (OOXML, ODF, EPUB) opened for reading its parts by name. */
struct doc_package;

/* Opens the bytes of `in`, which must outlive the package. */
int doc_package_open(const struct doc_input *in, struct doc_package **pkg,
    struct doc_error *err) DOC_MUST_CHECK;

/* The same just far enough to tell its kind, without libarchive: only stored
 * and deflated parts can be read, and where the directory is gone only what
 * begins in the first MiB is found.  DAMAGED, MEMORY. */
int doc_package_peek(const struct doc_input *in, struct doc_package **pkg,
    struct doc_error *err) DOC_MUST_CHECK;

/* Append the part `name` to `buf` (cap: buf->max).  Returns 1 if found, 0 if
 * there is none, -1 with DAMAGED (what could be read of the part is in `buf`
 * for those who can use it), ENCRYPTED, UNSUPPORTED or MEMORY (also when the
 * cap is reached).  Names compare exactly, then ignoring ASCII case (OPC, ISO
 * 29500-2 section 6.2.2) and a leading '/', with '\\' read as '/'. */
int doc_package_read(struct doc_package *pkg, const char *name,
    struct doc_buf *buf, struct doc_error *err) DOC_MUST_CHECK;

bool doc_package_has(const struct doc_package *pkg, const char *name);

/* Has it nothing that readers of old zip versions pass over in silence: 64-bit
 * sizes, newer compression methods, a damaged directory? */
bool doc_package_is_plain(const struct doc_package *pkg);

/* Do its parts and its directory fill the file, without room for anything
 * else, and do local headers and directory agree?  Plain packages only.  *hides
 * is set when a part stands in a gap, so that the directory does not tell of
 * it. */
bool doc_package_is_dense(const struct doc_package *pkg, bool *hides);

/* Names of all parts in directory order, NULL-terminated; owned by pkg. */
const char *const *doc_package_names(const struct doc_package *pkg);

void doc_package_free(struct doc_package *pkg);

#endif
