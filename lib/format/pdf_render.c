/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_render - a page as pixels (poppler draws with cairo). */
#include "lib/format/pdf_impl.h"

#include <math.h>
#include <poppler.h>

#include "lib/format/canvas.h"
#include "lib/format/pdf.h"

#define SIDE_MAX ((double)DOC_CANVAS_SIDE)

#define POINTS_PER_INCH 72.0

/* Pixels of a thumbnail's side, and how often it is doubled when cairo fails.
 */
enum { SMALL_BOX = 1024, LARGER_MAX = 3 };

/* Pixels per point for this page: what was asked for, less if that is more
 * than the pixels allowed. */
static double
choose_scale(struct _PopplerPage *page, const struct doc_pdf_render *how,
    double width, double height)
{
	double scale;

	if (how->box)
		scale = how->box / MAX(width, height);
	else
		scale = (how->dpi ? how->dpi : doc_pdf_reading_dpi(page)) /
		    POINTS_PER_INCH;
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

static int
render(struct _PopplerPage *page, const struct doc_pdf_render *how,
    double scale, struct doc_pixels *px, struct doc_error *err)
{
	doc_autocanvas struct doc_canvas canvas = { .beat = how->beat };
	double width, height;

	poppler_page_get_size(page, &width, &height);
	if (doc_canvas_open(&canvas, pixels_along(width, scale),
		pixels_along(height, scale), false, err) < 0)
		return -1;
	cairo_save(canvas.cr);
	cairo_scale(canvas.cr, scale, scale);
	poppler_page_render(page, canvas.cr);
	cairo_restore(canvas.cr);
	if (doc_canvas_pixels(&canvas, how->grey ? 1 : 3, px, err) < 0)
		return -1;
	px->dpi = (unsigned)MAX(1.0, scale * POINTS_PER_INCH + 0.5);
	return 0;
}

/* cairo says it has no memory when a picture on the page would become nothing
 * at this scale; drawn larger and shrunk it is there. */
static int
render_larger(struct _PopplerPage *page, const struct doc_pdf_render *how,
    double scale, struct doc_pixels *px, struct doc_error *err)
{
	struct doc_error why = { 0 };
	unsigned times = 0;

	while (render(page, how, scale, px, &why) < 0) {
		if (why.code != DOC_E_MEMORY || times == LARGER_MAX)
			return doc_error_set(err, why.code, "%s", why.msg);
		why = (struct doc_error){ 0 };
		scale *= 2;
		times++;
	}
	for (; times > 0; times--)
		doc_pixels_halve(px);
	return 0;
}

static int
render_page(struct _PopplerPage *page, const struct doc_pdf_render *how,
    struct doc_pixels *px, struct doc_error *err)
{
	double width, height, scale;

	poppler_page_get_size(page, &width, &height);
	if (!(width > 0 && height > 0 && isfinite(width * height)))
		return doc_error_set(err, DOC_E_DAMAGED, "page without size");
	scale = choose_scale(page, how, width, height);
	/* Only thumbnails are so small that it happens. */
	if (how->box && how->box <= SMALL_BOX)
		return render_larger(page, how, scale, px, err);
	return render(page, how, scale, px, err);
}

static bool
is_plain(const struct doc_pixels *px)
{
	for (size_t y = 0; y < px->height; y++) {
		const unsigned char *row = px->data + y * px->stride;

		for (size_t i = 0; i < (size_t)px->width * px->bands; i++)
			if (row[i] != px->data[i % px->bands])
				return false;
	}
	return true;
}

/* cairo has no pictures of more than 32,767 pixels along a side; poppler draws
 * nothing then, and does not even complain. */
static bool
has_lost_picture(struct _PopplerPage *page)
{
	GList *list = poppler_page_get_image_mapping(page);
	bool lost = false;

	for (const GList *l = list; l && !lost; l = l->next) {
		const PopplerImageMapping *m = l->data;
		cairo_surface_t *s = poppler_page_get_image(page, m->image_id);

		lost = !s || cairo_surface_status(s) != CAIRO_STATUS_SUCCESS;
		if (s)
			cairo_surface_destroy(s);
	}
	poppler_page_free_image_mapping(list);
	return lost;
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
	rc = render_page(page, how, &made, err);
	if (rc == 0 && how->work && is_plain(&made) && has_lost_picture(page))
		pdf.broken = true;
	doc_pdf_page_free(page);
	if (rc)
		return -1;
	if (pdf.broken && how->work)
		doc_work_reason(how->work, DOC_R_DAMAGED);
	*px = made;
	*pages = pdf.pages;
	return 0;
}

int
doc_pdf_pages(const struct doc_input *in, unsigned *pages,
    struct doc_error *err)
{
	doc_autopdf struct doc_pdf pdf = { 0 };

	if (doc_pdf_open(&pdf, in, err))
		return -1;
	*pages = pdf.pages;
	return 0;
}
