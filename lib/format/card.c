/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/card.h"

#include <dirent.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/utf8.h"
#include "lib/format/canvas.h"
#include "lib/format/label.h"
#include "lib/record/media.h"

/* No card shows more; and pango is slow with long paragraphs. */
enum { TEXT_MAX = 6000, LINE_MAX_BYTES = 600, LINES_MAX = 80 };

/* A sheet of 3 by 4; all else in parts of its longer side. */
#define SHAPE	     0.75
#define MARGIN	     0.05
#define FOOT	     0.075
#define PROSE_SIZE   0.040
#define CODE_SIZE    0.031
#define FACTS_SIZE   0.060
#define LISTING_SIZE 0.036
#define MONO_WIDTH   0.6 /* of the size, as in most such fonts */
#define CODE_TAB     4	 /* characters */
#define LABEL_SIZE   0.046
#define PAPER_BORDER 0.8

static size_t
line_length(const char *p, const char *end)
{
	const char *at = p;

	while (at < end && *at != '\n' && *at != '\f')
		at++;
	return (size_t)(at - p);
}

/* Text without ink is noise here: blank lines are joined, a line that goes on
 * for ever is cut, and the form feed before a page begins a line. */
static void
tidy(const struct doc_card *card, struct doc_buf *out)
{
	const char *p = card->text,
		   *end = p + DOC_MIN(card->len, (size_t)TEXT_MAX);
	unsigned lines = 0;
	bool blank = true;

	while (p < end && lines < LINES_MAX) {
		size_t n = line_length(p, end);
		size_t keep = DOC_MIN(n, (size_t)LINE_MAX_BYTES);
		bool empty = strspn(p, " \t\r\f\v") >= n;

		while (keep < n && keep > 0 && (p[keep] & 0xc0) == 0x80)
			keep--;
		if (!(empty && blank)) {
			if (!empty)
				doc_buf_add(out, p, keep);
			doc_buf_addc(out, '\n');
			lines++;
		}
		blank = empty;
		p += n + 1;
	}
	out->len = doc_utf8_valid(out->data, out->len);
}

/* Lines that are laid out with spaces want a fixed width. */
static bool
is_laid_out(const char *p, size_t n)
{
	unsigned lines = 0, laid = 0;

	for (const char *end = p + n, *nl; p < end; p = nl + 1) {
		const char *gap;

		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			break;
		gap = memmem(p, (size_t)(nl - p), "   ", 3);
		lines += nl > p;
		laid += gap != NULL;
	}
	return lines >= 4 && laid * 4 >= lines;
}

/* Minified: cut at the edge there would be nothing to see. */
static bool
is_one_line(const char *text, size_t len)
{
	size_t n = line_length(text, text + len);

	return n > 200 || n + 2 >= len;
}

enum doc_card_style
doc_card_style(const char *media, const char *text, size_t len)
{
	static const char *const prose[] = { "text/markdown", "text/rtf",
		"text/troff" };
	enum doc_family family = doc_media_family(media);

	if (strstr(media, "sheet") || strstr(media, "excel"))
		return DOC_CARD_TABLE;
	/* Markup, unless an extractor took it away. */
	if (family == DOC_FAMILY_XML)
		return len == 0 || *text != '<' || is_one_line(text, len)
		    ? DOC_CARD_PROSE
		    : DOC_CARD_CODE;
	if (family != DOC_FAMILY_PLAIN)
		return DOC_CARD_PROSE;
	for (size_t i = 0; i < DOC_LEN(prose); i++)
		if (strcmp(media, prose[i]) == 0)
			return DOC_CARD_PROSE;
	if (strncmp(media, "text/plain", 10) != 0)
		return is_one_line(text, len) ? DOC_CARD_PROSE : DOC_CARD_CODE;
	return is_laid_out(text, DOC_MIN(len, (size_t)TEXT_MAX))
	    ? DOC_CARD_CODE
	    : DOC_CARD_PROSE;
}

static void
set_colour(cairo_t *cr, uint32_t rgb)
{
	cairo_set_source_rgb(cr, (double)(rgb >> 16 & 255) / 255,
	    (double)(rgb >> 8 & 255) / 255, (double)(rgb & 255) / 255);
}

static PangoLayout *
new_layout(cairo_t *cr, const char *family, double size, bool bold)
{
	PangoLayout *layout = pango_cairo_create_layout(cr);
	PangoFontDescription *font = pango_font_description_new();

	pango_font_description_set_family(font, family);
	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	if (bold)
		pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	return layout;
}

static void
set_cells(PangoLayout *layout, double width)
{
	PangoTabArray *tabs = pango_tab_array_new(1, FALSE);

	pango_tab_array_set_tab(tabs, 0, PANGO_TAB_LEFT,
	    (int)(width * PANGO_SCALE));
	pango_layout_set_tabs(layout, tabs);
	pango_tab_array_free(tabs);
}

struct sheet {
	cairo_t *cr;
	double width, height, margin, foot;
};

/* The text, cut at the edges of its place. */
static void
draw_text(const struct sheet *s, const struct doc_card *card,
    const struct doc_buf *text)
{
	static const double sizes[] = { [DOC_CARD_PROSE] = PROSE_SIZE,
		[DOC_CARD_CODE] = CODE_SIZE,
		[DOC_CARD_TABLE] = CODE_SIZE,
		[DOC_CARD_LISTING] = LISTING_SIZE,
		[DOC_CARD_FACTS] = FACTS_SIZE };
	double width = s->width - 2 * s->margin;
	double height = s->height - s->foot - 1.5 * s->margin;
	double size = fmax(sizes[card->style] * s->height, 3);
	PangoLayout *layout = new_layout(s->cr,
	    card->style == DOC_CARD_CODE ? "monospace" : "sans", size, false);
	int w, h;

	pango_layout_set_text(layout, text->data, (int)text->len);
	if (card->style == DOC_CARD_PROSE || card->style == DOC_CARD_FACTS) {
		pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
		pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	}
	if (card->style == DOC_CARD_LISTING) {
		/* One line each: how names begin and end tells most. */
		pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_MIDDLE);
	}
	if (card->style == DOC_CARD_TABLE)
		set_cells(layout, width / 4);
	if (card->style == DOC_CARD_CODE)
		set_cells(layout, CODE_TAB * MONO_WIDTH * size);
	if (card->style == DOC_CARD_FACTS)
		pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
	pango_layout_get_pixel_size(layout, &w, &h);
	cairo_save(s->cr);
	cairo_rectangle(s->cr, s->margin, s->margin, width, height);
	cairo_clip(s->cr);
	set_colour(s->cr, 0x202020);
	cairo_move_to(s->cr, s->margin,
	    s->margin +
		(card->style == DOC_CARD_FACTS ? fmax(0, (height - h) / 2)
					       : 0));
	pango_cairo_show_layout(s->cr, layout);
	cairo_restore(s->cr);
	g_object_unref(layout);
}

/* The strip at the foot: the kind in its colour, and the note. */
static void
draw_foot(const struct sheet *s, const struct doc_card *card)
{
	double top = s->height - s->foot;
	double size = fmax(LABEL_SIZE * s->height, 3);
	struct doc_label label;
	PangoLayout *layout;
	int w, h;

	doc_label_of(card->media, &label);
	set_colour(s->cr, label.colour);
	cairo_rectangle(s->cr, 0, top, s->width, s->foot);
	cairo_fill(s->cr);
	set_colour(s->cr, 0xffffff);
	layout = new_layout(s->cr, "sans", size, true);
	pango_layout_set_text(layout, label.word, -1);
	pango_layout_get_pixel_size(layout, &w, &h);
	cairo_move_to(s->cr, s->margin, top + (s->foot - h) / 2);
	pango_cairo_show_layout(s->cr, layout);
	g_object_unref(layout);
	if (!card->note)
		return;
	layout = new_layout(s->cr, "sans", size * 0.85, false);
	pango_layout_set_text(layout, card->note, -1);
	pango_layout_get_pixel_size(layout, &w, &h);
	cairo_move_to(s->cr, s->width - s->margin - w, top + (s->foot - h) / 2);
	pango_cairo_show_layout(s->cr, layout);
	g_object_unref(layout);
}

static void
draw_border(const struct sheet *s)
{
	set_colour(s->cr, 0xc8c8c8);
	cairo_set_line_width(s->cr, PAPER_BORDER);
	cairo_rectangle(s->cr, 0.5, 0.5, s->width - 1, s->height - 1);
	cairo_stroke(s->cr);
}

int
doc_card_draw(const struct doc_card *card, struct doc_pixels *px,
    struct doc_error *err)
{
	doc_autocanvas struct doc_canvas canvas = { 0 };
	doc_autobuf struct doc_buf text = { 0 };
	struct sheet s = { .width = round(card->box * SHAPE),
		.height = card->box };

	s.margin = round(MARGIN * s.height);
	s.foot = round(FOOT * s.height);
	if (doc_canvas_open(&canvas, (unsigned)fmax(s.width, 1), card->box,
		false, err) < 0)
		return -1;
	s.cr = canvas.cr;
	tidy(card, &text);
	draw_text(&s, card, &text);
	draw_border(&s);
	draw_foot(&s, card);
	return doc_canvas_pixels(&canvas, 3, px, err);
}

static unsigned
count_threads(void)
{
	DIR *d = opendir("/proc/self/task");
	unsigned n = 0;

	if (!d)
		return 1;
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

/*
 * pango 1.50 asks fontconfig in a thread of its own, which lives as long as
 * the font map, and which a forked child would wait for without an end.  What
 * fontconfig has read stays.
 */
static void
drop_font_map(void)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	pango_cairo_font_map_set_default(NULL);
	for (int i = 0; i < 2000 && count_threads() > 1; i++)
		nanosleep(&ms, NULL);
}

int
doc_card_warm(struct doc_error *err)
{
	static const char sample[] = "The quick brown fox \xd7\xa9\xd7\x9c "
				     "\xd8\xa8\xd8\xa8 \xe6\x96\x87";
	struct doc_card card = { .media = "text/plain",
		.text = sample,
		.len = sizeof(sample) - 1,
		.box = 64 };
	int rc = 0;

	for (card.style = DOC_CARD_PROSE;
	     rc == 0 && card.style <= DOC_CARD_FACTS; card.style++) {
		doc_autopixels struct doc_pixels px = { 0 };

		rc = doc_card_draw(&card, &px, err);
	}
	drop_font_map();
	return rc;
}
