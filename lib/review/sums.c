/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/units.h"
#include "lib/base/utf8.h"
#include "lib/review/finding.h"
#include "lib/review/sums.h"
#include "lib/stage/end.h"

static struct doc_sum *
find(struct doc_sum_table *t, const char *name)
{
	/* The last first: records of a kind stand together. */
	for (unsigned i = t->n; i-- > 0;)
		if (strcmp(t->at[i].name, name) == 0)
			return &t->at[i];
	return NULL;
}

static int
count(struct doc_sum_table *t, const char *name, uint64_t bytes)
{
	struct doc_sum *s = find(t, name);

	if (s == NULL && t->n >= DOC_SUMS_NAMES)
		s = find(t, name = "other");
	if (s == NULL && t->n == t->room) {
		unsigned room = t->room ? t->room * 2 : 16;
		struct doc_sum *more = realloc(t->at, room * sizeof(*more));

		if (more == NULL)
			return -1;
		t->at = more;
		t->room = room;
	}
	if (s == NULL) {
		s = &t->at[t->n++];
		*s = (struct doc_sum){ 0 };
		snprintf(s->name, sizeof(s->name), "%s", name);
	}
	s->count++;
	s->bytes += bytes;
	return 0;
}

/* A string of the record as a name for people. */
static int
count_string(struct doc_sum_table *t, const struct doc_record *rec,
    const char *key, uint64_t bytes)
{
	doc_autobuf struct doc_buf raw = { 0 }, b = { 0 };

	if (doc_record_str(rec, key, &raw) < 0 ||
	    doc_utf8_printable(&b, raw.data ? raw.data : "", raw.len) < 0 ||
	    doc_buf_str(&b) == NULL)
		return -1;
	return count(t, b.len > 0 ? b.data : "-", bytes);
}

static int
count_stage(struct doc_sums *s, const struct doc_record *rec,
    const struct doc_json_member *m)
{
	doc_autovalue struct doc_value *v = NULL;
	const char *status, *verdict;
	char name[64];

	if (rec->line[m->value] != '{')
		return 0;
	v = doc_value_parse(rec->line + m->value, m->value_len);
	if (v == NULL)
		return -1;
	status = doc_value_get_str(v, "status");
	verdict = doc_value_get_str(v, "verdict");
	if (doc_status_find(status) >= 0) {
		snprintf(name, sizeof(name), "%.*s %s",
		    (int)DOC_MIN(m->key_len, 32U), rec->line + m->key, status);
		if (count(&s->stages, name, 0) < 0)
			return -1;
	}
	/* A stage's word; one's own could say anything. */
	return verdict && strlen(verdict) < 16 &&
		strspn(verdict, "abcdefghijklmnopqrstuvwxyz") == strlen(verdict)
	    ? count(&s->verdicts, verdict, 0)
	    : 0;
}

static int
count_document(struct doc_sums *s, const struct doc_record *rec)
{
	uint64_t bytes = (uint64_t)doc_record_int(rec, "size", 0);
	struct doc_findings found;
	struct doc_rule rule;
	int rc = 0;

	s->documents++;
	s->bytes += bytes;
	if (doc_record_find(rec, "parent") != NULL) {
		s->members++;
		s->member_bytes += bytes;
	}
	for (int i = 0; rc == 0 && i < rec->n; i++)
		rc = count_stage(s, rec, &rec->members[i]);
	if (rc < 0 || doc_findings_of(rec, &found) < 0)
		return -1;
	for (unsigned i = 0; rc == 0 && i < found.n; i++) {
		doc_rule_get(found.at[i].rule, &rule);
		rc = count(&s->found, rule.name, bytes);
	}
	s->gates |= found.gates;
	if (rc < 0 || count_string(&s->media, rec, "media", bytes) < 0)
		return -1;
	return count_string(&s->tenants, rec, "tenant", bytes);
}

/* The most first, then by name: the same whatever the order they came in. */
static int
by_count(const void *a, const void *b)
{
	const struct doc_sum *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->name, y->name);
}

int
doc_sums_make(struct doc_sums *s, struct doc_records *r, struct doc_error *err)
{
	struct doc_sum_table *tables[] = { &s->verdicts, &s->found, &s->media,
		&s->tenants };
	int rc;

	*s = (struct doc_sums){ 0 };
	if (doc_records_rewind(r, err) < 0)
		return -1;
	while ((rc = doc_records_next(r, err)) > 0)
		if (r->rec.type == DOC_TYPE_DOC &&
		    count_document(s, &r->rec) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	s->complete = r->complete;
	for (size_t i = 0; i < DOC_LEN(tables); i++)
		if (tables[i]->n > 0)
			qsort(tables[i]->at, tables[i]->n,
			    sizeof(struct doc_sum), by_count);
	return rc;
}

void
doc_sums_release(struct doc_sums *s)
{
	free(doc_steal(&s->stages.at));
	free(doc_steal(&s->verdicts.at));
	free(doc_steal(&s->found.at));
	free(doc_steal(&s->media.at));
	free(doc_steal(&s->tenants.at));
}

/* Stages in the order they ran, each with its statuses: fn for each. */
static void
each_stage(const struct doc_sums *s,
    void (*fn)(const char *stage, const uint64_t count[DOC_STATUS_COUNT],
	void *ctx),
    void *ctx)
{
	for (unsigned i = 0; i < s->stages.n; i++) {
		uint64_t sum[DOC_STATUS_COUNT] = { 0 };
		const char *name = s->stages.at[i].name;
		size_t n = strcspn(name, " ") + 1;
		char stage[64];
		bool first = true;

		for (unsigned k = 0; k < s->stages.n; k++) {
			const struct doc_sum *it = &s->stages.at[k];
			int status;

			if (strncmp(it->name, name, n) != 0)
				continue;
			first = first && k >= i;
			status = doc_status_find(it->name + n);
			if (status >= 0)
				sum[status] = it->count;
		}
		snprintf(stage, sizeof(stage), "%.*s", (int)n - 1, name);
		if (first)
			fn(stage, sum, ctx);
	}
}

static void
stage_json(const char *stage, const uint64_t count[DOC_STATUS_COUNT], void *ctx)
{
	struct doc_json *j = ctx;

	doc_json_open(j, stage, '{');
	doc_status_counts(j, count);
	doc_json_close(j, '}');
}

static void
table_json(struct doc_json *j, const char *key, const struct doc_sum_table *t)
{
	doc_json_open(j, key, '{');
	for (unsigned i = 0; i < t->n; i++)
		doc_json_int(j, t->at[i].name, (int64_t)t->at[i].count);
	doc_json_close(j, '}');
}

int
doc_sums_json(const struct doc_sums *s, struct doc_buf *out)
{
	struct doc_json j;

	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "summary");
	doc_json_bool(&j, "complete", s->complete);
	doc_json_int(&j, "documents", (int64_t)s->documents);
	doc_json_int(&j, "members", (int64_t)s->members);
	doc_json_int(&j, "bytes", (int64_t)s->bytes);
	doc_json_int(&j, "member_bytes", (int64_t)s->member_bytes);
	doc_json_open(&j, "stages", '{');
	each_stage(s, stage_json, &j);
	doc_json_close(&j, '}');
	table_json(&j, "verdicts", &s->verdicts);
	table_json(&j, "found", &s->found);
	table_json(&j, "media", &s->media);
	table_json(&j, "tenants", &s->tenants);
	doc_json_close(&j, '}');
	return j.failed ? -1 : doc_buf_addc(out, '\n');
}

static void
stage_text(const char *stage, const uint64_t count[DOC_STATUS_COUNT], void *ctx)
{
	doc_buf_addf(ctx, "%-12s %10ju %10ju %10ju %10ju\n", stage,
	    (uintmax_t)count[DOC_STATUS_OK],
	    (uintmax_t)count[DOC_STATUS_PARTIAL],
	    (uintmax_t)count[DOC_STATUS_SKIPPED],
	    (uintmax_t)count[DOC_STATUS_ERROR]);
}

static void
table_text(struct doc_buf *out, const char *title,
    const struct doc_sum_table *t, bool sizes)
{
	char size[16];

	if (t->n > 0)
		doc_buf_addf(out, "\n%s\n", title);
	for (unsigned i = 0; i < t->n; i++) {
		const struct doc_sum *s = &t->at[i];

		doc_size_format(s->bytes, size);
		doc_buf_addf(out, "%10ju %7s %s\n", (uintmax_t)s->count,
		    sizes ? size : "", s->name);
	}
}

int
doc_sums_text(const struct doc_sums *s, struct doc_buf *out)
{
	char size[16];

	doc_size_format(s->bytes, size);
	doc_buf_addf(out, "%ju documents, %s; %ju of them out of containers\n",
	    (uintmax_t)s->documents, size, (uintmax_t)s->members);
	if (!s->complete)
		doc_buf_adds(out, "the run is not complete\n");
	doc_buf_addf(out, "\n%-12s %10s %10s %10s %10s\n", "STAGE", "OK",
	    "PARTIAL", "SKIPPED", "ERROR");
	each_stage(s, stage_text, out);
	table_text(out, "VERDICTS", &s->verdicts, false);
	table_text(out, "FOUND", &s->found, false);
	table_text(out, "TYPES", &s->media, true);
	if (s->tenants.n > 1)
		table_text(out, "TENANTS", &s->tenants, true);
	return doc_buf_str(out) ? 0 : -1;
}
