/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/version.h"
#include "lib/record/stream.h"
#include "lib/run/tenant.h"

enum {
	QUANTUM_US = 20000, /* credit of a round */
	FIRST_GUESS_US = 5000,
	LEAST_GUESS_US = 100,
	CREDIT_ROUNDS = 50 /* no more than this is saved, or owed */
};

struct doc_tenant *
doc_tenants_get(struct doc_tenants *t, const char *name)
{
	struct doc_tenant **more, *one;

	for (unsigned i = 0; i < t->n; i++)
		if (strcmp(t->at[i]->name, name) == 0)
			return t->at[i];
	more = reallocarray(t->at, t->n + 1, sizeof(*more));
	if (more == NULL)
		return NULL;
	t->at = more;
	one = calloc(1, sizeof(*one));
	if (one == NULL)
		return NULL;
	*one = (struct doc_tenant){ .weight = 1, .guess_us = FIRST_GUESS_US };
	snprintf(one->name, sizeof(one->name), "%s", name);
	t->at[t->n++] = one;
	return one;
}

void
doc_tenants_release(struct doc_tenants *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		doc_queue_release(&t->at[i]->ready);
		doc_words_release(&t->at[i]->sources);
		free(t->at[i]);
	}
	free(t->at);
	*t = (struct doc_tenants){ 0 };
}

static int
add_source(struct doc_tenants *t, const char *name, const char *source,
    struct doc_error *err)
{
	struct doc_tenant *tenant;

	if (!doc_tenant_valid(name))
		return doc_error_set(err, DOC_E_USAGE,
		    "tenant '%.80s': letters, digits, '.', '_' and '-', at "
		    "most 64",
		    name);
	tenant = doc_tenants_get(t, name);
	if (tenant == NULL ||
	    (source && doc_words_add(&tenant->sources, source) < 0))
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return 0;
}

int
doc_tenants_option(struct doc_tenants *t, const char *word,
    struct doc_error *err)
{
	const char *eq = strchr(word, '=');
	char name[80];

	if (eq == NULL || eq[1] == '\0' || (size_t)(eq - word) >= sizeof(name))
		return doc_error_set(err, DOC_E_USAGE,
		    "--tenant: '%.80s' is not NAME=SOURCE", word);
	snprintf(name, sizeof(name), "%.*s", (int)(eq - word), word);
	return add_source(t, name, eq + 1, err);
}

static int
read_sources(struct doc_tenants *t, const char *name,
    const struct doc_value *source, struct doc_error *err)
{
	const char *one = doc_value_str(source);

	if (one != NULL)
		return add_source(t, name, one, err);
	doc_value_each (each, source) {
		one = doc_value_str(each);
		if (one == NULL || add_source(t, name, one, err) < 0)
			return -1;
	}
	return add_source(t, name, NULL, err);
}

static uint64_t
number(const struct doc_value *v, const char *key, uint64_t or)
{
	int64_t n = doc_value_int(doc_value_get(v, key), (int64_t) or);

	return n < 0 ? 0 : (uint64_t)n;
}

static int
read_line(struct doc_tenants *t, const char *line, size_t len,
    struct doc_error *err)
{
	doc_autovalue struct doc_value *v = doc_value_parse(line, len);
	const char *name = doc_value_get_str(v, "tenant");
	struct doc_tenant *tenant;

	if (name == NULL ||
	    read_sources(t, name, doc_value_get(v, "source"), err) < 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "not a JSON object with \"tenant\" and \"source\"");
	tenant = doc_tenants_get(t, name);
	tenant->weight = (unsigned)DOC_MIN(number(v, "weight", 1), 1000U);
	tenant->weight = DOC_MAX(tenant->weight, 1U);
	tenant->quota = (struct doc_quota){
		.documents = number(v, "documents", 0),
		.bytes = number(v, "bytes", 0),
		.cpu_ms = 1000 * number(v, "cpu", 0),
		.failures = number(v, "failures", 0),
		.crashes = number(v, "crashes", 0),
	};
	return 0;
}

int
doc_tenants_read(struct doc_tenants *t, const char *path, struct doc_error *err)
{
	doc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct doc_lines lines;
	struct doc_error why = { 0 };
	const char *line;
	size_t len;
	int rc = fd < 0 ? doc_error_sys(err, "cannot read '%s'", path) : 0;

	doc_lines_init(&lines, fd, '\n', DOC_LINE_MAX);
	while (rc == 0 && (!lines.eof || lines.at < lines.buf.len)) {
		int got = doc_lines_next(&lines, &line, &len, err);

		if (got == 0 && !lines.eof)
			got = doc_lines_fill(&lines, err) < 0 ? -1 : 0;
		else if (got > 0 && len > 0 &&
		    read_line(t, line, len, &why) < 0)
			got = doc_error_set(err, DOC_E_USAGE,
			    "'%s', line %ju: %s", path, (uintmax_t)lines.number,
			    why.msg);
		rc = got < 0 ? -1 : 0;
	}
	doc_lines_release(&lines);
	return rc;
}

static void
renew(struct doc_tenants *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct doc_tenant *one = t->at[i];
		int64_t share = (int64_t)one->weight * QUANTUM_US;

		one->credit = one->ready.head == NULL && one->flying == 0
		    ? 0
		    : DOC_MIN(one->credit + share, share * CREDIT_ROUNDS);
	}
}

struct doc_flight *
doc_tenants_next(struct doc_tenants *t)
{
	bool waits = true;

	while (waits) {
		waits = false;
		for (unsigned i = 0; i < t->n; i++) {
			struct doc_tenant *one = t->at[(t->turn + i) % t->n];
			struct doc_flight *f = one->ready.head;

			waits = waits || f != NULL;
			if (f == NULL || one->credit <= 0)
				continue;
			doc_queue_remove(&one->ready, f);
			f->guess_us = one->guess_us;
			one->credit -= (int64_t)f->guess_us;
			one->flying++;
			t->turn = (t->turn + i + 1) % t->n;
			return f;
		}
		renew(t);
	}
	return NULL;
}

void
doc_tenants_charge(struct doc_tenants *t, const char *name, uint64_t cpu_ms,
    uint64_t busy_ms)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct doc_tenant *one = t->at[i];
		int64_t least = -(int64_t)one->weight * QUANTUM_US *
		    CREDIT_ROUNDS;

		if (strcmp(one->name, name) != 0)
			continue;
		one->bill.cpu_ms += cpu_ms;
		one->busy_us += 1000 * busy_ms;
		one->credit -= (int64_t)(1000 * busy_ms);
		one->credit = DOC_MAX(one->credit, least);
	}
}

/* The guess is taken back, for what it did cost was charged meanwhile. */
void
doc_tenant_landed(struct doc_tenant *t, const struct doc_flight *f)
{
	t->flying--;
	t->landed++;
	t->credit += (int64_t)f->guess_us;
	t->guess_us = DOC_MAX(t->busy_us / t->landed, LEAST_GUESS_US);
}

/* Error classes of a stage's result that count as a crash. */
static bool
crashed(const struct doc_value *result)
{
	const char *cls = doc_value_get_str(doc_value_get(result, "error"),
	    "class");

	return cls != NULL &&
	    (strcmp(cls, doc_class_name(DOC_CLASS_CRASH)) == 0 ||
		strcmp(cls, doc_class_name(DOC_CLASS_POLICY)) == 0);
}

static void
judge(struct doc_tenant *t)
{
	const struct doc_quota *q = &t->quota;
	const struct doc_bill *b = &t->bill;

	if (q->crashes != 0 && b->crashes >= q->crashes)
		t->stopped = DOC_R_SUSPENDED;
	else if ((q->documents != 0 && b->documents >= q->documents) ||
	    (q->bytes != 0 && b->bytes >= q->bytes) ||
	    (q->cpu_ms != 0 && b->cpu_ms >= q->cpu_ms) ||
	    (q->failures != 0 && b->failures >= q->failures))
		t->stopped = DOC_R_QUOTA;
}

void
doc_tenant_count(struct doc_tenant *t, const struct doc_record *rec)
{
	static const char error[] = "{\"status\":\"error\"";
	bool failure = false, crash = false;

	t->bill.documents++;
	if (doc_record_find(rec, "parent") == NULL)
		t->bill.bytes += (uint64_t)doc_record_int(rec, "size", 0);
	for (int i = 0; i < rec->n; i++) {
		const struct doc_json_member *m = &rec->members[i];
		doc_autovalue struct doc_value *v = NULL;

		if (m->value_len < sizeof(error) ||
		    memcmp(rec->line + m->value, error, sizeof(error) - 1) != 0)
			continue;
		v = doc_value_parse(rec->line + m->value, m->value_len);
		failure = true;
		crash = crash || crashed(v);
	}
	t->bill.failures += failure;
	t->bill.crashes += crash;
	judge(t);
}

int
doc_tenants_bill(const struct doc_tenants *t, struct doc_buf *out)
{
	for (unsigned i = 0; i < t->n; i++) {
		const struct doc_tenant *one = t->at[i];
		const struct doc_bill *b = &one->bill;
		struct doc_json j;

		doc_json_begin(&j, out);
		doc_json_open(&j, NULL, '{');
		doc_json_int(&j, "v", DOC_RECORD_VERSION);
		doc_json_str(&j, "type", "bill");
		doc_json_str(&j, "tenant", one->name);
		doc_json_int(&j, "documents", (int64_t)b->documents);
		doc_json_int(&j, "bytes", (int64_t)b->bytes);
		doc_json_int(&j, "cpu_ms", (int64_t)b->cpu_ms);
		doc_json_int(&j, "failures", (int64_t)b->failures);
		doc_json_int(&j, "crashes", (int64_t)b->crashes);
		doc_json_int(&j, "refused", (int64_t)b->refused);
		if (one->stopped != DOC_R_NONE)
			doc_json_str(&j, "stopped",
			    doc_reason_name(one->stopped));
		doc_json_close(&j, '}');
		if (j.failed || doc_buf_addc(out, '\n') < 0)
			return -1;
	}
	return 0;
}
