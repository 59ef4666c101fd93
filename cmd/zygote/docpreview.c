/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docpreview's engine for PDF - small pictures of pages; runs in a cage.
 *
 * The other engine, docpicture, maps a hundred libraries for all the other
 * formats; without them a worker for a PDF starts in half the time.
 */
#include "cmd/options.h"
#include "lib/format/encode.h"
#include "lib/format/pdf.h"
#include "lib/format/sample.h"
#include "lib/format/sheet.h"
#include "lib/pool/zygote.h"

static struct doc_preview_options options = DOC_PREVIEW_DEFAULTS;

/* A page that asks for more is drawn smaller. */
#define PIXELS_MAX ((uint64_t)40 << 20)

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	return doc_pdf_warm(err);
}

static int
finish(const struct doc_pixels *px, struct doc_work *work,
    struct doc_error *err)
{
	doc_work_str(work, DOC_F_SOURCE, "page");
	return doc_encode(px, (enum doc_picture)options.format, work, err);
}

static int
draw_page(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct doc_beat beat = { .work = work };
	struct doc_pdf_render how = { .page = in->page,
		.box = options.size,
		.max_pixels = PIXELS_MAX,
		.beat = &beat,
		.work = work };
	doc_autopixels struct doc_pixels px = { 0 };
	unsigned pages;

	if (doc_pdf_pixels(in, &how, &px, &pages, err) < 0)
		return -1;
	doc_work_int(work, DOC_F_PAGES, pages);
	return finish(&px, work, err);
}

/* Pages `first` to `last` of what is there; a page that fails leaves its place
 * empty. */
static int
draw_pages(const struct doc_input *in, unsigned first, unsigned last,
    struct doc_work *work, struct doc_error *err)
{
	struct doc_sheet sheet;
	unsigned total = last - first + 1, pages;
	struct doc_beat beat = { .work = work, .total = total };
	int rc;

	if (doc_sheet_open(&sheet, options.size, total) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	for (unsigned page = first; page <= last; page++) {
		struct doc_pdf_render how = { .page = page,
			.box = sheet.cell,
			.max_pixels = PIXELS_MAX,
			.beat = &beat,
			.work = work };
		doc_autopixels struct doc_pixels px = { 0 };
		struct doc_error why = { 0 };

		if (doc_pdf_pixels(in, &how, &px, &pages, &why) < 0)
			doc_work_reason(work, DOC_R_DAMAGED);
		doc_sheet_put(&sheet, px.data ? &px : NULL);
		beat.done++;
		doc_work_progress(work, beat.done, total, 0);
	}
	rc = finish(&sheet.px, work, err);
	doc_sheet_close(&sheet);
	return rc;
}

static int
draw_sheet(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	unsigned first, last, pages = 0;

	if (doc_pages_parse(&options, &first, &last) < 0 ||
	    doc_pdf_pages(in, &pages, err) < 0)
		return -1;
	doc_work_int(work, DOC_F_PAGES, pages);
	if (first > pages)
		return doc_error_set(err, DOC_E_DAMAGED, "no page %u of %u",
		    first, pages);
	last = DOC_MIN(last, pages);
	if (last - first >= DOC_SHEET_MAX) {
		last = first + DOC_SHEET_MAX - 1;
		doc_work_reason(work, DOC_R_PAGES);
	}
	return draw_pages(in, first, last, work, err);
}

static int
draw(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	return in->unit == DOC_UNIT_PREVIEW_PDF_SHEET
	    ? draw_sheet(in, work, err)
	    : draw_page(in, work, err);
}

/* A page of the sample draws, and something is on it: without fonts poppler
 * leaves it white, with success. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	const struct doc_sample *s = &doc_sample_pdf_cjk;
	struct doc_input in = { .fd = -1,
		.data = s->data,
		.size = s->size,
		.page = 1,
		.media = "application/pdf" };

	if (draw(&in, work, err) < 0)
		return -1;
	if (lseek(work->out, 0, SEEK_END) <= 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "the sample gave an empty picture");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote docpreview = {
		.name = "docpreview",
		.profile = &doc_profile_preview,
		.opts = { doc_preview_opts, &options },
		.load = load,
		.work = draw,
		.canary = canary,
	};

	return doc_zygote_main(&docpreview, argc, argv);
}
