/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/record/json_scan.h"

int
doc_scan_fail(struct doc_scan *s, const char *why)
{
	s->why = why;
	return -1;
}

void
doc_scan_blanks(struct doc_scan *s)
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
hex4(struct doc_scan *s)
{
	int v = 0;

	if (s->end - s->p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = doc_hex_digit(*s->p++);

		if (digit < 0)
			return -1;
		v = v * 16 + digit;
	}
	return v;
}

static int
escape(struct doc_scan *s)
{
	int v;

	if (s->p == s->end)
		return doc_scan_fail(s, "unfinished escape");
	if (*s->p != 'u') {
		if (*s->p == '\0' || strchr("\"\\/bfnrt", *s->p) == NULL)
			return doc_scan_fail(s, "unknown escape");
		s->p++;
		return 0;
	}
	s->p++;
	v = hex4(s);
	if (v < 0 || (v >= 0xdc00 && v <= 0xdfff))
		return doc_scan_fail(s, "bad \\u escape");
	if (v < 0xd800 || v > 0xdbff)
		return 0;
	if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
		return doc_scan_fail(s, "half a surrogate pair");
	s->p += 2;
	v = hex4(s);
	return v >= 0xdc00 && v <= 0xdfff
	    ? 0
	    : doc_scan_fail(s, "half a surrogate pair");
}

/* From behind the opening quote to behind the closing one. */
static int
string(struct doc_scan *s)
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
			return doc_scan_fail(s, "unfinished string");
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
			return doc_scan_fail(s,
			    "control character in a string");
		} else {
			step = doc_utf8_step(s->p, (size_t)(s->end - s->p));
			if (step == 0)
				return doc_scan_fail(s, "not UTF-8");
			s->p += step;
		}
	}
}

static bool
digit(const struct doc_scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static int
digits(struct doc_scan *s)
{
	if (!digit(s))
		return doc_scan_fail(s, "bad number");
	while (digit(s))
		s->p++;
	return 0;
}

static int
number(struct doc_scan *s)
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
word(struct doc_scan *s, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
		return doc_scan_fail(s, "not JSON");
	s->p += n;
	return 0;
}

int
doc_scan_key(struct doc_scan *s)
{
	if (s->p == s->end || *s->p++ != '"')
		return doc_scan_fail(s, "a member needs a name");
	s->key = s->p;
	if (string(s) < 0)
		return -1;
	s->key_len = (uint32_t)(s->p - s->key) - 1;
	doc_scan_blanks(s);
	if (s->p == s->end || *s->p++ != ':')
		return doc_scan_fail(s, "a member needs a colon");
	doc_scan_blanks(s);
	return 0;
}

/* Inside { or [, up to and with the closing one. */
static int
container(struct doc_scan *s, char close, unsigned depth)
{
	if (depth == DOC_JSON_DEPTH)
		return doc_scan_fail(s, "nested too deep");
	doc_scan_blanks(s);
	if (s->p < s->end && *s->p == close) {
		s->p++;
		return 0;
	}
	for (;;) {
		doc_scan_blanks(s);
		s->key = NULL;
		s->key_len = 0;
		if (close == '}' && doc_scan_key(s) < 0)
			return -1;
		if (doc_scan_value(s, depth + 1) < 0)
			return -1;
		doc_scan_blanks(s);
		if (s->p == s->end)
			return doc_scan_fail(s, "unfinished");
		if (*s->p == close) {
			s->p++;
			return 0;
		}
		if (*s->p++ != ',')
			return doc_scan_fail(s, "a comma is missing");
	}
}

static int
any(struct doc_scan *s, unsigned depth)
{
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
		return doc_scan_fail(s, "not JSON");
	}
}

int
doc_scan_value(struct doc_scan *s, unsigned depth)
{
	size_t at = s->values++;
	struct doc_value *v = s->nodes ? &s->nodes[at] : NULL;

	doc_scan_blanks(s);
	if (s->p == s->end)
		return doc_scan_fail(s, "unfinished");
	if (v != NULL)
		*v = (struct doc_value){ .text = s->p,
			.key = s->key,
			.key_len = s->key_len };
	if (any(s, depth) < 0)
		return -1;
	if (v != NULL) {
		v->len = (uint32_t)(s->p - v->text);
		v->span = (uint32_t)(s->values - at);
	}
	return 0;
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

uint32_t
doc_scan_rune(struct doc_scan *s)
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
