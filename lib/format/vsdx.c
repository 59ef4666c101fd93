/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vsdx - drawings of Visio 2013 ([MS-VSDX]): the text of the shapes of each
 * page. */
#include <string.h>

#include "lib/format/ooxml_kinds.h"
#include "lib/format/xml.h"

/* Visio allows 2,000 pages. */
enum { MAX_PAGES = 16384 };

struct page {
	char *name, *part;
};

struct drawing {
	struct doc_opc *opc;
	const struct doc_rels *rels; /* of the list of pages */
	struct page *page;
	unsigned pages;
	char *name;	  /* of the page being listed */
	unsigned in_text; /* open elements from <Text> on */
};

/* <Page Name="…"> … <Rel r:id="…"/> */
static void
on_page(void *ctx, const struct doc_xml_node *node)
{
	struct drawing *d = ctx;
	const struct doc_rel *rel;
	const char *name;
	struct page *p;

	if (strcmp(node->name, "Page") == 0) {
		name = doc_xml_attr(node, "Name");
		free(d->name);
		d->name = strdup(name ? name : "");
	}
	if (strcmp(node->name, "Rel") != 0 || d->pages == MAX_PAGES)
		return;
	rel = doc_rels_find(d->rels,
	    doc_xml_attr_in(node, "relationships", "id"));
	p = rel ? reallocarray(d->page, d->pages + 1, sizeof(*p)) : NULL;
	if (p == NULL)
		return;
	d->page = p;
	d->page[d->pages++] = (struct page){ doc_steal(&d->name),
		strdup(rel->target) };
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct drawing *d = ctx;

	if (d->in_text > 0)
		d->in_text++;
	else if (strcmp(node->name, "Text") == 0)
		d->in_text = 1;
}

static void
on_end(void *ctx, const char *name)
{
	struct drawing *d = ctx;

	(void)name;
	if (d->in_text > 0 && --d->in_text == 0)
		doc_layout_line(&d->opc->flow);
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct drawing *d = ctx;

	if (d->in_text > 0)
		doc_layout_wrap(&d->opc->flow, s, n);
}

static void
put_page(struct drawing *d, const struct page *page)
{
	static const struct doc_xml_ops ops = { .start = on_start,
		.end = on_end,
		.text = on_text };
	doc_autobuf struct doc_buf xml = { 0 };

	if (page->name != NULL)
		doc_layout_puts(&d->opc->flow, page->name);
	doc_layout_line(&d->opc->flow);
	d->in_text = 0;
	if (page->part == NULL ||
	    doc_opc_read(d->opc, page->part, &xml, NULL) < 0 ||
	    doc_xml_parse(xml.data, xml.len, &ops, d) != 0)
		doc_opc_damaged(d->opc);
	doc_layout_flush(&d->opc->flow);
}

static void
list_pages(struct drawing *d, const struct doc_rels *document)
{
	static const struct doc_xml_ops ops = { .start = on_page };
	doc_autobuf struct doc_buf xml = { 0 };
	doc_autorels struct doc_rels rels = { 0 };
	size_t at = 0;
	const struct doc_rel *list = doc_rels_next(document, "pages", &at);

	if (list == NULL || doc_opc_read(d->opc, list->target, &xml, NULL) < 0)
		return;
	doc_rels_read(d->opc, list->target, &rels);
	d->rels = &rels;
	if (doc_xml_parse(xml.data, xml.len, &ops, d) != 0)
		doc_opc_damaged(d->opc);
}

void
doc_vsdx_put(struct doc_opc *opc, const char *part)
{
	doc_autorels struct doc_rels rels = { 0 };
	struct drawing d = { .opc = opc };

	doc_rels_read(opc, part, &rels);
	list_pages(&d, &rels);
	for (unsigned i = 0; i < d.pages; i++) {
		put_page(&d, &d.page[i]);
		if (doc_text_page(opc->flow.text, d.pages) < 0)
			break;
	}
	for (unsigned i = 0; i < d.pages; i++) {
		free(d.page[i].name);
		free(d.page[i].part);
	}
	free(d.page);
	free(d.name);
}
