/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/utf8.h"
#include "lib/record/path.h"
#include "lib/review/finding.h"
#include "lib/review/junit.h"
#include "lib/review/output.h"

struct report {
	struct doc_records *records;
	unsigned gates;
	struct doc_output out;
	uint64_t tests, failures, errors, cpu_ms;
};

/* What may stand between tags and in quotes; control characters may not stand
 * anywhere in XML 1.0, nor U+FFFE and U+FFFF. */
static int
put(struct doc_buf *to, const char *p, size_t n)
{
	doc_autobuf struct doc_buf b = { 0 };
	int rc = doc_utf8_printable(&b, p, n);

	for (size_t i = 0; rc >= 0 && i < b.len; i++) {
		const char *c = b.data + i;

		if (b.len - i >= 3 && memcmp(c, "\xef\xbf", 2) == 0 &&
		    (unsigned char)c[2] >= 0xbe) {
			rc = doc_buf_addc(to, '?');
			i += 2;
			continue;
		}
		rc = *c == '<'	? doc_buf_adds(to, "&lt;")
		    : *c == '>' ? doc_buf_adds(to, "&gt;")
		    : *c == '&' ? doc_buf_adds(to, "&amp;")
		    : *c == '"' ? doc_buf_adds(to, "&quot;")
				: doc_buf_addc(to, *c);
	}
	return rc;
}

/* What --stats says it took; 0 without. */
static uint64_t
cost(const struct doc_record *rec)
{
	uint64_t ms = 0;

	for (int i = 0; i < rec->n; i++) {
		const struct doc_json_member *m = &rec->members[i];
		const char *p = rec->line + m->value;
		doc_autovalue struct doc_value *v = NULL;

		if (*p != '{' || !memmem(p, m->value_len, "\"cpu_ms\"", 8))
			continue;
		v = doc_value_parse(p, m->value_len);
		ms += (uint64_t)doc_value_int(
		    doc_value_get(doc_value_get(v, "stats"), "cpu_ms"), 0);
	}
	return ms;
}

static int
add_up(struct report *r, struct doc_error *err)
{
	int rc;

	while ((rc = doc_records_next(r->records, err)) > 0) {
		const struct doc_record *rec = &r->records->rec;
		struct doc_findings found;
		const struct doc_finding *worst;

		if (rec->type != DOC_TYPE_DOC)
			continue;
		if (doc_findings_of(rec, &found) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
		worst = doc_findings_worst(&found, r->gates);
		r->tests++;
		r->errors += worst && worst->gate == DOC_GATE_ERROR;
		r->failures += worst && worst->gate != DOC_GATE_ERROR;
		r->cpu_ms += cost(rec);
	}
	if (!r->records->complete) {
		r->tests++;
		r->errors++;
	}
	return rc;
}

static int
put_head(struct report *r)
{
	struct doc_buf *b = &r->out.buf;
	time_t when = r->records->mtime_s;
	char stamp[32] = "1970-01-01T00:00:00";
	struct tm tm;

	if (gmtime_r(&when, &tm) != NULL)
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	return doc_buf_addf(b,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
	    "<testsuite id=\"0\" package=\"docpipe\" name=\"docrun\" "
	    "hostname=\"localhost\" timestamp=\"%s\" tests=\"%ju\" "
	    "failures=\"%ju\" errors=\"%ju\" time=\"%ju.%03u\">\n"
	    "<properties/>\n",
	    stamp, (uintmax_t)r->tests, (uintmax_t)r->failures,
	    (uintmax_t)r->errors, (uintmax_t)(r->cpu_ms / 1000),
	    (unsigned)(r->cpu_ms % 1000));
}

/* The worst in the tag, all of them in the text. */
static int
put_findings(struct doc_buf *b, const struct doc_findings *found,
    const struct doc_finding *worst, const char *id)
{
	const char *tag = worst->gate == DOC_GATE_ERROR ? "error" : "failure";
	struct doc_rule rule;

	doc_rule_get(worst->rule, &rule);
	doc_buf_addf(b, ">\n<%s type=\"%s\" message=\"", tag, rule.name);
	put(b, worst->stage, strlen(worst->stage));
	doc_buf_adds(b, ": ");
	put(b, worst->message, strlen(worst->message));
	doc_buf_adds(b, "\">");
	for (unsigned i = 0; i < found->n; i++) {
		const struct doc_finding *f = &found->at[i];

		put(b, f->stage, strlen(f->stage));
		doc_buf_adds(b, ": ");
		put(b, f->message, strlen(f->message));
		doc_buf_addc(b, '\n');
	}
	doc_buf_adds(b, "id: ");
	put(b, id, strlen(id));
	return doc_buf_addf(b, "\n</%s>\n</testcase>\n", tag);
}

static int
put_case(struct report *r)
{
	const struct doc_record *rec = &r->records->rec;
	doc_autobuf struct doc_buf label = { 0 }, tenant = { 0 }, id = { 0 };
	struct doc_buf *b = &r->out.buf;
	const struct doc_finding *worst;
	struct doc_findings found;
	uint64_t ms = cost(rec);

	if (doc_findings_of(rec, &found) < 0 ||
	    doc_record_label(rec, &label) < 0 ||
	    doc_record_str(rec, "tenant", &tenant) < 0 ||
	    doc_record_str(rec, "id", &id) < 0 || doc_buf_str(&id) == NULL)
		return -1;
	doc_buf_adds(b, "<testcase classname=\"docpipe.");
	put(b, tenant.data ? tenant.data : "", tenant.len);
	doc_buf_adds(b, "\" name=\"");
	put(b, label.data ? label.data : "", label.len);
	if (doc_buf_addf(b, "\" time=\"%ju.%03u\"", (uintmax_t)(ms / 1000),
		(unsigned)(ms % 1000)) < 0)
		return -1;
	worst = doc_findings_worst(&found, r->gates);
	return worst ? put_findings(b, &found, worst, id.data)
		     : doc_buf_adds(b, "/>\n");
}

/* A run that was stopped must not look like one that is fine. */
static int
put_tail(struct report *r)
{
	static const char missing[] =
	    "<testcase classname=\"docpipe\" name=\"docrun\" time=\"0.000\">\n"
	    "<error type=\"system/stream\" message=\"the run is not complete\">"
	    "there are no end records behind its documents</error>\n"
	    "</testcase>\n";

	if (!r->records->complete && doc_buf_adds(&r->out.buf, missing) < 0)
		return -1;
	return doc_buf_adds(&r->out.buf,
	    "<system-out/>\n<system-err/>\n</testsuite>\n</testsuites>\n");
}

static int
write_all(struct report *r, struct doc_error *err)
{
	int rc = put_head(r);

	while (rc >= 0 && (rc = doc_records_next(r->records, err)) > 0)
		if (r->records->rec.type == DOC_TYPE_DOC &&
		    (rc = put_case(r)) == 0)
			rc = doc_output_flush(&r->out, false, err);
	if (rc == 0)
		rc = put_tail(r);
	return rc < 0 ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory") : 0;
}

int
doc_junit_write(struct doc_records *records, unsigned gates, const char *path,
    int out, struct doc_error *err)
{
	struct report r = { .records = records, .gates = gates };

	if (doc_records_rewind(records, err) < 0 || add_up(&r, err) < 0 ||
	    doc_records_rewind(records, err) < 0 ||
	    doc_output_open(&r.out, path, out, err) < 0)
		return -1;
	if (write_all(&r, err) < 0) {
		doc_output_drop(&r.out);
		return -1;
	}
	return doc_output_commit(&r.out, err);
}
