/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file, and a long one, because libpff's header is to be in no other: what
 * it knows of an item, a message as a mail, members.
 */
#include <libbfio.h>
#include <libpff.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/mail_write.h"
#include "lib/format/outlook.h"
#include "lib/format/pst.h"

enum {
	DEPTH = 32,	/* folders in folders, messages in messages */
	STEP_MAX = 120, /* bytes of a subject in the name of a member */
	LONGEST = 3000
};
#define BODY_MAX   ((size_t)64 << 20)
#define HEADER_MAX ((size_t)1 << 20)

/* Lowest bits of a node's number ([MS-PST] 2.2.2.1). */
enum { KIND = 0x1f, KIND_FOLDER = 2, KIND_MESSAGE = 4 };

/* Properties ([MS-OXPROPS]). */
enum {
	P_CLASS = 0x001a,
	P_SUBJECT = 0x0037,
	P_SENT = 0x0039,
	P_HEADERS = 0x007d,
	P_FROM = 0x0c1a,
	P_FROM_ADDRESS = 0x0c1f,
	P_CC = 0x0e03,
	P_TO = 0x0e04,
	P_RECEIVED = 0x0e06,
	P_MESSAGE_ID = 0x1035,
	P_NAME = 0x3001,
	P_FILE_SHORT = 0x3704,
	P_FILE = 0x3707,
	P_CODEPAGE = 0x3fde
};

struct lister {
	struct doc_work *work;
	struct doc_member member;
	struct doc_mail_writer mail;
	struct doc_error bad; /* of the message that is being written */
	struct doc_error *err;
	uint64_t seen, refused;
};

/* --- what libpff knows -----------------------------------------------------*/

#define autoitem __attribute__((cleanup(free_item)))
static void
free_item(libpff_item_t **item)
{
	if (*item != NULL)
		(void)libpff_item_free(item, NULL);
}

/* A property, to be freed; NULL: it has none such. */
static libpff_record_entry_t *
property(libpff_item_t *item, uint32_t id)
{
	libpff_record_set_t *set = NULL;
	libpff_record_entry_t *entry = NULL;

	if (libpff_item_get_record_set_by_index(item, 0, &set, NULL) != 1)
		return NULL;
	(void)libpff_record_set_get_entry_by_type(set, id, 0, &entry,
	    LIBPFF_ENTRY_VALUE_FLAG_MATCH_ANY_VALUE_TYPE, NULL);
	(void)libpff_record_set_free(&set, NULL);
	return entry;
}

/* A string, in UTF-8; "" when it has none. */
static const char *
string(libpff_item_t *item, uint32_t id, size_t max, struct doc_buf *out)
{
	libpff_record_entry_t *entry = property(item, id);
	size_t n = 0;
	const char *s;

	out->len = 0;
	if (entry == NULL)
		return "";
	if (libpff_record_entry_get_data_as_utf8_string_size(entry, &n, NULL) ==
		1 &&
	    n > 1 && n <= max && doc_buf_reserve(out, n) == 0 &&
	    libpff_record_entry_get_data_as_utf8_string(entry,
		(uint8_t *)out->data, n, NULL) == 1)
		out->len = strnlen(out->data, n);
	(void)libpff_record_entry_free(&entry, NULL);
	s = doc_buf_str(out);
	return s ? s : "";
}

/* Two characters may stand before it: a mark, and the length of "Re: ". */
static const char *
subject(libpff_item_t *item, struct doc_buf *out)
{
	const char *s = string(item, P_SUBJECT, HEADER_MAX, out);

	return s[0] == '\1' && s[1] != '\0' ? s + 2 : s;
}

/* FILETIME counts 100 ns since 1601. */
static uint64_t
filetime(libpff_item_t *item, uint32_t id)
{
	libpff_record_entry_t *entry = property(item, id);
	uint64_t t = 0;

	if (entry == NULL)
		return 0;
	(void)libpff_record_entry_get_data_as_filetime(entry, &t, NULL);
	(void)libpff_record_entry_free(&entry, NULL);
	return t;
}

/* Seconds since 1970. */
static bool
when(libpff_item_t *item, int64_t *seconds)
{
	uint64_t t = filetime(item, P_RECEIVED);

	t = t ? t : filetime(item, P_SENT);
	if (t < UINT64_C(116444736000000000))
		return false;
	*seconds = (int64_t)(t / 10000000 - UINT64_C(11644473600));
	return true;
}

static unsigned
number(libpff_item_t *item, uint32_t id)
{
	libpff_record_entry_t *entry = property(item, id);
	uint32_t n = 0;

	if (entry == NULL)
		return 0;
	(void)libpff_record_entry_get_data_as_32bit_integer(entry, &n, NULL);
	(void)libpff_record_entry_free(&entry, NULL);
	return n;
}

/* --- a message as a mail ---------------------------------------------------*/

/* A header of the message as it came, with the lines that go on; not those
 * about parts, which we write. */
static void
put_header_lines(struct doc_mail_writer *w, const char *s)
{
	bool skip = false;

	while (*s != '\0') {
		size_t n = strcspn(s, "\r\n");

		if (n == 0)
			break;
		if (*s != ' ' && *s != '\t')
			skip = strncasecmp(s, "content-", 8) == 0 ||
			    strncasecmp(s, "mime-version", 12) == 0 ||
			    memchr(s, ':', n) == NULL;
		if (!skip) {
			doc_mail_put(w, s, n);
			doc_mail_puts(w, "\r\n");
		}
		s += n;
		s += *s == '\r';
		s += *s == '\n';
	}
}

static void
put_sender(struct doc_mail_writer *w, libpff_item_t *item)
{
	doc_autobuf struct doc_buf name = { 0 }, address = { 0 }, all = { 0 };
	const char *n = string(item, P_FROM, HEADER_MAX, &name);
	const char *a = string(item, P_FROM_ADDRESS, HEADER_MAX, &address);

	(void)!doc_buf_addf(&all, *a ? "%s <%s>" : "%s", n, a);
	if (doc_buf_str(&all) != NULL)
		doc_mail_header(w, "From", all.data);
}

static void
put_headers(struct doc_mail_writer *w, libpff_item_t *item)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s = string(item, P_HEADERS, HEADER_MAX, &b);
	int64_t time;

	if (strchr(s, ':') != NULL) {
		put_header_lines(w, s);
		return;
	}
	put_sender(w, item);
	doc_mail_header(w, "To", string(item, P_TO, HEADER_MAX, &b));
	doc_mail_header(w, "Cc", string(item, P_CC, HEADER_MAX, &b));
	doc_mail_header(w, "Subject", subject(item, &b));
	doc_mail_header(w, "Message-ID",
	    string(item, P_MESSAGE_ID, HEADER_MAX, &b));
	if (when(item, &time))
		doc_mail_date(w, time);
}

/* --- what is no mail: cards of an address book, appointments, tasks --------*/

/* A part of text in front of the body, which seldom says any of it.  True when
 * there is one. */
static bool
put_facts(struct doc_mail_writer *w, libpff_item_t *item)
{
	doc_autobuf struct doc_buf all = { .max = HEADER_MAX };
	doc_autobuf struct doc_buf class = { 0 };
	const struct doc_outlook_fact *f = doc_outlook_facts(
	    string(item, P_CLASS, HEADER_MAX, &class));

	for (; f != NULL && f->label != NULL; f++) {
		doc_autobuf struct doc_buf b = { 0 };
		const char *s = f->time ? ""
					: string(item, f->id, HEADER_MAX, &b);

		if (f->time)
			doc_outlook_time(&all, f->label, filetime(item, f->id));
		else if (*s != '\0')
			(void)!doc_buf_addf(&all, "%s: %s\n", f->label, s);
	}
	if (all.len == 0)
		return false;
	doc_mail_puts(w,
	    "Content-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	doc_mail_code(w, all.data, all.len);
	doc_mail_code_end(w);
	return true;
}

/* --- bodies and files ------------------------------------------------------*/

typedef int size_fn(libpff_item_t *item, size_t *n, libpff_error_t **e);
typedef int body_fn(libpff_item_t *item, uint8_t *p, size_t n,
    libpff_error_t **e);

/* One kind of body as a part, if there is one. */
static bool
has_body(libpff_item_t *item, size_fn *size)
{
	size_t n = 0;

	return size(item, &n, NULL) == 1 && n > 1;
}

static void
put_body(struct lister *l, libpff_item_t *item, const char *type, size_fn *size,
    body_fn *read)
{
	doc_autobuf struct doc_buf b = { .max = BODY_MAX };
	struct doc_mail_writer *w = &l->mail;
	size_t n = 0;

	doc_mail_puts(w, "Content-Type: ");
	doc_mail_puts(w, type);
	doc_mail_puts(w, "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	if (size(item, &n, NULL) == 1 && n <= BODY_MAX &&
	    doc_buf_reserve(&b, n) == 0 &&
	    read(item, (uint8_t *)b.data, n, NULL) == 1)
		doc_mail_code(w, b.data, n - (b.data[n - 1] == '\0'));
	else
		(void)doc_error_set(&l->bad, DOC_E_DAMAGED,
		    "the body cannot be read");
	doc_mail_code_end(w);
}

/* HTML is as it came, in a code page that is told apart.  Where we do not know
 * that number, the page itself may say. */
static void
html_type(libpff_item_t *item, char *type, size_t room)
{
	static const struct {
		unsigned page;
		const char *charset;
	} known[] = { { 932, "shift_jis" }, { 936, "gb18030" },
		{ 949, "euc-kr" }, { 950, "big5" }, { 20127, "us-ascii" },
		{ 20866, "koi8-r" }, { 21866, "koi8-u" },
		{ 50220, "iso-2022-jp" }, { 51932, "euc-jp" },
		{ 65001, "utf-8" } };
	unsigned page = number(item, P_CODEPAGE);

	(void)snprintf(type, room, "text/html");
	if (page == 874 || (page >= 1250 && page <= 1258))
		(void)snprintf(type, room, "text/html; charset=windows-%u",
		    page);
	else if (page > 28590 && page <= 28605)
		(void)snprintf(type, room, "text/html; charset=iso-8859-%u",
		    page - 28590);
	for (size_t i = 0; i < DOC_LEN(known); i++)
		if (known[i].page == page)
			(void)snprintf(type, room, "text/html; charset=%s",
			    known[i].charset);
}

static void
put_plain(struct lister *l, libpff_item_t *item)
{
	put_body(l, item, "text/plain; charset=UTF-8",
	    libpff_message_get_plain_text_body_size,
	    libpff_message_get_plain_text_body);
}

static void
put_html(struct lister *l, libpff_item_t *item)
{
	char type[96];

	html_type(item, type, sizeof(type));
	put_body(l, item, type, libpff_message_get_html_body_size,
	    libpff_message_get_html_body);
}

/* The body, in two forms where there are two; RTF only when it is alone. */
static void
put_bodies(struct lister *l, libpff_item_t *item, unsigned depth)
{
	bool plain = has_body(item, libpff_message_get_plain_text_body_size);
	bool html = has_body(item, libpff_message_get_html_body_size);
	char cut[64];

	if (!plain || !html) {
		if (plain)
			put_plain(l, item);
		else if (html)
			put_html(l, item);
		else if (has_body(item, libpff_message_get_rtf_body_size))
			put_body(l, item, "application/rtf",
			    libpff_message_get_rtf_body_size,
			    libpff_message_get_rtf_body);
		else
			doc_mail_puts(&l->mail, "\r\n");
		return;
	}
	(void)snprintf(cut, sizeof(cut), "=_docpipe-either-%u", depth);
	doc_mail_puts(&l->mail,
	    "Content-Type: multipart/alternative; boundary=\"");
	doc_mail_puts(&l->mail, cut);
	doc_mail_puts(&l->mail, "\"\r\n\r\n--");
	doc_mail_puts(&l->mail, cut);
	doc_mail_puts(&l->mail, "\r\n");
	put_plain(l, item);
	doc_mail_puts(&l->mail, "--");
	doc_mail_puts(&l->mail, cut);
	doc_mail_puts(&l->mail, "\r\n");
	put_html(l, item);
	doc_mail_puts(&l->mail, "--");
	doc_mail_puts(&l->mail, cut);
	doc_mail_puts(&l->mail, "--\r\n");
}

static void put_message(struct lister *l, libpff_item_t *item, unsigned depth);

static void
put_data(struct lister *l, libpff_item_t *file)
{
	char block[16384];
	size64_t left = 0;

	if (libpff_attachment_get_data_size(file, &left, NULL) < 0)
		(void)doc_error_set(&l->bad, DOC_E_DAMAGED,
		    "an attachment cannot be read");
	while (left > 0 && l->bad.code == DOC_E_NONE) {
		ssize_t n = libpff_attachment_data_read_buffer(file,
		    (uint8_t *)block, sizeof(block), NULL);

		if (n <= 0) {
			(void)doc_error_set(&l->bad, DOC_E_DAMAGED,
			    "an attachment is cut short");
			break;
		}
		doc_mail_code(&l->mail, block, (size_t)n);
		left -= DOC_MIN((size64_t)n, left);
	}
	doc_mail_code_end(&l->mail);
}

static void
put_attached(struct lister *l, libpff_item_t *file, unsigned depth)
{
	doc_autobuf struct doc_buf b = { 0 };
	autoitem libpff_item_t *inner = NULL;
	struct doc_mail_writer *w = &l->mail;
	const char *name = string(file, P_FILE, LONGEST, &b);
	int type = 0;

	if (*name == '\0')
		name = string(file, P_FILE_SHORT, LONGEST, &b);
	if (*name == '\0')
		name = string(file, P_NAME, LONGEST, &b);
	(void)libpff_attachment_get_type(file, &type, NULL);
	doc_mail_puts(w, "Content-Disposition: attachment");
	doc_mail_filename(w, *name ? name : "attachment");
	if (type == LIBPFF_ATTACHMENT_TYPE_ITEM &&
	    libpff_attachment_get_item(file, &inner, NULL) == 1 &&
	    depth < DEPTH) {
		doc_mail_puts(w, "Content-Type: message/rfc822\r\n\r\n");
		put_message(l, inner, depth + 1);
		return;
	}
	doc_mail_puts(w,
	    "Content-Type: application/octet-stream\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	if (type == LIBPFF_ATTACHMENT_TYPE_DATA)
		put_data(l, file);
	else if (l->bad.code == DOC_E_NONE)
		(void)doc_error_set(&l->bad, DOC_E_UNSUPPORTED,
		    "an attachment by reference, or without content");
}

/* A message in a message has parts of its own: its boundary must differ. */
static void
put_message(struct lister *l, libpff_item_t *item, unsigned depth)
{
	struct doc_mail_writer *w = &l->mail;
	char cut[64];
	int count = 0;

	put_headers(w, item);
	(void)snprintf(cut, sizeof(cut), "=_docpipe-%u", depth);
	doc_mail_puts(w,
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=\"");
	doc_mail_puts(w, cut);
	doc_mail_puts(w, "\"\r\n\r\n");
	(void)snprintf(cut, sizeof(cut), "--=_docpipe-%u\r\n", depth);
	doc_mail_puts(w, cut);
	if (put_facts(w, item))
		doc_mail_puts(w, cut);
	put_bodies(l, item, depth);
	if (libpff_message_get_number_of_attachments(item, &count, NULL) < 0)
		(void)doc_error_set(&l->bad, DOC_E_DAMAGED,
		    "the attachments cannot be read");
	for (int i = 0; i < count && l->mail.err->code == DOC_E_NONE; i++) {
		autoitem libpff_item_t *file = NULL;

		if (libpff_message_get_attachment(item, i, &file, NULL) != 1) {
			(void)doc_error_set(&l->bad, DOC_E_DAMAGED,
			    "an attachment cannot be read");
			continue;
		}
		doc_mail_puts(w, cut);
		put_attached(l, file, depth);
	}
	(void)snprintf(cut, sizeof(cut), "--=_docpipe-%u--\r\n", depth);
	doc_mail_puts(w, cut);
}

/* --- members ---------------------------------------------------------------*/

/* A step of a member's name: what would be another step, or no name, is not. */
static void
add_step(struct doc_buf *path, const char *s)
{
	size_t begin = path->len;

	for (size_t step; *s != '\0' && path->len - begin < STEP_MAX;
	     s += step) {
		step = DOC_MAX(doc_utf8_step(s, strlen(s)), (size_t)1);
		if (step == 1 && ((unsigned char)*s < ' ' || *s == '/'))
			(void)!doc_buf_addc(path, '_');
		else
			(void)!doc_buf_add(path, s, step);
	}
	if (path->len == begin)
		(void)!doc_buf_adds(path, "unnamed");
}

/* -1 with *l->err when no more members are wanted. */
static int
deliver(struct lister *l, libpff_item_t *item, struct doc_buf *path)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error limit = { 0 };
	int64_t time;

	l->bad = (struct doc_error){ 0 };
	l->mail = (struct doc_mail_writer){ .member = &l->member,
		.err = &limit };
	add_step(path, subject(item, &b));
	if (doc_buf_adds(path, ".eml") < 0)
		return doc_error_set(l->err, DOC_E_MEMORY, "name");
	doc_member_begin(&l->member, path->data, path->len);
	if (when(item, &time) && time >= 0)
		doc_work_int(l->work, DOC_F_MTIME, (uint64_t)time);
	put_message(l, item, 0);
	if (doc_mail_finish(&l->mail) < 0)
		l->bad = limit;
	if (l->bad.code != DOC_E_NONE) {
		l->refused++;
		doc_work_reason(l->work, doc_reason_of(l->bad.code));
	}
	l->seen++;
	doc_work_progress(l->work, (unsigned)l->seen, 0, 0);
	if (l->member.refused) {
		*l->err = l->bad;
		return -1;
	}
	return doc_member_end(&l->member, &l->bad, l->err);
}

/* What an item is in a store that cannot be read to its end. */
static void
lose(struct lister *l)
{
	doc_work_reason(l->work, DOC_R_DAMAGED);
}

static int
walk(struct lister *l, libpff_item_t *item, struct doc_buf *path,
    unsigned depth)
{
	size_t begin = path->len;
	int count = 0, rc = 0;

	if (libpff_item_get_number_of_sub_items(item, &count, NULL) != 1)
		lose(l);
	for (int i = 0; i < count && rc == 0; i++, path->len = begin) {
		doc_autobuf struct doc_buf b = { 0 };
		autoitem libpff_item_t *below = NULL;
		uint32_t node = 0;

		if (libpff_item_get_sub_item(item, i, &below, NULL) != 1 ||
		    libpff_item_get_identifier(below, &node, NULL) != 1) {
			lose(l);
			continue;
		}
		if ((node & KIND) == KIND_MESSAGE) {
			rc = deliver(l, below, path);
		} else if ((node & KIND) != KIND_FOLDER) {
			continue;
		} else if (depth == DEPTH || begin > LONGEST) {
			doc_work_reason(l->work, DOC_R_DEPTH);
		} else {
			const char *name = string(below, P_NAME, HEADER_MAX,
			    &b);

			if (*name != '\0') {
				add_step(path, name);
				(void)!doc_buf_addc(path, '/');
			}
			rc = walk(l, below, path, depth + 1);
		}
	}
	return rc;
}

static int
walk_orphans(struct lister *l, libpff_file_t *file, struct doc_buf *path)
{
	int count = 0, rc = 0;

	(void)libpff_file_get_number_of_orphan_items(file, &count, NULL);
	for (int i = 0; i < count && rc == 0; i++) {
		autoitem libpff_item_t *item = NULL;
		uint32_t node = 0;

		path->len = 0;
		if (libpff_file_get_orphan_item_by_index(file, i, &item,
			NULL) == 1 &&
		    libpff_item_get_identifier(item, &node, NULL) == 1 &&
		    (node & KIND) == KIND_MESSAGE) {
			(void)!doc_buf_adds(path, "orphans/");
			rc = deliver(l, item, path);
		}
	}
	return rc;
}

static int
walk_all(struct lister *l, libpff_file_t *file)
{
	doc_autobuf struct doc_buf path = { 0 };
	autoitem libpff_item_t *root = NULL;
	int count = 0, rc;

	if (libpff_file_get_root_item(file, &root, NULL) != 1)
		return doc_error_set(l->err, DOC_E_DAMAGED,
		    "the store has no root");
	/* It opens what has lost its end, and finds nothing. */
	if (libpff_item_get_number_of_sub_items(root, &count, NULL) != 1 ||
	    count == 0)
		return doc_error_set(l->err, DOC_E_DAMAGED,
		    "the store has no folders");
	if (libpff_file_is_corrupted(file, NULL) != 0)
		lose(l);
	rc = walk(l, root, &path, 0);
	return rc == 0 ? walk_orphans(l, file, &path) : rc;
}

/* Shorter than its header says ([MS-PST] 2.2.2.5, 2.2.2.6)? */
static bool
is_cut(const struct doc_input *in)
{
	enum { VERSION = 10, UNICODE = 23, ANSI_END = 168, END = 184 };

	if (in->size < END + 8)
		return true;
	return in->size < (doc_le16(in->data + VERSION) >= UNICODE
				  ? doc_le64(in->data + END)
				  : doc_le32(in->data + ANSI_END));
}

static int
open_store(const struct doc_input *in, libbfio_handle_t **io,
    libpff_file_t **file, struct doc_error *err)
{
	if (libbfio_memory_range_initialize(io, NULL) != 1 ||
	    libbfio_memory_range_set(*io, (uint8_t *)(uintptr_t)in->data,
		in->size, NULL) != 1 ||
	    libpff_file_initialize(file, NULL) != 1)
		return doc_error_set(err, DOC_E_MEMORY, "store of mail");
	if (libpff_file_open_file_io_handle(*file, *io, LIBPFF_OPEN_READ,
		NULL) != 1)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "not a readable store of mail");
	return 0;
}

int
doc_pst_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct lister l = { .work = work, .err = err };
	libbfio_handle_t *io = NULL;
	libpff_file_t *file = NULL;
	int rc = doc_member_init(&l.member, work, err);

	if (rc == 0)
		rc = open_store(in, &io, &file, err);
	if (rc == 0) {
		if (is_cut(in))
			lose(&l);
		rc = walk_all(&l, file);
		doc_work_int(work, DOC_F_SEEN, l.seen);
		doc_work_int(work, DOC_F_REFUSED, l.refused + (rc < 0));
	}
	if (file != NULL)
		(void)libpff_file_free(&file, NULL);
	if (io != NULL)
		(void)libbfio_handle_free(&io, NULL);
	doc_member_release(&l.member);
	return rc;
}
