/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/ocr_page.h"

#include "lib/engine/tesseract.h"

/*
 * How the numbers were found: the 18 pages and receipts of scribeocr and SROIE
 * in the corpus, half of them to choose by and half to check;
 * tests/score/ocr.py prints both.  Mean confidence of a page that reads well is
 * 91 to 95, of a receipt 70 to 88, upside down about 40.
 */
#define CONFIDENCE_GOOD	  90 /* nothing to gain by another reading */
#define CONFIDENCE_FAIR	  85 /* a third reading finds little more */
#define CONFIDENCE_TURNED 60
/* With more of its letters outside all words the layout went wrong; pages that
 * were read whole have less than 0.015. */
#define UNREAD_MOST 0.03

/* Letters smaller than this lose their details on the way to the 36 pixels
 * that Tesseract's network looks at. */
#define GLYPH_SMALL  15
#define GLYPH_LARGE  48 /* costs time and adds nothing */
#define GLYPH_WANTED 32
#define GLYPH_SMOOTH 28 /* smoothing needs fewer */

void
doc_ocr_page_release(struct doc_ocr_page *page)
{
	doc_sheet_release(&page->sheet);
	doc_ocr_words_release(&page->words);
}

static void
scale_words(struct doc_ocr_words *words, double scale)
{
	for (size_t i = 0; i < words->count; i++) {
		struct doc_box *b = &words->at[i].box;

		b->left = (int)(b->left / scale);
		b->top = (int)(b->top / scale);
		b->right = (int)(b->right / scale + 0.5);
		b->bottom = (int)(b->bottom / scale + 0.5);
	}
}

struct pass {
	unsigned glyph;
	bool smooth;
	enum doc_ocr_layout layout;
};

static int
read_scaled(const struct doc_sheet *sheet, const struct pass *pass,
    struct doc_work *work, struct doc_ocr_words *words, struct doc_error *err)
{
	doc_autopixels struct doc_pixels px = { 0 };
	double scale = 1;

	if (doc_sheet_scaled(sheet, pass->glyph, pass->smooth, &px, &scale,
		err) ||
	    doc_tesseract_read(&px, pass->layout, work, words, err))
		return -1;
	scale_words(words, scale);
	return 0;
}

static int
read_first(struct doc_ocr_page *page, struct doc_work *work,
    struct doc_error *err)
{
	static const struct pass scaled = { GLYPH_WANTED, false,
		DOC_LAYOUT_AUTO };
	unsigned glyph = page->sheet.glyph;

	page->readings = 1;
	if (glyph > 0 && (glyph < GLYPH_SMALL || glyph > GLYPH_LARGE))
		return read_scaled(&page->sheet, &scaled, work, &page->words,
		    err);
	return doc_tesseract_read(&page->sheet.px, DOC_LAYOUT_AUTO, work,
	    &page->words, err);
}

/* Read it turned; *page is replaced when that reads better. */
static void
try_turned(unsigned quads, struct doc_work *work, struct doc_ocr_page *page)
{
	doc_autopage struct doc_ocr_page other = { .width = page->width,
		.height = page->height };
	struct doc_error ignored = { 0 };

	if (doc_sheet_turn(&page->sheet, quads, &other.sheet, &ignored) ||
	    read_first(&other, work, &ignored))
		return;
	if (doc_ocr_words_confidence(&other.words) >
	    doc_ocr_words_confidence(&page->words)) {
		struct doc_ocr_page worse = *page;

		*page = other;
		other = worse;
	}
}

/* What was turned may have been upright before, what was not may be not. */
static void
check_turned(struct doc_work *work, struct doc_ocr_page *page)
{
	unsigned back = (4 - page->sheet.quads) % 4;

	if (page->words.count > 0 &&
	    doc_ocr_words_confidence(&page->words) < CONFIDENCE_TURNED)
		try_turned(back ? back : page->sheet.guess, work, page);
}

/* A further reading that fails, for lack of memory say, costs nothing but its
 * gain. */
static void
read_again(struct doc_ocr_page *page, const struct pass *pass,
    struct doc_work *work)
{
	doc_autowords struct doc_ocr_words more = { 0 };
	struct doc_error ignored = { 0 };

	if (read_scaled(&page->sheet, pass, work, &more, &ignored) ||
	    doc_ocr_words_join(&page->words, &more))
		return;
	page->readings++;
}

/* Is there something to gain? */
static bool
is_poor(const struct doc_ocr_page *page, double enough)
{
	return page->sheet.glyph > 0 &&
	    (doc_ocr_words_confidence(&page->words) < enough ||
		doc_sheet_unread(&page->sheet, &page->words) > UNREAD_MOST);
}

int
doc_ocr_page_read(const struct doc_pixels *px, unsigned readings_most,
    struct doc_work *work, struct doc_ocr_page *page, struct doc_error *err)
{
	static const struct pass further[] = {
		{ GLYPH_SMOOTH, true, DOC_LAYOUT_SPARSE },
		{ GLYPH_WANTED, false, DOC_LAYOUT_BLOCK },
	};
	static const double enough[] = { CONFIDENCE_GOOD, CONFIDENCE_FAIR };

	page->width = px->width;
	page->height = px->height;
	if (doc_sheet_make(px, &page->sheet, err) ||
	    read_first(page, work, err))
		return -1;
	check_turned(work, page);
	for (size_t i = 0; i < DOC_LEN(further); i++) {
		if (page->readings >= readings_most ||
		    !is_poor(page, enough[i]))
			break;
		read_again(page, &further[i], work);
	}
	return 0;
}
