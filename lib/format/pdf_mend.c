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

/* A line in the making. */
struct line {
	size_t start;	  /* in the buffer */
	bool turned;	  /* it has marks of direction */
	int leftwards;	  /* words left of the one before, less others */
	double low, high; /* where the word begins and ends on the page */
};

static void
stretch(struct line *line, const PopplerRectangle *r)
{
	line->low = MIN(line->low, r->x1);
	line->high = MAX(line->high, r->x2);
}

/* Between the words of a line that runs leftwards poppler leaves spaces out:
 * only wide gaps are between cells.  Its rectangles run from left to right in
 * each word even so. */
static char
gap_before(const char *s, const PopplerRectangle *r, const struct line *line)
{
	struct line next = { .low = r->x1, .high = r->x2 };

	if (!line->turned)
		return '\t';
	for (const PopplerRectangle *k = r;
	     *s && !is_space(*s) && !is_bidi_mark(s); s = g_utf8_next_char(s))
		stretch(&next, k++);
	return MAX(next.low - line->high, line->low - next.high) <
		0.8 * height(r)
	    ? ' '
	    : '\t';
}

/* A line up to its end, which is returned; NULL when out of memory. */
static const char *
mend_line(struct doc_buf *buf, const char *s, const PopplerRectangle **rects,
    struct line *line)
{
	const PopplerRectangle *r = *rects;
	const char *from = s, *prev = NULL, *p;
	double narrow = narrow_space(s, r);
	int rc = 0;

	for (p = s; *p && *p != '\n'; p = g_utf8_next_char(p)) {
		bool mark = is_bidi_mark(p);
		bool gap = !mark && is_gap(prev, p, r, narrow);
		bool apart = !mark && prev && !is_space(*prev) &&
		    !is_space(*p) && is_apart(r - 1, r);

		if (mark || gap || apart)
			rc |= doc_buf_add(buf, from, (size_t)(p - from));
		if (apart)
			rc |= doc_buf_addc(buf, gap_before(p, r, line));
		if (mark || gap || apart)
			from = apart ? p : g_utf8_next_char(p);
		line->turned = line->turned || mark;
		if (mark)
			continue;
		if (prev && (apart || is_space(*prev)))
			line->leftwards += r->x1 < line->low ? 1 : -1;
		if (!prev || apart || is_space(*prev)) {
			line->low = r->x1;
			line->high = r->x2;
		}
		if (!is_space(*p))
			stretch(line, r);
		prev = p;
		r++;
	}
	rc |= doc_buf_add(buf, from, (size_t)(p - from));
	*rects = r;
	return rc ? NULL : p;
}

int
doc_pdf_mend(struct doc_buf *buf, const char *s,
    const struct _PopplerRectangle *r)
{
	while (s && *s) {
		struct line line = { .start = buf->len };

		s = mend_line(buf, s, &r, &line);
		if (!s ||
		    (line.turned &&
			doc_pdf_order(buf, line.start, line.leftwards > 0)))
			return -1;
		if (*s == '\n') {
			if (doc_buf_addc(buf, '\n'))
				return -1;
			s++;
			r++;
		}
	}
	return s ? 0 : -1;
}
