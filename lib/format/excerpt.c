/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/excerpt.h"

#include <string.h>

#include "lib/format/epub.h"
#include "lib/format/html.h"
#include "lib/format/mail.h"
#include "lib/format/odf.h"
#include "lib/format/ole.h"
#include "lib/format/ole_text.h"
#include "lib/format/ooxml.h"
#include "lib/format/plain.h"
#include "lib/format/rtf.h"
#include "lib/format/xml.h"
#include "lib/format/xmldoc.h"
#include "lib/record/media.h"

/* Of a long plain text only this much is looked at, also for its charset. */
#define LOOK_AT ((size_t)64 << 10)

typedef int extract_fn(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err);

static extract_fn *const extractors[DOC_FAMILY_COUNT] = {
	[DOC_FAMILY_PLAIN] = doc_plain_text,
	[DOC_FAMILY_XML] = doc_xmldoc_text,
	[DOC_FAMILY_HTML] = doc_html_text,
	[DOC_FAMILY_OOXML] = doc_ooxml_text,
	[DOC_FAMILY_ODF] = doc_odf_text,
	[DOC_FAMILY_EPUB] = doc_epub_text,
	[DOC_FAMILY_MAIL] = doc_mail_text,
	[DOC_FAMILY_OLE] = doc_ole_text,
	[DOC_FAMILY_RTF] = doc_rtf_text,
};

int
doc_excerpt_warm(struct doc_error *err)
{
	doc_ole_warm();
	return doc_mail_warm(err) < 0 ? -1 : doc_xml_warm(err);
}

/* What extractors say about a document is doctext's to tell. */
static void
no_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	(void)w;
	(void)field;
	(void)p;
	(void)n;
}

static void
no_reason(struct doc_work *w, enum doc_reason reason)
{
	(void)w;
	(void)reason;
}

static void
no_progress(struct doc_work *w, unsigned done, unsigned total, uint64_t bytes)
{
	(void)w;
	(void)done;
	(void)total;
	(void)bytes;
}

static const struct doc_work_ops deaf = { .field = no_field,
	.reason = no_reason,
	.progress = no_progress };

int
doc_excerpt(const struct doc_input *in, size_t max, struct doc_buf *out,
    struct doc_error *err)
{
	enum doc_family family = doc_media_family(in->media);
	struct doc_work work = { .ops = &deaf, .out = -1, .max_output = max };
	struct doc_input part = *in;
	struct doc_text text;
	int rc;

	if (!extractors[family])
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no text comes out of this kind here");
	if (extractors[family] == doc_plain_text && part.size > LOOK_AT)
		part.size = LOOK_AT;
	doc_text_init(&text, &work);
	text.keep = out;
	rc = extractors[family](&part, &text, err);
	if (doc_text_finish(&text, rc < 0 ? &(struct doc_error){ 0 } : err) < 0)
		rc = -1;
	doc_text_release(&text);
	return rc;
}
