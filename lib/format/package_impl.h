/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * package_impl - between package.c (reading parts) and package_index.c (where
 * they are).  Numbers in comments are sections of APPNOTE.TXT 6.3.10.
 *
 * Runs in the worker.
 */
#ifndef DOC_PACKAGE_IMPL_H
#define DOC_PACKAGE_IMPL_H

#include "lib/format/archive.h"

#define DOC_ZIP_LOCAL_LEN 30 /* 4.3.7 */

enum {
	DOC_ZIP_STORED = 0,
	DOC_ZIP_IMPLODED = 6,
	DOC_ZIP_DEFLATED = 8,
	DOC_ZIP_DEFLATED64 = 9,
	DOC_ZIP_BZIP2 = 12,
	DOC_ZIP_UNKNOWN = 0xffff
};

enum { DOC_ZIP_ENCRYPTED = 1 }; /* general purpose bit 0 */

struct doc_part {
	char *name;
	uint64_t offset; /* of the local header, in the mapping */
	uint64_t packed; /* bytes */
	uint32_t crc;
	unsigned method, flags;
};

struct doc_package {
	const char *data;
	size_t size;
	struct doc_part *part;
	size_t count, room;
	size_t *sorted;	    /* part numbers by folded name, then number */
	const char **names; /* NULL-ended */
	uint64_t total;	    /* bytes read so far */
	bool streamed;	    /* the directory could not be used */
};

static inline unsigned
doc_zip_le16(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (unsigned)u[0] | (unsigned)u[1] << 8;
}

static inline uint32_t
doc_zip_le32(const char *p)
{
	return (uint32_t)doc_zip_le16(p) | (uint32_t)doc_zip_le16(p + 2) << 16;
}

/* Find all parts of pkg->data.  DAMAGED, MEMORY. */
int doc_package_index(struct doc_package *pkg,
    struct doc_error *err) DOC_MUST_CHECK;

/* The part of that name: the first with the very same bytes, else the first
 * that folds to the same; NULL. */
struct doc_part *doc_package_find(const struct doc_package *pkg,
    const char *name);

/* Does the part's offset point at a local header? */
bool doc_package_at_header(const struct doc_package *pkg,
    const struct doc_part *part);

#endif
