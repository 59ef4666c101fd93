/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/label.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/record/media.h"

/* What people know a type by, where its name does not say.  `part` is looked
 * for in the media type; the first row that fits wins. */
static const struct {
	const char *part, *word;
	uint32_t colour;
} words[] = {
	{ "wordprocessingml", "DOCX", 0x2b579a },
	{ "spreadsheetml", "XLSX", 0x217346 },
	{ "presentationml", "PPTX", 0xb7472a },
	{ "ms-word", "DOCM", 0x2b579a },
	{ "msword", "DOC", 0x2b579a },
	{ "ms-excel", "XLS", 0x217346 },
	{ "ms-powerpoint", "PPT", 0xb7472a },
	{ "ms-outlook", "MSG", 0x5b3f8c },
	{ "opendocument.text", "ODT", 0x2b579a },
	{ "opendocument.spreadsheet", "ODS", 0x217346 },
	{ "opendocument.presentation", "ODP", 0xb7472a },
	{ "opendocument.graphics", "ODG", 0xa07000 },
	{ "opendocument.formula", "ODF", 0x555555 },
	{ "sun.xml", "SXW", 0x2b579a },
	{ "ole-storage", "OLE", 0x555555 },
	{ "rtf", "RTF", 0x2b579a },
	{ "epub", "EPUB", 0x7a5c1e },
	{ "fictionbook", "FB2", 0x7a5c1e },
	{ "mobipocket", "MOBI", 0x7a5c1e },
	{ "mbox", "MBOX", 0x5b3f8c },
	{ "message/", "MAIL", 0x5b3f8c },
	{ "multipart/", "MAIL", 0x5b3f8c },
	{ "text/plain", "TEXT", 0x555555 },
	{ "markdown", "MD", 0x555555 },
	{ "xhtml", "HTML", 0xc0561a },
	{ "svg", "SVG", 0xa07000 },
	{ "javascript", "JS", 0x33698c },
	{ "python", "PY", 0x33698c },
	{ "shellscript", "SH", 0x33698c },
	{ "comma-separated", "CSV", 0x217346 },
	{ "tab-separated", "TSV", 0x217346 },
	{ "csv", "CSV", 0x217346 },
	{ "java-archive", "JAR", 0x6b4f3a },
	{ "android.package", "APK", 0x6b4f3a },
	{ "cab-compressed", "CAB", 0x6b4f3a },
	{ "debian.binary", "DEB", 0x6b4f3a },
	{ "iso9660", "ISO", 0x6b4f3a },
	{ "7z-compressed", "7Z", 0x6b4f3a },
	{ "lzh-compressed", "LZH", 0x6b4f3a },
	{ "rar", "RAR", 0x6b4f3a },
	{ "unix-archive", "AR", 0x6b4f3a },
	{ "gzip", "GZIP", 0x6b4f3a },
};

static const uint32_t colours[DOC_FAMILY_COUNT] = {
	[DOC_FAMILY_ARCHIVE] = 0x6b4f3a,
	[DOC_FAMILY_COMPRESSED] = 0x6b4f3a,
	[DOC_FAMILY_MAIL] = 0x5b3f8c,
	[DOC_FAMILY_MBOX] = 0x5b3f8c,
	[DOC_FAMILY_PDF] = 0xb30b00,
	[DOC_FAMILY_PLAIN] = 0x33698c,
	[DOC_FAMILY_HTML] = 0xc0561a,
	[DOC_FAMILY_XML] = 0xc0561a,
};

/* The subtype in capitals, without "x-" and "vnd." in front: from
 * "text/x-csrc" comes "CSRC". */
static void
shout(const char *media, struct doc_label *label)
{
	const char *p = strchr(media, '/');
	size_t n = 0;

	p = p ? p + 1 : media;
	if (strncasecmp(p, "x-", 2) == 0)
		p += 2;
	else if (strncasecmp(p, "vnd.", 4) == 0)
		p += 4;
	for (; *p && *p != ';' && n + 1 < sizeof(label->word); p++)
		if (isalnum((unsigned char)*p))
			label->word[n++] = (char)toupper((unsigned char)*p);
		else if (n > 2)
			break;
	label->word[n] = '\0';
}

void
doc_label_of(const char *media, struct doc_label *label)
{
	label->colour = colours[doc_media_family(media)];
	if (label->colour == 0)
		label->colour = 0x555555;
	for (size_t i = 0; i < DOC_LEN(words); i++) {
		if (!strcasestr(media, words[i].part))
			continue;
		strcpy(label->word, words[i].word);
		label->colour = words[i].colour;
		return;
	}
	shout(media, label);
}
