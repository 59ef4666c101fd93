/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/package_impl.h"

#define EOCD_LEN    22 /* end of central directory record, 4.3.16 */
#define EOCD64_LEN  56 /* 4.3.14 */
#define LOCATOR_LEN 20 /* 4.3.15 */
#define CENTRAL_LEN 46 /* 4.3.12 */

/* The comment behind the record is at most 65,535 bytes; some writers and
 * mail gateways append more. */
#define EOCD_REACH ((size_t)1 << 20)

struct directory {
	uint64_t start; /* of the first header, in the mapping */
	uint64_t end;
	uint64_t shift; /* bytes put before the archive */
	uint64_t count;
	uint64_t last; /* end of the end record; 0 when it is a 64-bit one */
};

static uint64_t
le64(const char *p)
{
	return (uint64_t)doc_le32(p) | (uint64_t)doc_le32(p + 4) << 32;
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

int
doc_part_add(struct doc_package *pkg, const struct doc_part *part,
    const char *name, size_t len)
{
	if (pkg->count == pkg->room) {
		size_t room = DOC_MAX(pkg->room * 2, (size_t)64);
		struct doc_part *p = reallocarray(pkg->part, room,
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
		dir->count = doc_le16(eocd + 10);
		size = doc_le32(eocd + 12);
		start = doc_le32(eocd + 16);
		dir->end = (uint64_t)(eocd - pkg->data);
		dir->last = dir->end + EOCD_LEN + doc_le16(eocd + 20);
	}
	if (size > dir->end || dir->count > DOC_PACKAGE_PARTS)
		return -1;
	dir->start = dir->end - size;
	dir->shift = dir->start >= start ? dir->start - start : 0;
	return 0;
}

/* Sizes and offset that did not fit 32 bits are in extra field 1, in this
 * order and only those (4.5.3). */
static void
read_zip64(struct doc_part *part, const char *head, const char *extra, size_t n)
{
	const char *end = extra + n, *p;
	size_t len;

	while (end - extra >= 4) {
		len = doc_le16(extra + 2);
		p = extra + 4;
		if ((size_t)(end - p) < len)
			return;
		extra = p + len;
		if (doc_le16(p - 4) != 1)
			continue;
		if (doc_le32(head + 24) == UINT32_MAX && extra - p >= 8) {
			part->size = le64(p);
			p += 8;
		}
		if (doc_le32(head + 20) == UINT32_MAX && extra - p >= 8) {
			part->packed = le64(p);
			p += 8;
		}
		if (doc_le32(head + 42) == UINT32_MAX && extra - p >= 8)
			part->offset = le64(p);
		return;
	}
}

/* One header of the directory; returns its length, 0 when it is none. */
static size_t
read_central(struct doc_package *pkg, const char *p, uint64_t room,
    uint64_t shift)
{
	struct doc_part part = { 0 };
	size_t name, extra, all;

	if (room < CENTRAL_LEN || memcmp(p, "PK\1\2", 4) != 0)
		return 0;
	name = doc_le16(p + 28);
	extra = doc_le16(p + 30);
	all = CENTRAL_LEN + name + extra + doc_le16(p + 32);
	if (all > room)
		return 0;
	part.flags = doc_le16(p + 8);
	part.method = doc_le16(p + 10);
	part.crc = doc_le32(p + 16);
	part.packed = doc_le32(p + 20);
	part.size = doc_le32(p + 24);
	part.offset = doc_le32(p + 42);
	read_zip64(&part, p, p + CENTRAL_LEN + name, extra);
	if (__builtin_add_overflow(part.offset, shift, &part.offset))
		return 0;
	return doc_part_add(pkg, &part, p + CENTRAL_LEN, name) < 0 ? 0 : all;
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
	for (at = dir.start; pkg->count < DOC_PACKAGE_PARTS; at += step) {
		step = read_central(pkg, pkg->data + at, dir.end - at,
		    dir.shift);
		if (step == 0)
			break;
	}
	/* What stands between the last header and the end is no header. */
	pkg->directory = dir.start;
	pkg->end = at == dir.end ? dir.last : 0;
	return pkg->count < dir.count ? -1 : 0;
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

struct doc_part *
doc_package_find(const struct doc_package *pkg, const char *name)
{
	size_t lo = 0, hi = pkg->count, mid;
	struct doc_part *part, *found = NULL;

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

bool
doc_package_at_header(const struct doc_package *pkg,
    const struct doc_part *part)
{
	return pkg->size >= DOC_ZIP_LOCAL_LEN &&
	    part->offset <= pkg->size - DOC_ZIP_LOCAL_LEN &&
	    memcmp(pkg->data + part->offset, "PK\3\4", 4) == 0;
}

/* The local header at `p`: if the directory names that part but points
 * elsewhere, it is here. */
static void
repair_from(struct doc_package *pkg, const char *p)
{
	size_t room = pkg->size - (size_t)(p - pkg->data), len;
	struct doc_part *part;
	char name[256];

	if (room < DOC_ZIP_LOCAL_LEN)
		return;
	len = doc_le16(p + 26);
	if (len >= sizeof(name) || len > room - DOC_ZIP_LOCAL_LEN)
		return;
	memcpy(name, p + DOC_ZIP_LOCAL_LEN, len);
	name[len] = '\0';
	part = doc_package_find(pkg, name);
	if (part != NULL && !doc_package_at_header(pkg, part))
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
		lost += !doc_package_at_header(pkg, &pkg->part[i]);
	while (lost > 0 && p < end) {
		p = memmem(p, (size_t)(end - p), "PK\3\4", 4);
		if (p == NULL)
			return;
		repair_from(pkg, p);
		p += 4;
	}
}

/* By the directory, else by what can be followed from the start. */
int
doc_package_index(struct doc_package *pkg, struct doc_error *err)
{
	if (index_directory(pkg) < 0) {
		parts_drop(pkg);
		pkg->streamed = true;
		if (pkg->aid->index(pkg, err) < 0)
			return -1;
	}
	if (index_names(pkg) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "package");
	repair(pkg);
	return 0;
}
