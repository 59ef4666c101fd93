/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/base64.h"
#include "lib/base/utf8.h"
#include "lib/format/mail_write.h"

enum {
	FULL = 32768,
	WORD = 42 /* bytes of an encoded word: 75 characters in all */
};

static void
flush(struct doc_mail_writer *w)
{
	if (w->err->code == DOC_E_NONE && w->buf.len > 0)
		(void)!doc_member_write(w->member, w->buf.data, w->buf.len,
		    w->member->end, w->err);
	w->buf.len = 0;
}

void
doc_mail_put(struct doc_mail_writer *w, const char *p, size_t n)
{
	if (w->err->code != DOC_E_NONE)
		return;
	if (doc_buf_add(&w->buf, p, n) < 0)
		(void)doc_error_set(w->err, DOC_E_MEMORY, "mail");
	else if (w->buf.len >= FULL)
		flush(w);
}

void
doc_mail_puts(struct doc_mail_writer *w, const char *s)
{
	doc_mail_put(w, s, strlen(s));
}

/* Printable, and not what would be taken for an encoded word. */
static bool
is_plain(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return false;
	return strstr(s, "=?") == NULL && strlen(s) < 900;
}

static void
put_word(struct doc_mail_writer *w, const char *p, size_t n)
{
	doc_autobuf struct doc_buf code = { 0 };

	if (doc_base64_encode(&code, p, n) < 0)
		return;
	doc_mail_puts(w, " =?UTF-8?B?");
	doc_mail_put(w, code.data, code.len);
	doc_mail_puts(w, "?=\r\n");
}

void
doc_mail_header(struct doc_mail_writer *w, const char *name, const char *value)
{
	size_t left = strlen(value);

	if (left == 0)
		return;
	doc_mail_puts(w, name);
	doc_mail_puts(w, ":");
	if (is_plain(value)) {
		doc_mail_puts(w, " ");
		doc_mail_puts(w, value);
		doc_mail_puts(w, "\r\n");
		return;
	}
	while (left > 0) {
		size_t n = 0, step = 1;

		while (n < left && n + step <= WORD) {
			n += step;
			step = DOC_MAX(doc_utf8_step(value + n, left - n),
			    (size_t)1);
		}
		put_word(w, value, n);
		value += n;
		left -= n;
	}
}

void
doc_mail_date(struct doc_mail_writer *w, int64_t when)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)when;
	struct tm tm;
	char s[64];

	if (gmtime_r(&t, &tm) == NULL)
		return;
	(void)snprintf(s, sizeof(s), "%.3s, %d %.3s %04d %02d:%02d:%02d +0000",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	doc_mail_header(w, "Date", s);
}

void
doc_mail_filename(struct doc_mail_writer *w, const char *name)
{
	char hex[4];

	doc_mail_puts(w, ";\r\n filename*=UTF-8''");
	for (; *name != '\0'; name++) {
		if ((*name >= '0' && *name <= '9') ||
		    (*name >= 'A' && *name <= 'Z') ||
		    (*name >= 'a' && *name <= 'z') || *name == '.' ||
		    *name == '-' || *name == '_') {
			doc_mail_put(w, name, 1);
			continue;
		}
		(void)snprintf(hex, sizeof(hex), "%%%02X",
		    (unsigned char)*name);
		doc_mail_put(w, hex, 3);
	}
	doc_mail_puts(w, "\r\n");
}

static void
put_line(struct doc_mail_writer *w)
{
	doc_autobuf struct doc_buf code = { 0 };

	if (w->held == 0 || doc_base64_encode(&code, w->line, w->held) < 0)
		return;
	doc_mail_put(w, code.data, code.len);
	doc_mail_puts(w, "\r\n");
	w->held = 0;
}

void
doc_mail_code(struct doc_mail_writer *w, const char *p, size_t n)
{
	while (n > 0) {
		size_t some = DOC_MIN(n, DOC_MAIL_LINE - w->held);

		memcpy(w->line + w->held, p, some);
		w->held += some;
		p += some;
		n -= some;
		if (w->held == DOC_MAIL_LINE)
			put_line(w);
	}
}

void
doc_mail_code_end(struct doc_mail_writer *w)
{
	put_line(w);
	doc_mail_puts(w, "\r\n");
}

int
doc_mail_finish(struct doc_mail_writer *w)
{
	flush(w);
	doc_buf_release(&w->buf);
	return w->err->code == DOC_E_NONE ? 0 : -1;
}
