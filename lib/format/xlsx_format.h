/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xlsx_format - numbers of a spreadsheet as people see them.
 *
 * Runs in the worker; pure.  Dates and times follow the cell's number format
 * (ISO 29500-1, 18.8.30 and 18.8.31); the formats that depend on the reader's
 * locale come as ISO 8601.  For other numbers see number.h.
 */
#ifndef DOC_XLSX_FORMAT_H
#define DOC_XLSX_FORMAT_H

#include "lib/base/buf.h"

/* Is it a format for dates or times? */
bool doc_xlsx_is_date(const char *code);

/* Length of the quoted text, bracket or escape at s; 0 when it is a letter with
 * a meaning. */
size_t doc_xlsx_literal(const char *s);

/* Append serial date `value`; `from1904` is the other of the two calendars.
 * -1 when it is no date. */
int doc_xlsx_date(struct doc_buf *out, double value, const char *code,
    bool from1904);

/* Append the number written in `s`, or `s` when it is none: the shortest
 * decimal with the 15 digits a spreadsheet keeps. */
void doc_xlsx_number(struct doc_buf *out, const char *s);

#endif
