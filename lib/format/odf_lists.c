/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/list_number.h"
#include "lib/format/odf_lists.h"

/* Levels of a list (16.32), styles of a document, lists inside each other;
 * what is deeper has no numbers. */
enum { LEVELS = 10, MAX_STYLES = 8192, MAX_DEPTH = 10 };

enum { AFFIX = 32, NAME = 96 };

/* What the chapters of a text are numbered by. */
static const char outline[] = "Outline";

enum kind {
	HEADING = 1,
	ITEM,
	LEVEL,
	LIST,
	LIST_HEADER,
	LIST_STYLE,
	OUTLINE_STYLE,
	PARAGRAPH
};

/* Sorted by byte. */
static const struct doc_xml_token elements[] = {
	{ "h", HEADING },
	{ "list", LIST },
	{ "list-header", LIST_HEADER },
	{ "list-item", ITEM },
	{ "list-level-style-number", LEVEL },
	{ "list-style", LIST_STYLE },
	{ "outline-level-style", LEVEL },
	{ "outline-style", OUTLINE_STYLE },
	{ "p", PARAGRAPH },
};

struct level {
	bool numbered;
	enum doc_number_format format;
	unsigned start, shown; /* number to begin with; levels in the label */
	char prefix[AFFIX], suffix[AFFIX];
};

struct style {
	char name[NAME];
	struct level level[LEVELS];
	unsigned count[LEVELS];
	bool begun[LEVELS];
};

struct doc_odf_lists {
	struct style **style;
	size_t styles;
	struct style *reading;	       /* its levels come */
	struct style *open[MAX_DEPTH]; /* of the lists around us */
	unsigned depth;
	unsigned start;	 /* number the item asks for, or 0 */
	bool item;	 /* its first paragraph is to come */
	bool unnumbered; /* a list header */
	struct doc_buf label;
};

struct doc_odf_lists *
doc_odf_lists_new(void)
{
	return calloc(1, sizeof(struct doc_odf_lists));
}

void
doc_odf_lists_free(struct doc_odf_lists *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->styles; i++)
		free(l->style[i]);
	free(l->style);
	doc_buf_release(&l->label);
	free(l);
}

static struct style *
find(const struct doc_odf_lists *l, const char *name)
{
	/* The automatic styles of the text come last and count first. */
	for (size_t i = l->styles; name != NULL && i-- > 0;)
		if (strcmp(l->style[i]->name, name) == 0)
			return l->style[i];
	return NULL;
}

static struct style *
add(struct doc_odf_lists *l, const char *name)
{
	struct style **grown, *s;

	if (name == NULL || strlen(name) >= NAME || l->styles == MAX_STYLES)
		return NULL;
	grown = reallocarray(l->style, l->styles + 1, sizeof(*grown));
	if (grown == NULL)
		return NULL;
	l->style = grown;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	snprintf(s->name, sizeof(s->name), "%s", name);
	l->style[l->styles++] = s;
	return s;
}

static unsigned
number(const struct doc_xml_node *node, const char *name, unsigned otherwise)
{
	const char *s = doc_xml_attr(node, name);

	return s ? (unsigned)strtoul(s, NULL, 10) : otherwise;
}

/* 20.322: "1", "i", "I", "a", "A"; empty is no number, what else there is
 * counts in some script of its own. */
static void
set_format(struct level *level, const char *s)
{
	static const char letters[] = "1iIaA";
	static const enum doc_number_format formats[] = { DOC_NUMBER_DECIMAL,
		DOC_NUMBER_ROMAN_LOWER, DOC_NUMBER_ROMAN_UPPER,
		DOC_NUMBER_LETTER_LOWER, DOC_NUMBER_LETTER_UPPER };
	const char *at = s && *s ? strchr(letters, *s) : NULL;

	level->numbered = s != NULL && *s != '\0';
	level->format = at ? formats[at - letters] : DOC_NUMBER_DECIMAL;
}

static void
set_affix(char affix[static AFFIX], const struct doc_xml_node *node,
    const char *name)
{
	const char *s = doc_xml_attr(node, name);

	if (s != NULL && strlen(s) < AFFIX)
		strcpy(affix, s);
}

static void
read_level(struct doc_odf_lists *l, const struct doc_xml_node *node)
{
	unsigned n = number(node, "level", 0);
	struct level *level;

	if (l->reading == NULL || n < 1 || n > LEVELS)
		return;
	level = &l->reading->level[n - 1];
	set_format(level, doc_xml_attr(node, "num-format"));
	level->start = number(node, "start-value", 1);
	level->shown = number(node, "display-levels", 1);
	set_affix(level->prefix, node, "num-prefix");
	set_affix(level->suffix, node, "num-suffix");
}

/* 19.870: a list goes on counting where one of its style stopped only when it
 * says so. */
static void
open_list(struct doc_odf_lists *l, const struct doc_xml_node *node)
{
	struct style *s = find(l, doc_xml_attr(node, "style-name"));
	const char *go_on = doc_xml_attr(node, "continue-numbering");
	bool goes_on = doc_xml_attr(node, "continue-list") != NULL ||
	    (go_on != NULL && strcmp(go_on, "true") == 0);
	unsigned at = l->depth++;

	l->item = false;
	if (at >= MAX_DEPTH)
		return;
	if (s == NULL && at > 0 && doc_xml_attr(node, "style-name") == NULL)
		s = l->open[at - 1];
	l->open[at] = s;
	for (unsigned i = at; s != NULL && !goes_on && i < LEVELS; i++)
		s->begun[i] = false;
}

static void
count(struct style *s, unsigned level, unsigned start)
{
	for (unsigned i = 0; i <= level; i++) {
		if (i == level && start > 0)
			s->count[i] = start;
		else if (!s->begun[i])
			s->count[i] = s->level[i].start;
		else if (i == level)
			s->count[i]++;
		s->begun[i] = true;
	}
	for (unsigned i = level + 1; i < LEVELS; i++)
		s->begun[i] = false;
}

static void
put_label(const struct style *s, unsigned at, struct doc_buf *label)
{
	const struct level *level = &s->level[at];
	unsigned shown = DOC_MIN(DOC_MAX(level->shown, 1u), at + 1);
	bool first = true;

	label->len = 0;
	if (!level->numbered)
		return;
	doc_buf_adds(label, level->prefix);
	for (unsigned i = at + 1 - shown; i <= at; i++) {
		if (!s->level[i].numbered)
			continue;
		if (!first)
			doc_buf_addc(label, '.');
		doc_list_number(label, s->count[i], s->level[i].format);
		first = false;
	}
	doc_buf_adds(label, level->suffix);
	doc_buf_addc(label, ' ');
}

/* A paragraph is numbered as the first of its item, a heading as a chapter,
 * too, if the document's outline has numbers. */
static void
number_paragraph(struct doc_odf_lists *l, const struct doc_xml_node *node,
    bool heading)
{
	struct style *s = l->depth > 0 && l->depth <= MAX_DEPTH
	    ? l->open[l->depth - 1]
	    : NULL;
	const char *header = doc_xml_attr(node, "is-list-header");
	unsigned level = l->depth - 1, start = l->start;

	l->label.len = 0;
	if (heading && l->depth == 0) {
		s = find(l, outline);
		level = number(node, "outline-level", 1) - 1;
		start = number(node, "start-value", 0);
	} else if (!l->item || l->unnumbered) {
		s = NULL;
	}
	l->item = false;
	l->start = 0;
	if (s == NULL || level >= LEVELS ||
	    (header != NULL && strcmp(header, "true") == 0))
		return;
	count(s, level, start);
	put_label(s, level, &l->label);
}

void
doc_odf_lists_start(struct doc_odf_lists *l, const struct doc_xml_node *node)
{
	int kind = doc_xml_find(elements, DOC_LEN(elements), node->name);

	if (l == NULL)
		return;
	switch (kind) {
	case LIST_STYLE:
		l->reading = add(l, doc_xml_attr(node, "name"));
		break;
	case OUTLINE_STYLE:
		l->reading = add(l, outline);
		break;
	case LEVEL:
		read_level(l, node);
		break;
	case LIST:
		open_list(l, node);
		break;
	case ITEM:
	case LIST_HEADER:
		l->item = true;
		l->unnumbered = kind == LIST_HEADER;
		l->start = number(node, "start-value", 0);
		break;
	case HEADING:
	case PARAGRAPH:
		number_paragraph(l, node, kind == HEADING);
		break;
	default:
		break;
	}
}

void
doc_odf_lists_end(struct doc_odf_lists *l, const char *name)
{
	int kind = doc_xml_find(elements, DOC_LEN(elements), name);

	if (l == NULL)
		return;
	if (kind == LIST)
		l->depth -= l->depth > 0;
	else if (kind == LIST_STYLE || kind == OUTLINE_STYLE)
		l->reading = NULL;
	else if (kind == ITEM)
		l->item = false;
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	int kind = doc_xml_find(elements, DOC_LEN(elements), node->name);

	if (kind == LIST_STYLE || kind == OUTLINE_STYLE || kind == LEVEL)
		doc_odf_lists_start(ctx, node);
}

static void
on_end(void *ctx, const char *name)
{
	int kind = doc_xml_find(elements, DOC_LEN(elements), name);

	if (kind == LIST_STYLE || kind == OUTLINE_STYLE)
		doc_odf_lists_end(ctx, name);
}

void
doc_odf_lists_read(struct doc_odf_lists *l, const char *p, size_t n)
{
	static const struct doc_xml_ops ops = { .start = on_start,
		.end = on_end };

	/* Broken styles are told when they are read for headers. */
	if (l != NULL && doc_xml_parse(p, n, &ops, l) != 0)
		l->reading = NULL;
}

void
doc_odf_lists_take(struct doc_odf_lists *l, struct doc_buf *label)
{
	label->len = 0;
	if (l == NULL || l->label.len == 0)
		return;
	doc_buf_add(label, l->label.data, l->label.len);
	l->label.len = 0;
}
