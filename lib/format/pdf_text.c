/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_text - for doctext: apart from pdf.c, for what reads the metadata is
 * nothing that dococr should have in its address space. */
#include "lib/format/pdf.h"
#include "lib/format/pdf_impl.h"

int
doc_pdf_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	doc_autopdf struct doc_pdf pdf = { .passwords = text->wish.passwords };

	if (doc_pdf_open(&pdf, in, err))
		return -1;
	doc_pdf_facts(&pdf, text);
	return doc_pdf_read_pages(&pdf, text->work, text, err);
}
