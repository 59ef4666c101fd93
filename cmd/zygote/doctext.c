/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctext's engine - text and metadata; runs in a cage.
 *
 * Linked with lib/format/pdf_nocolour.c: text needs no colour transforms, and
 * without them poppler is a tenth faster.
 */
#include <string.h>

#include "cmd/options.h"
#include "lib/format/epub.h"
#include "lib/format/html.h"
#include "lib/format/image_facts.h"
#include "lib/format/mail.h"
#include "lib/format/odf.h"
#include "lib/format/ole.h"
#include "lib/format/ole_text.h"
#include "lib/format/ooxml.h"
#include "lib/format/passwords.h"
#include "lib/format/pdf.h"
#include "lib/format/plain.h"
#include "lib/format/rtf.h"
#include "lib/format/sample.h"
#include "lib/format/xml.h"
#include "lib/format/xmldoc.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

typedef int extract_fn(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err);

/* Who reads which family; the table of lib/record/media.c says which media
 * types belong to it. */
static extract_fn *const extractors[DOC_FAMILY_COUNT] = {
	[DOC_FAMILY_PDF] = doc_pdf_text,
	[DOC_FAMILY_PLAIN] = doc_plain_text,
	[DOC_FAMILY_XML] = doc_xmldoc_text,
	[DOC_FAMILY_HTML] = doc_html_text,
	[DOC_FAMILY_OOXML] = doc_ooxml_text,
	[DOC_FAMILY_ODF] = doc_odf_text,
	[DOC_FAMILY_EPUB] = doc_epub_text,
	[DOC_FAMILY_MAIL] = doc_mail_text,
	[DOC_FAMILY_IMAGE] = doc_image_text,
	[DOC_FAMILY_OLE] = doc_ole_text,
	[DOC_FAMILY_RTF] = doc_rtf_text,
};

static struct doc_text_options options;

static struct doc_buf passwords;

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	if (doc_passwords_read(options.password_file, &passwords, err) < 0)
		return -1;
	if (doc_mail_warm(err) < 0 || doc_xml_warm(err) < 0)
		return -1;
	doc_ole_warm();
	return doc_pdf_warm(err);
}

static int
extract(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	extract_fn *how = extractors[doc_media_family(in->media)];
	struct doc_text text;
	int rc;

	if (how == NULL)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no extractor for this media type");
	doc_text_init(&text, work);
	text.wish = (struct doc_text_wish){ .metadata = options.metadata,
		.join = options.join,
		.passwords = passwords.data };
	rc = how(in, &text, err);
	if (doc_text_finish(&text, rc < 0 ? &(struct doc_error){ 0 } : err) < 0)
		rc = -1;
	/* What came out before a failure is kept. */
	if (rc < 0 && text.bytes > 0)
		doc_work_progress(work, text.page ? text.page : 1, 0,
		    text.bytes);
	doc_text_release(&text);
	return rc;
}

/* The text of a CJK PDF without embedded fonts: poppler without its data files
 * says "no text", with success. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	const struct doc_sample *s = &doc_sample_pdf_cjk;
	struct doc_input in = { .fd = -1,
		.data = s->data,
		.size = s->size,
		.media = "application/pdf" };
	char got[4096];
	ssize_t n;

	if (extract(&in, work, err) < 0)
		return -1;
	n = pread(work->out, got, sizeof(got) - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	if (strstr(got, s->expect) == NULL)
		return doc_error_set(err, DOC_E_ENGINE,
		    "no text in a CJK PDF: is poppler-data installed?");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote doctext = {
		.name = "doctext",
		.profile = &doc_profile_text,
		.opts = { doc_text_opts, &options },
		.load = load,
		.work = extract,
		.canary = canary,
	};

	return doc_zygote_main(&doctext, argc, argv);
}
