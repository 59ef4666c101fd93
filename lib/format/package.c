/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random access to the parts of a zip package.
 *
 * libarchive reads zips front to back, which makes reading n parts in any
 * order n passes.  So the central directory is indexed here, stored and
 * deflated parts are read straight from the mapping, and the rest (rare
 * methods, packages whose directory is gone) is left to the aid, which is
 * libarchive (package_stream.c) or a mere look (package_scan.c).  Format:
 * APPNOTE.TXT 6.3.10, by section.
 */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/inflate.h"
#include "lib/format/package_impl.h"

/* All parts of one package together, each counted as often as it is read. */
#define MAX_TOTAL ((uint64_t)4 << 30)

int
doc_package_open_aided(const struct doc_input *in,
    const struct doc_package_aid *aid, struct doc_package **out,
    struct doc_error *err)
{
	struct doc_package *pkg = calloc(1, sizeof(*pkg));

	if (pkg == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "package");
	pkg->data = in->data;
	pkg->size = in->size;
	pkg->aid = aid;
	if (pkg->size == 0) {
		(void)doc_error_set(err, DOC_E_DAMAGED, "empty package");
		goto fail;
	}
	if (doc_package_index(pkg, err) < 0)
		goto fail;
	*out = pkg;
	return 0;
fail:
	doc_package_free(pkg);
	return -1;
}

int
doc_part_take(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	struct doc_part_reader *r = ctx;

	r->taken += n;
	r->crc = doc_inflate_crc(r->crc, p, n);
	if (r->sink != NULL)
		return r->sink(r->ctx, p, n, err);
	r->pkg->total += n;
	if (r->pkg->total > MAX_TOTAL || doc_buf_add(r->buf, p, n) < 0)
		return doc_error_set(err, DOC_E_MEMORY,
		    "part of a package is too large");
	return 0;
}

/* Stored or deflated, straight from the mapping. */
static int
read_mapped(struct doc_part_reader *r, const struct doc_part *part,
    struct doc_error *err)
{
	const struct doc_package *pkg = r->pkg;
	const char *head = pkg->data + part->offset;
	uint64_t at = part->offset + DOC_ZIP_LOCAL_LEN, n;
	bool cut;
	int rc;

	at += doc_le16(head + 26) + doc_le16(head + 28);
	if (at > pkg->size)
		return doc_error_set(err, DOC_E_DAMAGED, "part is cut short");
	n = DOC_MIN(part->packed, pkg->size - at);
	cut = n < part->packed;
	if (part->method == DOC_ZIP_STORED)
		rc = doc_part_take(r, pkg->data + at, n, err);
	else
		rc = doc_inflate(pkg->data + at, n, DOC_INFLATE_RAW,
		    doc_part_take, r, err);
	if (rc < 0)
		return -1;
	if (cut || r->crc != part->crc)
		return doc_error_set(err, DOC_E_DAMAGED,
		    cut ? "part is cut short" : "part has a bad checksum");
	return 0;
}

int
doc_part_read(struct doc_part_reader *r, const struct doc_part *part,
    struct doc_error *err)
{
	if (part->flags & DOC_ZIP_ENCRYPTED)
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "part of the package is encrypted");
	if (!doc_package_at_header(r->pkg, part))
		return doc_error_set(err, DOC_E_DAMAGED,
		    "part is not where it should be");
	if (part->method == DOC_ZIP_STORED || part->method == DOC_ZIP_DEFLATED)
		return read_mapped(r, part, err);
	return r->pkg->aid->read(r, part, err);
}

int
doc_package_read(struct doc_package *pkg, const char *name, struct doc_buf *buf,
    struct doc_error *err)
{
	const struct doc_part *part = doc_package_find(pkg, name);
	struct doc_part_reader r = { .pkg = pkg, .buf = buf };

	if (part == NULL)
		return 0;
	return doc_part_read(&r, part, err) < 0 ? -1 : 1;
}

/* What version 2.0 of the format knows (4.4.5 but for the oldest): stored,
 * imploded, deflated, deflated with a 64 KiB window, bzip2. */
static bool
is_plain_part(const struct doc_package *pkg, const struct doc_part *part)
{
	unsigned m = part->method;

	return doc_package_at_header(pkg, part) &&
	    doc_le32(pkg->data + part->offset + 18) != UINT32_MAX &&
	    (m == DOC_ZIP_STORED || m == DOC_ZIP_DEFLATED ||
		m == DOC_ZIP_IMPLODED || m == DOC_ZIP_DEFLATED64 ||
		m == DOC_ZIP_BZIP2);
}

bool
doc_package_is_plain(const struct doc_package *pkg)
{
	if (pkg->streamed)
		return false;
	for (size_t i = 0; i < pkg->count; i++)
		if (!is_plain_part(pkg, &pkg->part[i]))
			return false;
	return true;
}

/* Where the part ends by its local header, which must tell what the directory
 * tells; 0: it does not, or nobody knows. */
static uint64_t
end_of_part(const struct doc_package *pkg, const struct doc_part *part)
{
	const char *h = pkg->data + part->offset;
	bool later;

	if (!doc_package_at_header(pkg, part))
		return 0;
	later = (doc_le16(h + 6) & 8) != 0; /* sizes come behind */
	if (doc_le16(h + 8) != part->method ||
	    (!later && doc_le32(h + 18) != part->packed))
		return 0;
	return part->offset + DOC_ZIP_LOCAL_LEN + doc_le16(h + 26) +
	    doc_le16(h + 28) + part->packed;
}

/* The data descriptor (4.3.9): with or without a mark, 32 or 64 bits. */
static bool
is_descriptor(const struct doc_package *pkg, const struct doc_part *part,
    uint64_t n)
{
	bool later = (doc_le16(pkg->data + part->offset + 6) & 8) != 0;

	return n == 0 || (later && (n == 12 || n == 16 || n == 20 || n == 24));
}

static int
by_offset(const void *a, const void *b, void *ctx)
{
	const struct doc_package *pkg = ctx;
	uint64_t x = pkg->part[*(const size_t *)a].offset;
	uint64_t y = pkg->part[*(const size_t *)b].offset;

	return (x > y) - (x < y);
}

/* A part that nobody names, between two that are named? */
static bool
has_header(const struct doc_package *pkg, uint64_t from, uint64_t to)
{
	return from < to && to <= pkg->size &&
	    memmem(pkg->data + from, to - from, "PK\3\4", 4) != NULL;
}

/* `order` is room for one number for each part. */
static bool
fills_file(const struct doc_package *pkg, size_t *order, bool *hides)
{
	bool fills = true;
	uint64_t at = 0;

	for (size_t i = 0; i < pkg->count; i++)
		order[i] = i;
	qsort_r(order, pkg->count, sizeof(*order), by_offset,
	    (void *)(uintptr_t)pkg);
	for (size_t i = 0; i <= pkg->count; i++) {
		const struct doc_part *part = i > 0 ? &pkg->part[order[i - 1]]
						    : NULL;
		uint64_t next = i < pkg->count ? pkg->part[order[i]].offset
					       : pkg->directory;

		if (part != NULL)
			at = end_of_part(pkg, part);
		if ((part != NULL && at == 0) || at > next)
			fills = false;
		else if (part == NULL ? next > 0
				      : !is_descriptor(pkg, part, next - at)) {
			*hides |= has_header(pkg, at, next);
			fills = false;
		}
	}
	return fills;
}

bool
doc_package_is_dense(const struct doc_package *pkg, bool *hides)
{
	size_t *order;
	bool dense;

	*hides = false;
	if (pkg->count == 0)
		return false;
	order = calloc(pkg->count, sizeof(*order));
	if (order == NULL)
		return false;
	dense = fills_file(pkg, order, hides) && pkg->end == pkg->size;
	free(order);
	return dense;
}

bool
doc_package_has(const struct doc_package *pkg, const char *name)
{
	return doc_package_find(pkg, name) != NULL;
}

const char *const *
doc_package_names(const struct doc_package *pkg)
{
	return pkg->names;
}

void
doc_package_free(struct doc_package *pkg)
{
	if (pkg == NULL)
		return;
	for (size_t i = 0; i < pkg->count; i++)
		free(pkg->part[i].name);
	free(pkg->part);
	free(pkg->sorted);
	free(pkg->names);
	free(pkg);
}
