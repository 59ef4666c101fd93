/* SPDX-License-Identifier: GPL-2.0-or-later */
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
	VT_BOOL = 0x0b,
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

/* Up to its NUL. */
static void
decode(const char *charset, const char *p, size_t n, struct doc_buf *utf8)
{
	struct doc_charset *cs = doc_charset_open(charset);

	if (cs != NULL && doc_charset_put(cs, p, n, true, utf8) == 0 &&
	    utf8->len > 0)
		utf8->len = strnlen(utf8->data, utf8->len);
	doc_charset_free(cs);
}

/* A property has a field, or a name of its own. */
static void
set_text(struct set *set, enum doc_field field, const char *name, const char *s,
    size_t n)
{
	const struct doc_field_info *info = doc_field_info(field);

	if (field != DOC_F_NONE)
		doc_meta_set(set->meta, field, s, n);
	doc_meta_raw(set->meta, name ? name : info ? info->name : "", s, n);
}

static void
set_value(struct set *set, enum doc_field field, const char *name,
    const char *p, size_t n)
{
	uint32_t type = n >= 8 ? doc_le32(p) & 0xffff : 0;
	size_t len = n >= 8 ? doc_le32(p + 4) : 0;
	doc_autobuf struct doc_buf text = { 0 };

	if (type == VT_LPSTR || type == VT_LPWSTR) {
		if (type == VT_LPWSTR && len < SIZE_MAX / 2)
			len *= 2;
		decode(type == VT_LPWSTR ? "UTF-16LE" : set->charset, p + 8,
		    DOC_MIN(len, n - 8), &text);
	} else if (type == VT_FILETIME && n >= 12) {
		doc_meta_time_text(&text, doc_ole_time(doc_le64(p + 4)));
	} else if (type == VT_I4) {
		doc_buf_addf(&text, "%d", (int)doc_le32(p + 4));
	} else if (type == VT_I2) {
		doc_buf_addf(&text, "%u", doc_le16(p + 4));
	} else if (type == VT_BOOL) {
		doc_buf_adds(&text, doc_le16(p + 4) ? "true" : "false");
	}
	if (text.len > 0)
		set_text(set, field, name, text.data, text.len);
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

/* Properties of the user's own have names: a dictionary is property 0
 * ([MS-OLEPS] 2.17): number, length, name. */
static void
read_custom(struct set *set)
{
	size_t n, at = 4;
	const char *p = find(set, 0, &n);
	uint32_t count = p != NULL && n >= 4 ? doc_le32(p) : 0;
	bool wide = strcmp(set->charset, "UTF-16LE") == 0;

	for (uint32_t i = 0; i < count && i < MAX_PROPERTIES && at + 8 <= n;
	     i++) {
		doc_autobuf struct doc_buf name = { 0 };
		uint32_t id = doc_le32(p + at);
		size_t len = doc_le32(p + at + 4), room;
		const char *value;

		at += 8;
		if (len > (n - at) / (wide ? 2 : 1))
			return;
		decode(set->charset, p + at, len * (wide ? 2 : 1), &name);
		at += wide ? (2 * len + 3) & ~(size_t)3 : len;
		value = find(set, id, &room);
		if (value != NULL && doc_buf_str(&name) != NULL)
			set_value(set, DOC_F_NONE, name.data, value, room);
	}
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
			set_value(set, m->field, NULL, value, n);
	}
}

static void
read_stream(struct doc_ole *ole, const char *name, const struct map *map,
    struct doc_meta *meta)
{
	doc_autobuf struct doc_buf buf = { 0 };
	static const struct map none[] = { { 0, DOC_F_NONE } };
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
	if (doc_le32(buf.data + 24) < 2 || buf.len < 68 || meta->raw == NULL)
		return;
	at = doc_le32(buf.data + 64);
	if (at + 8 >= buf.len)
		return;
	set.p = buf.data + at;
	set.n = buf.len - at;
	set.map = none;
	read_set(&set);
	read_custom(&set);
}

void
doc_ole_facts(struct doc_ole *ole, const struct doc_text *text)
{
	struct doc_meta meta = { 0 };

	doc_meta_begin(&meta, text);
	read_stream(ole, "\005SummaryInformation", summary, &meta);
	read_stream(ole, "\005DocumentSummaryInformation", document, &meta);
	doc_meta_say(&meta, text->work);
	doc_meta_release(&meta);
}
