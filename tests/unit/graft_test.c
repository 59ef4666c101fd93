/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where words are on the page as it came, and how they go into a PDF. */
#include <stdio.h>
#include <string.h>

#include "lib/engine/graft.h"
#include "lib/engine/ocr_place.h"
#include "tests/unit/tap.h"

static void
put(struct doc_ocr_page *page, const char *s, struct doc_box box, unsigned line)
{
	struct doc_ocr_word w = { .confidence = 90, .line = line, .box = box };

	OK(doc_ocr_words_add(&page->words, &w, s) == 0, s);
}

static const char *
rows(const struct doc_ocr_page *page, struct doc_buf *b)
{
	b->len = 0;
	return doc_ocr_place_rows(page, 7, b) == 0 ? doc_buf_str(b) : "";
}

static bool
is(const struct doc_box *b, int left, int top, int right, int bottom)
{
	return b->left == left && b->top == top && b->right == right &&
	    b->bottom == bottom;
}

/* A page of 100 x 60 that lay on its side: read as 60 x 100. */
static void
test_turned(void)
{
	static const char *const want[] = {
		"page 7 100 60\n10.0 20.0 40.0 20.0 12 word\nend\n",
		"page 7 100 60\n20.0 50.0 20.0 20.0 12 word\nend\n",
		"page 7 100 60\n90.0 40.0 60.0 40.0 12 word\nend\n",
		"page 7 100 60\n80.0 10.0 80.0 40.0 12 word\nend\n",
	};
	static const int box[][4] = { { 10, 8, 40, 20 }, { 8, 20, 20, 50 },
		{ 60, 40, 90, 52 }, { 80, 10, 92, 40 } };

	for (unsigned quads = 0; quads < 4; quads++) {
		struct doc_ocr_page page = { .width = 100,
			.height = 60,
			.sheet = { .quads = quads,
			    .px = { .width = quads % 2 ? 60 : 100,
				.height = quads % 2 ? 100 : 60 } } };
		doc_autobuf struct doc_buf b = { 0 };
		const int *at = box[quads];

		put(&page, "word", (struct doc_box){ 10, 8, 40, 20 }, 0);
		OK(strcmp(rows(&page, &b), want[quads]) == 0, doc_buf_str(&b));
		doc_ocr_place_words(&page);
		OK(is(&page.words.at[0].box, at[0], at[1], at[2], at[3]),
		    "its box");
		doc_ocr_words_release(&page.words);
	}
}

/* Straightened by a right angle, which needs no rounding. */
static void
test_skew(void)
{
	struct doc_ocr_page page = { .width = 100,
		.height = 60,
		.sheet = { .skew = 90, .px = { .width = 60, .height = 100 } } };
	doc_autobuf struct doc_buf b = { 0 };

	put(&page, "word", (struct doc_box){ 10, 8, 40, 20 }, 0);
	/* As one quarter turn. */
	OK(strstr(rows(&page, &b), "20.0 50.0 20.0 20.0 12 word") != NULL,
	    doc_buf_str(&b));
	doc_ocr_words_release(&page.words);
}

/* Words of a line share its height; lines that stand on the page do not lie. */
static void
test_lines(void)
{
	struct doc_ocr_page page = { .width = 100,
		.height = 100,
		.sheet.px = { .width = 100, .height = 100 } };
	doc_autobuf struct doc_buf b = { 0 };
	const char *s;

	put(&page, "one", (struct doc_box){ 0, 10, 20, 22 }, 0);
	put(&page, "gap", (struct doc_box){ 25, 12, 45, 26 }, 0);
	put(&page, "won", (struct doc_box){ 50, 12, 70, 22 }, 0);
	put(&page, "up", (struct doc_box){ 80, 60, 90, 80 }, 1);
	put(&page, "down", (struct doc_box){ 80, 20, 90, 50 }, 1);
	put(&page, "alone", (struct doc_box){ 92, 20, 99, 60 }, 2);
	s = rows(&page, &b);
	OK(strstr(s, "25.0 22.0 45.0 22.0 12 gap\n") != NULL, s);
	OK(strstr(s, "90.0 80.0 90.0 60.0 10 up\n") != NULL, "upwards");
	OK(strstr(s, "99.0 60.0 99.0 20.0 7 alone\n") != NULL, "as the last");
	doc_ocr_words_release(&page.words);
}

static unsigned
be(const struct doc_buf *b, size_t at, unsigned n)
{
	unsigned v = 0;

	while (n-- > 0 && at < b->len)
		v = v << 8 | (unsigned char)b->data[at++];
	return v;
}

static void
test_font(void)
{
	doc_autobuf struct doc_buf b = { 0 };
	bool inside = true, sorted = true;

	OK(doc_graft_font(&b) == 0 && be(&b, 0, 4) == 0x10000, "a font");
	for (unsigned i = 0; i < be(&b, 4, 2); i++) {
		size_t row = 12 + i * 16;

		inside = inside &&
		    be(&b, row + 8, 4) + be(&b, row + 12, 4) <= b.len &&
		    be(&b, row + 8, 4) % 4 == 0;
		sorted = sorted &&
		    (i == 0 || memcmp(b.data + row - 16, b.data + row, 4) < 0);
	}
	OK(be(&b, 4, 2) == 6 && inside, "its tables lie within it");
	OK(sorted, "and in their order");
}

static const char *
words(const char *s, struct doc_buf *b)
{
	/* A page of 200 x 100 pixels on 100 x 50 points. */
	static const struct doc_graft_frame frame = { 0.5, 0, 0, -0.5, 0, 50 };

	b->len = 0;
	return doc_graft_words(s, strlen(s), &frame, "F", b) == 0
	    ? doc_buf_str(b)
	    : "";
}

static void
test_words(void)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s;

	/* Four letters of 10 points would be 20 wide; they are 40. */
	s = words("page 1 200 100\n20 60 100 60 20 a(b\\\nend\n", &b);
	OK(strcmp(s,
	       "q BT 3 Tr\n"
	       "/F 10.000 Tf 200.000 Tz 1.00000 0.00000 0.00000 1.00000 10.000 "
	       "20.000 Tm <006100280062005C0020> Tj\nET Q\n") == 0,
	    s);
	s = words("0 0 10 0 9 \xf0\x9d\x84\x9e\n", &b);
	OK(strstr(s, "<D834DD1E0020>") != NULL, "beyond the first plane");
	s = words("20 60 100 60 20 \xd7\xa9\xd7\x9c\n", &b);
	OK(strstr(s, "-1.00000 0.00000 0.00000 1.00000 50.000") != NULL,
	    "from right to left");
	s = words("1 2 3\n1 2 3 4 5\n1 2 3 4 5 \nnan 1 2 3 4 x\n"
		  "1 1 inf 1 4 x\n1 1 1 1 4 x\n1 1 9 1 -4 x\n1 1 9 1 1e9 x\n"
		  "-1e308 1 1e308 1 4 x\n"
		  "page 1 0 0\n",
	    &b);
	OK(strcmp(s, "q BT 3 Tr\nET Q\n") == 0, "no nonsense");
}

static void
test_open(void)
{
	static const char *const bad[] = { "", "12345678901234567890",
		"x00000000000000000002\n", "00000000000000000001\n" };
	static const char good[] = "PDFrows00000000000000000003\n";
	struct doc_input in = { .data = good, .size = sizeof(good) - 1 };
	struct doc_input document;
	const char *at;
	size_t n;
	struct doc_error err = { 0 };

	OK(doc_graft_open(&in, &document, &at, &n, &err) == 0 &&
		document.size == 3 && n == 4 && memcmp(at, "rows", 4) == 0,
	    "document and rows");
	for (size_t i = 0; i < DOC_LEN(bad); i++) {
		struct doc_error why = { 0 };

		in.data = bad[i];
		in.size = strlen(bad[i]);
		OK(doc_graft_open(&in, &document, &at, &n, &why) < 0 &&
			why.code == DOC_E_PROTOCOL,
		    "no such file");
	}
}

int
main(void)
{
	test_turned();
	test_skew();
	test_lines();
	test_font();
	test_words();
	test_open();
	return TAP_DONE();
}
