/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/biff.h"
#include "lib/format/cells.h"
#include "lib/format/number.h"
#include "lib/format/xls.h"
#include "lib/format/xlsx_book.h"

/* Sheets; as many as xlsx_book.c takes. */
enum { MAX_SHEETS = 16384 };

struct place {
	uint32_t at; /* of its first record */
	char *name;
};

struct format {
	unsigned id;
	char *code;
};

struct xls {
	struct doc_biff b;
	struct doc_layout flow;
	struct doc_cells cells;
	struct doc_book book; /* strings, formats; no sheets */
	struct place *place;
	unsigned places;
	struct format *format;
	size_t formats;
	struct doc_buf ids; /* unsigned each: format by style */
	struct doc_buf text;
	struct doc_buf notes; /* text boxes and notes of this sheet */
	long row;
	unsigned formula_column; /* its text is in the next record */
	bool encrypted;
};

static void
set_codepage(struct xls *x, unsigned codepage)
{
	char name[DOC_CHARSET_NAME];

	doc_charset_of_codepage(codepage, name);
	doc_charset_free(x->b.charset);
	x->b.charset = doc_charset_open(name);
}

/* --- what all sheets share -------------------------------------------------*/

/* A hidden one is a sheet like others, but said. */
static void
add_sheet(struct xls *x)
{
	struct place *p;
	unsigned state;

	if (x->b.n < 8 || x->places == MAX_SHEETS)
		return;
	p = reallocarray(x->place, x->places + 1, sizeof(*p));
	if (p == NULL)
		return;
	x->place = p;
	p += x->places++;
	x->text.len = 0;
	doc_biff_string(&x->b, 6, 1, &x->text);
	p->at = doc_le32(x->b.p);
	p->name = strdup(doc_buf_str(&x->text) ? x->text.data : "");
	state = x->b.p[4] & 3;
	if (state != 0 && p->name != NULL)
		doc_work_str(x->flow.text->work, DOC_F_HIDDEN, p->name);
}

static void
add_format(struct xls *x)
{
	struct format *p;

	if (x->b.n < 2 || x->formats == MAX_SHEETS)
		return;
	p = reallocarray(x->format, x->formats + 1, sizeof(*p));
	if (p == NULL)
		return;
	x->format = p;
	x->text.len = 0;
	doc_biff_string(&x->b, 2, x->b.version >= 8 ? 2 : 1, &x->text);
	x->format[x->formats++] = (struct format){ doc_le16(x->b.p),
		strdup(doc_buf_str(&x->text) ? x->text.data : "") };
}

/* Styles may name formats that come later: put together at the end. */
static void
resolve_formats(struct xls *x)
{
	unsigned id;

	for (size_t i = 0; i < x->ids.len; i += sizeof(id)) {
		const char *code;

		memcpy(&id, x->ids.data + i, sizeof(id));
		code = doc_number_builtin(id);
		for (size_t k = 0; k < x->formats; k++)
			if (x->format[k].id == id)
				code = x->format[k].code;
		doc_book_add_format(&x->book, code);
	}
}

/* The shared strings (2.4.265), each with formatting and phonetics behind. */
static void
read_strings(struct xls *x)
{
	struct doc_biff_run run = { .b = &x->b };
	unsigned char head[8], flags;
	uint32_t count;

	if (!doc_biff_take(&run, head, 8))
		return;
	count = doc_le32(head + 4);
	for (uint32_t i = 0; i < count; i++) {
		size_t runs = 0, extra = 0;
		unsigned units;

		if (!doc_biff_take(&run, head, 3))
			return;
		units = doc_le16(head);
		flags = head[2];
		if (flags & 8 && doc_biff_take(&run, head, 2))
			runs = doc_le16(head);
		if (flags & 4 && doc_biff_take(&run, head, 4))
			extra = doc_le32(head);
		if (!doc_biff_chars(&run, units, flags & 1, &x->book.strings) ||
		    doc_book_end_string(&x->book) < 0 ||
		    !doc_biff_skip(&run, 4 * runs + extra))
			return;
	}
}

static void
on_global(struct xls *x)
{
	unsigned id;

	switch (x->b.id) {
	case DOC_BIFF_CODEPAGE:
		if (x->b.n >= 2)
			set_codepage(x, doc_le16(x->b.p));
		break;
	case DOC_BIFF_DATE1904:
		x->book.from1904 = x->b.n >= 2 && doc_le16(x->b.p) != 0;
		break;
	case DOC_BIFF_BOUNDSHEET:
		add_sheet(x);
		break;
	case DOC_BIFF_FORMAT:
		add_format(x);
		break;
	case DOC_BIFF_XF:
		id = x->b.n >= 4 ? doc_le16(x->b.p + 2) : 0;
		doc_buf_add(&x->ids, &id, sizeof(id));
		break;
	case DOC_BIFF_SST:
		read_strings(x);
		break;
	case DOC_BIFF_FILEPASS:
		x->encrypted = true;
		break;
	default:
		break;
	}
}

/* --- cells -----------------------------------------------------------------*/

static void
put_text(struct xls *x, unsigned column)
{
	doc_cells_put(&x->cells, column, x->text.data, x->text.len);
	x->text.len = 0;
}

static void
put_number(struct xls *x, unsigned column, unsigned style, double v)
{
	const char *code = doc_book_format(&x->book, style);

	x->text.len = 0;
	if (code == NULL ||
	    doc_number_show(&x->text, v, code, x->book.from1904) < 0)
		doc_number_plain(&x->text, v);
	put_text(x, column);
}

static double
le_double(const char *p)
{
	uint64_t bits = doc_le64(p);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static void
put_bool(struct xls *x, unsigned column, unsigned value, bool is_error)
{
	x->text.len = 0;
	if (is_error)
		doc_buf_adds(&x->text, doc_number_error(value));
	else
		doc_buf_adds(&x->text, value ? "TRUE" : "FALSE");
	put_text(x, column);
}

/* A formula's last result (2.4.127): a number, or the kind of something else.
 */
static void
put_formula(struct xls *x, unsigned column, unsigned style, const char *p)
{
	if (doc_le16(p + 6) != 0xffff) {
		put_number(x, column, style, le_double(p));
		return;
	}
	if (*p == 0)
		x->formula_column = column;
	else if (*p == 1 || *p == 2)
		put_bool(x, column, (unsigned char)p[2], *p == 2);
}

static void
put_multiple(struct xls *x, unsigned column)
{
	for (size_t at = 4; at + 8 <= x->b.n; at += 6)
		put_number(x, column++, doc_le16(x->b.p + at),
		    doc_number_rk(x->b.p + at + 2));
}

static void
move_to(struct xls *x, long row)
{
	if (row != x->row)
		doc_cells_row(&x->cells);
	x->row = row;
}

/* One that is in the workbook once for all cells that show it. */
static void
put_shared(struct xls *x, unsigned column)
{
	x->text.len = 0;
	doc_book_string(&x->book, doc_le32(x->b.p + 6), &x->text);
	put_text(x, column);
}

/* A record of a cell: row, column, style (before Excel 3: three bytes). */
static bool
on_cell(struct xls *x)
{
	struct doc_biff *b = &x->b;
	size_t at = b->version == 2 ? 7 : 6;
	unsigned column, style, kind = b->id & 0xff;

	if (b->n < at + 2)
		return false;
	column = doc_le16(b->p + 2);
	style = b->version == 2 ? 0 : doc_le16(b->p + 4);
	move_to(x, (long)doc_le16(b->p));
	x->text.len = 0;
	if (b->id == DOC_BIFF_LABELSST && b->n >= 10) {
		put_shared(x, column);
	} else if (b->id == DOC_BIFF_RK && b->n >= 10) {
		put_number(x, column, style, doc_number_rk(b->p + 6));
	} else if (b->id == DOC_BIFF_MULRK) {
		put_multiple(x, column);
	} else if (kind == DOC_BIFF_LABEL || b->id == DOC_BIFF_RSTRING) {
		doc_biff_string(b, at, b->version == 2 ? 1 : 2, &x->text);
		put_text(x, column);
	} else if (kind == DOC_BIFF_NUMBER && b->n >= at + 8) {
		put_number(x, column, style, le_double(b->p + at));
	} else if (kind == DOC_BIFF_INTEGER) {
		put_number(x, column, style, doc_le16(b->p + at));
	} else if (kind == DOC_BIFF_BOOLERR) {
		put_bool(x, column, (unsigned char)b->p[at], b->p[at + 1] != 0);
	} else if (kind == DOC_BIFF_FORMULA && b->n >= at + 8) {
		put_formula(x, column, style, b->p + at);
	}
	return true;
}

static bool
is_cell(const struct doc_biff *b)
{
	static const unsigned upper[] = { 0, 0x200, 0x400 };
	unsigned kind = b->id & 0xff;

	if (b->id == DOC_BIFF_LABELSST || b->id == DOC_BIFF_RK ||
	    b->id == DOC_BIFF_MULRK || b->id == DOC_BIFF_RSTRING)
		return true;
	for (size_t i = 0; i < DOC_LEN(upper); i++)
		if (b->id == kind + upper[i] && kind >= DOC_BIFF_INTEGER &&
		    kind <= DOC_BIFF_FORMULA)
			return true;
	return false;
}

/* --- the rest of a sheet ---------------------------------------------------*/

/* A text box or note (2.4.329): its text is in the records behind it. */
static void
put_box(struct xls *x)
{
	struct doc_biff_run run = { .b = &x->b, .at = x->b.n };
	unsigned units = x->b.n >= 14 ? doc_le16(x->b.p + 10) : 0;

	x->text.len = 0;
	if (units > 0 && doc_biff_chars(&run, units, false, &x->text)) {
		doc_buf_add(&x->notes, x->text.data, x->text.len);
		doc_buf_addc(&x->notes, '\n');
	}
	x->text.len = 0;
}

static void
put_note(struct xls *x)
{
	/* Since Excel 97 this is the author; the text is in a box. */
	x->text.len = 0;
	if (x->b.version >= 8)
		doc_biff_string(&x->b, 8, 2, &x->text);
	else
		doc_biff_string(&x->b, 4, 2, &x->text);
	doc_buf_add(&x->notes, x->text.data, x->text.len);
	doc_buf_addc(&x->notes, '\n');
	x->text.len = 0;
}

static void
put_furniture(struct xls *x)
{
	const char *s;

	doc_cells_end(&x->cells);
	x->row = -1;
	x->text.len = 0;
	doc_biff_string(&x->b, 0, x->b.version >= 8 ? 2 : 1, &x->text);
	s = doc_buf_str(&x->text);
	if (s != NULL)
		doc_cells_furniture(&x->flow, s);
}

static void
on_record(struct xls *x)
{
	if (is_cell(&x->b)) {
		on_cell(x);
		return;
	}
	if ((x->b.id & 0xdff) == DOC_BIFF_STRING) {
		x->text.len = 0;
		doc_biff_string(&x->b, 0, x->b.version == 2 ? 1 : 2, &x->text);
		put_text(x, x->formula_column);
		return;
	}
	switch (x->b.id) {
	case DOC_BIFF_HEADER:
	case DOC_BIFF_FOOTER:
		put_furniture(x);
		break;
	case DOC_BIFF_NOTE:
		put_note(x);
		break;
	case DOC_BIFF_TXO:
		put_box(x);
		break;
	case DOC_BIFF_SERIESTEXT:
		x->text.len = 0;
		doc_biff_string(&x->b, 2, 1, &x->text);
		doc_buf_add(&x->notes, x->text.data, x->text.len);
		doc_buf_addc(&x->notes, '\n');
		break;
	default:
		on_global(x);
		break;
	}
}

/* A stream of records ends where it began: charts have their own inside. */
static void
read_stream(struct xls *x, void (*on)(struct xls *x))
{
	unsigned depth = 0;

	while (doc_biff_next(&x->b) && !x->flow.text->full && !x->encrypted) {
		if ((x->b.id & 0xff) == DOC_BIFF_BOF &&
		    (x->b.id & ~0xe00u) == DOC_BIFF_BOF)
			depth++;
		else if (x->b.id == DOC_BIFF_EOF && depth > 0)
			depth--;
		else
			on(x);
		if (depth == 0)
			break;
	}
}

static void
put_sheet(struct xls *x, const struct place *place)
{
	x->b.at = place->at;
	x->row = -1;
	x->cells = (struct doc_cells){ .flow = &x->flow };
	doc_layout_wrap(&x->flow, place->name, strlen(place->name));
	doc_layout_line(&x->flow);
	read_stream(x, on_record);
	doc_cells_end(&x->cells);
	doc_layout_merge(&x->flow, &x->notes);
	doc_layout_flush(&x->flow);
}

/* By the first record: its number, and from 5 on what it says (2.4.21). */
static unsigned
version_of(const char *p, size_t n)
{
	unsigned id = n >= 8 ? doc_le16(p) : 0;

	if (id == 0x809)
		return doc_le16(p + 4) == 0x600 ? 8 : 5;
	if (id == 0x409 || id == 0x209)
		return id == 0x409 ? 4 : 3;
	return id == 0x009 ? 2 : 0;
}

bool
doc_xls_is_bare(const char *p, size_t n)
{
	unsigned version = version_of(p, n);

	return version >= 2 && version <= 5 && doc_le16(p + 2) <= 16;
}

static int
read_all(struct xls *x, struct doc_error *err)
{
	struct place whole = { 0, (char[]){ "" } };

	x->b.version = version_of(x->b.data, x->b.size);
	if (x->b.version == 0)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "the workbook has no beginning");
	if (x->b.version >= 5)
		read_stream(x, on_global);
	if (x->encrypted)
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the workbook is encrypted");
	resolve_formats(x);
	if (x->b.version < 5)
		put_sheet(x, &whole);
	for (unsigned i = 0; i < x->places; i++) {
		put_sheet(x, &x->place[i]);
		if (doc_text_page(x->flow.text, x->places) < 0)
			break;
	}
	return 0;
}

int
doc_xls_text(const char *p, size_t n, struct doc_text *text,
    struct doc_error *err)
{
	struct xls x = { .b = { .data = p, .size = n },
		.flow = { .text = text, .one_line = true } };
	int rc;

	x.book.strings.max = x.book.ends.max = DOC_OPC_PART_MAX;
	set_codepage(&x, 1252);
	rc = read_all(&x, err);
	for (unsigned i = 0; i < x.places; i++)
		free(x.place[i].name);
	for (size_t i = 0; i < x.formats; i++)
		free(x.format[i].code);
	free(x.place);
	free(x.format);
	doc_book_release(&x.book);
	doc_charset_free(x.b.charset);
	doc_buf_release(&x.ids);
	doc_buf_release(&x.text);
	doc_buf_release(&x.notes);
	return rc;
}
