/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/format/html.h"
#include "lib/format/markup.h"
#include "lib/format/ooxml_kinds.h"

/* A document in another format that Word takes over when it opens this one
 * (17.17.2); HTML is what generators use. */
static void
put_chunk(struct doc_opc *opc, const char *part)
{
	const char *dot = strrchr(part, '.');
	doc_autobuf struct doc_buf buf = { 0 };
	struct doc_error err = { 0 };

	if (dot == NULL ||
	    (strncasecmp(dot, ".htm", 4) != 0 &&
		strncasecmp(dot, ".xht", 4) != 0)) {
		doc_work_reason(opc->flow.text->work, DOC_R_UNSUPPORTED);
		return;
	}
	doc_layout_flush(&opc->flow);
	if (doc_opc_read(opc, part, &buf, &err) < 0 ||
	    doc_html_part(buf.data, buf.len, "", opc->flow.text, &err) < 0)
		doc_opc_damaged(opc);
}

/* The template is named by the settings. */
static void
put_template(struct doc_opc *opc, const struct doc_rels *rels)
{
	doc_autorels struct doc_rels own = { 0 };
	size_t at = 0;
	const struct doc_rel *settings = doc_rels_next(rels, "settings", &at);

	if (settings == NULL)
		return;
	doc_rels_read(opc, settings->target, &own);
	doc_rels_put_outside(opc, &own);
}

void
doc_docx_put(struct doc_opc *opc, const char *part, const struct doc_buf *xml)
{
	static const char *const behind[] = { "diagramData", "chart", "footer",
		"footnotes", "endnotes", "comments" };
	doc_autorels struct doc_rels rels = { 0 };
	const struct doc_rel *chunk;
	struct doc_numbers *numbers;
	size_t at = 0;

	doc_rels_read(opc, part, &rels);
	doc_markup_rels(opc, &rels, "header", 0);
	doc_layout_line(&opc->flow);
	numbers = doc_numbers_read(opc, &rels);
	if (doc_markup_put(&opc->flow, xml->data, xml->len, numbers, 0) != 0)
		doc_opc_damaged(opc);
	doc_numbers_free(numbers);
	for (size_t i = 0; i < DOC_LEN(behind); i++)
		doc_markup_rels(opc, &rels, behind[i], 0);
	doc_rels_put_outside(opc, &rels);
	put_template(opc, &rels);
	while ((chunk = doc_rels_next(&rels, "aFChunk", &at)) != NULL)
		put_chunk(opc, chunk->target);
	doc_layout_flush(&opc->flow);
}
