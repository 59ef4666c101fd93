/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/record/media.h"

#define F(id) DOC_FAMILY_##id

#define FLAT "-flat-xml"

static const struct {
	const char *name;
	unsigned flags;
} families[DOC_FAMILY_COUNT] = {
	[F(NONE)] = { "none", 0 },
	[F(ARCHIVE)] = { "archive", DOC_MEDIA_CONTAINER },
	[F(COMPRESSED)] = { "compressed", DOC_MEDIA_CONTAINER },
	[F(MAIL)] = { "mail", DOC_MEDIA_CONTAINER | DOC_MEDIA_TEXT },
	[F(MBOX)] = { "mbox", DOC_MEDIA_CONTAINER },
	[F(TNEF)] = { "tnef", DOC_MEDIA_CONTAINER },
	[F(PST)] = { "pst", DOC_MEDIA_CONTAINER },
	[F(PDF)] = { "pdf",
	    DOC_MEDIA_TEXT | DOC_MEDIA_OCR | DOC_MEDIA_PREVIEW },
	[F(PLAIN)] = { "plain", DOC_MEDIA_TEXT },
	[F(HTML)] = { "html", DOC_MEDIA_TEXT },
	[F(XML)] = { "xml", DOC_MEDIA_TEXT },
	[F(OOXML)] = { "ooxml",
	    DOC_MEDIA_PACKAGE | DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	[F(ODF)] = { "odf",
	    DOC_MEDIA_PACKAGE | DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	[F(EPUB)] = { "epub",
	    DOC_MEDIA_PACKAGE | DOC_MEDIA_TEXT | DOC_MEDIA_THUMBNAIL },
	[F(OLE)] = { "ole", DOC_MEDIA_TEXT },
	[F(RTF)] = { "rtf", DOC_MEDIA_TEXT },
	[F(IMAGE)] = { "image", DOC_MEDIA_TEXT },
};

/* What leptonica 1.82 decodes, and what docpreview does. */
#define OCR  DOC_MEDIA_OCR
#define VIEW DOC_MEDIA_PREVIEW

/* In place, not pointed to: a row of another length is told at a glance, and
 * every stage asks for every record. */
enum { MEDIA_MAX = 72 };

struct row {
	char media[MEDIA_MAX];
	enum doc_family family;
	unsigned flags; /* besides the family's */
};

static const struct row rows[] = {
	{ "application/pdf", F(PDF), 0 }, { "application/x-pdf", F(PDF), 0 },

	{ "application/zip", F(ARCHIVE), 0 },
	{ "application/x-zip-compressed", F(ARCHIVE), 0 },
	{ "application/java-archive", F(NONE), DOC_MEDIA_PACKAGE },
	{ "application/vnd.android.package-archive", F(NONE),
	    DOC_MEDIA_PACKAGE },
	{ "application/vnd.google-earth.kmz", F(ARCHIVE), 0 },
	{ "application/x-tar", F(ARCHIVE), 0 },
	{ "application/x-gtar", F(ARCHIVE), 0 },
	{ "application/x-ustar", F(ARCHIVE), 0 },
	{ "application/vnd.gentoo.gpkg", F(ARCHIVE), 0 },
	{ "application/vnd.comicbook", F(ARCHIVE), 0 }, /* in a tar */
	{ "application/x-7z-compressed", F(ARCHIVE), 0 },
	{ "application/x-rar", F(ARCHIVE), 0 },
	{ "application/vnd.rar", F(ARCHIVE), 0 },
	{ "application/x-rar-compressed", F(ARCHIVE), 0 },
	{ "application/x-cpio", F(ARCHIVE), 0 },
	{ "application/x-iso9660-image", F(ARCHIVE), 0 },
	{ "application/vnd.ms-cab-compressed", F(ARCHIVE), 0 },
	{ "application/x-lzh-compressed", F(ARCHIVE), 0 },
	{ "application/x-lha", F(ARCHIVE), 0 },
	{ "application/x-lharc", F(ARCHIVE), 0 },
	{ "application/x-xar", F(ARCHIVE), 0 },
	{ "application/x-archive", F(ARCHIVE), 0 },
	{ "application/x-unix-archive", F(ARCHIVE), 0 },
	{ "application/vnd.debian.binary-package", F(ARCHIVE), 0 },
	{ "application/x-rpm", F(ARCHIVE), 0 },
	{ "application/warc", F(ARCHIVE), 0 },
	{ "application/x-arj", F(ARCHIVE), 0 },
	{ "application/x-ace-compressed", F(ARCHIVE), 0 },
	{ "application/x-zoo", F(ARCHIVE), 0 },
	{ "application/x-stuffit", F(ARCHIVE), 0 },
	{ "application/x-ms-wim", F(ARCHIVE), 0 },
	{ "application/x-udf-image", F(ARCHIVE), 0 },
	{ "application/vnd.ms-htmlhelp", F(ARCHIVE), 0 },
	{ "application/x-squashfs", F(ARCHIVE), 0 },

	{ "application/gzip", F(COMPRESSED), 0 },
	{ "application/x-gzip", F(COMPRESSED), 0 },
	{ "application/x-bzip2", F(COMPRESSED), 0 },
	{ "application/x-xz", F(COMPRESSED), 0 },
	{ "application/x-lzma", F(COMPRESSED), 0 },
	{ "application/zstd", F(COMPRESSED), 0 },
	{ "application/x-zstd", F(COMPRESSED), 0 },
	{ "application/x-lz4", F(COMPRESSED), 0 },
	{ "application/x-lzip", F(COMPRESSED), 0 },
	{ "application/x-compress", F(COMPRESSED), 0 },
	{ "application/x-lzop", F(COMPRESSED), 0 },
	{ "application/x-lrzip", F(COMPRESSED), 0 },

	{ "message/rfc822", F(MAIL), 0 }, { "message/global", F(MAIL), 0 },
	{ "message/news", F(MAIL), 0 }, { "application/mbox", F(MBOX), 0 },
	{ "application/x-mbox", F(MBOX), 0 },

	{ "application/vnd.ms-word.document.macroEnabled.12", F(OOXML), 0 },
	{ "application/vnd.ms-word.template.macroEnabled.12", F(OOXML), 0 },
	{ "application/vnd.ms-excel.sheet.macroEnabled.12", F(OOXML), 0 },
	{ "application/vnd.ms-excel.template.macroEnabled.12", F(OOXML), 0 },
	{ "application/vnd.ms-excel.addin.macroEnabled.12", F(OOXML), 0 },
	{ "application/vnd.ms-excel.sheet.binary.macroEnabled.12", F(OOXML),
	    0 },
	{ "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
	    F(OOXML), 0 },
	{ "application/vnd.ms-powerpoint.template.macroEnabled.12", F(OOXML),
	    0 },
	{ "application/vnd.ms-powerpoint.slideshow.macroEnabled.12", F(OOXML),
	    0 },
	{ "application/vnd.ms-powerpoint.addin.macroEnabled.12", F(OOXML), 0 },
	{ "application/vnd.ms-powerpoint.slide.macroEnabled.12", F(OOXML), 0 },

	{ "application/epub+zip", F(EPUB), 0 },

	{ "application/msword", F(OLE), 0 },
	{ "application/vnd.ms-excel", F(OLE), 0 },
	{ "application/vnd.ms-powerpoint", F(OLE), 0 },
	{ "application/vnd.ms-outlook", F(OLE), DOC_MEDIA_CONTAINER },
	{ "application/vnd.ms-outlook-pst", F(PST), 0 },
	{ "application/vnd.ms-tnef", F(TNEF), 0 },
	{ "application/ms-tnef", F(TNEF), 0 },
	{ "application/vnd.ms-office", F(OLE), 0 },
	{ "application/vnd.ms-project", F(OLE), 0 },
	{ "application/vnd.ms-publisher", F(OLE), 0 },
	{ "application/vnd.ms-works", F(OLE), 0 },
	{ "application/vnd.visio", F(OLE), 0 },
	{ "application/x-mspublisher", F(OLE), 0 },
	{ "application/x-ole-storage", F(OLE), 0 },
	{ "application/x-hwp", F(OLE), 0 }, { "application/x-msi", F(OLE), 0 },
	{ "application/encrypted", F(OLE), 0 },

	{ "text/rtf", F(RTF), 0 }, { "application/rtf", F(RTF), 0 },
	{ "text/html", F(HTML), 0 }, { "application/xhtml+xml", F(HTML), 0 },
	{ "text/xml", F(XML), 0 }, { "application/xml", F(XML), 0 },
	{ "image/svg+xml", F(XML), DOC_MEDIA_PREVIEW },
	{ "application/json", F(PLAIN), 0 },
	{ "application/ld+json", F(PLAIN), 0 },
	{ "application/geo+json", F(PLAIN), 0 },
	{ "application/x-ndjson", F(PLAIN), 0 },
	{ "application/javascript", F(PLAIN), 0 },
	{ "application/x-javascript", F(PLAIN), 0 },
	{ "application/x-wine-extension-ini", F(PLAIN), 0 },
	{ "application/x-setupscript", F(PLAIN), 0 },
	{ "application/x-bytecode.python-source", F(PLAIN), 0 },
	{ "application/x-subrip", F(PLAIN), 0 },
	{ "application/x-yaml", F(PLAIN), 0 },
	{ "application/yaml", F(PLAIN), 0 },
	{ "application/toml", F(PLAIN), 0 }, { "application/sql", F(PLAIN), 0 },
	{ "application/x-tex", F(PLAIN), 0 },
	{ "application/x-sh", F(PLAIN), 0 },
	{ "application/x-shellscript", F(PLAIN), 0 },
	{ "application/x-perl", F(PLAIN), 0 },
	{ "application/x-php", F(PLAIN), 0 },
	{ "application/pgp-keys", F(PLAIN), 0 },
	{ "application/pgp-signature", F(PLAIN), 0 },
	{ "application/x-fictionbook+xml", F(XML), 0 },

	{ "image/png", F(IMAGE), OCR | VIEW },
	{ "image/jpeg", F(IMAGE), OCR | VIEW },
	{ "image/tiff", F(IMAGE), OCR | VIEW },
	{ "image/webp", F(IMAGE), OCR | VIEW },
	{ "image/gif", F(IMAGE), OCR | VIEW },
	{ "image/jp2", F(IMAGE), OCR | VIEW }, { "image/jpx", F(IMAGE), VIEW },
	{ "image/jpm", F(IMAGE), VIEW },
	{ "image/x-jp2-codestream", F(IMAGE), VIEW },
	{ "image/jxl", F(IMAGE), VIEW }, { "image/heic", F(IMAGE), VIEW },
	{ "image/heif", F(IMAGE), VIEW },
	{ "image/heic-sequence", F(IMAGE), VIEW },
	{ "image/heif-sequence", F(IMAGE), VIEW },
	{ "image/avif", F(IMAGE), VIEW },
	{ "image/x-portable-bitmap", F(IMAGE), OCR | VIEW },
	{ "image/x-portable-graymap", F(IMAGE), OCR | VIEW },
	{ "image/x-portable-greymap", F(IMAGE), OCR | VIEW }, /* libmagic's */
	{ "image/x-portable-pixmap", F(IMAGE), OCR | VIEW },
	{ "image/x-portable-anymap", F(IMAGE), OCR | VIEW },
	{ "image/bmp", F(IMAGE), OCR | VIEW },
	{ "image/x-ms-bmp", F(IMAGE), OCR | VIEW },
	{ "image/vnd.microsoft.icon", F(IMAGE), VIEW },
	{ "image/x-icon", F(IMAGE), VIEW },
	{ "image/x-win-bitmap", F(IMAGE), VIEW }, /* cursors */
	{ "image/x-icns", F(IMAGE), VIEW }, { "image/x-tga", F(IMAGE), VIEW },
	{ "image/x-xbitmap", F(IMAGE), VIEW },
	{ "image/x-canon-cr2", F(IMAGE), VIEW }, /* a TIFF with a preview */
};

/* Whose types begin so, when none of those above is it; the first one that
 * fits. */
static const struct row prefixes[] = {
	{ "multipart/", F(MAIL), 0 },
	{ "message/", F(PLAIN), 0 },
	{ "application/vnd.openxmlformats-officedocument.", F(OOXML), 0 },
	{ "application/vnd.ms-visio.", F(OOXML), 0 },
	{ "application/vnd.oasis.opendocument.", F(ODF), 0 },
	{ "application/vnd.sun.xml.", F(ODF), 0 },
	{ "text/", F(PLAIN), 0 },
	{ "image/", F(IMAGE), 0 },
};

/* The beginnings are much alike, so the last character is looked at first. */
static bool
same(const char *a, const char *b, size_t len)
{
	return (a[len - 1] | ' ') == (b[len - 1] | ' ') &&
	    strncasecmp(a, b, len) == 0;
}

static bool
is(const struct row *row, const char *media, size_t len)
{
	return row->media[len] == '\0' && row->media[len - 1] != '\0' &&
	    same(row->media, media, len);
}

static const struct row *
by_prefix(const char *media, size_t len)
{
	for (size_t i = 0; i < DOC_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i].media);

		if (len > n && same(prefixes[i].media, media, n))
			return &prefixes[i];
	}
	return NULL;
}

/* Structured suffixes (RFC 6838 section 4.2.8) say how to read what has no
 * row. */
static const struct row *
by_suffix(const char *media, size_t len)
{
	static const struct row xml = { "+xml", F(XML), 0 };
	static const struct row json = { "+json", F(PLAIN), 0 };

	if (len > 4 && strncasecmp(media + len - 4, "+xml", 4) == 0)
		return &xml;
	if (len > 5 && strncasecmp(media + len - 5, "+json", 5) == 0)
		return &json;
	return NULL;
}

static const struct row *
find_row(const char *media)
{
	static const struct row none = { "", F(NONE), 0 };
	size_t len = strcspn(media, "; ");
	const struct row *row;

	for (size_t i = 0; i < DOC_LEN(rows) && len > 0 && len < MEDIA_MAX; i++)
		if (is(&rows[i], media, len))
			return &rows[i];
	row = by_prefix(media, len);
	if (row == NULL)
		row = by_suffix(media, len);
	return row != NULL ? row : &none;
}

enum doc_family
doc_media_family(const char *media)
{
	return find_row(media)->family;
}

unsigned
doc_media_flags(const char *media)
{
	const struct row *row = find_row(media);
	unsigned flags = families[row->family].flags | row->flags;
	size_t n = strlen(media), flat = strlen(FLAT);

	/* The same document as one XML file. */
	if (n > flat && strcmp(media + n - flat, FLAT) == 0)
		flags &= ~(unsigned)DOC_MEDIA_PACKAGE;
	return flags;
}

const char *
doc_family_name(enum doc_family family)
{
	return families[family].name;
}
