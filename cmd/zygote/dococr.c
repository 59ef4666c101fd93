/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dococr's engine - text from pixels, one page at a time; runs in a cage.
 */
#include <string.h>

#include "cmd/options.h"
#include "lib/base/io.h"
#include "lib/base/starved.h"
#include "lib/engine/ocr_answer.h"
#include "lib/engine/ocr_layout.h"
#include "lib/engine/ocr_page.h"
#include "lib/engine/ocr_place.h"
#include "lib/engine/tesseract.h"
#include "lib/format/pdf.h"
#include "lib/format/sample.h"
#include "lib/format/text.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

enum { MAX_PIXELS = 40 << 20, READINGS_MOST = 3 };

static struct doc_ocr_options options = DOC_OCR_DEFAULTS;

/* Is there anything for Tesseract to do? */
static bool
reads_here(void)
{
	return strcmp(options.engine, "local") == 0 ||
	    options.fallback == DOC_OCR_FALLBACK_LOCAL;
}

static struct doc_answer_form
answer_form(void)
{
	struct doc_answer_form form = doc_answer_form_of(options.api);

	if (options.answer)
		form = (struct doc_answer_form){ options.answer, NULL, NULL };
	if (options.answer_error)
		form.error = options.answer_error;
	return form;
}

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	struct doc_answer_form form = answer_form();

	(void)facts;
	if (!form.form || !doc_answer_form_valid(form.form))
		return doc_error_set(err, DOC_E_USAGE,
		    form.form
			? "--answer: text, tsv, hocr or json:POINTER"
			: "--api: tika, tesseract-server, liteparse, paddlex");
	if (doc_pdf_warm(err) < 0)
		return -1;
	if (!reads_here())
		return 0;
	return doc_tesseract_init(options.lang, err);
}

static int
pixels(const struct doc_input *in, struct doc_work *work, struct doc_pixels *px,
    unsigned *pages, struct doc_error *err)
{
	struct doc_pdf_render how = { .page = in->page,
		.dpi = options.dpi,
		.grey = true,
		.max_pixels = MAX_PIXELS,
		.work = work };

	if (doc_media_family(in->media) == DOC_FAMILY_PDF)
		return doc_pdf_pixels(in, &how, px, pages, err);
	return doc_leptonica_pixels(in, px, pages, err);
}

/* Lines as lines, an empty one between paragraphs. */
static void
put_words(const struct doc_ocr_words *words, struct doc_text *text)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct doc_ocr_word *w = &words->at[i], *last = w - 1;

		if (i > 0 && w->line == last->line)
			doc_text_puts(text, " ");
		else if (i > 0)
			doc_text_puts(text,
			    w->block == last->block ? "\n" : "\n\n");
		doc_text_puts(text, doc_ocr_word_text(words, w));
	}
	doc_text_line(text);
}

/* Behind the text, in the same file, the supervisor knows where they begin:
 * the layout, and the places of the words. */
static int
put_places(struct doc_ocr_page *page, const struct doc_input *in,
    const struct doc_text *text, struct doc_error *err)
{
	const struct doc_layout_page at = { in->page, page->width, page->height,
		page->sheet.px.dpi };
	doc_autobuf struct doc_buf layout = { 0 }, rows = { 0 };
	int rc = 0;

	if (options.searchable)
		rc = doc_ocr_place_rows(page, in->page, &rows);
	doc_ocr_place_words(page);
	if (rc == 0 && options.layout != DOC_LAYOUT_NONE)
		rc = doc_ocr_layout_put((enum doc_layout_kind)options.layout,
		    &at, &page->words, &layout);
	if (rc)
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory for the places of the words");
	if (layout.len + rows.len == 0)
		return 0;
	doc_work_int(text->work, DOC_F_TEXT_BYTES, text->bytes);
	doc_work_int(text->work, DOC_F_LAYOUT_BYTES, layout.len);
	if (doc_write_full(text->work->out, layout.data, layout.len) < 0 ||
	    doc_write_full(text->work->out, rows.data, rows.len) < 0)
		return doc_error_sys(err, "cannot write the layout");
	return 0;
}

static int
put_page(struct doc_ocr_page *page, const struct doc_input *in,
    struct doc_work *work, struct doc_error *err)
{
	struct doc_text text;
	int rc;

	doc_text_init(&text, work);
	put_words(&page->words, &text);
	rc = doc_text_finish(&text, err);
	/* Tesseract out of memory finds fewer words, or none, with success. */
	if (rc == 0 && doc_starved() && text.words == 0)
		rc = doc_error_set(err, DOC_E_MEMORY,
		    "the page did not fit the memory limit");
	if (rc == 0)
		rc = put_places(page, in, &text, err);
	if (rc == 0 && page->sheet.quads > 0)
		doc_work_int(work, DOC_F_TURNED, page->sheet.quads * 90U);
	if (rc == 0 && text.words > 0)
		doc_work_int(work, DOC_F_CONFIDENCE,
		    (uint64_t)doc_ocr_words_confidence(&page->words));
	doc_text_release(&text);
	return rc;
}

static int
recognise(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	doc_autopixels struct doc_pixels px = { 0 };
	doc_autopage struct doc_ocr_page page = { 0 };
	unsigned pages = 0;

	if (pixels(in, work, &px, &pages, err) < 0)
		return -1;
	doc_work_int(work, DOC_F_PAGES, pages);
	if (doc_ocr_page_read(&px, READINGS_MOST, work, &page, err))
		return -1;
	return put_page(&page, in, work, err);
}

/* A page for others to read. */
static int
draw(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	doc_autopixels struct doc_pixels px = { 0 };
	unsigned pages = 0;

	if (pixels(in, work, &px, &pages, err) < 0)
		return -1;
	doc_work_int(work, DOC_F_PAGES, pages);
	return doc_leptonica_png(&px, work->out, err);
}

/* What they read. */
static int
take_answer(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct doc_answer_form form = answer_form();
	struct doc_text text;
	int confidence, rc;

	doc_text_init(&text, work);
	rc = doc_ocr_answer(in, &form, &text, &confidence, err);
	if (rc == 0)
		rc = doc_text_finish(&text, err);
	if (rc == 0 && confidence >= 0)
		doc_work_int(work, DOC_F_CONFIDENCE, (uint64_t)confidence);
	doc_text_release(&text);
	return rc;
}

static int
work(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	switch (in->unit) {
	case DOC_UNIT_OCR_SURVEY:
		return doc_pdf_survey(in, options.mode == DOC_OCR_REDO, work,
		    err);
	case DOC_UNIT_OCR_PICTURE:
		return draw(in, work, err);
	case DOC_UNIT_OCR_ANSWER:
		return take_answer(in, work, err);
	default:
		return recognise(in, work, err);
	}
}

/* A word to read: without its memory or models Tesseract finds nothing, with
 * success.  Only where English is loaded. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	const struct doc_sample *s = &doc_sample_word;
	struct doc_input in = { .fd = -1,
		.data = s->data,
		.size = s->size,
		.media = "image/png",
		.page = 1 };
	char got[256];
	ssize_t n;

	if (!reads_here())
		return draw(&in, work, err);
	if (recognise(&in, work, err) < 0)
		return -1;
	n = pread(work->out, got, sizeof(got) - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	if (strstr(options.lang, "eng") != NULL ? strstr(got, s->expect) == NULL
						: n <= 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "Tesseract does not find the word of the self-test");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote dococr = {
		.name = "dococr",
		.profile = &doc_profile_ocr,
		.opts = { doc_ocr_opts, &options },
		.load = load,
		.work = work,
		.canary = canary,
	};

	return doc_zygote_main(&dococr, argc, argv);
}
