/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xlsb - workbooks of Excel 2007 with binary parts ([MS-XLSB]). */
#include <stdio.h>
#include <string.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/cells.h"
#include "lib/format/number.h"
#include "lib/format/ooxml_kinds.h"
#include "lib/format/xlsx_book.h"

/* Custom formats; styles are capped by xlsx_book.c. */
enum { MAX_FORMATS = 65536 };

/* Records ([MS-XLSB] 2.3.1). */
enum {
	ROW = 0,
	CELL_BLANK = 1,
	CELL_RK = 2,
	CELL_ERROR = 3,
	CELL_BOOL = 4,
	CELL_REAL = 5,
	CELL_STRING = 6,
	CELL_SHARED = 7,
	FORMULA_STRING = 8,
	FORMULA_REAL = 9,
	FORMULA_BOOL = 10,
	FORMULA_ERROR = 11,
	STRING_ITEM = 19,
	FORMAT = 44,
	STYLE = 47,
	CELL_RICH = 62,
	PROPERTIES = 153,
	SHEET = 156,
	STYLES_BEGIN = 617,
	STYLES_END = 618
};

struct part {
	const char *p;
	size_t n, at;
	unsigned id;	  /* of the record */
	const char *body; /* of the record */
	size_t len;
};

struct format {
	unsigned id;
	char *code;
};

struct reader {
	struct doc_opc *opc;
	const struct doc_rels *rels;
	struct doc_book book;
	struct doc_cells cells;
	struct format *format;
	size_t formats;
	struct doc_buf text;
	bool in_styles;
	bool full;
};

/* Numbers of seven bits a byte, low ones first; at most `max` bytes. */
static bool
take_number(struct part *part, unsigned max, unsigned *number)
{
	*number = 0;
	for (unsigned i = 0; i < max && part->at < part->n; i++) {
		unsigned char c = (unsigned char)part->p[part->at++];

		*number |= (unsigned)(c & 0x7f) << (7 * i);
		if ((c & 0x80) == 0)
			return true;
	}
	return false;
}

static bool
next(struct part *part)
{
	unsigned len;

	if (!take_number(part, 2, &part->id) || !take_number(part, 4, &len) ||
	    len > part->n - part->at)
		return false;
	part->body = part->p + part->at;
	part->len = len;
	part->at += len;
	return true;
}

/* A string at offset `at`: count, then UTF-16 (2.5.169); returns what is
 * behind it, or 0. */
static size_t
take_string(const struct part *part, size_t at, struct doc_buf *utf8)
{
	uint32_t count;

	if (at + 4 > part->len)
		return 0;
	count = doc_le32(part->body + at);
	/* NULL is written so. */
	if (count == UINT32_MAX)
		return at + 4;
	if (count > (part->len - at - 4) / 2 ||
	    doc_utf8_put_utf16(utf8, part->body + at + 4, count, 2) < 0)
		return 0;
	return at + 4 + 2 * (size_t)count;
}

static void
add_sheet(struct reader *r, const struct part *part)
{
	doc_autobuf struct doc_buf id = { 0 }, name = { 0 };
	const struct doc_rel *rel;
	size_t at = take_string(part, 8, &id);

	if (at == 0 || take_string(part, at, &name) == 0 ||
	    doc_buf_str(&id) == NULL || doc_buf_str(&name) == NULL)
		return;
	rel = doc_rels_find(r->rels, id.data);
	if (rel == NULL)
		return;
	doc_book_add_sheet(&r->book, name.data, rel->target);
	if (doc_le32(part->body) != 0)
		doc_work_str(r->opc->flow.text->work, DOC_F_HIDDEN, name.data);
}

static void
add_format(struct reader *r, const struct part *part)
{
	struct format *p;

	r->text.len = 0;
	if (part->len < 6 || r->formats == MAX_FORMATS ||
	    take_string(part, 2, &r->text) == 0 ||
	    doc_buf_str(&r->text) == NULL)
		return;
	p = reallocarray(r->format, r->formats + 1, sizeof(*p));
	if (p == NULL)
		return;
	r->format = p;
	r->format[r->formats++] = (struct format){ doc_le16(part->body),
		strdup(r->text.data) };
}

static void
add_style(struct reader *r, const struct part *part)
{
	unsigned id = part->len >= 4 ? doc_le16(part->body + 2) : 0;
	const char *code = doc_number_builtin(id);

	for (size_t i = 0; i < r->formats; i++)
		if (r->format[i].id == id)
			code = r->format[i].code;
	doc_book_add_format(&r->book, code);
}

static void
on_shared(struct reader *r, const struct part *part)
{
	switch (part->id) {
	case PROPERTIES:
		r->book.from1904 = part->len >= 1 && part->body[0] & 1;
		break;
	case SHEET:
		add_sheet(r, part);
		break;
	case FORMAT:
		add_format(r, part);
		break;
	case STYLES_BEGIN:
	case STYLES_END:
		r->in_styles = part->id == STYLES_BEGIN;
		break;
	case STYLE:
		if (r->in_styles)
			add_style(r, part);
		break;
	case STRING_ITEM:
		take_string(part, 1, &r->book.strings);
		if (doc_book_end_string(&r->book) < 0)
			r->full = true;
		break;
	default:
		break;
	}
}

static double
real(const char *p)
{
	uint64_t bits = doc_le64(p);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static void
show_number(struct reader *r, unsigned style, double v)
{
	const char *code = doc_book_format(&r->book, style);

	if (code == NULL ||
	    doc_number_show(&r->text, v, code, r->book.from1904) < 0)
		doc_number_plain(&r->text, v);
}

/* Column, style, value (2.5.9); formulas have the last result there. */
static void
put_cell(struct reader *r, const struct part *part)
{
	unsigned style;

	if (part->len < 9)
		return;
	r->text.len = 0;
	style = doc_le32(part->body + 4) & 0xffffff;
	switch (part->id) {
	case CELL_RK:
		if (part->len >= 12)
			show_number(r, style, doc_number_rk(part->body + 8));
		break;
	case CELL_REAL:
	case FORMULA_REAL:
		if (part->len >= 16)
			show_number(r, style, real(part->body + 8));
		break;
	case CELL_BOOL:
	case FORMULA_BOOL:
		doc_buf_adds(&r->text, part->body[8] ? "TRUE" : "FALSE");
		break;
	case CELL_ERROR:
	case FORMULA_ERROR:
		doc_buf_adds(&r->text,
		    doc_number_error((unsigned char)part->body[8]));
		break;
	case CELL_SHARED:
		if (part->len >= 12)
			doc_book_string(&r->book, doc_le32(part->body + 8),
			    &r->text);
		break;
	case CELL_RICH:
		take_string(part, 9, &r->text);
		break;
	case CELL_STRING:
	case FORMULA_STRING:
		take_string(part, 8, &r->text);
		break;
	default:
		break;
	}
	doc_cells_put(&r->cells, doc_le32(part->body), r->text.data,
	    r->text.len);
}

static void
on_cell(struct reader *r, const struct part *part)
{
	if (part->id == ROW)
		doc_cells_row(&r->cells);
	else if (part->id <= FORMULA_ERROR || part->id == CELL_RICH)
		put_cell(r, part);
}

static void
read_part(struct reader *r, const char *name,
    void (*on)(struct reader *r, const struct part *part))
{
	doc_autobuf struct doc_buf buf = { 0 };
	struct part part = { 0 };

	if (doc_opc_read(r->opc, name, &buf, NULL) < 0) {
		doc_opc_damaged(r->opc);
		return;
	}
	part.p = buf.data;
	part.n = buf.len;
	while (next(&part) && !r->opc->flow.text->full)
		on(r, &part);
	if (part.at < part.n && !r->opc->flow.text->full)
		doc_opc_damaged(r->opc);
}

static void
put_cells(void *ctx, const char *part)
{
	struct reader *r = ctx;

	r->cells = (struct doc_cells){ .flow = &r->opc->flow };
	read_part(r, part, on_cell);
	doc_cells_end(&r->cells);
}

void
doc_xlsb_put(struct doc_opc *opc, const char *part)
{
	static const char *const shared[] = { "styles", "sharedStrings" };
	doc_autorels struct doc_rels rels = { 0 };
	struct reader r = { .opc = opc, .rels = &rels };

	opc->flow.one_line = true;
	r.book.strings.max = r.book.ends.max = DOC_OPC_PART_MAX;
	doc_rels_read(opc, part, &rels);

	read_part(&r, part, on_shared);
	for (size_t i = 0; i < DOC_LEN(shared); i++) {
		size_t at = 0;
		const struct doc_rel *rel = doc_rels_next(&rels, shared[i],
		    &at);

		if (rel != NULL)
			read_part(&r, rel->target, on_shared);
	}
	if (r.full)
		doc_work_reason(opc->flow.text->work, DOC_R_MEMORY);
	doc_xlsx_put_sheets(opc, &r.book, put_cells, &r);
	for (size_t i = 0; i < r.formats; i++)
		free(r.format[i].code);
	free(r.format);
	doc_buf_release(&r.text);
	doc_book_release(&r.book);
}
