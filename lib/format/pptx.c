/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/markup.h"
#include "lib/format/ooxml_kinds.h"
#include "lib/format/xml.h"

/* PowerPoint gets unusable far below. */
enum { MAX_SLIDES = 65536 };

struct show {
	const struct doc_rels *rels;
	const char **slide; /* names of parts, in order */
	unsigned count;
	bool masters; /* any static text of this show put yet */
};

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct show *show = ctx;
	const struct doc_rel *rel;
	const char **p;

	if (strcmp(node->name, "sldId") != 0 || show->count == MAX_SLIDES)
		return;
	rel = doc_rels_find(show->rels,
	    doc_xml_attr_in(node, "relationships", "id"));
	if (rel == NULL)
		return;
	p = reallocarray(show->slide, show->count + 1, sizeof(*p));
	if (p == NULL)
		return;
	show->slide = p;
	show->slide[show->count++] = rel->target;
}

static void
on_end(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	(void)ctx;
	(void)s;
	(void)n;
}

/* Without a usable list: as the relations have them. */
static void
all_slides(struct show *show)
{
	const struct doc_rel *rel;
	size_t at = 0;

	show->slide = calloc(show->rels->count + 1, sizeof(*show->slide));
	if (show->slide == NULL)
		return;
	while ((rel = doc_rels_next(show->rels, "slide", &at)) != NULL)
		show->slide[show->count++] = rel->target;
}

static void
put_slide(struct doc_opc *opc, const char *part)
{
	static const char *const inside[] = { "diagramData", "chart",
		"comments", "comment" };
	doc_autorels struct doc_rels rels = { 0 };

	doc_rels_read(opc, part, &rels);
	doc_markup_part(opc, part, 0);
	for (size_t i = 0; i < DOC_LEN(inside); i++)
		doc_markup_rels(opc, &rels, inside[i], 0);
	doc_markup_rels(opc, &rels, "notesSlide", DOC_MARKUP_NOTES);
}

void
doc_pptx_put(struct doc_opc *opc, const char *part, const struct doc_buf *xml)
{
	static const struct doc_xml_ops ops = { on_start, on_end, on_text };
	doc_autorels struct doc_rels rels = { 0 };
	struct show show = { .rels = &rels };

	doc_rels_read(opc, part, &rels);
	if (doc_xml_parse(xml->data, xml->len, &ops, &show) != 0)
		doc_opc_damaged(opc);
	if (show.count == 0)
		all_slides(&show);
	for (unsigned i = 0; i < show.count; i++) {
		put_slide(opc, show.slide[i]);
		doc_flow_flush(&opc->flow);
		if (doc_text_page(opc->flow.text, show.count) < 0)
			break;
	}
	free(show.slide);
}
