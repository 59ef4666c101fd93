/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_page - what is on a page: text, form values, notes, pictures. */
#include "lib/format/pdf_impl.h"

#include <poppler.h>
#include <string.h>

/* Options of one choice field that are looked at. */
#define CHOICES_MAX 10000

/* What a page was seen to say. */
struct told {
	struct doc_buf *buf;
	struct doc_buf bare; /* of it, without spaces, if notes were drawn */
};

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * poppler selects from the top left corner, and loses the beginning and the end
 * of pages that are written from right to left, most of their lines even
 * (TextSelectionVisitor, 22.12).  From the top right corner it finds all.
 */
static gchar *
get_text(struct _PopplerPage *page, PopplerRectangle *area)
{
	double width, height;
	gchar *s, *turned;

	poppler_page_get_size(page, &width, &height);
	*area = (PopplerRectangle){ 0, 0, width, height };
	s = poppler_page_get_text(page);
	if (s && *s && doc_pdf_mend_chars(s) == (guint)g_utf8_strlen(s, -1))
		return s;
	*area = (PopplerRectangle){ width, 0, 0, height };
	turned = poppler_page_get_text_for_area(page, area);
	if (turned && (!s || strlen(turned) > strlen(s))) {
		g_free(s);
		return turned;
	}
	g_free(turned);
	*area = (PopplerRectangle){ 0, 0, width, height };
	return s;
}

static int
add_body(struct _PopplerPage *page, struct doc_buf *buf)
{
	PopplerRectangle area;
	g_autofree gchar *s = get_text(page, &area);
	g_autofree PopplerRectangle *r = NULL;
	guint n = 0;

	if (!s)
		return 0;
	/* One rectangle per character; poppler has none for a last newline. */
	if (poppler_page_get_text_layout_for_area(page, &area, &r, &n) &&
	    n > 0 && doc_pdf_mend_chars(s) == n)
		return doc_pdf_mend(buf, s, r);
	return doc_buf_adds(buf, s);
}

static int
squeeze(const char *s, size_t n, struct doc_buf *bare)
{
	for (size_t i = 0; i < n; i++)
		if (!is_blank(s[i]) && doc_buf_addc(bare, s[i]) < 0)
			return -1;
	return 0;
}

/* Is it there already, whatever the spaces between? */
static bool
is_told(struct told *told, const char *s)
{
	doc_autobuf struct doc_buf bare = { 0 };

	return told->bare.len > 0 && squeeze(s, strlen(s), &bare) == 0 &&
	    strstr(doc_buf_str(&told->bare), doc_buf_str(&bare));
}

/* A line of its own, unless the page was seen to show it: see draw_notes. */
static int
add_line(struct told *told, const char *s)
{
	struct doc_buf *buf = told->buf;

	if (!s || !*s || is_told(told, s))
		return 0;
	if (buf->len && buf->data[buf->len - 1] != '\n' &&
	    doc_buf_addc(buf, '\n'))
		return -1;
	return doc_buf_adds(buf, s);
}

static int
add_choices(struct told *told, PopplerFormField *field)
{
	g_autofree gchar *typed = NULL;
	int n = poppler_form_field_choice_get_n_items(field);

	if (poppler_form_field_choice_is_editable(field))
		typed = poppler_form_field_choice_get_text(field);
	if (add_line(told, typed))
		return -1;
	for (int i = 0; i < MIN(n, CHOICES_MAX); i++) {
		g_autofree gchar *item = NULL;

		if (!poppler_form_field_choice_is_item_selected(field, i))
			continue;
		item = poppler_form_field_choice_get_item(field, i);
		if (add_line(told, item))
			return -1;
	}
	return 0;
}

static int
add_field(struct told *told, PopplerFormField *field)
{
	g_autofree gchar *s = NULL;

	switch ((int)poppler_form_field_get_field_type(field)) {
	case POPPLER_FORM_FIELD_TEXT:
		if (poppler_form_field_text_is_password(field))
			return 0;
		s = poppler_form_field_text_get_text(field);
		return add_line(told, s);
	case POPPLER_FORM_FIELD_CHOICE:
		return add_choices(told, field);
	default:
		return 0;
	}
}

static int
add_form(struct _PopplerPage *page, struct told *told)
{
	GList *list = poppler_page_get_form_field_mapping(page);
	int rc = 0;

	for (const GList *l = list; l && rc == 0; l = l->next) {
		const PopplerFormFieldMapping *m = l->data;

		rc = add_field(told, m->field);
	}
	poppler_page_free_form_field_mapping(list);
	return rc;
}

static bool
is_note(PopplerAnnot *a)
{
	/* A hidden note is for no reader; NO_VIEW ones are printed. */
	if (poppler_annot_get_flags(a) & POPPLER_ANNOT_FLAG_HIDDEN)
		return false;
	switch ((int)poppler_annot_get_annot_type(a)) {
	case POPPLER_ANNOT_LINK:
	case POPPLER_ANNOT_POPUP:  /* repeats its parent */
	case POPPLER_ANNOT_WIDGET: /* add_form has the value */
	case POPPLER_ANNOT_PRINTER_MARK:
	case POPPLER_ANNOT_TRAP_NET:
		return false;
	default:
		return true;
	}
}

static int
add_notes(const GList *list, struct told *told)
{
	int rc = 0;

	for (const GList *l = list; l && rc == 0; l = l->next) {
		const PopplerAnnotMapping *m = l->data;
		g_autofree gchar *s = NULL;

		if (!is_note(m->annot))
			continue;
		s = poppler_annot_get_contents(m->annot);
		rc = add_line(told, s);
	}
	return rc;
}

/* May there be letters in its appearance?  Of the others that is an icon, or
 * lines. */
static bool
has_letters(PopplerAnnot *a)
{
	switch ((int)poppler_annot_get_annot_type(a)) {
	case POPPLER_ANNOT_UNKNOWN:
	case POPPLER_ANNOT_FREE_TEXT:
	case POPPLER_ANNOT_LINE: /* its caption */
	case POPPLER_ANNOT_STAMP:
	case POPPLER_ANNOT_WIDGET:
	case POPPLER_ANNOT_WATERMARK:
		return true;
	default:
		return false;
	}
}

/*
 * poppler-glib reads a page without its annotations, but drawing it makes note
 * of all letters (poppler_page_render, 22.12): signatures, stamps and buttons
 * have a text nobody could ask for otherwise, and values stand in their place.
 * One pixel is enough to draw on.
 */
static bool
draw_notes(struct _PopplerPage *page, const GList *notes)
{
	cairo_surface_t *pixel;
	cairo_t *cr;

	while (
	    notes && !has_letters(((PopplerAnnotMapping *)notes->data)->annot))
		notes = notes->next;
	if (!notes)
		return false;
	pixel = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
	cr = cairo_create(pixel);
	poppler_page_render(page, cr);
	cairo_destroy(cr);
	cairo_surface_destroy(pixel);
	return true;
}

int
doc_pdf_page_text(struct _PopplerPage *page, struct doc_buf *buf)
{
	GList *notes = poppler_page_get_annot_mapping(page);
	struct told told = { .buf = buf };
	bool drawn = draw_notes(page, notes);
	int rc = add_body(page, buf);

	if (rc == 0 && drawn)
		rc = squeeze(buf->data, buf->len, &told.bare);
	if (rc == 0)
		rc = add_form(page, &told);
	if (rc == 0)
		rc = add_notes(notes, &told);
	doc_buf_release(&told.bare);
	poppler_page_free_annot_mapping(notes);
	return rc;
}

/* A page as 32 x 32 cells: scans come as hundreds of strips and tiles that
 * overlap, so areas cannot be added up. */
#define GRID 32

/* Mark the cells whose middle lies within the picture. */
static void
mark_cells(uint32_t cells[static GRID], const PopplerRectangle *area,
    double width, double height)
{
	double cw = width / GRID, ch = height / GRID;

	for (unsigned y = 0; y < GRID; y++) {
		double my = (y + 0.5) * ch;

		if (my < area->y1 || my > area->y2)
			continue;
		for (unsigned x = 0; x < GRID; x++) {
			double mx = (x + 0.5) * cw;

			if (mx >= area->x1 && mx <= area->x2)
				cells[y] |= UINT32_C(1) << x;
		}
	}
}

unsigned
doc_pdf_page_cover(struct _PopplerPage *page)
{
	GList *list = poppler_page_get_image_mapping(page);
	uint32_t cells[GRID] = { 0 };
	double width, height;
	unsigned n = 0;

	poppler_page_get_size(page, &width, &height);
	for (const GList *l = list; l; l = l->next) {
		const PopplerImageMapping *m = l->data;

		mark_cells(cells, &m->area, width, height);
	}
	poppler_page_free_image_mapping(list);
	for (unsigned y = 0; y < GRID; y++)
		n += (unsigned)__builtin_popcount(cells[y]);
	return n * 100 / (GRID * GRID);
}

bool
doc_pdf_page_inked(struct _PopplerPage *page)
{
	PopplerRectangle box;

	/* A rule or a border is nothing to read: 6 points is small print. */
	return poppler_page_get_bounding_box(page, &box) &&
	    box.x2 - box.x1 >= 6 && box.y2 - box.y1 >= 6;
}
