/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <iconv.h>
#include <string.h>

#include "lib/base/base.h"
#include "lib/engine/clamav_warm.h"

/* Stored member "a" with content "x". */
static const char zip[] =
    "PK\3\4\12\0\0\0\0\0\0\0!\0\x83\x16\xdc\x8c\1\0\0\0\1\0\0\0\1\0\0\0ax"
    "PK\1\2\12\0\12\0\0\0\0\0\0\0!\0\x83\x16\xdc\x8c\1\0\0\0\1\0\0\0\1\0"
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a"
    "PK\5\6\0\0\0\0\1\0\1\0/\0\0\0 \0\0\0\0\0";

static const char pdf[] =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
    "/Annots[<</A<</S/JavaScript/JS(1)>>>>]>>endobj\n"
    "4 0 obj<</Length 11/Filter/FlateDecode>>stream\n"
    "x\x9c\xab\0\0\0y\0y\n\nendstream endobj\n"
    "trailer<</Root 1 0 R/Size 5>>\nstartxref\n9\n%%EOF\n";

static const char html[] =
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>t</title>"
    "<script>var a=1;</script><style>p{}</style></head><body>"
    "<p>x &amp; y</p><img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\">"
    "<a href=\"http://example.com/\">l</a></body></html>\n";

static const char mail[] =
    "From: a@example.com\nTo: b@example.com\nSubject: =?utf-8?q?s?=\n"
    "Message-ID: <1@example.com>\nMIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: text/html; charset=utf-8\n\n"
    "<html><a href=\"http://example.com/\">http://example.com/</a></html>\n"
    "--b\nContent-Type: application/octet-stream; name=x\n"
    "Content-Transfer-Encoding: base64\n\neA==\n--b--\n";

/* One transparent pixel. */
static const char gif[] =
    "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1"
    "\0\0\2\2D\1\0;";

static const char png[] =
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x8\6\0\0\0\x1f\x15\xc4\x89"
    "\0\0\0\rIDATx\xda\x63\x64\xf8\xcf\x50\x0f\0\3\x86\1\x80\x5a\x34\x7d\x6b"
    "\0\0\0\0IEND\xae\x42\x60\x82";

/* Frame and scan headers without a picture. */
static const char jpeg[] = "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
			   "\xff\xc0\0\x0b\x8\0\1\0\1\1\1\x11\0"
			   "\xff\xda\0\x8\1\1\0\0?\0\0\xff\xd9";

/* An empty deflate stream. */
static const char gz[] = "\x1f\x8b\x8\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0";

static const char bz2[] = "BZh9\x17rE8P\x90\0\0\0\0";

static const char xz[] =
    "\xfd\x37zXZ\0\0\4\xe6\xd6\xb4\x46\0\0\0\0\x1c\xdf\x44\x21\x1f\xb6\xf3\x7d"
    "\1\0\0\0\0\4YZ";

static const char rtf[] =
    "{\\rtf1\\ansi{\\object\\objemb{\\*\\objdata 0105}}x\\par}\n";

static const char xml[] =
    "<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?>"
    "<w:wordDocument xmlns:w=\"urn:x\"><w:t>x</w:t></w:wordDocument>\n";

static const char text[] = "just a line of text\n";

/* Formats whose headers are mostly zeros, built in place. */
#define PAGE_LEN 4096

static void
put(char *to, size_t at, const char *bytes, size_t n)
{
	memcpy(to + at, bytes, n);
}

/* A compound file of three sectors: header, FAT, directory with its root. */
static size_t
make_ole(char *p)
{
	memset(p, 0, PAGE_LEN);
	put(p, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	put(p, 24, "\x3e\0\3\0\xfe\xff\x9\0\6\0", 10);
	put(p, 44, "\1\0\0\0\1\0\0\0", 8);
	put(p, 56, "\0\x10\0\0\xfe\xff\xff\xff", 8);
	put(p, 68, "\xfe\xff\xff\xff", 4);
	memset(p + 80, 0xff, 432);
	memset(p + 512, 0xff, 512);
	put(p, 512, "\xfd\xff\xff\xff\xfe\xff\xff\xff", 8);
	put(p, 1024, "R\0o\0o\0t\0 \0E\0n\0t\0r\0y\0", 20);
	put(p, 1024 + 64, "\x16\0\5\1", 4);
	memset(p + 1024 + 68, 0xff, 12);
	put(p, 1024 + 116, "\xfe\xff\xff\xff", 4);
	return 1536;
}

/* DOS header, PE header with one empty section. */
static size_t
make_pe(char *p)
{
	memset(p, 0, PAGE_LEN);
	put(p, 0, "MZ", 2);
	put(p, 60, "\x80", 1);
	put(p, 128, "PE\0\0\x4c\1\1\0", 8);
	put(p, 128 + 20, "\xe0\0\2\1\x0b\1", 6);
	put(p, 128 + 40, "\0\x10\0\0", 4);
	put(p, 128 + 52, "\0\0\x40\0\0\x10\0\0\0\2\0\0", 12);
	put(p, 128 + 80, "\0\x20\0\0\0\2\0\0", 8);
	put(p, 128 + 116, "\x10", 1);
	put(p, 128 + 248, ".text\0\0\0\0\x10\0\0\0\x10\0\0\0\2\0\0\0\2", 23);
	return 1024;
}

/* Member "a" of no bytes. */
static size_t
make_tar(char *p)
{
	unsigned sum = 8 * ' ';

	memset(p, 0, PAGE_LEN);
	put(p, 0, "a", 1);
	put(p, 100, "0000644\0000000000\0000000000\00000000000000\0", 36);
	put(p, 136, "00000000000\0", 12);
	put(p, 156, "0", 1);
	put(p, 257, "ustar\00000", 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)p[i];
	for (int i = 5; i >= 0; i--, sum /= 8)
		p[148 + i] = (char)('0' + sum % 8);
	p[155] = ' ';
	return 2048;
}

static size_t
make_elf(char *p)
{
	memset(p, 0, PAGE_LEN);
	put(p, 0,
	    "\x7f"
	    "ELF\2\1\1",
	    7);
	put(p, 16, "\2\0\x3e\0\1", 5);
	put(p, 52, "\x40\0\x38\0\0\0\x40", 7);
	return 128;
}

void
doc_clamav_samples(void (*scan)(const void *p, size_t n))
{
#define SAMPLE(x)                                                              \
	{                                                                      \
		x, sizeof(x) - 1                                               \
	}
	static const struct {
		const char *p;
		size_t n;
	} samples[] = { SAMPLE(text), SAMPLE(zip), SAMPLE(pdf), SAMPLE(html),
		SAMPLE(mail), SAMPLE(gif), SAMPLE(png), SAMPLE(jpeg),
		SAMPLE(gz), SAMPLE(bz2), SAMPLE(xz), SAMPLE(rtf), SAMPLE(xml) };
#undef SAMPLE
	static size_t (*const makers[])(
	    char *) = { make_ole, make_pe, make_tar, make_elf };
	char page[PAGE_LEN];

	for (size_t i = 0; i < DOC_LEN(samples); i++)
		scan(samples[i].p, samples[i].n);
	for (size_t i = 0; i < DOC_LEN(makers); i++)
		scan(page, makers[i](page));
}

/* Never closed: a converter that nobody holds is forgotten. */
void
doc_clamav_charsets(void)
{
	static const char *const names[] = { "UTF-16", "UTF-16LE", "UTF-16BE",
		"UTF-32", "UTF-7", "UCS-4", "ISO-8859-1", "ISO-8859-2",
		"ISO-8859-5", "ISO-8859-15", "CP437", "CP850", "CP866", "CP874",
		"CP932", "CP936", "CP949", "CP950", "CP1250", "CP1251",
		"CP1252", "CP1253", "CP1254", "CP1255", "CP1256", "CP1257",
		"CP1258", "KOI8-R", "SHIFT_JIS", "EUC-JP", "BIG5", "GB18030" };
	static iconv_t held[DOC_LEN(names)];

	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (held[i] == NULL)
			held[i] = iconv_open("UTF-8", names[i]);
}
