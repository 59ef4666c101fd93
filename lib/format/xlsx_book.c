/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/number.h"
#include "lib/format/xlsx_book.h"
#include "lib/format/xlsx_format.h"
#include "lib/format/xml.h"

/* Sheets are limited by memory in spreadsheet programs; styles to 65,490. */
enum { MAX_SHEETS = 16384, MAX_STYLES = 65536 };

enum kind {
	CUSTOM = 1,
	PROPERTIES,
	READING,
	SHEET,
	STRING,
	STYLE,
	STYLES,
	TEXT
};

/* Sorted by byte; of workbook, shared strings and styles. */
static const struct doc_xml_token elements[] = {
	{ "cellXfs", STYLES },
	{ "numFmt", CUSTOM },
	{ "rPh", READING },
	{ "sheet", SHEET },
	{ "si", STRING },
	{ "t", TEXT },
	{ "workbookPr", PROPERTIES },
	{ "xf", STYLE },
};

struct custom {
	unsigned id;
	char *code;
};

struct reader {
	struct doc_book *book;
	struct doc_work *work;
	const struct doc_rels *rels;
	struct doc_buf raw;	/* the shared string being read */
	struct doc_buf reading; /* how its characters are read */
	struct custom *custom;
	size_t custom_count;
	bool in_text, in_reading, in_styles;
	bool full;
};

void
doc_xlsx_unescape(struct doc_buf *out, const char *s, size_t n)
{
	size_t i = 0, from;

	while (i < n) {
		char hex[5] = "";
		unsigned long r = 0;

		from = i;
		if (n - i >= 7 && s[i] == '_' && s[i + 1] == 'x' &&
		    s[i + 6] == '_') {
			memcpy(hex, s + i + 2, 4);
			if (strspn(hex, "0123456789abcdefABCDEF") == 4)
				r = strtoul(hex, NULL, 16);
		}
		if (r > 0) {
			doc_utf8_put(out, (uint32_t)r);
			i += 7;
			continue;
		}
		for (i++; i < n && s[i] != '_'; i++)
			;
		doc_buf_add(out, s + from, i - from);
	}
}

void
doc_book_add_sheet(struct doc_book *book, const char *name, const char *part)
{
	struct doc_book_sheet *p;

	if (book->sheet_count == MAX_SHEETS)
		return;
	p = reallocarray(book->sheet, book->sheet_count + 1, sizeof(*p));
	if (p == NULL)
		return;
	book->sheet = p;
	p += book->sheet_count;
	p->name = strdup(name);
	p->part = strdup(part);
	if (p->name != NULL && p->part != NULL) {
		book->sheet_count++;
		return;
	}
	free(p->name);
	free(p->part);
}

static void
add_sheet(struct reader *r, const struct doc_xml_node *node)
{
	const char *name = doc_xml_attr(node, "name");
	const char *state = doc_xml_attr(node, "state");
	const struct doc_rel *rel = doc_rels_find(r->rels,
	    doc_xml_attr_in(node, "relationships", "id"));

	if (rel == NULL)
		return;
	doc_book_add_sheet(r->book, name ? name : "", rel->target);
	if (state != NULL && strcmp(state, "visible") != 0)
		doc_work_str(r->work, DOC_F_HIDDEN, name ? name : "");
}

static void
add_custom(struct reader *r, const struct doc_xml_node *node)
{
	const char *id = doc_xml_attr(node, "numFmtId");
	const char *code = doc_xml_attr(node, "formatCode");
	struct custom *p;

	if (id == NULL || code == NULL || r->custom_count == MAX_STYLES)
		return;
	p = reallocarray(r->custom, r->custom_count + 1, sizeof(*p));
	if (p == NULL)
		return;
	r->custom = p;
	p += r->custom_count++;
	p->id = (unsigned)strtoul(id, NULL, 10);
	p->code = strdup(code);
}

void
doc_book_add_format(struct doc_book *book, const char *code)
{
	char *copy = NULL;

	if (book->formats.len / sizeof(copy) >= MAX_STYLES)
		return;
	copy = code ? strdup(code) : NULL;
	if (doc_buf_add(&book->formats, &copy, sizeof(copy)) < 0)
		free(copy);
}

static void
add_style(struct reader *r, const struct doc_xml_node *node)
{
	const char *id = doc_xml_attr(node, "numFmtId");
	unsigned n = id ? (unsigned)strtoul(id, NULL, 10) : 0;
	const char *code = doc_number_builtin(n);

	for (size_t i = 0; i < r->custom_count; i++)
		if (r->custom[i].id == n)
			code = r->custom[i].code;
	doc_book_add_format(r->book, code);
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct reader *r = ctx;
	const char *s;

	switch (doc_xml_find(elements, DOC_LEN(elements), node->name)) {
	case SHEET:
		add_sheet(r, node);
		break;
	case PROPERTIES:
		s = doc_xml_attr(node, "date1904");
		r->book->from1904 = s != NULL && (*s == '1' || *s == 't');
		break;
	case CUSTOM:
		add_custom(r, node);
		break;
	case STYLES:
		r->in_styles = true;
		break;
	case STYLE:
		if (r->in_styles)
			add_style(r, node);
		break;
	case TEXT:
		r->in_text = true;
		break;
	case READING:
		r->in_reading = true;
		break;
	default:
		break;
	}
}

int
doc_book_end_string(struct doc_book *book)
{
	size_t end = book->strings.len;

	return doc_buf_add(&book->ends, &end, sizeof(end));
}

/* How to read it follows: who knows a name by its sound only finds it so. */
static void
end_string(struct reader *r)
{
	if (r->reading.len > 0) {
		doc_buf_addc(&r->raw, ' ');
		doc_buf_add(&r->raw, r->reading.data, r->reading.len);
		r->reading.len = 0;
	}
	doc_xlsx_unescape(&r->book->strings, r->raw.data, r->raw.len);
	r->raw.len = 0;
	if (doc_book_end_string(r->book) < 0)
		r->full = true;
}

static void
on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;

	switch (doc_xml_find(elements, DOC_LEN(elements), name)) {
	case TEXT:
		r->in_text = false;
		break;
	case READING:
		r->in_reading = false;
		break;
	case STRING:
		end_string(r);
		break;
	case STYLES:
		r->in_styles = false;
		break;
	default:
		break;
	}
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct reader *r = ctx;
	struct doc_buf *to = r->in_reading ? &r->reading : &r->raw;

	if (r->in_text && doc_buf_add(to, s, n) < 0)
		r->full = true;
}

static const struct doc_xml_ops ops = { on_start, on_end, on_text };

/* The one part that has a type of relation to the workbook. */
static void
read_shared(struct doc_opc *opc, struct reader *r, const char *type)
{
	doc_autobuf struct doc_buf xml = { 0 };
	size_t at = 0;
	const struct doc_rel *rel = doc_rels_next(r->rels, type, &at);

	if (rel == NULL)
		return;
	if (doc_opc_read(opc, rel->target, &xml, NULL) < 0 ||
	    doc_xml_parse(xml.data, xml.len, &ops, r) != 0)
		doc_opc_damaged(opc);
}

void
doc_book_read(struct doc_opc *opc, const char *part, const struct doc_buf *xml,
    struct doc_book *book)
{
	doc_autorels struct doc_rels rels = { 0 };
	struct reader r = { .book = book,
		.work = opc->flow.text->work,
		.rels = &rels };

	book->strings.max = book->ends.max = DOC_OPC_PART_MAX;
	doc_rels_read(opc, part, &rels);
	if (doc_xml_parse(xml->data, xml->len, &ops, &r) != 0)
		doc_opc_damaged(opc);
	read_shared(opc, &r, "styles");
	read_shared(opc, &r, "sharedStrings");
	if (r.full)
		doc_work_reason(opc->flow.text->work, DOC_R_MEMORY);
	for (size_t i = 0; i < r.custom_count; i++)
		free(r.custom[i].code);
	free(r.custom);
	doc_buf_release(&r.raw);
	doc_buf_release(&r.reading);
}

void
doc_book_string(const struct doc_book *book, size_t i, struct doc_buf *out)
{
	size_t range[2] = { 0 };

	if (i >= book->ends.len / sizeof(range[0]))
		return;
	if (i == 0)
		memcpy(&range[1], book->ends.data, sizeof(range[1]));
	else
		memcpy(range, book->ends.data + (i - 1) * sizeof(range[0]),
		    sizeof(range));
	doc_buf_add(out, book->strings.data + range[0], range[1] - range[0]);
}

const char *
doc_book_format(const struct doc_book *book, size_t style)
{
	const char *code;

	if (style >= book->formats.len / sizeof(code))
		return NULL;
	memcpy(&code, book->formats.data + style * sizeof(code), sizeof(code));
	return code;
}

void
doc_book_release(struct doc_book *book)
{
	char *code;

	for (unsigned i = 0; i < book->sheet_count; i++) {
		free(book->sheet[i].name);
		free(book->sheet[i].part);
	}
	free(book->sheet);
	for (size_t i = 0; i < book->formats.len / sizeof(code); i++) {
		memcpy(&code, book->formats.data + i * sizeof(code),
		    sizeof(code));
		free(code);
	}
	doc_buf_release(&book->strings);
	doc_buf_release(&book->ends);
	doc_buf_release(&book->formats);
}
