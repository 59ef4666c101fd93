/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xlsx_book - what all sheets of a workbook share: their list, the shared
 * strings, the date formats.
 *
 * Runs in the worker.
 */
#ifndef DOC_XLSX_BOOK_H
#define DOC_XLSX_BOOK_H

#include "lib/format/opc.h"

struct doc_book_sheet {
	char *name; /* as on its tab */
	char *part;
};

struct doc_book {
	struct doc_book_sheet *sheet; /* in the order of the tabs */
	unsigned sheet_count;
	bool from1904;
	struct doc_buf strings; /* all shared strings, one after the other */
	struct doc_buf ends;	/* size_t each: where a string ends */
	struct doc_buf formats; /* char * each, by style; NULL: plain */
};

void doc_book_read(struct doc_opc *opc, const char *part,
    const struct doc_buf *xml, struct doc_book *book);

/* Append shared string number i, if there is one. */
void doc_book_string(const struct doc_book *book, size_t i,
    struct doc_buf *out);
/* One more sheet; the strings are copied. */
void doc_book_add_sheet(struct doc_book *book, const char *name,
    const char *part);
/* One more: what was appended to `strings` since the last is a string. */
int doc_book_end_string(struct doc_book *book);
/* The format of the next style; NULL is a plain one. */
void doc_book_add_format(struct doc_book *book, const char *code);
/* The number format of a style, or NULL: a plain one. */
const char *doc_book_format(const struct doc_book *book, size_t style);

void doc_book_release(struct doc_book *book);

/* Append with the escapes _xHHHH_ of ISO 29500-1, 22.9.2.19 resolved. */
void doc_xlsx_unescape(struct doc_buf *out, const char *s, size_t n);

#endif
