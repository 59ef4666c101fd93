/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cells - the cells of a sheet as rows of text; what all spreadsheets share.
 *
 * Runs in the worker.
 */
#ifndef DOC_CELLS_H
#define DOC_CELLS_H

#include "lib/format/layout.h"

struct doc_cells {
	struct doc_layout *flow;
	unsigned next; /* column after the last cell of this row */
	bool in_row;
};

/* Begin a row; ends the one before. */
void doc_cells_row(struct doc_cells *cells);
/* The text of the cell in a column, from 0; cells come from left to right. */
void doc_cells_put(struct doc_cells *cells, unsigned column, const char *s,
    size_t n);
void doc_cells_end(struct doc_cells *cells);

/* A page header or footer of a sheet, with its codes (ISO 29500-1, 18.3.1.46):
 * &L, &C, &R begin its parts, &"font", &12 and &K012345 are styles, &P and the
 * like are filled in when printing. */
void doc_cells_furniture(struct doc_layout *flow, const char *s);

#endif
