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

		if (m->escaped
			? doc_json_same(name, m->key_len, key, len)
			: m->key_len == len && memcmp(name, key, len) == 0)
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
doc_record_str(const struct doc_record *rec, const char *key,
    struct doc_buf *buf)
{
	const struct doc_json_member *m = doc_record_find(rec, key);
	doc_autovalue struct doc_value *v = NULL;
	const char *s;

	if (m == NULL || rec->line[m->value] != '"')
		return 0;
	/* Nearly always nothing is escaped and no tree is needed. */
	if (memchr(rec->line + m->value, '\\', m->value_len) == NULL)
		return doc_buf_add(buf, rec->line + m->value + 1,
			   m->value_len - 2) < 0
		    ? -1
		    : 1;
	v = doc_record_value(rec, key);
	if (v == NULL)
		return -1;
	s = doc_value_str(v);
	if (s == NULL)
		return 0;
	return doc_buf_adds(buf, s) < 0 ? -1 : 1;
}

int64_t
doc_record_int(const struct doc_record *rec, const char *key, int64_t or)
{
	doc_autovalue struct doc_value *v = doc_record_value(rec, key);

	return doc_value_int(v, or);
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
	if (rc < 0 || doc_buf_addf(out, "%s\"%s\":", empty ? "" : ",", key) < 0)
		return -1;
	if (doc_buf_add(out, json, json_len) < 0)
		return -1;
	return doc_buf_adds(out, "}\n");
}
