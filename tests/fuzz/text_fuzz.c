/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_fuzz - documents into text: every extractor of ours but PDF's.
 *
 * The first byte chooses the extractor, the rest is the document.
 */
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
#include "tests/fuzz/quiet.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	int (*text)(const struct doc_input *in, struct doc_text *text,
	    struct doc_error *err);
	const char *media;
} ways[] = {
	{ doc_plain_text, "text/plain" },
	{ doc_html_text, "text/html" },
	{ doc_mail_text, "message/rfc822" },
	{ doc_rtf_text, "text/rtf" },
	{ doc_ole_text, "application/msword" },
	{ doc_ole_text, "application/vnd.ms-excel" },
	{ doc_ole_text, "application/vnd.ms-powerpoint" },
	{ doc_ole_text, "application/vnd.ms-outlook" },
	{ doc_ooxml_text,
	    "application/vnd.openxmlformats-officedocument"
	    ".wordprocessingml.document" },
	{ doc_ooxml_text,
	    "application/vnd.openxmlformats-officedocument"
	    ".spreadsheetml.sheet" },
	{ doc_ooxml_text,
	    "application/vnd.openxmlformats-officedocument"
	    ".presentationml.presentation" },
	{ doc_odf_text, "application/vnd.oasis.opendocument.text" },
	{ doc_odf_text, "application/vnd.oasis.opendocument.spreadsheet" },
	{ doc_epub_text, "application/epub+zip" },
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct doc_error err = { 0 };

	(void)argc;
	(void)argv;
	assert(doc_mail_warm(&err) == 0 && doc_xml_warm(&err) == 0);
	doc_ole_warm();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	doc_autobuf struct doc_buf keep = { 0 };
	struct doc_input in = { .fd = -1 };
	struct doc_error err = { 0 };
	struct doc_work work;
	struct doc_text text;
	size_t way;
	char *p;

	if (size < 1 || (p = quiet_copy(data + 1, size - 1)) == NULL)
		return 0;
	way = data[0] % DOC_LEN(ways);
	in.data = p;
	in.size = size - 1;
	in.media = ways[way].media;
	quiet_init(&work, &text, &keep);
	if (ways[way].text(&in, &text, &err) < 0)
		assert(err.code != DOC_E_NONE);
	quiet_check(&text, &keep);
	free(p);
	return 0;
}
