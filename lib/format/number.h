/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * number - a number as the format of its cell shows it (ISO 29500-1, 18.8.31).
 *
 * Any process; pure.  Decimal point and thousands separator are those of the
 * format codes themselves, as in English.
 */
#ifndef DOC_NUMBER_H
#define DOC_NUMBER_H

#include "lib/base/buf.h"

/* The code of a built-in format (18.8.30); NULL for "General" and unknown
 * ones. */
const char *doc_number_builtin(unsigned id);

/* Append `value` in the format `code`; dates too, `from1904` is the other of
 * the two calendars.  -1, and nothing appended, when the format does not say
 * how ("General", "@", fractions) or cannot be followed. */
int doc_number_show(struct doc_buf *out, double value, const char *code,
    bool from1904);

/* Append as "General" does, with the 15 digits a spreadsheet keeps. */
void doc_number_plain(struct doc_buf *out, double value);

/* The number in 30 bits at p, as Excel packs it ([MS-XLS] 2.5.218). */
double doc_number_rk(const char *p);

/* What a cell with this error code shows: "#N/A"; "" for an unknown one. */
const char *doc_number_error(unsigned code);

#endif
