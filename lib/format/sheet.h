/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sheet - many small pictures on one: a contact sheet.
 *
 * Runs in the worker; pure.  Cells are squares in rows, as many across as make
 * the sheet about as wide as high.
 */
#ifndef DOC_SHEET_H
#define DOC_SHEET_H

#include "lib/format/pixels.h"

/* More could not be told from each other. */
enum { DOC_SHEET_MAX = 64 };

struct doc_sheet {
	struct doc_pixels px; /* 3 bands */
	unsigned cell;	      /* pixels a picture may have, each way */
	/* private */
	unsigned columns, pitch, used;
};

/* Room for `count` pictures (1 to DOC_SHEET_MAX) in box x box pixels; -1: no
 * memory. */
int doc_sheet_open(struct doc_sheet *s, unsigned box,
    unsigned count) DOC_MUST_CHECK;

/* Put a picture of at most cell x cell pixels into the next place; NULL leaves
 * the place empty.  Transparency is on white. */
void doc_sheet_put(struct doc_sheet *s, const struct doc_pixels *px);

static inline void
doc_sheet_close(struct doc_sheet *s)
{
	doc_pixels_release(&s->px);
}

#endif
