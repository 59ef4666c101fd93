/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "lib/format/mail.h"
#include "lib/format/mail_body.h"
#include "lib/format/mail_impl.h"
#include "lib/format/mbox.h"
#include "lib/format/uu.h"

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

static int
put_body(struct walk *w, GMimeObject *part)
{
	GByteArray *bytes = doc_part_content(part);
	const char *format = g_mime_object_get_content_type_parameter(part,
	    "format");
	const char *delsp = g_mime_object_get_content_type_parameter(part,
	    "delsp");
	struct doc_mail_body body = {
		.charset = g_mime_object_get_content_type_parameter(part,
		    "charset"),
		.html = doc_part_is(part, "text", "html") ||
		    doc_part_is(part, "text", "enriched") ||
		    doc_part_is(part, "text", "richtext"),
		.rtf = doc_part_is_rtf(part),
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
	GByteArray *bytes = doc_part_is(part, "text", "plain")
	    ? doc_part_content(part)
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

static int
put_member(struct walk *w, GMimeObject *part)
{
	doc_autobuf struct doc_buf made = { 0 };
	struct doc_error bad = { 0 };
	const char *name = doc_part_filename(part);
	int fd;

	w->seen++;
	if (name == NULL) {
		doc_part_make_name(part, w->seen, &made);
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
	if (doc_part_write(part, fd) < 0)
		doc_error_sys(&bad, "cannot write the member");
	else if (doc_part_is_cut_short(part))
		doc_error_set(&bad, DOC_E_DAMAGED, "the mail ends within it");
	if (bad.code == DOC_E_DAMAGED) {
		doc_work_reason(w->work, DOC_R_DAMAGED);
		w->refused++;
	}
	w->work->ops->member_close(w->work,
	    bad.code != DOC_E_NONE ? &bad : NULL, DOC_R_NONE);
	return 0;
}

/* The one people read first; then the others, for they may say something else:
 * the two sides of a mail differ by accident, and in phishing by intent. */
static int
walk_alternatives(struct walk *w, GMimeMultipart *multi)
{
	int count = g_mime_multipart_get_count(multi), chosen = 0, best = -1;
	int rc;

	for (int i = 0; i < count; i++) {
		int r = doc_part_rank(g_mime_multipart_get_part(multi, i),
		    w->depth);

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

	if (m == NULL || w->depth == DOC_MAIL_DEPTH)
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

	if (doc_part_is(part, "multipart", "encrypted"))
		doc_work_reason(w->work, DOC_R_ENCRYPTED);
	if (g_mime_multipart_get_count(multi) == 0)
		return put_prologue(w, multi);
	if (doc_part_is(part, "multipart", "alternative"))
		return walk_alternatives(w, multi);
	digest = w->text != NULL && doc_part_is(part, "multipart", "digest");
	for (int i = 0; i < g_mime_multipart_get_count(multi) && rc == 0; i++) {
		GMimeObject *sub = g_mime_multipart_get_part(multi, i);

		rc = digest && GMIME_IS_MESSAGE_PART(sub)
		    ? walk_digest(w, GMIME_MESSAGE_PART(sub))
		    : walk_part(w, sub);
	}
	return rc;
}

static int
walk_part(struct walk *w, GMimeObject *part)
{
	int rc = 0;

	if (part == NULL)
		return 0;
	if (w->depth == DOC_MAIL_DEPTH) {
		doc_work_reason(w->work, DOC_R_DEPTH);
		return 0;
	}
	w->depth++;
	if (GMIME_IS_MULTIPART(part)) {
		rc = walk_multipart(w, part);
	} else if (doc_part_is_body(part)) {
		rc = w->text != NULL ? put_body(w, part)
				     : put_uuencoded(w, part);
	} else {
		if (doc_part_is_enveloped(part))
			doc_work_reason(w->work, DOC_R_ENCRYPTED);
		if (doc_part_is_piece(part))
			doc_work_reason(w->work, DOC_R_VOLUMES);
		rc = put_member(w, part);
	}
	w->depth--;
	return rc;
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
	GMimeMessage *m = doc_mail_parse(in, from, len);
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
		m = doc_mail_parse(in, 0, in->size);
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
