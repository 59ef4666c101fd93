/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/canvas.h"

#include <cairo.h>

static void
on_shape(cairo_surface_t *observer, cairo_surface_t *target, void *data)
{
	(void)observer;
	(void)target;
	doc_beat(data);
}

/* A context that draws on `surface` and tells of it: 2 % of the time. */
static cairo_t *
create_watched(cairo_surface_t *surface, struct doc_beat *beat)
{
	cairo_surface_t *o = cairo_surface_create_observer(surface,
	    CAIRO_SURFACE_OBSERVER_NORMAL);
	cairo_t *cr = cairo_create(o);

	cairo_surface_observer_add_paint_callback(o, on_shape, beat);
	cairo_surface_observer_add_mask_callback(o, on_shape, beat);
	cairo_surface_observer_add_fill_callback(o, on_shape, beat);
	cairo_surface_observer_add_stroke_callback(o, on_shape, beat);
	cairo_surface_observer_add_glyphs_callback(o, on_shape, beat);
	cairo_surface_destroy(o);
	return cr;
}

int
doc_canvas_open(struct doc_canvas *c, unsigned width, unsigned height,
    bool transparent, struct doc_error *err)
{
	c->surface = cairo_image_surface_create(transparent
		? CAIRO_FORMAT_ARGB32
		: CAIRO_FORMAT_RGB24,
	    (int)width, (int)height);
	c->cr = c->beat ? create_watched(c->surface, c->beat)
			: cairo_create(c->surface);
	if (cairo_status(c->cr) != CAIRO_STATUS_SUCCESS) {
		doc_canvas_close(c);
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory for %u x %u pixels", width, height);
	}
	if (!transparent) {
		cairo_set_source_rgb(c->cr, 1, 1, 1);
		cairo_paint(c->cr);
	}
	return 0;
}

/* BT.601 luma with integers: the same on every machine. */
static void
grey_row(unsigned char *to, const uint32_t *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint32_t p = from[i];

		to[i] = (unsigned char)(((p >> 16 & 0xff) * 77 +
					    (p >> 8 & 0xff) * 150 +
					    (p & 0xff) * 29 + 128) >>
		    8);
	}
}

static void
rgb_row(unsigned char *to, const uint32_t *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		*to++ = (unsigned char)(from[i] >> 16);
		*to++ = (unsigned char)(from[i] >> 8);
		*to++ = (unsigned char)from[i];
	}
}

/* cairo's colours are multiplied by their alpha. */
static void
rgba_row(unsigned char *to, const uint32_t *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint32_t p = from[i], a = p >> 24;

		for (unsigned shift = 24; shift > 0; shift -= 8) {
			uint32_t v = p >> (shift - 8) & 0xff;

			*to++ = (unsigned char)(a
				? DOC_MIN((v * 255 + a / 2) / a, 255U)
				: 0);
		}
		*to++ = (unsigned char)a;
	}
}

static int
copy_rows(cairo_surface_t *surface, struct doc_pixels *px)
{
	const unsigned char *data = cairo_image_surface_get_data(surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(surface);

	if (doc_pixels_alloc(px) < 0)
		return -1;
	for (unsigned y = 0; y < px->height; y++) {
		/* cairo aligns rows for the pixel type. */
		const void *row = data + y * stride;
		unsigned char *to = px->data + y * px->stride;

		if (px->bands == 1)
			grey_row(to, row, px->width);
		else if (px->bands == 3)
			rgb_row(to, row, px->width);
		else
			rgba_row(to, row, px->width);
	}
	return 0;
}

int
doc_canvas_pixels(struct doc_canvas *c, unsigned bands, struct doc_pixels *px,
    struct doc_error *err)
{
	struct doc_pixels made = {
		.width = (unsigned)cairo_image_surface_get_width(c->surface),
		.height = (unsigned)cairo_image_surface_get_height(c->surface),
		.bands = bands,
	};
	cairo_status_t status = cairo_status(c->cr);

	cairo_surface_flush(c->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(c->surface);
	if (status == CAIRO_STATUS_NO_MEMORY ||
	    (status == CAIRO_STATUS_SUCCESS && copy_rows(c->surface, &made)))
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory for %u x %u pixels", made.width, made.height);
	if (status != CAIRO_STATUS_SUCCESS)
		return doc_error_set(err, DOC_E_DAMAGED, "cannot draw: %s",
		    cairo_status_to_string(status));
	*px = made;
	return 0;
}

void
doc_canvas_close(struct doc_canvas *c)
{
	cairo_destroy(c->cr);
	cairo_surface_destroy(c->surface);
	c->cr = NULL;
	c->surface = NULL;
}
