/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/record/reason.h"
#include "lib/review/compare.h"
#include "lib/stage/flow.h"

/* What a stage says of a document, in one of the two records. */
struct said {
	int status; /* enum doc_status; -1: nothing */
	char words[sizeof(((struct doc_difference *)0)->a)]; /* all of it */
	char verdict[16];
	int64_t letters; /* of text; 0 none */
	uint64_t cpu_ms;
};

/* What a stranger's record may hold, cut to the room there is. */
static void
put(char *to, size_t size, const char *p, size_t len)
{
	doc_autobuf struct doc_buf b = { 0 };
	size_t n;

	if (doc_utf8_printable(&b, p, len) < 0)
		b.len = 0;
	n = DOC_MIN(b.len, size - 1);
	while (n > 0 && n < b.len && ((unsigned char)b.data[n] & 0xc0) == 0x80)
		n--;
	memcpy(to, b.data ? b.data : "", n);
	to[n] = '\0';
}

static struct doc_difference *
add(struct doc_comparison *c, enum doc_change change, const char *stage,
    bool worse)
{
	/* Of the last one there may be several: the worst stays. */
	struct doc_difference *d = &c->at[DOC_MIN(c->n, DOC_COMPARISON - 1U)];

	if (c->n < DOC_COMPARISON)
		c->n++;
	else if (d->worse)
		return d;
	*d = (struct doc_difference){ .change = change, .worse = worse };
	snprintf(d->stage, sizeof(d->stage), "%s", stage);
	return d;
}

/* "error crash/segv", "partial timeout, fonts", "ok". */
static int
put_words(const struct doc_value *v, const char *status, struct said *s)
{
	const struct doc_value *e = doc_value_get(v, "error");
	const struct doc_value *reasons = doc_value_get(v, "reasons");
	const char *cls = doc_value_get_str(e, "class");
	const char *code = doc_value_get_str(e, "code");
	doc_autobuf struct doc_buf b = { 0 };
	char comma = ' ';

	if (doc_buf_adds(&b, status) < 0 ||
	    (cls && code && doc_buf_addf(&b, " %s/%s", cls, code) < 0))
		return -1;
	doc_value_each (reason, reasons) {
		const char *r = doc_value_str(reason);

		if (r != NULL && doc_buf_addf(&b, "%c%s", comma, r) < 0)
			return -1;
		comma = ',';
	}
	put(s->words, sizeof(s->words), b.data, b.len);
	return 0;
}

static int
hear(const struct doc_record *rec, const char *stage, struct said *s)
{
	doc_autovalue struct doc_value *v = NULL;
	const struct doc_json_member *m = doc_record_find(rec, stage);
	const char *status, *verdict;

	*s = (struct said){ .status = -1, .words = "nothing" };
	if (m == NULL || rec->line[m->value] != '{')
		return 0;
	v = doc_value_parse(rec->line + m->value, m->value_len);
	if (v == NULL)
		return -1;
	status = doc_value_get_str(v, "status");
	verdict = doc_value_get_str(v, "verdict");
	s->status = doc_status_find(status);
	if (s->status < 0)
		return 0;
	if (verdict != NULL)
		put(s->verdict, sizeof(s->verdict), verdict, strlen(verdict));
	s->letters = doc_value_int(doc_value_get(v, "chars"), 0);
	s->cpu_ms = (uint64_t)doc_value_int(
	    doc_value_get(doc_value_get(v, "stats"), "cpu_ms"), 0);
	return put_words(v, status, s);
}

static bool
has_result(int status)
{
	return status == DOC_STATUS_OK || status == DOC_STATUS_PARTIAL;
}

static bool
status_worse(int a, int b)
{
	if (b == DOC_STATUS_ERROR)
		return a != DOC_STATUS_ERROR;
	if (b == DOC_STATUS_PARTIAL)
		return a == DOC_STATUS_OK;
	return has_result(a) && !has_result(b);
}

/* A finding that is gone is as much a reason to look as a new one. */
static bool
verdict_worse(const char *a, const char *b)
{
	static const char *const words[] = { "clean", "skipped", "incomplete",
		"error", "infected" };
	unsigned x = 0, y = 0;

	for (unsigned i = 0; i < DOC_LEN(words); i++) {
		x = strcmp(a, words[i]) == 0 ? i : x;
		y = strcmp(b, words[i]) == 0 ? i : y;
	}
	return y > x || *b == '\0' || strcmp(a, "infected") == 0;
}

static int
compare_stage(struct doc_comparison *c, const char *stage,
    const struct doc_record *a, const struct doc_record *b, int64_t letters[2])
{
	struct said x, y;
	struct doc_difference *d;

	if (hear(a, stage, &x) < 0 || hear(b, stage, &y) < 0)
		return -1;
	letters[0] += x.letters;
	letters[1] += y.letters;
	c->cpu_ms_a += x.cpu_ms;
	c->cpu_ms_b += y.cpu_ms;
	if (x.status < 0 && y.status < 0)
		return 0;
	if (strcmp(x.words, y.words) != 0) {
		d = add(c, DOC_CHANGE_STATUS, stage,
		    status_worse(x.status, y.status));
		strcpy(d->a, x.words);
		strcpy(d->b, y.words);
	}
	/* One that was never said, as by a run without docscan, is no change.
	 */
	if (*x.verdict != '\0' && strcmp(x.verdict, y.verdict) != 0) {
		d = add(c, DOC_CHANGE_VERDICT, stage,
		    verdict_worse(x.verdict, y.verdict));
		strcpy(d->a, x.verdict);
		strcpy(d->b, *y.verdict ? y.verdict : "nothing");
	} else if (*x.verdict == '\0' && strcmp(y.verdict, "infected") == 0) {
		d = add(c, DOC_CHANGE_VERDICT, stage, true);
		strcpy(d->a, "nothing");
		strcpy(d->b, y.verdict);
	}
	return 0;
}

/* Stages of either, each once; those that say the same, byte for byte, differ
 * in nothing (but count for the time). */
static int
compare_stages(struct doc_comparison *c, const struct doc_record *a,
    const struct doc_record *b, int64_t letters[2])
{
	const struct doc_record *both[] = { a, b };

	for (unsigned k = 0; k < 2; k++)
		for (int i = 0; i < both[k]->n; i++) {
			const struct doc_record *rec = both[k];
			const struct doc_json_member *m = &rec->members[i];
			char stage[32];

			if (rec->line[m->value] != '{' || m->escaped ||
			    m->key_len >= sizeof(stage))
				continue;
			snprintf(stage, sizeof(stage), "%.*s", (int)m->key_len,
			    rec->line + m->key);
			if (k == 1 && doc_record_find(a, stage) != NULL)
				continue;
			if (compare_stage(c, stage, a, b, letters) < 0)
				return -1;
		}
	return 0;
}

/* A string that both may have; false: it is the same. */
static int
strings_differ(const struct doc_record *a, const struct doc_record *b,
    const char *key, char x[static 128], char y[static 128])
{
	doc_autobuf struct doc_buf p = { 0 }, q = { 0 };

	if (doc_record_str(a, key, &p) < 0 || doc_record_str(b, key, &q) < 0)
		return -1;
	put(x, 128, p.data ? p.data : "", p.len);
	put(y, 128, q.data ? q.data : "", q.len);
	return p.len != q.len ||
	    (p.len > 0 && memcmp(p.data, q.data, p.len) != 0);
}

static void
compare_text(struct doc_comparison *c, const int64_t letters[2], bool same)
{
	int64_t before = letters[0], after = letters[1];
	int64_t off = before > after ? before - after : after - before;
	struct doc_difference *d;

	if (off * 100 <= DOC_MAX(before, after) * (int64_t)c->loss)
		return;
	d = add(c, DOC_CHANGE_TEXT, "", after < before && same);
	snprintf(d->a, sizeof(d->a), "%jd letters", (intmax_t)before);
	snprintf(d->b, sizeof(d->b), "%jd letters", (intmax_t)after);
}

int
doc_compare(struct doc_comparison *c, const struct doc_record *a,
    const struct doc_record *b)
{
	int64_t letters[2] = { 0, 0 };
	char x[128], y[128];
	struct doc_difference *d;
	int content, type;

	content = strings_differ(a, b, "sha256", x, y);
	if (content > 0) {
		d = add(c, DOC_CHANGE_CONTENT, "", false);
		snprintf(d->a, sizeof(d->a), "%.16s", *x ? x : "nothing");
		snprintf(d->b, sizeof(d->b), "%.16s", *y ? y : "nothing");
	}
	type = strings_differ(a, b, "media", x, y);
	if (type > 0) {
		d = add(c, DOC_CHANGE_TYPE, "",
		    *y == '\0' || strcmp(y, "application/octet-stream") == 0);
		strcpy(d->a, *x ? x : "nothing");
		strcpy(d->b, *y ? y : "nothing");
	}
	if (content < 0 || type < 0 || compare_stages(c, a, b, letters) < 0)
		return -1;
	compare_text(c, letters, content == 0);
	return 0;
}
