/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/meta.h"
#include "lib/format/odf.h"
#include "lib/format/odf_markup.h"
#include "lib/format/opc.h"

/* Sorted by byte: meta.xml. */
static const struct doc_xml_token properties[] = {
	{ "creation-date", DOC_F_CREATED },
	{ "creator", DOC_F_CONTRIBUTOR },
	{ "date", DOC_F_MODIFIED },
	{ "description", DOC_F_DESCRIPTION },
	{ "generator", DOC_F_PRODUCER },
	{ "initial-creator", DOC_F_CREATOR },
	{ "keyword", DOC_F_KEYWORDS },
	{ "language", DOC_F_LANGUAGE },
	{ "publisher", DOC_F_PUBLISHER },
	{ "subject", DOC_F_SUBJECT },
	{ "title", DOC_F_TITLE },
};

/* Who changed it last: the creator of those that name no other. */
static const struct doc_xml_token editor[] = { { "creator", DOC_F_CREATOR } };

static bool
read_editor(struct doc_meta *meta, const char *p, size_t n)
{
	meta->raw = NULL; /* said already */
	return doc_meta_read(meta, p, n, editor, DOC_LEN(editor)) >= 0;
}

static void
say_meta(struct doc_text *text, const char *p, size_t n)
{
	struct doc_meta meta = { 0 };

	/* Broken metadata is as good as none; of a flat document this is a
	 * piece that ends in the middle. */
	doc_meta_begin(&meta, text);
	if (doc_meta_read(&meta, p, n, properties, DOC_LEN(properties)) >= 0 &&
	    (meta.value[DOC_F_CREATOR].len > 0 || read_editor(&meta, p, n)))
		doc_meta_say(&meta, text->work);
	doc_meta_release(&meta);
}

static int
put_flat(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	static const char end[] = "</office:meta>";
	struct doc_odf_lists *lists = doc_odf_lists_new();
	struct doc_layout flow = { .text = text };
	const char *stop = memmem(in->data, in->size, end, strlen(end));
	int rc;

	if (stop != NULL)
		say_meta(text, in->data, (size_t)(stop - in->data));
	rc = doc_odf_put(&flow, lists, in->data, in->size);
	doc_odf_lists_free(lists);
	if (rc < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory for XML");
	if (rc > 0)
		doc_work_reason(text->work, DOC_R_DAMAGED);
	return 0;
}

/* The manifest tells which parts need a password (ISO 26300-3, 4.4); it is
 * itself in the clear. */
static bool
is_encrypted(struct doc_opc *opc)
{
	doc_autobuf struct doc_buf xml = { 0 };
	struct doc_error err = { 0 };
	static const char *const marks[] = { "encryption-data",
		"encrypted-package" };

	if (doc_opc_read(opc, "META-INF/manifest.xml", &xml, &err) < 0 ||
	    xml.len == 0)
		return false;
	for (size_t i = 0; i < DOC_LEN(marks); i++)
		if (memmem(xml.data, xml.len, marks[i], strlen(marks[i])) !=
		    NULL)
			return true;
	return false;
}

static int
put_part(struct doc_opc *opc, const char *part, struct doc_odf_lists *lists,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf xml = { 0 };
	int rc;

	if (doc_opc_read(opc, part, &xml, err) < 0)
		return -1;
	rc = doc_odf_put(&opc->flow, lists, xml.data, xml.len);
	if (rc < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory for XML");
	if (rc > 0)
		doc_opc_damaged(opc);
	return 0;
}

/* Formulas and charts are documents of their own inside the package. */
static void
put_objects(struct doc_opc *opc)
{
	const char *const *names = doc_package_names(opc->pkg);
	struct doc_error ignored = { 0 };

	for (; *names != NULL; names++) {
		const char *slash = strchr(*names, '/');

		if (strncmp(*names, "Object", 6) == 0 && slash != NULL &&
		    strcmp(slash, "/content.xml") == 0 &&
		    put_part(opc, *names, NULL, &ignored) < 0)
			doc_opc_damaged(opc);
	}
}

static void
on_macro(void *ctx, const char *s, size_t n)
{
	struct doc_layout *flow = ctx;

	doc_layout_put(flow, s, n);
}

/* Modules of Basic: programs that come with the document are its text, too,
 * and who searches for one wants to find it. */
static void
put_macros(struct doc_opc *opc)
{
	static const struct doc_xml_ops ops = { .text = on_macro };
	const char *const *names = doc_package_names(opc->pkg);

	for (; *names != NULL; names++) {
		doc_autobuf struct doc_buf xml = { 0 };

		if (strncmp(*names, "Basic/", 6) != 0 ||
		    strstr(*names, "/script-l") != NULL ||
		    doc_opc_read(opc, *names, &xml, NULL) < 0 || xml.len == 0)
			continue;
		doc_layout_line(&opc->flow);
		if (doc_xml_parse(xml.data, xml.len, &ops, &opc->flow) != 0)
			doc_opc_damaged(opc);
		doc_layout_line(&opc->flow);
	}
}

/* Lists are numbered by the styles of both parts. */
static int
put_content(struct doc_opc *opc, struct doc_error *err)
{
	struct doc_odf_lists *lists = doc_odf_lists_new();
	doc_autobuf struct doc_buf xml = { 0 };
	int rc;

	if (doc_opc_read(opc, "styles.xml", &xml, NULL) == 0)
		doc_odf_lists_read(lists, xml.data, xml.len);
	rc = put_part(opc, "content.xml", lists, err);
	doc_odf_lists_free(lists);
	return rc;
}

static int
put_package(struct doc_opc *opc, struct doc_error *err)
{
	doc_autobuf struct doc_buf xml = { 0 };
	struct doc_error ignored = { 0 };

	if (is_encrypted(opc))
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the package is encrypted");
	if (doc_opc_read(opc, "meta.xml", &xml, &ignored) == 0)
		say_meta(opc->flow.text, xml.data, xml.len);
	if (put_content(opc, err) < 0)
		return doc_error_set(err, DOC_E_DAMAGED, "no content.xml");
	put_objects(opc);
	if (put_part(opc, "styles.xml", NULL, &ignored) < 0 &&
	    ignored.code != DOC_E_NONE)
		doc_opc_damaged(opc);
	put_macros(opc);
	doc_layout_flush(&opc->flow);
	return 0;
}

int
doc_odf_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct doc_opc opc = { .flow.text = text };
	int rc;

	if (in->size >= 4 && memcmp(in->data, "PK", 2) != 0 &&
	    memmem(in->data, DOC_MIN(in->size, (size_t)4096), "<office:", 8) !=
		NULL)
		return put_flat(in, text, err);
	if (doc_package_open(in, &opc.pkg, err) < 0)
		return -1;
	rc = put_package(&opc, err);
	doc_package_free(opc.pkg);
	return rc;
}
