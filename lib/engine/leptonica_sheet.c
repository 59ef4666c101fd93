/* SPDX-License-Identifier: GPL-2.0-or-later */
/* leptonica_sheet - a page made ready for reading. */
#include <leptonica/allheaders.h>
#include <math.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/engine/leptonica.h"

/* Letters smaller than this are noise, larger ones headlines: pixels. */
#define GLYPH_LEAST 6
#define GLYPH_MOST  150
/* Below this mean grey a page is light on dark. */
#define DARK_MEAN 100
/* Less than this Tesseract's layout follows by itself; more than that is
 * chance, not skew. */
#define SKEW_LEAST 0.4
#define SKEW_MOST  20.0
#define SKEW_SURE  3.0
/* Pixels after scaling up: what a scan at 600 dpi has. */
#define SCALED_MOST 36e6
#define SCALE_MOST  4.0

static void
drop(PIX **pix)
{
	pixDestroy(pix);
}
#define autopix __attribute__((cleanup(drop)))

static PIX *
make_grey(const struct doc_pixels *px)
{
	PIX *grey = pixCreateNoInit((l_int32)px->width, (l_int32)px->height, 8);

	if (!grey)
		return NULL;
	for (unsigned y = 0; y < px->height; y++) {
		const unsigned char *row = px->data + y * px->stride;
		l_uint32 *line = pixGetData(grey) +
		    (size_t)y * (size_t)pixGetWpl(grey);

		for (unsigned x = 0; x < px->width; x++, row += px->bands) {
			/* BT.601 luma with integers. */
			unsigned v = px->bands == 1
			    ? row[0]
			    : (row[0] * 77U + row[1] * 150U + row[2] * 29U +
				  128U) >>
				8;

			SET_DATA_BYTE(line, x, (l_uint8)v);
		}
	}
	return grey;
}

/* Takes nothing; *px is new. */
static int
take_pixels(PIX *grey, unsigned dpi, struct doc_pixels *px,
    struct doc_error *err)
{
	struct doc_pixels made = { .width = (unsigned)pixGetWidth(grey),
		.height = (unsigned)pixGetHeight(grey),
		.bands = 1,
		.dpi = dpi };

	made.stride = made.width;
	made.data = malloc(made.stride * made.height);
	if (!made.data)
		return doc_error_set(err, DOC_E_MEMORY, "%u x %u pixels",
		    made.width, made.height);
	for (unsigned y = 0; y < made.height; y++) {
		const l_uint32 *line = pixGetData(grey) +
		    (size_t)y * (size_t)pixGetWpl(grey);
		unsigned char *to = made.data + y * made.stride;

		for (unsigned x = 0; x < made.width; x++)
			to[x] = GET_DATA_BYTE(line, x);
	}
	*px = made;
	return 0;
}

/* Black on white, by one threshold for the page. */
static PIX *
make_binary(PIX *grey)
{
	PIX *binary = NULL;

	if (pixOtsuAdaptiveThreshold(grey, pixGetWidth(grey),
		pixGetHeight(grey), 0, 0, 0.1F, NULL, &binary))
		return NULL;
	return binary;
}

int
doc_leptonica_png(const struct doc_pixels *px, int fd, struct doc_error *err)
{
	autopix PIX *grey = make_grey(px);
	l_uint8 *data = NULL;
	size_t size = 0;
	int rc;

	if (grey && px->dpi > 0)
		pixSetResolution(grey, (l_int32)px->dpi, (l_int32)px->dpi);
	if (!grey || pixWriteMemPng(&data, &size, grey, 0))
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory for the picture");
	rc = doc_write_full(fd, data, size);
	lept_free(data);
	return rc ? doc_error_sys(err, "cannot write the picture") : 0;
}

static int
by_size(const void *a, const void *b)
{
	return *(const l_int32 *)a - *(const l_int32 *)b;
}

/* Median height of what may be letters. */
static unsigned
measure_glyphs(PIX *binary)
{
	BOXA *boxes = pixConnCompBB(binary, 8);
	l_int32 n = boxes ? boxaGetCount(boxes) : 0;
	l_int32 *height = calloc((size_t)n + 1, sizeof(*height));
	l_int32 kept = 0, x, y, w, h;

	for (l_int32 i = 0; height && i < n; i++) {
		if (boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h))
			continue;
		if (h >= GLYPH_LEAST && h < GLYPH_MOST && w >= 3 && w < h * 4 &&
		    h < w * 6)
			height[kept++] = h;
	}
	if (kept > 0)
		qsort(height, (size_t)kept, sizeof(*height), by_size);
	h = kept > 0 ? height[kept / 2] : 0;
	free(height);
	boxaDestroy(&boxes);
	return (unsigned)h;
}

static void
invert_if_dark(PIX *grey, struct doc_sheet *sheet)
{
	l_float32 mean = 255;

	if (pixGetAverageMasked(grey, NULL, 0, 0, 4, L_MEAN_ABSVAL, &mean) ||
	    mean >= DARK_MEAN)
		return;
	pixInvert(grey, grey);
	sheet->inverted = true;
}

/* *grey is replaced when the lines of text on it are not level. */
static void
straighten(PIX **grey, PIX *binary, struct doc_sheet *sheet)
{
	l_float32 angle = 0, sure = 0;
	PIX *level;

	if (pixFindSkew(binary, &angle, &sure) || sure < (l_float32)SKEW_SURE ||
	    fabs((double)angle) < SKEW_LEAST || fabs((double)angle) > SKEW_MOST)
		return;
	level = pixRotate(*grey, angle * (l_float32)(M_PI / 180),
	    L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0);
	if (!level)
		return;
	pixDestroy(grey);
	*grey = level;
	sheet->skew = (double)angle;
}

int
doc_sheet_make(const struct doc_pixels *px, struct doc_sheet *sheet,
    struct doc_error *err)
{
	autopix PIX *grey = make_grey(px);
	autopix PIX *binary = NULL;
	struct doc_sheet made = { 0 };

	if (grey) {
		invert_if_dark(grey, &made);
		binary = make_binary(grey);
	}
	if (!binary)
		return doc_error_set(err, DOC_E_MEMORY, "%u x %u pixels",
		    px->width, px->height);
	made.glyph = measure_glyphs(binary);
	if (made.glyph > 0)
		straighten(&grey, binary, &made);
	if (take_pixels(grey, px->dpi, &made.px, err))
		return -1;
	*sheet = made;
	return 0;
}

void
doc_sheet_release(struct doc_sheet *sheet)
{
	doc_pixels_release(&sheet->px);
}

static double
choose_scale(const struct doc_sheet *sheet, unsigned glyph)
{
	double pixels = (double)sheet->px.width * sheet->px.height;
	double scale = sheet->glyph ? (double)glyph / sheet->glyph : 1;

	scale = fmin(fmin(scale, SCALE_MOST), sqrt(SCALED_MOST / pixels));
	/* Scaling costs sharpness: not for little. */
	return scale > 0.85 && scale < 1.15 ? 1 : fmax(scale, 0.3);
}

/* A Gaussian of about one pixel: 1 2 1 in both directions. */
static PIX *
smoothed(PIX *grey)
{
	L_KERNEL *k = makeGaussianKernel(3, 3, 1.2F, 1);
	PIX *out = k ? pixConvolve(grey, k, 8, 1) : NULL;

	kernelDestroy(&k);
	return out;
}

int
doc_sheet_scaled(const struct doc_sheet *sheet, unsigned glyph, bool smooth,
    struct doc_pixels *out, double *scale, struct doc_error *err)
{
	double by = choose_scale(sheet, glyph);
	autopix PIX *grey = make_grey(&sheet->px);
	autopix PIX *soft = grey && smooth ? smoothed(grey) : NULL;
	autopix PIX *scaled = NULL;

	if (grey && (soft || !smooth))
		scaled = pixScale(soft ? soft : grey, (l_float32)by,
		    (l_float32)by);
	if (!scaled)
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory to scale the page");
	if (take_pixels(scaled, (unsigned)(sheet->px.dpi * by + 0.5), out, err))
		return -1;
	*scale = by;
	return 0;
}

/* Components about as large as the page's letters. */
static unsigned
count_letters(PIX *binary, unsigned glyph)
{
	BOXA *boxes = pixConnCompBB(binary, 8);
	l_int32 n = boxes ? boxaGetCount(boxes) : 0;
	l_int32 x, y, w, h, unit = (l_int32)glyph;
	unsigned found = 0;

	for (l_int32 i = 0; i < n; i++)
		if (!boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h))
			found += h * 10 > unit * 6 && h * 10 < unit * 18 &&
			    w * 6 > unit && w * 10 < unit * 25;
	boxaDestroy(&boxes);
	return found;
}

double
doc_sheet_unread(const struct doc_sheet *sheet,
    const struct doc_ocr_words *words)
{
	autopix PIX *grey = make_grey(&sheet->px);
	autopix PIX *binary = grey ? make_binary(grey) : NULL;
	unsigned all, left;

	if (!binary || sheet->glyph == 0)
		return 0;
	all = count_letters(binary, sheet->glyph);
	for (size_t i = 0; i < words->count; i++) {
		const struct doc_box *b = &words->at[i].box;
		BOX *box = boxCreateValid(b->left, b->top, b->right - b->left,
		    b->bottom - b->top);

		if (box)
			pixClearInRect(binary, box);
		boxDestroy(&box);
	}
	left = count_letters(binary, sheet->glyph);
	return all ? (double)left / all : 0;
}

unsigned
doc_leptonica_quads(const struct doc_pixels *px)
{
	autopix PIX *grey = make_grey(px);
	autopix PIX *binary = grey ? make_binary(grey) : NULL;
	l_float32 up = 0, left = 0;
	l_int32 orient = L_TEXT_ORIENT_UNKNOWN;

	if (!binary || pixOrientDetect(binary, &up, &left, 0, 0) ||
	    makeOrientDecision(up, left, 0, 0, &orient, 0))
		return 0;
	switch (orient) {
	case L_TEXT_ORIENT_LEFT:
		return 1;
	case L_TEXT_ORIENT_DOWN:
		return 2;
	case L_TEXT_ORIENT_RIGHT:
		return 3;
	default:
		return 0;
	}
}

int
doc_leptonica_turn(const struct doc_pixels *px, unsigned quads,
    struct doc_pixels *turned, struct doc_error *err)
{
	struct doc_pixels made = *px;
	bool side = quads % 2 != 0;

	made.width = side ? px->height : px->width;
	made.height = side ? px->width : px->height;
	made.stride = (size_t)made.width * px->bands;
	made.data = malloc(made.stride * made.height);
	if (!made.data)
		return doc_error_set(err, DOC_E_MEMORY,
		    "cannot turn the picture");
	for (unsigned y = 0; y < px->height; y++) {
		const unsigned char *from = px->data + y * px->stride;

		for (unsigned x = 0; x < px->width; x++) {
			unsigned tx = quads == 1 ? px->height - 1 - y
			    : quads == 2	 ? px->width - 1 - x
						 : y;
			unsigned ty = quads == 1 ? x
			    : quads == 2	 ? px->height - 1 - y
						 : px->width - 1 - x;

			memcpy(made.data + ty * made.stride +
				(size_t)tx * px->bands,
			    from + (size_t)x * px->bands, px->bands);
		}
	}
	*turned = made;
	return 0;
}
