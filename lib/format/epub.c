/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/format/epub.h"
#include "lib/format/html.h"
#include "lib/format/meta.h"
#include "lib/format/opc.h"

/* Books have hundreds of items at most. */
enum { MAX_ITEMS = 16384 };

/* Sorted by byte: the Dublin Core elements of the package document. */
static const struct doc_xml_token properties[] = {
	{ "creator", DOC_F_CREATOR },
	{ "date", DOC_F_CREATED },
	{ "description", DOC_F_DESCRIPTION },
	{ "language", DOC_F_LANGUAGE },
	{ "modified", DOC_F_MODIFIED },
	{ "publisher", DOC_F_PUBLISHER },
	{ "subject", DOC_F_SUBJECT },
	{ "title", DOC_F_TITLE },
};

struct item {
	char *id;
	char *part;
};

struct book {
	const char *opf;       /* name of the package document */
	struct item *manifest; /* all parts */
	size_t manifest_count;
	const char **spine; /* parts in reading order */
	unsigned spine_count;
};

static void
add_item(struct book *b, const struct doc_xml_node *node)
{
	const char *id = doc_xml_attr(node, "id");
	const char *href = doc_xml_attr(node, "href");
	doc_autobuf struct doc_buf name = { 0 };
	struct item *p;

	if (id == NULL || href == NULL || b->manifest_count == MAX_ITEMS ||
	    doc_part_resolve(b->opf, href, &name) < 0)
		return;
	p = reallocarray(b->manifest, b->manifest_count + 1, sizeof(*p));
	if (p == NULL)
		return;
	b->manifest = p;
	p += b->manifest_count;
	p->id = strdup(id);
	p->part = strdup(name.data);
	if (p->id != NULL && p->part != NULL) {
		b->manifest_count++;
		return;
	}
	free(p->id);
	free(p->part);
}

static void
add_spine(struct book *b, const char *part)
{
	const char **p;

	if (b->spine_count == MAX_ITEMS)
		return;
	p = reallocarray(b->spine, b->spine_count + 1, sizeof(*p));
	if (p == NULL)
		return;
	b->spine = p;
	b->spine[b->spine_count++] = part;
}

static void
on_item(void *ctx, const struct doc_xml_node *node)
{
	if (strcmp(node->name, "item") == 0)
		add_item(ctx, node);
}

static void
on_itemref(void *ctx, const struct doc_xml_node *node)
{
	struct book *b = ctx;
	const char *id = doc_xml_attr(node, "idref");

	if (strcmp(node->name, "itemref") != 0 || id == NULL)
		return;
	for (size_t i = 0; i < b->manifest_count; i++)
		if (strcmp(b->manifest[i].id, id) == 0) {
			add_spine(b, b->manifest[i].part);
			return;
		}
}

static void
on_rootfile(void *ctx, const struct doc_xml_node *node)
{
	struct doc_buf *path = ctx;
	const char *full = doc_xml_attr(node, "full-path");

	if (strcmp(node->name, "rootfile") == 0 && full != NULL &&
	    path->len == 0)
		doc_part_resolve("", full, path);
}

static bool
ends_in(const char *name, const char *tail)
{
	size_t n = strlen(name), t = strlen(tail);

	return n > t && strcasecmp(name + n - t, tail) == 0;
}

/* The package document: as the container says, else what looks like one. */
static int
find_opf(struct doc_opc *opc, struct doc_buf *path, struct doc_buf *opf,
    struct doc_error *err)
{
	static const struct doc_xml_ops ops = { .start = on_rootfile };
	const char *const *names = doc_package_names(opc->pkg);

	if (doc_opc_read(opc, "META-INF/container.xml", opf, err) == 0 &&
	    doc_xml_parse(opf->data, opf->len, &ops, path) != 0)
		doc_opc_damaged(opc);
	if (path->len > 0 && doc_opc_read(opc, path->data, opf, err) == 0)
		return 0;
	for (; *names != NULL && err->code == DOC_E_NONE; names++) {
		if (!ends_in(*names, ".opf"))
			continue;
		path->len = 0;
		if (doc_part_resolve("", *names, path) == 0 &&
		    doc_opc_read(opc, *names, opf, err) == 0)
			return 0;
	}
	return -1;
}

static void
read_opf(struct doc_opc *opc, struct book *b, const struct doc_buf *opf)
{
	static const struct doc_xml_ops items = { .start = on_item };
	static const struct doc_xml_ops refs = { .start = on_itemref };
	struct doc_meta meta = { 0 };

	if (doc_meta_read(&meta, opf->data, opf->len, properties,
		DOC_LEN(properties)) != 0 ||
	    doc_xml_parse(opf->data, opf->len, &items, b) != 0 ||
	    doc_xml_parse(opf->data, opf->len, &refs, b) != 0)
		doc_opc_damaged(opc);
	doc_meta_say(&meta, opc->flow.text->work);
	doc_meta_release(&meta);
}

/* Without a spine: every HTML file in the order of the package. */
static void
all_html(struct doc_opc *opc, struct book *b)
{
	const char *const *names = doc_package_names(opc->pkg);

	for (; *names != NULL; names++)
		if (ends_in(*names, ".xhtml") || ends_in(*names, ".html") ||
		    ends_in(*names, ".htm"))
			add_spine(b, *names);
}

/* Parts under a publisher's lock are listed (EPUB OCF 3.3, 4.2.6.3.2); lists
 * with nothing but fonts are usual. */
static bool
is_locked(const struct doc_buf *encryption, const char *part)
{
	doc_autobuf struct doc_buf uri = { 0 };

	doc_buf_addf(&uri, "\"%s\"", part);
	return encryption->len > 0 && uri.len > 0 &&
	    memmem(encryption->data, encryption->len, uri.data, uri.len) !=
	    NULL;
}

static int
put_item(struct doc_opc *opc, const char *part, struct doc_error *err)
{
	doc_autobuf struct doc_buf html = { 0 };
	struct doc_error why = { 0 };

	if (doc_opc_read(opc, part, &html, &why) < 0) {
		doc_opc_damaged(opc);
		return 0;
	}
	return doc_html_part(html.data, html.len, "", opc->flow.text, err);
}

static int
put_spine(struct doc_opc *opc, const struct book *b, struct doc_error *err)
{
	doc_autobuf struct doc_buf encryption = { 0 };
	unsigned locked = 0;

	if (doc_opc_read(opc, "META-INF/encryption.xml", &encryption, NULL) < 0)
		encryption.len = 0;
	for (unsigned i = 0; i < b->spine_count; i++) {
		if (is_locked(&encryption, b->spine[i]))
			locked++;
		else if (put_item(opc, b->spine[i], err) < 0)
			return -1;
		if (doc_text_page(opc->flow.text, b->spine_count) < 0)
			break;
	}
	if (locked > 0 && locked == b->spine_count)
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the book is locked by its publisher");
	if (locked > 0)
		doc_work_reason(opc->flow.text->work, DOC_R_ENCRYPTED);
	return 0;
}

static void
release(struct book *b)
{
	for (size_t i = 0; i < b->manifest_count; i++) {
		free(b->manifest[i].id);
		free(b->manifest[i].part);
	}
	free(b->manifest);
	free(b->spine);
}

int
doc_epub_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct doc_opc opc = { .flow.text = text };
	doc_autobuf struct doc_buf path = { 0 }, opf = { 0 };
	struct book b = { 0 };
	int rc = -1;

	if (doc_package_open(in, &opc.pkg, err) < 0)
		return -1;
	if (find_opf(&opc, &path, &opf, err) == 0) {
		b.opf = path.data;
		read_opf(&opc, &b, &opf);
	}
	if (b.spine_count == 0)
		all_html(&opc, &b);
	if (b.spine_count > 0 && err->code == DOC_E_NONE)
		rc = put_spine(&opc, &b, err);
	else
		doc_error_set(err, DOC_E_DAMAGED, "no text in the book");
	release(&b);
	doc_package_free(opc.pkg);
	return rc;
}
