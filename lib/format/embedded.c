/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/format/embedded.h"

static bool
ends_in(const char *name, const char *tail)
{
	size_t n = strlen(name), t = strlen(tail);

	return n >= t && strcasecmp(name + n - t, tail) == 0;
}

/* The parts that are the document itself: its markup. */
static bool
is_own_part(enum doc_family family, const char *name)
{
	static const char *const markup[] = { ".xml", ".rels", ".xhtml",
		".html", ".htm", ".css", ".opf", ".ncx", ".rdf", ".vml",
		"mimetype" };

	if (strncmp(name, "META-INF/", 9) == 0 ||
	    strncmp(name, "Thumbnails/", 11) == 0)
		return true;
	for (size_t i = 0; i < DOC_LEN(markup); i++)
		if (ends_in(name, markup[i]))
			return true;
	/* What Office keeps beside the markup: settings of printers, caches. */
	return family == DOC_FAMILY_OOXML && strstr(name, "/media/") == NULL &&
	    strstr(name, "/embeddings/") == NULL &&
	    strstr(name, "/attachments/") == NULL;
}

bool
doc_embedded(enum doc_family family, const char *name)
{
	if (family != DOC_FAMILY_OOXML && family != DOC_FAMILY_ODF &&
	    family != DOC_FAMILY_EPUB)
		return true;
	return !is_own_part(family, name);
}
