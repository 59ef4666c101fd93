/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "lib/format/mail_impl.h"

bool
doc_part_is(GMimeObject *part, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(part),
	    type, subtype);
}

static bool
is_attached(GMimeObject *part)
{
	const char *how = g_mime_object_get_disposition(part);

	return how != NULL &&
	    strcasecmp(how, GMIME_DISPOSITION_ATTACHMENT) == 0;
}

const char *
doc_part_filename(GMimeObject *part)
{
	const char *name = NULL;

	if (GMIME_IS_PART(part))
		name = g_mime_part_get_filename(GMIME_PART(part));
	else
		name = g_mime_object_get_content_disposition_parameter(part,
		    "filename");
	return name != NULL && *name != '\0' ? name : NULL;
}

bool
doc_part_is_rtf(GMimeObject *part)
{
	return doc_part_is(part, "text", "rtf") ||
	    doc_part_is(part, "application", "rtf");
}

/* "Content-Type: text" and the like mean plain text (RFC 2045 section 5.2);
 * gmime 3.2 takes them for application/octet-stream. */
static bool
is_untyped(GMimeObject *part)
{
	const char *type = g_mime_object_get_header(part, "Content-Type");

	return type != NULL && type[strcspn(type, "/;")] != '/';
}

/* Is it to be read with the message, rather than opened on its own? */
bool
doc_part_is_body(GMimeObject *part)
{
	static const char *const text[] = { "plain", "html", "enriched",
		"richtext" };

	if (!GMIME_IS_PART(part) || is_attached(part))
		return false;
	for (size_t i = 0; i < DOC_LEN(text); i++)
		if (doc_part_is(part, "text", text[i]))
			return true;
	return doc_part_filename(part) == NULL &&
	    (is_untyped(part) || doc_part_is(part, "text", "*") ||
		doc_part_is_rtf(part) ||
		doc_part_is(part, "message", "delivery-status") ||
		doc_part_is(part, "message", "disposition-notification"));
}

/* The decoded content; NULL when there is none. */
GByteArray *
doc_part_content(GMimeObject *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
	GMimeStream *mem;
	GByteArray *bytes;

	if (content == NULL)
		return NULL;
	bytes = g_byte_array_new();
	mem = g_mime_stream_mem_new();
	g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(mem), bytes);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(mem), FALSE);
	g_mime_data_wrapper_write_to_stream(content, mem);
	g_object_unref(mem);
	return bytes;
}

/* A name for what has none: the tail tells programs what it is. */
void
doc_part_make_name(GMimeObject *part, unsigned number, struct doc_buf *name)
{
	static const struct {
		const char *type, *subtype, *tail;
	} tails[] = { { "message", "rfc822", ".eml" },
		{ "text", "html", ".html" }, { "text", "calendar", ".ics" },
		{ "text", "*", ".txt" }, { "image", "jpeg", ".jpg" },
		{ "image", "png", ".png" }, { "image", "gif", ".gif" },
		{ "application", "pdf", ".pdf" },
		{ "application", "pgp-signature", ".asc" },
		{ "application", "ms-tnef", ".dat" } };
	const char *tail = "";

	for (size_t i = 0; i < DOC_LEN(tails) && *tail == '\0'; i++)
		if (doc_part_is(part, tails[i].type, tails[i].subtype))
			tail = tails[i].tail;
	doc_buf_addf(name, "part-%u%s", number, tail);
}

/* Through a "pipe": gmime's stream for files has an fsync for every part. */
int
doc_part_write(GMimeObject *part, int fd)
{
	GMimeStream *out = g_mime_stream_pipe_new(fd);
	ssize_t n = 0;

	g_mime_stream_pipe_set_owner(GMIME_STREAM_PIPE(out), FALSE);
	errno = 0;
	if (GMIME_IS_MESSAGE_PART(part)) {
		GMimeMessage *m = g_mime_message_part_get_message(
		    GMIME_MESSAGE_PART(part));

		if (m != NULL)
			n = g_mime_object_write_to_stream(GMIME_OBJECT(m), NULL,
			    out);
	} else if (GMIME_IS_PART(part)) {
		GMimeDataWrapper *content = g_mime_part_get_content(
		    GMIME_PART(part));

		if (content != NULL)
			n = g_mime_data_wrapper_write_to_stream(content, out);
	}
	g_object_unref(out);
	return n < 0 ? -1 : 0;
}

/* The letters of base64 in a stream, or -1 where there is anything else.  (At
 * its end gmime's stream for files calls it an error.) */
static int64_t
count_base64(GMimeStream *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"
				      "klmnopqrstuvwxyz0123456789+/=";
	char block[4096];
	int64_t count = 0;
	ssize_t n;

	while ((n = g_mime_stream_read(s, block, sizeof(block))) > 0)
		for (ssize_t i = 0; i < n; i++)
			if (memchr(letters, block[i], sizeof(letters) - 1))
				count++;
			else if (memchr(" \t\r\n", block[i], 4) == NULL)
				return -1;
	return count;
}

/* A mail that was cut short: the part goes on to its end, and ends within four
 * letters of base64, which are three bytes (RFC 2045 section 6.8). */
bool
doc_part_is_cut_short(GMimeObject *part)
{
	GMimeDataWrapper *content = GMIME_IS_PART(part)
	    ? g_mime_part_get_content(GMIME_PART(part))
	    : NULL;
	GMimeStream *s, *rest, *whole;
	int64_t count;
	char c;

	if (content == NULL ||
	    g_mime_data_wrapper_get_encoding(content) !=
		GMIME_CONTENT_ENCODING_BASE64 ||
	    (s = g_mime_data_wrapper_get_stream(content)) == NULL)
		return false;
	rest = g_mime_stream_substream(s, s->bound_end, -1);
	whole = g_mime_stream_substream(s, s->bound_start, s->bound_end);
	count = s->bound_end >= 0 && g_mime_stream_read(rest, &c, 1) > 0
	    ? 0
	    : count_base64(whole);
	g_object_unref(rest);
	g_object_unref(whole);
	return count > 0 && count % 4 != 0;
}

static bool
is_blank(GMimeObject *part)
{
	GByteArray *bytes = doc_part_content(part);
	bool blank = true;

	for (unsigned i = 0; bytes != NULL && i < bytes->len && blank; i++)
		blank = bytes->data[i] <= ' ' || bytes->data[i] == 0xa0;
	if (bytes != NULL)
		g_byte_array_unref(bytes);
	return blank;
}

/* How much an alternative is wanted: plain text, then HTML, then other text;
 * in containers their best part counts. */
int
doc_part_rank(GMimeObject *part, unsigned depth)
{
	int best = 0;

	if (GMIME_IS_MULTIPART(part) && depth < DOC_MAIL_DEPTH) {
		GMimeMultipart *multi = GMIME_MULTIPART(part);

		for (int i = 0; i < g_mime_multipart_get_count(multi); i++) {
			int r = doc_part_rank(g_mime_multipart_get_part(multi,
						  i),
			    depth + 1);

			best = DOC_MAX(best, r);
		}
		return best;
	}
	if (!doc_part_is_body(part) || is_blank(part))
		return 0;
	if (doc_part_is(part, "text", "plain"))
		return 3;
	return doc_part_is(part, "text", "html") ? 2 : 1;
}

bool
doc_part_is_enveloped(GMimeObject *part)
{
	const char *kind = g_mime_object_get_content_type_parameter(part,
	    "smime-type");

	return (doc_part_is(part, "application", "pkcs7-mime") ||
		   doc_part_is(part, "application", "x-pkcs7-mime")) &&
	    (kind == NULL || strcasecmp(kind, "enveloped-data") == 0);
}

/* A piece of a message that was sent in several (RFC 2046 section 5.2.2). */
bool
doc_part_is_piece(GMimeObject *part)
{
	return GMIME_IS_MESSAGE_PARTIAL(part) &&
	    g_mime_message_partial_get_total(GMIME_MESSAGE_PARTIAL(part)) != 1;
}
