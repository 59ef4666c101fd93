/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/svg.h"

#include <librsvg/rsvg.h>
#include <math.h>
#include <string.h>

#include "lib/format/canvas.h"

/* Pixels per inch of CSS (CSS Values 3, section 6.2). */
#define CSS_DPI 96.0

static void
free_handle(RsvgHandle **h)
{
	g_clear_object(h);
}

/* Width by height in any unit: only their ratio counts.  A drawing that says
 * nothing is a square. */
static void
find_shape(RsvgHandle *svg, double *width, double *height)
{
	gboolean has_width, has_height, has_box;
	RsvgLength w, h;
	RsvgRectangle box;

	if (rsvg_handle_get_intrinsic_size_in_pixels(svg, width, height) &&
	    *width > 0 && *height > 0)
		return;
	*width = *height = 1;
	rsvg_handle_get_intrinsic_dimensions(svg, &has_width, &w, &has_height,
	    &h, &has_box, &box);
	if (has_box && box.width > 0 && box.height > 0) {
		*width = box.width;
		*height = box.height;
	}
}

static int
draw(RsvgHandle *svg, unsigned box, struct doc_pixels *px,
    struct doc_error *err)
{
	doc_autocanvas struct doc_canvas canvas = { 0 };
	double width, height, scale;
	RsvgRectangle view = { 0 };
	GError *why = NULL;

	find_shape(svg, &width, &height);
	if (!isfinite(width) || !isfinite(height))
		return doc_error_set(err, DOC_E_DAMAGED, "drawing has no size");
	scale = box / fmax(width, height);
	view.width = fmax(1, round(width * scale));
	view.height = fmax(1, round(height * scale));
	if (doc_canvas_open(&canvas, (unsigned)view.width,
		(unsigned)view.height, true, err) < 0)
		return -1;
	if (!rsvg_handle_render_document(svg, canvas.cr, &view, &why)) {
		doc_error_set(err, DOC_E_DAMAGED, "cannot draw: %s",
		    why ? why->message : "no reason given");
		g_clear_error(&why);
		return -1;
	}
	return doc_canvas_pixels(&canvas, 4, px, err);
}

static int
draw_bytes(const char *data, size_t size, unsigned box, struct doc_pixels *px,
    struct doc_error *err)
{
	__attribute__((cleanup(free_handle))) RsvgHandle *svg = NULL;
	GError *why = NULL;

	if (size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	svg = rsvg_handle_new_from_data((const guint8 *)data, size, &why);
	if (!svg) {
		doc_error_set(err, DOC_E_DAMAGED, "not a drawing: %s",
		    why ? why->message : "no reason given");
		g_clear_error(&why);
		return -1;
	}
	rsvg_handle_set_dpi(svg, CSS_DPI);
	return draw(svg, box, px, err);
}

int
doc_svg_pixels(const struct doc_input *in, unsigned box, struct doc_pixels *px,
    struct doc_error *err)
{
	return draw_bytes(in->data, in->size, box, px, err);
}

int
doc_svg_warm(struct doc_error *err)
{
	static const char small[] =
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" "
	    "height=\"9\"><text y=\"9\">a</text></svg>";
	doc_autopixels struct doc_pixels px = { 0 };

	return draw_bytes(small, strlen(small), 9, &px, err);
}
