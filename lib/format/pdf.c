/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf - a document page by page; a survey for dococr. */
#include "lib/format/pdf.h"
#include "lib/format/hyphen.h"

#include "lib/format/pdf_impl.h"

/* The text of one page and whether it needs OCR.  -1: there is no such page. */
static int
read_page(struct doc_pdf *pdf, unsigned index, struct doc_buf *buf,
    enum doc_reason *reason)
{
	struct _PopplerPage *page = doc_pdf_page(pdf, index);
	struct doc_pdf_stats stats = { 0 };

	*reason = DOC_R_HAS_TEXT;
	if (!page)
		return -1;
	if (doc_pdf_page_text(page, buf))
		pdf->cut = true;
	doc_pdf_count(buf->data, buf->len, &stats);
	*reason = doc_pdf_judge(page, &stats, pdf->redo);
	doc_pdf_page_free(page);
	return 0;
}

int
doc_pdf_read_pages(struct doc_pdf *pdf, struct doc_work *work,
    struct doc_text *text, struct doc_error *err)
{
	struct doc_pdf_runs runs = { .work = work };
	unsigned missing = 0;

	for (unsigned i = 0; i < pdf->pages; i++) {
		doc_autobuf struct doc_buf buf = { 0 };
		enum doc_reason reason;

		if (read_page(pdf, i, &buf, &reason))
			missing++;
		doc_pdf_runs_add(&runs, i + 1, reason);
		if (!text) {
			doc_work_progress(work, i + 1, pdf->pages, 0);
			continue;
		}
		if (text->wish.join)
			doc_hyphen_join(&buf);
		if (doc_text_put(text, buf.data, buf.len) ||
		    doc_text_page(text, pdf->pages))
			break;
	}
	doc_pdf_runs_end(&runs);
	if (missing == pdf->pages)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "none of %u pages found", pdf->pages);
	if (missing || pdf->broken)
		doc_work_reason(work, DOC_R_DAMAGED);
	if (pdf->cut)
		doc_work_reason(work, DOC_R_OUTPUT);
	if (pdf->repaired)
		doc_work_reason(work, DOC_R_REPAIRED);
	return 0;
}

int
doc_pdf_survey(const struct doc_input *in, bool redo, struct doc_work *work,
    struct doc_error *err)
{
	doc_autopdf struct doc_pdf pdf = { .redo = redo };

	if (doc_pdf_open(&pdf, in, err))
		return -1;
	doc_work_int(work, DOC_F_PAGES, pdf.pages);
	return doc_pdf_read_pages(&pdf, work, NULL, err);
}
