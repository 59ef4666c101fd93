/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/record/tool.h"
#include "lib/run/ledger_impl.h"
#include "lib/run/settings.h"
#include "lib/run/verify.h"

int
verify_tell(struct doc_verify *v, const struct doc_record *rec,
    struct doc_error *err, const char *where, const char *fmt, ...)
{
	char *what;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = vasprintf(&what, fmt, ap);
	va_end(ap);
	if (rc < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	v->problems++;
	rc = v->tell(v, where, rec, what, err);
	free(what);
	return rc;
}

static int
open_there(const struct doc_verify *v, const char *name)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", v->dir, name);
	return open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

int
verify_keep_out(const struct doc_verify *v, struct doc_error *err)
{
	int fd = open_there(v, "lock");

	if (fd < 0)
		return -2;
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return fd;
	close(fd);
	return doc_error_set(err, DOC_E_USAGE, "a docrun is at work in '%s'",
	    v->dir);
}

/* "doctext" of ours adds "text"; a user's stage what it is called. */
static void
name_stage(struct doc_tally *t, const char *name)
{
	const struct doc_tool *ours = doc_tool_find(name, strlen(name));
	const char *key = ours != NULL ? ours->key : name;

	snprintf(t->name, sizeof(t->name), "%s", name);
	snprintf(t->key, sizeof(t->key), "%s", key);
}

static int
read_settings(struct doc_verify *v, struct doc_error *err)
{
	struct doc_run_facts facts = { 0 };
	struct doc_error why = { 0 };

	if (doc_settings_read(v->dir, &facts, &why) < 0)
		return verify_tell(v, NULL, err, "run.json", "%s", why.msg);
	for (size_t i = 0; i < facts.stages.n && i < DOC_LEDGER_STAGES; i++)
		name_stage(&v->ledger.stages[v->ledger.stage_count++],
		    facts.stages.at[i]);
	snprintf(v->spool, sizeof(v->spool), "%s", facts.spool);
	doc_words_release(&facts.stages);
	return 0;
}

int
verify_record(struct doc_verify *v, const struct doc_record *rec,
    const char *where, uint64_t line, struct doc_error *err)
{
	v->documents++;
	return verify_member(v, rec, line) < 0
	    ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
	    : verify_files(v, rec, where, err);
}

/* --- the journal, and the records in step ----------------------------------*/

struct walk {
	struct doc_journal journal;
	char where[64]; /* the record that is looked at */
	bool lost;	/* journal and records have no more in common */
	bool closed;
	unsigned sessions;
};

static int
check_record(struct doc_verify *v, struct walk *w,
    const struct ledger_line *line, struct doc_error *err)
{
	const struct doc_record *rec = &v->records.rec;
	doc_autobuf struct doc_buf id = { 0 };
	char states[DOC_LEDGER_STAGES + 1];
	const char *what = NULL;

	if (doc_record_str(rec, "id", &id) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	ledger_states(&v->ledger, rec, states);
	if (id.len != strlen(line->id) ||
	    memcmp(id.data, line->id, id.len) != 0)
		what = "another document than in the journal";
	else if (rec->len + 1 != line->len ||
	    doc_crc32c(rec->line, rec->len + 1) != line->sum)
		what = "another record than in the journal";
	else if (strcmp(states, line->states) != 0)
		what = "other results than in the journal";
	if (what != NULL && verify_tell(v, rec, err, w->where, "%s", what) < 0)
		return -1;
	return verify_record(v, rec, w->where, v->records.in.number, err);
}

/* The record that belongs to a line of the journal. */
static int
next_record(struct doc_verify *v, struct walk *w,
    const struct ledger_line *line, struct doc_error *err)
{
	struct doc_error why = { 0 };
	int rc = doc_records_next(&v->records, &why);

	snprintf(w->where, sizeof(w->where), "out.ndjson:%ju",
	    (uintmax_t)v->records.in.number);
	if (rc > 0 && v->records.rec.type == DOC_TYPE_DOC)
		return check_record(v, w, line, err);
	w->lost = true;
	if (rc < 0)
		return verify_tell(v, NULL, err, w->where, "%s", why.msg);
	return verify_tell(v, NULL, err, w->where,
	    "the record of %s is missing", line->id);
}

static int
walk_journal(struct doc_verify *v, struct walk *w, struct doc_error *err)
{
	struct ledger_line line;
	const char *text;

	while ((text = doc_journal_next(&w->journal)) != NULL) {
		if (!ledger_parse(text, &line))
			return verify_tell(v, NULL, err, "journal",
			    "a line that means nothing: %.60s", text);
		w->sessions += strcmp(line.word, "open") == 0;
		w->closed = strcmp(line.word, "close") == 0 ||
		    (w->closed && strcmp(line.word, "sync") == 0);
		if (strcmp(line.word, "done") == 0 && !w->lost &&
		    next_record(v, w, &line, err) < 0)
			return -1;
	}
	/* A line that has no end was being written when docrun was killed. */
	if (memchr(w->journal.data + w->journal.at, '\n',
		w->journal.len - w->journal.at) != NULL)
		return verify_tell(v, NULL, err, "journal",
		    "damaged from byte %zu on", w->journal.at);
	if (w->journal.at < w->journal.len)
		w->closed = false;
	return 0;
}

/* --- what is behind the documents ------------------------------------------*/

int
verify_tail(struct doc_verify *v, const struct doc_buf *want,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf have = { 0 };
	uint64_t at = v->records.base + v->records.in.at;
	uint64_t left = v->records.size - DOC_MIN(at, v->records.size);

	if (doc_buf_reserve(&have, want->len + 1) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (left == want->len &&
	    doc_pread_full(v->records.in.fd, have.data, want->len, (off_t)at) ==
		(ssize_t)want->len &&
	    memcmp(have.data, want->data, want->len) == 0)
		return 0;
	return verify_tell(v, NULL, err, "out.ndjson",
	    "the end records are not those of the documents before them");
}

/* They say what the records add up to, byte for byte. */
static int
check_ends(struct doc_verify *v, struct doc_error *err)
{
	doc_autobuf struct doc_buf want = { 0 };

	if (ledger_tally(&v->ledger, err) < 0)
		return -1;
	return ledger_ends(&v->ledger, &want) < 0
	    ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
	    : verify_tail(v, &want, err);
}

static int
walk(struct doc_verify *v, struct doc_error *err)
{
	struct walk w = { 0 };
	int rc;

	if (doc_journal_open(&w.journal, v->ledger.journal, err) < 0)
		return -1;
	rc = walk_journal(v, &w, err);
	v->complete = w.closed;
	if (rc == 0 && w.closed && !w.lost)
		rc = check_ends(v, err);
	if (rc == 0 && w.closed)
		rc = verify_members(v, err);
	doc_journal_close(&w.journal);
	return rc;
}

int
doc_verify_run(struct doc_verify *v, struct doc_error *err)
{
	int lock = verify_keep_out(v, err), rc = -1;

	v->ledger = (struct doc_ledger){ .out = -1, .spool = -1 };
	v->ledger.journal = open_there(v, "journal");
	v->records.in.fd = -1;
	if (lock != -1 && v->ledger.journal < 0)
		doc_error_set(err, DOC_E_USAGE,
		    "'%s' is no run directory: it has no journal", v->dir);
	else if (lock != -1 &&
	    doc_records_open(&v->records, v->dir, err) == 0 &&
	    read_settings(v, err) == 0)
		rc = walk(v, err);
	doc_records_close(&v->records);
	doc_ledger_release(&v->ledger);
	verify_members_free(v);
	if (lock >= 0)
		close(lock);
	return rc;
}
