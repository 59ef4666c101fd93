/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/charset.h"
#include "lib/format/layout.h"
#include "lib/format/meta.h"
#include "lib/format/word.h"
#include "lib/format/word_field.h"
#include "lib/format/word_impl.h"
#include "lib/format/word_lists.h"

/* Fields inside each other; Word allows 20. */
enum { MAX_FIELDS = 32 };

/* The file information block (2.5.1): before Word 97 its places differ. */
enum { SAVED_BY = 0x2d2 };
enum { NFIB_97 = 0xc1, WORD_MAGIC = 0xa5ec, WORD_6_MAGIC = 0xa5dc };

/* Lengths of the stories, in the order of their characters (2.5.4): body,
 * footnotes, page headers, macros, comments, endnotes, boxes, header boxes. */
enum { STORIES = 8 };

struct piece {
	uint32_t from, to; /* characters */
	uint32_t fc;	   /* byte in the stream */
	unsigned width;	   /* bytes a character */
};

struct word {
	struct doc_layout flow;
	struct doc_buf stream, table; /* table: or the stream again */
	const struct doc_buf *tables;
	bool old; /* Word 6 or 95 */
	uint32_t length[STORIES];
	struct piece *piece;
	size_t pieces;
	struct doc_word_marks deleted, row_ends;
	struct doc_charset *narrow, *wide;
	struct doc_buf run; /* bytes of the decoder `cs`, not yet put */
	struct doc_charset *cs;
	bool in_code[MAX_FIELDS]; /* of each open field: before its result */
	unsigned fields;
	struct doc_word_lists *lists; /* or NULL */
	struct doc_buf label;	      /* to put before the paragraph's text */
	bool begun;		      /* the paragraph has a character */
	struct doc_buf instruction;   /* of the innermost field */
	struct doc_buf outside;	      /* what fields load, lines */
	bool in_row;
	bool after_cell; /* the character before was the end of a cell */
};

static uint32_t
fib32(const struct word *w, size_t at)
{
	return at + 4 <= w->stream.len ? doc_le32(w->stream.data + at) : 0;
}

static unsigned
fib16(const struct word *w, size_t at)
{
	return at + 2 <= w->stream.len ? doc_le16(w->stream.data + at) : 0;
}

/* A table named by the pair of offset and length at `at`; false when it is not
 * there. */
static bool
find_table(const struct word *w, size_t at, const char **p, size_t *n)
{
	uint64_t from = fib32(w, at), len = fib32(w, at + 4);

	if (len == 0 || from >= w->tables->len)
		return false;
	*p = w->tables->data + from;
	*n = (size_t)DOC_MIN(len, w->tables->len - from);
	return true;
}

/* --- pieces ----------------------------------------------------------------*/

static struct piece
make_piece(const struct word *w, const char *cps, const char *descriptor)
{
	struct piece piece = { doc_le32(cps), doc_le32(cps + 4),
		doc_le32(descriptor + 2), 1 };

	if (w->old)
		return piece;
	piece.width = piece.fc & 0x40000000 ? 1 : 2;
	if (piece.width == 1)
		piece.fc = (piece.fc & 0x3fffffff) / 2;
	return piece;
}

/* PlcPcd (2.8.35): n + 1 positions, n descriptors of eight bytes. */
static int
read_pieces(struct word *w, const char *p, size_t n)
{
	size_t count = n < 16 ? 0 : (n - 4) / 12;

	w->piece = calloc(count + 1, sizeof(*w->piece));
	for (size_t i = 0; w->piece != NULL && i < count; i++) {
		struct piece piece = make_piece(w, p + 4 * i,
		    p + 4 * (count + 1) + 8 * i);

		if (piece.from >= piece.to || piece.fc >= w->stream.len)
			continue;
		w->piece[w->pieces++] = piece;
	}
	return w->pieces > 0 ? 0 : -1;
}

/* The Clx (2.9.38): properties, then the pieces behind a 2. */
static int
find_pieces(struct word *w)
{
	const char *p = NULL;
	size_t n = 0;

	if (!find_table(w, w->old ? 0x160 : 0x1a2, &p, &n))
		return -1;
	while (n > 5 && *p == 1) {
		size_t len = 3 + (size_t)doc_le16(p + 1);

		len = DOC_MIN(len, n);
		p += len;
		n -= len;
	}
	if (n <= 5 || *p != 2)
		return -1;
	return read_pieces(w, p + 5, DOC_MIN(doc_le32(p + 1), n - 5));
}

/* Without a table all text is one piece, as in a file never saved fast. */
static int
one_piece(struct word *w)
{
	uint32_t from = fib32(w, 0x18), to = fib32(w, 0x1c);

	to = (uint32_t)DOC_MIN((size_t)to, w->stream.len);
	w->piece = calloc(1, sizeof(*w->piece));
	if (w->piece == NULL || from >= to)
		return -1;
	w->piece[0] = (struct piece){ 0, to - from, from, 1 };
	w->pieces = 1;
	return 0;
}

/* --- characters ------------------------------------------------------------*/

static bool
is_hidden(const struct word *w)
{
	for (unsigned i = 0; i < w->fields && i < MAX_FIELDS; i++)
		if (w->in_code[i])
			return true;
	return false;
}

static void
put_shown(struct word *w, const struct doc_buf *utf8)
{
	doc_layout_put(&w->flow, w->label.data, w->label.len);
	w->label.len = 0;
	doc_layout_put(&w->flow, utf8->data, utf8->len);
}

static void
flush(struct word *w)
{
	doc_autobuf struct doc_buf utf8 = { 0 };

	if (w->run.len == 0 ||
	    doc_charset_put(w->cs, w->run.data, w->run.len, true, &utf8) < 0)
		;
	else if (!is_hidden(w))
		put_shown(w, &utf8);
	else
		doc_buf_add(&w->instruction, utf8.data, utf8.len);
	w->run.len = 0;
}

/* 13h code 14h result 15h (2.16.25). */
static void
put_field(struct word *w, unsigned c)
{
	doc_autobuf struct doc_buf ruby = { 0 };

	doc_word_field_outside(w->instruction.data, w->instruction.len,
	    &w->outside);
	if (doc_word_field_ruby(w->instruction.data, w->instruction.len, &ruby))
		doc_layout_put(&w->flow, ruby.data, ruby.len);
	w->instruction.len = 0;
	if (c == 0x13) {
		if (w->fields < MAX_FIELDS)
			w->in_code[w->fields] = true;
		w->fields++;
	} else if (w->fields > 0 && c == 0x14) {
		if (w->fields <= MAX_FIELDS)
			w->in_code[w->fields - 1] = false;
	} else if (w->fields > 0) {
		w->fields--;
	}
}

/* The end of a cell, or of a row when its paragraph says so. */
static void
put_cell(struct word *w, bool row_end)
{
	if (!w->in_row) {
		/* Its first cell is on the line already. */
		w->in_row = true;
		w->flow.depth++;
		w->flow.cells = 1;
	}
	if (row_end) {
		doc_layout_row_end(&w->flow);
		w->in_row = false;
	} else {
		doc_layout_cell(&w->flow);
	}
}

static void
put_control(struct word *w, unsigned c, bool row_end)
{
	flush(w);
	if (c >= 0x13 && c <= 0x15)
		put_field(w, c);
	if (is_hidden(w))
		return;
	switch (c) {
	case 0x07:
		put_cell(w, row_end);
		break;
	case '\t':
		doc_layout_puts(&w->flow, "\t");
		break;
	case 0x0b:
	case 0x0c:
	case '\r':
		doc_layout_line(&w->flow);
		break;
	case 0x1e:
		doc_layout_puts(&w->flow, "\u2011");
		break;
	case 0x1f:
		doc_layout_puts(&w->flow, "\u00ad");
		break;
	default: /* places of pictures and notes */
		break;
	}
}

static void
put_character(struct word *w, const char *p, unsigned width, uint32_t fc)
{
	unsigned c = width == 2 ? doc_le16(p) : (unsigned char)*p;
	bool row_end;

	if (doc_word_marked(&w->deleted, fc))
		return;
	if (!w->begun && w->lists != NULL)
		doc_word_lists_next(w->lists, fc, &w->label);
	w->begun = c != '\r' && c != 7 && c != 0x0c;
	/* Word 6: two in a row end it, empty cell or not. */
	row_end = w->old ? w->after_cell : doc_word_marked(&w->row_ends, fc);
	w->after_cell = c == 7 && !w->after_cell;
	if (c < ' ')
		put_control(w, c, row_end);
	else if (width == 1 || c < 0xe000 || c > 0xf8ff)
		doc_buf_add(&w->run, p, width);
	/* Symbol fonts are in the private area: bullets, mostly. */
	else if (c == 0xf0b7)
		doc_buf_add(&w->run, "\x22\x20", 2);
}

static void
put_piece(struct word *w, const struct piece *piece, uint32_t from, uint32_t to)
{
	uint64_t at = piece->fc + (uint64_t)(from - piece->from) * piece->width;

	w->cs = piece->width == 2 ? w->wide : w->narrow;
	for (uint32_t i = from; i < to && at + piece->width <= w->stream.len;
	     i++) {
		put_character(w, w->stream.data + at, piece->width,
		    (uint32_t)at);
		at += piece->width;
		if (w->run.len >= 4096 && piece->width == 1 && !w->old)
			flush(w);
	}
	flush(w);
}

/* Characters [from, to) of the document. */
static void
put_story(struct word *w, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < w->pieces && !w->flow.text->full; i++) {
		const struct piece *piece = &w->piece[i];

		if (piece->from < to && piece->to > from)
			put_piece(w, piece, DOC_MAX(from, piece->from),
			    DOC_MIN(to, piece->to));
	}
	w->fields = 0;
	w->begun = false;
	w->label.len = 0;
	w->in_row = false;
	w->flow.depth = 0;
	doc_layout_flush(&w->flow);
}

static void
put_stories(struct word *w)
{
	enum { BODY, NOTES, HEADERS, MACROS };
	uint32_t at = 0;

	for (unsigned i = 0; i < STORIES; i++) {
		uint32_t end = at + DOC_MIN(w->length[i], UINT32_MAX - at);

		if (i != MACROS)
			put_story(w, at, end);
		at = end;
	}
}

/* --- the file --------------------------------------------------------------*/

static int
open_streams(struct word *w, struct doc_ole *ole, struct doc_error *err)
{
	unsigned flags;

	if (doc_ole_read(ole, "WordDocument", &w->stream) == 0 ||
	    w->stream.len < 0x200)
		return doc_error_set(err, DOC_E_DAMAGED, "no text stream");
	if (fib16(w, 0) != WORD_MAGIC && fib16(w, 0) != WORD_6_MAGIC)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "older than Word 6");
	flags = fib16(w, 0x0a);
	if (flags & 0x0100)
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the document is encrypted");
	w->old = fib16(w, 2) < NFIB_97;
	w->tables = &w->stream;
	if (w->old)
		return 0;
	w->tables = &w->table;
	if (doc_ole_read(ole, flags & 0x0200 ? "1Table" : "0Table",
		&w->table) == 0)
		doc_ole_read(ole, flags & 0x0200 ? "0Table" : "1Table",
		    &w->table);
	return 0;
}

static int
open_charsets(struct word *w, struct doc_error *err)
{
	char name[DOC_CHARSET_NAME];
	unsigned codepage = 1252;

	/* Narrow text of Word 97 is windows-1252 in any language (2.9.73). */
	if (w->old && fib16(w, 0x14) == 0x100)
		codepage = 10000;
	else if (w->old)
		codepage = doc_charset_codepage_of_language(fib16(w, 6));
	doc_charset_of_codepage(codepage, name);
	w->narrow = doc_charset_open(name);
	w->wide = doc_charset_open("UTF-16LE");
	if (w->narrow == NULL || w->wide == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "no converter");
	return 0;
}

static struct doc_word_table
table_at(const struct word *w, size_t at)
{
	const char *p = NULL;
	size_t n = 0;

	if (!find_table(w, at, &p, &n))
		return (struct doc_word_table){ 0, 0 };
	return (struct doc_word_table){ (size_t)(p - w->tables->data), n };
}

static void
read_marks(struct word *w)
{
	const char *p = NULL;
	size_t n = 0;

	/* Word 6 has other properties and other pages. */
	if (w->old)
		return;
	if (find_table(w, 0xfa, &p, &n))
		doc_word_marks_read(&w->deleted, DOC_WORD_DELETED, &w->stream,
		    p, n);
	if (find_table(w, 0x102, &p, &n))
		doc_word_marks_read(&w->row_ends, DOC_WORD_ROW_END, &w->stream,
		    p, n);
	w->lists = doc_word_lists_read(&w->stream, w->tables,
	    &(struct doc_word_list_tables){ .lists = table_at(w, 0x2e2),
		.uses = table_at(w, 0x2ea),
		.styles = table_at(w, 0xa2),
		.paragraphs = table_at(w, 0x102) });
}

/* Who saved it where, the last ten times: SttbSavedBy (2.9.296), strings with
 * their lengths, in turn a name and a path. */
static void
say_saved_by(struct word *w)
{
	doc_autobuf struct doc_buf line = { 0 };
	struct doc_meta meta = { 0 };
	const char *p = NULL, *end;
	size_t n = 0, count;

	if (w->old || !find_table(w, SAVED_BY, &p, &n) || n < 6 ||
	    doc_le16(p) != 0xffff)
		return;
	doc_meta_begin(&meta, w->flow.text);
	count = doc_le16(p + 2);
	end = p + n;
	p += 6;
	for (size_t i = 0; i < count && end - p >= 2; i++) {
		size_t len = 2 * (size_t)doc_le16(p);

		p += 2;
		if (len > (size_t)(end - p))
			break;
		if (doc_charset_put(w->wide, p, len, true, &line) == 0 &&
		    i % 2 == 0)
			doc_buf_adds(&line, ": ");
		else
			doc_meta_raw(&meta, "SavedBy", line.data, line.len);
		if (i % 2 == 1)
			line.len = 0;
		p += len;
	}
	doc_meta_release(&meta);
}

static int
read_all(struct word *w, struct doc_ole *ole, struct doc_error *err)
{
	if (open_streams(w, ole, err) < 0 || open_charsets(w, err) < 0)
		return -1;
	for (unsigned i = 0; i < STORIES; i++)
		w->length[i] = fib32(w, (w->old ? 0x34 : 0x4c) + 4 * i);
	if (find_pieces(w) < 0 && one_piece(w) < 0)
		return doc_error_set(err, DOC_E_DAMAGED, "no text found");
	read_marks(w);
	put_stories(w);
	doc_layout_merge(&w->flow, &w->outside);
	doc_layout_flush(&w->flow);
	say_saved_by(w);
	w->flow.text->repairs += doc_charset_repairs(w->narrow) +
	    doc_charset_repairs(w->wide);
	return 0;
}

int
doc_word_text(struct doc_ole *ole, struct doc_text *text, struct doc_error *err)
{
	struct word w = { .flow = { .text = text, .one_line = true } };
	int rc = read_all(&w, ole, err);

	doc_charset_free(w.narrow);
	doc_charset_free(w.wide);
	doc_word_marks_release(&w.deleted);
	doc_word_marks_release(&w.row_ends);
	doc_buf_release(&w.stream);
	doc_buf_release(&w.table);
	doc_buf_release(&w.run);
	doc_buf_release(&w.instruction);
	doc_buf_release(&w.label);
	doc_word_lists_free(w.lists);
	doc_buf_release(&w.outside);
	free(w.piece);
	return rc;
}
