/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pixels, phash, sheet, label: pictures as numbers. */
#include <string.h>

#include "lib/format/label.h"
#include "lib/format/phash.h"
#include "lib/format/sheet.h"
#include "tests/unit/tap.h"

/* A picture whose samples are f(x, y), the same in each band. */
static struct doc_pixels
make(unsigned width, unsigned height, unsigned bands,
    unsigned char (*f)(unsigned x, unsigned y))
{
	struct doc_pixels px = { .width = width,
		.height = height,
		.bands = bands };

	if (doc_pixels_alloc(&px) < 0)
		abort();
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++)
			memset(px.data + y * px.stride + (size_t)x * bands,
			    f(x, y), bands);
	return px;
}

static unsigned char
white(unsigned x, unsigned y)
{
	(void)x;
	(void)y;
	return 255;
}

/* Lines of text on the left half of a page of 200 by 300. */
static unsigned char
page(unsigned x, unsigned y)
{
	return y % 20 < 8 && x > 20 && x < 120 && y < 150 ? 40 : 250;
}

/* The same page at half the size, and paler. */
static unsigned char
copy(unsigned x, unsigned y)
{
	return (unsigned char)(page(2 * x, 2 * y) * 3 / 4 + 60);
}

static unsigned char
other(unsigned x, unsigned y)
{
	return y > 200 && (x / 16 + y / 16) % 2 ? 10 : 250;
}

static unsigned
apart(struct doc_pixels a, struct doc_pixels b)
{
	uint64_t x = doc_phash(&a), y = doc_phash(&b);

	doc_pixels_release(&a);
	doc_pixels_release(&b);
	return (unsigned)__builtin_popcountll(x ^ y);
}

static void
test_phash(void)
{
	doc_autopixels struct doc_pixels blank = make(50, 40, 3, white);
	doc_autopixels struct doc_pixels dot = make(1, 1, 1, white);

	OK(doc_phash(&blank) == 0 && doc_phash(&dot) == 0,
	    "one colour: 0, also when smaller than the grid");
	OK(apart(make(200, 300, 3, page), make(200, 300, 1, page)) == 0,
	    "grey or colour is the same");
	OK(apart(make(200, 300, 3, page), make(100, 150, 3, copy)) <= 8,
	    "a smaller, paler copy is near");
	OK(apart(make(200, 300, 3, page), make(200, 300, 3, other)) >= 16,
	    "another page is not");
}

static void
test_halve(void)
{
	struct doc_pixels px = { .width = 3, .height = 2, .bands = 1 };
	doc_autopixels struct doc_pixels row = make(5, 1, 3, white);

	if (doc_pixels_alloc(&px) < 0)
		abort();
	memcpy(px.data, "\x00\x10\xff\x20\x30\xff", 6);
	doc_pixels_halve(&px);
	OK(px.width == 1 && px.height == 1 && px.data[0] == 0x18,
	    "the mean of four");
	doc_pixels_release(&px);
	doc_pixels_halve(&row);
	OK(row.width == 2 && row.height == 1 && row.data[3] == 255,
	    "a single row stays one");
}

static void
test_flatten(void)
{
	struct doc_pixels px = { .width = 3, .height = 1, .bands = 4 };
	doc_autopixels struct doc_pixels flat = { 0 };

	if (doc_pixels_alloc(&px) < 0)
		abort();
	memcpy(px.data, "\x10\x20\x30\xff\x10\x20\x30\x00\x00\x00\x00\x80", 12);
	OK(doc_pixels_flatten(&px, &flat) == 0 && flat.bands == 3,
	    "three bands remain");
	OK(memcmp(flat.data, "\x10\x20\x30\xff\xff\xff\x7f\x7f\x7f", 9) == 0,
	    "transparency is white paper");
	doc_pixels_release(&px);
}

static unsigned
at(const struct doc_sheet *s, unsigned x, unsigned y)
{
	return s->px.data[y * s->px.stride + (size_t)x * 3];
}

static void
test_sheet(void)
{
	doc_autopixels struct doc_pixels cell = make(30, 40, 1, white);
	doc_autopixels struct doc_pixels large = make(200, 200, 3, white);
	struct doc_sheet s;

	OK(doc_sheet_open(&s, 100, 3) == 0 && s.px.width == 100 &&
		s.px.height == 100 && s.cell <= 50,
	    "three pictures: two rows of two");
	doc_sheet_put(&s, NULL);
	doc_sheet_put(&s, &cell);
	OK(at(&s, 25, 25) < 255 && at(&s, 75, 25) == 255 &&
		at(&s, 52, 25) < 255,
	    "each in the middle of its place, and one left empty");
	/* More than asked for, and larger: nothing is written outside. */
	for (unsigned i = 0; i < 6; i++)
		doc_sheet_put(&s, &large);
	OK(at(&s, 0, 0) < 255 && at(&s, 99, 99) == 255, "cut at the edges");
	doc_sheet_close(&s);
	OK(doc_sheet_open(&s, 16, DOC_SHEET_MAX) == 0 && s.cell >= 1,
	    "the most pictures on the smallest sheet");
	doc_sheet_close(&s);
}

static bool
is_called(const char *media, const char *word)
{
	struct doc_label label = { 0 };

	doc_label_of(media, &label);
	return strcmp(label.word, word) == 0 && label.colour != 0;
}

static void
test_label(void)
{
	OK(is_called("application/msword", "DOC"), "by the table");
	OK(is_called("text/x-csrc", "CSRC"), "by the subtype");
	OK(is_called("application/vnd.oasis.opendocument.text", "ODT"),
	    "ODF by kind");
	OK(is_called("text/x-a-very-long-name-without-an-end-in-sight",
	       "AVERY"),
	    "cut at a word");
	OK(is_called("text/abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNO"),
	    "cut at the end");
	OK(is_called("", ""), "nothing is nothing");
}

int
main(void)
{
	test_phash();
	test_halve();
	test_flatten();
	test_sheet();
	test_label();
	return TAP_DONE();
}
