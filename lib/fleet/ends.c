/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/version.h"
#include "lib/cage/cage.h"
#include "lib/fleet/ends.h"

static const char *const counts[DOC_ENDS_COUNTS] = { "in", "out", "ok",
	"partial", "skipped", "error", "cached" };
enum { CACHED = 6 };

static struct doc_ends_stage *
find(struct doc_ends *e, const char *name)
{
	for (unsigned i = 0; i < e->n; i++)
		if (strcmp(e->at[i].name, name) == 0)
			return &e->at[i];
	if (e->n == DOC_ENDS_STAGES || strlen(name) >= sizeof(e->at[0].name))
		return NULL;
	strcpy(e->at[e->n].name, name);
	return &e->at[e->n++];
}

static int
set(struct doc_buf *b, const char *p, size_t n)
{
	b->len = 0;
	return doc_buf_add(b, p, n);
}

/* The lower the level and the more is missing, the weaker. */
static unsigned
weakness(const struct doc_value *sandbox)
{
	const char *level = doc_value_get_str(sandbox, "level");
	unsigned rank = 0;

	while (level != NULL && rank < DOC_LEVEL_COUNT &&
	    strcmp(doc_level_name((enum doc_level)rank), level) != 0)
		rank++;
	return (DOC_LEVEL_COUNT - rank) * 100 +
	    (unsigned)doc_value_count(doc_value_get(sandbox, "missing"));
}

int
doc_ends_add(struct doc_ends *e, const struct doc_record *rec,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf name = { 0 };
	doc_autovalue struct doc_value *sandbox = doc_record_value(rec,
	    "sandbox");
	const struct doc_json_member *cage = doc_record_find(rec, "sandbox");
	const struct doc_json_member *engine = doc_record_find(rec, "engine");
	struct doc_ends_stage *s = NULL;
	int rc = 0;

	if (doc_record_str(rec, "stage", &name) == 1 &&
	    doc_buf_str(&name) != NULL)
		s = find(e, name.data);
	if (s == NULL)
		return doc_error_set(err, DOC_E_STREAM,
		    "an end record of no known stage");
	for (unsigned i = 0; i < DOC_ENDS_COUNTS; i++)
		s->count[i] += (uint64_t)doc_record_int(rec, counts[i], 0);
	if (s->line.len == 0)
		rc = set(&s->line, rec->line, rec->len);
	if (rc == 0 && cage != NULL && weakness(sandbox) > s->weakness) {
		s->weakness = weakness(sandbox);
		rc = set(&s->sandbox, rec->line + cage->value, cage->value_len);
	}
	if (rc == 0 && engine != NULL && engine->value_len > s->engine.len)
		rc = set(&s->engine, rec->line + engine->value,
		    engine->value_len);
	return rc < 0 ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory") : 0;
}

static bool
is_count(const char *key)
{
	if (strcmp(key, "v") == 0 || strcmp(key, "type") == 0 ||
	    strcmp(key, "stage") == 0)
		return true;
	for (unsigned i = 0; i < CACHED; i++)
		if (strcmp(key, counts[i]) == 0)
			return true;
	return false;
}

/* As the ledger of one run writes it: counts, then what the stage said. */
static int
write_stage(const struct doc_ends_stage *s, struct doc_buf *out)
{
	struct doc_record rec;
	struct doc_error err = { 0 };
	struct doc_json j;

	if (doc_record_parse(&rec, s->line.data, s->line.len, &err) < 0)
		return -1;
	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", DOC_RECORD_VERSION);
	doc_json_str(&j, "type", "end");
	doc_json_str(&j, "stage", s->name);
	for (unsigned i = 0; i < CACHED; i++)
		doc_json_int(&j, counts[i], (int64_t)s->count[i]);
	for (int i = 0; i < rec.n; i++) {
		const struct doc_json_member *m = &rec.members[i];
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)m->key_len,
		    rec.line + m->key);
		if (m->escaped || is_count(key))
			continue;
		if (strcmp(key, "cached") == 0)
			doc_json_int(&j, key, (int64_t)s->count[CACHED]);
		else if (strcmp(key, "sandbox") == 0)
			doc_json_raw(&j, key, s->sandbox.data, s->sandbox.len);
		else if (strcmp(key, "engine") == 0)
			doc_json_raw(&j, key, s->engine.data, s->engine.len);
		else
			doc_json_raw(&j, key, rec.line + m->value,
			    m->value_len);
	}
	doc_json_close(&j, '}');
	return j.failed ? -1 : doc_buf_addc(out, '\n');
}

int
doc_ends_write(const struct doc_ends *e, struct doc_buf *out)
{
	for (unsigned i = 0; i < e->n; i++)
		if (write_stage(&e->at[i], out) < 0)
			return -1;
	return 0;
}

void
doc_ends_release(struct doc_ends *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		doc_buf_release(&e->at[i].line);
		doc_buf_release(&e->at[i].sandbox);
		doc_buf_release(&e->at[i].engine);
	}
}
