/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The aid of a package that is only to be told by its kind: what looks like a
 * local header, near the start, is one.  Keeps libarchive and all it brings
 * out of docsniff, which forks for every document.
 */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/package_impl.h"

/* A package tells its kind in its first parts. */
#define REACH ((size_t)1 << 20)

static int
add_from(struct doc_package *pkg, const char *p)
{
	size_t room = pkg->size - (size_t)(p - pkg->data), len;
	struct doc_part part = { .offset = (uint64_t)(p - pkg->data),
		.packed = room };

	if (room < DOC_ZIP_LOCAL_LEN)
		return 0;
	len = doc_le16(p + 26);
	if (len == 0 || len > room - DOC_ZIP_LOCAL_LEN)
		return 0;
	part.flags = doc_le16(p + 6);
	part.method = doc_le16(p + 8);
	/* A stored part must know its end; a deflated one has it inside. */
	if (!(part.flags & DOC_ZIP_STREAMED)) {
		part.crc = doc_le32(p + 14);
		part.packed = doc_le32(p + 18);
	}
	return doc_part_add(pkg, &part, p + DOC_ZIP_LOCAL_LEN, len);
}

static int
scan(struct doc_package *pkg, struct doc_error *err)
{
	const char *p = pkg->data;
	const char *end = p + DOC_MIN(pkg->size, REACH);

	while (pkg->count < DOC_PACKAGE_PARTS &&
	    (p = memmem(p, (size_t)(end - p), "PK\3\4", 4)) != NULL) {
		if (add_from(pkg, p) < 0)
			return doc_error_set(err, DOC_E_MEMORY, "package");
		p += 4;
	}
	if (pkg->count == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "not a zip package");
	return 0;
}

static int
no_read(struct doc_part_reader *r, const struct doc_part *part,
    struct doc_error *err)
{
	(void)r;
	return doc_error_set(err, DOC_E_UNSUPPORTED,
	    "a part packed by method %u", part->method);
}

int
doc_package_peek(const struct doc_input *in, struct doc_package **out,
    struct doc_error *err)
{
	static const struct doc_package_aid look = { scan, no_read };

	return doc_package_open_aided(in, &look, out, err);
}
