/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/uu.h"

/* A line has at most 45 bytes in both forms; other writers had longer ones. */
enum { LINE_BYTES = 256 };

struct span {
	const char *p, *end;
};

struct file {
	const char *name;
	size_t name_len;
	bool base64;
};

static struct span
next_line(struct span *s)
{
	const char *nl = memchr(s->p, '\n', (size_t)(s->end - s->p));
	struct span line = { s->p, nl ? nl : s->end };

	s->p = nl ? nl + 1 : s->end;
	if (line.end > line.p && line.end[-1] == '\r')
		line.end--;
	return line;
}

static bool
starts(const struct span *s, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, word, n) == 0;
}

/* "begin 644 name", "begin-base64 0644 name". */
static bool
is_begin(struct span line, struct file *f)
{
	unsigned digits = 0;

	f->base64 = starts(&line, "begin-base64 ");
	if (!f->base64 && !starts(&line, "begin "))
		return false;
	line.p += f->base64 ? 13 : 6;
	for (; line.p < line.end && *line.p >= '0' && *line.p <= '7'; line.p++)
		digits++;
	if (digits < 3 || digits > 6 || line.p == line.end || *line.p != ' ')
		return false;
	f->name = line.p + 1;
	f->name_len = (size_t)(line.end - f->name);
	return f->name_len > 0;
}

static int
of_base64(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static int
of_uu(char c)
{
	return c >= ' ' && c <= '`' ? (c - ' ') & 63 : -1;
}

/* Bytes of one line, -1: it is none.  Mail systems cut blanks at the end of a
 * line, which are zeros. */
static int
decode(const struct span *line, bool base64, char out[static LINE_BYTES])
{
	int (*of)(char) = base64 ? of_base64 : of_uu;
	const char *p = line->p + !base64;
	size_t digits = (size_t)(line->end - p), want, n = 0;
	unsigned bits = 0, have = 0;

	if (line->p == line->end)
		return -1;
	while (base64 && digits > 0 && p[digits - 1] == '=')
		digits--;
	want = base64 ? digits * 3 / 4 : (size_t)of_uu(*line->p);
	if (want >= LINE_BYTES || (!base64 && of_uu(*line->p) < 0) ||
	    digits > (want + 2) / 3 * 4 + 2)
		return -1;
	for (size_t i = 0; n < want; i++) {
		int v = i < digits ? of(p[i]) : 0;

		if (v < 0)
			return -1;
		bits = bits << 6 | (unsigned)v;
		have += 6;
		if (have >= 8)
			out[n++] = (char)(bits >> (have -= 8));
	}
	return (int)n;
}

static bool
is_end(const struct span *line, const struct file *f)
{
	if (f->base64)
		return starts(line, "====");
	return starts(line, "end") && line->end - line->p <= 4;
}

/* Move behind the next "begin" line that means it. */
static bool
find(const char *text, struct span *s, struct file *f)
{
	const char *b;

	while ((b = memmem(s->p, (size_t)(s->end - s->p), "begin", 5))) {
		struct span at = { b, s->end }, peek, line;
		char bytes[LINE_BYTES];

		s->p = b + 5;
		if ((b > text && b[-1] != '\n') || !is_begin(next_line(&at), f))
			continue;
		peek = at;
		line = next_line(&peek);
		if (decode(&line, f->base64, bytes) < 0)
			continue;
		s->p = at.p;
		return true;
	}
	s->p = s->end;
	return false;
}

bool
doc_uu_has(const char *p, size_t n)
{
	struct span s = { p, p + n };
	struct file f;

	return find(p, &s, &f);
}

/* What is cut short or damaged is delivered as far as it goes. */
static int
deliver(struct span *s, const struct file *f, struct doc_member *m,
    unsigned *refused, struct doc_error *err)
{
	struct doc_error bad = { 0 };
	char bytes[LINE_BYTES];

	doc_member_begin(m, f->name, f->name_len);
	for (;;) {
		struct span line = next_line(s);
		int n;

		if (is_end(&line, f))
			break;
		n = decode(&line, f->base64, bytes);
		if (n < 0 || (n == 0 && s->p == s->end)) {
			doc_error_set(&bad, DOC_E_DAMAGED,
			    "the encoded file has no end");
			break;
		}
		if (doc_member_write(m, bytes, (size_t)n, m->end, &bad) < 0)
			break;
	}
	*refused += bad.code != DOC_E_NONE;
	if (bad.code != DOC_E_NONE)
		doc_work_reason(m->work, doc_reason_of(bad.code));
	if (m->refused) {
		*err = bad;
		return -1;
	}
	return doc_member_end(m, &bad, err);
}

int
doc_uu_each(const char *p, size_t n, struct doc_member *m, unsigned *seen,
    unsigned *refused, struct doc_error *err)
{
	struct span s = { p, p + n };
	struct file f;

	while (find(p, &s, &f)) {
		++*seen;
		if (deliver(&s, &f, m, refused, err) < 0)
			return -1;
	}
	return 0;
}

int
doc_uu_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	unsigned seen = 0, refused = 0;
	struct doc_member m;
	int rc;

	if (doc_member_init(&m, work, err) < 0)
		return -1;
	rc = doc_uu_each(in->data, in->size, &m, &seen, &refused, err);
	doc_member_release(&m);
	doc_work_int(work, DOC_F_SEEN, seen);
	doc_work_int(work, DOC_F_REFUSED, refused + (rc < 0));
	return rc;
}
