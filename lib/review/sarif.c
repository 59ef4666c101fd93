/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/version.h"
#include "lib/record/path.h"
#include "lib/review/finding.h"
#include "lib/review/output.h"
#include "lib/review/sarif.h"

#define SCHEMA                                                                 \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"  \
	"sarif-schema-2.1.0.json"

static const char *
level(enum doc_gate gate)
{
	return gate == DOC_GATE_PARTIAL ? "warning" : "error";
}

static void
text(struct doc_json *j, const char *key, const char *s)
{
	doc_json_open(j, key, '{');
	doc_json_str(j, "text", s);
	doc_json_close(j, '}');
}

/* Place of a rule in the list: numbers that are none are left out of it. */
static int64_t
index_of(unsigned number)
{
	int64_t at = 0;
	struct doc_rule rule;

	for (unsigned i = 0; i < number; i++) {
		doc_rule_get(i, &rule);
		at += rule.name[0] != '\0';
	}
	return at;
}

/* All rules, so that the same finding has the same index in every log. */
static void
put_tool(struct doc_json *j)
{
	doc_json_open(j, "tool", '{');
	doc_json_open(j, "driver", '{');
	doc_json_str(j, "name", "docpipe");
	doc_json_str(j, "version", DOC_VERSION);
	doc_json_str(j, "semanticVersion", DOC_VERSION);
	doc_json_open(j, "rules", '[');
	for (unsigned i = 0; i < DOC_RULE_COUNT; i++) {
		struct doc_rule rule;

		doc_rule_get(i, &rule);
		if (rule.name[0] == '\0')
			continue;
		doc_json_open(j, NULL, '{');
		doc_json_str(j, "id", rule.name);
		text(j, "shortDescription", rule.text);
		doc_json_open(j, "defaultConfiguration", '{');
		doc_json_str(j, "level", level(rule.gate));
		doc_json_close(j, '}');
		doc_json_close(j, '}');
	}
	doc_json_close(j, ']');
	doc_json_close(j, '}');
	doc_json_close(j, '}');
}

/* The bytes of a path as a URI reference. */
static int
put_uri(const struct doc_record *rec, struct doc_buf *uri)
{
	doc_autobuf struct doc_buf path = { 0 };
	int rc = doc_record_path(rec, &path);

	if (rc <= 0)
		return rc;
	if (path.len > 0 && path.data[0] == '/')
		rc = doc_buf_adds(uri, "file://");
	for (size_t i = 0; rc >= 0 && i < path.len; i++) {
		unsigned char c = (unsigned char)path.data[i];

		rc = isalnum(c) || (c != '\0' && strchr("-._~/", c) != NULL)
		    ? doc_buf_addc(uri, (char)c)
		    : doc_buf_addf(uri, "%%%02X", c);
	}
	return rc;
}

static int
put_location(const struct doc_record *rec, struct doc_json *j)
{
	doc_autobuf struct doc_buf uri = { 0 }, label = { 0 };

	if (put_uri(rec, &uri) < 0 || doc_record_label(rec, &label) < 0)
		return -1;
	doc_json_open(j, "locations", '[');
	doc_json_open(j, NULL, '{');
	doc_json_open(j, "physicalLocation", '{');
	doc_json_open(j, "artifactLocation", '{');
	doc_json_strn(j, "uri", uri.data ? uri.data : "", uri.len);
	doc_json_close(j, '}');
	doc_json_close(j, '}');
	if (doc_record_find(rec, "member") != NULL) {
		doc_json_open(j, "logicalLocations", '[');
		doc_json_open(j, NULL, '{');
		doc_json_strn(j, "fullyQualifiedName", label.data, label.len);
		doc_json_str(j, "kind", "member");
		doc_json_close(j, '}');
		doc_json_close(j, ']');
	}
	doc_json_close(j, '}');
	doc_json_close(j, ']');
	return 0;
}

/* A string of the record, as it is there. */
static void
copy(const struct doc_record *rec, const char *from, const char *to,
    struct doc_json *j)
{
	const struct doc_json_member *m = doc_record_find(rec, from);

	if (m != NULL && rec->line[m->value] == '"')
		doc_json_raw(j, to, rec->line + m->value, m->value_len);
}

/* "text, ocr": the stages that say the same as `f`. */
static int
put_message(const struct doc_findings *all, const struct doc_finding *f,
    struct doc_json *j)
{
	doc_autobuf struct doc_buf b = { 0 };

	for (unsigned i = 0; i < all->n; i++)
		if (all->at[i].rule == f->rule)
			doc_buf_addf(&b, "%s%s", b.len > 0 ? ", " : "",
			    all->at[i].stage);
	if (doc_buf_addf(&b, ": %s", f->message) < 0 || doc_buf_str(&b) == NULL)
		return -1;
	text(j, "message", b.data);
	return 0;
}

static int
put_result(const struct doc_record *rec, const struct doc_findings *all,
    const struct doc_finding *f, struct doc_json *j)
{
	struct doc_rule rule;

	doc_rule_get(f->rule, &rule);
	doc_json_open(j, NULL, '{');
	doc_json_str(j, "ruleId", rule.name);
	doc_json_int(j, "ruleIndex", index_of(f->rule));
	doc_json_str(j, "level", level(f->gate));
	if (put_message(all, f, j) < 0 || put_location(rec, j) < 0)
		return -1;
	/* By which an alert is known again: the document in its place. */
	doc_json_open(j, "partialFingerprints", '{');
	copy(rec, "id", "docpipeId/v1", j);
	doc_json_close(j, '}');
	doc_json_open(j, "properties", '{');
	copy(rec, "tenant", "tenant", j);
	copy(rec, "sha256", "sha256", j);
	copy(rec, "media", "media", j);
	doc_json_close(j, '}');
	doc_json_close(j, '}');
	return j->failed || doc_buf_addc(j->buf, '\n') < 0 ? -1 : 0;
}

/* A damaged file is damaged for each stage, and one alert. */
static bool
told(const struct doc_findings *all, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (all->at[i].rule == all->at[at].rule)
			return true;
	return false;
}

static int
put_document(struct doc_records *r, struct doc_json *j)
{
	struct doc_findings found;

	if (doc_findings_of(&r->rec, &found) < 0)
		return -1;
	for (unsigned i = 0; i < found.n; i++)
		if (!told(&found, i) &&
		    put_result(&r->rec, &found, &found.at[i], j) < 0)
			return -1;
	return 0;
}

static int
put_tail(const struct doc_records *r, struct doc_json *j)
{
	doc_json_close(j, ']');
	doc_json_open(j, "invocations", '[');
	doc_json_open(j, NULL, '{');
	doc_json_bool(j, "executionSuccessful", r->complete);
	if (!r->complete) {
		doc_json_open(j, "toolExecutionNotifications", '[');
		doc_json_open(j, NULL, '{');
		doc_json_str(j, "level", "error");
		text(j, "message", "the run is not complete");
		doc_json_close(j, '}');
		doc_json_close(j, ']');
	}
	doc_json_close(j, '}');
	doc_json_close(j, ']');
	doc_json_close(j, '}');
	doc_json_close(j, ']');
	doc_json_close(j, '}');
	return j->failed ? -1 : doc_buf_addc(j->buf, '\n');
}

static int
write_all(struct doc_records *r, struct doc_output *o, struct doc_error *err)
{
	struct doc_json j;
	int rc;

	doc_json_begin(&j, &o->buf);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "$schema", SCHEMA);
	doc_json_str(&j, "version", "2.1.0");
	doc_json_open(&j, "runs", '[');
	doc_json_open(&j, NULL, '{');
	put_tool(&j);
	doc_json_open(&j, "results", '[');
	while ((rc = doc_records_next(r, err)) > 0)
		if (r->rec.type == DOC_TYPE_DOC &&
		    ((rc = put_document(r, &j)) < 0 ||
			(rc = doc_output_flush(o, false, err)) < 0))
			break;
	if (rc == 0)
		rc = put_tail(r, &j);
	return rc < 0 ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory") : 0;
}

int
doc_sarif_write(struct doc_records *r, const char *path, int out,
    struct doc_error *err)
{
	struct doc_output o;

	if (doc_records_rewind(r, err) < 0 ||
	    doc_output_open(&o, path, out, err) < 0)
		return -1;
	if (write_all(r, &o, err) < 0) {
		doc_output_drop(&o);
		return -1;
	}
	return doc_output_commit(&o, err);
}
