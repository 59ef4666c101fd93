/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/list_number.h"
#include "lib/format/word_impl.h"
#include "lib/format/word_lists.h"

/* Levels of a list (2.9.150); the longest pattern that is kept; chains of
 * styles each based on the next; what real documents stay below by far. */
enum { LEVELS = 9, PATTERN = 48, MAX_CHAIN = 16 };
enum { MAX_LISTS = 4096, MAX_STYLES = 4096, MAX_PARAGRAPHS = 1 << 20 };

/* 2.6.2 */
enum { SPRM_LEVEL = 0x260a, SPRM_LIST = 0x460b };

/* 2.9.150: number formats ([MS-OSHARED] 2.2.1.3) that are none. */
enum { BULLET = 23, NO_NUMBER = 255 };

enum { PAGE_LEN = 512 };

struct level {
	uint32_t start;
	unsigned format;
	bool legal; /* all numbers in digits */
	unsigned len;
	uint16_t text[PATTERN]; /* 0 to 8: the number of that level */
};

struct list {
	uint32_t id;
	struct level level[LEVELS];
	uint32_t count[LEVELS];
	bool begun[LEVELS];
};

/* Paragraphs name not a list but a use of it (LFO, 2.9.131). */
struct use {
	uint32_t id;
	uint32_t restart[LEVELS];
	bool restarts[LEVELS];
};

/* -1: not given. */
struct place {
	int use, level;
};

struct style {
	struct place place;
	unsigned base;
};

struct paragraph {
	uint32_t from, to; /* bytes of the stream */
	unsigned style;
	struct place place;
};

struct doc_word_lists {
	struct list *list;
	size_t lists;
	struct use *use;
	size_t uses;
	struct style *style;
	size_t styles;
	struct paragraph *paragraph;
	size_t paragraphs;
};

/* Bytes still to be read; beyond them all is zero. */
struct cursor {
	const unsigned char *p;
	size_t n;
};

static const unsigned char *
take(struct cursor *c, size_t n)
{
	const unsigned char *p = c->p;

	if (c->p == NULL || n > c->n) {
		c->n = 0;
		return NULL;
	}
	c->p += n;
	c->n -= n;
	return p;
}

static struct cursor
cursor_at(const struct doc_buf *tables, size_t from, size_t n)
{
	if (from >= tables->len)
		return (struct cursor){ NULL, 0 };
	return (struct cursor){ (const unsigned char *)tables->data + from,
		DOC_MIN(n, tables->len - from) };
}

/* Where a list of properties says the paragraph is. */
static struct place
place_of(const unsigned char *p, size_t n)
{
	struct place place = { -1, -1 };

	while (n >= 3) {
		unsigned sprm = doc_le16(p);
		size_t len = doc_word_operand_len(sprm, p + 2, n - 2);

		len = DOC_MIN(len, n - 2);
		if (sprm == SPRM_LEVEL)
			place.level = p[2];
		else if (sprm == SPRM_LIST && len >= 2)
			place.use = (int)doc_le16(p + 2);
		p += 2 + len;
		n -= 2 + len;
	}
	return place;
}

/* --- tables ----------------------------------------------------------------*/

/* LVL (2.9.149): 28 bytes, properties, the pattern. */
static bool
read_level(struct cursor *c, struct level *level)
{
	const unsigned char *p = take(c, 28), *text;
	size_t len;

	if (p == NULL || take(c, (size_t)p[24] + p[25]) == NULL ||
	    (text = take(c, 2)) == NULL)
		return false;
	len = doc_le16(text);
	text = take(c, 2 * len);
	if (text == NULL)
		return false;
	level->start = doc_le32(p);
	level->format = p[4];
	level->legal = p[5] & 4;
	level->len = (unsigned)DOC_MIN(len, (size_t)PATTERN);
	for (unsigned i = 0; i < level->len; i++)
		level->text[i] = (uint16_t)doc_le16(text + 2 * (size_t)i);
	return true;
}

/* PlfLst (2.9.191): descriptions of 28 bytes; the levels of all of them stand
 * behind the table. */
static void
read_lists(struct doc_word_lists *l, const struct doc_buf *tables,
    const struct doc_word_table *at)
{
	struct cursor c = cursor_at(tables, at->from, at->n);
	struct cursor levels = cursor_at(tables, at->from + at->n, SIZE_MAX);
	const unsigned char *p = take(&c, 2);
	size_t count = p ? doc_le16(p) : 0;

	l->list = calloc(DOC_MIN(count, (size_t)MAX_LISTS) + 1,
	    sizeof(*l->list));
	for (size_t i = 0; l->list != NULL && i < count && i < MAX_LISTS; i++) {
		struct list *list = &l->list[i];

		p = take(&c, 28);
		if (p == NULL)
			return;
		list->id = doc_le32(p);
		for (unsigned k = 0; k < (p[26] & 1 ? 1 : LEVELS); k++)
			if (!read_level(&levels, &list->level[k]))
				return;
		l->lists++;
	}
}

/* LFOLVL (2.9.133): where a use begins anew, or looks otherwise. */
static bool
read_override(struct cursor *c, struct use *use)
{
	const unsigned char *p = take(c, 8);
	struct level ignored;
	unsigned flags, level;

	if (p == NULL)
		return false;
	flags = doc_le32(p + 4);
	level = flags & 15;
	if (level < LEVELS && (flags & 16)) {
		use->restart[level] = doc_le32(p);
		use->restarts[level] = true;
	}
	return !(flags & 32) || read_level(c, &ignored);
}

/* PlfLfo (2.9.190). */
static void
read_uses(struct doc_word_lists *l, const struct doc_buf *tables,
    const struct doc_word_table *at)
{
	struct cursor c = cursor_at(tables, at->from, at->n);
	const unsigned char *p = take(&c, 4), *rows;
	size_t count = p ? doc_le32(p) : 0;

	count = DOC_MIN(count, (size_t)MAX_LISTS);
	rows = take(&c, 16 * count);
	l->use = rows ? calloc(count + 1, sizeof(*l->use)) : NULL;
	if (l->use == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		l->use[i].id = doc_le32(rows + 16 * i);
	l->uses = count;
	for (size_t i = 0; i < count; i++) {
		unsigned overrides = rows[16 * i + 12];

		if (take(&c, 4) == NULL)
			return;
		for (unsigned k = 0; k < overrides; k++)
			if (!read_override(&c, &l->use[i]))
				return;
	}
}

/* STD (2.9.258): numbers, the name, and for a paragraph style its properties
 * behind their length and the style's own number. */
static struct style
read_style(struct cursor c, size_t base_len)
{
	struct style style = { { -1, -1 }, 0xfff };
	const unsigned char *p = take(&c, base_len), *name, *upx;
	size_t len;

	if (p == NULL || base_len < 10)
		return style;
	style.base = doc_le16(p + 2) >> 4;
	name = take(&c, 2);
	if ((p[2] & 15) != 1 || name == NULL ||
	    take(&c, 2 * (size_t)doc_le16(name) + 2) == NULL ||
	    (upx = take(&c, 2)) == NULL)
		return style;
	len = doc_le16(upx);
	upx = take(&c, len);
	if (upx != NULL && len > 2)
		style.place = place_of(upx + 2, len - 2);
	return style;
}

static void
read_styles(struct doc_word_lists *l, const struct doc_buf *tables,
    const struct doc_word_table *at)
{
	struct cursor c = cursor_at(tables, at->from, at->n);
	const unsigned char *p = take(&c, 2);
	size_t len = p ? doc_le16(p) : 0, count, base_len;

	p = take(&c, len);
	if (p == NULL || len < 4)
		return;
	count = DOC_MIN(doc_le16(p), (unsigned)MAX_STYLES);
	base_len = doc_le16(p + 2);
	l->style = calloc(count + 1, sizeof(*l->style));
	while (l->style != NULL && l->styles < count &&
	    (p = take(&c, 2)) != NULL) {
		struct cursor one = { c.p, doc_le16(p) };

		if (take(&c, one.n) == NULL)
			return;
		l->style[l->styles++] = read_style(one, base_len);
	}
}

/* One page of paragraphs (PapxFkp, 2.9.175). */
static void
read_page(struct doc_word_lists *l, const unsigned char *page)
{
	unsigned runs = page[PAGE_LEN - 1];
	struct paragraph *grown;

	if (4 * (runs + 1) + 13 * runs >= PAGE_LEN ||
	    l->paragraphs + runs > MAX_PARAGRAPHS)
		return;
	grown = reallocarray(l->paragraph, l->paragraphs + runs + 1,
	    sizeof(*grown));
	if (grown == NULL)
		return;
	l->paragraph = grown;
	for (unsigned i = 0; i < runs; i++) {
		struct paragraph *g = &grown[l->paragraphs];
		const unsigned char *p;
		size_t n;

		*g = (struct paragraph){ doc_le32(page + 4 * i),
			doc_le32(page + 4 * (i + 1)), 0, { -1, -1 } };
		if (doc_word_properties(page, runs, i, true, &p, &n)) {
			g->style = doc_le16(p - 2);
			g->place = place_of(p, n);
		}
		if (l->paragraphs == 0 || g[-1].to <= g->from)
			l->paragraphs++;
	}
}

static void
read_paragraphs(struct doc_word_lists *l, const struct doc_buf *stream,
    const struct doc_buf *tables, const struct doc_word_table *at)
{
	struct cursor c = cursor_at(tables, at->from, at->n);
	size_t pages = c.n < 4 ? 0 : (c.n - 4) / 8;

	for (size_t i = 0; i < pages; i++) {
		uint32_t number = doc_le32(c.p + 4 * (pages + 1) + 4 * i);
		uint64_t from = (uint64_t)(number & 0x3fffff) * PAGE_LEN;

		if (from + PAGE_LEN <= stream->len)
			read_page(l,
			    (const unsigned char *)stream->data + from);
	}
}

struct doc_word_lists *
doc_word_lists_read(const struct doc_buf *stream, const struct doc_buf *tables,
    const struct doc_word_list_tables *where)
{
	struct doc_word_lists *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	read_lists(l, tables, &where->lists);
	read_uses(l, tables, &where->uses);
	if (l->lists == 0 || l->uses == 0) {
		doc_word_lists_free(l);
		return NULL;
	}
	read_styles(l, tables, &where->styles);
	read_paragraphs(l, stream, tables, &where->paragraphs);
	return l;
}

void
doc_word_lists_free(struct doc_word_lists *l)
{
	if (l == NULL)
		return;
	free(l->list);
	free(l->use);
	free(l->style);
	free(l->paragraph);
	free(l);
}

/* --- counting --------------------------------------------------------------*/

static const struct paragraph *
find_paragraph(const struct doc_word_lists *l, uint32_t fc)
{
	size_t lo = 0, hi = l->paragraphs;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->paragraph[mid].to <= fc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->paragraphs && l->paragraph[lo].from <= fc
	    ? &l->paragraph[lo]
	    : NULL;
}

/* What the paragraph does not say, its style does. */
static struct place
resolve(const struct doc_word_lists *l, const struct paragraph *g)
{
	struct place place = g->place;
	unsigned style = g->style;

	for (int i = 0; i < MAX_CHAIN && style < l->styles; i++) {
		if (place.use < 0)
			place.use = l->style[style].place.use;
		if (place.level < 0)
			place.level = l->style[style].place.level;
		style = l->style[style].base;
	}
	place.level = DOC_MAX(place.level, 0);
	return place;
}

static struct list *
find_list(struct doc_word_lists *l, uint32_t id)
{
	for (size_t i = 0; i < l->lists; i++)
		if (l->list[i].id == id)
			return &l->list[i];
	return NULL;
}

static void
count(struct list *list, struct use *use, unsigned level)
{
	for (unsigned i = 0; i <= level; i++) {
		bool restart = i == level && use->restarts[i];

		if (restart || !list->begun[i])
			list->count[i] = restart ? use->restart[i]
						 : list->level[i].start;
		else if (i == level)
			list->count[i]++;
		list->begun[i] = true;
	}
	use->restarts[level] = false;
	for (unsigned i = level + 1; i < LEVELS; i++)
		list->begun[i] = false;
}

static enum doc_number_format
format_of(const struct level *level, bool legal)
{
	static const enum doc_number_format formats[] = { DOC_NUMBER_DECIMAL,
		DOC_NUMBER_ROMAN_UPPER, DOC_NUMBER_ROMAN_LOWER,
		DOC_NUMBER_LETTER_UPPER, DOC_NUMBER_LETTER_LOWER };

	if (level->format == NO_NUMBER)
		return DOC_NUMBER_NONE;
	if (level->format == 22)
		return DOC_NUMBER_ZERO;
	return !legal && level->format < DOC_LEN(formats)
	    ? formats[level->format]
	    : DOC_NUMBER_DECIMAL;
}

static void
put_label(const struct list *list, unsigned at, struct doc_buf *label)
{
	const struct level *level = &list->level[at];

	for (unsigned i = 0; i < level->len; i++) {
		unsigned c = level->text[i];

		if (c < LEVELS)
			doc_list_number(label, list->count[c],
			    format_of(&list->level[c], level->legal));
		else if (c >= ' ' && (c < 0xd800 || c > 0xf8ff))
			doc_utf8_put(label, c);
	}
	if (label->len > 0)
		doc_buf_addc(label, ' ');
}

/* Some bullets call themselves numbers. */
static bool
is_bullet(const struct level *level)
{
	return level->format == BULLET ||
	    (level->len == 1 && level->text[0] >= LEVELS);
}

void
doc_word_lists_next(struct doc_word_lists *l, uint32_t fc,
    struct doc_buf *label)
{
	const struct paragraph *g = find_paragraph(l, fc);
	struct list *list;
	struct place place;

	label->len = 0;
	if (g == NULL)
		return;
	place = resolve(l, g);
	/* They count from 1; 0 is no list, whatever the style says. */
	if (place.use < 1 || (size_t)place.use > l->uses ||
	    place.level >= LEVELS)
		return;
	list = find_list(l, l->use[place.use - 1].id);
	if (list == NULL)
		return;
	count(list, &l->use[place.use - 1], (unsigned)place.level);
	if (!is_bullet(&list->level[place.level]))
		put_label(list, (unsigned)place.level, label);
}
