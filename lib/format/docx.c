/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/markup.h"
#include "lib/format/ooxml_kinds.h"

void
doc_docx_put(struct doc_opc *opc, const char *part, const struct doc_buf *xml)
{
	static const char *const behind[] = { "diagramData", "chart", "footer",
		"footnotes", "endnotes", "comments" };
	doc_autorels struct doc_rels rels = { 0 };
	struct doc_numbers *numbers;

	doc_rels_read(opc, part, &rels);
	doc_markup_rels(opc, &rels, "header", 0);
	doc_flow_line(&opc->flow);
	numbers = doc_numbers_read(opc, &rels);
	if (doc_markup_put(&opc->flow, xml->data, xml->len, numbers, 0) != 0)
		doc_opc_damaged(opc);
	doc_numbers_free(numbers);
	for (size_t i = 0; i < DOC_LEN(behind); i++)
		doc_markup_rels(opc, &rels, behind[i], 0);
	doc_flow_flush(&opc->flow);
}
