/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_render - a page as pixels (cairo). */
#include "lib/format/pdf_impl.h"

#include <cairo.h>
#include <math.h>
#include <poppler.h>

#include "lib/format/pdf.h"

/* cairo's image surfaces end here (15-bit coordinates). */
#define SIDE_MAX 32767.0

#define POINTS_PER_INCH 72.0

/* Pixels per point for this page: what was asked for, less if that is more
 * than the pixels allowed. */
static double
choose_scale(const struct doc_pdf_render *how, double width, double height)
{
	double scale = how->dpi / POINTS_PER_INCH;

	if (how->box)
		scale = how->box / MAX(width, height);
	scale = MIN(scale, SIDE_MAX / MAX(width, height));
	if (how->max_pixels &&
	    width * height * scale * scale > (double)how->max_pixels)
		scale = sqrt((double)how->max_pixels / (width * height));
	return scale;
}

static unsigned
pixels_along(double points, double scale)
{
	return (unsigned)MAX(1.0, MIN(floor(points * scale + 0.5), SIDE_MAX));
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

static int
copy_pixels(cairo_surface_t *surface, struct doc_pixels *px,
    struct doc_error *err)
{
	const unsigned char *data = cairo_image_surface_get_data(surface);
	size_t stride = (size_t)cairo_image_surface_get_stride(surface);

	px->stride = (size_t)px->width * px->bands;
	px->data = malloc(px->stride * px->height);
	if (!px->data)
		return doc_error_set(err, DOC_E_MEMORY, "page of %u x %u",
		    px->width, px->height);
	for (unsigned y = 0; y < px->height; y++) {
		/* cairo aligns rows for the pixel type. */
		const void *row = data + y * stride;

		if (px->bands == 1)
			grey_row(px->data + y * px->stride, row, px->width);
		else
			rgb_row(px->data + y * px->stride, row, px->width);
	}
	return 0;
}

/* White paper, then the page.  The surface's status tells. */
static void
draw(cairo_surface_t *surface, struct _PopplerPage *page, double scale)
{
	cairo_t *cr = cairo_create(surface);

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, scale, scale);
	poppler_page_render(page, cr);
	cairo_destroy(cr);
	cairo_surface_flush(surface);
}

static int
render(struct _PopplerPage *page, const struct doc_pdf_render *how,
    struct doc_pixels *px, struct doc_error *err)
{
	cairo_surface_t *surface;
	double width, height, scale;
	cairo_status_t status;
	int rc;

	poppler_page_get_size(page, &width, &height);
	if (!(width > 0 && height > 0 && isfinite(width * height)))
		return doc_error_set(err, DOC_E_DAMAGED, "page without size");
	scale = choose_scale(how, width, height);
	px->width = pixels_along(width, scale);
	px->height = pixels_along(height, scale);
	px->bands = how->grey ? 1 : 3;
	px->dpi = (unsigned)MAX(1.0, scale * POINTS_PER_INCH + 0.5);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)px->width,
	    (int)px->height);
	if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
		draw(surface, page, scale);
	status = cairo_surface_status(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		rc = copy_pixels(surface, px, err);
	else
		rc = doc_error_set(err,
		    status == CAIRO_STATUS_NO_MEMORY ? DOC_E_MEMORY
						     : DOC_E_DAMAGED,
		    "cannot draw the page: %s", cairo_status_to_string(status));
	cairo_surface_destroy(surface);
	return rc;
}

int
doc_pdf_pixels(const struct doc_input *in, const struct doc_pdf_render *how,
    struct doc_pixels *px, unsigned *pages, struct doc_error *err)
{
	doc_autopdf struct doc_pdf pdf = { 0 };
	struct doc_pixels made = { 0 };
	struct _PopplerPage *page;
	int rc;

	if (doc_pdf_open(&pdf, in, err))
		return -1;
	if (how->page < 1 || how->page > pdf.pages)
		return doc_error_set(err, DOC_E_DAMAGED, "no page %u of %u",
		    how->page, pdf.pages);
	page = doc_pdf_page(&pdf, how->page - 1);
	if (!page)
		return doc_error_set(err, DOC_E_DAMAGED, "page %u is missing",
		    how->page);
	rc = render(page, how, &made, err);
	doc_pdf_page_free(page);
	if (rc)
		return -1;
	*px = made;
	*pages = pdf.pages;
	return 0;
}
