/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/ocr_split.h"

#include <string.h>

/* A gap is a space if it is this part of the letters' height, and this many
 * times as wide as any other gap in the word: percent.  In type of one width
 * the gaps around a 1 are wide too, but not alone. */
#define SPACE_HEIGHT 35
#define SPACE_OTHERS 220
#define LETTERS_MOST 12

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Only ASCII, which has one piece of ink for each character but i and j. */
static bool
may_be_two(const char *s)
{
	size_t n = strlen(s);
	bool border = false;

	if (n < 3 || n > LETTERS_MOST)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((signed char)s[i] < 0)
			return false;
		border = border || (is_digit(s[i]) && is_letter(s[i + 1]));
	}
	return border;
}

static bool
has_ink(const struct doc_pixels *px, const struct doc_box *box, int x,
    unsigned dark)
{
	for (int y = box->top; y < box->bottom; y++)
		if (px->data[(size_t)y * px->stride + (size_t)x] < dark)
			return true;
	return false;
}

/* Half way between the lightest and the darkest. */
static unsigned
threshold(const struct doc_pixels *px, const struct doc_box *box)
{
	unsigned low = 255, high = 0;

	for (int y = box->top; y < box->bottom; y++)
		for (int x = box->left; x < box->right; x++) {
			unsigned v =
			    px->data[(size_t)y * px->stride + (size_t)x];

			low = DOC_MIN(low, v);
			high = DOC_MAX(high, v);
		}
	return (low + high) / 2;
}

struct gap {
	int from, to;
};

/* Columns without ink between pieces with; how many, or -1: too many. */
static int
find_gaps(const struct doc_pixels *px, const struct doc_box *box,
    struct gap gaps[static LETTERS_MOST])
{
	unsigned dark = threshold(px, box);
	int n = 0, ink = -1;

	for (int x = box->left; x < box->right; x++) {
		if (!has_ink(px, box, x, dark))
			continue;
		if (ink >= 0 && x > ink + 1) {
			if (n == LETTERS_MOST)
				return -1;
			gaps[n++] = (struct gap){ ink + 1, x };
		}
		ink = x;
	}
	return n;
}

size_t
doc_ocr_split(const struct doc_pixels *px, const struct doc_box *box,
    const char *s, int *column)
{
	struct gap gaps[LETTERS_MOST];
	int widest = 0, second = 0, at = 0, n;

	if (px->bands != 1 || box->left < 0 || box->top < 0 ||
	    box->right > (int)px->width || box->bottom > (int)px->height ||
	    !may_be_two(s))
		return 0;
	n = find_gaps(px, box, gaps);
	if (n != (int)strlen(s) - 1)
		return 0;
	for (int i = 0; i < n; i++) {
		int w = gaps[i].to - gaps[i].from;

		if (w > widest) {
			second = widest;
			widest = w;
			at = i;
		} else {
			second = DOC_MAX(second, w);
		}
	}
	if (widest * 100 < SPACE_HEIGHT * (box->bottom - box->top) ||
	    widest * 100 < SPACE_OTHERS * second || !is_digit(s[at]) ||
	    !is_letter(s[at + 1]))
		return 0;
	*column = (gaps[at].from + gaps[at].to) / 2;
	return (size_t)at + 1;
}
