/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <iconv.h>
#include <string.h>

#include <gmime/gmime.h>

#include "lib/format/mail.h"
#include "lib/format/mail_impl.h"
#include "lib/format/survey.h"

/* Bytes [from, from + len) of the input.  Read through the fd where there is
 * one, so that attachments stay in the file until they are wanted. */
static GMimeStream *
open_stream(const struct doc_input *in, size_t from, size_t len)
{
	GMimeStream *s;

	if (in->fd < 0)
		return g_mime_stream_mem_new_with_buffer(in->data + from, len);
	s = g_mime_stream_fs_new_with_bounds(in->fd, (gint64)from,
	    (gint64)(from + len));
	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(s), FALSE);
	return s;
}

/* A whole message saved by a text editor as UTF-16. */
static GMimeStream *
open_wide(const struct doc_input *in)
{
	doc_autobuf struct doc_buf utf8 = { 0 };
	char name[DOC_CHARSET_NAME];
	struct doc_charset *cs;
	GMimeStream *s = NULL;
	size_t skip;

	if (in->size < 4 ||
	    (in->data[0] != '\0' && in->data[1] != '\0' &&
		doc_charset_bom(in->data, 2, &skip) == NULL))
		return NULL;
	doc_survey_choose("", in->data, in->size, name);
	doc_charset_bom(in->data, in->size, &skip);
	cs = strncmp(name, "UTF-16", 6) == 0 ? doc_charset_open(name) : NULL;
	if (cs != NULL &&
	    doc_charset_put(cs, in->data + skip, in->size - skip, true,
		&utf8) == 0)
		s = g_mime_stream_mem_new_with_buffer(utf8.data, utf8.len);
	doc_charset_free(cs);
	return s;
}

/* What stands before the headers: a mark, blank lines, a "From " line. */
static void
trim(const struct doc_input *in, size_t *from, size_t *len)
{
	const char *p = in->data + *from, *end = p + *len, *nl;
	size_t skip;

	doc_charset_bom(p, *len, &skip);
	p += skip;
	while (p < end && (*p == '\r' || *p == '\n'))
		p++;
	if (end - p > 5 && memcmp(p, "From ", 5) == 0) {
		nl = memchr(p, '\n', (size_t)(end - p));
		p = nl ? nl + 1 : end;
	}
	*len = (size_t)(end - p);
	*from = (size_t)(p - in->data);
}

/* gmime 3.2 takes as many bytes off the end of a part as the end of the line
 * with the boundary has: where that is CRLF, and the part's own lines end in
 * LF, it takes one that is content, and base64 without its last letter loses
 * three. */
static void
mend_end(GMimeObject *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
	GMimeStream *s = content ? g_mime_data_wrapper_get_stream(content)
				 : NULL;
	GMimeStream *rest;
	char c[2];

	if (s == NULL || s->bound_end <= s->bound_start)
		return;
	/* To the end of it all: a stream of memory believes any other bound. */
	rest = g_mime_stream_substream(s, s->bound_end, -1);
	if (rest == NULL)
		return;
	if (g_mime_stream_read(rest, c, 2) == 2 && c[0] != '\r' &&
	    c[0] != '\n' && c[1] == '\n')
		s->bound_end++;
	g_object_unref(rest);
}

static void
mend_ends(GMimeMessage *m)
{
	GMimePartIter *i = g_mime_part_iter_new(GMIME_OBJECT(m));

	if (g_mime_part_iter_is_valid(i))
		do {
			GMimeObject *part = g_mime_part_iter_get_current(i);

			if (GMIME_IS_PART(part))
				mend_end(part);
		} while (g_mime_part_iter_next(i));
	g_mime_part_iter_free(i);
}

GMimeMessage *
doc_mail_parse(const struct doc_input *in, size_t from, size_t len)
{
	GMimeStream *s = from == 0 ? open_wide(in) : NULL;
	GMimeParserOptions *options = g_mime_parser_options_new();
	static const char *fallback[] = { "utf-8", "windows-1252", NULL };
	GMimeParser *parser;
	GMimeMessage *m;

	trim(in, &from, &len);
	if (s == NULL)
		s = open_stream(in, from, len);
	g_mime_parser_options_set_fallback_charsets(options, fallback);
	parser = g_mime_parser_new_with_stream(s);
	m = g_mime_parser_construct_message(parser, options);
	if (m != NULL)
		mend_ends(m);
	g_object_unref(parser);
	g_object_unref(s);
	g_mime_parser_options_free(options);
	return m;
}

int
doc_mail_warm(struct doc_error *err)
{
	/* gmime asks iconv(3).  glibc's loads a library for each charset, and
	 * cannot in the cage; in the engine programs it is ICU's
	 * (engine/iconv_icu.c), which finds the tables of each in its data.
	 * What is open here stays so for ever. */
	static const char *const common[] = { "ISO-8859-1", "ISO-8859-2",
		"ISO-8859-5", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9",
		"ISO-8859-15", "CP1250", "CP1251", "CP1252", "CP1253", "CP1254",
		"CP1255", "CP1256", "CP1257", "KOI8-R", "KOI8-U", "GB2312",
		"GBK", "GB18030", "BIG5", "SHIFT_JIS", "CP932", "EUC-JP",
		"ISO-2022-JP", "EUC-KR", "UTF-7", "UTF-16" };
	static iconv_t kept[DOC_LEN(common)];

	for (size_t i = 0; i < DOC_LEN(common); i++)
		kept[i] = iconv_open("UTF-8", common[i]);
	if (kept[0] == (iconv_t)-1) /* NOLINT(performance-no-int-to-ptr) */
		return doc_error_sys(err, "iconv has no ISO-8859-1");
	g_mime_init();
	return doc_charset_warm(err);
}
