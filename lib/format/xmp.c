/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/xmp.h"

/* Sorted by byte.  dc:subject is a list of keywords. */
static const struct doc_xml_token properties[] = {
	{ "CreateDate", DOC_F_CREATED },
	{ "CreatorTool", DOC_F_PRODUCER },
	{ "DateTimeOriginal", DOC_F_CREATED },
	{ "Keywords", DOC_F_KEYWORDS },
	{ "ModifyDate", DOC_F_MODIFIED },
	{ "creator", DOC_F_CREATOR },
	{ "description", DOC_F_DESCRIPTION },
	{ "language", DOC_F_LANGUAGE },
	{ "publisher", DOC_F_PUBLISHER },
	{ "subject", DOC_F_KEYWORDS },
	{ "title", DOC_F_TITLE },
};

struct reader {
	struct doc_meta *meta;
	char name[64]; /* of the property around */
	struct doc_buf leaf;
};

/* Containers and their items belong to the property around them. */
static bool
is_structure(const char *name)
{
	static const char *const names[] = { "Alt", "Bag", "Seq", "li" };

	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void
set(struct reader *r, const char *name, const char *s, size_t n)
{
	int field = doc_xml_find(properties, DOC_LEN(properties), name);

	if (field > 0)
		doc_meta_set(r->meta, (enum doc_field)field, s, n);
	doc_meta_raw(r->meta, name, s, n);
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct reader *r = ctx;

	r->leaf.len = 0;
	if (!is_structure(node->name)) {
		r->name[0] = '\0';
		strncat(r->name, node->name, sizeof(r->name) - 1);
	}
	if (strcmp(node->name, "Description") != 0)
		return;
	/* Simple properties are often attributes. */
	for (size_t i = 0; i < node->attr_count; i++)
		if (strstr(node->attr[i].ns, "rdf-syntax") == NULL)
			set(r, node->attr[i].name, node->attr[i].value,
			    strlen(node->attr[i].value));
}

static void
on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;

	if (r->leaf.len > 0)
		set(r, is_structure(name) ? r->name : name, r->leaf.data,
		    r->leaf.len);
	r->leaf.len = 0;
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct reader *r = ctx;

	if (r->leaf.len < ((size_t)64 << 10))
		doc_buf_add(&r->leaf, s, n);
}

void
doc_xmp_facts(struct doc_meta *meta, const char *p, size_t n)
{
	static const struct doc_xml_ops ops = { on_start, on_end, on_text };
	static const char begin[] = "<x:xmpmeta", end[] = "</x:xmpmeta>";
	const char *from = memmem(p, n, begin, strlen(begin)), *to = NULL;
	struct reader r = { .meta = meta };

	if (from != NULL)
		to = memmem(from, n - (size_t)(from - p), end, strlen(end));
	if (to != NULL &&
	    doc_xml_parse(from, (size_t)(to - from) + strlen(end), &ops, &r) <
		0)
		doc_meta_raw(meta, "xmp", "no memory", 9);
	doc_buf_release(&r.leaf);
}
