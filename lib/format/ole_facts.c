/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/charset.h"
#include "lib/format/ole_facts.h"

/* Properties of a set; Office writes thirty, users add their own. */
enum { MAX_PROPERTIES = 4096 };

/* Types of values ([MS-OLEPS] 2.15). */
enum {
	VT_I2 = 2,
	VT_I4 = 3,
	VT_LPSTR = 0x1e,
	VT_LPWSTR = 0x1f,
	VT_FILETIME = 0x40
};

/* Tenths of a microsecond, from 1601 to 1970. */
#define EPOCH UINT64_C(116444736000000000)

struct map {
	uint32_t id;
	enum doc_field field;
};

static const struct map summary[] = { { 2, DOC_F_TITLE }, { 3, DOC_F_SUBJECT },
	{ 4, DOC_F_CREATOR }, { 5, DOC_F_KEYWORDS }, { 6, DOC_F_DESCRIPTION },
	{ 8, DOC_F_CONTRIBUTOR }, { 12, DOC_F_CREATED }, { 13, DOC_F_MODIFIED },
	{ 14, DOC_F_PAGE_COUNT }, { 15, DOC_F_WORD_COUNT },
	{ 18, DOC_F_PRODUCER }, { 0, DOC_F_NONE } };

static const struct map document[] = { { 2, DOC_F_CATEGORY },
	{ 7, DOC_F_PAGE_COUNT }, /* slides */
	{ 15, DOC_F_PUBLISHER }, { 28, DOC_F_LANGUAGE }, { 0, DOC_F_NONE } };

/* One set: the bytes from its size field on. */
struct set {
	const char *p;
	size_t n;
	char charset[DOC_CHARSET_NAME];
	const struct map *map;
	struct doc_meta *meta;
};

int64_t
doc_ole_time(uint64_t filetime)
{
	return filetime < EPOCH ? 0 : (int64_t)((filetime - EPOCH) / 10000000);
}

static void
set_string(struct set *set, enum doc_field field, const char *charset,
    const char *p, size_t n)
{
	doc_autobuf struct doc_buf utf8 = { 0 };
	struct doc_charset *cs = doc_charset_open(charset);

	if (cs != NULL && doc_charset_put(cs, p, n, true, &utf8) == 0)
		doc_meta_set(set->meta, field, utf8.data,
		    utf8.len ? strnlen(utf8.data, utf8.len) : 0);
	doc_charset_free(cs);
}

static void
set_value(struct set *set, enum doc_field field, const char *p, size_t n)
{
	uint32_t type = n >= 8 ? doc_le32(p) & 0xffff : 0;
	size_t len = n >= 8 ? doc_le32(p + 4) : 0;
	char text[32];

	if (type == VT_LPSTR || type == VT_LPWSTR) {
		if (type == VT_LPWSTR && len < SIZE_MAX / 2)
			len *= 2;
		set_string(set, field,
		    type == VT_LPWSTR ? "UTF-16LE" : set->charset, p + 8,
		    DOC_MIN(len, n - 8));
	} else if (type == VT_FILETIME && n >= 12) {
		doc_meta_time(set->meta, field, doc_ole_time(doc_le64(p + 4)));
	} else if (type == VT_I4 || type == VT_I2) {
		snprintf(text, sizeof(text), "%u",
		    type == VT_I2 ? doc_le16(p + 4) : doc_le32(p + 4));
		doc_meta_set(set->meta, field, text, strlen(text));
	}
}

/* The value of property `id`, or NULL. */
static const char *
find(const struct set *set, uint32_t id, size_t *n)
{
	uint32_t count = doc_le32(set->p + 4);

	count = DOC_MIN(count, (uint32_t)MAX_PROPERTIES);
	for (uint32_t i = 0; i < count && 16 + 8 * (size_t)i <= set->n; i++) {
		const char *row = set->p + 8 + 8 * (size_t)i;
		uint32_t at = doc_le32(row + 4);

		if (doc_le32(row) == id && at < set->n) {
			*n = set->n - at;
			return set->p + at;
		}
	}
	return NULL;
}

static void
read_set(struct set *set)
{
	const char *value;
	size_t n;

	if (set->n < 8)
		return;
	value = find(set, 1, &n);
	doc_charset_of_codepage(value && n >= 6 ? doc_le16(value + 4) : 1252,
	    set->charset);
	for (const struct map *m = set->map; m->id != 0; m++) {
		value = find(set, m->id, &n);
		if (value != NULL)
			set_value(set, m->field, value, n);
	}
}

static void
read_stream(struct doc_ole *ole, const char *name, const struct map *map,
    struct doc_meta *meta)
{
	doc_autobuf struct doc_buf buf = { 0 };
	struct set set = { .map = map, .meta = meta };
	uint32_t at;

	if (doc_ole_read(ole, name, &buf) == 0 || buf.len < 48)
		return;
	/* Byte order mark, version, system, class; one set or two (2.21). */
	at = doc_le32(buf.data + 44);
	if (doc_le16(buf.data) != 0xfffe || at >= buf.len)
		return;
	set.p = buf.data + at;
	set.n = buf.len - at;
	read_set(&set);
}

void
doc_ole_facts(struct doc_ole *ole, struct doc_work *work)
{
	struct doc_meta meta = { 0 };

	read_stream(ole, "\005SummaryInformation", summary, &meta);
	read_stream(ole, "\005DocumentSummaryInformation", document, &meta);
	doc_meta_say(&meta, work);
	doc_meta_release(&meta);
}
