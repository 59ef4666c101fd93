/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/record/media.h"
#include "tests/unit/tap.h"

static const struct {
	const char *media;
	enum doc_family family;
	unsigned flags;
} cases[] = {
	{ "application/pdf", DOC_FAMILY_PDF,
	    DOC_MEDIA_TEXT | DOC_MEDIA_OCR | DOC_MEDIA_PREVIEW },
	{ "APPLICATION/PDF; version=1.4", DOC_FAMILY_PDF,
	    DOC_MEDIA_TEXT | DOC_MEDIA_OCR | DOC_MEDIA_PREVIEW },
	{ "application/zip", DOC_FAMILY_ARCHIVE, DOC_MEDIA_CONTAINER },
	{ "application/x-arj", DOC_FAMILY_ARCHIVE, DOC_MEDIA_CONTAINER },
	{ "application/gzip", DOC_FAMILY_COMPRESSED, DOC_MEDIA_CONTAINER },
	{ "message/rfc822", DOC_FAMILY_MAIL,
	    DOC_MEDIA_CONTAINER | DOC_MEDIA_TEXT },
	{ "application/mbox", DOC_FAMILY_MBOX, DOC_MEDIA_CONTAINER },
	{ "text/plain; charset=utf-8", DOC_FAMILY_PLAIN, DOC_MEDIA_TEXT },
	{ "text/x-unheard-of", DOC_FAMILY_PLAIN, DOC_MEDIA_TEXT },
	{ "application/json", DOC_FAMILY_PLAIN, DOC_MEDIA_TEXT },
	{ "application/vnd.x+json", DOC_FAMILY_PLAIN, DOC_MEDIA_TEXT },
	{ "text/html", DOC_FAMILY_HTML, DOC_MEDIA_TEXT },
	{ "application/xhtml+xml", DOC_FAMILY_HTML, DOC_MEDIA_TEXT },
	{ "text/xml", DOC_FAMILY_XML, DOC_MEDIA_TEXT },
	{ "application/rss+xml", DOC_FAMILY_XML, DOC_MEDIA_TEXT },
	{ "image/svg+xml", DOC_FAMILY_XML, DOC_MEDIA_TEXT | DOC_MEDIA_PREVIEW },
	{ "text/rtf", DOC_FAMILY_RTF, DOC_MEDIA_TEXT },
	{ "application/vnd.openxmlformats-officedocument."
	  "wordprocessingml.template",
	    DOC_FAMILY_OOXML,
	    DOC_MEDIA_PACKAGE | DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	{ "application/vnd.ms-excel.sheet.macroEnabled.12", DOC_FAMILY_OOXML,
	    DOC_MEDIA_PACKAGE | DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	{ "application/vnd.oasis.opendocument.text-flat-xml", DOC_FAMILY_ODF,
	    DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	{ "application/vnd.oasis.opendocument.text", DOC_FAMILY_ODF,
	    DOC_MEDIA_PACKAGE | DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	{ "application/java-archive", DOC_FAMILY_NONE, DOC_MEDIA_PACKAGE },
	{ "application/vnd.ms-outlook-pst", DOC_FAMILY_PST,
	    DOC_MEDIA_CONTAINER },
	{ "application/vnd.ms-tnef", DOC_FAMILY_TNEF, DOC_MEDIA_CONTAINER },
	{ "application/epub+zip", DOC_FAMILY_EPUB,
	    DOC_MEDIA_PACKAGE | DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	{ "application/msword", DOC_FAMILY_OLE, DOC_MEDIA_TEXT },
	{ "image/png", DOC_FAMILY_IMAGE,
	    DOC_MEDIA_TEXT | DOC_MEDIA_OCR | DOC_MEDIA_PREVIEW },
	{ "image/jp2", DOC_FAMILY_IMAGE,
	    DOC_MEDIA_TEXT | DOC_MEDIA_OCR | DOC_MEDIA_PREVIEW },
	{ "image/heic", DOC_FAMILY_IMAGE, DOC_MEDIA_TEXT | DOC_MEDIA_PREVIEW },
	{ "image/bmp", DOC_FAMILY_IMAGE,
	    DOC_MEDIA_TEXT | DOC_MEDIA_OCR | DOC_MEDIA_PREVIEW },
	{ "image/x-icon", DOC_FAMILY_IMAGE,
	    DOC_MEDIA_TEXT | DOC_MEDIA_PREVIEW },
	{ "image/x-unheard-of", DOC_FAMILY_IMAGE, DOC_MEDIA_TEXT },
	{ "application/octet-stream", DOC_FAMILY_NONE, 0 },
	{ "application/x-empty", DOC_FAMILY_NONE, 0 },
	{ "application/pdfx", DOC_FAMILY_NONE, 0 },
	{ "", DOC_FAMILY_NONE, 0 },
};

static bool
unpacks_to(const char *name, const char *expect)
{
	doc_autobuf struct doc_buf out = { 0 };
	bool told = doc_media_unpacked(name, strlen(name), &out);

	return told == (expect != NULL) &&
	    (!told || strcmp(doc_buf_str(&out), expect) == 0);
}

static void
test_unpacked(void)
{
	OK(unpacks_to("in/a.csv.gz", "a.csv"), "a name within a name");
	OK(unpacks_to("A.TGZ", "A.tar"), "short for two");
	OK(unpacks_to("a.csv.gz.xz", "a.csv"), "twice");
	OK(unpacks_to(".gz", NULL) && unpacks_to("a.gz/b", NULL) &&
		unpacks_to("a.csv", NULL) && unpacks_to("gz", NULL),
	    "names that say nothing");
}

int
main(void)
{
	for (size_t i = 0; i < DOC_LEN(cases); i++) {
		OK(doc_media_family(cases[i].media) == cases[i].family,
		    cases[i].media);
		OK(doc_media_flags(cases[i].media) == cases[i].flags,
		    "and its flags");
	}
	for (int f = 0; f < DOC_FAMILY_COUNT; f++)
		OK(strlen(doc_family_name((enum doc_family)f)) > 0,
		    "every family has a name");
	test_unpacked();
	return TAP_DONE();
}
