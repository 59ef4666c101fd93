/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/picture.h"

#include <strings.h>

#include "lib/format/icon.h"
#include "lib/format/jp2.h"
#include "lib/format/raster.h"
#include "lib/format/svg.h"

int
doc_picture_init(struct doc_error *err)
{
	if (doc_raster_init(err) < 0)
		return -1;
	doc_icon_init();
	return doc_svg_warm(err);
}

static int
from_jp2(const struct doc_input *in, unsigned box, struct doc_pixels *px,
    struct doc_work *work, struct doc_error *err)
{
	struct doc_jp2 jp2 = { 0 };
	struct doc_profile_icc icc;
	int rc;

	if (doc_jp2_decode(in, box, DOC_RASTER_PIXELS, &jp2, err) < 0)
		return -1;
	if (jp2.cut)
		doc_work_reason(work, DOC_R_DAMAGED);
	icc.data = jp2.icc;
	icc.size = jp2.icc_size;
	rc = doc_raster_shrink(&jp2.px, &icc, box, px, err);
	doc_jp2_release(&jp2);
	return rc;
}

static int
from_icon(const struct doc_input *in, unsigned box, struct doc_pixels *px,
    struct doc_work *work, struct doc_error *err)
{
	doc_autopixels struct doc_pixels all = { 0 };

	if (doc_icon_pixels(in, DOC_RASTER_PIXELS, &all, work, err) < 0)
		return -1;
	return doc_raster_shrink(&all, NULL, box, px, err);
}

int
doc_picture_pixels(const struct doc_input *in, unsigned box,
    struct doc_pixels *px, unsigned *pages, struct doc_work *work,
    struct doc_error *err)
{
	struct doc_beat beat = { .work = work };
	struct doc_raster how = { .box = box, .page = in->page, .beat = &beat };

	*pages = 1;
	if (doc_jp2_reads(in->media))
		return from_jp2(in, box, px, work, err);
	if (doc_icon_reads(in->media))
		return from_icon(in, box, px, work, err);
	if (strcasecmp(in->media, "image/svg+xml") == 0)
		return doc_svg_pixels(in, box, px, err);
	return doc_raster_pixels(in->data, in->size, &how, px, pages, work,
	    err);
}
