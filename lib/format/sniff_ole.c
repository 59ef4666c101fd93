/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of a compound file, just far enough to see the names of its
 * streams.  Sections are those of [MS-CFB].
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/ole_locked.h"
#include "lib/format/sniff_kind.h"

#define HEADER_LEN  512
#define ENTRY_LEN   128
#define DIFAT_COUNT 109 /* places of the FAT that the header holds */

/* Real directories have some hundred entries.  Messages with thousands of
 * recipients have more; the stream that tells is among the first ones. */
#define MAX_ENTRIES 4096

struct ole {
	const char *data;
	size_t size;
	unsigned shift; /* log2 of the sector size: 9 or 12 */
	uint32_t count;
	const char *entry[MAX_ENTRIES]; /* NULL once looked at */
};

static const struct {
	const char *stream;
	const char *media;
} kinds[] = {
	{ "EncryptedPackage", "application/encrypted" },
	{ "WordDocument", "application/msword" },
	{ "Workbook", "application/vnd.ms-excel" },
	{ "Book", "application/vnd.ms-excel" },
	{ "PowerPoint Document", "application/vnd.ms-powerpoint" },
	{ "PP40", "application/vnd.ms-powerpoint" },
	{ "__properties_version1.0", "application/vnd.ms-outlook" },
	{ "VisioDocument", "application/vnd.visio" },
	{ "Quill", "application/vnd.ms-publisher" },
	{ "HwpSummaryInformation", "application/x-hwp" },
	{ "MatOST", "application/vnd.ms-works" },
	{ "CV_iew", "application/vnd.ms-project" },
};

/* Sector n, or NULL: the header takes the place of the one before 0. */
static const char *
sector(const struct ole *ole, uint32_t n)
{
	uint64_t at = ((uint64_t)n + 1) << ole->shift;

	if (at + ((uint64_t)1 << ole->shift) > ole->size)
		return NULL;
	return ole->data + at;
}

/* The sector after `n` in its chain, through the FAT (2.3). */
static uint32_t
next_sector(const struct ole *ole, uint32_t n)
{
	uint32_t per = (uint32_t)1 << (ole->shift - 2);
	const char *fat;

	if (n / per >= DIFAT_COUNT)
		return UINT32_MAX;
	fat = sector(ole, doc_le32(ole->data + 76 + 4 * (size_t)(n / per)));
	return fat == NULL ? UINT32_MAX : doc_le32(fat + 4 * (size_t)(n % per));
}

/* Compares the UTF-16 name of a directory entry (2.6.1).  The name of the
 * summary stream of Hangul starts with a control character. */
static bool
has_name(const char *entry, const char *name)
{
	size_t len = strlen(name);

	if (entry[0] == 5 && entry[1] == 0)
		entry += 2;
	if (len > 30)
		return false;
	for (size_t i = 0; i <= len; i++)
		if (entry[2 * i] != name[i] || entry[2 * i + 1] != 0)
			return false;
	return true;
}

static size_t
kind_of(const char *entry)
{
	size_t k = 0;

	while (k < DOC_LEN(kinds) && !has_name(entry, kinds[k].stream))
		k++;
	return k;
}

static void
read_directory(struct ole *ole)
{
	size_t len = (size_t)1 << ole->shift;
	uint32_t n = doc_le32(ole->data + 48);
	const char *p;

	while (ole->count + len / ENTRY_LEN <= MAX_ENTRIES &&
	    (p = sector(ole, n)) != NULL) {
		for (size_t i = 0; i < len; i += ENTRY_LEN)
			ole->entry[ole->count++] = p + i;
		n = next_sector(ole, n);
	}
}

/* Entry i and its siblings to the left and right (a tree, 2.6.4).  Deeper
 * storages do not count: they are embedded documents of other kinds. */
static size_t
best_kind(struct ole *ole, uint32_t i, unsigned depth)
{
	size_t best, left, right;
	const char *entry;

	if (depth > 64 || i >= ole->count || ole->entry[i] == NULL)
		return DOC_LEN(kinds);
	entry = ole->entry[i];
	ole->entry[i] = NULL;
	best = kind_of(entry);
	left = best_kind(ole, doc_le32(entry + 68), depth + 1);
	right = best_kind(ole, doc_le32(entry + 72), depth + 1);
	best = DOC_MIN(best, left);
	return DOC_MIN(best, right);
}

static bool
open_ole(struct ole *ole)
{
	if (ole->size < HEADER_LEN)
		return false;
	ole->shift = (unsigned char)ole->data[30];
	if (ole->shift != 9 && ole->shift != 12)
		return false;
	read_directory(ole);
	return ole->count > 0;
}

bool
doc_sniff_ole(const struct doc_input *in, char media[128])
{
	struct ole ole = { .data = in->data, .size = in->size };
	size_t kind;

	if (!open_ole(&ole))
		return false;
	kind = best_kind(&ole, doc_le32(ole.entry[0] + 76), 0);
	if (kind == DOC_LEN(kinds))
		return false;
	(void)snprintf(media, 128, "%s", kinds[kind].media);
	return true;
}

/* The base of the file information block: fEncrypted ([MS-DOC] 2.5.2). */
static bool
is_locked_word(const char *fib)
{
	unsigned magic = doc_le16(fib);

	return (magic == 0xa5ec || magic == 0xa5dc) &&
	    (doc_le16(fib + 10) & 0x100) != 0;
}

/* FilePass is among the first records ([MS-XLS] 2.1.7.20.1). */
static bool
is_locked_book(const char *p, size_t n)
{
	for (size_t at = 0; at + 4 <= n; at += 4 + (size_t)doc_le16(p + at + 2))
		if (doc_le16(p + at) == 0x2f)
			return true;
	return false;
}

/* Streams below 4096 bytes are elsewhere, and no such document has one. */
static bool
is_locked_entry(const struct ole *ole, const char *entry)
{
	const char *p = sector(ole, doc_le32(entry + 116));

	/* [MS-PPT] 2.3.7. */
	if (has_name(entry, "EncryptedSummary") ||
	    has_name(entry, "EncryptedPackage"))
		return true;
	if (p == NULL || doc_le32(entry + 120) < 4096)
		return false;
	if (has_name(entry, "WordDocument"))
		return is_locked_word(p);
	return (has_name(entry, "Workbook") || has_name(entry, "Book")) &&
	    is_locked_book(p, (size_t)1 << ole->shift);
}

bool
doc_ole_is_locked(const char *data, size_t size)
{
	struct ole ole = { .data = data, .size = size };

	if (!open_ole(&ole))
		return false;
	for (uint32_t i = 0; i < ole.count; i++)
		if (is_locked_entry(&ole, ole.entry[i]))
			return true;
	return false;
}
