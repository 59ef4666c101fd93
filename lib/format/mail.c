/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "lib/format/mail.h"
#include "lib/format/mail_body.h"
#include "lib/format/mbox.h"
#include "lib/format/survey.h"
#include "lib/format/uu.h"

/* Multiparts inside each other; real mail has five. */
enum { MAX_DEPTH = 64 };

/* One walk over the parts of a message, for its text or for its members. */
struct walk {
	struct doc_work *work;
	struct doc_text *text; /* NULL: members are wanted */
	struct doc_error *err;
	bool quiet; /* one of many messages: no fields */
	unsigned depth, seen, refused;
	struct doc_member member; /* while members are wanted */
};

static int walk_part(struct walk *w, GMimeObject *part);
static int put_parsed(struct walk *w, GMimeMessage *m);

static bool
is_type(GMimeObject *part, const char *type, const char *subtype)
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

static const char *
filename(GMimeObject *part)
{
	const char *name = NULL;

	if (GMIME_IS_PART(part))
		name = g_mime_part_get_filename(GMIME_PART(part));
	else
		name = g_mime_object_get_content_disposition_parameter(part,
		    "filename");
	return name != NULL && *name != '\0' ? name : NULL;
}

static bool
is_rtf(GMimeObject *part)
{
	return is_type(part, "text", "rtf") ||
	    is_type(part, "application", "rtf");
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
static bool
is_body(GMimeObject *part)
{
	static const char *const text[] = { "plain", "html", "enriched",
		"richtext" };

	if (!GMIME_IS_PART(part) || is_attached(part))
		return false;
	for (size_t i = 0; i < DOC_LEN(text); i++)
		if (is_type(part, "text", text[i]))
			return true;
	return filename(part) == NULL &&
	    (is_untyped(part) || is_type(part, "text", "*") || is_rtf(part) ||
		is_type(part, "message", "delivery-status") ||
		is_type(part, "message", "disposition-notification"));
}

/* The decoded content; NULL when there is none. */
static GByteArray *
content_of(GMimeObject *part)
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

static int
put_body(struct walk *w, GMimeObject *part)
{
	GByteArray *bytes = content_of(part);
	const char *format = g_mime_object_get_content_type_parameter(part,
	    "format");
	const char *delsp = g_mime_object_get_content_type_parameter(part,
	    "delsp");
	struct doc_mail_body body = {
		.charset = g_mime_object_get_content_type_parameter(part,
		    "charset"),
		.html = is_type(part, "text", "html") ||
		    is_type(part, "text", "enriched") ||
		    is_type(part, "text", "richtext"),
		.rtf = is_rtf(part),
		.flowed = format != NULL && strcasecmp(format, "flowed") == 0,
		.delsp = delsp != NULL && strcasecmp(delsp, "yes") == 0,
	};
	int rc = 0;

	if (bytes == NULL)
		return 0;
	body.data = (const char *)bytes->data;
	body.size = bytes->len;
	if (body.size > 0)
		rc = doc_mail_body_put(&body, w->text, w->err);
	g_byte_array_unref(bytes);
	return rc;
}

/* Files in a plain text, as mails had them before MIME. */
static int
put_uuencoded(struct walk *w, GMimeObject *part)
{
	GByteArray *bytes = is_type(part, "text", "plain") ? content_of(part)
							   : NULL;
	int rc = 0;

	if (bytes == NULL)
		return 0;
	if (bytes->len > 0)
		rc = doc_uu_each((const char *)bytes->data, bytes->len,
		    &w->member, &w->seen, &w->refused, w->err);
	g_byte_array_unref(bytes);
	return rc;
}

/* A name for what has none: the tail tells programs what it is. */
static void
make_name(GMimeObject *part, unsigned number, struct doc_buf *name)
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
		if (is_type(part, tails[i].type, tails[i].subtype))
			tail = tails[i].tail;
	doc_buf_addf(name, "part-%u%s", number, tail);
}

/* Through a "pipe": gmime's stream for files has an fsync for every part. */
static int
write_part(GMimeObject *part, int fd)
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
static bool
is_cut_short(GMimeObject *part)
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

static int
put_member(struct walk *w, GMimeObject *part)
{
	doc_autobuf struct doc_buf made = { 0 };
	struct doc_error bad = { 0 };
	const char *name = filename(part);
	int fd;

	w->seen++;
	if (name == NULL) {
		make_name(part, w->seen, &made);
		name = doc_buf_str(&made);
	}
	if (w->text != NULL) {
		if (!w->quiet)
			doc_work_str(w->work, DOC_F_ATTACHMENTS, name);
		return 0;
	}
	fd = w->work->ops->member_open(w->work, w->err);
	if (fd < 0)
		return -1;
	doc_work_bytes(w->work, DOC_F_NAME, name, strlen(name));
	if (write_part(part, fd) < 0)
		doc_error_sys(&bad, "cannot write the member");
	else if (is_cut_short(part))
		doc_error_set(&bad, DOC_E_DAMAGED, "the mail ends within it");
	if (bad.code == DOC_E_DAMAGED) {
		doc_work_reason(w->work, DOC_R_DAMAGED);
		w->refused++;
	}
	w->work->ops->member_close(w->work,
	    bad.code != DOC_E_NONE ? &bad : NULL, DOC_R_NONE);
	return 0;
}

static bool
is_blank(GMimeObject *part)
{
	GByteArray *bytes = content_of(part);
	bool blank = true;

	for (unsigned i = 0; bytes != NULL && i < bytes->len && blank; i++)
		blank = bytes->data[i] <= ' ' || bytes->data[i] == 0xa0;
	if (bytes != NULL)
		g_byte_array_unref(bytes);
	return blank;
}

/* How much an alternative is wanted: plain text, then HTML, then other text;
 * in containers their best part counts. */
static int
rank(GMimeObject *part, unsigned depth)
{
	int best = 0;

	if (GMIME_IS_MULTIPART(part) && depth < MAX_DEPTH) {
		GMimeMultipart *multi = GMIME_MULTIPART(part);

		for (int i = 0; i < g_mime_multipart_get_count(multi); i++) {
			int r = rank(g_mime_multipart_get_part(multi, i),
			    depth + 1);

			best = DOC_MAX(best, r);
		}
		return best;
	}
	if (!is_body(part) || is_blank(part))
		return 0;
	if (is_type(part, "text", "plain"))
		return 3;
	return is_type(part, "text", "html") ? 2 : 1;
}

/* The one people read first; then the others, for they may say something else:
 * the two sides of a mail differ by accident, and in phishing by intent. */
static int
walk_alternatives(struct walk *w, GMimeMultipart *multi)
{
	int count = g_mime_multipart_get_count(multi), chosen = 0, best = -1;
	int rc;

	for (int i = 0; i < count; i++) {
		int r = rank(g_mime_multipart_get_part(multi, i), w->depth);

		if (r > best) {
			best = r;
			chosen = i;
		}
	}
	/* Members keep the message's order. */
	if (w->text == NULL)
		chosen = 0;
	rc = count ? walk_part(w, g_mime_multipart_get_part(multi, chosen)) : 0;
	if (w->text != NULL && w->text->wish.one)
		return rc;
	for (int i = 0; i < count && rc == 0; i++) {
		if (i == chosen)
			continue;
		if (w->text != NULL)
			doc_text_puts(w->text, "\n");
		rc = walk_part(w, g_mime_multipart_get_part(multi, i));
	}
	return rc;
}

/* No part was found: what stands where readers without MIME look is all. */
static int
put_prologue(struct walk *w, GMimeMultipart *multi)
{
	const char *p = g_mime_multipart_get_prologue(multi);
	struct doc_mail_body body = { .data = p };

	doc_work_reason(w->work, DOC_R_DAMAGED);
	if (p == NULL || w->text == NULL)
		return 0;
	body.size = strlen(p);
	return doc_mail_body_put(&body, w->text, w->err);
}

/* The messages of a digest are its text (RFC 2046 section 5.1.5), as well as
 * members of their own. */
static int
walk_digest(struct walk *w, GMimeMessagePart *part)
{
	GMimeMessage *m = g_mime_message_part_get_message(part);
	bool quiet = w->quiet;
	int rc;

	if (m == NULL || w->depth == MAX_DEPTH)
		return 0;
	w->depth++;
	w->quiet = true;
	doc_text_puts(w->text, "\n");
	rc = put_parsed(w, m);
	w->quiet = quiet;
	w->depth--;
	return rc;
}

static int
walk_multipart(struct walk *w, GMimeObject *part)
{
	GMimeMultipart *multi = GMIME_MULTIPART(part);
	bool digest;
	int rc = 0;

	if (is_type(part, "multipart", "encrypted"))
		doc_work_reason(w->work, DOC_R_ENCRYPTED);
	if (g_mime_multipart_get_count(multi) == 0)
		return put_prologue(w, multi);
	if (is_type(part, "multipart", "alternative"))
		return walk_alternatives(w, multi);
	digest = w->text != NULL && is_type(part, "multipart", "digest");
	for (int i = 0; i < g_mime_multipart_get_count(multi) && rc == 0; i++) {
		GMimeObject *sub = g_mime_multipart_get_part(multi, i);

		rc = digest && GMIME_IS_MESSAGE_PART(sub)
		    ? walk_digest(w, GMIME_MESSAGE_PART(sub))
		    : walk_part(w, sub);
	}
	return rc;
}

static bool
is_enveloped(GMimeObject *part)
{
	const char *kind = g_mime_object_get_content_type_parameter(part,
	    "smime-type");

	return (is_type(part, "application", "pkcs7-mime") ||
		   is_type(part, "application", "x-pkcs7-mime")) &&
	    (kind == NULL || strcasecmp(kind, "enveloped-data") == 0);
}

/* A piece of a message that was sent in several (RFC 2046 section 5.2.2). */
static bool
is_piece(GMimeObject *part)
{
	return GMIME_IS_MESSAGE_PARTIAL(part) &&
	    g_mime_message_partial_get_total(GMIME_MESSAGE_PARTIAL(part)) != 1;
}

static int
walk_part(struct walk *w, GMimeObject *part)
{
	int rc = 0;

	if (part == NULL)
		return 0;
	if (w->depth == MAX_DEPTH) {
		doc_work_reason(w->work, DOC_R_DEPTH);
		return 0;
	}
	w->depth++;
	if (GMIME_IS_MULTIPART(part)) {
		rc = walk_multipart(w, part);
	} else if (is_body(part)) {
		rc = w->text != NULL ? put_body(w, part)
				     : put_uuencoded(w, part);
	} else {
		if (is_enveloped(part))
			doc_work_reason(w->work, DOC_R_ENCRYPTED);
		if (is_piece(part))
			doc_work_reason(w->work, DOC_R_VOLUMES);
		rc = put_member(w, part);
	}
	w->depth--;
	return rc;
}

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

static GMimeMessage *
parse(const struct doc_input *in, size_t from, size_t len)
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

static void
put_line(struct walk *w, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	doc_text_puts(w->text, name);
	doc_text_puts(w->text, ": ");
	doc_text_puts(w->text, value);
	doc_text_line(w->text);
}

/* A header as one line.  Decoded by gmime, which does better on the whole line
 * than name by name where raw bytes stand among encoded words. */
static const char *
put_header(struct walk *w, GMimeMessage *m, const char *name)
{
	const char *value = g_mime_object_get_header(GMIME_OBJECT(m), name);

	put_line(w, name, value);
	return value;
}

static void
say_recipients(struct walk *w, InternetAddressList *list)
{
	int n = list ? internet_address_list_length(list) : 0;

	for (int i = 0; i < n; i++) {
		char *one = internet_address_to_string(
		    internet_address_list_get_address(list, i), NULL, FALSE);

		doc_work_str(w->work, DOC_F_RECIPIENTS, one);
		g_free(one);
	}
}

static void
put_headers(struct walk *w, GMimeMessage *m)
{
	const char *subject, *from = put_header(w, m, "From");
	GDateTime *date = g_mime_message_get_date(m);

	put_header(w, m, "To");
	put_header(w, m, "Cc");
	subject = put_header(w, m, "Subject");
	put_header(w, m, "Date");
	if (w->quiet)
		return;
	doc_work_str(w->work, DOC_F_CREATOR, from);
	say_recipients(w, g_mime_message_get_to(m));
	say_recipients(w, g_mime_message_get_cc(m));
	doc_work_str(w->work, DOC_F_TITLE, subject);
	if (date != NULL)
		doc_work_time(w->work, DOC_F_CREATED,
		    g_date_time_to_unix(date));
}

/* Bytes that are no message: what is there is text all the same. */
static int
put_unparsed(struct walk *w, const char *p, size_t n)
{
	struct doc_mail_body body = { .data = p, .size = n };

	doc_work_reason(w->work, DOC_R_DAMAGED);
	return doc_mail_body_put(&body, w->text, w->err);
}

static int
put_parsed(struct walk *w, GMimeMessage *m)
{
	uint64_t before = w->text->bytes;

	put_headers(w, m);
	if (w->text->bytes > before)
		doc_text_puts(w->text, "\n");
	return walk_part(w, g_mime_message_get_mime_part(m));
}

static int
put_message(struct walk *w, const struct doc_input *in, size_t from, size_t len)
{
	GMimeMessage *m = parse(in, from, len);
	int rc;

	if (m == NULL)
		return put_unparsed(w, in->data + from, len);
	rc = put_parsed(w, m);
	g_object_unref(m);
	return rc;
}

static int
put_mailbox(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	size_t at = 0, from, len;
	int rc = 0;

	while (rc == 0 && doc_mbox_next(in->data, in->size, &at, &from, &len)) {
		struct walk w = { .work = text->work,
			.text = text,
			.err = err,
			.quiet = true };

		rc = put_message(&w, in, from, len);
		if (doc_text_page(text, 0) < 0)
			break;
	}
	return rc;
}

int
doc_mail_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct walk w = { .work = text->work, .text = text, .err = err };

	if (in->size == 0)
		return 0;
	if (doc_mbox_is(in->data, in->size))
		return put_mailbox(in, text, err);
	return put_message(&w, in, 0, in->size);
}

int
doc_mail_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct walk w = { .work = work, .err = err };
	GMimeMessage *m;
	int rc = 0;

	if (in->size > 0 && doc_mbox_is(in->data, in->size)) {
		rc = doc_mbox_list(in, work, &w.seen, err);
	} else if (in->size > 0) {
		m = parse(in, 0, in->size);
		if (m == NULL) {
			doc_work_reason(work, DOC_R_DAMAGED);
			return 0;
		}
		rc = doc_member_init(&w.member, work, err);
		if (rc == 0)
			rc = walk_part(&w, g_mime_message_get_mime_part(m));
		doc_member_release(&w.member);
		g_object_unref(m);
	}
	doc_work_int(work, DOC_F_SEEN, w.seen);
	/* One that found no more room is the last we looked at. */
	doc_work_int(work, DOC_F_REFUSED, w.refused + (rc < 0 && w.seen > 0));
	return rc;
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
