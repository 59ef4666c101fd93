/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/ocr_place.h"

#include <math.h>
#include <string.h>

struct point {
	double x, y;
};

/* The turn that made the sheet straight, and the quarter turns before it, taken
 * back.  Both turned it around its middle. */
static struct point
on_source(const struct doc_ocr_page *page, double x, double y)
{
	double w = page->width, h = page->height;
	bool side = page->sheet.quads % 2 != 0;
	double turn = -page->sheet.skew * M_PI / 180;
	double dx = x - page->sheet.px.width / 2.0;
	double dy = y - page->sheet.px.height / 2.0;
	struct point t = { (side ? h : w) / 2 + dx * cos(turn) - dy * sin(turn),
		(side ? w : h) / 2 + dx * sin(turn) + dy * cos(turn) };

	switch (page->sheet.quads) {
	case 1:
		return (struct point){ t.y, h - t.x };
	case 2:
		return (struct point){ w - t.x, h - t.y };
	case 3:
		return (struct point){ w - t.y, t.x };
	default:
		return t;
	}
}

static int
within(double v, unsigned most)
{
	return (int)fmax(0, fmin(floor(v + 0.5), most));
}

void
doc_ocr_place_words(struct doc_ocr_page *page)
{
	for (size_t i = 0; i < page->words.count; i++) {
		struct doc_box *b = &page->words.at[i].box;
		struct point p[4] = { on_source(page, b->left, b->top),
			on_source(page, b->right, b->top),
			on_source(page, b->left, b->bottom),
			on_source(page, b->right, b->bottom) };
		struct point least = p[0], most = p[0];

		for (size_t k = 1; k < DOC_LEN(p); k++) {
			least.x = fmin(least.x, p[k].x);
			least.y = fmin(least.y, p[k].y);
			most.x = fmax(most.x, p[k].x);
			most.y = fmax(most.y, p[k].y);
		}
		b->left = within(least.x, page->width);
		b->top = within(least.y, page->height);
		b->right = within(most.x, page->width);
		b->bottom = within(most.y, page->height);
	}
}

static int
by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The line a word stands on, from its first letter to its last. */
struct base {
	double x0, y0, x1, y1, height;
};

/* Where the heads of its letters point, in quarter turns clockwise. */
enum up { UP, UP_RIGHT, UP_LEFT = 3 };

/* Tesseract reads lines that stand on the page, too, and calls them upright:
 * these are higher than wide, and their words follow each other downwards or
 * upwards.  One word alone is as the line before it. */
static enum up
up_of(const struct doc_ocr_words *words, size_t first, size_t next,
    enum up last)
{
	size_t ignored;
	struct doc_box line = doc_ocr_words_line(words, first, &ignored);
	const struct doc_box *a = &words->at[first].box;
	const struct doc_box *b = &words->at[next - 1].box;

	if (line.bottom - line.top < 2 * (line.right - line.left))
		return UP;
	if (next - first > 1)
		return a->top < b->top ? UP_RIGHT : UP_LEFT;
	if (strlen(doc_ocr_word_text(words, &words->at[first])) < 3)
		return UP;
	return last == UP_LEFT ? UP_LEFT : UP_RIGHT;
}

/* What most words of a line share, so that readers see one line and not the
 * ups and downs of their letters. */
struct line {
	int bottom, height;
};

static struct line
middle_of(const struct doc_ocr_words *words, size_t first, size_t next)
{
	size_t n = next - first;
	int *v = calloc(n, sizeof(*v));
	struct line line = { 0, 0 };

	if (!v)
		return line;
	for (size_t i = 0; i < n; i++)
		v[i] = words->at[first + i].box.bottom;
	qsort(v, n, sizeof(*v), by_value);
	line.bottom = v[n / 2];
	for (size_t i = 0; i < n; i++)
		v[i] = words->at[first + i].box.bottom -
		    words->at[first + i].box.top;
	qsort(v, n, sizeof(*v), by_value);
	line.height = v[n / 2];
	free(v);
	return line;
}

/* A word that is not as high as its line, or not on it, goes by its own box. */
static struct line
own_or(const struct doc_box *b, struct line line)
{
	int height = b->bottom - b->top;
	int both = DOC_MIN(b->bottom, line.bottom) -
	    DOC_MAX(b->top, line.bottom - line.height);

	if (both * 3 >= height * 2 && both * 3 >= line.height)
		return line;
	return (struct line){ b->bottom, height };
}

static struct base
base_of(const struct doc_ocr_word *w, enum up up, struct line line)
{
	const struct doc_box *b = &w->box;
	struct line at;

	if (up == UP_RIGHT)
		return (struct base){ b->left, b->top, b->left, b->bottom,
			b->right - b->left };
	if (up == UP_LEFT)
		return (struct base){ b->right, b->bottom, b->right, b->top,
			b->right - b->left };
	at = own_or(b, line);
	return (
	    struct base){ b->left, at.bottom, b->right, at.bottom, at.height };
}

static int
put_row(const struct doc_ocr_page *page, const struct doc_ocr_word *w,
    struct base base, struct doc_buf *out)
{
	struct point from = on_source(page, base.x0, base.y0);
	struct point to = on_source(page, base.x1, base.y1);
	doc_autobuf struct doc_buf text = { 0 };

	for (const char *s = doc_ocr_word_text(&page->words, w); *s; s++)
		if ((unsigned char)*s >= ' ' && doc_buf_addc(&text, *s))
			return -1;
	return doc_buf_addf(out, "%.1f %.1f %.1f %.1f %.0f %s\n", from.x,
	    from.y, to.x, to.y, base.height, doc_buf_str(&text));
}

int
doc_ocr_place_rows(const struct doc_ocr_page *page, unsigned number,
    struct doc_buf *out)
{
	const struct doc_ocr_words *words = &page->words;
	struct line line = { 0, 0 };
	enum up up = UP;

	if (doc_buf_addf(out, "page %u %u %u\n", number, page->width,
		page->height))
		return -1;
	for (size_t i = 0, next = 0; i < words->count; i++) {
		const struct doc_ocr_word *w = &words->at[i];

		if (i == next) {
			(void)doc_ocr_words_line(words, i, &next);
			line = middle_of(words, i, next);
			up = up_of(words, i, next, up);
		}
		if (put_row(page, w, base_of(w, up, line), out))
			return -1;
	}
	return doc_buf_adds(out, "end\n");
}
