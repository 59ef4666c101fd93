/* SPDX-License-Identifier: GPL-2.0-or-later */
/* leptonica_sheet - a page made ready for reading. */
#include <leptonica/allheaders.h>
#include <math.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/engine/leptonica_impl.h"

/* Letters smaller than this are noise, larger ones headlines: pixels. */
#define GLYPH_LEAST 6
#define GLYPH_MOST  150
/* Below this mean grey a page is light on dark. */
#define DARK_MEAN 100
/* Fewer ascenders than make this are chance. */
#define GUESS_LEAST 3.0
/* Paper that is darker than this in places is no paper; grey levels. */
#define PAPER_LEAST  60
#define PAPER_UNEVEN 40
/* Less than this Tesseract's layout follows by itself; more than that is
 * chance, not skew. */
#define SKEW_LEAST 0.4
#define SKEW_MOST  15.0
#define SKEW_SURE  3.0
/* Beyond what lies crooked in a scanner it takes more to believe it. */
#define SKEW_ODD      7.0
#define SKEW_ODD_SURE 5.0
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

	/* It has no tiles of less than 16 pixels. */
	if (pixOtsuAdaptiveThreshold(grey, DOC_MAX(pixGetWidth(grey), 16),
		DOC_MAX(pixGetHeight(grey), 16), 0, 0, 0.1F, NULL, &binary))
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

/* Grey levels of the paper, by the lightest of each 48 x 48 pixels: where a
 * tenth, and nine tenths, of it are darker. */
static void
measure_paper(PIX *grey, l_int32 *dark, l_int32 *light)
{
	autopix PIX *quarter = pixScaleAreaMap(grey, 0.25F, 0.25F);
	autopix PIX *tiles = quarter
	    ? pixScaleGrayMinMax(quarter, 12, 12, L_CHOOSE_MAX)
	    : NULL;
	NUMA *count = tiles ? pixGetGrayHistogram(tiles, 1) : NULL;
	l_float32 all = 0, sum = 0, n = 0;

	*dark = *light = -1;
	numaGetSum(count, &all);
	for (l_int32 v = 0; count && v < 256; v++) {
		numaGetFValue(count, v, &n);
		sum += n;
		if (*dark < 0 && sum >= all * 0.1F)
			*dark = v;
		if (*light < 0 && sum >= all * 0.9F)
			*light = v;
	}
	numaDestroy(&count);
}

/*
 * A photograph of a page has its light side and its shadow, and no threshold
 * for the whole of it.  Paper of scans differs by 0 to 8 levels, of photographs
 * by 50 to 110; where a tenth is nearly black that is a picture.  On a page
 * photographed askew in bad light this finds all words instead of 88 %.
 */
static void
flatten(PIX **grey)
{
	l_int32 dark, light;
	PIX *flat;

	measure_paper(*grey, &dark, &light);
	if (dark < PAPER_LEAST || light - dark < PAPER_UNEVEN)
		return;
	flat = pixBackgroundNorm(*grey, NULL, NULL, 10, 15, PAPER_LEAST, 50,
	    200, 2, 1);
	if (!flat)
		return;
	pixDestroy(grey);
	*grey = flat;
}

/* *grey is replaced when the lines of text on it are not level. */
static void
straighten(PIX **grey, PIX *binary, struct doc_sheet *sheet)
{
	l_float32 angle = 0, sure = 0;
	PIX *level;

	/* As pixFindSkew, which looks no further than 7 degrees. */
	if (pixFindSkewSweepAndSearch(binary, &angle, &sure, 4, 2,
		(l_float32)SKEW_MOST, 1, 0.01F) ||
	    fabs((double)angle) < SKEW_LEAST ||
	    sure < (l_float32)(fabs((double)angle) > SKEW_ODD ? SKEW_ODD_SURE
							      : SKEW_SURE))
		return;
	/* Larger, so that the corners stay on it. */
	level = pixRotate(*grey, angle * (l_float32)(M_PI / 180),
	    L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, pixGetWidth(*grey),
	    pixGetHeight(*grey));
	if (!level)
		return;
	pixDestroy(grey);
	*grey = level;
	sheet->skew = (double)angle;
}

/* Quarter turns clockwise that would make Latin text upright, by its
 * ascenders; 0 also when there is no telling.  25 to 45 ms for a page, and on
 * 21 pages of the corpus, in all four positions, never wrong.  *guess is what
 * is most likely if it is not upright. */
static unsigned
find_quads(PIX *binary, unsigned *guess)
{
	l_float32 up = 0, left = 0;
	l_int32 orient = L_TEXT_ORIENT_UNKNOWN;

	*guess = 2;
	if (pixOrientDetect(binary, &up, &left, 0, 0) ||
	    makeOrientDecision(up, left, 0, 0, &orient, 0))
		return 0;
	if (fabs((double)left) > fmax(fabs((double)up), GUESS_LEAST))
		*guess = left > 0 ? 1 : 3;
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

/* *grey is replaced when the text on it is not upright. */
static void
turn(PIX **grey, PIX **binary, struct doc_sheet *sheet)
{
	PIX *turned;

	if (sheet->skew != 0) {
		pixDestroy(binary);
		*binary = make_binary(*grey);
	}
	sheet->quads = *binary ? find_quads(*binary, &sheet->guess) : 0;
	turned = sheet->quads ? pixRotateOrth(*grey, (l_int32)sheet->quads)
			      : NULL;
	if (!turned) {
		sheet->quads = 0;
		return;
	}
	pixDestroy(grey);
	*grey = turned;
	if (sheet->quads == 2 || sheet->skew != 0)
		return;
	/* What stood on the page was not seen to be crooked. */
	pixDestroy(binary);
	*binary = make_binary(*grey);
	if (*binary)
		straighten(grey, *binary, sheet);
}

int
doc_sheet_make(const struct doc_pixels *px, struct doc_sheet *sheet,
    struct doc_error *err)
{
	autopix PIX *grey = make_grey(px);
	autopix PIX *binary = NULL;
	struct doc_sheet made = { 0 };

	setMsgSeverity(L_SEVERITY_NONE);
	if (grey) {
		invert_if_dark(grey, &made);
		flatten(&grey);
		binary = make_binary(grey);
	}
	if (binary)
		leptonica_smooth_shades(grey, binary);
	if (!grey)
		return doc_error_set(err, DOC_E_MEMORY, "%u x %u pixels",
		    px->width, px->height);
	/* leptonica 1.82 makes none of a few pixels, on which nobody wrote; if
	 * it was for want of memory, the worker knows (pool/worker.c). */
	made.glyph = binary ? measure_glyphs(binary) : 0;
	if (made.glyph > 0) {
		straighten(&grey, binary, &made);
		turn(&grey, &binary, &made);
	}
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

int
doc_sheet_turn(const struct doc_sheet *sheet, unsigned quads,
    struct doc_sheet *turned, struct doc_error *err)
{
	autopix PIX *grey = make_grey(&sheet->px);
	autopix PIX *other = grey ? pixRotateOrth(grey, (l_int32)quads) : NULL;
	struct doc_sheet made = *sheet;

	if (!other)
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory to turn the page");
	if (take_pixels(other, sheet->px.dpi, &made.px, err))
		return -1;
	made.quads = (sheet->quads + quads) % 4;
	*turned = made;
	return 0;
}
