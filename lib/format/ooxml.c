/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/format/markup.h"
#include "lib/format/meta.h"
#include "lib/format/ooxml.h"
#include "lib/format/ooxml_kinds.h"
#include "lib/format/xml.h"

/* Sorted by byte: docProps/core.xml and docProps/app.xml. */
static const struct doc_xml_token properties[] = {
	{ "Application", DOC_F_PRODUCER },
	{ "Company", DOC_F_PUBLISHER },
	{ "Pages", DOC_F_PAGE_COUNT },
	{ "Slides", DOC_F_PAGE_COUNT },
	{ "Words", DOC_F_WORD_COUNT },
	{ "category", DOC_F_CATEGORY },
	{ "created", DOC_F_CREATED },
	{ "creator", DOC_F_CREATOR },
	{ "description", DOC_F_DESCRIPTION },
	{ "keywords", DOC_F_KEYWORDS },
	{ "language", DOC_F_LANGUAGE },
	{ "lastModifiedBy", DOC_F_CONTRIBUTOR },
	{ "modified", DOC_F_MODIFIED },
	{ "subject", DOC_F_SUBJECT },
	{ "title", DOC_F_TITLE },
};

/* A password makes an OLE2 file of it ([MS-OFFCRYPTO] 2.3.4). */
static int
not_a_package(const struct doc_input *in, struct doc_error *err)
{
	static const char ole2[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
	static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k";

	if (in->size < 8 || memcmp(in->data, ole2, 8) != 0)
		return 0;
	if (memmem(in->data, in->size, name, sizeof(name) - 1) != NULL)
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the package is encrypted");
	return doc_error_set(err, DOC_E_UNSUPPORTED,
	    "an OLE2 file, not a package");
}

static bool
is_xml(const struct doc_input *in)
{
	const char *p = in->data;
	size_t n = in->size;

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	return n >= 5 &&
	    (memcmp(p, "<?xml", 5) == 0 || memcmp(p, "<pkg:", 5) == 0);
}

/* All parts in one XML file: Word's flat package, and Word 2003's XML, whose
 * text elements are the same. */
static int
put_flat(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct doc_layout flow = { .text = text };
	struct doc_meta meta = { 0 };
	char root[64];
	int rc;

	doc_xml_root(in->data, in->size, root);
	if (strcmp(root, "package") != 0 && strcmp(root, "wordDocument") != 0)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "not a document of Word");
	rc = doc_markup_put(&flow, in->data, in->size, NULL, 0);
	doc_layout_flush(&flow);
	doc_meta_begin(&meta, text);
	if (doc_meta_read(&meta, in->data, in->size, properties,
		DOC_LEN(properties)) == 0)
		doc_meta_say(&meta, text->work);
	doc_meta_release(&meta);
	if (rc < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory for XML");
	if (rc > 0)
		doc_work_reason(text->work, DOC_R_DAMAGED);
	return 0;
}

static void
put_properties(struct doc_opc *opc, const struct doc_rels *rels)
{
	static const char *const types[] = { "core-properties",
		"extended-properties", "extendedProperties",
		"custom-properties", "customProperties" };
	struct doc_meta meta = { 0 };
	const struct doc_rel *rel;

	doc_meta_begin(&meta, opc->flow.text);
	for (size_t i = 0; i < DOC_LEN(types); i++) {
		doc_autobuf struct doc_buf xml = { 0 };
		size_t at = 0;

		rel = doc_rels_next(rels, types[i], &at);
		if (rel == NULL ||
		    doc_opc_read(opc, rel->target, &xml, NULL) < 0)
			continue;
		if (doc_meta_read(&meta, xml.data, xml.len, properties,
			DOC_LEN(properties)) != 0)
			doc_opc_damaged(opc);
	}
	doc_meta_say(&meta, opc->flow.text->work);
	doc_meta_release(&meta);
}

/* By the relation of the package, or where everybody puts it. */
static int
find_main(struct doc_opc *opc, const struct doc_rels *rels, struct doc_buf *xml,
    const char **part, struct doc_error *err)
{
	static const char *const usual[] = { "word/document.xml",
		"xl/workbook.xml", "ppt/presentation.xml", "xl/workbook.bin",
		"visio/document.xml" };
	const struct doc_rel *rel;
	size_t at = 0;

	rel = doc_rels_next(rels, "officeDocument", &at);
	at = 0;
	if (rel == NULL)
		rel = doc_rels_next(rels, "document", &at);
	*part = rel ? rel->target : usual[0];
	if (doc_opc_read(opc, *part, xml, err) == 0)
		return 0;
	for (size_t i = 0; i < DOC_LEN(usual) && err->code == DOC_E_NONE; i++) {
		*part = usual[i];
		if (doc_opc_read(opc, *part, xml, err) == 0)
			return 0;
	}
	return doc_error_set(err, DOC_E_DAMAGED, "no main part");
}

static bool
has_ending(const char *part, const char *ending)
{
	size_t n = strlen(part), len = strlen(ending);

	return n >= len && strcasecmp(part + n - len, ending) == 0;
}

static int
put_package(struct doc_opc *opc, struct doc_error *err)
{
	doc_autorels struct doc_rels rels = { 0 };
	doc_autobuf struct doc_buf xml = { 0 };
	const char *part;
	char root[64];

	doc_rels_read(opc, "", &rels);
	if (find_main(opc, &rels, &xml, &part, err) < 0)
		return -1;
	put_properties(opc, &rels);
	if (has_ending(part, ".bin")) {
		doc_xlsb_put(opc, part);
		return 0;
	}
	doc_xml_root(xml.data, xml.len, root);
	if (strcmp(root, "document") == 0)
		doc_docx_put(opc, part, &xml);
	else if (strcmp(root, "presentation") == 0)
		doc_pptx_put(opc, part, &xml);
	else if (strcmp(root, "workbook") == 0)
		doc_xlsx_put(opc, part, &xml);
	else if (strcmp(root, "VisioDocument") == 0)
		doc_vsdx_put(opc, part);
	else
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "the main part is no document, workbook, presentation or drawing");
	return 0;
}

int
doc_ooxml_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct doc_opc opc = { .flow.text = text };
	int rc;

	if (is_xml(in))
		return put_flat(in, text, err);
	if (not_a_package(in, err) < 0 ||
	    doc_package_open(in, &opc.pkg, err) < 0)
		return -1;
	rc = put_package(&opc, err);
	doc_package_free(opc.pkg);
	return rc;
}
