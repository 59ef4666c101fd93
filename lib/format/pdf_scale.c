/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdf_scale - at what resolution a page is read.
 *
 * Scans of 100 to 600 dots an inch are read equally well at 300, whatever their
 * own: 0.0000 to 0.0019 of the letters wrong against 0.0000 to 0.0029 with dot
 * for dot, and at 600 that takes 1.7 times as long.  So the picture itself is
 * asked only where the page is not as large as paper: programs that make PDFs
 * of photographs say one dot is a point, or make pages of a few points.
 */
#include "lib/format/pdf_impl.h"

#include <math.h>
#include <poppler.h>

#define POINTS_PER_INCH 72.0
#define USUAL_DPI	300.0

/* Points of the long side of A6, and of A3 and a bit. */
#define PAPER_LEAST 400.0
#define PAPER_MOST  1300.0

/* Within these 300 dots an inch are neither blur nor loss. */
#define SANE_LEAST 100.0
#define SANE_MOST  600.0

/* Dots along the long side of A4 at 300 an inch, and how many times larger what
 * has less is drawn. */
#define DOTS_WANTED 3508.0
#define LARGER_MOST 3.0

/* Dots along the long side of a picture that all of the page is; 0: it is not
 * one picture. */
static double
long_side(struct _PopplerPage *page, double width, double height)
{
	GList *list = poppler_page_get_image_mapping(page);
	const PopplerImageMapping *m = list ? list->data : NULL;
	cairo_surface_t *image = NULL;
	double dots = 0;

	/* Something may be painted over it: it tells the scale and no more. */
	if (m && !list->next && m->area.x2 - m->area.x1 >= 0.9 * width &&
	    m->area.y2 - m->area.y1 >= 0.9 * height)
		image = poppler_page_get_image(page, m->image_id);
	if (image && cairo_surface_status(image) == CAIRO_STATUS_SUCCESS)
		dots = MAX(cairo_image_surface_get_width(image),
		    cairo_image_surface_get_height(image));
	if (image)
		cairo_surface_destroy(image);
	poppler_page_free_image_mapping(list);
	return dots;
}

double
doc_pdf_reading_dpi(struct _PopplerPage *page)
{
	double width, height, side, dots, dpi;

	poppler_page_get_size(page, &width, &height);
	side = MAX(width, height);
	if (side >= PAPER_LEAST && side <= PAPER_MOST)
		return USUAL_DPI;
	dots = long_side(page, width, height);
	dpi = dots * POINTS_PER_INCH / side;
	if (dots == 0 || (dpi >= SANE_LEAST && dpi <= SANE_MOST))
		return USUAL_DPI;
	if (dpi < SANE_LEAST)
		return dpi *
		    fmin(fmax(round(DOTS_WANTED / dots), 1), LARGER_MOST);
	return dpi / fmax(floor(dots / DOTS_WANTED), 1);
}
