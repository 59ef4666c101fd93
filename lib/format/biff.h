/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * biff - records and strings of old Excel files ([MS-XLS]; before Excel 97:
 * "OpenOffice.org's Documentation of the Microsoft Excel File Format").
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_BIFF_H
#define DOC_BIFF_H

#include "lib/base/buf.h"
#include "lib/format/charset.h"

/* Zero it, then set data and size; and version and charset when known. */
struct doc_biff {
	const char *data;
	size_t size, at; /* at: the next record */
	unsigned id;	 /* of the record doc_biff_next found */
	const char *p;	 /* its body */
	size_t n;
	unsigned version;	     /* 2 to 5, and 8 */
	struct doc_charset *charset; /* of strings before version 8 */
};

/* The next record; false at the end, or where the rest is cut. */
bool doc_biff_next(struct doc_biff *b);

/* Append the string at offset `at` of the record as UTF-8: its length is of
 * `wide` bytes (1 or 2).  Nothing when it is not there whole. */
void doc_biff_string(const struct doc_biff *b, size_t at, unsigned wide,
    struct doc_buf *out);

/* The text of strings that run over into CONTINUE records. */
struct doc_biff_run {
	struct doc_biff *b;
	size_t at; /* in the record */
};

/* Exactly n bytes into `to`, going on in CONTINUE records; false when they are
 * not there. */
bool doc_biff_take(struct doc_biff_run *run, void *to, size_t n);
/* Pass over n bytes. */
bool doc_biff_skip(struct doc_biff_run *run, size_t n);
/* Append `units` characters; a CONTINUE begins with a byte that tells if they
 * are wide (2.5.293). */
bool doc_biff_chars(struct doc_biff_run *run, size_t units, bool wide,
    struct doc_buf *out);

enum {
	DOC_BIFF_FORMULA = 0x06,
	DOC_BIFF_EOF = 0x0a,
	DOC_BIFF_HEADER = 0x14,
	DOC_BIFF_FOOTER = 0x15,
	DOC_BIFF_NOTE = 0x1c,
	DOC_BIFF_DATE1904 = 0x22,
	DOC_BIFF_FILEPASS = 0x2f,
	DOC_BIFF_CONTINUE = 0x3c,
	DOC_BIFF_CODEPAGE = 0x42,
	DOC_BIFF_BOUNDSHEET = 0x85,
	DOC_BIFF_MULRK = 0xbd,
	DOC_BIFF_RSTRING = 0xd6,
	DOC_BIFF_XF = 0xe0,
	DOC_BIFF_SST = 0xfc,
	DOC_BIFF_LABELSST = 0xfd,
	DOC_BIFF_TXO = 0x1b6,
	DOC_BIFF_RK = 0x27e,
	DOC_BIFF_FORMAT = 0x41e,
	DOC_BIFF_SERIESTEXT = 0x100d,
	/* These had other numbers in each version: compare the lower byte. */
	DOC_BIFF_INTEGER = 0x02,
	DOC_BIFF_NUMBER = 0x03,
	DOC_BIFF_LABEL = 0x04,
	DOC_BIFF_BOOLERR = 0x05,
	DOC_BIFF_STRING = 0x07,
	DOC_BIFF_BOF = 0x09
};

#endif
