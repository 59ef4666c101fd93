/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/starved.h"
#include "lib/base/version.h"
#include "lib/record/record.h"

const struct doc_json_member *
doc_record_find(const struct doc_record *rec, const char *key)
{
	size_t len = strlen(key);

	for (int i = 0; i < rec->n; i++) {
		const struct doc_json_member *m = &rec->members[i];
		const char *name = rec->line + m->key;

		if (m->escaped ? doc_json_same(name, m->key_len, key, len)
			       : m->key_len == len && name[0] == key[0] &&
			    memcmp(name, key, len) == 0)
			return m;
	}
	return NULL;
}

static bool
is(const struct doc_record *rec, const char *key, const char *json)
{
	const struct doc_json_member *m = doc_record_find(rec, key);

	return m != NULL && m->value_len == strlen(json) &&
	    memcmp(rec->line + m->value, json, m->value_len) == 0;
}

static bool
is_string(const struct doc_record *rec, const char *key)
{
	const struct doc_json_member *m = doc_record_find(rec, key);

	return m != NULL && rec->line[m->value] == '"';
}

/* Of a member that is a string. */
static bool
says(const struct doc_record *rec, const char *key, const char *word)
{
	const struct doc_json_member *m = doc_record_find(rec, key);

	return doc_json_same(rec->line + m->value + 1, m->value_len - 2, word,
	    strlen(word));
}

int
doc_record_parse(struct doc_record *rec, const char *line, size_t len,
    struct doc_error *err)
{
	const char *why;
	size_t at;

	rec->line = line;
	rec->len = len;
	rec->n = doc_json_index(line, len, rec->members, &why, &at);
	if (rec->n < 0)
		return doc_error_set(err, DOC_E_STREAM,
		    "not a record: %s at byte %zu", why, at + 1);
	if (!is(rec, "v", "1"))
		return doc_error_set(err, DOC_E_STREAM,
		    "not a record of version %d: no \"v\":%d",
		    DOC_RECORD_VERSION, DOC_RECORD_VERSION);
	if (!is_string(rec, "type"))
		return doc_error_set(err, DOC_E_STREAM,
		    "not a record: no \"type\"");
	rec->type = says(rec, "type", "doc") ? DOC_TYPE_DOC
	    : says(rec, "type", "end")	     ? DOC_TYPE_END
					     : DOC_TYPE_OTHER;
	if (rec->type == DOC_TYPE_DOC &&
	    (!is_string(rec, "path") || !is_string(rec, "id")))
		return doc_error_set(err, DOC_E_STREAM,
		    "a document without \"path\" or \"id\"");
	return 0;
}

struct doc_value *
doc_record_value(const struct doc_record *rec, const char *key)
{
	const struct doc_json_member *m = doc_record_find(rec, key);
	struct doc_value *v;

	if (m == NULL || rec->line[m->value] == 'n') /* null */
		return NULL;
	v = doc_value_parse(rec->line + m->value, m->value_len);
	/* The line is known to be good JSON. */
	if (v == NULL)
		doc_starved_note();
	return v;
}

int
doc_record_plain(const struct doc_record *rec, const char *key, const char **s,
    size_t *n)
{
	const struct doc_json_member *m = doc_record_find(rec, key);

	if (m == NULL || rec->line[m->value] != '"')
		return 0;
	if (memchr(rec->line + m->value, '\\', m->value_len) != NULL)
		return -1;
	*s = rec->line + m->value + 1;
	*n = m->value_len - 2;
	return 1;
}

int
doc_record_str(const struct doc_record *rec, const char *key,
    struct doc_buf *buf)
{
	doc_autovalue struct doc_value *v = NULL;
	const char *s;
	size_t n;
	int rc = doc_record_plain(rec, key, &s, &n);

	/* Nearly always nothing is escaped and no tree is needed. */
	if (rc > 0)
		return doc_buf_add(buf, s, n) < 0 ? -1 : 1;
	if (rc == 0)
		return 0;
	v = doc_record_value(rec, key);
	if (v == NULL)
		return -1;
	s = doc_value_str(v);
	if (s == NULL)
		return 0;
	return doc_buf_adds(buf, s) < 0 ? -1 : 1;
}

/* Nearly always a few digits, and no tree is needed. */
static bool
few_digits(const char *p, size_t n, int64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*v = *v * 10 + (p[i] - '0');
	}
	return true;
}

int64_t
doc_record_int(const struct doc_record *rec, const char *key, int64_t or)
{
	const struct doc_json_member *m = doc_record_find(rec, key);
	doc_autovalue struct doc_value *v = NULL;
	int64_t n;

	if (m == NULL)
		return or ;
	if (m->value_len <= 18 &&
	    few_digits(rec->line + m->value, m->value_len, &n))
		return n;
	v = doc_record_value(rec, key);
	return doc_value_int(v, or);
}

int
doc_record_inside(const struct doc_record *rec, const char *key,
    struct doc_record *in)
{
	const struct doc_json_member *m = doc_record_find(rec, key);
	const char *why;
	size_t at;

	in->n = 0;
	if (m == NULL || rec->line[m->value] != '{')
		return 0;
	in->line = rec->line + m->value;
	in->len = m->value_len;
	in->type = DOC_TYPE_OTHER;
	in->n = doc_json_index(in->line, in->len, in->members, &why, &at);
	return in->n < 0 ? -1 : 1;
}

bool
doc_record_says(const struct doc_record *rec, const char *key,
    const char *inner, const char *word)
{
	doc_autovalue struct doc_value *v = NULL;
	struct doc_record in;
	const char *s;
	int rc = doc_record_inside(rec, key, &in);

	if (rc >= 0)
		return rc > 0 && is_string(&in, inner) &&
		    says(&in, inner, word);
	v = doc_record_value(rec, key);
	s = doc_value_get_str(v, inner);
	return s != NULL && strcmp(s, word) == 0;
}

/* The line without member m: it takes the comma before it with it, or, when
 * first, the one behind it. */
static int
copy_without(const struct doc_record *rec, const struct doc_json_member *m,
    size_t end, struct doc_buf *out)
{
	size_t from = m->start, to = m->value + m->value_len;

	if (m != rec->members)
		while (rec->line[from] != ',')
			from--;
	else if (rec->n > 1)
		to = (size_t)(strchr(rec->line + to, ',') - rec->line) + 1;
	if (doc_buf_add(out, rec->line, from) < 0)
		return -1;
	return doc_buf_add(out, rec->line + to, end - to);
}

int
doc_record_append(const struct doc_record *rec, const char *key,
    const char *json, size_t json_len, struct doc_buf *out)
{
	const struct doc_json_member *old;
	size_t end = rec->len;
	bool empty;
	int rc;

	if (json == NULL)
		return doc_buf_add(out, rec->line, rec->len) < 0
		    ? -1
		    : doc_buf_addc(out, '\n');
	old = doc_record_find(rec, key);
	empty = rec->n - (old != NULL) == 0;
	while (rec->line[end - 1] != '}')
		end--;
	end--;
	rc = old ? copy_without(rec, old, end, out)
		 : doc_buf_add(out, rec->line, end);
	if (rc < 0 || doc_buf_adds(out, empty ? "\"" : ",\"") < 0 ||
	    doc_buf_adds(out, key) < 0 || doc_buf_add(out, "\":", 2) < 0 ||
	    doc_buf_add(out, json, json_len) < 0)
		return -1;
	return doc_buf_add(out, "}\n", 2);
}
