/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/behind.h"
#include "lib/format/inflate.h"

#define EOCD_LEN    22 /* end of central directory record, APPNOTE.TXT 4.3.16 */
#define CENTRAL_LEN 46

/* A signed program has its signature behind the archive. */
#define SIGNED_REACH ((size_t)128 << 10)

/* Elsewhere it has to be the end: a zip inside of a file is a part of that. */
#define ZIP_REACH ((size_t)EOCD_LEN + UINT16_MAX + SLACK)
enum { SLACK = 16 };

/* What unpacks is a few hundred KiB. */
#define PROGRAM_REACH ((size_t)4 << 20)

static bool
is_at(const struct doc_input *in, uint64_t at, const char *sign, size_t n)
{
	return at <= in->size && in->size - at >= n &&
	    memcmp(in->data + at, sign, n) == 0;
}

static bool
is_program(const struct doc_input *in)
{
	return is_at(in, 0, "MZ", 2) || is_at(in, 0, "\177ELF", 4);
}

/* Directory and first member of the end record at `end`. */
static bool
holds_together(const struct doc_input *in, size_t end)
{
	const char *e = in->data + end;
	uint32_t size = doc_le32(e + 12), offset = doc_le32(e + 16);
	uint64_t start, first;

	/* 64 bits: the locator in front, and the record it is of (4.3.15). */
	if (end >= 76 && is_at(in, end - 20, "PK\6\7", 4)) {
		if (size == UINT32_MAX || offset == UINT32_MAX)
			return true;
		if (is_at(in, end - 76, "PK\6\6", 4))
			end -= 76;
	}
	if (doc_le16(e + 10) == 0 || size < CENTRAL_LEN || size > end)
		return false;
	start = end - size;
	if (offset > start || !is_at(in, start, "PK\1\2", 4))
		return false;
	first = start - offset + doc_le32(in->data + start + 42);
	return is_at(in, first, "PK\3\4", 4);
}

static bool
find_zip(const struct doc_input *in, struct doc_behind *found)
{
	bool program = is_program(in);
	size_t reach = program ? SIGNED_REACH : ZIP_REACH;

	reach = DOC_MIN(in->size, reach);
	if (in->size < EOCD_LEN + CENTRAL_LEN)
		return false;
	for (size_t back = EOCD_LEN; back <= reach; back++) {
		size_t at = in->size - back;
		size_t len;

		if (in->data[at] != 'P' || !is_at(in, at, "PK\5\6", 4) ||
		    !holds_together(in, at))
			continue;
		len = at + EOCD_LEN + doc_le16(in->data + at + 20);
		if (!program && len + SLACK < in->size)
			return false;
		/* libarchive 3.6.2 wants the record in the last 16 KiB. */
		len = DOC_MIN(len, at + EOCD_LEN);
		*found = (struct doc_behind){ "application/zip", 0, len };
		return true;
	}
	return false;
}

/* Version, checksum of the 20 bytes behind it (7zFormat.txt,
 * "SignatureHeader").
 */
static bool
is_7z(const struct doc_input *in, size_t at)
{
	const char *h = in->data + at;

	return in->size - at >= 32 && h[6] == 0 &&
	    doc_inflate_crc(0, h + 12, 20) == doc_le32(h + 8);
}

static bool
find_in_program(const struct doc_input *in, struct doc_behind *found)
{
	const char *p = in->data, *end = p + DOC_MIN(in->size, PROGRAM_REACH);
	const char *at = p;

	while ((at = memmem(at, (size_t)(end - at), "7z\xbc\xaf\x27\x1c", 6))) {
		size_t from = (size_t)(at - p);

		*found = (struct doc_behind){ "application/x-7z-compressed",
			from, in->size - from };
		if (is_7z(in, from))
			return true;
		at++;
	}
	at = memmem(p, (size_t)(end - p), "Rar!\x1a\x07", 6);
	if (at == NULL || (at[6] != 0 && at[6] != 1))
		return false;
	*found = (struct doc_behind){ "application/x-rar", (size_t)(at - p),
		(size_t)(p + in->size - at) };
	return true;
}

bool
doc_behind_find(const struct doc_input *in, struct doc_behind *found)
{
	return find_zip(in, found) ||
	    (is_program(in) && find_in_program(in, found));
}
