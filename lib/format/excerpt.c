/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/excerpt.h"

#include <string.h>

#include "lib/format/epub.h"
#include "lib/format/html.h"
#include "lib/format/mail.h"
#include "lib/format/mbox.h"
#include "lib/format/odf.h"
#include "lib/format/ole.h"
#include "lib/format/ole_text.h"
#include "lib/format/ooxml.h"
#include "lib/format/plain.h"
#include "lib/format/rtf.h"
#include "lib/format/survey.h"
#include "lib/format/unpack.h"
#include "lib/format/xml.h"
#include "lib/format/xmldoc.h"
#include "lib/record/media.h"

/* Of a long plain text only this much is looked at, also for its charset. */
#define LOOK_AT ((size_t)64 << 10)

/* Of what is compressed this much is unpacked. */
#define UNPACK_AT_MOST ((size_t)32 << 10)

/* The first message of a mailbox. */
static int
mbox_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct doc_input first = *in;
	size_t at = 0, from, len;

	if (!doc_mbox_next(in->data, in->size, &at, &from, &len))
		return 0;
	first.data += from;
	first.size = len;
	first.media = "message/rfc822";
	return doc_mail_text(&first, text, err);
}

static int
unpack_some(const struct doc_input *in, struct doc_buf *out,
    struct doc_error *err)
{
	struct doc_unpack *u;
	struct doc_unpack_entry entry;
	uint64_t at;
	const char *p;
	size_t n;

	if (doc_unpack_open(in->data, in->size, DOC_UNPACK_RAW, &u, err) < 0)
		return -1;
	if (doc_unpack_next(u, &entry) == DOC_UNPACK_OK)
		while (out->len < UNPACK_AT_MOST &&
		    doc_unpack_block(u, &p, &n, &at) == DOC_UNPACK_OK &&
		    doc_buf_add(out, p,
			DOC_MIN(n, UNPACK_AT_MOST - out->len)) == 0)
			continue;
	doc_unpack_free(u);
	return 0;
}

/* How a compressed text begins. */
static int
packed_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf head = { 0 };
	doc_autosurvey struct doc_survey survey = { 0 };
	struct doc_input part = *in;
	char charset[DOC_CHARSET_NAME];

	if (unpack_some(in, &head, err) < 0)
		return -1;
	doc_survey_put(&survey, head.data, head.len);
	doc_survey_charset(&survey, charset);
	if (head.len == 0 || doc_survey_binary(&survey, charset))
		return doc_error_set(err, DOC_E_UNSUPPORTED, "no text");
	part.fd = -1;
	part.data = head.data;
	part.size = part.whole = head.len;
	part.media = "text/plain";
	return doc_plain_text(&part, text, err);
}

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
	[DOC_FAMILY_MBOX] = mbox_text,
	[DOC_FAMILY_COMPRESSED] = packed_text,
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
static const struct doc_work_ops deaf = { 0 };

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
