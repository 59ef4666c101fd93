/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/cells.h"
#include "lib/format/markup.h"
#include "lib/format/number.h"
#include "lib/format/ooxml_kinds.h"
#include "lib/format/xlsx_book.h"
#include "lib/format/xlsx_format.h"
#include "lib/format/xml.h"

enum kind { CELL = 1, FORMULA, FURNITURE, ROW, SKIP, TEXT, VALUE };

/* Sorted by byte. */
static const struct doc_xml_token elements[] = {
	{ "c", CELL },
	{ "evenFooter", FURNITURE },
	{ "evenHeader", FURNITURE },
	{ "extLst", SKIP },
	{ "f", FORMULA },
	{ "firstFooter", FURNITURE },
	{ "firstHeader", FURNITURE },
	{ "oddFooter", FURNITURE },
	{ "oddHeader", FURNITURE },
	{ "rPh", SKIP },
	{ "row", ROW },
	{ "t", TEXT },
	{ "v", VALUE },
};

struct workbook {
	struct doc_opc *opc;
	struct doc_book book;
};

struct sheet {
	const struct doc_book *book;
	struct doc_cells cells;
	struct doc_buf value; /* of the cell or header being read */
	struct doc_buf formula;
	struct doc_buf shown;
	char type[16];
	unsigned style;
	unsigned column; /* of this cell, from 0 */
	unsigned next;	 /* column after the last cell */
	unsigned skip;
	struct doc_buf *take; /* where text belongs, or NULL */
	bool valued;	      /* there is a value, be it empty */
};

/* "BC12" is column 54; false when there is no such thing. */
static bool
column_of(const char *ref, unsigned *column)
{
	unsigned n = 0, i = 0;

	for (; ref[i] >= 'A' && ref[i] <= 'Z' && i < 4; i++)
		n = n * 26 + (unsigned)(ref[i] - 'A') + 1;
	if (n == 0)
		return false;
	*column = n - 1;
	return true;
}

static void
start_cell(struct sheet *sh, const struct doc_xml_node *node)
{
	const char *ref = doc_xml_attr(node, "r");
	const char *type = doc_xml_attr(node, "t");
	const char *style = doc_xml_attr(node, "s");

	sh->column = sh->next;
	if (ref != NULL)
		column_of(ref, &sh->column);
	snprintf(sh->type, sizeof(sh->type), "%s", type ? type : "n");
	sh->style = style ? (unsigned)strtoul(style, NULL, 10) : 0;
	sh->value.len = sh->formula.len = 0;
	sh->valued = false;
}

static void
show_number(struct sheet *sh, const char *s)
{
	const char *code = doc_book_format(sh->book, sh->style);
	char *end;
	double v = strtod(s, &end);

	if (code == NULL || end == s || *end != '\0' ||
	    doc_number_show(&sh->shown, v, code, sh->book->from1904) < 0)
		doc_xlsx_number(&sh->shown, s);
}

/* What the cell shows, by its type (ISO 29500-1, 18.18.11). */
static void
show(struct sheet *sh)
{
	const char *s = doc_buf_str(&sh->value);

	sh->shown.len = 0;
	if (s == NULL || sh->value.len == 0)
		return;
	if (strcmp(sh->type, "s") == 0)
		doc_book_string(sh->book, strtoul(s, NULL, 10), &sh->shown);
	else if (strcmp(sh->type, "b") == 0)
		doc_buf_adds(&sh->shown, *s == '0' ? "FALSE" : "TRUE");
	else if (strcmp(sh->type, "n") == 0)
		show_number(sh, s);
	else
		doc_xlsx_unescape(&sh->shown, s, sh->value.len);
}

/* What no program has reckoned yet: those that only write sheets leave the
 * value to who opens them. */
static void
show_formula(struct sheet *sh)
{
	if (doc_buf_addc(&sh->shown, '=') == 0)
		doc_buf_add(&sh->shown, sh->formula.data, sh->formula.len);
}

static void
end_cell(struct sheet *sh)
{
	show(sh);
	if (!sh->valued && sh->formula.len > 0)
		show_formula(sh);
	doc_cells_put(&sh->cells, sh->column, sh->shown.data, sh->shown.len);
	sh->next = sh->column + 1;
}

static void
end_furniture(struct sheet *sh)
{
	const char *s = doc_buf_str(&sh->value);

	if (s != NULL)
		doc_cells_furniture(sh->cells.flow, s);
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct sheet *sh = ctx;

	if (sh->skip > 0) {
		sh->skip++;
		return;
	}
	sh->take = NULL;
	switch (doc_xml_find(elements, DOC_LEN(elements), node->name)) {
	case CELL:
		start_cell(sh, node);
		break;
	case ROW:
		doc_cells_row(&sh->cells);
		sh->next = 0;
		break;
	case FURNITURE:
		sh->value.len = 0;
		sh->take = &sh->value;
		break;
	case FORMULA:
		sh->take = &sh->formula;
		break;
	case TEXT:
	case VALUE:
		sh->valued = true;
		sh->take = &sh->value;
		break;
	case SKIP:
		sh->skip = 1;
		break;
	default:
		break;
	}
}

static void
on_end(void *ctx, const char *name)
{
	struct sheet *sh = ctx;

	if (sh->skip > 0) {
		sh->skip--;
		return;
	}
	sh->take = NULL;
	switch (doc_xml_find(elements, DOC_LEN(elements), name)) {
	case CELL:
		end_cell(sh);
		break;
	case ROW:
		doc_cells_end(&sh->cells);
		break;
	case FURNITURE:
		end_furniture(sh);
		break;
	default:
		break;
	}
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct sheet *sh = ctx;

	if (sh->take && sh->skip == 0)
		doc_buf_add(sh->take, s, n);
}

static void
put_cells(void *ctx, const char *part)
{
	static const struct doc_xml_ops ops = { on_start, on_end, on_text };
	doc_autobuf struct doc_buf xml = { 0 };
	struct workbook *w = ctx;
	struct doc_opc *opc = w->opc;
	struct sheet sh = { .book = &w->book, .cells.flow = &opc->flow };

	if (doc_opc_read(opc, part, &xml, NULL) < 0 ||
	    doc_xml_parse(xml.data, xml.len, &ops, &sh) != 0)
		doc_opc_damaged(opc);
	opc->flow.depth = 0;
	doc_buf_release(&sh.value);
	doc_buf_release(&sh.formula);
	doc_buf_release(&sh.shown);
}

/* Text boxes, charts and diagrams that lie on the sheet. */
static void
put_drawing(struct doc_opc *opc, const char *part)
{
	static const char *const inside[] = { "chart", "diagramData" };
	doc_autorels struct doc_rels rels = { 0 };

	doc_markup_part(opc, part, 0);
	doc_rels_read(opc, part, &rels);
	for (size_t i = 0; i < DOC_LEN(inside); i++)
		doc_markup_rels(opc, &rels, inside[i], 0);
}

static void
put_around(struct doc_opc *opc, const char *part)
{
	static const char *const notes[] = { "comments", "threadedComment" };
	doc_autorels struct doc_rels rels = { 0 };
	const struct doc_rel *rel;
	size_t at = 0;

	doc_rels_read(opc, part, &rels);
	while ((rel = doc_rels_next(&rels, "drawing", &at)) != NULL)
		put_drawing(opc, rel->target);
	for (size_t i = 0; i < DOC_LEN(notes); i++)
		doc_markup_rels(opc, &rels, notes[i], 0);
}

void
doc_xlsx_put_sheets(struct doc_opc *opc, const struct doc_book *book,
    void (*put)(void *ctx, const char *part), void *ctx)
{
	for (unsigned i = 0; i < book->sheet_count; i++) {
		const struct doc_book_sheet *sheet = &book->sheet[i];

		doc_layout_wrap(&opc->flow, sheet->name, strlen(sheet->name));
		doc_layout_line(&opc->flow);
		put(ctx, sheet->part);
		put_around(opc, sheet->part);
		doc_layout_flush(&opc->flow);
		if (doc_text_page(opc->flow.text, book->sheet_count) < 0)
			break;
	}
}

void
doc_xlsx_put(struct doc_opc *opc, const char *part, const struct doc_buf *xml)
{
	struct workbook w = { .opc = opc };

	opc->flow.one_line = true;
	doc_book_read(opc, part, xml, &w.book);
	doc_xlsx_put_sheets(opc, &w.book, put_cells, &w);
	doc_book_release(&w.book);
}
