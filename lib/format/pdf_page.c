/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_page - what is on a page: text, form values, notes, pictures. */
#include "lib/format/pdf_impl.h"

#include <poppler.h>
#include <string.h>

/* Options of one choice field that are looked at. */
#define CHOICES_MAX 10000

/* poppler brackets right-to-left runs with these, which its layout does not
 * count and nobody searches for: U+202A, U+202B, U+202C. */
static bool
is_bidi_mark(const char *s)
{
	return s[0] == '\xe2' && s[1] == '\x80' && s[2] >= '\xaa' &&
	    s[2] <= '\xac';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/*
 * Do two neighbouring characters belong to different cells?  Within a word
 * poppler allows gaps of 0.1 of the font size, and where it saw a space it put
 * one; a wider gap without a space is where its text selection joins the
 * cells of a table row (TextSelectionDumper, poppler 22.12).
 */
static bool
is_apart(const PopplerRectangle *a, const PopplerRectangle *b)
{
	double size = MAX(a->x2 - a->x1, a->y2 - a->y1);
	double dx = MAX(b->x1 - a->x2, a->x1 - b->x2);
	double dy = MAX(b->y1 - a->y2, a->y1 - b->y2);

	return MAX(dx, dy) > 0.15 * size;
}

static guint
count_chars(const char *s)
{
	guint n = 0;

	for (; *s; s = g_utf8_next_char(s))
		n += !is_bidi_mark(s);
	return n;
}

/* Append s with a tab between cells; r has one rectangle per character. */
static int
add_mended(struct doc_buf *buf, const char *s, const PopplerRectangle *r)
{
	const char *from = s, *prev = NULL;
	int rc = 0;

	for (const char *p = s; *p; p = g_utf8_next_char(p)) {
		if (is_bidi_mark(p)) {
			rc |= doc_buf_add(buf, from, (size_t)(p - from));
			from = p + 3;
			continue;
		}
		if (prev && !is_space(*prev) && !is_space(*p) &&
		    is_apart(r, r + 1)) {
			rc |= doc_buf_add(buf, from, (size_t)(p - from));
			rc |= doc_buf_addc(buf, '\t');
			from = p;
		}
		r += prev != NULL;
		prev = p;
	}
	return rc | doc_buf_adds(buf, from);
}

static int
add_body(struct _PopplerPage *page, struct doc_buf *buf)
{
	g_autofree gchar *s = poppler_page_get_text(page);
	g_autofree PopplerRectangle *r = NULL;
	guint n = 0;

	if (!s)
		return 0;
	/* One rectangle per character; poppler has none for a last newline. */
	if (poppler_page_get_text_layout(page, &r, &n) && n > 0) {
		guint chars = count_chars(s);

		if (chars == n)
			return add_mended(buf, s, r);
	}
	return doc_buf_adds(buf, s);
}

static int
add_line(struct doc_buf *buf, const char *s)
{
	if (!s || !*s)
		return 0;
	if (buf->len && buf->data[buf->len - 1] != '\n' &&
	    doc_buf_addc(buf, '\n'))
		return -1;
	return doc_buf_adds(buf, s);
}

static int
add_choices(struct doc_buf *buf, PopplerFormField *field)
{
	g_autofree gchar *typed = NULL;
	int n = poppler_form_field_choice_get_n_items(field);

	if (poppler_form_field_choice_is_editable(field))
		typed = poppler_form_field_choice_get_text(field);
	if (add_line(buf, typed))
		return -1;
	for (int i = 0; i < MIN(n, CHOICES_MAX); i++) {
		g_autofree gchar *item = NULL;

		if (!poppler_form_field_choice_is_item_selected(field, i))
			continue;
		item = poppler_form_field_choice_get_item(field, i);
		if (add_line(buf, item))
			return -1;
	}
	return 0;
}

static int
add_field(struct doc_buf *buf, PopplerFormField *field)
{
	g_autofree gchar *s = NULL;

	switch ((int)poppler_form_field_get_field_type(field)) {
	case POPPLER_FORM_FIELD_TEXT:
		if (poppler_form_field_text_is_password(field))
			return 0;
		s = poppler_form_field_text_get_text(field);
		return add_line(buf, s);
	case POPPLER_FORM_FIELD_CHOICE:
		return add_choices(buf, field);
	default:
		return 0;
	}
}

static int
add_form(struct _PopplerPage *page, struct doc_buf *buf)
{
	GList *list = poppler_page_get_form_field_mapping(page);
	int rc = 0;

	for (const GList *l = list; l && rc == 0; l = l->next) {
		const PopplerFormFieldMapping *m = l->data;

		rc = add_field(buf, m->field);
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
add_notes(struct _PopplerPage *page, struct doc_buf *buf)
{
	GList *list = poppler_page_get_annot_mapping(page);
	int rc = 0;

	for (const GList *l = list; l && rc == 0; l = l->next) {
		const PopplerAnnotMapping *m = l->data;
		g_autofree gchar *s = NULL;

		if (!is_note(m->annot))
			continue;
		s = poppler_annot_get_contents(m->annot);
		rc = add_line(buf, s);
	}
	poppler_page_free_annot_mapping(list);
	return rc;
}

int
doc_pdf_page_text(struct _PopplerPage *page, struct doc_buf *buf)
{
	if (add_body(page, buf) || add_form(page, buf) || add_notes(page, buf))
		return -1;
	return 0;
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
