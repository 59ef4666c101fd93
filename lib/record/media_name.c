/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/record/media.h"

#define OOXML "application/vnd.openxmlformats-officedocument."
#define ODF   "application/vnd.oasis.opendocument."

/* What people and mail programs expect behind a tail; several types where
 * several are right, the usual one first. */
static const struct {
	const char *tail;
	const char *media[3];
} tails[] = {
	{ "pdf", { "application/pdf" } },
	{ "docx", { OOXML "wordprocessingml.document" } },
	{ "xlsx", { OOXML "spreadsheetml.sheet" } },
	{ "pptx", { OOXML "presentationml.presentation" } },
	{ "docm", { "application/vnd.ms-word.document.macroEnabled.12" } },
	{ "xlsm", { "application/vnd.ms-excel.sheet.macroEnabled.12" } },
	{ "doc", { "application/msword", "text/rtf" } },
	{ "xls", { "application/vnd.ms-excel" } },
	{ "ppt", { "application/vnd.ms-powerpoint" } },
	{ "msg", { "application/vnd.ms-outlook" } },
	{ "odt", { ODF "text" } },
	{ "ods", { ODF "spreadsheet" } },
	{ "odp", { ODF "presentation" } },
	{ "epub", { "application/epub+zip" } },
	{ "rtf", { "text/rtf" } },
	{ "htm", { "text/html", "application/xhtml+xml" } },
	{ "html", { "text/html", "application/xhtml+xml" } },
	{ "xhtml", { "application/xhtml+xml", "text/html" } },
	{ "xml", { "text/xml", "application/xml" } },
	{ "svg", { "image/svg+xml" } },
	{ "json", { "application/json" } },
	{ "csv", { "text/csv", "text/plain" } },
	{ "txt", { "text/plain" } },
	{ "eml", { "message/rfc822" } },
	{ "mbox", { "application/mbox" } },
	{ "png", { "image/png" } },
	{ "jpg", { "image/jpeg" } },
	{ "jpeg", { "image/jpeg" } },
	{ "gif", { "image/gif" } },
	{ "tif", { "image/tiff" } },
	{ "tiff", { "image/tiff" } },
	{ "bmp", { "image/bmp", "image/x-ms-bmp" } },
	{ "webp", { "image/webp" } },
	{ "heic", { "image/heic", "image/heif" } },
	{ "avif", { "image/avif" } },
	{ "jp2", { "image/jp2" } },
	{ "zip", { "application/zip" } },
	{ "jar", { "application/java-archive", "application/zip" } },
	{ "tar", { "application/x-tar", "application/x-gtar" } },
	{ "gz", { "application/gzip", "application/x-gzip" } },
	{ "tgz", { "application/gzip", "application/x-gzip" } },
	{ "bz2", { "application/x-bzip2" } },
	{ "xz", { "application/x-xz" } },
	{ "zst", { "application/zstd", "application/x-zstd" } },
	{ "7z", { "application/x-7z-compressed" } },
	{ "rar", { "application/x-rar", "application/vnd.rar" } },
	{ "iso", { "application/x-iso9660-image" } },
	{ "cab", { "application/vnd.ms-cab-compressed" } },
	{ "exe",
	    { "application/vnd.microsoft.portable-executable",
		"application/x-dosexec" } },
	{ "mp3", { "audio/mpeg" } },
	{ "mp4", { "video/mp4" } },
	{ "wav", { "audio/x-wav" } },
};

static bool
is_text(const char *media)
{
	return doc_media_family(media) == DOC_FAMILY_PLAIN;
}

const char *
doc_media_by_name(const char *name, size_t len, const char *media)
{
	const char *dot = memrchr(name, '.', len);
	size_t n = dot ? (size_t)(name + len - dot) - 1 : 0;

	for (size_t i = 0; i < DOC_LEN(tails) && n > 0; i++) {
		const char *const *m = tails[i].media;

		if (strlen(tails[i].tail) != n ||
		    strncasecmp(tails[i].tail, dot + 1, n) != 0)
			continue;
		for (size_t k = 0; k < DOC_LEN(tails[i].media) && m[k]; k++)
			if (strcasecmp(m[k], media) == 0)
				return NULL;
		/* Which kind of plain text it is nobody can tell for sure. */
		return is_text(m[0]) && is_text(media) ? NULL : m[0];
	}
	return NULL;
}

/* The last part of a name behind a dot; it and the dot are cut off. */
static size_t
cut_tail(const char *name, size_t *len, const char **tail)
{
	const char *dot = memrchr(name, '.', *len);
	size_t n = dot ? (size_t)(name + *len - dot) - 1 : 0;

	*tail = dot ? dot + 1 : "";
	*len -= dot ? n + 1 : 0;
	return n;
}

static bool
is_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0;
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_word(const char *p, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(p, word, n) == 0;
}

/* What comes instead of the last part of the name when it is unpacked; NULL: it
 * says nothing of that kind. */
static const char *
instead_of(const char *tail, size_t n)
{
	static const struct {
		const char *tail, *instead;
	} ends[] = { { "gz", "" }, { "bz2", "" }, { "xz", "" }, { "zst", "" },
		{ "lz4", "" }, { "lz", "" }, { "lzma", "" }, { "Z", "" },
		{ "tgz", ".tar" }, { "taz", ".tar" }, { "tbz", ".tar" },
		{ "tbz2", ".tar" }, { "txz", ".tar" }, { "tlz", ".tar" },
		{ "tzst", ".tar" } };

	for (size_t i = 0; i < DOC_LEN(ends); i++)
		if (is_word(tail, n, ends[i].tail))
			return ends[i].instead;
	return NULL;
}

bool
doc_media_unpacked(const char *name, size_t len, struct doc_buf *out)
{
	const char *slash = memrchr(name, '/', len);
	const char *tail, *instead = NULL, *more;
	size_t n, left;

	if (slash != NULL) {
		len -= (size_t)(slash + 1 - name);
		name = slash + 1;
	}
	for (left = len;; instead = more, len = left) {
		n = cut_tail(name, &left, &tail);
		more = left > 0 ? instead_of(tail, n) : NULL;
		if (more == NULL)
			break;
	}
	return instead != NULL && doc_buf_add(out, name, len) == 0 &&
	    doc_buf_adds(out, instead) == 0;
}

bool
doc_media_volume(const char *name, size_t len)
{
	static const char *const kinds[] = { "7z", "zip", "rar", "tar", "gz",
		"tgz", "bz2", "xz", "zst" };
	const char *tail, *kind;
	size_t n = cut_tail(name, &len, &tail), m;
	bool several = false;

	/* a.z01, a.r00 */
	if (n == 3 && strchr("zZrR", *tail) != NULL && is_digits(tail + 1, 2))
		return true;
	m = cut_tail(name, &len, &kind);
	if (is_word(tail, n, "rar") && m > 4 &&
	    strncasecmp(kind, "part", 4) == 0)
		return is_digits(kind + 4, m - 4);
	/* a.7z.001, a.tar.gz.ab; not a.tar.gz */
	for (size_t i = 0; i < DOC_LEN(kinds); i++) {
		if (is_word(tail, n, kinds[i]))
			return false;
		several = several || is_word(kind, m, kinds[i]);
	}
	return several &&
	    ((n > 1 && n < 5 && is_digits(tail, n)) ||
		(n == 2 && is_lower(tail[0]) && is_lower(tail[1])));
}
