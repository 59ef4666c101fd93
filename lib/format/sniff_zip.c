/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/archive.h"
#include "lib/format/sniff_kind.h"

/* [Content_Types].xml of a 10,000-sheet workbook is 1.5 MB. */
#define MAX_TYPES ((size_t)4 << 20)

struct kind {
	const char *sign;
	const char *media;
};

#define OFFICE "application/vnd.openxmlformats-officedocument."

/* Content type of the main part (ISO 29500-1 section 15.2, [MS-OFFMACRO2]
 * section 2.1) and the media type of such a package. */
static const struct kind content_types[] = {
	{ OFFICE "wordprocessingml.document.main+xml",
	    OFFICE "wordprocessingml.document" },
	{ OFFICE "wordprocessingml.template.main+xml",
	    OFFICE "wordprocessingml.template" },
	{ OFFICE "spreadsheetml.sheet.main+xml", OFFICE "spreadsheetml.sheet" },
	{ OFFICE "spreadsheetml.template.main+xml",
	    OFFICE "spreadsheetml.template" },
	{ OFFICE "presentationml.presentation.main+xml",
	    OFFICE "presentationml.presentation" },
	{ OFFICE "presentationml.template.main+xml",
	    OFFICE "presentationml.template" },
	{ OFFICE "presentationml.slideshow.main+xml",
	    OFFICE "presentationml.slideshow" },
	{ "application/vnd.ms-word.document.macroEnabled.main+xml",
	    "application/vnd.ms-word.document.macroEnabled.12" },
	{ "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
	    "application/vnd.ms-word.template.macroEnabled.12" },
	{ "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
	    "application/vnd.ms-excel.sheet.macroEnabled.12" },
	{ "application/vnd.ms-excel.template.macroEnabled.main+xml",
	    "application/vnd.ms-excel.template.macroEnabled.12" },
	{ "application/vnd.ms-excel.addin.macroEnabled.main+xml",
	    "application/vnd.ms-excel.addin.macroEnabled.12" },
	{ "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
	    "application/vnd.ms-excel.sheet.binary.macroEnabled.12" },
	{ "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
	    "application/vnd.ms-powerpoint.presentation.macroEnabled.12" },
	{ "application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
	    "application/vnd.ms-powerpoint.template.macroEnabled.12" },
	{ "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
	    "application/vnd.ms-powerpoint.slideshow.macroEnabled.12" },
	{ "application/vnd.ms-powerpoint.addin.macroEnabled.main+xml",
	    "application/vnd.ms-powerpoint.addin.macroEnabled.12" },
	{ "application/vnd.ms-visio.drawing.main+xml",
	    "application/vnd.ms-visio.drawing.main+xml" },
	{ "application/vnd.ms-visio.drawing.macroEnabled.main+xml",
	    "application/vnd.ms-visio.drawing.macroEnabled.main+xml" },
	{ "application/vnd.ms-visio.stencil.main+xml",
	    "application/vnd.ms-visio.stencil.main+xml" },
	{ "application/vnd.ms-visio.stencil.macroEnabled.main+xml",
	    "application/vnd.ms-visio.stencil.macroEnabled.main+xml" },
	{ "application/vnd.ms-visio.template.main+xml",
	    "application/vnd.ms-visio.template.main+xml" },
	{ "application/vnd.ms-visio.template.macroEnabled.main+xml",
	    "application/vnd.ms-visio.template.macroEnabled.main+xml" },
	{ "application/vnd.ms-package.xps-fixeddocumentsequence+xml",
	    "application/vnd.ms-xpsdocument" },
	{ "application/oxps-fixeddocumentsequence+xml", "application/oxps" },
};

/* When the content types are missing or damaged: a part only they have. */
static const struct kind main_parts[] = {
	{ "word/document.xml", OFFICE "wordprocessingml.document" },
	{ "xl/workbook.xml", OFFICE "spreadsheetml.sheet" },
	{ "ppt/presentation.xml", OFFICE "presentationml.presentation" },
	{ "META-INF/container.xml", "application/epub+zip" },
	{ "AndroidManifest.xml", "application/vnd.android.package-archive" },
	{ "META-INF/MANIFEST.MF", "application/java-archive" },
};

static bool
say(char media[128], const char *type)
{
	(void)snprintf(media, 128, "%s", type);
	return true;
}

/* The first part of ODF and EPUB packages (ODF 1.3 part 2 section 3.3, EPUB
 * OCF section 4.3).  Its text is a stranger's, so only what looks like one of
 * those types is taken. */
static bool
by_mimetype(struct doc_package *pkg, char media[128])
{
	static const char *const prefixes[] = {
		"application/vnd.oasis.opendocument.",
		"application/vnd.sun.xml.",
		"application/epub+zip",
	};
	doc_autobuf struct doc_buf buf = { .max = 4096 };
	struct doc_error err = { 0 };
	const char *s;
	size_t len;

	if (doc_package_read(pkg, "mimetype", &buf, &err) != 1 ||
	    (s = doc_buf_str(&buf)) == NULL)
		return false;
	s += strspn(s, " \t\r\n\xef\xbb\xbf");
	len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-+./");
	for (size_t i = 0; i < DOC_LEN(prefixes) && len < 128; i++)
		if (strncmp(s, prefixes[i], strlen(prefixes[i])) == 0) {
			(void)snprintf(media, 128, "%.*s", (int)len, s);
			return true;
		}
	return false;
}

static bool
by_content_types(struct doc_package *pkg, char media[128])
{
	doc_autobuf struct doc_buf buf = { .max = MAX_TYPES };
	struct doc_error err = { 0 };
	const char *s;

	/* A damaged part may still have the line that counts. */
	if (doc_package_read(pkg, "[Content_Types].xml", &buf, &err) == 0 ||
	    (s = doc_buf_str(&buf)) == NULL)
		return false;
	for (size_t i = 0; i < DOC_LEN(content_types); i++)
		if (strcasestr(s, content_types[i].sign) != NULL)
			return say(media, content_types[i].media);
	return false;
}

static bool
by_main_part(const struct doc_package *pkg, char media[128])
{
	for (size_t i = 0; i < DOC_LEN(main_parts); i++)
		if (doc_package_has(pkg, main_parts[i].sign))
			return say(media, main_parts[i].media);
	return false;
}

bool
doc_sniff_zip(const struct doc_input *in, char media[128])
{
	struct doc_error err = { 0 };
	struct doc_package *pkg;
	bool known;

	if (doc_package_peek(in, &pkg, &err) < 0)
		return false;
	known = by_mimetype(pkg, media) || by_content_types(pkg, media) ||
	    by_main_part(pkg, media) ||
	    (strcmp(media, "application/octet-stream") == 0 &&
		say(media, "application/zip"));
	doc_package_free(pkg);
	return known;
}
