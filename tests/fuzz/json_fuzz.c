/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_fuzz - lines from strangers: the scanner, and appending to a record.
 *
 * What the index accepts is a tree, too, and its strings are UTF-8 again; what
 * a stage writes must be a record again, with its member once, and the others
 * as they were.
 */
#include <assert.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/record/path.h"
#include "lib/record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct doc_record rec, again;

static int
check_string(const char *key, const char *string, void *ctx)
{
	(void)ctx;
	assert(doc_utf8_valid(key, strlen(key)) == strlen(key));
	assert(string == NULL ||
	    doc_utf8_valid(string, strlen(string)) == strlen(string));
	return 0;
}

/* Every node is met once by walking, and an element by its number is the one
 * that the walk comes to. */
static size_t
check_tree(const struct doc_value *v)
{
	size_t i = 0, nodes = 1, n;
	const char *s = doc_value_strn(v, &n);

	assert(s == NULL || s[n] == '\0');
	(void)doc_value_int(v, 0);
	(void)doc_value_number(v, 0);
	doc_value_each (member, v) {
		if (i < 3 && doc_value_is_array(v))
			assert(doc_value_at(v, i) == member ||
			    doc_value_at(v, i) == NULL);
		i++;
		nodes += check_tree(member);
	}
	assert(!doc_value_is_array(v) || doc_value_count(v) == i);
	return nodes;
}

static void
check_index(const char *line, size_t len)
{
	struct doc_value *v;
	const char *why;
	size_t at;
	int n = doc_json_index(line, len, rec.members, &why, &at);

	assert(at <= len);
	assert((n < 0) == (why != NULL));
	if (n < 0)
		return;
	v = doc_value_parse(line, len);
	assert(v != NULL);
	assert(check_tree(v) <= len);
	assert(doc_value_strings(v, "", check_string, NULL) == 0);
	doc_value_free(v);
	for (int i = 0; i < n; i++) {
		const struct doc_json_member *m = &rec.members[i];

		assert(line[m->start] == '"');
		assert((size_t)m->value + m->value_len <= len);
		v = doc_value_parse(line + m->value, m->value_len);
		assert(v != NULL || strncmp(line + m->value, "null", 4) == 0);
		doc_value_free(v);
	}
}

static void
check_append(void)
{
	doc_autobuf struct doc_buf out = { 0 }, twice = { 0 }, path = { 0 };
	struct doc_error err = { 0 };
	bool had = doc_record_find(&rec, "text") != NULL;

	if (rec.n == DOC_JSON_MEMBERS && !had)
		return;
	assert(doc_record_append(&rec, "text", "{\"x\":[1]}", 9, &out) == 0);
	assert(out.data[out.len - 1] == '\n');
	assert(doc_record_parse(&again, out.data, out.len - 1, &err) == 0);
	assert(again.n == rec.n + !had);
	assert(again.type == rec.type);
	assert(again.members[again.n - 1].value_len == 9);
	/* A second time changes nothing but white space. */
	assert(
	    doc_record_append(&again, "text", "{\"x\":[1]}", 9, &twice) == 0);
	assert(twice.len <= out.len);
	(void)!doc_record_path(&rec, &path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doc_error err = { 0 };
	char *line = malloc(size ? size : 1);

	if (line == NULL)
		return 0;
	memcpy(line, data, size);
	check_index(line, size);
	if (doc_record_parse(&rec, line, size, &err) == 0)
		check_append();
	free(line);
	return 0;
}
