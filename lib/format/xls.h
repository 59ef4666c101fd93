/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xls - workbooks of Excel 2 to 2003 (BIFF).
 *
 * Runs in the worker.
 */
#ifndef DOC_XLS_H
#define DOC_XLS_H

#include "lib/format/text.h"

/* Is it a sheet of Excel 2 to 4, which has no compound file around it? */
bool doc_xls_is_bare(const char *p, size_t n);

/* The text of a workbook stream, sheet by sheet.  0, or -1 with DAMAGED or
 * ENCRYPTED. */
int doc_xls_text(const char *p, size_t n, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
