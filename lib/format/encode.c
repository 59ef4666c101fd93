/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/encode.h"

#include <stdio.h>

#include "lib/base/io.h"
#include "lib/format/encode_impl.h"
#include "lib/format/phash.h"

static const struct {
	const char *name;
	int (*encode)(const struct doc_pixels *px, struct doc_buf *out);
	bool alpha;
} kinds[] = {
	[DOC_PICTURE_WEBP] = { "WebP", doc_webp_encode, true },
	[DOC_PICTURE_JPEG] = { "JPEG", doc_jpeg_encode, false },
	[DOC_PICTURE_PNG] = { "PNG", doc_png_encode, true },
};

static void
say(const struct doc_pixels *px, struct doc_work *work)
{
	char hash[17];

	snprintf(hash, sizeof(hash), "%016jx", (uintmax_t)doc_phash(px));
	doc_work_int(work, DOC_F_WIDTH, px->width);
	doc_work_int(work, DOC_F_HEIGHT, px->height);
	doc_work_str(work, DOC_F_PHASH, hash);
}

int
doc_encode(const struct doc_pixels *px, enum doc_picture kind,
    struct doc_work *work, struct doc_error *err)
{
	doc_autopixels struct doc_pixels flat = { 0 };
	doc_autobuf struct doc_buf out = { .max = work->max_output };

	if (px->bands == 4 && !kinds[kind].alpha) {
		if (doc_pixels_flatten(px, &flat) < 0)
			return doc_error_set(err, DOC_E_MEMORY,
			    "no memory for the picture");
		px = &flat;
	}
	if (kinds[kind].encode(px, &out) < 0)
		return doc_error_set(err,
		    out.len * 2 > work->max_output ? DOC_E_OUTPUT
						   : DOC_E_UNSUPPORTED,
		    "cannot write %u x %u pixels as %s", px->width, px->height,
		    kinds[kind].name);
	if (doc_write_full(work->out, out.data, out.len) < 0)
		return doc_error_sys(err, "cannot write the preview");
	say(px, work);
	return 0;
}
