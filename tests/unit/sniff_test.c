/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/sniff.h"
#include "tests/unit/tap.h"
#include "tests/unit/zip.h"

static char encoding[64];

static void
on_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	(void)w;
	if (field == DOC_F_ENCODING)
		(void)snprintf(encoding, sizeof(encoding), "%.*s", (int)n,
		    (const char *)p);
}

static bool
is(const void *p, size_t n, const char *expect)
{
	static const struct doc_work_ops ops = { .field = on_field };
	struct doc_work work = { .ops = &ops, .out = -1 };
	struct doc_input in = { .fd = -1, .data = p, .size = n, .media = "" };
	char media[128];

	encoding[0] = '\0';
	doc_sniff(&in, &work, media);
	if (strcmp(media, expect) != 0)
		printf("# got %s\n", media);
	return strcmp(media, expect) == 0;
}

#define UNKNOWN		 "application/octet-stream"
#define IS(bytes, media) OK(is(bytes, sizeof(bytes) - 1, media), media)

static void
test_text(void)
{
	IS("Just some words.\n", "text/plain");
	OK(strcmp(encoding, "us-ascii") == 0, "and its encoding");
	IS("From: a@b\nTo: c@d\n\nhello\n", "message/rfc822");
	IS("subject: s\r\n folded\r\nMESSAGE-ID: <1@b>\r\n\r\n<html></html>",
	    "message/rfc822");
	IS("Received: x\nFrom: a\nDate: d\nthis line is broken\n\nx\n",
	    "message/rfc822");
	IS("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n",
	    "message/rfc822");
	IS("From a@b Sat Jan  1 00:00:00 2000\nFrom: a@b\nTo: c@d\n\nhello\n",
	    "application/mbox");
	IS("To: the point\nis what this is not\n", "text/plain");
	IS("<!-- c -->\n<HTML><body>x</body></HTML>\n", "text/html");
	IS("#!/bin/python\nprint('<html><head><title>x</title></head>')\n",
	    "text/plain");
	IS("\xff\xfe<\0h\0t\0m\0l\0>\0x\0<\0/\0h\0t\0m\0l\0>\0", "text/html");
	IS("<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'/>",
	    "application/xhtml+xml");
	IS("<?xml version='1.0'?><FictionBook xmlns='x'></FictionBook>",
	    "application/x-fictionbook+xml");
	IS("<?xml version='1.0'?><office:document xmlns:office='o' "
	   "office:mimetype='application/vnd.oasis.opendocument.text'/>",
	    "application/vnd.oasis.opendocument.text-flat-xml");
	IS("<?xml version='1.0'?><other/>", "text/xml");
}

static void
test_plain(void)
{
	IS("A\0n\0d\0 \0t\0h\0e\0n\0 \0s\0o\0m\0e\0 \0m\0o\0r\0e\0.\0\n\0",
	    "text/plain");
	OK(strcmp(encoding, "utf-16le") == 0, "UTF-16 without a mark");
	IS("\x04\x12\x04\x41\x04\x35\0 \x04\x3b\x04\x4e\x04\x34\x04\x38\0 "
	   "\x04\x40\x04\x3e\x04\x36\x04\x34\x04\x30\x04\x4e\x04\x42\0.",
	    "text/plain");
	OK(strcmp(encoding, "utf-16be") == 0, "Russian, too");
	IS("\xb8\xf0\xb5\xe7 \xc0\xce\xb0\xa3\xc0\xba \xc5\xc2\xbe\xee\xb3\xaf "
	   "\xb6\xa7\xba\xce\xc5\xcd \xc0\xda\xc0\xaf\n",
	    "text/plain");
	IS("One line of a log has a byte too many in it: \1 here, and no more "
	   "than this one, which must not keep anybody from reading the rest.",
	    "text/plain");
	IS("\1\2\3\4\5\6\7 data, \0\0\0 data, \1\2\3 data", UNKNOWN);
}

static bool
zip_is(const char *name, const char *data, const char *media)
{
	struct zip z = { .count = 0 };
	bool same;

	zip_add(&z, "first", "");
	zip_add(&z, name, data);
	zip_end(&z);
	same = is(z.out.data, z.out.len, media);
	zip_release(&z);
	return same;
}

#define OFFICE "application/vnd.openxmlformats-officedocument."

static void
test_zip(void)
{
	OK(zip_is("a", "b", "application/zip"), "zip");
	OK(zip_is("mimetype", "application/vnd.oasis.opendocument.text\n",
	       "application/vnd.oasis.opendocument.text"),
	    "odt");
	OK(zip_is("mimetype", "application/evil", "application/zip"),
	    "a mimetype part is not believed blindly");
	OK(zip_is("mimetype", "application/epub+zip", "application/epub+zip"),
	    "epub");
	OK(zip_is("[Content_Types].xml",
	       "<Override ContentType='" OFFICE
	       "wordprocessingml.document.main+xml'/>",
	       OFFICE "wordprocessingml.document"),
	    "docx");
	OK(zip_is("[Content_Types].xml",
	       "<Override ContentType='application/vnd.ms-excel.sheet."
	       "macroEnabled.main+xml'/>",
	       "application/vnd.ms-excel.sheet.macroEnabled.12"),
	    "xlsm");
	OK(zip_is("ppt/presentation.xml", "",
	       OFFICE "presentationml.presentation"),
	    "pptx without content types");
	OK(zip_is("META-INF/MANIFEST.MF", "", "application/java-archive"),
	    "jar");
}

/* One sector of header, one of FAT, one of directory ([MS-CFB] 2.2, 2.6). */
static bool
ole_is(const char *stream, const char *media)
{
	static const char head[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
	char p[1536] = "";

	memcpy(p, head, 8);
	p[30] = 9;		    /* sector size */
	p[44] = p[48] = 1;	    /* FAT sectors, first directory one */
	memset(p + 512, 0xff, 512); /* the chain ends */
	p[1024] = 'R';
	p[1024 + 76] = 1; /* the root's child */
	for (size_t i = 0; stream[i] != '\0'; i++)
		p[1024 + 128 + 2 * i] = stream[i];
	memset(p + 1024 + 128 + 68, 0xff, 12);
	return is(p, sizeof(p), media);
}

static void
test_ole(void)
{
	OK(ole_is("WordDocument", "application/msword"), "doc");
	OK(ole_is("Workbook", "application/vnd.ms-excel"), "xls");
	OK(ole_is("EncryptedPackage", "application/encrypted"), "encrypted");
	OK(ole_is("VisioDocument", "application/vnd.visio"), "vsd");
}

int
main(void)
{
	struct doc_error err = { 0 };

	OK(doc_sniff_load(&err) == 0, "load");
	OK(is(NULL, 0, "application/x-empty"), "empty");
	IS("\1\2\3\0\x80\4\5\x90\6", "application/octet-stream");
	OK(encoding[0] == '\0', "binary has no encoding");
	IS("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "application/pdf");
	test_text();
	test_plain();
	test_zip();
	test_ole();
	return TAP_DONE();
}
