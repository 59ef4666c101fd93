/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/review/finding.h"

int
doc_gates_parse(const char *list, unsigned *gates, struct doc_error *err)
{
	static const struct {
		const char *word;
		unsigned gate;
	} words[] = { { "error", DOC_GATE_ERROR },
		{ "partial", DOC_GATE_PARTIAL },
		{ "infected", DOC_GATE_INFECTED }, { "none", 0 } };

	*gates = 0;
	for (const char *p = list; p != NULL; p = strchr(p, ',')) {
		unsigned i = 0;
		size_t n;

		p += *p == ',';
		n = strcspn(p, ",");
		while (i < DOC_LEN(words) &&
		    (strlen(words[i].word) != n ||
			strncmp(words[i].word, p, n) != 0))
			i++;
		if (i == DOC_LEN(words))
			return doc_error_set(err, DOC_E_USAGE,
			    "--fail-on: '%.*s' is none of infected, error, "
			    "partial, none",
			    (int)n, p);
		*gates |= words[i].gate;
	}
	return 0;
}

void
doc_rule_get(unsigned number, struct doc_rule *rule)
{
	unsigned code = number - DOC_RULE_ERRORS;
	unsigned reason = number - DOC_RULE_REASONS;

	*rule = (struct doc_rule){ .text = "", .gate = DOC_GATE_ERROR };
	if (number == DOC_RULE_INFECTED) {
		strcpy(rule->name, "infected");
		rule->text = doc_reason_text(DOC_R_INFECTED);
		rule->gate = DOC_GATE_INFECTED;
	} else if (number == DOC_RULE_ERROR) {
		strcpy(rule->name, "error/other");
		rule->text = "a stage of one's own says so";
	} else if (number == DOC_RULE_PARTIAL) {
		strcpy(rule->name, "partial/other");
		rule->text = "a stage of one's own says so";
		rule->gate = DOC_GATE_PARTIAL;
	} else if (code > 0 && code < DOC_E_COUNT) {
		snprintf(rule->name, sizeof(rule->name), "%s/%s",
		    doc_class_name(doc_error_class((enum doc_code)code)),
		    doc_error_name((enum doc_code)code));
		rule->text = doc_error_text((enum doc_code)code);
	} else if (reason > 0 && reason < DOC_R_COUNT) {
		snprintf(rule->name, sizeof(rule->name), "partial/%s",
		    doc_reason_name((enum doc_reason)reason));
		rule->text = doc_reason_text((enum doc_reason)reason);
		rule->gate = DOC_GATE_PARTIAL;
	}
}

static unsigned
rule_of_code(const char *code)
{
	for (unsigned c = 1; code != NULL && c < DOC_E_COUNT; c++)
		if (strcmp(code, doc_error_name((enum doc_code)c)) == 0)
			return DOC_RULE_ERRORS + c;
	return DOC_RULE_ERROR;
}

static unsigned
rule_of_reason(const char *reason)
{
	for (unsigned r = 1; reason != NULL && r < DOC_R_COUNT; r++)
		if (strcmp(reason, doc_reason_name((enum doc_reason)r)) == 0)
			return DOC_RULE_REASONS + r;
	return DOC_RULE_PARTIAL;
}

/* Nearly every member of a healthy batch says so in its first bytes, and has
 * nothing in it that is infected: not worth a parse. */
static bool
quiet(const char *p, size_t n)
{
	static const char ok[] = "{\"status\":\"ok\"";
	static const char skipped[] = "{\"status\":\"skipped\"";

	return n == 0 || *p != '{' ||
	    (((n >= sizeof(ok) - 1 && memcmp(p, ok, sizeof(ok) - 1) == 0) ||
		 (n >= sizeof(skipped) - 1 &&
		     memcmp(p, skipped, sizeof(skipped) - 1) == 0)) &&
		memmem(p, n, "\"infected\"", 10) == NULL);
}

/* "a, b, c" of an array of strings, or nothing. */
static void
join(struct doc_buf *out, const struct doc_value *list)
{
	const char *comma = "";

	doc_value_each (element, list) {
		const char *s = doc_value_str(element);

		if (s != NULL)
			doc_buf_addf(out, "%s%s", comma, s);
		comma = ", ";
	}
}

/* A stranger's words: cut, in one line, at the end of a character. */
static int
put(char *to, size_t size, const char *p, size_t len)
{
	doc_autobuf struct doc_buf b = { 0 };
	size_t n;

	if (doc_utf8_printable(&b, p, len) < 0)
		return -1;
	n = DOC_MIN(b.len, size - 1);
	while (n > 0 && n < b.len && ((unsigned char)b.data[n] & 0xc0) == 0x80)
		n--;
	memcpy(to, b.data ? b.data : "", n);
	to[n] = '\0';
	return 0;
}

static int
add(struct doc_findings *all, const char *stage, enum doc_gate gate,
    unsigned rule, struct doc_buf *message)
{
	struct doc_finding *f = &all->at[all->n];

	all->gates |= gate;
	if (all->n == DOC_FINDINGS)
		return 0;
	*f = (struct doc_finding){ .gate = gate, .rule = rule };
	snprintf(f->stage, sizeof(f->stage), "%s", stage);
	if (put(f->message, sizeof(f->message), message->data, message->len) <
	    0)
		return -1;
	all->n++;
	return 0;
}

static int
add_infected(struct doc_findings *all, const char *stage,
    const struct doc_value *v)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_buf_adds(&b, "infected: ") < 0)
		return -1;
	join(&b, doc_value_get(v, "matches"));
	return add(all, stage, DOC_GATE_INFECTED, DOC_RULE_INFECTED, &b);
}

static int
add_error(struct doc_findings *all, const char *stage,
    const struct doc_value *v)
{
	const struct doc_value *e = doc_value_get(v, "error");
	const char *cls = doc_value_get_str(e, "class");
	const char *code = doc_value_get_str(e, "code");
	const char *msg = doc_value_get_str(e, "msg");
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_buf_addf(&b, "%s/%s", cls ? cls : "?", code ? code : "?") < 0 ||
	    (msg && *msg && doc_buf_addf(&b, ": %s", msg) < 0))
		return -1;
	return add(all, stage, DOC_GATE_ERROR, rule_of_code(code), &b);
}

static int
add_partial(struct doc_findings *all, const char *stage,
    const struct doc_value *v)
{
	const struct doc_value *reasons = doc_value_get(v, "reasons");
	const char *first = doc_value_str(doc_value_at(reasons, 0));
	const char *msg = doc_value_get_str(doc_value_get(v, "error"), "msg");
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_buf_adds(&b, "partial: ") < 0)
		return -1;
	join(&b, reasons);
	if (msg != NULL && *msg != '\0' && doc_buf_addf(&b, "; %s", msg) < 0)
		return -1;
	return add(all, stage, DOC_GATE_PARTIAL, rule_of_reason(first), &b);
}

static int
look_at(struct doc_findings *all, const char *stage, const struct doc_value *v)
{
	const char *status = doc_value_get_str(v, "status");
	const char *verdict = doc_value_get_str(v, "verdict");
	int rc = 0;

	if (status == NULL)
		return 0;
	if (verdict != NULL && strcmp(verdict, "infected") == 0)
		rc = add_infected(all, stage, v);
	if (rc == 0 && strcmp(status, "error") == 0)
		rc = add_error(all, stage, v);
	else if (rc == 0 && strcmp(status, "partial") == 0)
		rc = add_partial(all, stage, v);
	return rc;
}

int
doc_findings_of(const struct doc_record *rec, struct doc_findings *found)
{
	found->n = found->gates = 0;
	for (int i = 0; i < rec->n; i++) {
		const struct doc_json_member *m = &rec->members[i];
		const char *p = rec->line + m->value;
		doc_autovalue struct doc_value *v = NULL;
		char stage[sizeof(found->at[0].stage)];

		if (quiet(p, m->value_len))
			continue;
		/* It is JSON, as the index knows: NULL is no memory. */
		v = doc_value_parse(p, m->value_len);
		if (v == NULL ||
		    put(stage, sizeof(stage), rec->line + m->key, m->key_len) <
			0 ||
		    look_at(found, stage, v) < 0)
			return -1;
	}
	return 0;
}

const struct doc_finding *
doc_findings_worst(const struct doc_findings *found, unsigned gates)
{
	const struct doc_finding *worst = NULL;

	for (unsigned i = 0; i < found->n; i++)
		if ((found->at[i].gate & gates) != 0 &&
		    (worst == NULL || found->at[i].gate > worst->gate))
			worst = &found->at[i];
	return worst;
}
