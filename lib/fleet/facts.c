/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/fleet/facts.h"
#include "lib/record/json.h"
#include "lib/record/value.h"

enum { FACTS_MAX = 1 << 20 };

int
doc_facts_add(struct doc_facts *f, const char *line, size_t len)
{
	return doc_buf_add(&f->text, line, len) < 0
	    ? -1
	    : doc_buf_addc(&f->text, '\n');
}

void
doc_facts_release(struct doc_facts *f)
{
	doc_buf_release(&f->text);
}

/* The next line of the text; NULL behind the last. */
static const char *
next_line(const struct doc_buf *text, size_t *at, size_t *len)
{
	const char *line = text->data + *at, *nl;

	if (*at >= text->len)
		return NULL;
	nl = memchr(line, '\n', text->len - *at);
	*len = nl ? (size_t)(nl - line) : text->len - *at;
	*at += *len + 1;
	return line;
}

/* What the stage of that name says; NULL: nothing. */
static struct doc_value *
find_stage(const struct doc_facts *f, const char *stage)
{
	const char *line;
	size_t at = 0, len;

	while ((line = next_line(&f->text, &at, &len)) != NULL) {
		struct doc_value *v = doc_value_parse(line, len);
		const char *name = doc_value_get_str(v, "stage");

		if (name != NULL && strcmp(name, stage) == 0)
			return v;
		doc_value_free(v);
	}
	return NULL;
}

static bool
differs(const char *stage, const char *key, const char *a, const char *b,
    char what[static 240])
{
	if (a == NULL || b == NULL || strcmp(a, b) == 0)
		return false;
	snprintf(what, 240, "%.30s has %.30s '%.60s', not '%.60s'", stage, key,
	    b, a);
	return true;
}

/* Each string of "engine" of the line, against that of the other. */
static bool
engine_differs(const char *stage, const char *line, size_t len,
    const struct doc_value *mine, const struct doc_value *other,
    char what[static 240])
{
	struct doc_json_member top[DOC_JSON_MEMBERS], m[DOC_JSON_MEMBERS];
	const char *why, *engine = NULL;
	size_t at, engine_len = 0;
	int n = doc_json_index(line, len, top, &why, &at);

	for (int i = 0; i < n; i++)
		if (top[i].key_len == 6 &&
		    memcmp(line + top[i].key, "engine", 6) == 0) {
			engine = line + top[i].value;
			engine_len = top[i].value_len;
		}
	n = engine ? doc_json_index(engine, engine_len, m, &why, &at) : 0;
	for (int i = 0; i < n; i++) {
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)m[i].key_len,
		    engine + m[i].key);
		if (differs(stage, key,
			doc_value_get_str(doc_value_get(mine, "engine"), key),
			doc_value_get_str(doc_value_get(other, "engine"), key),
			what))
			return true;
	}
	return false;
}

bool
doc_facts_agree(const struct doc_facts *a, const struct doc_facts *b,
    char what[static 240])
{
	const char *line;
	size_t at = 0, len;

	while ((line = next_line(&a->text, &at, &len)) != NULL) {
		doc_autovalue struct doc_value *mine = doc_value_parse(line,
		    len);
		const char *stage = doc_value_get_str(mine, "stage");
		doc_autovalue struct doc_value *other = stage
		    ? find_stage(b, stage)
		    : NULL;

		if (other == NULL) {
			snprintf(what, 240, "%.30s does not run",
			    stage ? stage : "a stage");
			return false;
		}
		if (differs(stage, "version",
			doc_value_get_str(mine, "version"),
			doc_value_get_str(other, "version"), what) ||
		    engine_differs(stage, line, len, mine, other, what))
			return false;
	}
	return true;
}

int
doc_facts_write(const struct doc_facts *f, const char *dir,
    struct doc_error *err)
{
	doc_autoclose int fd = -1;
	char path[4200];

	snprintf(path, sizeof(path), "%s/facts", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0 || doc_write_full(fd, f->text.data, f->text.len) < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	return 0;
}

int
doc_facts_read(struct doc_facts *f, const char *dir, struct doc_error *err)
{
	doc_autoclose int fd = -1;
	char path[4200];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/facts", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	f->text.len = 0;
	if (fd < 0 || doc_buf_reserve(&f->text, FACTS_MAX) < 0 ||
	    (n = doc_read_full(fd, f->text.data, FACTS_MAX)) < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	f->text.len = (size_t)n;
	return 0;
}
