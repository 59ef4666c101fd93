/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/phash.h"

#include <math.h>
#include <string.h>

enum { CELLS = 32, LOW = 8, COUNT = LOW * LOW };

/* BT.601 luma on white, 8 bits. */
static unsigned
luma(const unsigned char *p, unsigned bands)
{
	unsigned y = bands == 1
	    ? p[0]
	    : (p[0] * 77U + p[1] * 150U + p[2] * 29U + 128) >> 8;

	return bands == 4 ? (y * p[3] + 255U * (255U - p[3])) / 255 : y;
}

/* Where cell i of CELLS begins; cells of a tiny picture overlap. */
static unsigned
edge(unsigned side, unsigned i)
{
	return (unsigned)((uint64_t)side * i / CELLS);
}

/* Mean of a cell. */
static double
cell(const struct doc_pixels *px, unsigned cx, unsigned cy)
{
	unsigned x0 = edge(px->width, cx), y0 = edge(px->height, cy);
	unsigned x1 = DOC_MAX(edge(px->width, cx + 1), x0 + 1);
	unsigned y1 = DOC_MAX(edge(px->height, cy + 1), y0 + 1);
	uint64_t sum = 0;

	for (unsigned y = y0; y < y1; y++)
		for (unsigned x = x0; x < x1; x++)
			sum += luma(px->data + y * px->stride +
				(size_t)x * px->bands,
			    px->bands);
	return (double)sum / ((double)(x1 - x0) * (y1 - y0));
}

/* The lowest frequencies, rounded: noise of the arithmetic is no picture. */
static void
transform(const struct doc_pixels *px, int64_t low[COUNT])
{
	double wave[LOW][CELLS], rows[CELLS][LOW] = { { 0 } };

	for (unsigned u = 0; u < LOW; u++)
		for (unsigned x = 0; x < CELLS; x++)
			wave[u][x] = cos((2 * x + 1) * u * M_PI / (2 * CELLS));
	for (unsigned y = 0; y < CELLS; y++)
		for (unsigned x = 0; x < CELLS; x++) {
			double v = cell(px, x, y);

			for (unsigned u = 0; u < LOW; u++)
				rows[y][u] += v * wave[u][x];
		}
	for (unsigned v = 0; v < LOW; v++)
		for (unsigned u = 0; u < LOW; u++) {
			double sum = 0;

			for (unsigned y = 0; y < CELLS; y++)
				sum += rows[y][u] * wave[v][y];
			low[v * LOW + u] = llround(sum);
		}
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

uint64_t
doc_phash(const struct doc_pixels *px)
{
	int64_t low[COUNT], sorted[COUNT - 1];
	uint64_t hash = 0;

	if (px->width == 0 || px->height == 0)
		return 0;
	transform(px, low);
	/* The first is the mean, which says nothing. */
	memcpy(sorted, low + 1, sizeof(sorted));
	qsort(sorted, COUNT - 1, sizeof(sorted[0]), compare);
	for (unsigned i = 1; i < COUNT; i++)
		hash = hash << 1 | (low[i] > sorted[(COUNT - 1) / 2]);
	return hash;
}
