/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/record/json.h"
#include "lib/record/json_scan.h"

bool
doc_json_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct doc_scan s = { .p = a, .end = a + a_len };
	struct doc_scan t = { .p = b, .end = b + b_len };

	while (s.p < s.end && t.p < t.end)
		if (doc_scan_rune(&s) != doc_scan_rune(&t))
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
member(struct doc_scan *s, const char *line, struct doc_json_member *m)
{
	doc_scan_blanks(s);
	m->start = (uint32_t)(s->p - line);
	m->key = m->start + 1;
	if (doc_scan_key(s) < 0)
		return -1;
	m->key_len = s->key_len;
	m->escaped = memchr(line + m->key, '\\', m->key_len) != NULL;
	m->value = (uint32_t)(s->p - line);
	if (doc_scan_value(s, 1) < 0)
		return -1;
	m->value_len = (uint32_t)(s->p - line) - m->value;
	return 0;
}

static int
members(struct doc_scan *s, const char *line, struct doc_json_member *m)
{
	int n = 0;

	doc_scan_blanks(s);
	if (s->p == s->end || *s->p++ != '{')
		return doc_scan_fail(s, "not a JSON object");
	doc_scan_blanks(s);
	if (s->p < s->end && *s->p == '}') {
		s->p++;
		return 0;
	}
	for (;;) {
		if (n == DOC_JSON_MEMBERS)
			return doc_scan_fail(s, "too many members");
		if (member(s, line, &m[n]) < 0)
			return -1;
		if (twice(line, m, n))
			return doc_scan_fail(s, "the same member twice");
		n++;
		doc_scan_blanks(s);
		if (s->p == s->end)
			return doc_scan_fail(s, "unfinished");
		if (*s->p == '}') {
			s->p++;
			return n;
		}
		if (*s->p++ != ',')
			return doc_scan_fail(s, "a comma is missing");
	}
}

int
doc_json_index(const char *line, size_t len,
    struct doc_json_member m[static DOC_JSON_MEMBERS], const char **why,
    size_t *at)
{
	struct doc_scan s = { .p = line, .end = line + len };
	int n = -1;

	if (len >= UINT32_MAX)
		s.why = "line too long";
	else
		n = members(&s, line, m);
	if (n >= 0) {
		doc_scan_blanks(&s);
		if (s.p != s.end)
			n = doc_scan_fail(&s, "something behind the object");
	}
	*why = s.why;
	*at = (size_t)(s.p - line);
	return n;
}
