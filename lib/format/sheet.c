/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/sheet.h"

#include <string.h>

enum { BACKGROUND = 0xd8 };

int
doc_sheet_open(struct doc_sheet *s, unsigned box, unsigned count)
{
	unsigned columns = 1, rows;

	while (columns * columns < count)
		columns++;
	rows = (count + columns - 1) / columns;
	*s = (struct doc_sheet){ .columns = columns,
		.pitch = DOC_MAX(box / columns, 1U) };
	s->cell = s->pitch - (s->pitch > 16 ? s->pitch / 16 : 0);
	s->px = (struct doc_pixels){ .width = s->pitch * columns,
		.height = s->pitch * rows,
		.bands = 3 };
	if (doc_pixels_alloc(&s->px) < 0)
		return -1;
	memset(s->px.data, BACKGROUND, s->px.stride * s->px.height);
	return 0;
}

static void
copy_row(unsigned char *to, const unsigned char *from, unsigned n,
    unsigned bands)
{
	for (unsigned x = 0; x < n; x++, from += bands)
		for (unsigned b = 0; b < 3; b++) {
			unsigned v = from[bands == 1 ? 0 : b];

			if (bands == 4)
				v = (v * from[3] + 255U * (255U - from[3])) /
				    255;
			*to++ = (unsigned char)v;
		}
}

void
doc_sheet_put(struct doc_sheet *s, const struct doc_pixels *px)
{
	unsigned at = s->used++, width, height, x, y;

	if (!px)
		return;
	width = DOC_MIN(px->width, s->pitch);
	height = DOC_MIN(px->height, s->pitch);
	x = at % s->columns * s->pitch + (s->pitch - width) / 2;
	y = at / s->columns * s->pitch + (s->pitch - height) / 2;
	for (unsigned row = 0; row < height && y + row < s->px.height; row++)
		copy_row(s->px.data + (y + row) * s->px.stride + (size_t)x * 3,
		    px->data + row * px->stride, width, px->bands);
}
