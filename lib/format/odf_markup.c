/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/odf_hidden.h"
#include "lib/format/odf_markup.h"
#include "lib/format/xml.h"

/* Repeated cells and rows are a way to save space; a repetition to the edge of
 * the sheet is formatting, and these are enough of it. */
enum { MAX_SPACES = 256, MAX_COLUMNS = 256, MAX_ROWS = 1024 };

/* Text boxes, notes and shapes inside each other. */
enum { MAX_BOXES = 16 };

enum kind {
	ACTIVE = 1,
	ANNOTATION,
	BOX,
	CELL,
	DECLARATION,
	DISPLAY,
	LINE,
	LINE_BREAK,
	MATH,
	MATH_TOKEN,
	PAGE,
	READING,
	ROW,
	SHEETS,
	SKIP,
	SPACES,
	STYLE,
	SVG_SKIP,
	TAB,
	TABLE
};

/* Sorted by byte. */
static const struct doc_xml_token elements[] = {
	{ "alphabetical-index-source", SKIP },
	{ "annotation", ANNOTATION },
	{ "bibliography-source", SKIP },
	{ "binary-data", SKIP },
	{ "body", ACTIVE },
	{ "caption", BOX },
	{ "circle", BOX },
	{ "connector", BOX },
	{ "content-validations", SKIP },
	{ "covered-table-cell", CELL },
	{ "custom-shape", BOX },
	{ "date-time-decl", DECLARATION },
	{ "desc", SVG_SKIP },
	{ "drawing-page-properties", DISPLAY },
	{ "ellipse", BOX },
	{ "event-listeners", SKIP },
	{ "footer", ACTIVE },
	{ "footer-decl", DECLARATION },
	{ "footer-first", ACTIVE },
	{ "footer-left", ACTIVE },
	{ "h", LINE },
	{ "header", ACTIVE },
	{ "header-decl", DECLARATION },
	{ "header-first", ACTIVE },
	{ "header-left", ACTIVE },
	{ "illustration-index-source", SKIP },
	{ "line", BOX },
	{ "line-break", LINE_BREAK },
	{ "math", MATH },
	{ "measure", BOX },
	{ "mi", MATH_TOKEN },
	{ "mn", MATH_TOKEN },
	{ "mo", MATH_TOKEN },
	{ "mtext", MATH_TOKEN },
	{ "note-body", BOX },
	{ "note-citation", SKIP },
	{ "object-index-source", SKIP },
	{ "p", LINE },
	{ "page", PAGE },
	{ "path", BOX },
	{ "polygon", BOX },
	{ "polyline", BOX },
	{ "rect", BOX },
	{ "ruby-text", READING },
	{ "s", SPACES },
	{ "script", SKIP },
	{ "sheet-name", SKIP },
	{ "spreadsheet", SHEETS },
	{ "style", STYLE },
	{ "tab", TAB },
	{ "tab-stop", TAB }, /* OpenOffice 1 */
	{ "table", TABLE },
	{ "table-cell", CELL },
	{ "table-index-source", SKIP },
	{ "table-of-content-source", SKIP },
	{ "table-properties", DISPLAY },
	{ "table-row", ROW },
	{ "text-box", BOX },
	{ "title", SVG_SKIP },
	{ "tracked-changes", SKIP },
	{ "user-index-source", SKIP },
};

struct odf {
	struct doc_layout *flow;
	struct doc_odf_lists *lists; /* or NULL */
	struct doc_buf label;	     /* to put before the paragraph's text */
	unsigned active;	     /* open elements that hold shown text */
	unsigned paragraphs;	     /* open, in the current box */
	unsigned skip;
	struct doc_odf_hidden hidden;
	unsigned slides; /* begun */
	bool sheets;	 /* a spreadsheet: its tables are pages */
	unsigned tables; /* open */
	unsigned boxes;
	bool diverted[MAX_BOXES];
	struct doc_layout outer[MAX_BOXES];
	unsigned outer_paragraphs[MAX_BOXES];
	struct doc_buf box[MAX_BOXES + 1]; /* waiting for their paragraph */
	unsigned rows_repeated, columns_repeated;
	bool row_diverted, cell_diverted, cell_empty;
	unsigned row_boxes, cell_boxes; /* open where they begin */
	struct doc_layout row_outer, cell_outer;
	struct doc_buf row, cell, value;
};

static unsigned
number(const struct doc_xml_node *node, const char *name, unsigned max)
{
	const char *s = doc_xml_attr(node, name);
	unsigned long n = s ? strtoul(s, NULL, 10) : 1;

	return (unsigned)DOC_MAX(DOC_MIN(n, (unsigned long)max), 1ul);
}

/* What is anchored inside a paragraph is put after it. */
static void
box_start(struct odf *o)
{
	unsigned at = o->boxes++;

	if (at >= MAX_BOXES)
		return;
	o->diverted[at] = o->paragraphs > 0;
	if (!o->diverted[at])
		return;
	doc_layout_divert(o->flow, &o->box[at], &o->outer[at]);
	o->outer_paragraphs[at] = o->paragraphs;
	o->paragraphs = 0;
}

static void
box_end(struct odf *o)
{
	unsigned at = --o->boxes;

	if (at >= MAX_BOXES || !o->diverted[at])
		return;
	doc_layout_restore(o->flow, &o->outer[at]);
	o->paragraphs = o->outer_paragraphs[at];
}

static void
line_end(struct odf *o)
{
	struct doc_buf *box = &o->box[DOC_MIN(o->boxes, (unsigned)MAX_BOXES)];

	o->paragraphs -= o->paragraphs > 0;
	doc_layout_line(o->flow);
	if (o->paragraphs == 0 && box->len > 0)
		doc_layout_merge(o->flow, box);
}

static void
row_start(struct odf *o, const struct doc_xml_node *node)
{
	if (o->flow->depth == 0 && !o->row_diverted) {
		o->rows_repeated = number(node, "number-rows-repeated",
		    MAX_ROWS);
		o->row_diverted = o->rows_repeated > 1;
		o->row_boxes = o->boxes;
		if (o->row_diverted)
			doc_layout_divert(o->flow, &o->row, &o->row_outer);
	}
	doc_layout_row(o->flow);
}

static void
row_end(struct odf *o)
{
	size_t n;

	doc_layout_row_end(o->flow);
	if (!o->row_diverted || o->flow->depth > 0 || o->cell_diverted ||
	    o->boxes != o->row_boxes)
		return;
	doc_layout_restore(o->flow, &o->row_outer);
	o->row_diverted = false;
	n = o->row.len;
	for (unsigned i = 0; i < o->rows_repeated && n > 0; i++) {
		o->row.len = n;
		doc_layout_merge(o->flow, &o->row);
	}
	o->row.len = 0;
}

/* Some writers give only the value of a cell, not what it shows. */
static void
keep_value(struct odf *o, const struct doc_xml_node *node)
{
	static const char *const names[] = { "string-value", "date-value",
		"time-value", "boolean-value", "value" };

	o->value.len = 0;
	o->cell_empty = true;
	for (size_t i = 0; i < DOC_LEN(names) && o->value.len == 0; i++) {
		const char *s = doc_xml_attr(node, names[i]);

		if (s != NULL)
			doc_buf_adds(&o->value, s);
	}
}

static void
cell_start(struct odf *o, const struct doc_xml_node *node)
{
	keep_value(o, node);
	doc_layout_cell(o->flow);
	if (o->flow->depth != 1 || o->cell_diverted)
		return;
	o->columns_repeated = number(node, "number-columns-repeated",
	    MAX_COLUMNS);
	o->cell_diverted = o->columns_repeated > 1;
	o->cell_boxes = o->boxes;
	if (o->cell_diverted)
		doc_layout_divert(o->flow, &o->cell, &o->cell_outer);
}

static void
put_value(struct odf *o)
{
	if (o->cell_empty && o->value.len > 0)
		doc_layout_wrap(o->flow, o->value.data, o->value.len);
	o->cell_empty = false;
}

static void
cell_end(struct odf *o)
{
	put_value(o);
	if (!o->cell_diverted || o->flow->depth > 0 ||
	    o->boxes != o->cell_boxes)
		return;
	doc_layout_restore(o->flow, &o->cell_outer);
	o->cell_diverted = false;
	for (unsigned i = 0; i < o->columns_repeated; i++) {
		if (i > 0)
			doc_layout_cell(o->flow);
		doc_layout_wrap(o->flow, o->cell.data, o->cell.len);
		doc_layout_line(o->flow);
	}
	o->cell.len = 0;
}

static void
page_start(struct odf *o, const struct doc_xml_node *node)
{
	char name[32];

	snprintf(name, sizeof(name), "slide %u", ++o->slides);
	if (doc_odf_is_hidden(&o->hidden, node))
		doc_work_str(o->flow->text->work, DOC_F_HIDDEN, name);
}

static void
table_start(struct odf *o, const struct doc_xml_node *node)
{
	const char *name = doc_xml_attr(node, "name");

	o->tables++;
	doc_layout_line(o->flow);
	if (o->sheets && o->tables == 1 && name != NULL)
		doc_layout_wrap(o->flow, name, strlen(name));
	if (o->sheets && o->tables == 1 && doc_odf_is_hidden(&o->hidden, node))
		doc_work_str(o->flow->text->work, DOC_F_HIDDEN,
		    name ? name : "");
	doc_layout_line(o->flow);
}

static void
page_end(struct odf *o)
{
	doc_layout_flush(o->flow);
	doc_text_page(o->flow->text, 0);
}

static void
table_end(struct odf *o)
{
	doc_layout_line(o->flow);
	o->tables -= o->tables > 0;
	if (o->sheets && o->tables == 0)
		page_end(o);
}

static void
put_spaces(struct odf *o, const struct doc_xml_node *node)
{
	unsigned n = number(node, "c", MAX_SPACES);

	while (n-- > 0)
		doc_layout_put(o->flow, " ", 1);
}

static void
start_shown(struct odf *o, const struct doc_xml_node *node, int kind)
{
	switch (kind) {
	case ANNOTATION:
	case BOX:
		box_start(o);
		break;
	case CELL:
		cell_start(o, node);
		break;
	case DECLARATION:
	case LINE:
		o->paragraphs++;
		o->cell_empty = false;
		doc_layout_line(o->flow);
		doc_odf_lists_take(o->lists, &o->label);
		break;
	case LINE_BREAK:
		doc_layout_line(o->flow);
		break;
	case MATH_TOKEN:
		doc_layout_space(o->flow);
		break;
	case PAGE:
		page_start(o, node);
		break;
	case READING:
		doc_layout_puts(o->flow, " (");
		break;
	case ROW:
		row_start(o, node);
		break;
	case SHEETS:
		o->sheets = true;
		break;
	case SPACES:
		put_spaces(o, node);
		break;
	case TAB:
		doc_layout_put(o->flow, o->flow->depth > 0 ? " " : "\t", 1);
		break;
	case TABLE:
		table_start(o, node);
		break;
	default:
		break;
	}
}

/* Alternative text of a picture and the source of a formula bear names that
 * mean something else in a text. */
static bool
is_skipped(const struct doc_xml_node *node, int kind)
{
	return kind == SKIP ||
	    (kind == SVG_SKIP && strstr(node->ns, "svg") != NULL) ||
	    (kind == ANNOTATION && strstr(node->ns, "office") == NULL);
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct odf *o = ctx;
	int kind = doc_xml_find(elements, DOC_LEN(elements), node->name);

	if (o->skip == 0)
		doc_odf_lists_start(o->lists, node);
	if (o->skip > 0)
		o->skip++;
	else if (is_skipped(node, kind))
		o->skip = 1;
	else if (kind == ACTIVE || kind == MATH)
		o->active++;
	else if (kind == STYLE || kind == DISPLAY)
		doc_odf_hidden_read(&o->hidden, node);
	else if (o->active > 0)
		start_shown(o, node, kind);
	if (kind == MATH && o->skip == 0)
		o->paragraphs++;
}

static void
end_shown(struct odf *o, int kind)
{
	switch (kind) {
	case ANNOTATION:
	case BOX:
		if (o->boxes > 0)
			box_end(o);
		break;
	case CELL:
		cell_end(o);
		break;
	case DECLARATION:
	case LINE:
		line_end(o);
		break;
	case PAGE:
		page_end(o);
		break;
	case READING:
		doc_layout_puts(o->flow, ")");
		break;
	case ROW:
		row_end(o);
		break;
	case TABLE:
		table_end(o);
		break;
	default:
		break;
	}
}

static void
on_end(void *ctx, const char *name)
{
	struct odf *o = ctx;
	int kind = doc_xml_find(elements, DOC_LEN(elements), name);

	if (o->skip == 0)
		doc_odf_lists_end(o->lists, name);
	if (o->skip > 0)
		o->skip--;
	else if (kind == ACTIVE || kind == MATH)
		o->active -= o->active > 0;
	else if (o->active > 0)
		end_shown(o, kind);
	if (kind == MATH && o->skip == 0)
		o->paragraphs -= o->paragraphs > 0;
}

static bool
is_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memchr(" \t\r\n", s[i], 4) == NULL)
			return false;
	return true;
}

/* Impress writes "<number>" where a slide's number is filled in. */
static void
on_text(void *ctx, const char *s, size_t n)
{
	struct odf *o = ctx;

	if (o->skip > 0 || o->active == 0 || o->paragraphs == 0 ||
	    (n == 8 && memcmp(s, "<number>", 8) == 0))
		return;
	if (o->label.len > 0 && !is_blank(s, n)) {
		doc_layout_put(o->flow, o->label.data, o->label.len);
		o->label.len = 0;
	}
	doc_layout_wrap(o->flow, s, n);
}

static void
release(struct odf *o)
{
	for (size_t i = 0; i < DOC_LEN(o->box); i++)
		doc_buf_release(&o->box[i]);
	doc_buf_release(&o->row);
	doc_buf_release(&o->cell);
	doc_buf_release(&o->value);
	doc_buf_release(&o->label);
	doc_odf_hidden_release(&o->hidden);
}

int
doc_odf_put(struct doc_layout *flow, struct doc_odf_lists *lists, const char *p,
    size_t n)
{
	static const struct doc_xml_ops ops = { on_start, on_end, on_text };
	struct odf o = { .flow = flow, .lists = lists };
	int rc;

	flow->one_line = true;
	rc = doc_xml_parse(p, n, &ops, &o);
	/* A cut document ends inside its rows and boxes. */
	if (rc > 0) {
		while (o.boxes > 0)
			box_end(&o);
		if (o.cell_diverted)
			doc_layout_restore(flow, &o.cell_outer);
		if (o.row_diverted)
			doc_layout_restore(flow, &o.row_outer);
		doc_layout_merge(flow, &o.cell);
		doc_layout_merge(flow, &o.row);
		doc_layout_merge(flow, &o.box[0]);
	}
	doc_layout_flush(flow);
	release(&o);
	return rc;
}
