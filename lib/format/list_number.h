/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list_number - the number of a list item or heading, as it is shown.
 *
 * Any process; pure.
 */
#ifndef DOC_LIST_NUMBER_H
#define DOC_LIST_NUMBER_H

#include "lib/base/buf.h"

enum doc_number_format {
	DOC_NUMBER_DECIMAL,
	DOC_NUMBER_ZERO, /* 01, 02 */
	DOC_NUMBER_ROMAN_UPPER,
	DOC_NUMBER_ROMAN_LOWER,
	DOC_NUMBER_LETTER_UPPER, /* A ... Z, AA, BB */
	DOC_NUMBER_LETTER_LOWER,
	DOC_NUMBER_NONE
};

/* Append n, which counts from 1. */
void doc_list_number(struct doc_buf *out, unsigned n,
    enum doc_number_format format);

#endif
