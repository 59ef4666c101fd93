/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/layout.h"
#include "lib/format/meta.h"
#include "lib/format/ooxml.h"
#include "lib/format/plain.h"
#include "lib/format/xml.h"
#include "lib/format/xmldoc.h"

/* What elements are to the reader; all others are blocks. */
enum kind { CELL = 1, INLINE, LITERAL, PERSON, ROW, SKIP, SPACE };

/* Sorted by byte; Cell and Row are those of Excel 2003's XML.  Of several
 * vocabularies at once: a name that means one thing here and another there is
 * where it does least harm. */
static const struct doc_xml_token elements[] = {
	{ "Cell", CELL },
	{ "Row", ROW },
	{ "a", INLINE },
	{ "abbrev", INLINE },
	{ "acronym", INLINE },
	{ "application", INLINE },
	{ "author", PERSON },
	{ "b", INLINE },
	{ "binary", SKIP },
	{ "bold", INLINE },
	{ "citation", INLINE },
	{ "citetitle", INLINE },
	{ "classname", INLINE },
	{ "code", INLINE },
	{ "command", INLINE },
	{ "constant", INLINE },
	{ "custom-info", SKIP },
	{ "document-info", SKIP },
	{ "element", INLINE },
	{ "em", INLINE },
	{ "email", INLINE },
	{ "emphasis", INLINE },
	{ "entry", CELL },
	{ "envar", INLINE },
	{ "ext-link", INLINE },
	{ "filename", INLINE },
	{ "first-name", SPACE },
	{ "firstname", SPACE },
	{ "firstterm", INLINE },
	{ "foreign", INLINE },
	{ "foreignphrase", INLINE },
	{ "fpage", SPACE },
	{ "function", INLINE },
	{ "genre", SKIP },
	{ "given-names", SPACE },
	{ "guilabel", INLINE },
	{ "hi", INLINE },
	{ "i", INLINE },
	{ "italic", INLINE },
	{ "keycap", INLINE },
	{ "last-name", SPACE },
	{ "link", INLINE },
	{ "literal", INLINE },
	{ "literallayout", LITERAL },
	{ "lpage", SPACE },
	{ "markup", INLINE },
	{ "metadata", SKIP },
	{ "middle-name", SPACE },
	{ "monospace", INLINE },
	{ "named-content", INLINE },
	{ "option", INLINE },
	{ "parameter", INLINE },
	{ "persName", INLINE },
	{ "phrase", INLINE },
	{ "pre", LITERAL },
	{ "productname", INLINE },
	{ "programlisting", LITERAL },
	{ "prompt", INLINE },
	{ "q", INLINE },
	{ "quote", INLINE },
	{ "ref", INLINE },
	{ "replaceable", INLINE },
	{ "row", ROW },
	{ "s", INLINE },
	{ "sc", INLINE },
	{ "screen", LITERAL },
	{ "script", SKIP },
	{ "span", INLINE },
	{ "strikethrough", INLINE },
	{ "strong", INLINE },
	{ "style", INLINE },
	{ "stylesheet", SKIP },
	{ "sub", INLINE },
	{ "subscript", INLINE },
	{ "sup", INLINE },
	{ "superscript", INLINE },
	{ "surname", SPACE },
	{ "synopsis", LITERAL },
	{ "systemitem", INLINE },
	{ "tag", INLINE },
	{ "td", CELL },
	{ "term", INLINE },
	{ "th", CELL },
	{ "tr", ROW },
	{ "trademark", INLINE },
	{ "tspan", SPACE },
	{ "tt", INLINE },
	{ "type", INLINE },
	{ "ulink", INLINE },
	{ "underline", INLINE },
	{ "uri", INLINE },
	{ "userinput", INLINE },
	{ "varname", INLINE },
	{ "volume", SPACE },
	{ "xref", INLINE },
	{ "year", SPACE },
};

/* Two vocabularies of Word have a reader of their own. */
enum { WORD = 2 };

/* Document elements of vocabularies for documents; sorted. */
static const struct doc_xml_token roots[] = {
	{ "FictionBook", 1 },
	{ "RDF", 1 },
	{ "TEI", 1 },
	{ "TEI.2", 1 },
	{ "Workbook", 1 },
	{ "article", 1 },
	{ "book", 1 },
	{ "chapter", 1 },
	{ "concept", 1 },
	{ "feed", 1 },
	{ "package", WORD },
	{ "reference", 1 },
	{ "rss", 1 },
	{ "section", 1 },
	{ "svg", 1 },
	{ "task", 1 },
	{ "topic", 1 },
	{ "wordDocument", WORD },
};

static const struct doc_xml_token properties[] = {
	{ "article-title", DOC_F_TITLE },
	{ "book-title", DOC_F_TITLE },
	{ "genre", DOC_F_CATEGORY },
	{ "keywords", DOC_F_KEYWORDS },
	{ "kwd", DOC_F_KEYWORDS },
	{ "lang", DOC_F_LANGUAGE },
	{ "language", DOC_F_LANGUAGE },
	{ "program-used", DOC_F_PRODUCER },
	{ "publisher-name", DOC_F_PUBLISHER },
	{ "title", DOC_F_TITLE },
};

struct reader {
	struct doc_layout flow;
	struct doc_meta meta;
	struct doc_buf person; /* the author being read */
	bool in_person;
	unsigned skip;	  /* open elements inside the one that is skipped */
	unsigned literal; /* open elements whose white space counts */
	bool svg;
};

static void
edge(struct reader *r, int kind)
{
	switch (kind) {
	case CELL:
	case INLINE:
		break;
	case SPACE:
		doc_layout_space(&r->flow);
		doc_buf_addc(&r->person, ' ');
		break;
	default:
		doc_layout_line(&r->flow);
		break;
	}
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct reader *r = ctx;
	int kind = doc_xml_find(elements, DOC_LEN(elements), node->name);

	if (r->svg && strcmp(node->name, "style") == 0)
		kind = SKIP;
	if (r->skip > 0 || kind == SKIP) {
		r->skip++;
		return;
	}
	r->literal += r->literal > 0 || kind == LITERAL;
	if (kind == PERSON) {
		r->in_person = true;
		r->person.len = 0;
	}
	if (kind == ROW)
		doc_layout_row(&r->flow);
	else if (kind == CELL)
		doc_layout_cell(&r->flow);
	else
		edge(r, kind);
}

static void
on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;
	int kind = doc_xml_find(elements, DOC_LEN(elements), name);

	if (r->skip > 0) {
		r->skip--;
		return;
	}
	r->literal -= r->literal > 0;
	if (kind == PERSON && r->in_person) {
		doc_meta_set(&r->meta, DOC_F_CREATOR, r->person.data,
		    r->person.len);
		r->in_person = false;
	}
	if (kind == ROW)
		doc_layout_row_end(&r->flow);
	else
		edge(r, kind);
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct reader *r = ctx;

	if (r->skip > 0)
		return;
	if (r->in_person && r->person.len < 4096)
		doc_buf_add(&r->person, s, n);
	if (r->literal > 0)
		doc_layout_put(&r->flow, s, n);
	else
		doc_layout_wrap(&r->flow, s, n);
}

int
doc_xmldoc_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	static const struct doc_xml_ops ops = { on_start, on_end, on_text };
	struct reader r = { .flow = { .text = text, .one_line = true } };
	char root[64];
	int rc, kind;

	doc_xml_root(in->data, in->size, root);
	kind = doc_xml_find(roots, DOC_LEN(roots), root);
	if (kind == WORD)
		return doc_ooxml_text(in, text, err);
	if (kind == 0)
		return doc_plain_text(in, text, err);
	r.svg = strcmp(root, "svg") == 0;
	rc = doc_xml_parse(in->data, in->size, &ops, &r);
	doc_layout_flush(&r.flow);
	if (rc > 0)
		doc_work_reason(text->work, DOC_R_DAMAGED);
	doc_meta_begin(&r.meta, text);
	if (rc >= 0 &&
	    doc_meta_read(&r.meta, in->data, in->size, properties,
		DOC_LEN(properties)) >= 0)
		doc_meta_say(&r.meta, text->work);
	doc_meta_release(&r.meta);
	doc_buf_release(&r.person);
	if (rc < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory for XML");
	return 0;
}
