/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meta_xml - fields out of XML; apart from meta.c, which PDF's engine has
 * without a parser of XML. */
#include <string.h>

#include "lib/format/meta.h"

/* The longest field is 8 KiB; what follows would be cut anyway. */
#define MAX_VALUE ((size_t)32 << 10)

/* The name of a property is an attribute, of the element or of the one around
 * it where that has only the type; else the name of the element. */
static void
set_name(struct doc_meta *m, const struct doc_xml_node *node)
{
	const char *name = doc_xml_attr(node, "name");

	if (name == NULL)
		name = doc_xml_attr(node, "property");
	if (name == NULL && strstr(node->ns, "docPropsVTypes") != NULL)
		return;
	m->name.len = 0;
	doc_buf_adds(&m->name, name ? name : node->name);
}

/* OpenDocument counts in attributes (ISO 26300-3, 4.3.2.18). */
static void
read_statistic(struct doc_meta *m, const struct doc_xml_node *node)
{
	for (size_t i = 0; i < node->attr_count; i++) {
		const struct doc_xml_attr *a = &node->attr[i];
		size_t n = strlen(a->value);

		doc_meta_raw(m, a->name, a->value, n);
		if (strcmp(a->name, "page-count") == 0)
			doc_meta_set(m, DOC_F_PAGE_COUNT, a->value, n);
		else if (strcmp(a->name, "word-count") == 0)
			doc_meta_set(m, DOC_F_WORD_COUNT, a->value, n);
	}
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct doc_meta *m = ctx;
	const char *name = node->name;
	const char *property = doc_xml_attr(node, "property");

	if (property != NULL && strcmp(property, "dcterms:modified") == 0)
		name = "modified";
	m->field = doc_xml_find(m->table, m->table_count, name);
	m->leaf.len = 0;
	if (strcmp(node->name, "document-statistic") == 0)
		read_statistic(m, node);
	if (m->raw != NULL)
		set_name(m, node);
}

static void
on_end(void *ctx, const char *name)
{
	struct doc_meta *m = ctx;

	(void)name;
	if (m->raw != NULL && m->leaf.len > 0 && doc_buf_str(&m->name) != NULL)
		doc_meta_raw(m, m->name.data, m->leaf.data, m->leaf.len);
	if (m->field > 0)
		doc_meta_set(m, (enum doc_field)m->field, m->leaf.data,
		    m->leaf.len);
	m->leaf.len = 0;
	m->field = 0;
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct doc_meta *m = ctx;

	if ((m->field > 0 || m->raw != NULL) && m->leaf.len < MAX_VALUE)
		doc_buf_add(&m->leaf, s, n);
}

int
doc_meta_read(struct doc_meta *m, const char *p, size_t n,
    const struct doc_xml_token *table, size_t table_count)
{
	static const struct doc_xml_ops ops = { on_start, on_end, on_text };

	m->table = table;
	m->table_count = table_count;
	m->field = 0;
	return doc_xml_parse(p, n, &ops, m);
}
