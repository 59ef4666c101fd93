/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/docx_numbers.h"
#include "lib/format/list_number.h"
#include "lib/format/xml.h"

/* Levels of a list (17.9.6); definitions and styles of one document; a chain
 * of styles each based on the next. */
enum { LEVELS = 9, MAX_ENTRIES = 32768, MAX_CHAIN = 16 };

/* "(%1.%2.%3)" and the like. */
enum { PATTERN = 64 };

struct level {
	unsigned start;
	enum doc_number_format format;
	bool bullet;
	char pattern[PATTERN];
	char style[PATTERN]; /* whose paragraphs are on this level */
};

struct list {
	int id;
	struct level level[LEVELS];
	unsigned count[LEVELS];
	bool begun[LEVELS];
};

struct num {
	int id;
	int list_id;
	unsigned restart[LEVELS]; /* number to begin with */
	bool restarts[LEVELS];	  /* not yet done */
};

struct style {
	char *id, *base;
	int num, level; /* -1: not given */
};

struct doc_numbers {
	struct list *list;
	size_t lists;
	struct num *num;
	size_t nums;
	struct style *style;
	size_t styles;
	/* while reading */
	int at;	     /* level, or -1 */
	bool in_num; /* in <w:num>, not in a definition */
};

/* Room for one more in an array of `count`; zeroed. */
static void *
grow(void *array, size_t *count, size_t size)
{
	char *p;

	if (*count == MAX_ENTRIES)
		return NULL;
	p = reallocarray(*(void **)array, *count + 1, size);
	if (p == NULL)
		return NULL;
	*(void **)array = p;
	memset(p + *count * size, 0, size);
	return p + (*count)++ * size;
}

static int
value(const struct doc_xml_node *node, const char *name, int otherwise)
{
	const char *s = doc_xml_attr(node, name);

	return s ? (int)strtol(s, NULL, 10) : otherwise;
}

static int
level_of(const struct doc_xml_node *node)
{
	int n = value(node, "ilvl", -1);

	return n >= 0 && n < LEVELS ? n : -1;
}

static void
set_format(struct level *level, const char *s)
{
	static const struct doc_xml_token formats[] = {
		{ "decimalZero", DOC_NUMBER_ZERO },
		{ "lowerLetter", DOC_NUMBER_LETTER_LOWER },
		{ "lowerRoman", DOC_NUMBER_ROMAN_LOWER },
		{ "none", DOC_NUMBER_NONE },
		{ "upperLetter", DOC_NUMBER_LETTER_UPPER },
		{ "upperRoman", DOC_NUMBER_ROMAN_UPPER },
	};

	/* DOC_NUMBER_DECIMAL is 0, what is not in the table. */
	level->format = (enum doc_number_format)doc_xml_find(formats,
	    DOC_LEN(formats), s);
	level->bullet = strcmp(s, "bullet") == 0;
}

static void
on_level(struct level *level, const struct doc_xml_node *node)
{
	const char *s = doc_xml_attr(node, "val");

	if (s == NULL)
		return;
	if (strcmp(node->name, "start") == 0)
		level->start = (unsigned)strtoul(s, NULL, 10);
	else if (strcmp(node->name, "numFmt") == 0)
		set_format(level, s);
	else if (strcmp(node->name, "lvlText") == 0)
		snprintf(level->pattern, sizeof(level->pattern), "%s", s);
	else if (strcmp(node->name, "pStyle") == 0)
		snprintf(level->style, sizeof(level->style), "%s", s);
}

static void
on_num(struct doc_numbers *n, const struct doc_xml_node *node)
{
	struct num *num = n->nums > 0 ? &n->num[n->nums - 1] : NULL;

	if (num == NULL)
		return;
	if (strcmp(node->name, "abstractNumId") == 0) {
		num->list_id = value(node, "val", -1);
	} else if (strcmp(node->name, "lvlOverride") == 0) {
		n->at = level_of(node);
	} else if (strcmp(node->name, "startOverride") == 0 && n->at >= 0) {
		num->restart[n->at] = (unsigned)value(node, "val", 1);
		num->restarts[n->at] = true;
	}
}

static void
on_numbering(void *ctx, const struct doc_xml_node *node)
{
	struct doc_numbers *n = ctx;
	struct list *list;
	struct num *num;

	if (strcmp(node->name, "abstractNum") == 0) {
		n->in_num = false;
		n->at = -1;
		list = grow(&n->list, &n->lists, sizeof(*list));
		if (list != NULL)
			list->id = value(node, "abstractNumId", -1);
	} else if (strcmp(node->name, "num") == 0) {
		n->in_num = true;
		n->at = -1;
		num = grow(&n->num, &n->nums, sizeof(*num));
		if (num != NULL)
			num->id = value(node, "numId", -1);
	} else if (n->in_num) {
		on_num(n, node);
	} else if (strcmp(node->name, "lvl") == 0) {
		n->at = level_of(node);
	} else if (n->at >= 0 && n->lists > 0) {
		on_level(&n->list[n->lists - 1].level[n->at], node);
	}
}

static void
on_style(void *ctx, const struct doc_xml_node *node)
{
	struct doc_numbers *n = ctx;
	const char *s = doc_xml_attr(node, "val");
	struct style *style;

	if (strcmp(node->name, "style") == 0) {
		style = grow(&n->style, &n->styles, sizeof(*style));
		s = doc_xml_attr(node, "styleId");
		if (style != NULL) {
			style->id = s ? strdup(s) : NULL;
			style->num = style->level = -1;
		}
		return;
	}
	if (n->styles == 0 || s == NULL)
		return;
	style = &n->style[n->styles - 1];
	if (strcmp(node->name, "basedOn") == 0 && style->base == NULL)
		style->base = strdup(s);
	else if (strcmp(node->name, "numId") == 0)
		style->num = value(node, "val", -1);
	else if (strcmp(node->name, "ilvl") == 0)
		style->level = value(node, "val", -1);
}

static bool
read_part(struct doc_opc *opc, const struct doc_rels *rels, const char *type,
    const struct doc_xml_ops *ops, struct doc_numbers *n)
{
	doc_autobuf struct doc_buf xml = { 0 };
	size_t at = 0;
	const struct doc_rel *rel = doc_rels_next(rels, type, &at);

	if (rel == NULL || doc_opc_read(opc, rel->target, &xml, NULL) < 0)
		return false;
	if (doc_xml_parse(xml.data, xml.len, ops, n) != 0)
		doc_opc_damaged(opc);
	return true;
}

static int
num_cmp(const void *a, const void *b)
{
	int x = ((const struct num *)a)->id, y = ((const struct num *)b)->id;

	return (x > y) - (x < y);
}

static int
list_cmp(const void *a, const void *b)
{
	int x = ((const struct list *)a)->id, y = ((const struct list *)b)->id;

	return (x > y) - (x < y);
}

static int
style_cmp(const void *a, const void *b)
{
	const struct style *x = a, *y = b;

	return strcmp(x->id ? x->id : "", y->id ? y->id : "");
}

static int
style_name_cmp(const void *name, const void *row)
{
	const struct style *style = row;

	return strcmp(name, style->id ? style->id : "");
}

struct doc_numbers *
doc_numbers_read(struct doc_opc *opc, const struct doc_rels *rels)
{
	static const struct doc_xml_ops numbering = { .start = on_numbering };
	static const struct doc_xml_ops styles = { .start = on_style };
	struct doc_numbers *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->at = -1;
	if (!read_part(opc, rels, "numbering", &numbering, n)) {
		doc_numbers_free(n);
		return NULL;
	}
	read_part(opc, rels, "styles", &styles, n);
	if (n->nums > 0)
		qsort(n->num, n->nums, sizeof(*n->num), num_cmp);
	if (n->lists > 0)
		qsort(n->list, n->lists, sizeof(*n->list), list_cmp);
	if (n->styles > 0)
		qsort(n->style, n->styles, sizeof(*n->style), style_cmp);
	return n;
}

static struct num *
find_num(struct doc_numbers *n, int id)
{
	struct num key = { .id = id };

	if (n->nums == 0)
		return NULL;
	return bsearch(&key, n->num, n->nums, sizeof(key), num_cmp);
}

static struct list *
find_list(struct doc_numbers *n, int id)
{
	struct list key = { .id = id };

	if (n->lists == 0)
		return NULL;
	return bsearch(&key, n->list, n->lists, sizeof(key), list_cmp);
}

static const struct style *
find_style(const struct doc_numbers *n, const char *id)
{
	if (id == NULL || n->styles == 0)
		return NULL;
	return bsearch(id, n->style, n->styles, sizeof(*n->style),
	    style_name_cmp);
}

/* The numbering a style or one it is based on gives. */
static void
inherit(const struct doc_numbers *n, const char *id, int *num, int *level)
{
	const struct style *style = find_style(n, id);

	for (int i = 0; style != NULL && i < MAX_CHAIN && *num < 0; i++) {
		*num = style->num;
		if (*level < 0)
			*level = style->level;
		style = find_style(n, style->base);
	}
}

/* A definition may name the style of each of its levels. */
static int
level_by_style(const struct list *list, const char *style)
{
	for (int i = 0; style != NULL && i < LEVELS; i++)
		if (strcmp(list->level[i].style, style) == 0)
			return i;
	return 0;
}

static void
advance(struct list *list, struct num *num, int level)
{
	for (int i = 0; i <= level; i++) {
		bool restart = i == level && num->restarts[i];

		if (restart || !list->begun[i])
			list->count[i] = restart ? num->restart[i]
						 : list->level[i].start;
		else if (i == level)
			list->count[i]++;
		list->begun[i] = true;
	}
	num->restarts[level] = false;
	for (int i = level + 1; i < LEVELS; i++)
		list->begun[i] = false;
}

static void
put_label(const struct list *list, int level, struct doc_buf *label)
{
	const char *p = list->level[level].pattern;

	for (; *p != '\0'; p++) {
		if (*p == '%' && p[1] >= '1' && p[1] <= '9') {
			int k = *++p - '1';

			doc_list_number(label, list->count[k],
			    list->level[k].format);
		} else {
			doc_buf_addc(label, *p);
		}
	}
}

void
doc_numbers_next(struct doc_numbers *n, const char *style, int num, int level,
    struct doc_buf *label)
{
	struct num *use;
	struct list *list;

	if (num < 0)
		inherit(n, style, &num, &level);
	use = find_num(n, num);
	list = use ? find_list(n, use->list_id) : NULL;
	if (list == NULL)
		return;
	if (level < 0 || level >= LEVELS)
		level = level_by_style(list, style);
	advance(list, use, level);
	if (!list->level[level].bullet)
		put_label(list, level, label);
}

void
doc_numbers_free(struct doc_numbers *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->styles; i++) {
		free(n->style[i].id);
		free(n->style[i].base);
	}
	free(n->list);
	free(n->num);
	free(n->style);
	free(n);
}
