/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/inner.h"

#include <string.h>
#include <strings.h>

#include "lib/format/archive.h"
#include "lib/format/opc.h"
#include "lib/format/xml.h"
#include "lib/record/media.h"

/* A thumbnail of 32 MiB is none. */
#define PICTURE_MAX ((size_t)32 << 20)

/* Read `part` and hand its elements to `start`.  Broken markup is read as far
 * as it goes. */
static void
scan_part(struct doc_package *pkg, const char *part,
    void (*start)(void *ctx, const struct doc_xml_node *node), void *ctx)
{
	const struct doc_xml_ops ops = { .start = start };
	doc_autobuf struct doc_buf xml = { 0 };
	struct doc_error err = { 0 };

	if (doc_package_read(pkg, part, &xml, &err) == 1)
		(void)!doc_xml_parse(xml.data, xml.len, &ops, ctx);
}

static bool
ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && strcasecmp(s + n - t, tail) == 0;
}

/* The package's relation to its thumbnail. */
static void
on_relation(void *ctx, const struct doc_xml_node *node)
{
	struct doc_buf *part = ctx;
	const char *type = doc_xml_attr(node, "Type");
	const char *target = doc_xml_attr(node, "Target");

	if (part->len == 0 && type && target && ends_in(type, "/thumbnail"))
		(void)!doc_part_resolve("", target, part);
}

/* The package document of a book. */
struct book {
	const char *opf;	 /* its name, for relative references */
	struct doc_buf cover_id; /* of <meta name="cover"> */
	struct doc_buf declared; /* part with the property cover-image */
	struct doc_buf by_id;	 /* the part cover_id means */
	struct doc_buf by_name;	 /* a picture called cover */
};

static void
on_rootfile(void *ctx, const struct doc_xml_node *node)
{
	struct doc_buf *opf = ctx;
	const char *path = doc_xml_attr(node, "full-path");

	if (opf->len == 0 && path && strcmp(node->name, "rootfile") == 0)
		(void)!doc_part_resolve("", path, opf);
}

static void
keep(struct book *b, struct doc_buf *part, const char *href)
{
	if (part->len == 0)
		(void)!doc_part_resolve(b->opf, href, part);
}

static void
on_item(struct book *b, const struct doc_xml_node *node)
{
	const char *href = doc_xml_attr(node, "href");
	const char *type = doc_xml_attr(node, "media-type");
	const char *id = doc_xml_attr(node, "id");
	const char *properties = doc_xml_attr(node, "properties");

	if (!href || !type || strncasecmp(type, "image/", 6) != 0)
		return;
	if (properties && strstr(properties, "cover-image"))
		keep(b, &b->declared, href);
	if (id && b->cover_id.len > 0 &&
	    strcmp(id, doc_buf_str(&b->cover_id)) == 0)
		keep(b, &b->by_id, href);
	if (strcasestr(href, "cover") || (id && strcasestr(id, "cover")))
		keep(b, &b->by_name, href);
}

/* <meta> stands before the manifest (EPUB 2.0.1 section 2.2). */
static void
on_package(void *ctx, const struct doc_xml_node *node)
{
	struct book *b = ctx;
	const char *name = doc_xml_attr(node, "name");
	const char *content = doc_xml_attr(node, "content");

	if (strcmp(node->name, "item") == 0)
		on_item(b, node);
	else if (strcmp(node->name, "meta") == 0 && name && content &&
	    strcmp(name, "cover") == 0 && b->cover_id.len == 0)
		doc_buf_adds(&b->cover_id, content);
}

static void
find_cover(struct doc_package *pkg, struct doc_buf *part)
{
	doc_autobuf struct doc_buf opf = { 0 };
	struct book b = { 0 };
	const struct doc_buf *best;

	scan_part(pkg, "META-INF/container.xml", on_rootfile, &opf);
	b.opf = doc_buf_str(&opf);
	if (b.opf && opf.len > 0)
		scan_part(pkg, b.opf, on_package, &b);
	best = b.declared.len > 0 ? &b.declared
	    : b.by_id.len > 0	  ? &b.by_id
				  : &b.by_name;
	doc_buf_add(part, best->data, best->len);
	doc_buf_release(&b.cover_id);
	doc_buf_release(&b.declared);
	doc_buf_release(&b.by_id);
	doc_buf_release(&b.by_name);
}

/* What programs put beside their content without a word about it.  A plain
 * archive may hold a preview.jpg of its own; Apple's have their index too. */
static void
find_by_name(struct doc_package *pkg, struct doc_buf *part)
{
	static const char *const names[][2] = {
		{ "Thumbnails/thumbnail.png", NULL }, /* OpenDocument */
		{ "QuickLook/Thumbnail.jpg", NULL },  /* Apple, to 2012 */
		{ "preview.jpg", "Index.zip" },	      /* and since */
		{ "preview.jpg", "Index/Document.iwa" },
		{ "Metadata/thumbnail.png", "3D/3dmodel.model" } /* 3MF */
	};

	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (doc_package_has(pkg, names[i][0]) &&
		    (!names[i][1] || doc_package_has(pkg, names[i][1]))) {
			doc_buf_adds(part, names[i][0]);
			return;
		}
}

/* The name of the picture's part; empty: none. */
static void
find_part(struct doc_package *pkg, enum doc_family family, struct doc_buf *part)
{
	if (family == DOC_FAMILY_EPUB)
		find_cover(pkg, part);
	else if (family == DOC_FAMILY_OOXML)
		scan_part(pkg, "_rels/.rels", on_relation, part);
	else
		find_by_name(pkg, part);
}

int
doc_inner_picture(const struct doc_input *in, struct doc_buf *out,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf part = { 0 };
	struct doc_package *pkg;
	const char *name;
	int rc = 0;

	if (doc_package_open(in, &pkg, err) < 0)
		return -1;
	find_part(pkg, doc_media_family(in->media), &part);
	name = doc_buf_str(&part);
	out->max = PICTURE_MAX;
	if (name && part.len > 0)
		rc = doc_package_read(pkg, name, out, err);
	doc_package_free(pkg);
	if (rc == 0)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no picture of itself inside");
	return rc < 0 ? -1 : 0;
}
