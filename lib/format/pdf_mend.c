/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_mend - poppler's text of a page put right by where its letters are. */
#include "lib/format/pdf_impl.h"

#include <poppler.h>

/* poppler brackets right-to-left runs with these, which its layout does not
 * count and nobody searches for: U+202A, U+202B, U+202C. */
static bool
is_bidi_mark(const char *s)
{
	return s[0] == '\xe2' && s[1] == '\x80' && s[2] >= '\xaa' &&
	    s[2] <= '\xac';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static double
height(const PopplerRectangle *r)
{
	return r->y2 - r->y1;
}

/*
 * Do two neighbouring characters belong to different cells?  Within a word
 * poppler allows gaps of 0.1 of the font size, and where it saw a space it put
 * one; a wider gap without a space is where its text selection joins the
 * cells of a table row (TextSelectionDumper, poppler 22.12).  So are letters of
 * another size that begin before the last one ended: two texts painted over
 * each other.
 */
static bool
is_apart(const PopplerRectangle *a, const PopplerRectangle *b)
{
	double size = MAX(a->x2 - a->x1, height(a));
	double dx = MAX(b->x1 - a->x2, a->x1 - b->x2);
	double dy = MAX(b->y1 - a->y2, a->y1 - b->y2);

	if (a->x2 - b->x1 > 0.1 * size && b->x1 > a->x1 &&
	    height(b) > 1.1 * height(a))
		return true;
	return MAX(dx, dy) > 0.15 * size;
}

/* Spaces of a line, by which a narrow one is judged. */
enum { SPACES_MOST = 64, SPACES_LEAST = 3 };

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Letter-spaced lines: poppler sees a space in each gap of more than 0.1 of the
 * font size, where kerning adds to the tracking: "Co ncurring".  It is none if
 * the spaces of its line are more than twice as wide.  The width below which
 * that may be is returned; 0: no space of this line is doubted.
 */
static double
narrow_space(const char *s, const PopplerRectangle *r)
{
	double width[SPACES_MOST];
	size_t n = 0;

	for (; *s && *s != '\n' && n < SPACES_MOST; s = g_utf8_next_char(s)) {
		if (is_bidi_mark(s))
			continue;
		if (*s == ' ' && height(r) > 0)
			width[n++] = r->x2 - r->x1;
		r++;
	}
	if (n < SPACES_LEAST)
		return 0;
	qsort(width, n, sizeof(*width), by_size);
	return width[n / 2] * 0.45;
}

/* East Asian scripts, U+2E80 and up, have spaces of any width, or none. */
static bool
is_alphabetic(const char *s)
{
	gunichar c = g_utf8_get_char(s);

	return c < 0x2e80 && g_unichar_isalpha(c);
}

/* Is this space, between two letters, a gap in a word? */
static bool
is_gap(const char *prev, const char *s, const PopplerRectangle *r,
    double narrow)
{
	double width = r->x2 - r->x1;

	return *s == ' ' && prev && width < narrow && width > 0 &&
	    width < 0.15 * height(r) && is_alphabetic(prev) &&
	    is_alphabetic(s + 1);
}

unsigned
doc_pdf_mend_chars(const char *s)
{
	unsigned n = 0;

	for (; *s; s = g_utf8_next_char(s))
		n += !is_bidi_mark(s);
	return n;
}

int
doc_pdf_mend(struct doc_buf *buf, const char *s,
    const struct _PopplerRectangle *r)
{
	const char *from = s, *prev = NULL;
	double narrow = narrow_space(s, r);
	int rc = 0;

	for (const char *p = s; *p; p = g_utf8_next_char(p)) {
		bool mark = is_bidi_mark(p);
		bool gap = !mark && is_gap(prev, p, r, narrow);

		if (mark || gap) {
			rc |= doc_buf_add(buf, from, (size_t)(p - from));
			from = g_utf8_next_char(p);
		} else if (prev && !is_space(*prev) && !is_space(*p) &&
		    is_apart(r - 1, r)) {
			rc |= doc_buf_add(buf, from, (size_t)(p - from));
			rc |= doc_buf_addc(buf, '\t');
			from = p;
		}
		if (mark)
			continue;
		prev = p;
		r++;
		if (*p == '\n')
			narrow = narrow_space(p + 1, r);
	}
	return rc | doc_buf_adds(buf, from);
}
