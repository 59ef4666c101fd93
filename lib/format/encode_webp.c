/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <webp/encode.h>

#include "lib/format/encode_impl.h"

/* Good to look at, and a third of the JPEG of the same size. */
#define QUALITY 75

static int
append(const uint8_t *p, size_t n, const WebPPicture *picture)
{
	return doc_buf_add(picture->custom_ptr, p, n) == 0;
}

static int
grey_to_rgb(WebPPicture *pic, const struct doc_pixels *px)
{
	struct doc_pixels rgb = { .width = px->width,
		.height = px->height,
		.bands = 3 };
	int ok;

	if (doc_pixels_alloc(&rgb) < 0)
		return 0;
	for (unsigned y = 0; y < px->height; y++)
		for (unsigned x = 0; x < px->width; x++)
			for (unsigned b = 0; b < 3; b++)
				rgb.data[y * rgb.stride + x * 3 + b] =
				    px->data[y * px->stride + x];
	ok = WebPPictureImportRGB(pic, rgb.data, (int)rgb.stride);
	doc_pixels_release(&rgb);
	return ok;
}

static int
import(WebPPicture *pic, const struct doc_pixels *px)
{
	int stride = (int)px->stride;

	if (px->bands == 1)
		return grey_to_rgb(pic, px);
	return px->bands == 4 ? WebPPictureImportRGBA(pic, px->data, stride)
			      : WebPPictureImportRGB(pic, px->data, stride);
}

int
doc_webp_encode(const struct doc_pixels *px, struct doc_buf *out)
{
	WebPConfig config;
	WebPPicture pic;
	int ok;

	if (!WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, QUALITY) ||
	    !WebPPictureInit(&pic) || px->width > WEBP_MAX_DIMENSION ||
	    px->height > WEBP_MAX_DIMENSION)
		return -1;
	pic.width = (int)px->width;
	pic.height = (int)px->height;
	pic.writer = append;
	pic.custom_ptr = out;
	ok = import(&pic, px) && WebPEncode(&config, &pic);
	WebPPictureFree(&pic);
	return ok ? 0 : -1;
}
