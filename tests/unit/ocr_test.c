/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two readings of a page made one; words that are two. */
#include <string.h>

#include "lib/engine/ocr_split.h"
#include "tests/unit/tap.h"

enum { HEIGHT = 20, WIDTH = 10 };

/* A word of one box per letter, on line `line` from column `x`. */
static void
put(struct doc_ocr_words *words, const char *s, int x, unsigned line,
    float confidence)
{
	struct doc_ocr_word w = { .confidence = confidence,
		.line = line,
		.box = { x, (int)line * 30, x + (int)strlen(s) * WIDTH,
		    (int)line * 30 + HEIGHT } };

	OK(doc_ocr_words_add(words, &w, s) == 0, s);
}

static const char *
all(const struct doc_ocr_words *words, struct doc_buf *b)
{
	b->len = 0;
	for (size_t i = 0; i < words->count; i++) {
		if (i > 0)
			doc_buf_addc(b,
			    words->at[i].line == words->at[i - 1].line ? ' '
								       : '/');
		doc_buf_adds(b, doc_ocr_word_text(words, &words->at[i]));
	}
	return doc_buf_str(b);
}

static void
test_join(void)
{
	doc_autowords struct doc_ocr_words a = { 0 }, b = { 0 };
	doc_autobuf struct doc_buf s = { 0 };

	put(&a, "to", 0, 0, 90);
	put(&a, "day", 25, 0, 40);
	put(&a, "ends", 0, 2, 90);
	put(&b, "today", 0, 0, 80);
	put(&b, "new", 100, 0, 95);
	put(&b, "dirt", 200, 0, 30);
	put(&b, "own", 0, 1, 70);
	put(&b, "ENDS", 0, 2, 91);
	put(&b, "--", 90, 2, 99);
	OK(doc_ocr_words_join(&a, &b) == 0, "join");
	OK(strcmp(all(&a, &s), "today new/own/ends") == 0, s.data);
	OK(a.at[2].line == 1 && a.at[3].line == 2, "lines count on");
}

static void
test_order(void)
{
	doc_autowords struct doc_ocr_words a = { 0 }, b = { 0 }, none = { 0 };
	doc_autobuf struct doc_buf s = { 0 };

	put(&b, "two", 50, 0, 90);
	put(&b, "one", 0, 0, 90);
	OK(doc_ocr_words_join(&a, &b) == 0, "into nothing");
	OK(strcmp(all(&a, &s), "two one") == 0,
	    "a line that was not changed keeps its order");
	OK(doc_ocr_words_join(&a, &none) == 0 && a.count == 2, "nothing new");
	OK(doc_ocr_words_confidence(&none) <= 0, "no words, no confidence");
}

/* Bars of ink `wide` columns wide, behind gaps. */
static size_t
split(const int *gaps, int wide, const char *s)
{
	unsigned char data[30 * 100];
	struct doc_pixels px = { 100, 30, 1, 300, 100, data };
	struct doc_box box = { 5, 5, 5, 25 };
	int column;

	memset(data, 255, sizeof(data));
	for (size_t i = 0; i < strlen(s); i++) {
		box.right += gaps[i];
		for (int y = 5; y < 25; y++)
			memset(data + y * 100 + box.right, 0, (size_t)wide);
		box.right += wide;
	}
	return doc_ocr_split(&px, &box, s, &column);
}

static void
test_split(void)
{
	OK(split((int[]){ 0, 2, 8 }, 8, "13A") == 2, "13 A");
	OK(split((int[]){ 0, 2, 3 }, 8, "13A") == 0, "13A");
	OK(split((int[]){ 0, 8, 8 }, 8, "13A") == 0, "spaced out");
	OK(split((int[]){ 0, 8, 2 }, 8, "13A") == 0, "1 3A is no two words");
	OK(split((int[]){ 0, 2, 8 }, 8, "abc") == 0, "letters only");
	OK(split((int[]){ 0, 8 }, 8, "1A") == 0, "nothing to compare with");
	OK(split((int[]){ 0, 2, 8, 2 }, 8, "13\xc3\x84") == 0, "not ASCII");
}

int
main(void)
{
	test_join();
	test_order();
	test_split();
	return TAP_DONE();
}
