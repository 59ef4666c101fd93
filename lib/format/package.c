/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random access to the parts of a zip package.
 *
 * libarchive reads zips front to back, which makes reading n parts in any
 * order n passes.  So the central directory is indexed here, stored and
 * deflated parts are read straight from the mapping, and libarchive is left
 * with the rare methods (it is started at the part's local header) and with
 * packages whose directory is gone.  Format: APPNOTE.TXT 6.3.10, by section.
 */
#include <string.h>
#include <strings.h>

#include "lib/format/archive.h"
#include "lib/format/inflate.h"
#include "lib/format/unpack.h"

#define EOCD_LEN    22 /* end of central directory record, 4.3.16 */
#define EOCD64_LEN  56 /* 4.3.14 */
#define LOCATOR_LEN 20 /* 4.3.15 */
#define CENTRAL_LEN 46 /* 4.3.12 */
#define LOCAL_LEN   30 /* 4.3.7 */

/* The comment behind the record is at most 65,535 bytes; some writers and
 * mail gateways append more. */
#define EOCD_REACH ((size_t)1 << 20)

/* The largest real packages (spreadsheets, slide decks) have some thousand
 * parts. */
#define MAX_PARTS ((size_t)100000)

/* All parts of one package together, each counted as often as it is read. */
#define MAX_TOTAL ((uint64_t)4 << 30)

enum { METHOD_STORED = 0, METHOD_DEFLATED = 8, METHOD_UNKNOWN = 0xffff };
enum { FLAG_ENCRYPTED = 1 };

struct part {
	char *name;
	uint64_t offset; /* of the local header, in the mapping */
	uint64_t packed; /* bytes */
	uint32_t crc;
	unsigned method, flags;
};

struct doc_package {
	const char *data;
	size_t size;
	struct part *part;
	size_t count, room;
	size_t *sorted;	    /* part numbers by folded name, then number */
	const char **names; /* NULL-ended */
	uint64_t total;	    /* bytes read so far */
};

struct directory {
	uint64_t start; /* of the first header, in the mapping */
	uint64_t end;
	uint64_t shift; /* bytes put before the archive */
	uint64_t count;
};

static unsigned
le16(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (unsigned)u[0] | (unsigned)u[1] << 8;
}

static uint32_t
le32(const char *p)
{
	return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

static uint64_t
le64(const char *p)
{
	return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* Part names compare with '/' for '\' and without a leading '/': .NET before
 * 4.6.1 and some XPS writers produce those. */
static int
fold(char c)
{
	if (c == '\\')
		return '/';
	return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

static int
name_cmp(const char *a, const char *b)
{
	a += *a == '/' || *a == '\\';
	b += *b == '/' || *b == '\\';
	while (*a != '\0' && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return fold(*a) - fold(*b);
}

static int
part_add(struct doc_package *pkg, const struct part *part, const char *name,
    size_t len)
{
	if (pkg->count == pkg->room) {
		size_t room = DOC_MAX(pkg->room * 2, (size_t)64);
		struct part *p = reallocarray(pkg->part, room,
		    sizeof(*pkg->part));

		if (p == NULL)
			return -1;
		pkg->part = p;
		pkg->room = room;
	}
	pkg->part[pkg->count] = *part;
	pkg->part[pkg->count].name = strndup(name, len);
	if (pkg->part[pkg->count].name == NULL)
		return -1;
	pkg->count++;
	return 0;
}

static void
parts_drop(struct doc_package *pkg)
{
	while (pkg->count > 0)
		free(pkg->part[--pkg->count].name);
}

/* Last end-of-directory record, or NULL. */
static const char *
find_end(const struct doc_package *pkg)
{
	size_t reach = DOC_MIN(pkg->size, EOCD_REACH);
	const char *stop = pkg->data + pkg->size - reach;

	if (pkg->size < EOCD_LEN)
		return NULL;
	for (const char *p = pkg->data + pkg->size - EOCD_LEN; p >= stop; p--)
		if (*p == 'P' && memcmp(p, "PK\5\6", 4) == 0)
			return p;
	return NULL;
}

/* The 64-bit record in front of `eocd`, or NULL. */
static const char *
find_end64(const struct doc_package *pkg, const char *eocd)
{
	uint64_t at;

	if (eocd - pkg->data < LOCATOR_LEN + EOCD64_LEN ||
	    memcmp(eocd - LOCATOR_LEN, "PK\6\7", 4) != 0)
		return NULL;
	at = le64(eocd - LOCATOR_LEN + 8);
	if (at <= pkg->size - EOCD64_LEN &&
	    memcmp(pkg->data + at, "PK\6\6", 4) == 0)
		return pkg->data + at;
	eocd -= LOCATOR_LEN + EOCD64_LEN;
	return memcmp(eocd, "PK\6\6", 4) == 0 ? eocd : NULL;
}

/* Where the directory is.  Its end is known by where its end record stands,
 * which also tells how many bytes were put before the archive. */
static int
find_directory(const struct doc_package *pkg, struct directory *dir)
{
	const char *eocd = find_end(pkg), *eocd64;
	uint64_t size, start;

	if (eocd == NULL)
		return -1;
	eocd64 = find_end64(pkg, eocd);
	if (eocd64 != NULL) {
		dir->count = le64(eocd64 + 32);
		size = le64(eocd64 + 40);
		start = le64(eocd64 + 48);
		dir->end = (uint64_t)(eocd64 - pkg->data);
	} else {
		dir->count = le16(eocd + 10);
		size = le32(eocd + 12);
		start = le32(eocd + 16);
		dir->end = (uint64_t)(eocd - pkg->data);
	}
	if (size > dir->end || dir->count > MAX_PARTS)
		return -1;
	dir->start = dir->end - size;
	dir->shift = dir->start >= start ? dir->start - start : 0;
	return 0;
}

/* Sizes and offset that did not fit 32 bits are in extra field 1, in this
 * order and only those (4.5.3). */
static void
read_zip64(struct part *part, const char *head, const char *extra, size_t n)
{
	const char *end = extra + n, *p;
	size_t len;

	while (end - extra >= 4) {
		len = le16(extra + 2);
		p = extra + 4;
		if ((size_t)(end - p) < len)
			return;
		extra = p + len;
		if (le16(p - 4) != 1)
			continue;
		if (le32(head + 24) == UINT32_MAX && extra - p >= 8)
			p += 8;
		if (le32(head + 20) == UINT32_MAX && extra - p >= 8) {
			part->packed = le64(p);
			p += 8;
		}
		if (le32(head + 42) == UINT32_MAX && extra - p >= 8)
			part->offset = le64(p);
		return;
	}
}

/* One header of the directory; returns its length, 0 when it is none. */
static size_t
read_central(struct doc_package *pkg, const char *p, uint64_t room,
    uint64_t shift)
{
	struct part part = { 0 };
	size_t name, extra, all;

	if (room < CENTRAL_LEN || memcmp(p, "PK\1\2", 4) != 0)
		return 0;
	name = le16(p + 28);
	extra = le16(p + 30);
	all = CENTRAL_LEN + name + extra + le16(p + 32);
	if (all > room)
		return 0;
	part.flags = le16(p + 8);
	part.method = le16(p + 10);
	part.crc = le32(p + 16);
	part.packed = le32(p + 20);
	part.offset = le32(p + 42);
	read_zip64(&part, p, p + CENTRAL_LEN + name, extra);
	if (__builtin_add_overflow(part.offset, shift, &part.offset))
		return 0;
	return part_add(pkg, &part, p + CENTRAL_LEN, name) < 0 ? 0 : all;
}

/* The count is a lower bound: writers that know no zip64 let it wrap. */
static int
index_directory(struct doc_package *pkg)
{
	struct directory dir = { 0 };
	uint64_t at;
	size_t step;

	if (find_directory(pkg, &dir) < 0)
		return -1;
	for (at = dir.start; pkg->count < MAX_PARTS; at += step) {
		step = read_central(pkg, pkg->data + at, dir.end - at,
		    dir.shift);
		if (step == 0)
			break;
	}
	return pkg->count < dir.count ? -1 : 0;
}

/* Without a usable directory: what the local headers say, as far as they can
 * be followed. */
static int
index_stream(struct doc_package *pkg, struct doc_error *err)
{
	const char *first = memmem(pkg->data, pkg->size, "PK\3\4", 4);
	struct doc_unpack_entry e;
	struct doc_unpack *u;
	struct part part = { .method = METHOD_UNKNOWN };
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
		part.offset = skip + e.position;
		part.flags = e.encrypted ? FLAG_ENCRYPTED : 0;
		if (st == DOC_UNPACK_OK &&
		    part_add(pkg, &part, e.name, strlen(e.name)) < 0)
			st = DOC_UNPACK_DEAD;
	} while (pkg->count < MAX_PARTS &&
	    (st == DOC_UNPACK_OK || st == DOC_UNPACK_BAD));
	doc_unpack_free(u);
	if (pkg->count == 0)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "no part of the package is readable");
	return 0;
}

static int
sorted_cmp(const void *a, const void *b, void *ctx)
{
	const struct doc_package *pkg = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int c = name_cmp(pkg->part[x].name, pkg->part[y].name);

	return c != 0 ? c : (x > y) - (x < y);
}

static int
index_names(struct doc_package *pkg)
{
	pkg->sorted = calloc(pkg->count + 1, sizeof(*pkg->sorted));
	pkg->names = calloc(pkg->count + 1, sizeof(*pkg->names));
	if (pkg->sorted == NULL || pkg->names == NULL)
		return -1;
	for (size_t i = 0; i < pkg->count; i++) {
		pkg->sorted[i] = i;
		pkg->names[i] = pkg->part[i].name;
	}
	qsort_r(pkg->sorted, pkg->count, sizeof(*pkg->sorted), sorted_cmp, pkg);
	return 0;
}

/* The part of that name: the first with the very same bytes, else the first
 * that folds to the same. */
static struct part *
find_part(const struct doc_package *pkg, const char *name)
{
	size_t lo = 0, hi = pkg->count, mid;
	struct part *part, *found = NULL;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (name_cmp(pkg->part[pkg->sorted[mid]].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < pkg->count; lo++) {
		part = &pkg->part[pkg->sorted[lo]];
		if (name_cmp(part->name, name) != 0)
			break;
		if (strcmp(part->name, name) == 0)
			return part;
		if (found == NULL)
			found = part;
	}
	return found;
}

static bool
at_header(const struct doc_package *pkg, const struct part *part)
{
	return pkg->size >= LOCAL_LEN &&
	    part->offset <= pkg->size - LOCAL_LEN &&
	    memcmp(pkg->data + part->offset, "PK\3\4", 4) == 0;
}

/* The local header at `p`: if the directory names that part but points
 * elsewhere, it is here. */
static void
repair_from(struct doc_package *pkg, const char *p)
{
	size_t room = pkg->size - (size_t)(p - pkg->data), len;
	struct part *part;
	char name[256];

	if (room < LOCAL_LEN)
		return;
	len = le16(p + 26);
	if (len >= sizeof(name) || len > room - LOCAL_LEN)
		return;
	memcpy(name, p + LOCAL_LEN, len);
	name[len] = '\0';
	part = find_part(pkg, name);
	if (part != NULL && !at_header(pkg, part))
		part->offset = (uint64_t)(p - pkg->data);
}

/* A transfer that drops or adds a byte (line ends, a trailing blank) leaves
 * the directory whole and every offset behind that place wrong. */
static void
repair(struct doc_package *pkg)
{
	const char *p = pkg->data, *end = pkg->data + pkg->size;
	size_t lost = 0;

	for (size_t i = 0; i < pkg->count; i++)
		lost += !at_header(pkg, &pkg->part[i]);
	while (lost > 0 && p < end) {
		p = memmem(p, (size_t)(end - p), "PK\3\4", 4);
		if (p == NULL)
			return;
		repair_from(pkg, p);
		p += 4;
	}
}

int
doc_package_open(const struct doc_input *in, struct doc_package **out,
    struct doc_error *err)
{
	struct doc_package *pkg = calloc(1, sizeof(*pkg));

	if (pkg == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "package");
	pkg->data = in->data;
	pkg->size = in->size;
	if (pkg->size == 0) {
		(void)doc_error_set(err, DOC_E_DAMAGED, "empty package");
		goto fail;
	}
	if (index_directory(pkg) < 0) {
		parts_drop(pkg);
		if (index_stream(pkg, err) < 0)
			goto fail;
	}
	if (index_names(pkg) < 0) {
		(void)doc_error_set(err, DOC_E_MEMORY, "package");
		goto fail;
	}
	repair(pkg);
	*out = pkg;
	return 0;
fail:
	doc_package_free(pkg);
	return -1;
}

struct reader {
	struct doc_package *pkg;
	struct doc_buf *buf;
	uint32_t crc;
};

static int
take(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	struct reader *r = ctx;

	r->pkg->total += n;
	if (r->pkg->total > MAX_TOTAL || doc_buf_add(r->buf, p, n) < 0)
		return doc_error_set(err, DOC_E_MEMORY,
		    "part of a package is too large");
	r->crc = doc_inflate_crc(r->crc, p, n);
	return 0;
}

/* Stored or deflated, straight from the mapping. */
static int
read_mapped(struct reader *r, const struct part *part, struct doc_error *err)
{
	const struct doc_package *pkg = r->pkg;
	const char *head = pkg->data + part->offset;
	uint64_t at = part->offset + LOCAL_LEN, n;
	bool cut;
	int rc;

	at += le16(head + 26) + le16(head + 28);
	if (at > pkg->size)
		return doc_error_set(err, DOC_E_DAMAGED, "part is cut short");
	n = DOC_MIN(part->packed, pkg->size - at);
	cut = n < part->packed;
	if (part->method == METHOD_STORED)
		rc = take(r, pkg->data + at, n, err);
	else
		rc = doc_inflate(pkg->data + at, n, DOC_INFLATE_RAW, take, r,
		    err);
	if (rc < 0)
		return -1;
	if (cut || r->crc != part->crc)
		return doc_error_set(err, DOC_E_DAMAGED,
		    cut ? "part is cut short" : "part has a bad checksum");
	return 0;
}

static int
copy_blocks(struct reader *r, struct doc_unpack *u, struct doc_error *err)
{
	struct doc_unpack_entry e;
	enum doc_unpack_status st;
	uint64_t offset;
	const char *p;
	size_t n;

	st = doc_unpack_next(u, &e);
	while (st == DOC_UNPACK_OK) {
		st = doc_unpack_block(u, &p, &n, &offset);
		if (st == DOC_UNPACK_OK && take(r, p, n, err) < 0)
			return -1;
	}
	return st == DOC_UNPACK_END ? 0 : doc_unpack_error(u, err);
}

/* Any other way: let libarchive start at the local header. */
static int
read_stream(struct reader *r, const struct part *part, struct doc_error *err)
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

int
doc_package_read(struct doc_package *pkg, const char *name, struct doc_buf *buf,
    struct doc_error *err)
{
	const struct part *part = find_part(pkg, name);
	struct reader r = { .pkg = pkg, .buf = buf };
	int rc;

	if (part == NULL)
		return 0;
	if (part->flags & FLAG_ENCRYPTED)
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "part of the package is encrypted");
	if (!at_header(pkg, part))
		return doc_error_set(err, DOC_E_DAMAGED,
		    "part is not where it should be");
	if (part->method == METHOD_STORED || part->method == METHOD_DEFLATED)
		rc = read_mapped(&r, part, err);
	else
		rc = read_stream(&r, part, err);
	return rc < 0 ? -1 : 1;
}

bool
doc_package_has(const struct doc_package *pkg, const char *name)
{
	return find_part(pkg, name) != NULL;
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
	parts_drop(pkg);
	free(pkg->part);
	free(pkg->sorted);
	free(pkg->names);
	free(pkg);
}
