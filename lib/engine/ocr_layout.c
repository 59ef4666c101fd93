/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/ocr_layout.h"

#include <string.h>

#include "lib/base/utf8.h"

static const struct {
	const char *head, *tail;
} frames[] = {
	[DOC_LAYOUT_NONE] = { "", "" },
	[DOC_LAYOUT_HOCR] = { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			      "<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
			      "<title></title>\n"
			      "<meta name=\"ocr-system\" content=\"docpipe dococr\"/>\n"
			      "<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_par "
			      "ocr_line ocrx_word ocrp_wconf\"/>\n</head>\n<body>\n",
	    "</body>\n</html>\n" },
	[DOC_LAYOUT_TSV] = { "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\t"
			     "top\twidth\theight\tconf\ttext\n",
	    "" },
	[DOC_LAYOUT_ALTO] = { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			      "<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v3#\">\n"
			      "<Description><MeasurementUnit>pixel</MeasurementUnit>"
			      "</Description>\n<Layout>\n",
	    "</Layout>\n</alto>\n" },
};

const char *
doc_ocr_layout_head(enum doc_layout_kind kind)
{
	return frames[kind].head;
}

const char *
doc_ocr_layout_tail(enum doc_layout_kind kind)
{
	return frames[kind].tail;
}

/* Without what XML does not allow, or a tab in TSV. */
static void
put_text(struct doc_buf *out, const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n;) {
		size_t step = doc_utf8_step(s + i, n - i);

		if (step == 0)
			doc_buf_adds(out, "\xef\xbf\xbd");
		else if (s[i] == '&')
			doc_buf_adds(out, "&amp;");
		else if (s[i] == '<')
			doc_buf_adds(out, "&lt;");
		else if (s[i] == '>')
			doc_buf_adds(out, "&gt;");
		else if (s[i] == '"')
			doc_buf_adds(out, "&quot;");
		else if (step > 1 || (unsigned char)s[i] >= ' ')
			doc_buf_add(out, s + i, step);
		i += step ? step : 1;
	}
}

/* TSV has no escapes, and needs none without tabs and newlines. */
static void
put_plain(struct doc_buf *out, const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n;) {
		size_t step = doc_utf8_step(s + i, n - i);

		if (step == 0)
			doc_buf_adds(out, "\xef\xbf\xbd");
		else if (step > 1 || (unsigned char)s[i] >= ' ')
			doc_buf_add(out, s + i, step);
		i += step ? step : 1;
	}
}

struct place {
	struct doc_buf *out;
	const struct doc_layout_page *page;
	const struct doc_ocr_words *words;
	size_t first, next; /* words of the line */
	unsigned line, par; /* from 1 */
	bool par_begins, par_ends;
	struct doc_box box; /* of the line */
};

static void
hocr_line(const struct place *p)
{
	if (p->par_begins)
		doc_buf_addf(p->out, "<p class='ocr_par' id='par_%u_%u'>\n",
		    p->page->number, p->par);
	doc_buf_addf(p->out,
	    "<span class='ocr_line' id='line_%u_%u' title='bbox %d %d %d %d'>",
	    p->page->number, p->line, p->box.left, p->box.top, p->box.right,
	    p->box.bottom);
	for (size_t i = p->first; i < p->next; i++) {
		const struct doc_ocr_word *w = &p->words->at[i];

		doc_buf_addf(p->out,
		    "%s<span class='ocrx_word' id='word_%u_%zu' title='bbox "
		    "%d %d %d %d; x_wconf %d'>",
		    i > p->first ? " " : "", p->page->number, i + 1,
		    w->box.left, w->box.top, w->box.right, w->box.bottom,
		    (int)w->confidence);
		put_text(p->out, doc_ocr_word_text(p->words, w));
		doc_buf_adds(p->out, "</span>");
	}
	doc_buf_adds(p->out, "</span>\n");
	if (p->par_ends)
		doc_buf_adds(p->out, "</p>\n");
}

static void
tsv_row(const struct place *p, int level, size_t word, const struct doc_box *b)
{
	doc_buf_addf(p->out, "%d\t%u\t1\t%u\t%u\t%zu\t%d\t%d\t%d\t%d\t", level,
	    p->page->number, p->par, p->line, word, b->left, b->top,
	    b->right - b->left, b->bottom - b->top);
}

static void
tsv_line(const struct place *p)
{
	tsv_row(p, 4, 0, &p->box);
	doc_buf_adds(p->out, "-1\t\n");
	for (size_t i = p->first; i < p->next; i++) {
		const struct doc_ocr_word *w = &p->words->at[i];

		tsv_row(p, 5, i - p->first + 1, &w->box);
		doc_buf_addf(p->out, "%.2f\t", (double)w->confidence);
		put_plain(p->out, doc_ocr_word_text(p->words, w));
		doc_buf_addc(p->out, '\n');
	}
}

static void
alto_box(struct doc_buf *out, const struct doc_box *b)
{
	doc_buf_addf(out, " HPOS=\"%d\" VPOS=\"%d\" WIDTH=\"%d\" HEIGHT=\"%d\"",
	    b->left, b->top, b->right - b->left, b->bottom - b->top);
}

static void
alto_line(const struct place *p)
{
	if (p->par_begins)
		doc_buf_addf(p->out, "<TextBlock ID=\"block_%u_%u\">\n",
		    p->page->number, p->par);
	doc_buf_addf(p->out, "<TextLine ID=\"line_%u_%u\"", p->page->number,
	    p->line);
	alto_box(p->out, &p->box);
	doc_buf_addc(p->out, '>');
	for (size_t i = p->first; i < p->next; i++) {
		const struct doc_ocr_word *w = &p->words->at[i];

		doc_buf_addf(p->out, "%s<String ID=\"word_%u_%zu\"",
		    i > p->first ? "<SP/>" : "", p->page->number, i + 1);
		alto_box(p->out, &w->box);
		doc_buf_addf(p->out, " WC=\"%.2f\" CONTENT=\"",
		    (double)w->confidence / 100);
		put_text(p->out, doc_ocr_word_text(p->words, w));
		doc_buf_adds(p->out, "\"/>");
	}
	doc_buf_adds(p->out, "</TextLine>\n");
	if (p->par_ends)
		doc_buf_adds(p->out, "</TextBlock>\n");
}

static void
begin_page(enum doc_layout_kind kind, const struct place *p)
{
	const struct doc_layout_page *g = p->page;
	const struct doc_box all = { 0, 0, (int)g->width, (int)g->height };

	switch (kind) {
	case DOC_LAYOUT_HOCR:
		doc_buf_addf(p->out,
		    "<div class='ocr_page' id='page_%u' title='bbox 0 0 %u %u; "
		    "ppageno %u; scan_res %u %u'>\n",
		    g->number, g->width, g->height, g->number - 1, g->dpi,
		    g->dpi);
		break;
	case DOC_LAYOUT_TSV:
		tsv_row(p, 1, 0, &all);
		doc_buf_adds(p->out, "-1\t\n");
		break;
	case DOC_LAYOUT_ALTO:
		doc_buf_addf(p->out,
		    "<Page ID=\"page_%u\" PHYSICAL_IMG_NR=\"%u\" WIDTH=\"%u\" "
		    "HEIGHT=\"%u\">\n<PrintSpace",
		    g->number, g->number, g->width, g->height);
		alto_box(p->out, &all);
		doc_buf_adds(p->out, ">\n");
		break;
	case DOC_LAYOUT_NONE:
		break;
	}
}

int
doc_ocr_layout_put(enum doc_layout_kind kind,
    const struct doc_layout_page *page, const struct doc_ocr_words *words,
    struct doc_buf *out)
{
	struct place p = { .out = out, .page = page, .words = words };

	begin_page(kind, &p);
	for (size_t i = 0; i < words->count; i = p.next) {
		const struct doc_ocr_word *w = &words->at[i];

		p.box = doc_ocr_words_line(words, i, &p.next);
		p.first = i;
		p.line++;
		p.par_begins = i == 0 || w->block != w[-1].block;
		p.par += p.par_begins;
		p.par_ends = p.next == words->count ||
		    words->at[p.next].block != w->block;
		if (kind == DOC_LAYOUT_HOCR)
			hocr_line(&p);
		else if (kind == DOC_LAYOUT_TSV)
			tsv_line(&p);
		else
			alto_line(&p);
	}
	/* An add that failed leaves the cap in sight for this one. */
	return doc_buf_adds(out,
	    kind == DOC_LAYOUT_HOCR	  ? "</div>\n"
		: kind == DOC_LAYOUT_ALTO ? "</PrintSpace>\n</Page>\n"
					  : "");
}
