/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdf_impl - what the pdf_*.c files share.  Nobody else includes it.
 *
 * poppler's objects appear by tag only, so that its headers stay in the files
 * that call it: pdf_open.c, pdf_facts.c, pdf_page.c, pdf_mend.c,
 * pdf_scale.c, pdf_render.c.
 */
#ifndef DOC_PDF_IMPL_H
#define DOC_PDF_IMPL_H

#include "lib/base/buf.h"
#include "lib/format/text.h"

struct _PopplerDocument;
struct _PopplerPage;
struct _PopplerRectangle;

/* An open document.  All zero is closed. */
struct doc_pdf {
	struct _PopplerDocument *doc;
	unsigned pages;
	unsigned watch; /* glib log handler that notes poppler's complaints */
	bool repaired;	/* the cross-reference table was rebuilt */
	bool broken;	/* part of a page or stream could not be read */
	const char *passwords; /* to try, each ending in a newline; or NULL */
	bool cut;	       /* a page's text did not fit a doc_buf */
	bool redo;	       /* text on pictures does not count */
};

#define doc_autopdf __attribute__((cleanup(doc_pdf_close)))

/* Reads from the mapping; `in` must outlive *pdf, and *pdf must not move.
 * 0, or -1 with DAMAGED, ENCRYPTED, MEMORY. */
int doc_pdf_open(struct doc_pdf *pdf, const struct doc_input *in,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_pdf_close(struct doc_pdf *pdf);

/* The page with this index from 0, or NULL when the file has none there
 * although it counts one. */
struct _PopplerPage *doc_pdf_page(struct doc_pdf *pdf, unsigned index);
void doc_pdf_page_free(struct _PopplerPage *page);

/* Everything but the pages' text goes to `work`; `text` may be NULL. */
int doc_pdf_read_pages(struct doc_pdf *pdf, struct doc_work *work,
    struct doc_text *text, struct doc_error *err) DOC_MUST_CHECK;

/* Says title, creator, subject, keywords, producer, created, modified,
 * language, attachments, outline; raw properties if they are wanted. */
void doc_pdf_facts(const struct doc_pdf *pdf, const struct doc_text *text);

/* The text of a page: body, then values of form fields, then notes, each
 * starting on a line of its own.  -1 when out of memory or past the cap of
 * `buf`, which then holds what fitted. */
int doc_pdf_page_text(struct _PopplerPage *page, struct doc_buf *buf);

/* Append poppler's text of a page: with a tab between cells, without the gaps
 * in letter-spaced words, and without marks of direction.  `r` has a rectangle
 * for each of doc_pdf_mend_chars(s) characters. */
int doc_pdf_mend(struct doc_buf *buf, const char *s,
    const struct _PopplerRectangle *r) DOC_MUST_CHECK;
unsigned doc_pdf_mend_chars(const char *s);

/* Put the words of one line, all that is behind `from`, in the order they are
 * read.  They are given as they stand from left to right, or `leftwards` from
 * right to left; the letters of each are in order.  -1: no memory. */
int doc_pdf_order(struct doc_buf *buf, size_t from,
    bool leftwards) DOC_MUST_CHECK;

/* Share of the visible page that pictures cover, in percent. */
unsigned doc_pdf_page_cover(struct _PopplerPage *page);

/* The resolution at which a page is best read. */
double doc_pdf_reading_dpi(struct _PopplerPage *page);

/* Is anything drawn on it, be it text, lines or pictures? */
bool doc_pdf_page_inked(struct _PopplerPage *page);

/* Characters of a page's text, by kind.  Spaces are not counted. */
struct doc_pdf_stats {
	unsigned chars;
	unsigned word;	     /* letters and digits of any script */
	unsigned bad;	     /* U+FFFD, private use, controls */
	unsigned latin;	     /* A to Z in either case */
	unsigned letter[26]; /* of latin, by letter */
};

void doc_pdf_count(const char *s, size_t n, struct doc_pdf_stats *stats);

/* Text that is there but not what the eye reads. */
bool doc_pdf_garbled(const struct doc_pdf_stats *stats);

/* Why the page needs OCR; DOC_R_HAS_TEXT when it does not.  Looks at the page
 * only when its text does not settle the matter.  `redo`: a page under a
 * picture needs it although it has text, which is somebody's earlier OCR. */
enum doc_reason doc_pdf_judge(struct _PopplerPage *page,
    const struct doc_pdf_stats *stats, bool redo);

/* Neighbouring pages with the same reason, said as one entry of ocr_pages. */
struct doc_pdf_runs {
	struct doc_work *work;
	enum doc_reason reason; /* of the open run; DOC_R_HAS_TEXT: none */
	unsigned first, last;	/* pages from 1 */
	unsigned said;		/* entries given to work */
};

void doc_pdf_runs_add(struct doc_pdf_runs *runs, unsigned page,
    enum doc_reason reason);
void doc_pdf_runs_end(struct doc_pdf_runs *runs);

#endif
