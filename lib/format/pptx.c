/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/markup.h"
#include "lib/format/ooxml_kinds.h"
#include "lib/format/xml.h"

/* PowerPoint gets unusable far below. */
enum { MAX_SLIDES = 16384 };

/* Layouts and masters with text of their own; few have any. */
enum { MAX_BACKGROUNDS = 256 };

struct show {
	const struct doc_rels *rels;
	const char **slide; /* names of parts, in order */
	unsigned count;
	char *drawn[MAX_BACKGROUNDS]; /* layouts and masters put already */
	unsigned drawn_count;
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

/* What a layout or master shows on each of its slides: put with the first. */
static void
put_background(struct doc_opc *opc, struct show *show, const char *part)
{
	for (unsigned i = 0; i < show->drawn_count; i++)
		if (strcmp(show->drawn[i], part) == 0)
			return;
	if (show->drawn_count == MAX_BACKGROUNDS)
		return;
	show->drawn[show->drawn_count] = strdup(part);
	if (show->drawn[show->drawn_count] == NULL)
		return;
	show->drawn_count++;
	doc_markup_part(opc, part, DOC_MARKUP_STATIC);
}

static void
put_backgrounds(struct doc_opc *opc, struct show *show,
    const struct doc_rels *slide)
{
	doc_autorels struct doc_rels rels = { 0 };
	const struct doc_rel *layout, *master;
	size_t at = 0;

	layout = doc_rels_next(slide, "slideLayout", &at);
	if (layout == NULL)
		return;
	put_background(opc, show, layout->target);
	doc_rels_read(opc, layout->target, &rels);
	at = 0;
	master = doc_rels_next(&rels, "slideMaster", &at);
	if (master != NULL)
		put_background(opc, show, master->target);
}

static void
put_slide(struct doc_opc *opc, struct show *show, const char *part)
{
	static const char *const inside[] = { "diagramData", "chart",
		"comments", "comment" };
	doc_autorels struct doc_rels rels = { 0 };

	doc_rels_read(opc, part, &rels);
	doc_markup_part(opc, part, 0);
	put_backgrounds(opc, show, &rels);
	for (size_t i = 0; i < DOC_LEN(inside); i++)
		doc_markup_rels(opc, &rels, inside[i], 0);
	doc_markup_rels(opc, &rels, "notesSlide", DOC_MARKUP_NOTES);
}

void
doc_pptx_put(struct doc_opc *opc, const char *part, const struct doc_buf *xml)
{
	static const struct doc_xml_ops ops = { .start = on_start };
	doc_autorels struct doc_rels rels = { 0 };
	struct show show = { .rels = &rels };

	doc_rels_read(opc, part, &rels);
	if (doc_xml_parse(xml->data, xml->len, &ops, &show) != 0)
		doc_opc_damaged(opc);
	if (show.count == 0)
		all_slides(&show);
	for (unsigned i = 0; i < show.count; i++) {
		put_slide(opc, &show, show.slide[i]);
		doc_layout_flush(&opc->flow);
		if (doc_text_page(opc->flow.text, show.count) < 0)
			break;
	}
	while (show.drawn_count > 0)
		free(show.drawn[--show.drawn_count]);
	free(show.slide);
}
