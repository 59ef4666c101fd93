/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docpreview's engine - small pictures; runs in a cage.
 */
#include "cmd/options.h"
#include "lib/format/pdf.h"
#include "lib/format/raster.h"
#include "lib/format/sample.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

static struct doc_preview_options options = DOC_PREVIEW_DEFAULTS;

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	if (doc_pdf_warm(err) < 0)
		return -1;
	return doc_raster_init(err);
}

static int
draw_pdf(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct doc_pdf_render how = { .page = options.page,
		.box = options.size,
		.max_pixels = (uint64_t)40 << 20 };
	doc_autopixels struct doc_pixels px = { 0 };
	unsigned pages;

	if (doc_pdf_pixels(in, &how, &px, &pages, err) < 0)
		return -1;
	doc_work_int(work, DOC_F_PAGES, pages);
	return doc_raster_encode(&px, (enum doc_raster_kind)options.format,
	    work, err);
}

static int
draw(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	if (doc_media_family(in->media) == DOC_FAMILY_PDF)
		return draw_pdf(in, work, err);
	return doc_raster_thumbnail(in, options.size,
	    (enum doc_raster_kind)options.format, work, err);
}

static int
canary(struct doc_work *work, struct doc_error *err)
{
	const struct doc_sample *s = &doc_sample_picture;
	struct doc_input in = { .fd = -1,
		.data = s->data,
		.size = s->size,
		.media = "image/png" };

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
