/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/cells.h"

void
doc_cells_row(struct doc_cells *cells)
{
	doc_cells_end(cells);
	doc_layout_row(cells->flow);
	cells->in_row = true;
	cells->next = 0;
}

void
doc_cells_put(struct doc_cells *cells, unsigned column, const char *s, size_t n)
{
	if (n == 0)
		return;
	if (!cells->in_row)
		doc_cells_row(cells);
	if (column >= cells->next) {
		doc_layout_skip(cells->flow, column - cells->next);
		cells->next = column + 1;
	}
	doc_layout_cell(cells->flow);
	doc_layout_wrap(cells->flow, s, n);
}

void
doc_cells_end(struct doc_cells *cells)
{
	if (cells->in_row)
		doc_layout_row_end(cells->flow);
	cells->in_row = false;
}

/* What stands behind an ampersand; returns what follows it. */
static const char *
put_code(struct doc_layout *flow, const char *s)
{
	size_t n;

	if (*s == '"') {
		s += 1 + strcspn(s + 1, "\"");
		return s + (*s == '"');
	}
	if (*s == 'K') {
		n = strspn(s + 1, "0123456789ABCDEFabcdef+-");
		return s + 1 + DOC_MIN(n, (size_t)6);
	}
	if (*s >= '0' && *s <= '9')
		return s + strspn(s, "0123456789");
	if (*s == '&')
		doc_layout_wrap(flow, s, 1);
	else
		doc_layout_space(flow);
	return s + (*s != '\0');
}

void
doc_cells_furniture(struct doc_layout *flow, const char *s)
{
	doc_layout_line(flow);
	while (*s != '\0') {
		size_t n = strcspn(s, "&");

		doc_layout_wrap(flow, s, n);
		s += n;
		if (*s == '&')
			s = put_code(flow, s + 1);
	}
	doc_layout_line(flow);
}
