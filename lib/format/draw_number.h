/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draw_number - the numbers of paragraphs on slides (ISO 29500-1, 21.1.2.4.1),
 * which stand nowhere in the text.
 *
 * Any process; pure.
 */
#ifndef DOC_DRAW_NUMBER_H
#define DOC_DRAW_NUMBER_H

#include "lib/base/buf.h"

enum { DOC_DRAW_LEVELS = 9 };

/* Zero it where a body of text begins. */
struct doc_draw_numbers {
	unsigned count[DOC_DRAW_LEVELS];
};

/* The next paragraph is on `level`, from 0, and numbered as `type` says
 * ("arabicPeriod"), beginning with `start`; NULL: it has no number.  Appends
 * its label with a blank. */
void doc_draw_number(struct doc_draw_numbers *numbers, unsigned level,
    const char *type, unsigned start, struct doc_buf *label);

#endif
