/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages made ready for reading: straight, flat, dark on light. */
#include <math.h>
#include <string.h>

#include "lib/engine/leptonica.h"
#include "tests/unit/tap.h"

enum { SIDE = 1200 };

static struct doc_pixels
blank(unsigned width, unsigned height, unsigned char grey)
{
	struct doc_pixels px = { .width = width,
		.height = height,
		.bands = 1,
		.stride = width,
		.dpi = 300,
		.data = malloc((size_t)width * height) };

	memset(px.data, grey, (size_t)width * height);
	return px;
}

/* Lines of boxes as large as letters, turned clockwise by `degrees`. */
static void
print_lines(struct doc_pixels *px, double degrees, unsigned char ink)
{
	double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);

	for (unsigned y = 0; y < px->height; y++)
		for (unsigned x = 0; x < px->width; x++) {
			double dx = x - SIDE / 2.0, dy = y - SIDE / 2.0;
			double u = dx * c + dy * s, v = dy * c - dx * s;
			bool in = fabs(u) < 400 && fabs(v) < 400 &&
			    fmod(v + 400, 50) < 22 && fmod(u + 400, 22) < 14;

			if (in)
				px->data[y * px->stride + x] = ink;
		}
}

static void
test_skew(void)
{
	static const double angles[] = { 0, 1.5, -3, 9, -13 };

	for (size_t i = 0; i < DOC_LEN(angles); i++) {
		doc_autopixels struct doc_pixels px = blank(SIDE, SIDE, 255);
		doc_autosheet struct doc_sheet sheet = { 0 };
		struct doc_error err = { 0 };

		print_lines(&px, angles[i], 0);
		OK(doc_sheet_make(&px, &sheet, &err) == 0 && sheet.glyph > 0,
		    "a page");
		OK(fabs(sheet.skew + angles[i]) < 0.2, "straight again");
		OK(fabs(angles[i]) < 1 || sheet.px.width > SIDE,
		    "with its corners");
	}
}

/* From half the light on one side to all of it on the other. */
static void
test_shadow(void)
{
	doc_autopixels struct doc_pixels px = blank(SIDE, SIDE, 255);
	doc_autosheet struct doc_sheet sheet = { 0 };
	struct doc_error err = { 0 };
	unsigned char *row;

	print_lines(&px, 0, 40);
	for (unsigned y = 0; y < SIDE; y++)
		for (unsigned x = 0; x < SIDE; x++) {
			unsigned char *p = &px.data[y * px.stride + x];

			*p = (unsigned char)(*p * (SIDE + x) / (2 * SIDE));
		}
	OK(doc_sheet_make(&px, &sheet, &err) == 0, "a page in bad light");
	row = sheet.px.data + 10 * sheet.px.stride;
	OK(row[20] > 180 && abs(row[20] - row[SIDE - 20]) < 20,
	    "the paper is even");
}

static void
test_dark(void)
{
	doc_autopixels struct doc_pixels px = blank(SIDE, SIDE, 20);
	doc_autosheet struct doc_sheet sheet = { 0 };
	struct doc_error err = { 0 };

	print_lines(&px, 0, 240);
	OK(doc_sheet_make(&px, &sheet, &err) == 0 && sheet.inverted &&
		sheet.px.data[0] > 200,
	    "light on dark becomes dark on light");
}

static void
test_tiny(void)
{
	static const unsigned sizes[][2] = { { 1, 1 }, { 3, 2 }, { 15, 300 },
		{ 300, 4 } };

	for (size_t i = 0; i < DOC_LEN(sizes); i++) {
		doc_autopixels struct doc_pixels px = blank(sizes[i][0],
		    sizes[i][1], 255);
		doc_autosheet struct doc_sheet sheet = { 0 };
		struct doc_error err = { 0 };

		OK(doc_sheet_make(&px, &sheet, &err) == 0 && sheet.glyph == 0,
		    "too small for letters, and no error");
	}
}

static void
test_turn(void)
{
	doc_autopixels struct doc_pixels px = blank(200, 100, 255);
	doc_autosheet struct doc_sheet sheet = { 0 }, turned = { 0 };
	struct doc_error err = { 0 };

	px.data[0] = 0;
	OK(doc_sheet_make(&px, &sheet, &err) == 0 &&
		doc_sheet_turn(&sheet, 1, &turned, &err) == 0,
	    "turn");
	OK(turned.px.width == 100 && turned.px.height == 200 &&
		turned.px.data[99] == 0 && turned.quads == 1,
	    "clockwise");
}

/* Letters on a ground of dots, as fax machines make grey; and a full stop. */
static void
test_screen(void)
{
	doc_autopixels struct doc_pixels px = blank(SIDE, SIDE, 255);
	doc_autosheet struct doc_sheet sheet = { 0 };
	struct doc_error err = { 0 };
	unsigned dark = 0;

	print_lines(&px, 0, 0);
	for (unsigned y = 300; y < 900; y++)
		for (unsigned x = 300; x < 900; x++)
			if (x % 5 < 2 && y % 5 < 2)
				px.data[y * px.stride + x] = 0;
	for (unsigned i = 0; i < 9; i++)
		px.data[(100 + i / 3) * px.stride + 100 + i % 3] = 0;
	OK(doc_sheet_make(&px, &sheet, &err) == 0, "a page with a shade");
	/* Between two lines of letters. */
	for (unsigned x = 320; x < 880; x++)
		dark += sheet.px.data[435 * sheet.px.stride + x] < 128;
	OK(dark == 0, "the dots are gone");
	OK(sheet.px.data[610 * sheet.px.stride + 604] < 64 ||
		sheet.px.data[610 * sheet.px.stride + 615] < 64,
	    "letters on them are not");
	OK(sheet.px.data[101 * sheet.px.stride + 101] == 0,
	    "nor the full stop on white");
}

int
main(void)
{
	test_skew();
	test_shadow();
	test_dark();
	test_tiny();
	test_turn();
	test_screen();
	return TAP_DONE();
}
