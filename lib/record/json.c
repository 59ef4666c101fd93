/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/record/json.h"

struct scan {
	const char *p, *end;
	const char *why;
};

static int
fail(struct scan *s, const char *why)
{
	s->why = why;
	return -1;
}

static void
blanks(struct scan *s)
{
	while (s->p < s->end &&
	    (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
		s->p++;
}

/* A step of the scan.  Vectors are GNU C; gcc makes SSE or NEON of them. */
typedef int8_t chunk __attribute__((vector_size(16)));

/* How many bytes may be skipped: up to the first quote, backslash, control or
 * non-ASCII byte (which is below zero). */
static unsigned
plain_bytes(const char *p)
{
	uint64_t hit[2];
	chunk c;

	memcpy(&c, p, sizeof(c));
	c = (c == '"') | (c == '\\') | (c < 0x20);
	memcpy(hit, &c, sizeof(hit));
	if (hit[0] != 0)
		return (unsigned)__builtin_ctzll(le64toh(hit[0])) / 8;
	if (hit[1] != 0)
		return 8 + (unsigned)__builtin_ctzll(le64toh(hit[1])) / 8;
	return sizeof(c);
}

static int
hex4(struct scan *s)
{
	int v = 0;

	if (s->end - s->p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = *s->p++;

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

static int
escape(struct scan *s)
{
	int v;

	if (s->p == s->end)
		return fail(s, "unfinished escape");
	if (*s->p != 'u') {
		if (*s->p == '\0' || strchr("\"\\/bfnrt", *s->p) == NULL)
			return fail(s, "unknown escape");
		s->p++;
		return 0;
	}
	s->p++;
	v = hex4(s);
	if (v < 0 || (v >= 0xdc00 && v <= 0xdfff))
		return fail(s, "bad \\u escape");
	if (v < 0xd800 || v > 0xdbff)
		return 0;
	if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
		return fail(s, "half a surrogate pair");
	s->p += 2;
	v = hex4(s);
	return v >= 0xdc00 && v <= 0xdfff ? 0
					  : fail(s, "half a surrogate pair");
}

/* From behind the opening quote to behind the closing one. */
static int
string(struct scan *s)
{
	for (;;) {
		unsigned char c;
		size_t step;
		unsigned skip = sizeof(chunk);

		while (skip == sizeof(chunk) &&
		    s->end - s->p >= (ptrdiff_t)sizeof(chunk)) {
			skip = plain_bytes(s->p);
			s->p += skip;
		}
		if (s->p == s->end)
			return fail(s, "unfinished string");
		c = (unsigned char)*s->p;
		if (c == '"') {
			s->p++;
			return 0;
		}
		if (c == '\\') {
			s->p++;
			if (escape(s) < 0)
				return -1;
		} else if (c < 0x20) {
			return fail(s, "control character in a string");
		} else {
			step = doc_utf8_step(s->p, (size_t)(s->end - s->p));
			if (step == 0)
				return fail(s, "not UTF-8");
			s->p += step;
		}
	}
}

static bool
digit(const struct scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static int
digits(struct scan *s)
{
	if (!digit(s))
		return fail(s, "bad number");
	while (digit(s))
		s->p++;
	return 0;
}

static int
number(struct scan *s)
{
	if (*s->p == '-')
		s->p++;
	if (s->p < s->end && *s->p == '0')
		s->p++;
	else if (digits(s) < 0)
		return -1;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		if (digits(s) < 0)
			return -1;
	}
	if (s->p < s->end && (*s->p | 32) == 'e') {
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		return digits(s);
	}
	return 0;
}

static int
word(struct scan *s, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
		return fail(s, "not JSON");
	s->p += n;
	return 0;
}

static int value(struct scan *s, unsigned depth);

/* "key": and the blanks around it; *behind is where the key's quote closed. */
static int
key(struct scan *s, const char **behind)
{
	if (s->p == s->end || *s->p++ != '"')
		return fail(s, "a member needs a name");
	if (string(s) < 0)
		return -1;
	*behind = s->p;
	blanks(s);
	if (s->p == s->end || *s->p++ != ':')
		return fail(s, "a member needs a colon");
	blanks(s);
	return 0;
}

/* Inside { or [, up to and with the closing one. */
static int
container(struct scan *s, char close, unsigned depth)
{
	const char *behind;

	if (depth == DOC_JSON_DEPTH)
		return fail(s, "nested too deep");
	blanks(s);
	if (s->p < s->end && *s->p == close) {
		s->p++;
		return 0;
	}
	for (;;) {
		blanks(s);
		if (close == '}' && key(s, &behind) < 0)
			return -1;
		if (value(s, depth + 1) < 0)
			return -1;
		blanks(s);
		if (s->p == s->end)
			return fail(s, "unfinished");
		if (*s->p == close) {
			s->p++;
			return 0;
		}
		if (*s->p++ != ',')
			return fail(s, "a comma is missing");
	}
}

static int
value(struct scan *s, unsigned depth)
{
	blanks(s);
	if (s->p == s->end)
		return fail(s, "unfinished");
	switch (*s->p) {
	case '"':
		s->p++;
		return string(s);
	case '{':
		s->p++;
		return container(s, '}', depth);
	case '[':
		s->p++;
		return container(s, ']', depth);
	case 't':
		return word(s, "true");
	case 'f':
		return word(s, "false");
	case 'n':
		return word(s, "null");
	case '-':
	case '0' ... '9':
		return number(s);
	default:
		return fail(s, "not JSON");
	}
}

/* A code point as the bytes of its UTF-8 form, to compare with such. */
static uint32_t
packed(uint32_t r)
{
	if (r < 0x80)
		return r;
	if (r < 0x800)
		return (0xc0 | r >> 6) << 8 | (0x80 | (r & 0x3f));
	if (r < 0x10000)
		return (0xe0 | r >> 12) << 16 | (0x80 | (r >> 6 & 0x3f)) << 8 |
		    (0x80 | (r & 0x3f));
	return (0xf0 | r >> 18) << 24 | (0x80 | (r >> 12 & 0x3f)) << 16 |
	    (0x80 | (r >> 6 & 0x3f)) << 8 | (0x80 | (r & 0x3f));
}

/* The next character of a valid string, escapes resolved. */
static uint32_t
rune(struct scan *s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	unsigned char c = (unsigned char)*s->p;
	uint32_t r = 0;

	if (c != '\\') {
		for (size_t n = doc_utf8_step(s->p, (size_t)(s->end - s->p));
		     n > 0; n--)
			r = r << 8 | (unsigned char)*s->p++;
		return r;
	}
	s->p += 2;
	if (s->p[-1] != 'u')
		return (unsigned char)to[strchr(from, s->p[-1]) - from];
	r = (uint32_t)hex4(s);
	if (r >= 0xd800 && r <= 0xdbff) {
		s->p += 2;
		r = 0x10000 + ((r - 0xd800) << 10) + (uint32_t)hex4(s) - 0xdc00;
	}
	return packed(r);
}

bool
doc_json_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct scan s = { a, a + a_len, NULL }, t = { b, b + b_len, NULL };

	while (s.p < s.end && t.p < t.end)
		if (rune(&s) != rune(&t))
			return false;
	return s.p == s.end && t.p == t.end;
}

static bool
same_key(const char *line, const struct doc_json_member *a,
    const struct doc_json_member *b)
{
	if (a->escaped || b->escaped)
		return doc_json_same(line + a->key, a->key_len, line + b->key,
		    b->key_len);
	/* A line has some fifteen, and they differ in the first letter. */
	return a->key_len == b->key_len && line[a->key] == line[b->key] &&
	    memcmp(line + a->key, line + b->key, a->key_len) == 0;
}

static bool
twice(const char *line, const struct doc_json_member *m, int n)
{
	for (int i = 0; i < n; i++)
		if (same_key(line, &m[i], &m[n]))
			return true;
	return false;
}

static int
member(struct scan *s, const char *line, struct doc_json_member *m)
{
	const char *behind;

	blanks(s);
	m->start = (uint32_t)(s->p - line);
	m->key = m->start + 1;
	if (key(s, &behind) < 0)
		return -1;
	m->key_len = (uint32_t)(behind - line) - 1 - m->key;
	m->escaped = memchr(line + m->key, '\\', m->key_len) != NULL;
	m->value = (uint32_t)(s->p - line);
	if (value(s, 1) < 0)
		return -1;
	m->value_len = (uint32_t)(s->p - line) - m->value;
	return 0;
}

static int
members(struct scan *s, const char *line, struct doc_json_member *m)
{
	int n = 0;

	blanks(s);
	if (s->p == s->end || *s->p++ != '{')
		return fail(s, "not a JSON object");
	blanks(s);
	if (s->p < s->end && *s->p == '}') {
		s->p++;
		return 0;
	}
	for (;;) {
		if (n == DOC_JSON_MEMBERS)
			return fail(s, "too many members");
		if (member(s, line, &m[n]) < 0)
			return -1;
		if (twice(line, m, n))
			return fail(s, "the same member twice");
		n++;
		blanks(s);
		if (s->p == s->end)
			return fail(s, "unfinished");
		if (*s->p == '}') {
			s->p++;
			return n;
		}
		if (*s->p++ != ',')
			return fail(s, "a comma is missing");
	}
}

int
doc_json_index(const char *line, size_t len,
    struct doc_json_member m[static DOC_JSON_MEMBERS], const char **why,
    size_t *at)
{
	struct scan s = { line, line + len, NULL };
	int n = -1;

	if (len >= UINT32_MAX)
		s.why = "line too long";
	else
		n = members(&s, line, m);
	if (n >= 0) {
		blanks(&s);
		if (s.p != s.end)
			n = fail(&s, "something behind the object");
	}
	*why = s.why;
	*at = (size_t)(s.p - line);
	return n;
}
