/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/base/starved.h"
#include "lib/record/json_scan.h"
#include "lib/record/value.h"

/* One block: the values in the order of the text, the first is the root, and
 * behind them a copy of the text, which strings are resolved in. */

static int
scan(struct doc_scan *s, const char *p, size_t n)
{
	s->p = p;
	s->end = p + n;
	s->values = 0;
	s->key = NULL;
	s->key_len = 0;
	if (doc_scan_value(s, 0) < 0)
		return -1;
	doc_scan_blanks(s);
	return s->p == s->end ? 0 : -1;
}

/* A string without its quotes, in its own place and a NUL behind it: escapes
 * are longer than what they stand for.  Returns its length. */
static uint32_t
resolve(char *p, uint32_t n)
{
	struct doc_scan s = { .p = p, .end = p + n };
	char *to = p;

	if (memchr(p, '\\', n) == NULL)
		to = p + n;
	else
		while (s.p < s.end) {
			uint32_t r = doc_scan_rune(&s);

			for (int shift = 24; shift >= 0; shift -= 8)
				if (shift == 0 || r >> shift != 0)
					*to++ = (char)(r >> shift);
		}
	*to = '\0';
	return (uint32_t)(to - p);
}

/* The copy is ours to change. */
static void
resolve_all(struct doc_value *nodes, size_t n, char *text)
{
	for (struct doc_value *v = nodes; v < nodes + n; v++) {
		if (v->key != NULL)
			v->key_len = resolve(text + (v->key - text),
			    v->key_len);
		/* The quote before it stays, and tells the type. */
		if (*v->text == '"')
			v->len = resolve(text + (v->text - text) + 1,
			    v->len - 2);
	}
}

struct doc_value *
doc_value_parse(const char *p, size_t n)
{
	struct doc_scan s = { 0 };
	struct doc_value *nodes;
	char *text;
	size_t values;

	if (n >= UINT32_MAX || scan(&s, p, n) < 0)
		return NULL;
	values = s.values;
	nodes = malloc(values * sizeof(*nodes) + n + 1);
	if (nodes == NULL) {
		doc_starved_note();
		return NULL;
	}
	text = (char *)(nodes + values);
	memcpy(text, p, n);
	text[n] = '\0';
	s.nodes = nodes;
	(void)scan(&s, text, n);
	resolve_all(nodes, values, text);
	if (*nodes->text == 'n') {
		free(nodes);
		return NULL;
	}
	return nodes;
}

void
doc_value_free(struct doc_value *root)
{
	free(root);
}

static bool
is(const struct doc_value *v, char first)
{
	return v != NULL && *v->text == first;
}

/* null is as good as nothing. */
static const struct doc_value *
known(const struct doc_value *v)
{
	return is(v, 'n') ? NULL : v;
}

const struct doc_value *
doc_value_next(const struct doc_value *list, const struct doc_value *v)
{
	if (!is(list, '[') && !is(list, '{'))
		return NULL;
	v = v ? v + v->span : list + 1;
	return v < list + list->span ? v : NULL;
}

const struct doc_value *
doc_value_get(const struct doc_value *v, const char *key)
{
	const struct doc_value *found = NULL;
	size_t n = strlen(key);

	if (!is(v, '{'))
		return NULL;
	doc_value_each (member, v)
		if (member->key_len == n && memcmp(member->key, key, n) == 0)
			found = member;
	return known(found);
}

const struct doc_value *
doc_value_at(const struct doc_value *v, size_t i)
{
	if (!is(v, '['))
		return NULL;
	doc_value_each (element, v)
		if (i-- == 0)
			return known(element);
	return NULL;
}

size_t
doc_value_count(const struct doc_value *v)
{
	size_t n = 0;

	if (is(v, '['))
		doc_value_each (element, v)
			n += element != NULL;
	return n;
}

bool
doc_value_is_array(const struct doc_value *v)
{
	return is(v, '[');
}

const char *
doc_value_strn(const struct doc_value *v, size_t *n)
{
	if (!is(v, '"'))
		return NULL;
	*n = v->len;
	return v->text + 1;
}

const char *
doc_value_str(const struct doc_value *v)
{
	size_t n;
	const char *s = doc_value_strn(v, &n);

	return s != NULL && strlen(s) == n ? s : NULL;
}

static bool
is_number(const struct doc_value *v)
{
	return v != NULL &&
	    (*v->text == '-' || (*v->text >= '0' && *v->text <= '9'));
}

/* The number ends where the text goes on with something else. */
int64_t
doc_value_int(const struct doc_value *v, int64_t or)
{
	char *end;
	long long n;

	if (!is_number(v))
		return or ;
	n = strtoll(v->text, &end, 10);
	return end == v->text + v->len ? n : or ;
}

double
doc_value_number(const struct doc_value *v, double or)
{
	return is_number(v) ? strtod(v->text, NULL) : or ;
}

int
doc_value_strings(const struct doc_value *v, const char *key,
    int (*visit)(const char *key, const char *string, void *ctx), void *ctx)
{
	int rc = 0;

	if (is(v, '"'))
		return visit(key, doc_value_str(v), ctx);
	doc_value_each (member, v) {
		rc = doc_value_strings(member, member->key ? member->key : key,
		    visit, ctx);
		if (rc != 0)
			break;
	}
	return rc;
}
