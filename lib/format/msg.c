/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/html.h"
#include "lib/format/lzfu.h"
#include "lib/format/meta.h"
#include "lib/format/msg.h"
#include "lib/format/ole_facts.h"
#include "lib/format/outlook.h"
#include "lib/format/rtf.h"
#include "lib/format/survey.h"

/* Properties ([MS-OXPROPS]) and their types ([MS-OXCDATA] 2.11.1). */
enum {
	NAMES = 0x0003,
	CLASS = 0x001a,
	SUBJECT = 0x0037,
	SUBMITTED = 0x0039,
	SENT_FOR_NAME = 0x0042,
	SENT_FOR_ADDRESS = 0x0065,
	RECIPIENT_KIND = 0x0c15,
	SENDER_NAME = 0x0c1a,
	SENDER_ADDRESS = 0x0c1f,
	SHOWN_BCC = 0x0e02,
	SHOWN_CC = 0x0e03,
	SHOWN_TO = 0x0e04,
	DELIVERED = 0x0e06,
	BODY = 0x1000,
	RTF = 0x1009,
	HTML = 0x1013,
	NAME = 0x3001,
	ADDRESS = 0x3003,
	CREATED = 0x3007,
	FILE_SHORT = 0x3704,
	FILE_LONG = 0x3707,
	SMTP_ADDRESS = 0x39fe,
	INTERNET_CODEPAGE = 0x3fde,
	MESSAGE_CODEPAGE = 0x3ffd,
	SENDER_SMTP = 0x5d01,
	TYPE_BINARY = 0x0102,
	TYPE_NARROW = 0x001e,
	TYPE_WIDE = 0x001f
};

/* Kinds of recipients ([MS-OXCMSG] 2.2.3.1.2). */
enum { TO = 1, CC, BCC };

struct msg {
	struct doc_ole *ole;
	struct doc_text *text;
	struct doc_error *err;
	unsigned codepage;	/* of narrow strings */
	unsigned html_codepage; /* of an HTML body */
	struct doc_buf fixed;	/* properties of fixed length */
};

/* --- properties ------------------------------------------------------------*/

/* Append a property of that type as it is stored; `storage` is "" or ends in
 * '/'. */
static bool
read_raw(struct msg *m, const char *storage, unsigned id, unsigned type,
    struct doc_buf *raw)
{
	char path[128];

	snprintf(path, sizeof(path), "%s__substg1.0_%04X%04X", storage, id,
	    type);
	return doc_ole_read(m->ole, path, raw) != 0 && raw->len > 0;
}

static bool
read_string(struct msg *m, const char *storage, unsigned id,
    struct doc_buf *utf8)
{
	doc_autobuf struct doc_buf raw = { 0 };
	char name[DOC_CHARSET_NAME];
	struct doc_charset *cs;
	int rc = -1;

	utf8->len = 0;
	if (read_raw(m, storage, id, TYPE_WIDE, &raw)) {
		rc = doc_utf8_put_utf16(utf8, raw.data, raw.len / 2, 2);
	} else if (read_raw(m, storage, id, TYPE_NARROW, &raw)) {
		doc_charset_of_codepage(m->codepage, name);
		doc_survey_choose(name, raw.data, raw.len, name);
		cs = doc_charset_open(name);
		if (cs != NULL)
			rc = doc_charset_put(cs, raw.data, raw.len, true, utf8);
		doc_charset_free(cs);
	}
	while (utf8->len > 0 && utf8->data[utf8->len - 1] == '\0')
		utf8->len--;
	return rc == 0 && utf8->len > 0 && doc_buf_str(utf8) != NULL;
}

/* Eight bytes of a property of fixed length, or NULL.  A header of 32 bytes,
 * then rows of 16: tag, flags, value ([MS-OXMSG] 2.4.1.1). */
static const char *
find_fixed(const struct doc_buf *fixed, size_t header, unsigned id)
{
	for (size_t at = header; at + 16 <= fixed->len; at += 16)
		if (doc_le16(fixed->data + at + 2) == id)
			return fixed->data + at + 8;
	return NULL;
}

static void
read_fixed(struct msg *m)
{
	const char *p;

	doc_ole_read(m->ole, "__properties_version1.0", &m->fixed);
	p = find_fixed(&m->fixed, 32, INTERNET_CODEPAGE);
	m->html_codepage = p ? doc_le32(p) : 0;
	p = find_fixed(&m->fixed, 32, MESSAGE_CODEPAGE);
	m->codepage = p ? doc_le32(p) : m->html_codepage;
	if (m->codepage == 0)
		m->codepage = 1252;
}

/* --- headers ---------------------------------------------------------------*/

static void
put_line(struct msg *m, const char *name, const char *value)
{
	if (*value == '\0')
		return;
	doc_text_puts(m->text, name);
	doc_text_puts(m->text, ": ");
	doc_text_puts(m->text, value);
	doc_text_line(m->text);
}

/* "Name <address>"; an address without @ is a path of Exchange. */
static void
put_person(struct doc_buf *out, struct doc_buf *name, struct doc_buf *address)
{
	const char *n = doc_buf_str(name), *a = doc_buf_str(address);
	bool mail = a != NULL && strchr(a, '@') != NULL;

	if (n != NULL && *n != '\0' && !(mail && strcmp(n, a) == 0)) {
		doc_buf_adds(out, n);
		if (mail)
			doc_buf_addf(out, " <%s>", a);
	} else if (mail) {
		doc_buf_adds(out, a);
	}
}

static void
put_sender(struct msg *m)
{
	static const unsigned names[] = { SENT_FOR_NAME, SENDER_NAME };
	static const unsigned addresses[] = { SENDER_SMTP, SENDER_ADDRESS,
		SENT_FOR_ADDRESS };
	doc_autobuf struct doc_buf name = { 0 }, address = { 0 }, who = { 0 };
	size_t i = 0;

	while (i < DOC_LEN(names) && !read_string(m, "", names[i], &name))
		i++;
	i = 0;
	while (i < DOC_LEN(addresses) &&
	    !read_string(m, "", addresses[i], &address))
		i++;
	put_person(&who, &name, &address);
	if (who.len == 0 || doc_buf_str(&who) == NULL)
		return;
	put_line(m, "From", who.data);
	doc_work_str(m->text->work, DOC_F_CREATOR, who.data);
}

/* One recipient: into `list` if it is of that kind. */
static void
add_recipient(struct msg *m, const char *storage, unsigned kind,
    struct doc_buf *list)
{
	doc_autobuf struct doc_buf fixed = { 0 }, name = { 0 }, address = { 0 };
	doc_autobuf struct doc_buf who = { 0 };
	char path[128];
	const char *p;

	snprintf(path, sizeof(path), "%s__properties_version1.0", storage);
	doc_ole_read(m->ole, path, &fixed);
	p = find_fixed(&fixed, 8, RECIPIENT_KIND);
	if ((p ? doc_le32(p) & 15 : TO) != kind)
		return;
	read_string(m, storage, NAME, &name);
	if (!read_string(m, storage, SMTP_ADDRESS, &address))
		read_string(m, storage, ADDRESS, &address);
	put_person(&who, &name, &address);
	if (who.len == 0 || doc_buf_str(&who) == NULL)
		return;
	if (list->len > 0)
		doc_buf_adds(list, ", ");
	doc_buf_adds(list, who.data);
	if (kind != BCC)
		doc_work_str(m->text->work, DOC_F_RECIPIENTS, who.data);
}

/* Storages of the message whose name begins so, one after the other: "name/" */
static bool
next_storage(struct msg *m, const char *begin, unsigned *i,
    struct doc_buf *name)
{
	bool is_storage = false;

	while (doc_ole_entry(m->ole, "", (*i)++, name, &is_storage))
		if (is_storage && name->len < 64 &&
		    strncmp(doc_buf_str(name), begin, strlen(begin)) == 0) {
			doc_buf_addc(name, '/');
			return doc_buf_str(name) != NULL;
		}
	return false;
}

static void
put_recipients(struct msg *m, unsigned kind, const char *header, unsigned shown)
{
	doc_autobuf struct doc_buf list = { 0 }, name = { 0 };
	unsigned i = 0;

	while (next_storage(m, "__recip_version1.0", &i, &name))
		add_recipient(m, name.data, kind, &list);
	if (list.len == 0)
		read_string(m, "", shown, &list);
	if (list.len > 0 && doc_buf_str(&list) != NULL)
		put_line(m, header, list.data);
}

static void
put_date(struct msg *m)
{
	static const unsigned ids[] = { SUBMITTED, DELIVERED, CREATED };
	const char *p = NULL;
	char text[64];
	struct tm tm;
	time_t t;

	for (size_t i = 0; i < DOC_LEN(ids) && p == NULL; i++)
		p = find_fixed(&m->fixed, 32, ids[i]);
	t = p ? (time_t)doc_ole_time(doc_le64(p)) : 0;
	if (t <= 0 || gmtime_r(&t, &tm) == NULL)
		return;
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	put_line(m, "Date", text);
	doc_work_time(m->text->work, DOC_F_CREATED, (int64_t)t);
}

static void
say_attachments(struct msg *m)
{
	static const unsigned ids[] = { FILE_LONG, FILE_SHORT, NAME };
	doc_autobuf struct doc_buf storage = { 0 }, name = { 0 };
	unsigned i = 0;

	while (next_storage(m, "__attach_version1.0", &i, &storage)) {
		size_t k = 0;

		while (k < DOC_LEN(ids) &&
		    !read_string(m, storage.data, ids[k], &name))
			k++;
		if (k < DOC_LEN(ids))
			doc_work_str(m->text->work, DOC_F_ATTACHMENTS,
			    name.data);
	}
}

static void
put_headers(struct msg *m)
{
	doc_autobuf struct doc_buf subject = { 0 };

	put_sender(m);
	put_recipients(m, TO, "To", SHOWN_TO);
	put_recipients(m, CC, "Cc", SHOWN_CC);
	put_recipients(m, BCC, "Bcc", SHOWN_BCC);
	if (read_string(m, "", SUBJECT, &subject)) {
		put_line(m, "Subject", subject.data);
		doc_work_str(m->text->work, DOC_F_TITLE, subject.data);
	}
	put_date(m);
	doc_text_puts(m->text, "\n");
}

/* The property that stands for a name's number: entries of 8 bytes, number,
 * kind and set, index ([MS-OXMSG] 2.2.3.1.2); 0: there is none. */
static unsigned
property_of(const struct doc_buf *names, uint32_t id)
{
	if (id < 0x8000)
		return id;
	for (size_t at = 0; at + 8 <= names->len; at += 8) {
		const char *p = names->data + at;

		if (doc_le32(p) == id && (doc_le16(p + 4) & 1) == 0)
			return 0x8000 + doc_le16(p + 6);
	}
	return 0;
}

/* What is no mail says little in its body. */
static void
put_facts(struct msg *m)
{
	doc_autobuf struct doc_buf names = { 0 }, all = { 0 }, value = { 0 };
	const struct doc_outlook_fact *f = NULL;

	if (read_string(m, "", CLASS, &value))
		f = doc_outlook_facts(value.data);
	if (f != NULL)
		(void)read_raw(m, "__nameid_version1.0/", NAMES, TYPE_BINARY,
		    &names);
	for (; f != NULL && f->label != NULL; f++) {
		unsigned id = property_of(&names, f->id);
		const char *p = id != 0 && f->time
		    ? find_fixed(&m->fixed, 32, id)
		    : NULL;

		if (p != NULL)
			doc_outlook_time(&all, f->label, doc_le64(p));
		else if (id != 0 && !f->time && read_string(m, "", id, &value))
			(void)!doc_buf_addf(&all, "%s: %s\n", f->label,
			    value.data);
	}
	if (all.len == 0)
		return;
	doc_text_put(m->text, all.data, all.len);
	doc_text_puts(m->text, "\n");
}

/* --- body ------------------------------------------------------------------*/

static bool
is_blank(const struct doc_buf *s)
{
	for (size_t i = 0; i < s->len; i++)
		if ((unsigned char)s->data[i] > ' ')
			return false;
	return true;
}

static int
put_html(struct msg *m, const struct doc_buf *html)
{
	char label[DOC_CHARSET_NAME] = "";

	if (m->html_codepage != 0)
		doc_charset_of_codepage(m->html_codepage, label);
	return doc_html_part(html->data, html->len, label, m->text, m->err);
}

/* The plain text, which Outlook keeps for all; else what there is. */
static int
put_body(struct msg *m)
{
	doc_autobuf struct doc_buf raw = { 0 }, rtf = { 0 };

	if (read_string(m, "", BODY, &raw) && !is_blank(&raw)) {
		doc_text_put(m->text, raw.data, raw.len);
		doc_text_line(m->text);
		return 0;
	}
	raw.len = 0;
	if (read_raw(m, "", HTML, TYPE_BINARY, &raw))
		return put_html(m, &raw);
	if (read_string(m, "", HTML, &raw))
		return doc_html_part(raw.data, raw.len, "UTF-8", m->text,
		    m->err);
	raw.len = 0;
	if (!read_raw(m, "", RTF, TYPE_BINARY, &raw))
		return 0;
	if (doc_lzfu(raw.data, raw.len, &rtf) < 0 || rtf.len == 0) {
		doc_work_reason(m->text->work, DOC_R_DAMAGED);
		return 0;
	}
	return doc_rtf_part(rtf.data, rtf.len, m->text, m->err);
}

int
doc_msg_text(struct doc_ole *ole, struct doc_text *text, struct doc_error *err)
{
	struct msg m = { .ole = ole, .text = text, .err = err };
	int rc;

	read_fixed(&m);
	put_headers(&m);
	say_attachments(&m);
	put_facts(&m);
	rc = put_body(&m);
	doc_buf_release(&m.fixed);
	return rc;
}
