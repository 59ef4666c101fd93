/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ocr_join - two readings of a page made one. */
#include <string.h>

#include "lib/engine/ocr_words.h"

/* Words lie over each other when they share this part of the smaller one. */
#define SHARED 0.3
/* So much surer the other reading must be to replace words: points. */
#define MARGIN 3
/* As sure it must be of words where the first saw none.  Below, sparse text
 * mode reads dirt. */
#define SURE 60

/* A group is all words of both readings that are connected by lying over each
 * other: "to day" in one, "today" in the other. */
struct node {
	unsigned parent;
	double weight[2], sum[2]; /* letters, confidence times letters */
	bool replaced;
	unsigned line; /* where what replaces it goes, +1; 0 nowhere */
};

struct join {
	struct doc_ocr_words *a;
	const struct doc_ocr_words *b;
	struct node *nodes; /* those of a, then those of b */
	unsigned *by_top;   /* words of b from top to bottom */
	int tallest;	    /* of b */
};

static unsigned
root(struct node *nodes, unsigned i)
{
	while (nodes[i].parent != i) {
		nodes[i].parent = nodes[nodes[i].parent].parent;
		i = nodes[i].parent;
	}
	return i;
}

static double
area(const struct doc_box *b)
{
	return (double)(b->right - b->left) * (b->bottom - b->top);
}

static double
shared(const struct doc_box *a, const struct doc_box *b)
{
	int w = DOC_MIN(a->right, b->right) - DOC_MAX(a->left, b->left);
	int h = DOC_MIN(a->bottom, b->bottom) - DOC_MAX(a->top, b->top);
	double least = DOC_MIN(area(a), area(b));

	return w <= 0 || h <= 0 || least <= 0 ? 0 : (double)w * h / least;
}

static int
compare_top(const void *x, const void *y, void *user)
{
	const struct doc_ocr_words *b = user;
	const struct doc_ocr_word *p = &b->at[*(const unsigned *)x];
	const struct doc_ocr_word *q = &b->at[*(const unsigned *)y];

	return p->box.top != q->box.top ? (p->box.top > q->box.top) * 2 - 1
					: (p > q) * 2 - 1;
}

/* The first of b, from top to bottom, that begins at `top` or below. */
static size_t
first_below(const struct join *j, int top)
{
	size_t low = 0, high = j->b->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (j->b->at[j->by_top[mid]].box.top < top)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
connect(struct join *j, unsigned i)
{
	const struct doc_box *box = &j->a->at[i].box;

	for (size_t k = first_below(j, box->top - j->tallest); k < j->b->count;
	     k++) {
		unsigned other = j->by_top[k];
		const struct doc_ocr_word *w = &j->b->at[other];

		if (w->box.top >= box->bottom)
			break;
		if (!w->solid || shared(box, &w->box) <= SHARED)
			continue;
		j->nodes[root(j->nodes, (unsigned)j->a->count + other)].parent =
		    root(j->nodes, i);
	}
}

static void
weigh(struct join *j, const struct doc_ocr_words *from, unsigned side)
{
	unsigned base = side ? (unsigned)j->a->count : 0;

	for (unsigned i = 0; i < from->count; i++) {
		const struct doc_ocr_word *w = &from->at[i];
		struct node *n = &j->nodes[root(j->nodes, base + i)];
		double letters = (double)strlen(doc_ocr_word_text(from, w));

		if (side && !w->solid)
			continue;
		n->weight[side] += letters;
		n->sum[side] += letters * (double)w->confidence;
	}
}

/* Does the other reading of the group win? */
static bool
is_better(const struct node *n)
{
	if (n->weight[1] <= 0)
		return false;
	if (n->weight[0] <= 0)
		return n->sum[1] >= SURE * n->weight[1];
	return n->sum[1] / n->weight[1] > n->sum[0] / n->weight[0] + MARGIN;
}

static int
prepare(struct join *j)
{
	size_t all = j->a->count + j->b->count;

	j->nodes = calloc(all + 1, sizeof(*j->nodes));
	j->by_top = calloc(j->b->count + 1, sizeof(*j->by_top));
	if (!j->nodes || !j->by_top)
		return -1;
	for (unsigned i = 0; i < all; i++)
		j->nodes[i].parent = i;
	for (unsigned i = 0; i < j->b->count; i++) {
		const struct doc_box *box = &j->b->at[i].box;

		j->by_top[i] = i;
		j->tallest = DOC_MAX(j->tallest, box->bottom - box->top);
	}
	qsort_r(j->by_top, j->b->count, sizeof(*j->by_top), compare_top,
	    (void *)(uintptr_t)j->b);
	for (unsigned i = 0; i < j->a->count; i++)
		connect(j, i);
	weigh(j, j->a, 0);
	weigh(j, j->b, 1);
	for (unsigned i = 0; i < all; i++) {
		struct node *n = &j->nodes[i];

		n->replaced = n->parent == i && is_better(n);
	}
	return 0;
}

/* A word of the result, and where it goes: behind line `line` of a, 0 before
 * the first; in that line, or as a line of its own (`own` from 1). */
struct place {
	const struct doc_ocr_words *from;
	const struct doc_ocr_word *word;
	unsigned line, own;
	size_t at; /* to keep the order of what is not moved */
};

struct result {
	struct place *at;
	size_t count;
	bool *mixed; /* by line of a: has new words */
	bool right_to_left;
};

/* Does `box` stand on the line? */
static bool
is_on(const struct doc_box *line, const struct doc_box *box)
{
	int h = DOC_MIN(line->bottom, box->bottom) -
	    DOC_MAX(line->top, box->top);
	int height = DOC_MIN(box->bottom - box->top, line->bottom - line->top);

	return height > 0 && h * 2 > height &&
	    box->left < line->right + 8 * height &&
	    box->right > line->left - 8 * height;
}

static bool
is_above(const struct doc_box *line, const struct doc_box *box)
{
	return line->top + line->bottom < box->top + box->bottom &&
	    line->left < box->right && line->right > box->left;
}

/* For words where a has none: the line it stands on, or the last one above. */
static void
find_line(const struct doc_ocr_words *a, const struct doc_ocr_word *w,
    struct place *p)
{
	for (size_t i = 0, next; i < a->count; i = next) {
		struct doc_box box = doc_ocr_words_line(a, i, &next);

		if (is_on(&box, &w->box)) {
			p->line = a->at[i].line + 1;
			p->own = 0;
			return;
		}
		if (is_above(&box, &w->box))
			p->line = a->at[i].line + 1;
	}
	p->own = w->line + 1;
}

static void
place_words(struct join *j, struct result *r)
{
	const struct doc_ocr_words *a = j->a, *b = j->b;

	for (unsigned i = 0; i < a->count; i++) {
		struct node *n = &j->nodes[root(j->nodes, i)];
		const struct doc_ocr_word *w = &a->at[i];

		if (n->replaced && n->line == 0)
			n->line = w->line + 1;
		if (!n->replaced)
			r->at[r->count++] = (struct place){ a, w, w->line + 1,
				0, i };
	}
	for (unsigned i = 0; i < b->count; i++) {
		struct node *n =
		    &j->nodes[root(j->nodes, (unsigned)a->count + i)];
		struct place p = { b, &b->at[i], n->line, 0, i };

		if (!n->replaced || !p.word->solid)
			continue;
		if (n->line == 0)
			find_line(a, p.word, &p);
		if (p.own == 0)
			r->mixed[p.line] = true;
		r->at[r->count++] = p;
	}
}

static int
compare_place(const void *x, const void *y, void *user)
{
	const struct place *p = x, *q = y;
	const struct result *r = user;
	int left = p->word->box.left - q->word->box.left;

	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	if (p->own != q->own)
		return p->own < q->own ? -1 : 1;
	if (p->own == 0 && r->mixed[p->line] && left != 0)
		return r->right_to_left ? -left : left;
	return p->at != q->at ? (p->at > q->at) * 2 - 1
			      : (p->from > q->from) * 2 - 1;
}

static bool
runs_right_to_left(const struct doc_ocr_words *a)
{
	size_t left = 0, right = 0;

	for (size_t i = 1; i < a->count; i++) {
		if (a->at[i].line != a->at[i - 1].line)
			continue;
		left += a->at[i].box.left < a->at[i - 1].box.left;
		right += a->at[i].box.left > a->at[i - 1].box.left;
	}
	return left > right;
}

/* Paragraphs are those of a; what is new belongs to the one before it. */
static int
collect(const struct result *r, const struct doc_ocr_words *a,
    struct doc_ocr_words *made)
{
	unsigned line = 0, block = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct place *p = &r->at[i], *last = p - 1;
		struct doc_ocr_word w = *p->word;

		if (i > 0 && (p->line != last->line || p->own != last->own))
			line++;
		if (p->from == a)
			block = p->word->block;
		w.line = line;
		w.block = block;
		if (doc_ocr_words_add(made, &w,
			doc_ocr_word_text(p->from, p->word)))
			return -1;
	}
	return 0;
}

int
doc_ocr_words_join(struct doc_ocr_words *words,
    const struct doc_ocr_words *other)
{
	struct join j = { .a = words, .b = other };
	struct doc_ocr_words made = { 0 };
	unsigned lines = words->count ? words->at[words->count - 1].line : 0;
	struct result r = {
		.at = calloc(words->count + other->count + 1, sizeof(*r.at)),
		.mixed = calloc((size_t)lines + 2, sizeof(*r.mixed)),
		.right_to_left = runs_right_to_left(words),
	};
	int rc = -1;

	if (r.at && r.mixed && prepare(&j) == 0) {
		place_words(&j, &r);
		qsort_r(r.at, r.count, sizeof(*r.at), compare_place, &r);
		rc = collect(&r, words, &made);
	}
	if (rc == 0) {
		doc_ocr_words_release(words);
		*words = made;
	} else {
		doc_ocr_words_release(&made);
	}
	free(r.at);
	free(r.mixed);
	free(j.nodes);
	free(j.by_top);
	return rc;
}
