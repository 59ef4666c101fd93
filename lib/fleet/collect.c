/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/version.h"
#include "lib/fleet/collect.h"
#include "lib/fleet/rebase.h"
#include "lib/record/stream.h"

enum { TAIL = 4096 };

/* A record's place, in the piece and in the shard. */
struct spot {
	uint32_t n; /* of the input it came out of */
	uint32_t len;
	uint64_t offset, order;
};

struct reading {
	struct doc_collect *c;
	char (*ids)[DOC_ID_SIZE]; /* of each input's own record */
	bool *seen;
	size_t next; /* input whose record should be the next */
	uint32_t at; /* input of the last record */
	struct spot *spots;
	size_t count, room;
	uint64_t offset; /* of the line being read */
};

static int
no_memory(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_NO_MEMORY, "no memory for a shard");
}

/* The input that has this id and no record yet. */
static int
find_input(struct reading *r, const char *id, struct doc_error *err)
{
	for (size_t i = 0; i < r->c->n; i++) {
		size_t n = (r->next + i) % r->c->n;

		if (r->seen[n] || strcmp(r->ids[n], id) != 0)
			continue;
		r->seen[n] = true;
		r->next = n + 1;
		r->at = (uint32_t)n;
		return 0;
	}
	return doc_error_set(err, DOC_E_STREAM,
	    "a record of shard %" PRIu32 " belongs to no input of it",
	    r->c->shard);
}

static int
add_spot(struct reading *r, size_t len)
{
	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 1024;
		struct spot *s = realloc(r->spots, room * sizeof(*s));

		if (s == NULL)
			return -1;
		r->spots = s;
		r->room = room;
	}
	r->spots[r->count] = (struct spot){ .n = r->at,
		.len = (uint32_t)len,
		.offset = r->offset,
		.order = r->count };
	r->count++;
	return 0;
}

/* What the stages say of it, added up. */
static void
count(struct doc_collect *c, const struct doc_record *rec)
{
	bool error = false, partial = false, infected = false;

	for (int i = 0; i < rec->n; i++) {
		const struct doc_json_member *m = &rec->members[i];
		const char *s = rec->line + m->value;
		doc_autovalue struct doc_value *v = NULL;
		const char *word;

		if (*s != '{')
			continue;
		v = doc_value_parse(s, m->value_len);
		word = doc_value_get_str(v, "status");
		error = error || (word && strcmp(word, "error") == 0);
		partial = partial || (word && strcmp(word, "partial") == 0);
		word = doc_value_get_str(v, "verdict");
		infected = infected || (word && strcmp(word, "infected") == 0);
		word = doc_value_get_str(doc_value_get(v, "error"), "code");
		c->changed += word && strcmp(word, "changed") == 0;
	}
	c->documents++;
	c->bytes += (uint64_t)doc_record_int(rec, "size", 0);
	c->errors += error;
	c->partial += partial && !error;
	c->infected += infected;
}

static int
note(struct reading *r, const char *line, size_t len, struct doc_error *err)
{
	doc_autobuf struct doc_buf id = { 0 };
	struct doc_record rec;
	const char *hex;

	if (doc_record_parse(&rec, line, len, err) < 0)
		return -1;
	if (rec.type == DOC_TYPE_END)
		return doc_facts_add(&r->c->facts, line, len) < 0
		    ? no_memory(err)
		    : 0;
	if (rec.type != DOC_TYPE_DOC)
		return 0;
	if (doc_record_str(&rec, "id", &id) != 1 ||
	    (hex = doc_buf_str(&id)) == NULL)
		return doc_error_set(err, DOC_E_STREAM, "a record has no id");
	if (doc_record_find(&rec, "parent") == NULL &&
	    find_input(r, hex, err) < 0)
		return -1;
	count(r->c, &rec);
	return add_spot(r, len) < 0 ? no_memory(err) : 0;
}

/* The lines in the first `end` bytes. */
static int
each_line(int fd, uint64_t end, doc_shard_line_fn *each, void *ctx,
    struct doc_error *err)
{
	struct doc_lines in;
	const char *line;
	uint64_t at = 0;
	size_t len;
	int rc = 0;

	doc_lines_init(&in, fd, '\n', DOC_LINE_MAX);
	while (rc >= 0 && at < end) {
		rc = doc_lines_next(&in, &line, &len, err);
		if (rc == 0 && in.eof)
			break;
		if (rc == 0)
			rc = doc_lines_fill(&in, err);
		else if (rc > 0) {
			at += len + 1;
			rc = each(ctx, line, len, in.number, err);
		}
	}
	doc_lines_release(&in);
	return rc;
}

static int
note_line(void *ctx, const char *line, size_t len, uint64_t number,
    struct doc_error *err)
{
	struct reading *r = ctx;
	int rc = note(r, line, len, err);

	(void)number;
	r->offset += len + 1;
	return rc;
}

static int
by_input(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Every input has its record, and every stage saw every document. */
static int
balance(const struct reading *r, struct doc_error *err)
{
	const struct doc_collect *c = r->c;
	const char *p = c->facts.text.data;
	size_t left = c->facts.text.len;

	for (size_t i = 0; i < c->n; i++)
		if (!r->seen[i])
			return doc_error_set(err, DOC_E_STREAM,
			    "shard %" PRIu32 ": no record for input %zu",
			    c->shard, i + 1);
	if (left == 0)
		return doc_error_set(err, DOC_E_STREAM,
		    "shard %" PRIu32 " has no end records", c->shard);
	while (left > 0) {
		const char *nl = memchr(p, '\n', left);
		size_t len = nl ? (size_t)(nl - p) : left;
		doc_autovalue struct doc_value *v = doc_value_parse(p, len);

		if (doc_value_int(doc_value_get(v, "out"), -1) !=
		    (int64_t)c->documents)
			return doc_error_set(err, DOC_E_STREAM,
			    "shard %" PRIu32 ": the counts do not agree",
			    c->shard);
		p += len + 1;
		left -= DOC_MIN(len + 1, left);
	}
	return 0;
}

struct writing {
	struct doc_sink sink;
	struct doc_digest digest;
	struct doc_buf line, named;
};

static int
flush(struct writing *w, struct doc_error *err)
{
	doc_digest_add(&w->digest, w->sink.buf.data ? w->sink.buf.data : "",
	    w->sink.buf.len);
	return doc_sink_flush(&w->sink, err);
}

static int
write_record(struct writing *w, const struct doc_collect *c,
    const struct spot *s, int fd, struct doc_error *err)
{
	const struct doc_buf *line = &w->line;
	struct doc_record rec;

	w->line.len = w->named.len = 0;
	if (doc_buf_reserve(&w->line, s->len) < 0)
		return no_memory(err);
	if (doc_pread_full(fd, w->line.data, s->len, (off_t)s->offset) !=
	    (ssize_t)s->len)
		return doc_error_sys(err, "cannot read the records");
	w->line.len = s->len;
	if (c->names != NULL) {
		if (doc_record_parse(&rec, line->data, line->len, err) < 0 ||
		    doc_rebase_name(&rec, c->names[s->n].path, &w->named, err) <
			0)
			return -1;
		line = &w->named;
	}
	if (doc_rebase_files(line->data, line->len, c->spool, "spool",
		&w->sink.buf) < 0 ||
	    doc_buf_addc(&w->sink.buf, '\n') < 0)
		return no_memory(err);
	return w->sink.buf.len < DOC_SINK_FULL ? 0 : flush(w, err);
}

static int
write_sum(struct writing *w, const struct doc_collect *c, struct doc_error *err)
{
	char hex[DOC_DIGEST_HEX];
	struct doc_json j;

	if (flush(w, err) < 0)
		return -1;
	doc_digest_hex(&w->digest, hex);
	doc_json_begin(&j, &w->sink.buf);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", DOC_RECORD_VERSION);
	doc_json_str(&j, "type", "shard");
	doc_json_int(&j, "shard", c->shard);
	doc_json_int(&j, "inputs", (int64_t)c->n);
	doc_json_int(&j, "documents", (int64_t)c->documents);
	doc_json_int(&j, "bytes", (int64_t)c->bytes);
	doc_json_int(&j, "errors", (int64_t)c->errors);
	doc_json_int(&j, "partial", (int64_t)c->partial);
	doc_json_int(&j, "infected", (int64_t)c->infected);
	doc_json_str(&j, "sha256", hex);
	doc_json_close(&j, '}');
	if (j.failed || doc_buf_addc(&w->sink.buf, '\n') < 0)
		return no_memory(err);
	return doc_sink_flush(&w->sink, err);
}

static int
write_all(const struct reading *r, int from, int fd, struct doc_error *err)
{
	struct writing w = { .sink.fd = fd };
	const struct doc_facts *ends = &r->c->facts;
	int rc = 0;

	doc_digest_init(&w.digest);
	for (size_t i = 0; rc == 0 && i < r->count; i++)
		rc = write_record(&w, r->c, &r->spots[i], from, err);
	if (rc == 0 &&
	    doc_buf_add(&w.sink.buf, ends->text.data, ends->text.len) < 0)
		rc = no_memory(err);
	if (rc == 0)
		rc = write_sum(&w, r->c, err);
	doc_buf_release(&w.sink.buf);
	doc_buf_release(&w.line);
	doc_buf_release(&w.named);
	return rc;
}

static int
prepare(struct reading *r)
{
	struct doc_collect *c = r->c;

	r->ids = calloc(c->n + 1, sizeof(*r->ids));
	r->seen = calloc(c->n + 1, sizeof(*r->seen));
	for (size_t i = 0; r->ids && i < c->n; i++) {
		struct doc_name name = { .tenant = c->tenant,
			.path = c->rows[i].path,
			.path_len = strlen(c->rows[i].path) };

		doc_name_id(&name, r->ids[i]);
	}
	return r->ids && r->seen ? 0 : -1;
}

int
doc_collect(struct doc_collect *c, int to, struct doc_error *err)
{
	struct reading r = { .c = c };
	doc_autoclose int fd = open(c->out, O_RDONLY | O_CLOEXEC);
	int rc = -1;

	if (fd < 0)
		return doc_error_sys(err, "cannot read '%s'", c->out);
	if (prepare(&r) < 0)
		no_memory(err);
	else if (each_line(fd, UINT64_MAX, note_line, &r, err) == 0 &&
	    balance(&r, err) == 0) {
		qsort(r.spots, r.count, sizeof(*r.spots), by_input);
		rc = write_all(&r, fd, to, err);
	}
	free(r.ids);
	free(r.seen);
	free(r.spots);
	return rc;
}

void
doc_collect_release(struct doc_collect *c)
{
	doc_facts_release(&c->facts);
}

static uint64_t
number(const struct doc_value *v, const char *key)
{
	return (uint64_t)doc_value_int(doc_value_get(v, key), 0);
}

int
doc_shard_sum(int fd, struct doc_shard_sum *sum, struct doc_error *err)
{
	doc_autovalue struct doc_value *v = NULL;
	char tail[TAIL];
	const char *line, *sha, *type;
	struct stat st;
	ssize_t n;
	off_t at;

	if (fstat(fd, &st) < 0)
		return doc_error_sys(err, "cannot look at a shard");
	at = DOC_MAX((off_t)0, st.st_size - TAIL);
	n = doc_pread_full(fd, tail, TAIL, at);
	line = n > 1 ? memrchr(tail, '\n', (size_t)n - 1) : NULL;
	if (line != NULL)
		v = doc_value_parse(line + 1, (size_t)(tail + n - line) - 2);
	type = doc_value_get_str(v, "type");
	sha = doc_value_get_str(v, "sha256");
	if (type == NULL || strcmp(type, "shard") != 0 || sha == NULL ||
	    !doc_digest_is_hex(sha))
		return doc_error_set(err, DOC_E_STREAM,
		    "a shard's file is damaged at its end");
	*sum = (struct doc_shard_sum){ .shard = (uint32_t)number(v, "shard"),
		.inputs = number(v, "inputs"),
		.documents = number(v, "documents"),
		.bytes = number(v, "bytes"),
		.errors = number(v, "errors"),
		.partial = number(v, "partial"),
		.infected = number(v, "infected"),
		.end = (uint64_t)at + (uint64_t)(line + 1 - tail) };
	strcpy(sum->sha256, sha);
	return 0;
}

struct summing {
	struct doc_digest d;
	doc_shard_line_fn *each;
	void *ctx;
};

static int
sum_line(void *ctx, const char *line, size_t len, uint64_t number,
    struct doc_error *err)
{
	struct summing *s = ctx;

	doc_digest_add(&s->d, line, len);
	doc_digest_add(&s->d, "\n", 1);
	return s->each(s->ctx, line, len, number, err);
}

int
doc_shard_lines(int fd, const struct doc_shard_sum *sum,
    doc_shard_line_fn *each, void *ctx, struct doc_error *err)
{
	struct summing s = { .each = each, .ctx = ctx };
	char hex[DOC_DIGEST_HEX];
	int rc;

	doc_digest_init(&s.d);
	rc = each_line(fd, sum->end, sum_line, &s, err);
	doc_digest_hex(&s.d, hex);
	return rc < 0 ? -1 : strcmp(hex, sum->sha256) == 0;
}
