/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctext's engine for all but PDF: office documents, mail, HTML, plain text,
 * what pictures say about themselves; runs in a cage.
 */
#include <inttypes.h>
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
#include "lib/format/plain.h"
#include "lib/format/rtf.h"
#include "lib/format/xml.h"
#include "lib/format/xmldoc.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

/* Who reads which family; the table of lib/record/media.c says which media
 * types belong to it. */
static doc_text_fn *const extractors[DOC_FAMILY_COUNT] = {
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

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	doc_ole_warm();
	return doc_mail_warm(err) < 0 ? -1 : doc_xml_warm(err);
}

static int
extract(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	const struct doc_text_wish wish = { .metadata = options.metadata,
		.join = options.join,
		.one = options.one };
	enum doc_family family = doc_media_family(in->media);

	if (in->size < in->whole && family != DOC_FAMILY_PLAIN)
		return doc_error_set(err, DOC_E_MEMORY,
		    "%" PRIu64 " bytes do not fit the memory limit", in->whole);
	return doc_text_job(extractors[family], &wish, in, work, err);
}

/* Of a document larger than memory; plain text is read in pieces then. */
#define HEAD ((size_t)64 << 10)

/* A word in a charset that ICU keeps in its data, behind an encoded header:
 * without its tables it would come out as something else, with success. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	static const char mail[] = "Subject: =?koi8-r?B?7cHT1MXS?=\n"
				   "Content-Type: text/plain; charset=koi8-r\n"
				   "\n\xed\xc1\xd3\xd4\xc5\xd2\n";
	static const char want[] = "Subject: \u041c\u0430\u0441\u0442\u0435"
				   "\u0440\n\n\u041c\u0430\u0441\u0442"
				   "\u0435\u0440\n";
	struct doc_input in = { .fd = -1,
		.data = mail,
		.size = sizeof(mail) - 1,
		.media = "message/rfc822" };
	char got[256];
	ssize_t n;

	if (extract(&in, work, err) < 0)
		return -1;
	n = pread(work->out, got, sizeof(got) - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	if (strcmp(got, want) != 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "a Russian mail comes out wrong: are charsets missing?");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote docoffice = {
		.name = "docoffice",
		.profile = &doc_profile_office,
		.opts = { doc_text_opts, &options },
		.head = HEAD,
		.load = load,
		.work = extract,
		.canary = canary,
	};

	return doc_zygote_main(&docoffice, argc, argv);
}
