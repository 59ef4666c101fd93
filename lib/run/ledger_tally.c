/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the records of a run add up to, and the end records that say so.
 *
 * A stage may have been started again, or have run in an earlier session, so
 * that no life of it saw all documents: the counts are docrun's own, the rest
 * (cage, engine) is what the stage said last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/version.h"
#include "lib/run/ledger_impl.h"

/* "opse" by doc_status; an infected document is in upper case. */
static const char letters[] = "opse", infected_letters[] = "OPSE";

static char
letter(const struct doc_record *rec, const char *key)
{
	const struct doc_json_member *m = doc_record_find(rec, key);
	doc_autovalue struct doc_value *v = NULL;
	const char *verdict;
	int status;

	if (m == NULL)
		return '-';
	v = doc_value_parse(rec->line + m->value, m->value_len);
	status = doc_status_find(doc_value_get_str(v, "status"));
	verdict = doc_value_get_str(v, "verdict");
	if (status < 0)
		return '-';
	return verdict && strcmp(verdict, "infected") == 0
	    ? infected_letters[status]
	    : letters[status];
}

void
ledger_states(const struct doc_ledger *l, const struct doc_record *rec,
    char states[static DOC_LEDGER_STAGES + 1])
{
	static const char ok[] = "{\"status\":\"ok\"}";
	unsigned i;

	for (i = 0; i < l->stage_count; i++) {
		const char *key = l->stages[i].key;
		const struct doc_json_member *m = doc_record_find(rec, key);

		states[i] = m && m->value_len == sizeof(ok) - 1 &&
			memcmp(rec->line + m->value, ok, sizeof(ok) - 1) == 0
		    ? letters[DOC_STATUS_OK]
		    : letter(rec, key);
	}
	states[i] = '\0';
}

static void
add(struct doc_ledger *l, const struct ledger_line *line)
{
	bool infected = false;

	l->documents++;
	for (unsigned i = 0; i < l->stage_count && line->states[i]; i++) {
		struct doc_tally *t = &l->stages[i];
		const char *low = strchr(letters, line->states[i]);
		const char *up = strchr(infected_letters, line->states[i]);

		infected = infected || up != NULL;
		if (low != NULL)
			t->count[low - letters]++;
		else if (up != NULL)
			t->count[up - infected_letters]++;
		else
			t->absent++;
	}
	l->infected += infected;
}

static int
keep_facts(struct doc_ledger *l, const char *rest)
{
	const char *json = strchr(rest, ' ');

	for (unsigned i = 0; json != NULL && i < l->stage_count; i++) {
		struct doc_tally *t = &l->stages[i];
		size_t n = strlen(t->name);

		if (strncmp(rest, t->name, n) != 0 || rest[n] != ' ')
			continue;
		t->facts.len = 0;
		return doc_buf_adds(&t->facts, json + 1);
	}
	return 0;
}

int
ledger_tally(struct doc_ledger *l, struct doc_error *err)
{
	struct doc_journal j;
	struct ledger_line line;
	const char *text;
	int rc = 0;

	if (doc_journal_open(&j, l->journal, err) < 0)
		return -1;
	while (rc == 0 && (text = doc_journal_next(&j)) != NULL) {
		if (!ledger_parse(text, &line))
			continue;
		if (strcmp(line.word, "done") == 0)
			add(l, &line);
		else if (strcmp(line.word, "facts") == 0)
			rc = keep_facts(l, line.rest);
	}
	doc_journal_close(&j);
	return rc < 0 ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory") : 0;
}

static bool
is_count(const char *key, size_t n)
{
	static const char *const names[] = { "v", "type", "stage", "in", "out",
		"ok", "partial", "skipped", "error" };

	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (strlen(names[i]) == n && memcmp(names[i], key, n) == 0)
			return true;
	return false;
}

/* What the stage said besides counts. */
static void
copy_facts(const struct doc_buf *facts, struct doc_json *j)
{
	struct doc_json_member m[DOC_JSON_MEMBERS];
	const char *why;
	size_t at;
	int n = facts->len
	    ? doc_json_index(facts->data, facts->len, m, &why, &at)
	    : 0;

	for (int i = 0; i < n; i++) {
		char key[64];

		if (m[i].escaped || m[i].key_len >= sizeof(key) ||
		    is_count(facts->data + m[i].key, m[i].key_len))
			continue;
		snprintf(key, sizeof(key), "%.*s", (int)m[i].key_len,
		    facts->data + m[i].key);
		doc_json_raw(j, key, facts->data + m[i].value, m[i].value_len);
	}
}

int
ledger_ends(struct doc_ledger *l, struct doc_buf *out)
{
	for (unsigned i = 0; i < l->stage_count; i++) {
		const struct doc_tally *t = &l->stages[i];
		struct doc_json j;

		doc_json_begin(&j, out);
		doc_json_open(&j, NULL, '{');
		doc_json_int(&j, "v", DOC_RECORD_VERSION);
		doc_json_str(&j, "type", "end");
		doc_json_str(&j, "stage", t->name);
		doc_json_int(&j, "in", (int64_t)l->documents);
		doc_json_int(&j, "out", (int64_t)l->documents);
		doc_status_counts(&j, t->count);
		copy_facts(&t->facts, &j);
		doc_json_close(&j, '}');
		if (j.failed || doc_buf_addc(out, '\n') < 0)
			return -1;
	}
	return 0;
}
