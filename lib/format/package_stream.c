/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The aid of a package that is to be read whole: libarchive.
 */
#include <string.h>

#include "lib/format/package_impl.h"
#include "lib/format/unpack.h"

static int
copy_blocks(struct doc_part_reader *r, struct doc_unpack *u,
    struct doc_error *err)
{
	struct doc_unpack_entry e;
	enum doc_unpack_status st;
	uint64_t offset;
	const char *p;
	size_t n;

	st = doc_unpack_next(u, &e);
	while (st == DOC_UNPACK_OK) {
		st = doc_unpack_block(u, &p, &n, &offset);
		if (st == DOC_UNPACK_OK && doc_part_take(r, p, n, err) < 0)
			return -1;
	}
	return st == DOC_UNPACK_END ? 0 : doc_unpack_error(u, err);
}

/* Any other way: let libarchive start at the local header. */
static int
read_stream(struct doc_part_reader *r, const struct doc_part *part,
    struct doc_error *err)
{
	struct doc_unpack *u;
	int rc;

	if (doc_unpack_open(r->pkg->data + part->offset,
		r->pkg->size - part->offset, DOC_UNPACK_ZIP, &u, err) < 0)
		return -1;
	rc = copy_blocks(r, u, err);
	doc_unpack_free(u);
	return rc;
}

/* Without a usable directory: what the local headers say, as far as they can
 * be followed. */
static int
index_stream(struct doc_package *pkg, struct doc_error *err)
{
	const char *first = memmem(pkg->data, pkg->size, "PK\3\4", 4);
	struct doc_unpack_entry e;
	struct doc_unpack *u;
	struct doc_part part = { .method = DOC_ZIP_UNKNOWN };
	enum doc_unpack_status st;
	size_t skip;

	if (first == NULL)
		return doc_error_set(err, DOC_E_DAMAGED, "not a zip package");
	skip = (size_t)(first - pkg->data);
	if (doc_unpack_open(first, pkg->size - skip, DOC_UNPACK_ZIP, &u, err) <
	    0)
		return -1;
	do {
		st = doc_unpack_next(u, &e);
		if (st != DOC_UNPACK_OK) /* there is no entry */
			continue;
		part.offset = skip + e.position;
		part.flags = e.encrypted ? DOC_ZIP_ENCRYPTED : 0;
		if (doc_part_add(pkg, &part, e.name, strlen(e.name)) < 0)
			st = DOC_UNPACK_DEAD;
	} while (pkg->count < DOC_PACKAGE_PARTS &&
	    (st == DOC_UNPACK_OK || st == DOC_UNPACK_BAD));
	doc_unpack_free(u);
	if (pkg->count == 0)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "no part of the package is readable");
	return 0;
}

int
doc_package_open(const struct doc_input *in, struct doc_package **out,
    struct doc_error *err)
{
	static const struct doc_package_aid stream = { index_stream,
		read_stream };

	return doc_package_open_aided(in, &stream, out, err);
}
