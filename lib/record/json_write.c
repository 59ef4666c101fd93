/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/record/json.h"

void
doc_json_begin(struct doc_json *j, struct doc_buf *buf)
{
	*j = (struct doc_json){ .buf = buf };
}

static void
put(struct doc_json *j, const char *p, size_t n)
{
	if (doc_buf_add(j->buf, p, n) < 0)
		j->failed = true;
}

/* A quoted string: RFC 8259 section 7; nothing else needs escaping. */
static void
quoted(struct doc_json *j, const char *s, size_t n)
{
	size_t from = 0;

	put(j, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		char esc[8];
		int len;

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		put(j, s + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			len = snprintf(esc, sizeof(esc), "\\%c", c);
		else if (c == '\n' || c == '\t' || c == '\r')
			len = snprintf(esc, sizeof(esc), "\\%c",
			    c == '\n'	    ? 'n'
				: c == '\t' ? 't'
					    : 'r');
		else
			len = snprintf(esc, sizeof(esc), "\\u%04x", c);
		put(j, esc, (size_t)len);
	}
	put(j, s + from, n - from);
	put(j, "\"", 1);
}

static void
lead(struct doc_json *j, const char *key)
{
	if (j->comma)
		put(j, ",", 1);
	j->comma = true;
	if (key != NULL) {
		quoted(j, key, strlen(key));
		put(j, ":", 1);
	}
}

void
doc_json_open(struct doc_json *j, const char *key, char bracket)
{
	lead(j, key);
	put(j, &bracket, 1);
	j->comma = false;
}

void
doc_json_close(struct doc_json *j, char bracket)
{
	put(j, &bracket, 1);
	j->comma = true;
}

void
doc_json_strn(struct doc_json *j, const char *key, const char *s, size_t n)
{
	lead(j, key);
	quoted(j, s, n);
}

void
doc_json_str(struct doc_json *j, const char *key, const char *s)
{
	doc_json_strn(j, key, s, strlen(s));
}

void
doc_json_int(struct doc_json *j, const char *key, int64_t v)
{
	lead(j, key);
	if (doc_buf_addf(j->buf, "%jd", (intmax_t)v) < 0)
		j->failed = true;
}

void
doc_json_bool(struct doc_json *j, const char *key, bool v)
{
	lead(j, key);
	put(j, v ? "true" : "false", v ? 4 : 5);
}

void
doc_json_raw(struct doc_json *j, const char *key, const char *p, size_t n)
{
	lead(j, key);
	put(j, p, n);
}

void
doc_error_write(const struct doc_error *err, struct doc_json *j)
{
	if (err->code == DOC_E_NONE)
		return;
	doc_json_open(j, "error", '{');
	doc_json_str(j, "class", doc_class_name(doc_error_class(err->code)));
	doc_json_str(j, "code", doc_error_name(err->code));
	doc_json_str(j, "msg", err->msg);
	doc_json_close(j, '}');
}
