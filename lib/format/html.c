/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/format/html.h"
#include "lib/format/layout.h"
#include "lib/format/meta.h"
#include "lib/format/survey.h"
#include "lib/format/xml.h"

/* The HTML standard, 13.2.3.2: where a charset may be declared. */
enum { PRESCAN = 1024 };

/* <iframe srcdoc> within <iframe srcdoc>. */
enum { MAX_NESTING = 4 };

enum kind {
	BLOCK = 1,
	BR,
	CELL,
	HTML,
	IFRAME,
	IMG,
	INPUT,
	META,
	PRE,
	READING,
	ROW,
	SKIP,
	SVG,
	TABLE,
	TITLE
};

/* Sorted. */
static const struct doc_xml_token elements[] = {
	{ "address", BLOCK },
	{ "annotation", SKIP },
	{ "area", IMG },
	{ "article", BLOCK },
	{ "aside", BLOCK },
	{ "blockquote", BLOCK },
	{ "body", BLOCK },
	{ "br", BR },
	{ "button", BLOCK },
	{ "caption", BLOCK },
	{ "center", BLOCK },
	{ "dd", BLOCK },
	{ "details", BLOCK },
	{ "dialog", BLOCK },
	{ "dir", BLOCK },
	{ "div", BLOCK },
	{ "dl", BLOCK },
	{ "dt", BLOCK },
	{ "fieldset", BLOCK },
	{ "figcaption", BLOCK },
	{ "figure", BLOCK },
	{ "footer", BLOCK },
	{ "form", BLOCK },
	{ "frame", BLOCK },
	{ "h1", BLOCK },
	{ "h2", BLOCK },
	{ "h3", BLOCK },
	{ "h4", BLOCK },
	{ "h5", BLOCK },
	{ "h6", BLOCK },
	{ "header", BLOCK },
	{ "hr", BLOCK },
	{ "html", HTML },
	{ "iframe", IFRAME },
	{ "img", IMG },
	{ "input", INPUT },
	{ "legend", BLOCK },
	{ "li", BLOCK },
	{ "listing", PRE },
	{ "main", BLOCK },
	{ "menu", BLOCK },
	{ "meta", META },
	{ "nav", BLOCK },
	{ "ol", BLOCK },
	{ "optgroup", BLOCK },
	{ "option", BLOCK },
	{ "p", BLOCK },
	{ "pre", PRE },
	{ "rp", SKIP }, /* the brackets are ours */
	{ "rt", READING },
	{ "script", SKIP },
	{ "section", BLOCK },
	{ "select", BLOCK },
	{ "style", SKIP },
	{ "summary", BLOCK },
	{ "svg", SVG },
	{ "table", TABLE },
	{ "tbody", BLOCK },
	{ "td", CELL },
	{ "template", SKIP },
	{ "textarea", PRE },
	{ "tfoot", BLOCK },
	{ "th", CELL },
	{ "thead", BLOCK },
	{ "title", TITLE },
	{ "tr", ROW },
	{ "ul", BLOCK },
	{ "xmp", PRE },
};

struct html {
	struct doc_layout flow;
	struct doc_buf title;
	const char *skip;    /* element whose content is dropped */
	unsigned skip_depth; /* of elements of that name */
	unsigned pre, svg, nesting;
	bool in_title;
	bool fields; /* say what the head says */
	struct doc_meta meta;
};

static const struct doc_xml_ops events;

static int
kind_of(const char *name)
{
	return doc_xml_find(elements, DOC_LEN(elements), name);
}

static void
put_words(struct html *h, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	doc_layout_space(&h->flow);
	doc_layout_wrap(&h->flow, s, strlen(s));
	doc_layout_space(&h->flow);
}

static void
on_input(struct html *h, const struct doc_xml_node *node)
{
	static const char *const unseen[] = { "hidden", "password", "checkbox",
		"radio", "file", "image", "color", "range" };
	const char *type = doc_xml_attr(node, "type");

	for (size_t i = 0; type != NULL && i < DOC_LEN(unseen); i++)
		if (strcasecmp(type, unseen[i]) == 0) {
			put_words(h, doc_xml_attr(node, "alt"));
			return;
		}
	put_words(h, doc_xml_attr(node, "value"));
}

static void
on_meta(struct html *h, const struct doc_xml_node *node)
{
	static const struct doc_xml_token names[] = {
		{ "article:modified_time", DOC_F_MODIFIED },
		{ "article:published_time", DOC_F_CREATED },
		{ "author", DOC_F_CREATOR },
		{ "content-language", DOC_F_LANGUAGE },
		{ "dc.creator", DOC_F_CREATOR },
		{ "dc.date", DOC_F_CREATED },
		{ "dc.description", DOC_F_DESCRIPTION },
		{ "dc.language", DOC_F_LANGUAGE },
		{ "dc.publisher", DOC_F_PUBLISHER },
		{ "dc.subject", DOC_F_SUBJECT },
		{ "dc.title", DOC_F_TITLE },
		{ "dcterms.created", DOC_F_CREATED },
		{ "dcterms.modified", DOC_F_MODIFIED },
		{ "description", DOC_F_DESCRIPTION },
		{ "generator", DOC_F_PRODUCER },
		{ "keywords", DOC_F_KEYWORDS },
		{ "language", DOC_F_LANGUAGE },
		{ "og:description", DOC_F_DESCRIPTION },
	};
	const char *name = doc_xml_attr(node, "name");
	const char *value = doc_xml_attr(node, "content");
	char lower[32];
	size_t i;
	int field;

	name = name ? name : doc_xml_attr(node, "property");
	name = name ? name : doc_xml_attr(node, "http-equiv");
	if (!h->fields || name == NULL || value == NULL)
		return;
	for (i = 0; name[i] != '\0' && i < sizeof(lower) - 1; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[i] = '\0';
	field = doc_xml_find(names, DOC_LEN(names), lower);
	if (field > 0)
		doc_meta_set(&h->meta, (enum doc_field)field, value,
		    strlen(value));
}

static void
on_iframe(struct html *h, const struct doc_xml_node *node)
{
	const char *doc = doc_xml_attr(node, "srcdoc");
	bool fields = h->fields;
	uint64_t repairs;

	if (doc == NULL || h->nesting == MAX_NESTING)
		return;
	h->nesting++;
	h->fields = false;
	doc_layout_line(&h->flow);
	if (doc_html_parse(doc, strlen(doc), "UTF-8", &events, h, &repairs) < 0)
		doc_work_reason(h->flow.text->work, DOC_R_MEMORY);
	doc_layout_line(&h->flow);
	h->fields = fields;
	h->nesting--;
	h->skip = NULL;
	h->pre = h->svg = 0;
}

static void
skip_from(struct html *h, const char *name)
{
	for (size_t i = 0; i < DOC_LEN(elements); i++)
		if (strcmp(elements[i].name, name) == 0)
			h->skip = elements[i].name;
	h->skip_depth = 1;
}

static void
start_block(struct html *h, const struct doc_xml_node *node, int kind)
{
	doc_layout_line(&h->flow);
	if (kind == PRE)
		h->pre++;
	else if (kind == TABLE)
		h->flow.cells = 0;
	else if (kind == HTML && h->fields && doc_xml_attr(node, "lang"))
		doc_meta_set(&h->meta, DOC_F_LANGUAGE,
		    doc_xml_attr(node, "lang"),
		    strlen(doc_xml_attr(node, "lang")));
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct html *h = ctx;
	int kind = kind_of(node->name);

	if (h->skip != NULL) {
		h->skip_depth += strcmp(h->skip, node->name) == 0;
		return;
	}
	switch (kind) {
	case 0:
		break;
	case SKIP:
		skip_from(h, node->name);
		break;
	case IMG:
		put_words(h, doc_xml_attr(node, "alt"));
		break;
	case INPUT:
		on_input(h, node);
		break;
	case META:
		on_meta(h, node);
		break;
	case ROW:
		doc_layout_row(&h->flow);
		break;
	case READING:
		doc_layout_puts(&h->flow, " (");
		break;
	case CELL:
		doc_layout_cell(&h->flow);
		break;
	case SVG:
		h->svg++;
		break;
	case TITLE:
		h->in_title = h->svg == 0;
		break;
	case IFRAME:
		on_iframe(h, node);
		skip_from(h, node->name);
		break;
	default:
		start_block(h, node, kind);
		break;
	}
}

static void
on_end(void *ctx, const char *name)
{
	struct html *h = ctx;
	int kind = kind_of(name);

	if (h->skip != NULL) {
		if (strcmp(h->skip, name) == 0 && --h->skip_depth == 0)
			h->skip = NULL;
		return;
	}
	switch (kind) {
	case TITLE:
		h->in_title = false;
		break;
	case SVG:
		h->svg -= h->svg > 0;
		break;
	case READING:
		doc_layout_puts(&h->flow, ")");
		break;
	case ROW:
		doc_layout_row_end(&h->flow);
		break;
	case PRE:
		h->pre -= h->pre > 0;
		doc_layout_line(&h->flow);
		break;
	case BLOCK:
	case HTML:
	case TABLE:
		doc_layout_line(&h->flow);
		break;
	default:
		break;
	}
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct html *h = ctx;

	if (h->skip != NULL)
		return;
	if (h->in_title) {
		if (doc_buf_add(&h->title, s, n) < 0)
			h->in_title = false;
	} else if (h->pre > 0) {
		doc_layout_put(&h->flow, s, n);
	} else {
		doc_layout_wrap(&h->flow, s, n);
	}
}

static const struct doc_xml_ops events = { on_start, on_end, on_text };

/* The value of `key` = "value" in the tag, as far as it goes. */
static void
label_in(const char *tag, const char *key, char label[static DOC_CHARSET_NAME])
{
	const char *at = strcasestr(tag, key);
	size_t n;

	if (at == NULL)
		return;
	at += strlen(key);
	at += strspn(at, " \t\r\n");
	if (*at != '=')
		return;
	at += 1 + strspn(at + 1, " \t\r\n\"'");
	n = strcspn(at, " \t\r\n\"';>/");
	if (n > 0 && n < DOC_CHARSET_NAME)
		snprintf(label, DOC_CHARSET_NAME, "%.*s", (int)n, at);
}

/* What the document says about its charset.  UTF-16 cannot be: the tag was
 * read byte by byte (HTML standard, 13.2.3.2 step 15). */
static void
prescan(const char *p, size_t n, char label[static DOC_CHARSET_NAME])
{
	char head[PRESCAN + 1];
	char *tag, *end;

	n = DOC_MIN(n, (size_t)PRESCAN);
	memcpy(head, p, n);
	for (size_t i = 0; i < n; i++)
		if (head[i] == '\0')
			head[i] = ' ';
	head[n] = '\0';
	if (strncmp(head, "<?xml", 5) == 0) {
		end = strchr(head, '>');
		if (end != NULL) {
			*end = '\0';
			label_in(head, "encoding", label);
			*end = '>';
		}
	}
	for (tag = head; (tag = strcasestr(tag, "<meta")) != NULL; tag = end) {
		end = tag + strcspn(tag, ">");
		if (*end != '\0')
			*end++ = '\0';
		label_in(tag, "charset", label);
	}
	if (strncasecmp(label, "utf-16", 6) == 0)
		snprintf(label, DOC_CHARSET_NAME, "UTF-8");
}

static int
parse(struct html *h, const char *p, size_t n, const char *charset,
    struct doc_error *err)
{
	uint64_t repairs = 0;
	size_t skip;
	int rc;

	doc_charset_bom(p, n, &skip);
	rc = doc_html_parse(p + skip, n - skip, charset, &events, h, &repairs);
	doc_layout_flush(&h->flow);
	h->flow.text->repairs += repairs;
	if (rc == 0 && h->fields) {
		doc_meta_set(&h->meta, DOC_F_TITLE, h->title.data,
		    h->title.len);
		doc_meta_say(&h->meta, h->flow.text->work);
	}
	doc_buf_release(&h->title);
	doc_meta_release(&h->meta);
	if (rc < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory for HTML");
	return 0;
}

int
doc_html_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct html h = { .flow.text = text, .fields = true };
	char label[DOC_CHARSET_NAME] = "", charset[DOC_CHARSET_NAME];

	if (in->size == 0)
		return 0;
	prescan(in->data, in->size, label);
	doc_survey_choose(label, in->data, in->size, charset);
	doc_work_str(text->work, DOC_F_ENCODING, charset);
	return parse(&h, in->data, in->size, charset, err);
}

int
doc_html_part(const char *p, size_t n, const char *label, struct doc_text *text,
    struct doc_error *err)
{
	struct html h = { .flow.text = text };
	char said[DOC_CHARSET_NAME] = "", charset[DOC_CHARSET_NAME];

	if (n == 0)
		return 0;
	prescan(p, n, said);
	if (label[0] != '\0')
		snprintf(said, sizeof(said), "%s", label);
	doc_survey_choose(said, p, n, charset);
	return parse(&h, p, n, charset, err);
}
