/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docpreview's engine for all but PDF - pictures made small, cards for what
 * has no picture; runs in a cage.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/options.h"
#include "lib/base/units.h"
#include "lib/base/utf8.h"
#include "lib/format/card.h"
#include "lib/format/encode.h"
#include "lib/format/excerpt.h"
#include "lib/format/inner.h"
#include "lib/format/listing.h"
#include "lib/format/picture.h"
#include "lib/format/sample.h"
#include "lib/format/sheet.h"
#include "lib/format/unpack.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

static struct doc_preview_options options = DOC_PREVIEW_DEFAULTS;

/* Bytes of text and lines of a listing that a card may show. */
enum { TEXT_MAX = 16 << 10, LISTING_MAX = 40 };

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	/* The card last: it drops what the others' use of pango left. */
	if (doc_excerpt_warm(err) < 0 || doc_picture_init(err) < 0)
		return -1;
	return doc_card_warm(err);
}

static int
finish(const struct doc_pixels *px, const char *source, struct doc_work *work,
    struct doc_error *err)
{
	doc_work_str(work, DOC_F_SOURCE, source);
	return doc_encode(px, (enum doc_picture)options.format, work, err);
}

/* --- pictures ----------------------------------------------------------- */

static int
draw_picture(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	doc_autopixels struct doc_pixels px = { 0 };
	unsigned pages = 1;

	if (doc_picture_pixels(in, options.size, &px, &pages, work, err) < 0)
		return -1;
	doc_work_int(work, DOC_F_PAGES, pages);
	return finish(&px, "picture", work, err);
}

/* Pages of a picture file side by side; *pages is known after the first. */
static int
draw_sheet(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	doc_autopixels struct doc_pixels px = { 0 };
	struct doc_input one = *in;
	struct doc_sheet sheet;
	unsigned first, last, pages = 1;
	int rc;

	if (doc_pages_parse(&options, &first, &last) < 0)
		return -1;
	one.page = first;
	if (doc_picture_pixels(&one, options.size, &px, &pages, work, err) < 0)
		return -1;
	doc_work_int(work, DOC_F_PAGES, pages);
	last = DOC_MIN(last, pages);
	if (last <= first)
		return finish(&px, "picture", work, err);
	if (last - first >= DOC_SHEET_MAX) {
		last = first + DOC_SHEET_MAX - 1;
		doc_work_reason(work, DOC_R_PAGES);
	}
	if (doc_sheet_open(&sheet, options.size, last - first + 1) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	for (; one.page <= last; one.page++) {
		doc_autopixels struct doc_pixels cell = { 0 };
		struct doc_error why = { 0 };

		if (doc_picture_pixels(&one, sheet.cell, &cell, &pages, work,
			&why) < 0)
			doc_work_reason(work, DOC_R_DAMAGED);
		doc_sheet_put(&sheet, cell.data ? &cell : NULL);
		doc_work_progress(work, one.page - first + 1, last - first + 1,
		    0);
	}
	rc = finish(&sheet.px, "picture", work, err);
	doc_sheet_close(&sheet);
	return rc;
}

/* One colour all over tells nobody anything. */
static bool
is_blank(const struct doc_pixels *px)
{
	for (unsigned y = 0; y < px->height; y++)
		for (size_t i = 0; i < (size_t)px->width * px->bands; i++)
			if (px->data[y * px->stride + i] !=
			    px->data[i % px->bands])
				return false;
	return true;
}

static int
draw_inner(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf file = { 0 };
	doc_autopixels struct doc_pixels px = { 0 }, paper = { 0 };
	struct doc_input inner = { .fd = -1, .media = "", .page = 1 };
	unsigned pages;

	if (doc_inner_picture(in, &file, err) < 0)
		return -1;
	inner.data = file.data;
	inner.size = file.len;
	if (doc_picture_pixels(&inner, options.size, &px, &pages, work, err) <
	    0)
		return -1;
	/* Of paper, so that what is not drawn is white. */
	if (px.bands == 4 && doc_pixels_flatten(&px, &paper) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	if (is_blank(px.bands == 4 ? &paper : &px))
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "the picture inside is blank");
	return finish(px.bands == 4 ? &paper : &px,
	    doc_media_family(in->media) == DOC_FAMILY_EPUB ? "cover"
							   : "thumbnail",
	    work, err);
}

/* --- cards -------------------------------------------------------------- */

static int
draw_card(struct doc_card *card, const char *source, const struct doc_input *in,
    struct doc_work *work, struct doc_error *err)
{
	doc_autopixels struct doc_pixels px = { 0 };

	card->media = in->media;
	card->box = options.size;
	if (doc_card_draw(card, &px, err) < 0)
		return -1;
	return finish(&px, source, work, err);
}

/* Text as it is set: prose, code or cells. */
static int
draw_text(const char *text, size_t len, const struct doc_input *in,
    struct doc_work *work, struct doc_error *err)
{
	struct doc_card card = { .text = text, .len = len };

	card.style = doc_card_style(in->media, text, len);
	return draw_card(&card, "text", in, work, err);
}

static bool
has_ink(const struct doc_buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if ((unsigned char)b->data[i] > ' ')
			return true;
	return false;
}

/* Size and nothing else: names and words of the document stay out. */
static int
draw_facts(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct doc_card card = { .style = DOC_CARD_FACTS };
	char size[16], line[64];
	int n;

	doc_size_format(in->size, size);
	/* "2.8K" and "505B" as they come; people know what is counted. */
	n = snprintf(line, sizeof(line), "%s", in->size ? size : "empty");
	card.text = line;
	card.len = (size_t)n;
	return draw_card(&card, "facts", in, work, err);
}

static int
draw_listing(const struct doc_buf *lines, const struct doc_input *in,
    struct doc_work *work, struct doc_error *err)
{
	struct doc_card card = { .style = DOC_CARD_LISTING,
		.text = lines->data,
		.len = lines->len };

	return draw_card(&card, "listing", in, work, err);
}

/* A zip of a kind that has no media type here may have a picture of itself. */
static bool
is_zip(const struct doc_input *in)
{
	return doc_media_family(in->media) == DOC_FAMILY_ARCHIVE &&
	    in->size > 4 && memcmp(in->data, "PK\3\4", 4) == 0;
}

/* Under one compression, too. */
static bool
is_archive(const struct doc_input *in)
{
	enum doc_family family = doc_media_family(in->media);

	return family == DOC_FAMILY_ARCHIVE ||
	    (family == DOC_FAMILY_COMPRESSED && in->size > 0 &&
		doc_unpack_what(in->data, in->size) != DOC_UNPACK_LONE);
}

/* From the document itself. */
static int
draw_document(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf text = { 0 }, lines = { 0 };
	struct doc_error why = { 0 };

	if (is_zip(in) && draw_inner(in, work, &why) == 0)
		return 0;
	if (is_archive(in) && doc_listing(in, LISTING_MAX, &lines, &why) == 0 &&
	    lines.len > 0)
		return draw_listing(&lines, in, work, err);
	if (in->size > 0)
		(void)!doc_excerpt(in, TEXT_MAX, &text, &why);
	if (has_ink(&text))
		return draw_text(text.data, text.len, in, work, err);
	return draw_facts(in, work, err);
}

/* From what doctext made of it: the spool's file is ours, but is checked like
 * anything else. */
static int
draw_extracted(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf text = { 0 };

	if (doc_utf8_repair(&text, in->data,
		DOC_MIN(in->size, (size_t)TEXT_MAX)) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	return draw_text(text.data, text.len, in, work, err);
}

static int
draw(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	switch (in->unit) {
	case DOC_UNIT_PREVIEW_PICTURE:
		return draw_picture(in, work, err);
	case DOC_UNIT_PREVIEW_PICTURE_SHEET:
		return draw_sheet(in, work, err);
	case DOC_UNIT_PREVIEW_INNER:
		return draw_inner(in, work, err);
	case DOC_UNIT_PREVIEW_TEXT:
		return draw_extracted(in, work, err);
	case DOC_UNIT_PREVIEW_FACTS:
		return draw_facts(in, work, err);
	default:
		return draw_document(in, work, err);
	}
}

/* A picture to shrink: libvips fails in many ways in a wrong cage. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	const struct doc_sample *s = &doc_sample_picture;
	struct doc_input in = { .fd = -1,
		.data = s->data,
		.size = s->size,
		.page = 1,
		.media = "image/png" };

	if (draw_picture(&in, work, err) < 0)
		return -1;
	if (lseek(work->out, 0, SEEK_END) <= 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "the sample gave an empty picture");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote docpicture = {
		.name = "docpicture",
		.profile = &doc_profile_picture,
		.opts = { doc_preview_opts, &options },
		.load = load,
		.work = draw,
		.canary = canary,
	};

	return doc_zygote_main(&docpicture, argc, argv);
}
