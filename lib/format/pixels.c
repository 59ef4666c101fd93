/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/pixels.h"

int
doc_pixels_alloc(struct doc_pixels *px)
{
	px->stride = (size_t)px->width * px->bands;
	px->data = malloc(px->stride * px->height);
	return px->data ? 0 : -1;
}

int
doc_pixels_flatten(const struct doc_pixels *px, struct doc_pixels *flat)
{
	struct doc_pixels to = { .width = px->width,
		.height = px->height,
		.bands = 3,
		.dpi = px->dpi };

	if (doc_pixels_alloc(&to) < 0)
		return -1;
	for (unsigned y = 0; y < px->height; y++) {
		const unsigned char *p = px->data + y * px->stride;
		unsigned char *t = to.data + y * to.stride;

		for (unsigned x = 0; x < px->width; x++, p += 4)
			for (unsigned b = 0; b < 3; b++)
				*t++ = (unsigned char)((p[b] * p[3] +
							   255 * (255 - p[3]) +
							   127) /
				    255);
	}
	*flat = to;
	return 0;
}

void
doc_pixels_halve(struct doc_pixels *px)
{
	unsigned width = DOC_MAX(px->width / 2, 1U);
	unsigned height = DOC_MAX(px->height / 2, 1U);
	size_t right = px->width > 1 ? px->bands : 0;
	size_t below = px->height > 1 ? px->stride : 0;

	for (unsigned y = 0; y < height; y++) {
		const unsigned char *p = px->data + 2 * y * px->stride;
		unsigned char *to = px->data + y * px->stride;

		for (unsigned x = 0; x < width; x++, p += px->bands)
			for (unsigned b = 0; b < px->bands; b++, p++)
				*to++ = (unsigned char)((p[0] + p[right] +
							    p[below] +
							    p[right + below] +
							    2) /
				    4);
	}
	px->width = width;
	px->height = height;
}
