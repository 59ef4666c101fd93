/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docfind - searches what docstore kept, by words and by fields.
 *
 * Reads the store, and of the texts in the spool a piece to show.  Opens no
 * document; --similar has docpreview look at the one that is given.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/base/units.h"
#include "lib/base/utf8.h"
#include "lib/record/path.h"
#include "lib/stage/end.h"
#include "lib/stage/last.h"
#include "lib/store/find.h"
#include "lib/store/snippet.h"
#include "lib/store/store.h"
#include "lib/store/words.h"

enum { TABLE_LIMIT = 20, SIMILAR_BITS = 10 };

enum format { TABLE, JSON, PATHS };

struct options {
	const char *store, *similar;
	struct doc_find_terms terms;
	bool fixed, null, count;
	int verdict, status, order, format;
	unsigned limit;
};

#define AT(member) offsetof(struct options, member)
#define ANY	   "any|"

static const char verdicts[] = ANY "clean|infected|incomplete|error";
static const char statuses[] = ANY "ok|partial|error";

static const struct doc_opt table[] = {
	{ 'f', "store", "FILE", "the store (default: see docstore(1))",
	    DOC_OPT_STRING, AT(store), NULL },
	{ 'F', "fixed", NULL, "no operators: all of these words", DOC_OPT_FLAG,
	    AT(fixed), NULL },
	{ 't', "type", "TYPE", "pdf, image, mail ...; or application/*",
	    DOC_OPT_STRING, AT(terms.type), NULL },
	{ 'V', "verdict", "WORD", "what docscan said", DOC_OPT_CHOICE,
	    AT(verdict), verdicts },
	{ 's', "status", "WORD", "the worst of its stages", DOC_OPT_CHOICE,
	    AT(status), statuses },
	{ 'e', "error", "CODE", "with this error code", DOC_OPT_STRING,
	    AT(terms.error), NULL },
	{ 'T', "tenant", "NAME", "of this tenant", DOC_OPT_STRING,
	    AT(terms.tenant), NULL },
	{ 'p', "path", "GLOB", "with this path: 'in/*.pdf'", DOC_OPT_STRING,
	    AT(terms.path), NULL },
	{ 'x', "sha256", "HEX", "with this digest, or its beginning",
	    DOC_OPT_STRING, AT(terms.sha256), NULL },
	{ 'a', "after", "TIME", "changed then or later: 2026-11-20",
	    DOC_OPT_STRING, AT(terms.after), NULL },
	{ 'b', "before", "TIME", "changed before", DOC_OPT_STRING,
	    AT(terms.before), NULL },
	{ 'm', "min-size", "SIZE", "of this size or larger", DOC_OPT_SIZE,
	    AT(terms.min_size), NULL },
	{ 'M', "max-size", "SIZE", "of this size or smaller", DOC_OPT_SIZE,
	    AT(terms.max_size), NULL },
	{ 'l', "similar", "FILE", "that look like FILE", DOC_OPT_STRING,
	    AT(similar), NULL },
	{ 'd', "distance", "N", "with --similar: bits that may differ, of 64",
	    DOC_OPT_NUMBER, AT(terms.distance), NULL },
	{ 'o', "order", "WORD", "best, path, size or time", DOC_OPT_CHOICE,
	    AT(order), "best|path|size|time" },
	{ 'n', "limit", "N", "show so many; 0 is all", DOC_OPT_NUMBER,
	    AT(limit), NULL },
	{ 'P', "print", "WHAT", "table, json (records) or paths",
	    DOC_OPT_CHOICE, AT(format), "table|json|paths" },
	{ '0', "null", NULL, "paths, each with a NUL behind", DOC_OPT_FLAG,
	    AT(null), NULL },
	{ 'c', "count", NULL, "print only how many there are", DOC_OPT_FLAG,
	    AT(count), NULL },
	{ 0 },
};

/* --- what it looks like ----------------------------------------------------*/

static int
start_preview(const char *file, pid_t *pid, struct doc_error *err)
{
	char exe[4200];
	char *args[] = { (char *)(uintptr_t) "docpreview",
		(char *)(uintptr_t) "-q", (char *)(uintptr_t) "--",
		(char *)(uintptr_t)file, NULL };
	int fds[2];

	if (doc_sibling("docpreview", exe, sizeof(exe)) < 0)
		return doc_error_set(err, DOC_E_SPAWN,
		    "cannot find docpreview");
	if (pipe2(fds, O_CLOEXEC) < 0)
		return doc_error_sys(err, "cannot make a pipe");
	*pid = fork();
	if (*pid == 0) {
		if (dup2(fds[1], 1) >= 0)
			execv(exe, args);
		doc_fatal("cannot run %s: %s", exe, strerror(errno));
		_exit(3);
	}
	close(fds[1]);
	if (*pid > 0)
		return fds[0];
	close(fds[0]);
	return doc_error_sys(err, "cannot start docpreview");
}

/* The first fingerprint among the records; false: there is none. */
static bool
read_fingerprint(int fd, uint64_t *fingerprint)
{
	struct doc_error err = { 0 };
	struct doc_lines in;
	struct doc_record rec;
	struct doc_entry e;
	const char *line;
	bool found = false;
	size_t len;

	doc_lines_init(&in, fd, '\n', DOC_LINE_MAX);
	while (!in.eof && doc_lines_fill(&in, &err) > 0)
		while (doc_lines_next(&in, &line, &len, &err) > 0) {
			if (found ||
			    doc_record_parse(&rec, line, len, &err) < 0 ||
			    rec.type != DOC_TYPE_DOC ||
			    doc_entry_make(&e, &rec, "default", &err) < 0)
				continue;
			found = e.has_fingerprint;
			*fingerprint = e.fingerprint;
			doc_entry_release(&e);
		}
	doc_lines_release(&in);
	return found;
}

static int
look_at(const char *file, struct doc_find_terms *t, struct doc_error *err)
{
	pid_t pid = -1;
	int fd, ws;
	bool found;

	t->near = true;
	if (access(file, F_OK) < 0 &&
	    doc_fingerprint_parse(file, &t->fingerprint))
		return 0;
	fd = start_preview(file, &pid, err);
	if (fd < 0)
		return -1;
	found = read_fingerprint(fd, &t->fingerprint);
	close(fd);
	waitpid(pid, &ws, 0);
	return found ? 0
		     : doc_error_set(err, DOC_E_UNSUPPORTED,
			   "docpreview makes no picture of '%s', or one of a "
			   "single colour",
			   file);
}

/* --- what is found ---------------------------------------------------------*/

static void
put_size(int64_t n, struct doc_buf *out)
{
	char size[16] = "-";

	if (n >= 0)
		doc_size_format((uint64_t)n, size);
	doc_buf_addf(out, "%7s ", size);
}

static int
put_row(const struct doc_entry *e, const struct doc_buf *snippet,
    struct doc_buf *out)
{
	doc_buf_addf(out, "%-10s %-10s ", e->verdict[0] ? e->verdict : "-",
	    e->family ? e->family : "-");
	put_size(e->size, out);
	if (e->words >= 0)
		doc_buf_addf(out, "%8jd ", (intmax_t)e->words);
	else
		doc_buf_addf(out, "%8s ", "-");
	if (doc_utf8_printable(out, e->path.data, e->path.len) < 0 ||
	    doc_buf_addc(out, '\n') < 0)
		return -1;
	if (snippet->len == 0)
		return 0;
	doc_buf_adds(out, "    ");
	doc_buf_add(out, snippet->data, snippet->len);
	return doc_buf_addc(out, '\n');
}

static int
put_json(const struct doc_record *rec, uint64_t rank,
    const struct doc_buf *snippet, struct doc_buf *out)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "rank", (int64_t)rank);
	if (snippet->len > 0)
		doc_json_strn(&j, "snippet", snippet->data, snippet->len);
	doc_json_close(&j, '}');
	return j.failed ? -1
			: doc_record_append(rec, "found", b.data, b.len, out);
}

/* A name that opens: of a member, its file in the spool. */
static int
put_path(const struct doc_record *rec, char end, struct doc_buf *out)
{
	int rc = doc_record_str(rec, "data", out);

	if (rc == 0)
		rc = doc_record_path(rec, out);
	return rc < 0 ? -1 : rc == 0 ? 0 : doc_buf_addc(out, end);
}

struct search {
	const struct options *o;
	struct doc_find find;
	struct doc_snippet snippet;
	struct doc_sink sink;
};

static int
put_found(struct search *s, const char *line, size_t len, struct doc_error *err)
{
	doc_autobuf struct doc_buf snippet = { 0 };
	struct doc_record rec;
	struct doc_entry e;
	int rc = 0;

	if (doc_record_parse(&rec, line, len, err) < 0)
		return -1;
	if (s->o->format == PATHS) {
		rc = put_path(&rec, s->o->null ? '\0' : '\n', &s->sink.buf);
		return rc < 0 ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
			      : 0;
	}
	if (doc_entry_make(&e, &rec, "default", err) < 0)
		return -1;
	if (s->find.words.len > 0)
		rc = doc_snippet_make(&s->snippet, &e, s->find.words.data,
		    &snippet, err);
	if (rc == 0 &&
	    (s->o->format == JSON
		    ? put_json(&rec, s->find.rank, &snippet, &s->sink.buf)
		    : put_row(&e, &snippet, &s->sink.buf)) < 0)
		rc = doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	doc_entry_release(&e);
	return rc;
}

static int
put_all(struct search *s, struct doc_error *err)
{
	const char *line;
	size_t len;
	int rc;

	while ((rc = doc_find_next(&s->find, &line, &len, err)) > 0) {
		if (s->find.rank == 1 && s->o->format == TABLE)
			doc_buf_addf(&s->sink.buf, "%-10s %-10s %7s %8s %s\n",
			    "VERDICT", "TYPE", "SIZE", "WORDS", "PATH");
		if (put_found(s, line, len, err) < 0 ||
		    (s->sink.buf.len >= DOC_SINK_FULL &&
			doc_sink_flush(&s->sink, err) < 0))
			return -1;
	}
	return rc;
}

/* Records that end like any other stream. */
static int
put_end(struct search *s, struct doc_error *err)
{
	uint64_t count[DOC_STATUS_COUNT] = { s->find.rank };
	struct doc_end end = { .stage = "docfind",
		.in = s->find.rank,
		.out = s->find.rank,
		.count = count };

	if (s->o->format == JSON && doc_end_write(&end, &s->sink.buf) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return doc_sink_flush(&s->sink, err);
}

/* 0: something was found, 1: nothing was. */
static int
search(struct search *s, const char *store)
{
	struct doc_error err = { 0 };
	int status;

	if (doc_snippet_open(&s->snippet, &err) < 0 ||
	    doc_find_open(&s->find, store, &s->o->terms, &err) < 0 ||
	    put_all(s, &err) < 0 || put_end(s, &err) < 0)
		status = doc_last_words(&err);
	else
		status = s->find.rank == 0;
	doc_find_close(&s->find);
	doc_snippet_close(&s->snippet);
	doc_buf_release(&s->sink.buf);
	return status;
}

static int
count(const struct options *o, const char *store, int out)
{
	struct doc_error err = { 0 };
	char text[32];
	int64_t n;

	if (doc_find_count(store, &o->terms, &n, &err) < 0)
		return doc_last_words(&err);
	snprintf(text, sizeof(text), "%jd\n", (intmax_t)n);
	if (doc_write_full(out, text, strlen(text)) < 0) {
		doc_error_sys(&err, "cannot write to standard output");
		return doc_last_words(&err);
	}
	return n == 0;
}

/* --- the command line ------------------------------------------------------*/

/* The word of a choice; NULL for the first, which is any. */
static const char *
chosen(const char *choices, int at, char *word, size_t size)
{
	if (at == 0)
		return NULL;
	for (; at > 0; at--)
		choices = strchr(choices, '|') + 1;
	snprintf(word, size, "%.*s", (int)strcspn(choices, "|"), choices);
	return word;
}

/* All operands are one query. */
static int
join(char **operands, bool fixed, struct doc_buf *words)
{
	for (char **p = operands; *p; p++) {
		if (doc_utf8_valid(*p, strlen(*p)) != strlen(*p))
			return -1;
		if (fixed ? doc_words_quote(words, *p) < 0
			  : (words->len > 0 && doc_buf_addc(words, ' ') < 0) ||
			    doc_buf_adds(words, *p) < 0)
			return -1;
	}
	return doc_buf_str(words) ? 0 : -1;
}

static void
settle(const struct doc_cmd *cmd, struct options *o)
{
	if (o->null)
		o->format = PATHS;
	if (o->limit == UINT32_MAX)
		o->limit = o->format == TABLE ? TABLE_LIMIT : 0;
	o->terms.limit = o->limit;
	o->terms.order = (enum doc_find_order)o->order;
	if (o->terms.sha256 != NULL &&
	    (strspn(o->terms.sha256, "0123456789abcdef") !=
		    strlen(o->terms.sha256) ||
		strlen(o->terms.sha256) > 64))
		doc_usage(cmd, "--sha256: up to 64 digits, 0-9 and a-f");
	if (o->terms.tenant != NULL && !doc_tenant_valid(o->terms.tenant))
		doc_usage(cmd,
		    "--tenant: letters, digits, '.', '_' and '-', at most 64");
}

int
main(int argc, char *argv[])
{
	struct options o = { .limit = UINT32_MAX,
		.terms.distance = SIMILAR_BITS };
	struct doc_cmd cmd = { .name = "docfind",
		.usage = "[options] [words ...]",
		.about = "Searches what docstore kept, by words and by fields.",
		.groups = { { table, &o } } };
	doc_autobuf struct doc_buf words = { 0 }, store = { 0 };
	char verdict[16], status[16];
	struct doc_error err = { 0 };
	struct search s = { .o = &o };
	int first;

	doc_start(cmd.name);
	first = doc_opt_parse(&cmd, argc, argv);
	settle(&cmd, &o);
	if (join(argv + first, o.fixed, &words) < 0)
		doc_usage(&cmd, "the words are not UTF-8");
	o.terms.words = words.len > 0 ? words.data : NULL;
	o.terms.verdict = chosen(verdicts, o.verdict, verdict, sizeof(verdict));
	o.terms.status = chosen(statuses, o.status, status, sizeof(status));
	s.sink.fd = doc_start_stdout();
	if (doc_store_path(o.store, &store, &err) < 0 ||
	    (o.similar != NULL && look_at(o.similar, &o.terms, &err) < 0))
		return doc_last_words(&err);
	return o.count ? count(&o, store.data, s.sink.fd)
		       : search(&s, store.data);
}
