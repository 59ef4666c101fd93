/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/html.h"
#include "lib/format/mail_body.h"
#include "lib/format/rtf.h"
#include "lib/format/survey.h"

struct line {
	const char *p;
	size_t n;
	size_t quotes;
	bool soft; /* goes on in the next line */
};

/* One line of flowed text: quote marks and stuffing taken off (RFC 3676,
 * section 4). */
static struct line
take_line(const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);
	struct line l = { .p = p, .n = nl ? (size_t)(nl - p) : n };

	l.n -= l.n > 0 && p[l.n - 1] == '\r';
	while (l.quotes < l.n && l.p[l.quotes] == '>')
		l.quotes++;
	l.p += l.quotes;
	l.n -= l.quotes;
	if (l.n > 0 && *l.p == ' ') {
		l.p++;
		l.n--;
	}
	/* "-- " begins a signature and is no soft break. */
	l.soft = l.n > 0 && l.p[l.n - 1] == ' ' &&
	    !(l.n == 3 && memcmp(l.p, "-- ", 3) == 0);
	return l;
}

static void
put_flowed(struct doc_text *text, const char *p, size_t n, bool delsp)
{
	struct line last = { 0 };
	const char *end = p + n, *nl;

	while (p < end) {
		struct line l = take_line(p, (size_t)(end - p));

		nl = memchr(p, '\n', (size_t)(end - p));
		if (last.p != NULL && !(last.soft && last.quotes == l.quotes))
			doc_text_puts(text, "\n");
		if (last.p == NULL || !last.soft || last.quotes != l.quotes) {
			for (size_t i = 0; i < l.quotes; i++)
				doc_text_puts(text, ">");
			if (l.quotes > 0)
				doc_text_puts(text, " ");
		}
		doc_text_put(text, l.p, l.n - (delsp && l.soft));
		last = l;
		p = nl ? nl + 1 : end;
	}
	doc_text_line(text);
}

int
doc_mail_body_put(const struct doc_mail_body *body, struct doc_text *text,
    struct doc_error *err)
{
	const char *label = body->charset ? body->charset : "";
	doc_autobuf struct doc_buf utf8 = { .max = SIZE_MAX };
	char name[DOC_CHARSET_NAME];
	struct doc_charset *cs;
	int rc;

	if (body->html)
		return doc_html_part(body->data, body->size, label, text, err);
	if (body->rtf)
		return doc_rtf_part(body->data, body->size, text, err);
	doc_survey_choose(label, body->data, body->size, name);
	cs = doc_charset_open(name);
	if (cs == NULL)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no converter for %s", name);
	rc = doc_charset_put(cs, body->data, body->size, true, &utf8);
	text->repairs += doc_charset_repairs(cs);
	doc_charset_free(cs);
	if (rc < 0)
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory to convert from %s", name);
	if (body->flowed)
		put_flowed(text, utf8.data, utf8.len, body->delsp);
	else
		doc_text_put(text, utf8.data, utf8.len);
	doc_text_line(text);
	return 0;
}
