/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal and the records of a run, cut and garbled at every byte: what is
 * believed of them is a beginning of what was written, and a run that goes on
 * from there comes to the same records. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/run/ledger.h"
#include "tests/unit/tap.h"

enum { INPUTS = 3, MEMBERS = 1, SIG = 0x5151 };

static char dir[64];

static void
id_of(unsigned input, unsigned member, char id[static DOC_ID_SIZE])
{
	snprintf(id, DOC_ID_SIZE, "%016x%016x", input * 2654435761U, member);
}

static struct doc_ledger *
open_ledger(struct doc_error *err)
{
	struct doc_ledger *l = calloc(1, sizeof(*l));

	l->spool = -1;
	l->stage_count = 1;
	strcpy(l->stages[0].name, "doclist");
	strcpy(l->stages[0].key, "list");
	if (doc_ledger_open(l, dir, err) == 0) {
		doc_ledger_session(l, "0123456789abcdef0123456789abcdef",
		    "0123456789abcdef0123456789abcdef", false);
		return l;
	}
	doc_ledger_release(l);
	free(l);
	return NULL;
}

static void
close_ledger(struct doc_ledger *l)
{
	doc_ledger_release(l);
	free(l);
}

static int
document(struct doc_ledger *l, struct doc_entry *e, const char *id,
    struct doc_error *err)
{
	char line[200];
	struct doc_flight *f;
	int n = snprintf(line, sizeof(line),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"path\":\"x\","
	    "\"list\":{\"status\":\"ok\"}}",
	    id);
	int rc;

	f = doc_flight_new(e, id, line, (size_t)n);
	rc = doc_ledger_try(l, e->n, id, false, 0) < 0 ||
		doc_ledger_done(l, f, err) < 0
	    ? -1
	    : 0;
	doc_flight_free(f);
	return rc;
}

/* What docrun does with each input, documents that are done left out. */
static int
work(struct doc_ledger *l, unsigned *done, struct doc_error *err)
{
	for (unsigned i = 0; i < INPUTS; i++) {
		struct doc_entry e = { 0 };
		enum doc_met met;

		id_of(i, 0, e.id);
		met = doc_ledger_meet(l, e.id, SIG, &e.n);
		if (met == DOC_MET_WHOLE)
			continue;
		if (doc_ledger_begin(l, err) < 0 ||
		    doc_ledger_in(l, e.n, e.id, SIG) < 0)
			return -1;
		for (unsigned k = 0; k <= MEMBERS; k++) {
			struct doc_past past = { 0 };
			char id[DOC_ID_SIZE];

			id_of(i, k, id);
			if (met == DOC_MET_PART)
				doc_ledger_past(l, e.n, id, &past);
			if (past.done)
				continue;
			++*done;
			if (document(l, &e, id, err) < 0)
				return -1;
		}
		if (doc_ledger_whole(l, e.n) < 0)
			return -1;
		/* Groups of their own, so that there is a `sync` in between. */
		if (i % 2 == 1 && doc_ledger_stop(l, err) < 0)
			return -1;
	}
	return doc_ledger_close(l, err);
}

/* A session from beginning to end; documents done, or -1. */
static int
session(void)
{
	struct doc_error err = { 0 };
	struct doc_ledger *l = open_ledger(&err);
	unsigned done = 0;
	int rc = l == NULL ? -1 : work(l, &done, &err);

	if (rc < 0)
		printf("# %s\n", err.msg);
	if (l != NULL)
		close_ledger(l);
	return rc < 0 ? -1 : (int)done;
}

static size_t
slurp(const char *name, char *to, size_t size)
{
	char path[128];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	n = doc_read_full(fd, to, size);
	close(fd);
	return n < 0 ? 0 : (size_t)n;
}

static void
spill(const char *name, const char *from, size_t n)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || doc_write_full(fd, from, n) < 0)
		perror(path);
	close(fd);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted lines of out.ndjson, joined. */
static void
records(char *to, size_t size)
{
	static char text[1 << 16];
	char *lines[256], *rest = text, *line;
	size_t n = 0, at = 0;

	text[slurp("out.ndjson", text, sizeof(text) - 1)] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL && n < DOC_LEN(lines))
		lines[n++] = line;
	qsort(lines, n, sizeof(*lines), compare);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(to + at, size - at, "%s\n", lines[i]);
}

static char want[1 << 16], got[1 << 16];
static char journal[1 << 16], out[1 << 16];
static size_t journal_len, out_len;

/* Go on from what was made of the two files. */
static int
goes_on(const char *what, size_t at)
{
	int done = session();

	records(got, sizeof(got));
	if (done >= 0 && strcmp(got, want) == 0 && session() == 0)
		return 1;
	printf("# %s at byte %zu: %d done\n", what, at, done);
	return 0;
}

static int
each_byte(const char *what, const char *victim, const char *text, size_t len,
    bool garble)
{
	char copy[1 << 16];

	for (size_t at = 0; at < len; at++) {
		spill("journal", journal, journal_len);
		spill("out.ndjson", out, out_len);
		memcpy(copy, text, len);
		copy[at] ^= garble ? 0x11 : 0;
		spill(victim, copy, garble ? len : at);
		if (!goes_on(what, at))
			return 0;
	}
	return 1;
}

/* Documents of a run that was cut in the middle are not all done again: here
 * behind the second input. */
static int
exact(void)
{
	const char *whole = strstr(journal, "\nwhole 2");

	spill("journal", journal,
	    (size_t)(strchr(whole + 1, '\n') + 1 - journal));
	spill("out.ndjson", out, out_len);
	return session();
}

/* As with --watch: a file is written again and again, and docrun killed before
 * it closed; the next one throws away what is out of date. */
static int
rewritten(void)
{
	struct doc_error err = { 0 };
	struct doc_ledger *l;
	struct doc_entry e = { 0 };
	size_t n, most;

	spill("journal", "", 0);
	spill("out.ndjson", "", 0);
	l = open_ledger(&err);
	l->keep_absent = true;
	id_of(1, 0, e.id);
	for (unsigned i = 0; i < 50; i++)
		if (doc_ledger_meet(l, e.id, i + 1, &e.n) != DOC_MET_NEW ||
		    doc_ledger_begin(l, &err) < 0 ||
		    doc_ledger_in(l, e.n, e.id, i + 1) < 0 ||
		    document(l, &e, e.id, &err) < 0 ||
		    doc_ledger_whole(l, e.n) < 0 ||
		    doc_ledger_tick(l, &err) == -2)
			return 0;
	close_ledger(l);
	most = slurp("out.ndjson", got, sizeof(got));
	l = open_ledger(&err);
	l->keep_absent = true;
	if (doc_ledger_meet(l, e.id, 50, &e.n) != DOC_MET_WHOLE ||
	    doc_ledger_begin(l, &err) < 0 || doc_ledger_stop(l, &err) < 0)
		return 0;
	close_ledger(l);
	n = slurp("out.ndjson", got, sizeof(got));
	return n * 50 == most && slurp("journal", got, sizeof(got)) < 500;
}

int
main(void)
{
	/* Where a sync costs nothing. */
	snprintf(dir, sizeof(dir), "%s/ledger.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(dir) == NULL)
		return 1;
	doc_log_level(-1);
	OK(session() == INPUTS * (MEMBERS + 1), "a run");
	records(want, sizeof(want));
	OK(session() == 0, "the same again: nothing to do");
	journal_len = slurp("journal", journal, sizeof(journal));
	out_len = slurp("out.ndjson", out, sizeof(out));
	OK(exact() == (INPUTS - 2) * (MEMBERS + 1),
	    "what was done before the cut is not done again");
	OK(each_byte("journal cut", "journal", journal, journal_len, false),
	    "the journal cut at each byte");
	OK(each_byte("journal garbled", "journal", journal, journal_len, true),
	    "each byte of the journal garbled");
	OK(each_byte("records cut", "out.ndjson", out, out_len, false),
	    "the records cut at each byte");
	OK(each_byte("records garbled", "out.ndjson", out, out_len, true),
	    "each byte of the records garbled");
	OK(rewritten(), "what is out of date is thrown away");
	for (const char *const *n =
		 (const char *const[]){ "journal", "out.ndjson", NULL };
	     *n != NULL; n++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", dir, *n);
		unlink(path);
	}
	rmdir(dir);
	return TAP_DONE();
}
