/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaving out what is gone: inputs that were removed, or changed and done
 * again; and lines of the journal that say nothing any more.
 *
 * Both files are written anew, the records as out.ndjson.TOKEN, the journal
 * beginning with `compact TOKEN`.  Renaming the journal is the one moment that
 * counts: whoever finds that line and that file finishes the work.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/run/ledger_impl.h"

enum { CHUNK = 1 << 20, SLACK_LEAST = 4 << 20, SLACK_SHARE = 4 };

/* Of these lines only the last counts; by number in the journal. */
struct lasts {
	uint64_t open;
	struct {
		char stage[32];
		uint64_t line;
	} facts[DOC_LEDGER_STAGES];
};

struct copy {
	struct doc_ledger *l;
	int out, journal;
	struct doc_buf lines;
	off_t from; /* in the old records */
	uint64_t out_len;
	struct lasts lasts;
	uint64_t number; /* of the line */
};

static void
note_last(struct lasts *k, const struct ledger_line *line, uint64_t number)
{
	char stage[32] = "";

	if (strcmp(line->word, "open") == 0)
		k->open = number;
	if (strcmp(line->word, "facts") != 0 ||
	    sscanf(line->rest, "%31s", stage) != 1)
		return;
	for (size_t i = 0; i < DOC_LEN(k->facts); i++)
		if (k->facts[i].line == 0 ||
		    strcmp(k->facts[i].stage, stage) == 0) {
			strcpy(k->facts[i].stage, stage);
			k->facts[i].line = number;
			return;
		}
}

static void
find_lasts(struct doc_journal *j, struct lasts *k)
{
	struct ledger_line line;
	const char *text;
	uint64_t number = 0;

	while ((text = doc_journal_next(j)) != NULL)
		if (++number && ledger_parse(text, &line))
			note_last(k, &line, number);
	doc_journal_rewind(j);
}

static bool
is_last(const struct lasts *k, uint64_t number)
{
	bool last = k->open == number;

	for (size_t i = 0; i < DOC_LEN(k->facts); i++)
		last = last || k->facts[i].line == number;
	return last;
}

bool
ledger_is_slack(const struct doc_ledger *l, const struct ledger_line *line)
{
	if (strcmp(line->word, "try") == 0 || strcmp(line->word, "lone") == 0)
		return line->n < l->flag_room &&
		    (l->flags[line->n] & KNOWN_WHOLE) != 0;
	return strcmp(line->word, "sync") == 0 ||
	    strcmp(line->word, "close") == 0 ||
	    strcmp(line->word, "compact") == 0 ||
	    strcmp(line->word, "forget") == 0 ||
	    strcmp(line->word, "drop") == 0;
}

bool
ledger_is_loose(const struct doc_ledger *l)
{
	return l->slack > SLACK_LEAST &&
	    l->slack > l->journal_len / SLACK_SHARE;
}

static int
copy_record(struct copy *c, uint64_t len)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_buf_reserve(&b, len) < 0 ||
	    doc_pread_full(c->l->out, b.data, len, c->from) != (ssize_t)len ||
	    doc_write_full(c->out, b.data, len) < 0)
		return -1;
	c->out_len += len;
	return 0;
}

static int
flush(struct copy *c, size_t above)
{
	if (c->lines.len <= above)
		return 0;
	if (doc_write_full(c->journal, c->lines.data, c->lines.len) < 0)
		return -1;
	c->lines.len = 0;
	return 0;
}

static int
copy_line(struct copy *c, const char *text)
{
	struct ledger_line line;
	bool known = ledger_parse(text, &line);
	bool stale = known && line.n != 0 && line.n < c->l->flag_room &&
	    (c->l->flags[line.n] & KNOWN_STALE) != 0;

	if (!stale && line.len > 0 && copy_record(c, line.len) < 0)
		return -1;
	c->from += (off_t)line.len;
	c->number++;
	if (stale || (known && ledger_is_slack(c->l, &line)) ||
	    ((strcmp(line.word, "open") == 0 ||
		 strcmp(line.word, "facts") == 0) &&
		!is_last(&c->lasts, c->number)))
		return 0;
	return doc_journal_line(&c->lines, "%s", text) < 0 ? -1
							   : flush(c, CHUNK);
}

static int
copy_all(struct copy *c, const char *token, struct doc_error *err)
{
	struct doc_journal j;
	const char *text;
	int rc;

	if (doc_journal_open(&j, c->l->journal, err) < 0)
		return -1;
	find_lasts(&j, &c->lasts);
	rc = doc_journal_line(&c->lines, "compact %s", token);
	while (rc == 0 && (text = doc_journal_next(&j)) != NULL)
		rc = copy_line(c, text);
	doc_journal_close(&j);
	if (rc < 0 || doc_journal_line(&c->lines, "sync") < 0 ||
	    flush(c, 0) < 0 || fdatasync(c->out) < 0 ||
	    fdatasync(c->journal) < 0)
		return doc_error_sys(err, "cannot rewrite the records of '%s'",
		    c->l->dir);
	return 0;
}

static int
make(const struct doc_ledger *l, const char *name)
{
	char path[4200];

	ledger_path(l, name, path, sizeof(path));
	return open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
}

static int
move(const struct doc_ledger *l, const char *from, const char *to)
{
	char a[4200], b[4200];

	ledger_path(l, from, a, sizeof(a));
	ledger_path(l, to, b, sizeof(b));
	return rename(a, b);
}

int
ledger_compact(struct doc_ledger *l, struct doc_error *err)
{
	struct copy c = { .l = l };
	char token[24], name[64];

	snprintf(token, sizeof(token), "%x%jx", (unsigned)getpid(),
	    (uintmax_t)doc_clock_us());
	snprintf(name, sizeof(name), "out.ndjson.%s", token);
	c.out = make(l, name);
	c.journal = make(l, "journal.new");
	if (c.out < 0 || c.journal < 0)
		doc_error_sys(err, "cannot rewrite the records of '%s'",
		    l->dir);
	else if (copy_all(&c, token, err) == 0 &&
	    (move(l, "journal.new", "journal") < 0 ||
		move(l, name, "out.ndjson") < 0))
		doc_error_sys(err, "cannot rename the records of '%s'", l->dir);
	doc_buf_release(&c.lines);
	if (err->code != DOC_E_NONE) {
		if (c.out >= 0)
			close(c.out);
		if (c.journal >= 0)
			close(c.journal);
		return -1;
	}
	close(l->out);
	close(l->journal);
	l->out = c.out;
	l->journal = c.journal;
	l->out_len = c.out_len;
	l->slack = 0;
	return 0;
}

int
ledger_recover(struct doc_ledger *l, struct doc_error *err)
{
	struct doc_journal j;
	struct ledger_line line;
	char name[64], path[4200];
	const char *text;

	if (doc_journal_open(&j, l->journal, err) < 0)
		return -1;
	text = doc_journal_next(&j);
	if (text != NULL && ledger_parse(text, &line) &&
	    strcmp(line.word, "compact") == 0) {
		snprintf(name, sizeof(name), "out.ndjson.%.24s", line.rest);
		if (move(l, name, "out.ndjson") < 0 && errno != ENOENT)
			doc_error_sys(err, "cannot rename the records of '%s'",
			    l->dir);
	}
	doc_journal_close(&j);
	ledger_path(l, "journal.new", path, sizeof(path));
	unlink(path);
	return err->code == DOC_E_NONE ? 0 : -1;
}
